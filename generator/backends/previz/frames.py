"""The frame loop: a shot becomes 8-bit RGB frames, one at a time, on as many threads as there are processors."""

import os
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from generator.backends.previz import cinematography, develop, palette, staging, terrain
from generator.backends.previz.shading import (
    FLAGGED,
    REFINE,
    SPARSE,
    TILE,
    fill_between,
    fill_centres,
    mark_edges,
    trace_band,
)
from generator.backends.previz.shapes import Array
from generator.shots.model import ShotRequest

#: Drops before the lens: count, box (m), fall (m/s), wind (m/s), smear (s), flake radius (m), brightness.
FALLING = {
    "rain": (2400, 15.0, 9.5, 1.2, 0.035, 0.0, 0.55),
    "storm": (3400, 15.0, 10.5, 3.6, 0.040, 0.0, 0.60),
    "snow": (2600, 13.0, 1.1, 0.5, 0.0, 0.011, 0.85),
}


#: What traces the rays: the processor's threads, or the first CUDA device.
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A shot ready to be rendered: the stage, where the camera stands, its row at a time in seconds, lamps, noise."""

    stage: staging.Stage
    setup: cinematography.Setup
    camera_at: Callable[[float], Array]
    lights: Array
    noise: Array


def prepare(shot: ShotRequest) -> Prepared:
    """Builds the stage of a shot and finds the camera's place; the same for takes and guides."""
    noise = terrain.noise_texture()
    stage = staging.build(shot)
    setup = cinematography.scout(stage, shot, noise)
    camera_at = cinematography.path(stage, shot, setup)
    cinematography.light_subject(stage, shot, setup)
    if shot.size == "insert":
        cinematography.clear_view(stage, shot, setup)
    return Prepared(stage, setup, camera_at, stage.lamp_table(), noise)


def render_frame(shot: ShotRequest, number: int) -> Array:
    """One frame of a shot, the same as ``render_frames`` yields at that place."""
    frames = render_frames(shot, first=number)
    try:
        return next(frames)
    finally:
        frames.close()


def render_frames(
    shot: ShotRequest, *, threads: int | None = None, first: int = 0, device: Device = "cpu"
) -> Generator[Array]:
    """Yields the shot's frames from ``first`` on, (height, width, 3) uint8 RGB. Raises ``DeviceError`` where ``device``
    can't be used.

    The same shot gives the same bytes on the same machine and device.

    Kernels release the interpreter lock, so bands of rows run on plain threads: no OpenMP, safe after a fork. Bands
    never read each other's rows within a pass, so the picture does not depend on the number of threads.
    """
    ready = prepare(shot)
    stage, setup, camera_at, lights, noise = ready.stage, ready.setup, ready.camera_at, ready.lights, ready.noise
    height, width = shot.height, shot.width
    blur = cinematography.BLUR[shot.size]
    grade = palette.grade(stage.air, shot.mood, indoors=stage.indoors, focus=setup.distance, blur=blur)
    colour, soft = np.zeros((height, width, 3), np.float32), np.zeros((height, width, 3), np.float32)
    depth, ids = np.zeros((height, width), np.float32), np.zeros((height, width), np.int32)
    flags, frame = np.zeros((height, width), np.uint8), np.zeros((height, width, 3), np.uint8)
    card = _card(stage.heights, noise) if device == "cuda" else None
    bands = [(top, min(top + TILE, height)) for top in range(0, height, TILE)]
    taps = develop.spiral()
    veil = float(np.mean(stage.air.horizon)) * 1.1 + 0.02  # drops show the sky's light
    grain = staging.seed_of(shot.seed, shot.id, "grain")[0] % 100_000
    with ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="previz") as pool:

        def each_band(kernel: Callable[..., None], *arguments: Any) -> None:
            for done in [pool.submit(kernel, *arguments, top, bottom) for top, bottom in bands]:
                done.result()

        # figures are posed in Python: the next frame's while the kernels of this one run without the interpreter's lock
        posed = pool.submit(stage.snapshot, first / shot.fps)
        for number in range(first, shot.frames):
            time = number / shot.fps
            camera = camera_at(time)
            world, objects, primitives, materials = posed.result()
            posed = pool.submit(stage.snapshot, (number + 1) / shot.fps)
            tables = (world, camera, lights, objects, primitives, materials)
            scene, buffers = (*tables, stage.heights, noise), (colour, depth, ids, flags)
            if card is not None:
                card(tables, colour, depth, ids)
            else:
                each_band(trace_band, *scene, *buffers, SPARSE)
                each_band(fill_centres, *buffers)
                each_band(trace_band, *scene, *buffers, FLAGGED)
                each_band(fill_between, *buffers)
                each_band(trace_band, *scene, *buffers, FLAGGED)
                each_band(mark_edges, depth, ids, flags)
                each_band(trace_band, *scene, *buffers, REFINE)
            if shot.weather in FALLING and not stage.indoors:
                develop.fall(colour, depth, camera, *FALLING[shot.weather], veil, time, grain)
            picture = colour
            if blur > 0.0:
                each_band(develop.defocus, colour, depth, soft, taps, grade[develop.FOCUS], grade[develop.BLUR])
                picture = soft
            each_band(develop.develop, picture, _bloom(picture), grade, frame, number, grain)
            yield frame.copy()


def _card(heights: Array, noise: Array) -> Callable[..., None]:
    from generator.backends.previz.cuda import CudaTracer  # costs half a second, and only few have a card

    return CudaTracer(heights, noise)


def _bloom(picture: Array) -> Array:
    """The glow that a lens spreads around bright things: what exceeds a lit wall, blurred wide."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    bright = np.maximum(small - 0.55, 0.0)
    wide = cv2.GaussianBlur(bright, (0, 0), width / 90.0) + 0.6 * cv2.GaussianBlur(bright, (0, 0), width / 320.0)
    return np.asarray(cv2.resize(wide, (width, height), interpolation=cv2.INTER_LINEAR))
