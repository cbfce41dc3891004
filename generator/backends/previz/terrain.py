"""The lie of the land: noise, and a height field for each kind of place with a level stage in the middle."""

from typing import Any

import numpy as np

from generator.backends.previz.layout import GRASS, PAVED, ROCKY, SAND, SNOWY
from generator.backends.previz.shapes import Array

#: Half side of the height field in metres and its samples a side.
EXTENT, SIDE = 130.0, 260
#: Side of the tiling noise texture in texels; the kernels wrap by masking, so it is a power of two.
NOISE_SIDE = 256
#: Radius of the level ground on which figures stand, metres.
STAGE = 9.0


def value_noise(rng: np.random.Generator, side: int, cells: int) -> Array:
    """One octave of tiling value noise (side, side) in 0..1 with ``cells`` cells a side, smoothly joined."""
    lattice = rng.random((cells, cells))
    u = np.arange(side) * cells / side
    i = np.floor(u).astype(int)
    f = u - i
    f = f * f * (3.0 - 2.0 * f)
    i, j = i % cells, (i + 1) % cells
    rows = lattice[i] * (1.0 - f)[:, None] + lattice[j] * f[:, None]
    return np.asarray(rows[:, i] * (1.0 - f) + rows[:, j] * f)


def fractal(rng: np.random.Generator, side: int, cells: int, octaves: int) -> Array:
    """Sum of octaves of value noise, each twice as fine and half as strong, stretched to 0..1."""
    total = sum(value_noise(rng, side, min(cells << n, side)) * 0.5**n for n in range(octaves))
    total = np.asarray(total)
    return np.asarray((total - total.min()) / (total.max() - total.min()))


def noise_texture() -> Array:
    """The texture that all surfaces and clouds share; always the same."""
    return np.ascontiguousarray(fractal(np.random.default_rng(20), NOISE_SIDE, 16, 5).astype(np.float32))


def smooth(low: float, high: float, value: Any) -> Array:
    """Hermite step from 0 at ``low`` to 1 at ``high``."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def landform(place: str, rng: np.random.Generator) -> tuple[Array, float, int, bool]:
    """Heights (SIDE, SIDE) float32 indexed [z, x], the stage's height, the kind of ground, whether there is water."""
    axis = np.linspace(-EXTENT, EXTENT, SIDE)
    x, z = np.meshgrid(axis, axis)
    r = np.hypot(x, z)
    rough = fractal(rng, SIDE, 6, 5)
    broad = fractal(rng, SIDE, 3, 3)
    ridged = (1.0 - np.abs(2.0 * fractal(rng, SIDE, 5, 6) - 1.0)) ** 1.6
    level, kind, water = 0.0, GRASS, False
    if place in ("coast", "island"):
        water, level = True, 1.5
        inland = -x + 26.0 * (broad - 0.5) if place == "coast" else 34.0 - r + 26.0 * (broad - 0.5)
        heights = (
            -5.0
            + 6.5 * smooth(-22.0, 2.0, inland)
            + (9.0 if place == "coast" else 5.0) * smooth(10.0, 58.0, inland) * (0.5 + rough)
        )
        heights += 1.6 * (rough - 0.5) * smooth(-4.0, 12.0, inland)
    elif place == "harbour":
        water, level, kind = True, 1.3, PAVED
        heights = np.where(x < 6.5, 1.3, -4.0) + 13.0 * smooth(26.0, 110.0, -x) * (0.4 + broad)
    elif place == "sea":
        water, level = True, -6.0
        heights = np.full_like(x, -6.0)
    elif place == "lake":
        water, level = True, 0.8
        shore = -x + 22.0 * (broad - 0.5)
        heights = (
            -3.0
            + 3.8 * smooth(-14.0, 1.0, shore)
            + 16.0 * smooth(18.0, 120.0, shore) * (0.3 + rough)
            + 12.0 * smooth(85.0, 130.0, x) * rough
        )
    elif place == "mountain":
        level, kind = 6.0, ROCKY
        heights = 58.0 * ridged * smooth(14.0, 110.0, r) + 8.0 * rough
    elif place == "desert":
        level, kind = 2.0, SAND
        warp = x * 0.055 + z * 0.02 + 5.0 * broad
        dune = 1.0 - np.abs(((warp / 2.4) % 1.0) * 2.0 - 1.0) ** 0.8
        heights = 9.0 * dune * (0.4 + broad) + 0.8 * rough
    elif place == "river":
        # the stage is the near bank; the water bends along it and the far bank rises behind
        water, level = True, 0.9
        bend = x - 17.0 + 7.0 * np.sin(z * 0.035 + 6.0 * float(rng.random())) + 5.0 * (broad - 0.5)
        heights = 0.9 - 3.2 * (1.0 - smooth(7.0, 15.0, np.abs(bend))) + 0.7 * rough
        heights += 9.0 * smooth(28.0, 110.0, np.abs(bend)) * (0.3 + broad)
    elif place in ("city", "market", "station"):
        level, kind = 0.0, PAVED
        heights = np.zeros_like(x)
    elif place == "planet":
        level, kind = 1.0, ROCKY
        heights = 2.4 * rough + 9.0 * broad * smooth(20.0, 110.0, r)
        for _ in range(16):
            cx, cz, wide = (float(v) for v in rng.uniform((-100, -100, 5), (100, 100, 17)))
            off = np.hypot(x - cx, z - cz) / wide
            heights += wide * 0.20 * (np.exp(-((off - 1.0) ** 2) * 9.0) - 0.9 * np.exp(-((off * 1.5) ** 4)))
    elif place == "road":
        level = 0.8
        heights = 10.0 * broad * smooth(14.0, 110.0, np.abs(x)) + 0.8 * rough * smooth(4.0, 9.0, np.abs(x))
    elif place == "forest":
        level = 1.0
        heights = 9.0 * broad * smooth(10.0, 90.0, r) + 1.3 * rough
    else:
        level = 0.8
        heights = 13.0 * broad * smooth(25.0, 130.0, r) + 0.9 * rough
    if place not in ("sea", "city", "harbour", "market", "station"):
        flat = 1.0 - smooth(STAGE * 0.8, STAGE * 2.4, r)
        heights = heights * (1.0 - flat) + (level + 0.25 * (rough - 0.5)) * flat
        level = float(heights[SIDE // 2, SIDE // 2])
    return np.ascontiguousarray(heights.astype(np.float32)), level, kind, water


__all__ = ["EXTENT", "SNOWY", "fractal", "landform", "noise_texture", "smooth"]
