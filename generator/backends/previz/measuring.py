"""Depth and normals of what the camera sees, without its light: the kernel behind the guides."""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math

import numpy as np

from generator.backends.previz.intersection import MAX_NEAR, gather_cone, room_hit
from generator.backends.previz.layout import GROUND_ID, OBJECT_ID, SKY_ID, WATER_ID
from generator.backends.previz.shading import TILE
from generator.backends.previz.shapes import Array, kernel
from generator.backends.previz.tracer import aim, first_hit, ground_normal, object_normal


@kernel
def measure_band(
    w: Array,
    camera: Array,
    objects: Array,
    primitives: Array,
    heights: Array,
    depth: Array,
    normals: Array,
    ids: Array,
    top: int,
    bottom: int,
) -> None:
    """Fills rows ``top`` to ``bottom`` of ``depth`` (m along the optical axis), ``normals`` (world) and ``ids``.

    Water counts as level: its waves are light, not shape.
    """
    height, width = depth.shape
    chosen, near = np.zeros(MAX_NEAR, np.int64), np.zeros(MAX_NEAR, np.int64)
    ox, oy, oz = camera[0], camera[1], camera[2]
    for ty in range(top, bottom, TILE):
        for tx in range(0, width, TILE):
            y1, x1 = min(ty + TILE, bottom), min(tx + TILE, width)
            ax, ay, az = aim(camera, width, height, 0.5 * (tx + x1), 0.5 * (ty + y1))
            cx, cy, cz = aim(camera, width, height, tx, ty)
            cosine = min(max(ax * cx + ay * cy + az * cz, 0.1), 1.0)
            ex, ey, ez = aim(camera, width, height, x1, y1)
            cosine = min(cosine, max(ax * ex + ay * ey + az * ez, 0.1))
            spread = math.sqrt(1.0 - cosine * cosine) / cosine * 1.05
            count = gather_cone(objects, primitives, ox, oy, oz, ax, ay, az, spread, 0.3, chosen)
            for py in range(ty, y1):
                for px in range(tx, x1):
                    dx, dy, dz = aim(camera, width, height, px + 0.5, py + 0.5)
                    t, seen, kept = first_hit(w, primitives, heights, chosen, count, near, ox, oy, oz, dx, dy, dz, 160)
                    nx, ny, nz = 0.0, 0.0, 0.0
                    if seen >= OBJECT_ID:
                        nx, ny, nz = object_normal(
                            primitives, near, kept, seen - OBJECT_ID, ox + dx * t, oy + dy * t, oz + dz * t, t
                        )
                    elif seen == GROUND_ID:
                        nx, ny, nz = ground_normal(w, heights, ox + dx * t, oz + dz * t, t)
                    elif seen == WATER_ID:
                        ny = 1.0
                    elif seen != SKY_ID:
                        _, nx, ny, nz = room_hit(w, ox, oy, oz, dx, dy, dz)
                    depth[py, px] = t * (dx * camera[9] + dy * camera[10] + dz * camera[11])
                    normals[py, px, 0], normals[py, px, 1], normals[py, px, 2] = nx, ny, nz
                    ids[py, px] = seen
