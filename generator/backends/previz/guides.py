"""Guides: the geometry of a shot, for models that draw the picture over it.

A video model that is conditioned on depth, normals or a greybox follows our staging and camera. Everything is measured
through the same stage and the same camera as the take, so guides and take agree frame by frame.
"""

import json
import os
import secrets
import shutil
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.backends.previz import layout as at
from generator.backends.previz.frames import prepare, render_frames
from generator.backends.previz.measuring import measure_band
from generator.backends.previz.shading import TILE
from generator.backends.previz.shapes import Array
from generator.encoding import DISCLOSURE, writing
from generator.errors import CancelledError, RenderError
from generator.shots.model import ShotRequest

#: Metres that one step of the 16-bit depth stands for: a millimetre in a room (to 65 m), a centimetre outdoors (to 655 m).
INDOOR_STEP, OUTDOOR_STEP = 0.001, 0.01
#: The value of a pixel that shows the sky, or what is farther than the steps reach.
NOTHING = 65535


@dataclass(frozen=True, slots=True)
class Geometry:
    """What one frame shows: ``depth`` (h, w) float32 metres along the optical axis, infinite at the sky; ``normals``
    (h, w, 3) float32 unit vectors in world axes, zero at the sky; ``ids`` (h, w) int32, which surface; ``pose`` (4, 4)
    camera to world."""

    depth: Array
    normals: Array
    ids: Array
    pose: Array


@dataclass(frozen=True, slots=True)
class Guides:
    """The files of ``PrevizBackend.guides``, all in ``folder``."""

    folder: Path
    cameras: Path
    greybox: Path
    first_frame: Path
    depth: tuple[Path, ...]
    normals: tuple[Path, ...]


def intrinsics(shot: ShotRequest, tangent: float) -> dict[str, float]:
    """Pinhole intrinsics in pixels; ``tangent`` is half the horizontal angle's. Pixel (0, 0) has its centre at 0.5, 0.5."""
    focal = shot.width / (2.0 * tangent)
    return {"fx": focal, "fy": focal, "cx": shot.width / 2.0, "cy": shot.height / 2.0}


def pose_of(camera: Array) -> Array:
    """Camera-to-world matrix (4, 4) of a camera row, in OpenCV's axes: x right, y down, z ahead; metres, world y up."""
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1] = camera[at.RX : at.RZ + 1], -camera[at.UX : at.UZ + 1]
    pose[:3, 2], pose[:3, 3] = camera[at.FX : at.FZ + 1], camera[at.CX : at.CZ + 1]
    return pose


def measure(shot: ShotRequest, *, threads: int | None = None) -> Generator[Geometry]:
    """Yields the geometry of each frame. The arrays are the caller's own."""
    scene = prepare(shot)
    height, width = shot.height, shot.width
    bands = [(top, min(top + TILE, height)) for top in range(0, height, TILE)]
    with ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="guides") as pool:
        for number in range(shot.frames):
            time = number / shot.fps
            camera = scene.camera_at(time)
            world, objects, primitives, _ = scene.stage.snapshot(time)
            depth, ids = np.zeros((height, width), np.float32), np.zeros((height, width), np.int32)
            normals = np.zeros((height, width, 3), np.float32)
            measured = (world, camera, objects, primitives, scene.stage.heights, depth, normals, ids)
            for done in [pool.submit(measure_band, *measured, top, bottom) for top, bottom in bands]:
                done.result()
            depth[ids == at.SKY_ID] = np.inf
            yield Geometry(depth, normals, ids, pose_of(camera))


def greybox(geometry: Geometry) -> Array:
    """The frame in clay, (h, w, 3) uint8: one soft light from over the camera's left shoulder, darker with distance."""
    key = geometry.pose[:3, :3] @ np.array([-0.45, -0.65, -0.61])
    lit = 0.30 + 0.62 * np.clip(geometry.normals @ key.astype(np.float32), 0.0, 1.0)
    lit = np.where(np.isfinite(geometry.depth), lit * np.exp(-np.minimum(geometry.depth, 400.0) / 260.0), 0.88)
    return np.repeat((255.0 * np.clip(lit, 0.0, 1.0) + 0.5).astype(np.uint8)[..., None], 3, axis=2)


def depth_steps(depth: Array, step: float) -> Array:
    """Depth in metres as uint16 steps; ``NOTHING`` where there is nothing within reach."""
    steps = np.where(np.isfinite(depth), np.round(depth / step), NOTHING)
    return np.clip(steps, 0, NOTHING).astype(np.uint16)


def write_guides(
    shot: ShotRequest,
    folder: Path,
    *,
    renderer: dict[str, str],
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Guides:
    """Writes a shot's guides into ``folder`` (made if need be, replaced if it is there): see ``PrevizBackend.guides``."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / "cameras.json").is_file())):
        raise RenderError(f"{folder} holds something that is no guides; name another folder")
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.part")
    try:
        for name in ("depth", "normals"):
            (part / name).mkdir(parents=True)
        document = _write_frames(shot, part, on_progress, cancelled)
        document["renderer"] = renderer
        (part / "cameras.json").write_text(json.dumps(document, indent=1), "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)
    except OSError as error:
        raise RenderError(f"{folder} can't be written ({error.strerror}); choose another folder") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    numbers = [f"{number:05d}.png" for number in range(shot.frames)]
    return Guides(
        folder,
        folder / "cameras.json",
        folder / "greybox.mp4",
        folder / "first_frame.png",
        tuple(folder / "depth" / name for name in numbers),
        tuple(folder / "normals" / name for name in numbers),
    )


def _write_frames(shot: ShotRequest, part: Path, on_progress: OnProgress, cancelled: Cancelled) -> dict[str, Any]:
    step = INDOOR_STEP if shot.interior else OUTDOOR_STEP
    scene = prepare(shot)
    poses = []
    stage = f"guides {shot.id}"
    on_progress(Progress(stage, 0, shot.frames))
    frames = render_frames(shot)
    _png(part / "first_frame.png", next(frames))
    frames.close()
    metadata = {"title": f"{shot.id} greybox", "comment": DISCLOSURE}
    geometry = measure(shot)
    with writing(part / "greybox.mp4", width=shot.width, height=shot.height, fps=shot.fps, metadata=metadata) as writer:
        try:
            for number, frame in enumerate(geometry):
                if cancelled():
                    raise CancelledError(
                        f"the guides of shot {shot.id} were cancelled after {number} of {shot.frames} frames"
                    )
                _png(part / "depth" / f"{number:05d}.png", depth_steps(frame.depth, step))
                _png(part / "normals" / f"{number:05d}.png", _normal_colours(frame))
                writer.add(greybox(frame))
                poses.append(frame.pose.tolist())
                on_progress(Progress(stage, number + 1, shot.frames))
        finally:
            geometry.close()
    return {
        "shot": shot.as_dict(),
        "convention": "camera_to_world is 4x4, row by row; camera axes x right, y down, z ahead (OpenCV); world in metres, "
        "y up, right-handed; pixel (column c, row r) has its centre at (c + 0.5, r + 0.5)",
        "depth": {
            "metres_per_step": step,
            "nothing": NOTHING,
            "meaning": "distance along the optical axis (z), uint16 PNG",
        },
        "normals": "camera axes, each -1..1 as 0..255; the sky is 127",
        "intrinsics": intrinsics(shot, float(scene.camera_at(0.0)[at.TANX])),
        "width": shot.width,
        "height": shot.height,
        "fps": shot.fps,
        "camera_to_world": poses,
    }


def _normal_colours(frame: Geometry) -> Array:
    seen = frame.normals @ frame.pose[:3, :3].astype(np.float32)
    return np.clip(np.round(127.5 + 127.5 * seen - 0.25), 0, 255).astype(np.uint8)


def _png(path: Path, picture: Array) -> None:
    shown = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    done, content = cv2.imencode(".png", shown)
    if not done:
        raise RenderError(f"{path.name} can't be encoded as PNG")
    path.write_bytes(content.tobytes())
