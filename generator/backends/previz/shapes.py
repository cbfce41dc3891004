"""Distances: signed distance functions of the primitive shapes, noise and the height field, as numba kernels.

Formulas after Inigo Quilez, "3D SDFs" (iquilezles.org/articles/distfunctions), MIT.
"""

# Array elements are Any to the type checker.
# mypy: disable-error-code="no-any-return"

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import njit

from generator.backends.previz.layout import (
    BLEND,
    BOX,
    BUMP,
    BUMP_SCALE,
    CAPSULE,
    CONE,
    ELLIPSOID,
    GABLE,
    PX,
    PY,
    PZ,
    R00,
    R01,
    R02,
    R10,
    R11,
    R12,
    R20,
    R21,
    R22,
    ROUND,
    SA,
    SB,
    SC,
    SHAPE,
    TORUS,
)
from generator.backends.previz.source import source_digest

type Array = np.ndarray[Any, Any]

#: No nnan/ninf: divisions by a ray's zero component rely on infinity.
FASTMATH = {"contract", "afn", "nsz", "arcp", "reassoc"}


def kernel[F: Callable[..., Any]](function: F) -> F:
    """Compiles a function with numba: no interpreter lock, no bounds checks, kept on disk between runs.

    numba dates what it keeps by the file of the kernel alone, though a kernel contains those that it calls; so that an
    edit anywhere in the renderer is never answered by old machine code, all are dated by the digest of all sources.
    """
    compiled: Any = njit(nogil=True, cache=True, fastmath=FASTMATH, error_model="numpy")(function)
    if hasattr(compiled, "_cache"):
        compiled._cache._cache_file._source_stamp = source_digest()
    return cast(F, compiled)


@kernel
def hash01(x: int, y: int, z: int) -> float:
    """A repeatable random number 0..1 for three whole numbers (Wang-style integer hash)."""
    h = (x * 374761393 + y * 668265263 + z * 2147483647) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFFFF) / 16777216.0


@kernel
def whole(x: float) -> int:
    """The whole number at or below ``x``."""
    return int(math.floor(x))  # noqa: RUF046 - what floor gives is a float on a GPU


@kernel
def texture(noise: Array, u: float, v: float) -> float:
    """Bilinear sample of the tiling noise texture (side a power of two), in texels."""
    fu, fv = math.floor(u), math.floor(v)
    side = noise.shape[0] - 1
    i, j = int(fu) & side, int(fv) & side
    i1, j1 = (i + 1) & side, (j + 1) & side
    a, b = u - fu, v - fv
    top = noise[j, i] + (noise[j, i1] - noise[j, i]) * a
    low = noise[j1, i] + (noise[j1, i1] - noise[j1, i]) * a
    return top + (low - top) * b


@kernel
def ground_height(heights: Array, extent: float, x: float, z: float) -> float:
    """Bilinear height in metres; the field spans ``-extent..extent`` and its rim goes on for ever."""
    side = heights.shape[0]
    u = (x / extent * 0.5 + 0.5) * (side - 1)
    v = (z / extent * 0.5 + 0.5) * (side - 1)
    u = min(max(u, 0.0), side - 1.001)
    v = min(max(v, 0.0), side - 1.001)
    i, j = int(u), int(v)
    a, b = u - i, v - j
    top = heights[j, i] + (heights[j, i + 1] - heights[j, i]) * a
    low = heights[j + 1, i] + (heights[j + 1, i + 1] - heights[j + 1, i]) * a
    return top + (low - top) * b


@kernel
def to_local(row: Array, x: float, y: float, z: float) -> tuple[float, float, float]:
    """A world point in a primitive's own coordinates."""
    dx, dy, dz = x - row[PX], y - row[PY], z - row[PZ]
    return (
        row[R00] * dx + row[R01] * dy + row[R02] * dz,
        row[R10] * dx + row[R11] * dy + row[R12] * dz,
        row[R20] * dx + row[R21] * dy + row[R22] * dz,
    )


@kernel
def shape_distance(row: Array, wx: float, wy: float, wz: float) -> float:
    """Signed distance in metres from a world point to one primitive (a lower bound for the bumpy and bent ones)."""
    x, y, z = to_local(row, wx, wy, wz)
    a, b, c = row[SA], row[SB], row[SC]
    shape = int(row[SHAPE])
    if shape == BOX:
        r = row[ROUND]
        qx, qy, qz = abs(x) - a + r, abs(y) - b + r, abs(z) - c + r
        ox, oy, oz = max(qx, 0.0), max(qy, 0.0), max(qz, 0.0)
        d = math.sqrt(ox * ox + oy * oy + oz * oz) + min(max(qx, max(qy, qz)), 0.0) - r
    elif shape == CAPSULE:
        # radius a at the bottom (-b) to c at the top (+b)
        t = min(max((y + b) / (2.0 * b), 0.0), 1.0)
        dy = y + b - 2.0 * b * t
        d = (math.sqrt(x * x + dy * dy + z * z) - (a + (c - a) * t)) * 0.95
    elif shape == ELLIPSOID:
        k0 = math.sqrt((x / a) ** 2 + (y / b) ** 2 + (z / c) ** 2)
        k1 = math.sqrt((x / (a * a)) ** 2 + (y / (b * b)) ** 2 + (z / (c * c)) ** 2)
        d = k0 * (k0 - 1.0) / max(k1, 1e-9)
    elif shape == CONE:
        # capped cone, radius a at the bottom (-b), c at the top (+b)
        q = math.sqrt(x * x + z * z)
        k2x, k2y = c - a, 2.0 * b
        cax = q - min(q, a if y < 0.0 else c)
        cay = abs(y) - b
        f = min(max(((c - q) * k2x + (b - y) * k2y) / (k2x * k2x + k2y * k2y), 0.0), 1.0)
        cbx, cby = q - c + k2x * f, y - b + k2y * f
        sign = -1.0 if cbx < 0.0 and cay < 0.0 else 1.0
        d = sign * math.sqrt(min(cax * cax + cay * cay, cbx * cbx + cby * cby)) - row[ROUND]
    elif shape == GABLE:
        # a roof: half width a, height 2b, half length c, ridge along z
        n = 1.0 / math.sqrt(4.0 * b * b + a * a)
        slope = (abs(x) * 2.0 * b + (y - b) * a) * n
        d = max(max(slope, -b - y), abs(z) - c)
    elif shape == TORUS:
        q = math.sqrt(x * x + z * z) - a
        d = math.sqrt(q * q + y * y) - b
    else:
        # a hull, bow towards +z: half beam a, half depth b, half length c
        s = min(max(z / c, -1.0), 1.0)
        taper = 1.0 - max(s, 0.0) ** 2 * 0.95 - max(-s, 0.0) ** 3 * 0.35
        beam = a * math.sqrt(max(taper, 0.02)) * (0.62 + 0.38 * min(max(y / b * 0.5 + 0.5, 0.0), 1.0))
        d = max(max(abs(x) - beam, abs(y - 0.12 * b * s * s) - b), abs(z) - c) * 0.62
    bump = row[BUMP]
    if bump > 0.0 and d < 4.0 * bump:
        f = row[BUMP_SCALE]
        d += bump * (
            math.sin(f * x + 1.3 * math.sin(f * 0.7 * z)) * math.sin(f * 1.1 * y) * math.sin(f * 0.9 * z + 0.5)
        )
        d *= 0.8
    return d


@kernel
def nearest(primitives: Array, chosen: Array, count: int, x: float, y: float, z: float) -> tuple[float, int]:
    """Distance to the nearest of the chosen primitives, blended where they ask for it, and which one it is."""
    best, winner, closest = 1e9, -1, 1e9
    for n in range(count):
        row = primitives[chosen[n]]
        d = shape_distance(row, x, y, z)
        if d < closest:
            closest, winner = d, chosen[n]
        k = row[BLEND]
        if k > 0.0 and best < 1e8:
            h = max(k - abs(best - d), 0.0) / k
            best = min(best, d) - h * h * k * 0.25
        else:
            best = min(best, d)
    return best, winner
