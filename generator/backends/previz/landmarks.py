"""What stands outdoors: buildings, boats, vehicles, trees, rocks; sizes as in life (metres), base at y = 0."""

import math

import numpy as np

from generator.backends.previz.layout import FOLIAGE, PLANKS, STONE, STRIPES, TILES, WINDOWS
from generator.backends.previz.parts import Colour, Paint, Part, ball, box, cone, limb, ring, roof, turn
from generator.backends.previz.props import BRASS, DARK_WOOD, IRON, LEATHER, LINEN, WOOD

WHITEWASH: Colour = (0.66, 0.64, 0.58)
PANE: Colour = (1.0, 0.50, 0.16)
SLATE = Paint((0.075, 0.085, 0.10), gloss=0.08, pattern=TILES, size=0.42, second=(0.12, 0.125, 0.14))
CLAY = Paint((0.30, 0.105, 0.055), pattern=TILES, size=0.42, second=(0.20, 0.07, 0.04))
GREY_STONE = Paint((0.28, 0.265, 0.24), pattern=STONE, size=0.5, second=(0.17, 0.16, 0.15))


def lit(glow: float) -> Paint:
    """A window pane: dark glass by day, warm by night."""
    return Paint(PANE, glow=glow * 1.5) if glow > 0.0 else Paint((0.05, 0.065, 0.08), gloss=0.7)


def lighthouse(glow: float) -> tuple[Part, ...]:
    """19 m, red bands on white, a gallery and a lantern room at 16.4 m."""
    stripes = Paint(WHITEWASH, pattern=STRIPES, size=2.5, second=(0.42, 0.045, 0.035))
    return (
        cone((0.0, 7.2, 0.0), 2.5, 7.2, 1.55, stripes),
        cone((0.0, 0.5, 0.0), 3.3, 0.7, 3.0, GREY_STONE),
        cone((0.0, 14.5, 0.0), 2.15, 0.16, 2.25, IRON),
        ring((0.0, 15.5, 0.0), 2.1, 0.05, IRON),
        ring((0.0, 15.1, 0.0), 2.1, 0.035, IRON),
        cone((0.0, 15.1, 0.0), 1.25, 0.5, 1.25, Paint(WHITEWASH)),
        cone((0.0, 16.4, 0.0), 1.15, 0.85, 1.15, Paint((1.0, 0.80, 0.45), glow=0.25 + glow * 3.5)),
        *[
            limb(
                (1.2 * math.cos(a), 15.5, 1.2 * math.sin(a)),
                (1.2 * math.cos(a), 17.3, 1.2 * math.sin(a)),
                0.05,
                0.05,
                IRON,
            )
            for a in np.arange(8) * math.pi / 4
        ],
        cone((0.0, 17.75, 0.0), 1.5, 0.5, 0.15, Paint((0.36, 0.04, 0.03), gloss=0.15)),
        ball((0.0, 18.4, 0.0), 0.2, BRASS),
        box((0.0, 1.5, 2.35), (0.55, 1.1, 0.2), DARK_WOOD),
        box((0.0, 6.5, 2.05), (0.28, 0.45, 0.12), lit(glow)),
        box((0.0, 10.5, 1.8), (0.28, 0.45, 0.12), lit(glow)),
        box((5.2, 1.5, 0.0), (2.2, 1.5, 1.7), Paint(WHITEWASH)),
        roof((5.2, 3.8, 0.0), (2.1, 0.85, 2.5), CLAY, rotation=turn(1.5708)),
        box((5.2, 1.7, 1.68), (0.4, 0.5, 0.06), lit(glow)),
        box((6.6, 4.4, 0.0), (0.3, 0.9, 0.3), GREY_STONE),
    )


def house(glow: float, wall: Colour, *, clay: bool, wide: float = 3.4) -> tuple[Part, ...]:
    """A gabled house, ridge along z, door and windows on the gable end (+z) and the long sides."""
    plaster = Paint(wall, pattern=PLANKS, size=0.28, second=(wall[0] * 0.8, wall[1] * 0.8, wall[2] * 0.8))
    tiles = CLAY if clay else SLATE
    frame = Paint((0.55, 0.53, 0.48))
    parts = [
        box((0.0, 1.7, 0.0), (wide, 1.7, 4.2), plaster),
        box((0.0, 0.15, 0.0), (wide + 0.08, 0.3, 4.28), GREY_STONE),
        roof((0.0, 4.75, 0.0), (wide + 0.55, 1.4, 4.7), tiles),
        box((wide * 0.45, 5.6, -1.6), (0.35, 1.4, 0.35), GREY_STONE),
        box((0.0, 1.15, 4.2), (0.5, 1.1, 0.07), DARK_WOOD),
        box((0.0, 1.15, 4.18), (0.62, 1.22, 0.06), frame),
    ]
    for x in (-0.62 * wide, 0.62 * wide):
        parts += [
            box((x, 1.8, 4.2), (0.42, 0.55, 0.06), lit(glow)),
            box((x, 1.8, 4.19), (0.52, 0.65, 0.05), frame),
            box((x, 1.8, 4.27), (0.42, 0.025, 0.02), frame),
            box((x, 1.8, 4.27), (0.025, 0.55, 0.02), frame),
        ]
    parts.append(box((0.0, 4.3, 4.18), (0.36, 0.45, 0.07), lit(glow)))
    for side in (-1.0, 1.0):
        for z in (-2.2, 0.0, 2.2):
            parts.append(box((side * wide, 1.9, z), (0.06, 0.5, 0.42), lit(glow if z != 0.0 else 0.0)))
    return tuple(parts)


def church(glow: float) -> tuple[Part, ...]:
    pale = Paint((0.55, 0.52, 0.46), pattern=STONE, size=0.4, second=(0.42, 0.40, 0.36))
    sides = [box((s * 3.3, 2.9, z), (0.08, 1.3, 0.4), lit(glow)) for s in (-1.0, 1.0) for z in (-4.5, -1.5, 1.5)]
    return (
        box((0.0, 2.8, -1.5), (3.3, 2.8, 6.5), pale),
        roof((0.0, 7.4, -1.5), (3.7, 1.9, 6.8), SLATE),
        box((0.0, 6.0, 6.2), (1.7, 6.0, 1.7), pale),
        cone((0.0, 15.6, 6.2), 2.0, 3.7, 0.06, SLATE),
        box((0.0, 19.9, 6.2), (0.07, 0.75, 0.07), IRON),
        box((0.0, 20.1, 6.2), (0.35, 0.07, 0.07), IRON),
        box((0.0, 1.3, 7.88), (0.75, 1.3, 0.1), DARK_WOOD),
        box((0.0, 9.6, 7.88), (0.5, 0.9, 0.1), IRON),
        *sides,
    )


def castle(glow: float) -> tuple[Part, ...]:
    parts = []
    for x, z, r, h in ((0.0, 0.0, 3.6, 8.5), (11.0, -2.0, 2.7, 5.5), (-9.0, -5.0, 2.5, 4.6), (3.0, -12.0, 2.9, 6.5)):
        parts += [
            cone((x, h, z), r * 1.1, h, r, GREY_STONE),
            cone((x, 2 * h + 0.3, z), r * 1.18, 0.6, r * 1.18, GREY_STONE),
            box((x, h * 1.4, z + r), (0.3, 0.8, 0.2), lit(glow)),
        ]
        parts += [
            box((x + r * 1.05 * math.cos(a), 2 * h + 1.3, z + r * 1.05 * math.sin(a)), (0.45, 0.55, 0.45), GREY_STONE)
            for a in np.arange(6) * math.pi / 3
        ]
    parts += [
        box((5.5, 3.4, -1.0), (5.5, 3.4, 0.9), GREY_STONE, rotation=turn(0.18)),
        box((-4.5, 2.9, -2.5), (4.8, 2.9, 0.9), GREY_STONE, rotation=turn(-0.5)),
    ]
    return tuple(parts)


def windmill(glow: float, angle: float) -> tuple[Part, ...]:
    parts = [
        cone((0.0, 4.2, 0.0), 3.0, 4.2, 1.9, Paint(WHITEWASH)),
        ball((0.0, 8.5, 0.0), (2.1, 1.5, 2.1), SLATE),
        box((0.0, 1.2, 2.8), (0.55, 1.2, 0.15), DARK_WOOD),
        box((0.0, 5.2, 2.25), (0.4, 0.5, 0.2), lit(glow)),
        limb((0.0, 8.6, 0.0), (0.0, 8.6, 2.9), 0.22, 0.18, DARK_WOOD),
    ]
    for n in range(4):
        spin = turn(0.0, 0.0, angle + n * math.pi / 2)
        arm = spin @ np.array([0.0, 3.2, 0.0])
        sail = spin @ np.array([0.45, 3.6, 0.0])
        parts += [
            box((float(arm[0]), 8.6 + float(arm[1]), 2.9), (0.09, 3.2, 0.07), DARK_WOOD, rotation=spin),
            box((float(sail[0]), 8.6 + float(sail[1]), 2.86), (0.45, 2.6, 0.03), LINEN, rotation=spin),
        ]
    return tuple(parts)


def tower(glow: float) -> tuple[Part, ...]:
    """An observatory: a drum, a dome with a slit."""
    return (
        cone((0.0, 3.6, 0.0), 3.9, 3.6, 3.7, Paint(WHITEWASH)),
        ball((0.0, 7.2, 0.0), (3.8, 3.3, 3.8), Paint((0.30, 0.34, 0.37), gloss=0.35)),
        ring((0.0, 7.15, 0.0), 3.85, 0.16, IRON),
        box((0.0, 9.4, 2.0), (0.5, 1.9, 1.8), lit(glow), rotation=turn(0, 0.35)),
        box((0.0, 1.2, 3.85), (0.6, 1.2, 0.15), DARK_WOOD),
        *[
            box((3.85 * math.sin(a), 4.4, 3.85 * math.cos(a)), (0.4, 0.6, 0.12), lit(glow), rotation=turn(a))
            for a in (-1.1, 1.1, 2.3)
        ],
    )


def block(glow: float, width: float, height: float, depth: float, wall: Colour) -> tuple[Part, ...]:
    """A town building with a cornice, rows of windows and a lit shop at street level (front +z)."""
    face = Paint(wall, glow=glow * 1.3, pattern=WINDOWS, size=2.9, second=PANE)
    parts = [
        box((0.0, height / 2, 0.0), (width / 2, height / 2, depth / 2), face),
        box((0.0, height, 0.0), (width / 2 + 0.25, 0.22, depth / 2 + 0.25), GREY_STONE),
        box((0.0, 3.5, depth / 2), (width / 2 + 0.05, 0.16, 0.2), GREY_STONE),
        box(
            (0.0, 1.6, depth / 2 + 0.02),
            (width * 0.34, 1.25, 0.08),
            Paint((0.10, 0.08, 0.07), glow=glow * 1.6, pattern=WINDOWS, size=1.45, second=PANE),
        ),
        box(
            (0.0, 3.1, depth / 2 + 0.6),
            (width * 0.38, 0.05, 0.65),
            Paint((wall[0] * 0.7, wall[1] * 0.3, wall[2] * 0.25)),
            rotation=turn(0, 0.25),
        ),
        box((width * 0.22, height + 1.2, -depth * 0.2), (1.1, 1.2, 1.1), GREY_STONE),
    ]
    if height > 14.0:
        parts += [
            cone((-width * 0.22, height + 1.9, 0.0), 1.1, 1.1, 1.1, DARK_WOOD),
            cone((-width * 0.22, height + 3.4, 0.0), 1.25, 0.45, 0.05, IRON),
        ]
    return tuple(parts)


def pine(rng: np.random.Generator, snow: bool) -> tuple[Part, ...]:
    shade = float(rng.uniform(0.8, 1.25))
    green = (0.028 * shade, 0.062 * shade, 0.030 * shade)
    needles = Paint(
        green,
        pattern=FOLIAGE,
        size=0.6,
        second=(0.62, 0.66, 0.72) if snow else (0.07 * shade, 0.115 * shade, 0.045 * shade),
    )
    tall = float(rng.uniform(5.5, 9.5))
    parts = [cone((0.0, tall * 0.14, 0.0), 0.17, tall * 0.14, 0.13, LEATHER)]
    for n in range(4):
        f = n / 4
        parts.append(
            cone(
                (0.0, tall * (0.30 + 0.185 * n), 0.0),
                tall * 0.21 * (1.0 - 0.62 * f),
                tall * 0.145,
                tall * 0.05 * (1.0 - f) + 0.02,
                needles,
                bump=0.13,
                bump_scale=3.1 + n,
            )
        )
    return tuple(parts)


def tree(rng: np.random.Generator, autumn: bool) -> tuple[Part, ...]:
    """A broad tree of 4.5 to 7 m: a trunk that forks, and clumps of leaves, lighter above."""
    base = (0.24, 0.11, 0.025) if autumn else (0.055, 0.095, 0.025)
    tall = float(rng.uniform(4.5, 7.0))
    lean = float(rng.uniform(-0.25, 0.25))
    fork = (lean, tall * 0.42, 0.0)
    parts = [limb((0.0, -0.1, 0.0), fork, 0.22, 0.13, LEATHER)]
    for n in range(9):
        # a crown of clumps: five around, three above, one on top
        ring_of, high = (5, 0.60) if n < 5 else ((3, 0.80) if n < 8 else (1, 0.93))
        angle = 2.0 * math.pi * n / ring_of + float(rng.uniform(-0.35, 0.35))
        reach = tall * {5: 0.25, 3: 0.14, 1: 0.0}[ring_of] * float(rng.uniform(0.8, 1.2))
        place = (
            lean + reach * math.cos(angle),
            tall * (high + float(rng.uniform(-0.05, 0.05))),
            reach * math.sin(angle),
        )
        if n < 5:
            parts.append(limb(fork, (place[0] * 0.7, place[1] * 0.95, place[2] * 0.7), 0.09, 0.035, LEATHER))
        light = 0.85 + 0.45 * (high - 0.6) + float(rng.uniform(-0.12, 0.12))
        leaf = (base[0] * light, base[1] * light, base[2] * light)
        leaves = Paint(leaf, pattern=FOLIAGE, size=0.5, second=(leaf[0] * 2.0, leaf[1] * 1.8, leaf[2] * 1.5))
        size = tall * float(rng.uniform(0.15, 0.20))
        parts.append(ball(place, (size, size * 0.78, size), leaves, bump=0.16, bump_scale=4.2))
    return tuple(parts)


def rock(rng: np.random.Generator) -> tuple[Part, ...]:
    stone = Paint((0.17, 0.155, 0.14), pattern=STONE, size=0.55, second=(0.09, 0.085, 0.08))
    return tuple(
        ball(
            (float(rng.normal(0, 0.8)), float(rng.uniform(0.0, 0.3)), float(rng.normal(0, 0.8))),
            (float(rng.uniform(0.6, 1.3)), float(rng.uniform(0.4, 0.9)), float(rng.uniform(0.6, 1.2))),
            stone,
            blend=0.25,
            bump=0.10,
            bump_scale=2.6,
            rotation=turn(float(rng.uniform(0, 6)), 0.2, 0.2),
        )
        for _ in range(4)
    )


def pier(length: float, drop: float) -> tuple[Part, ...]:
    """A wooden jetty along +z whose deck is at y = 0."""
    parts = [box((0.0, -0.09, length / 2), (1.35, 0.09, length / 2), WOOD)]
    for z in np.arange(0.6, length, 3.4):
        for x in (-1.2, 1.2):
            parts.append(limb((x, -drop, float(z)), (x, 0.75, float(z)), 0.14, 0.12, DARK_WOOD))
    parts += [
        limb((-1.2, 0.68, 0.6), (-1.2, 0.6, length - 0.5), 0.03, 0.03, LINEN),
        limb((1.2, 0.68, 0.6), (1.2, 0.6, length - 0.5), 0.03, 0.03, LINEN),
    ]
    return tuple(parts)


def bridge() -> tuple[Part, ...]:
    """A viaduct of 60 m along x, deck at 9 m."""
    parts = [
        box((0.0, 8.6, 0.0), (32.0, 0.55, 2.4), GREY_STONE),
        box((0.0, 9.4, 2.2), (32.0, 0.4, 0.18), GREY_STONE),
        box((0.0, 9.4, -2.2), (32.0, 0.4, 0.18), GREY_STONE),
    ]
    for x in range(-28, 29, 8):
        parts += [
            box((float(x), 3.0, 0.0), (0.95, 5.4, 2.0), GREY_STONE),
            ball((float(x), 8.1, 0.0), (2.6, 1.4, 2.1), GREY_STONE, blend=0.6),
        ]
    return tuple(parts)


def lamp_post() -> tuple[Part, ...]:
    return (
        cone((0.0, 0.25, 0.0), 0.16, 0.25, 0.09, IRON),
        limb((0.0, 0.4, 0.0), (0.0, 3.5, 0.0), 0.05, 0.04, IRON),
        limb((-0.25, 3.3, 0.0), (0.25, 3.3, 0.0), 0.025, 0.025, IRON),
        cone((0.0, 3.72, 0.0), 0.11, 0.17, 0.17, Paint((1.0, 0.66, 0.30), glow=5.0)),
        cone((0.0, 3.96, 0.0), 0.22, 0.08, 0.03, IRON),
    )


def tent() -> tuple[Part, ...]:
    canvas = Paint((0.42, 0.31, 0.16), pattern=STRIPES, size=0.5, second=(0.50, 0.40, 0.24))
    return (
        roof((0.0, 1.0, 0.0), (1.5, 1.0, 1.9), canvas),
        limb((0.0, 0.0, 1.95), (0.0, 2.15, 1.95), 0.035, 0.035, WOOD),
        limb((0.0, 2.0, 1.9), (0.0, 0.0, 4.0), 0.012, 0.012, LINEN),
    )


def fire(time: float) -> tuple[Part, ...]:
    wobble = math.sin(time * 9.0) * 0.06
    logs = [
        limb(
            (0.5 * math.cos(a), 0.06, 0.5 * math.sin(a)),
            (-0.15 * math.cos(a), 0.28, -0.15 * math.sin(a)),
            0.08,
            0.06,
            DARK_WOOD,
        )
        for a in np.arange(5) * 1.257
    ]
    return (
        *logs,
        cone(
            (wobble * 0.4, 0.5, 0.0),
            0.24,
            0.32,
            0.03,
            Paint((1.0, 0.36, 0.06), glow=5.0),
            bump=0.07,
            bump_scale=9.0 + wobble * 8,
        ),
        cone((0.02, 0.38, wobble * 0.5), 0.15, 0.22, 0.02, Paint((1.0, 0.75, 0.25), glow=8.0)),
        *[
            ball((0.7 * math.cos(a), 0.07, 0.7 * math.sin(a)), (0.18, 0.13, 0.15), GREY_STONE)
            for a in np.arange(8) * 0.785
        ],
    )


def fence(length: float) -> tuple[Part, ...]:
    posts = [
        limb((float(x), 0.0, 0.0), (float(x), 1.1, 0.0), 0.06, 0.05, DARK_WOOD)
        for x in np.arange(-length / 2, length / 2 + 0.1, 2.2)
    ]
    return (
        limb((-length / 2, 0.85, 0.0), (length / 2, 0.82, 0.0), 0.035, 0.035, WOOD),
        limb((-length / 2, 0.45, 0.0), (length / 2, 0.48, 0.0), 0.035, 0.035, WOOD),
        *posts,
    )
