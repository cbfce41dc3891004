"""Smaller things outdoors: market stalls, wells, benches, graves, palms, platforms; sizes as in life, base at y = 0."""

import math

import numpy as np

from generator.backends.previz.landmarks import GREY_STONE
from generator.backends.previz.layout import FOLIAGE, STRIPES
from generator.backends.previz.parts import Colour, Paint, Part, ball, box, cone, limb, ring, roof, turn
from generator.backends.previz.props import DARK_WOOD, IRON, LEATHER, LINEN, WOOD

_GOODS: tuple[Colour, ...] = (
    (0.50, 0.05, 0.03),
    (0.52, 0.26, 0.02),
    (0.16, 0.30, 0.04),
    (0.50, 0.42, 0.06),
    (0.26, 0.05, 0.16),
)


def stall(rng: np.random.Generator) -> tuple[Part, ...]:
    """A market stall 2.4 m wide with a striped awning and heaps of goods, front +z."""
    hue = _GOODS[int(rng.integers(len(_GOODS)))]
    cloth = Paint(hue, pattern=STRIPES, size=0.16, second=(0.58, 0.55, 0.48))
    posts = [
        limb((x, 0.0, z), (x, 2.3 if z < 0 else 2.0, z), 0.03, 0.03, WOOD) for x in (-1.15, 1.15) for z in (-0.6, 0.7)
    ]
    heaps = []
    for n in range(4):
        paint = Paint(_GOODS[int(rng.integers(len(_GOODS)))], gloss=0.1)
        x = -0.87 + 0.58 * n
        heaps += [
            box((x, 0.93, 0.15), (0.26, 0.06, 0.34), WOOD),
            ball((x, 0.99, 0.15), (0.22, 0.12, 0.28), paint, bump=0.03, bump_scale=42.0),
        ]
    return (
        *posts,
        box((0.0, 2.22, 0.08), (1.32, 0.03, 0.86), cloth, rotation=turn(0.0, 0.24)),
        box((0.0, 1.92, 0.90), (1.32, 0.13, 0.012), cloth),
        box((0.0, 0.84, 0.1), (1.2, 0.03, 0.55), WOOD),
        box((0.0, 0.45, 0.62), (1.2, 0.40, 0.015), Paint((hue[0] * 0.6, hue[1] * 0.6, hue[2] * 0.6))),
        *heaps,
    )


def well() -> tuple[Part, ...]:
    return (
        cone((0.0, 0.42, 0.0), 0.95, 0.42, 0.88, GREY_STONE),
        cone((0.0, 0.845, 0.0), 0.66, 0.01, 0.66, Paint((0.01, 0.012, 0.015), gloss=0.5)),
        *[limb((x, 0.6, 0.0), (x, 2.1, 0.0), 0.06, 0.06, DARK_WOOD) for x in (-0.8, 0.8)],
        limb((-0.8, 1.7, 0.0), (0.8, 1.7, 0.0), 0.08, 0.08, WOOD),
        roof((0.0, 2.45, 0.0), (0.8, 0.34, 1.1), WOOD, rotation=turn(1.5708)),
        limb((0.1, 1.7, 0.0), (0.1, 1.0, 0.0), 0.012, 0.012, LINEN),
        cone((0.1, 0.92, 0.0), 0.10, 0.12, 0.14, DARK_WOOD),
    )


def bench() -> tuple[Part, ...]:
    """A park bench along x; whoever sits looks to +z."""
    return (
        *[box((0.0, 0.45, z), (0.9, 0.015, 0.05), WOOD) for z in (-0.14, 0.0, 0.14)],
        *[box((0.0, y, -0.24), (0.9, 0.05, 0.014), WOOD) for y in (0.66, 0.84)],
        *[limb((x, 0.0, z), (x, 0.44, z), 0.03, 0.03, IRON) for x in (-0.75, 0.75) for z in (-0.18, 0.18)],
        *[limb((x, 0.44, -0.2), (x, 0.9, -0.26), 0.025, 0.025, IRON) for x in (-0.75, 0.75)],
    )


def grave(rng: np.random.Generator) -> tuple[Part, ...]:
    lean = turn(0.0, float(rng.uniform(-0.12, 0.12)), float(rng.uniform(-0.1, 0.1)))
    if rng.random() < 0.5:
        return (
            box((0.0, 0.62, 0.0), (0.07, 0.62, 0.06), GREY_STONE, rotation=lean),
            box((0.0, 0.88, 0.0), (0.30, 0.07, 0.06), GREY_STONE, rotation=lean),
        )
    return (
        box((0.0, 0.40, 0.0), (0.32, 0.42, 0.07), GREY_STONE, rotation=lean),
        cone((0.0, 0.82, 0.0), 0.32, 0.07, 0.32, GREY_STONE, rotation=lean @ turn(0.0, 1.5708)),
    )


def palm(rng: np.random.Generator) -> tuple[Part, ...]:
    tall, bow = float(rng.uniform(4.5, 7.5)), float(rng.uniform(0.2, 1.1))
    leaf = Paint((0.06, 0.12, 0.03), pattern=FOLIAGE, size=0.5, second=(0.13, 0.20, 0.05))
    top = (bow, tall, 0.0)
    parts = [
        limb((0.0, 0.0, 0.0), (bow * 0.3, tall * 0.5, 0.0), 0.20, 0.14, LEATHER),
        limb((bow * 0.3, tall * 0.5, 0.0), top, 0.14, 0.11, LEATHER),
    ]
    for n in range(13):
        a = n * 2.4
        x, z = math.cos(a), math.sin(a)
        mid = (top[0] + 1.1 * x, tall + (0.55 if n % 2 else 0.15), 1.1 * z)
        parts += [
            limb(top, mid, 0.05, 0.13, leaf),
            limb(mid, (top[0] + 2.2 * x, tall - (0.35 if n % 2 else 1.1), 2.2 * z), 0.14, 0.02, leaf),
        ]
    return tuple(parts)


def platform(glow: float) -> tuple[Part, ...]:
    """A railway platform's canopy of 36 m along z, its track side at +x."""
    lamp = Paint((1.0, 0.72, 0.4), glow=4.0 if glow > 0 else 0.4)
    posts = [limb((0.0, 0.0, float(z)), (0.0, 3.6, float(z)), 0.11, 0.09, IRON) for z in range(-16, 17, 8)]
    return (
        *posts,
        box((0.0, 3.75, 0.0), (2.6, 0.06, 18.0), Paint((0.12, 0.15, 0.13)), rotation=turn(0, 0, 0.06)),
        box((2.55, 3.72, 0.0), (0.03, 0.20, 18.0), LINEN),
        *[ball((0.0, 3.4, float(z)), 0.12, lamp) for z in range(-12, 17, 8)],
        cone((1.2, 3.1, 2.0), 0.34, 0.06, 0.34, Paint((0.7, 0.68, 0.6)), rotation=turn(0, 1.5708)),
        ring((1.2, 3.1, 2.0), 0.35, 0.03, IRON, rotation=turn(0, 1.5708)),
    )


def observatory(glow: float) -> tuple[Part, ...]:
    """A round house under a white dome 9 m high whose slit lets a telescope out."""
    white, dome = Paint((0.58, 0.57, 0.53)), Paint((0.50, 0.53, 0.56), gloss=0.35)
    return (
        cone((0.0, 2.3, 0.0), 4.6, 2.3, 4.5, white),
        cone((0.0, 4.7, 0.0), 4.8, 0.14, 4.8, GREY_STONE),
        ball((0.0, 4.8, 0.0), 4.45, dome),
        box((0.0, 7.4, 2.6), (0.65, 2.1, 1.6), Paint((0.02, 0.02, 0.025), glow=0.0), rotation=turn(0.0, -0.75)),
        cone((0.0, 7.9, 3.0), 0.38, 1.5, 0.44, Paint((0.45, 0.30, 0.09), gloss=0.5), rotation=turn(0.0, 0.72)),
        box((0.0, 1.25, 4.55), (0.65, 1.25, 0.15), DARK_WOOD),
        *[
            box(
                (4.5 * math.sin(a), 2.4, 4.5 * math.cos(a)),
                (0.42, 0.6, 0.12),
                Paint((1.0, 0.55, 0.2), glow=1.6 * glow),
                rotation=turn(a),
            )
            for a in (0.7, -0.7, 1.7, -1.7)
        ],
    )
