"""The frame loop: a shot becomes 8-bit RGB frames, one at a time, on as many threads as there are processors."""

import os
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np

from generator.backends.previz import cinematography, develop, palette, staging, terrain
from generator.backends.previz.shading import EVEN, FLAGGED, REFINE, TILE, fill_between, mark_edges, trace_band
from generator.backends.previz.shapes import Array
from generator.shots.model import ShotRequest

#: Drops before the lens: count, box (m), fall (m/s), wind (m/s), smear (s), flake radius (m), brightness.
FALLING = {
    "rain": (2400, 15.0, 9.5, 1.2, 0.035, 0.0, 0.55),
    "storm": (3400, 15.0, 10.5, 3.6, 0.040, 0.0, 0.60),
    "snow": (2600, 13.0, 1.1, 0.5, 0.0, 0.011, 0.85),
}


def render_frames(shot: ShotRequest, *, threads: int | None = None) -> Generator[Array]:
    """Yields the shot's frames, (height, width, 3) uint8 RGB; the same bytes for the same shot on the same machine.

    Kernels release the interpreter lock, so bands of rows run on plain threads: no OpenMP, safe after a fork. Bands
    never read each other's rows within a pass, so the picture does not depend on the number of threads.
    """
    noise = terrain.noise_texture()
    stage = staging.build(shot)
    setup = cinematography.scout(stage, shot, noise)
    camera_at = cinematography.path(stage, shot, setup)
    cinematography.light_subject(stage, shot, setup)
    lights = stage.lamp_table()
    height, width = shot.height, shot.width
    blur = cinematography.BLUR[shot.size]
    grade = palette.grade(stage.air, shot.mood, indoors=stage.indoors, focus=setup.distance, blur=blur)
    colour, soft = np.zeros((height, width, 3), np.float32), np.zeros((height, width, 3), np.float32)
    depth, ids = np.zeros((height, width), np.float32), np.zeros((height, width), np.int32)
    flags, frame = np.zeros((height, width), np.uint8), np.zeros((height, width, 3), np.uint8)
    bands = [(top, min(top + TILE, height)) for top in range(0, height, TILE)]
    taps = develop.spiral()
    veil = float(np.mean(stage.air.horizon)) * 1.1 + 0.02  # drops show the sky's light
    grain = staging.seed_of(shot.seed, shot.id, "grain")[0] % 100_000
    with ThreadPoolExecutor(threads or os.cpu_count() or 1, thread_name_prefix="previz") as pool:

        def each_band(kernel: Callable[..., None], *arguments: Any) -> None:
            for done in [pool.submit(kernel, *arguments, top, bottom) for top, bottom in bands]:
                done.result()

        for number in range(shot.frames):
            time = number / shot.fps
            camera = camera_at(time)
            world, objects, primitives, materials = stage.snapshot(time)
            scene = (world, camera, lights, objects, primitives, materials, stage.heights, noise)
            buffers = (colour, depth, ids, flags)
            each_band(trace_band, *scene, *buffers, EVEN)
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


def _bloom(picture: Array) -> Array:
    """The glow that a lens spreads around bright things: what exceeds a lit wall, blurred wide."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    bright = np.maximum(small - 0.55, 0.0)
    wide = cv2.GaussianBlur(bright, (0, 0), width / 90.0) + 0.6 * cv2.GaussianBlur(bright, (0, 0), width / 320.0)
    return np.asarray(cv2.resize(wide, (width, height), interpolation=cv2.INTER_LINEAR))
