"""Boats, cars and trains; sizes as in life (metres), a boat's waterline at y = 0, wheels on y = 0, the bow at +z."""

import math

from generator.backends.previz.landmarks import PANE, WHITEWASH, lit
from generator.backends.previz.layout import HULL, PLANKS, STRIPES, WINDOWS
from generator.backends.previz.parts import Colour, Paint, Part, ball, box, cone, limb, ring, turn
from generator.backends.previz.props import BRASS, DARK_WOOD, IRON, LINEN, WOOD


def boat(colour: Colour, sail: bool) -> tuple[Part, ...]:
    """A fishing boat of 5 m, waterline at y = 0, bow +z; a sail or a wheelhouse."""
    hull = Paint(
        colour, gloss=0.15, pattern=PLANKS, size=0.22, second=(colour[0] * 0.7, colour[1] * 0.7, colour[2] * 0.7)
    )
    parts = [
        Part(HULL, (0.0, 0.22, 0.0), (0.95, 0.46, 2.6), hull),
        Part(HULL, (0.0, 0.62, 0.0), (1.0, 0.05, 2.66), Paint(WHITEWASH)),
        Part(HULL, (0.0, 0.66, -0.05), (0.80, 0.03, 2.25), WOOD),
    ]
    if sail:
        parts += [
            limb((0.0, 0.5, 0.5), (0.0, 6.2, 0.35), 0.065, 0.035, WOOD),
            limb((0.0, 1.4, 0.5), (0.0, 1.3, -2.3), 0.05, 0.035, WOOD),
            Part(4, (0.0, 3.6, -0.62), (1.7, 2.15, 0.015), LINEN, rotation=turn(1.5708)),
            limb((0.0, 6.1, 0.35), (0.0, 0.8, 2.5), 0.012, 0.012, IRON),
        ]
    else:
        parts += [
            box((0.0, 1.3, 0.5), (0.62, 0.68, 0.62), Paint(WHITEWASH)),
            box((0.0, 2.02, 0.5), (0.75, 0.05, 0.78), hull),
            box((0.0, 1.55, 1.13), (0.5, 0.24, 0.02), lit(0.0)),
            limb((0.0, 2.0, 0.1), (0.0, 3.6, 0.0), 0.04, 0.025, WOOD),
            box((0.45, 0.85, -1.3), (0.25, 0.2, 0.3), WOOD),
            ring((0.64, 1.3, 0.5), 0.22, 0.06, Paint((0.65, 0.12, 0.04)), rotation=turn(0, 0, 1.5708)),
        ]
    return tuple(parts)


def ship(glow: float) -> tuple[Part, ...]:
    """A freighter of 40 m, bow +z."""
    hull = Paint((0.035, 0.04, 0.055), gloss=0.12)
    return (
        Part(HULL, (0.0, 1.2, 0.0), (4.0, 2.6, 20.0), hull),
        Part(HULL, (0.0, -0.2, 0.0), (4.02, 1.0, 19.6), Paint((0.26, 0.035, 0.025))),
        box((0.0, 6.6, -11.0), (3.2, 3.0, 3.2), Paint(WHITEWASH)),
        box((0.0, 8.2, -7.78), (2.8, 0.5, 0.08), lit(glow)),
        cone((0.0, 11.0, -13.0), 1.1, 1.8, 1.0, Paint((0.4, 0.05, 0.03))),
        *[
            box((0.0, 4.9, z), (2.6, 1.1, 2.2), Paint(c))
            for z, c in ((-4.0, (0.30, 0.10, 0.04)), (1.2, (0.06, 0.16, 0.20)), (6.4, (0.32, 0.25, 0.08)))
        ],
        limb((0.0, 3.5, 11.0), (0.0, 11.0, 11.0), 0.18, 0.1, IRON),
        limb((0.0, 10.0, 11.0), (0.0, 7.0, 4.0), 0.09, 0.07, IRON),
    )


def _wheels(places: tuple[float, ...], half: float, radius: float) -> list[Part]:
    rubber = Paint((0.018, 0.018, 0.02), gloss=0.08)
    across = turn(0, 0, 1.5708)
    parts = []
    for z in places:
        for x in (-half, half):
            parts += [
                cone((x, radius, z), radius, 0.11, radius, rubber, rotation=across),
                cone((x, radius, z), radius * 0.55, 0.125, radius * 0.5, IRON, rotation=across),
            ]
    return parts


def car(colour: Colour, glow: float) -> tuple[Part, ...]:
    body, glass = Paint(colour, gloss=0.55), Paint((0.03, 0.04, 0.05), gloss=0.8)
    lamp = Paint((1.0, 0.86, 0.6), glow=5.0) if glow > 0 else Paint((0.6, 0.6, 0.58), gloss=0.5)
    tail = Paint((1.0, 0.05, 0.03), glow=2.5 if glow > 0 else 0.0)
    return (
        box((0.0, 0.66, 0.0), (0.84, 0.28, 2.05), body, round=0.2),
        box((0.0, 1.12, -0.25), (0.70, 0.30, 1.05), glass, round=0.24),
        box((0.0, 1.36, -0.28), (0.62, 0.06, 0.78), body, round=0.05),
        box((0.0, 0.52, 2.03), (0.8, 0.07, 0.06), IRON),
        box((0.0, 0.52, -2.03), (0.8, 0.07, 0.06), IRON),
        *[ball((x, 0.72, 2.0), 0.12, lamp) for x in (-0.58, 0.58)],
        *[box((x, 0.74, -2.02), (0.12, 0.07, 0.03), tail) for x in (-0.6, 0.6)],
        *_wheels((-1.25, 1.3), 0.78, 0.33),
    )


def truck(colour: Colour, glow: float) -> tuple[Part, ...]:
    lamp = Paint((1.0, 0.86, 0.6), glow=5.0) if glow > 0 else Paint((0.6, 0.6, 0.58), gloss=0.5)
    return (
        box((0.0, 1.75, 2.1), (1.05, 0.95, 0.85), Paint(colour, gloss=0.35), round=0.18),
        box((0.0, 2.05, 2.92), (0.9, 0.38, 0.06), Paint((0.03, 0.04, 0.05), gloss=0.8)),
        box((0.0, 2.0, -1.2), (1.15, 1.2, 2.4), LINEN, round=0.12),
        box((0.0, 0.75, 0.0), (0.95, 0.12, 3.0), IRON),
        *[ball((x, 1.05, 2.98), 0.13, lamp) for x in (-0.75, 0.75)],
        *_wheels((-2.3, 2.0), 0.95, 0.48),
    )


def train(glow: float) -> tuple[Part, ...]:
    """A locomotive and two carriages on a track along z, engine at +z."""
    black, red = Paint((0.025, 0.027, 0.03), gloss=0.3), Paint((0.26, 0.03, 0.025), gloss=0.25)
    along = turn(0, 1.5708, 0)
    parts = [
        cone((0.0, 2.1, 6.2), 0.85, 2.5, 0.85, black, rotation=along),
        box((0.0, 2.5, 2.9), (1.3, 1.45, 1.0), black, round=0.08),
        cone((0.0, 3.4, 7.9), 0.24, 0.55, 0.34, black),
        ball((0.0, 3.0, 6.2), (0.4, 0.35, 0.4), BRASS),
        ball((0.0, 2.7, 8.7), 0.22, Paint((1.0, 0.9, 0.7), glow=6.0)),
        box((0.0, 0.85, 5.4), (1.2, 0.2, 3.6), red),
    ]
    for z in (-4.2, -15.4):
        face = Paint((0.20, 0.035, 0.03), glow=max(glow, 0.25) * 1.6, pattern=WINDOWS, size=1.5, second=PANE)
        parts += [
            box((0.0, 2.35, z), (1.35, 1.25, 5.2), face),
            box((0.0, 3.7, z), (1.25, 0.16, 5.2), IRON, round=0.1),
            box((0.0, 0.85, z), (1.1, 0.18, 5.0), IRON),
        ]
    for x in (-0.75, 0.75):
        parts.append(box((x, 0.06, 0.0), (0.05, 0.07, 60.0), IRON))
    across = turn(0, 0, 1.5708)
    parts += [
        cone((x, 0.62, z), 0.56, 0.1, 0.56, red, rotation=across) for x in (-0.95, 0.95) for z in (3.0, 4.6, 6.2, 7.6)
    ]
    return tuple(parts)


def rowboat(colour: Colour, time: float, *, rowed: bool) -> tuple[Part, ...]:
    """An open boat of 4 m, waterline at y = 0; the rower looks to +z and pulls two oars."""
    hull = Paint(
        colour, gloss=0.12, pattern=PLANKS, size=0.12, second=(colour[0] * 0.7, colour[1] * 0.7, colour[2] * 0.7)
    )
    pull = 0.45 * math.sin(2.2 * time) if rowed else 0.15
    dip = 0.25 * math.cos(2.2 * time) if rowed else 0.05
    oars = [
        limb((side * 0.25, 0.62, 0.30), (side * 2.3, 0.10 + dip, 0.1 - pull * 2.0), 0.026, 0.04, WOOD)
        for side in (-1.0, 1.0)
    ]
    return (
        Part(HULL, (0.0, 0.12, 0.0), (0.66, 0.26, 2.0), hull),
        Part(HULL, (0.0, 0.36, 0.0), (0.54, 0.03, 1.8), Paint((0.05, 0.035, 0.025))),
        box((0.0, 0.40, -0.05), (0.55, 0.02, 0.13), WOOD),
        box((0.0, 0.40, -1.1), (0.45, 0.02, 0.13), WOOD),
        *oars,
    )


def bicycle(time: float, colour: Colour) -> tuple[Part, ...]:
    """A bicycle towards +z, saddle over the origin a little behind; its cranks turn with ``acting``'s riders."""
    frame, across = Paint(colour, gloss=0.4), turn(0, 0, 1.5708)
    turned = 8.0 * time
    parts = []
    for z in (-0.52, 0.54):
        parts.append(ring((0.0, 0.34, z), 0.32, 0.022, Paint((0.02, 0.02, 0.02)), rotation=across))
        for n in range(3):
            a = 2.4 * turned + n * 1.047
            y, d = 0.31 * math.sin(a), 0.31 * math.cos(a)
            parts.append(limb((0.0, 0.34 - y, z - d), (0.0, 0.34 + y, z + d), 0.005, 0.005, IRON))
    c, s = 0.16 * math.cos(turned), 0.16 * math.sin(turned)
    return (
        *parts,
        limb((0.0, 0.34, -0.52), (0.0, 0.33, 0.02), 0.016, 0.016, frame),
        limb((0.0, 0.34, -0.52), (0.0, 0.80, -0.16), 0.013, 0.013, frame),
        limb((0.0, 0.33, 0.02), (0.0, 0.92, -0.20), 0.018, 0.018, frame),
        limb((0.0, 0.33, 0.02), (0.0, 0.82, 0.40), 0.018, 0.018, frame),
        limb((0.0, 0.80, -0.16), (0.0, 0.84, 0.39), 0.016, 0.016, frame),
        limb((0.0, 0.34, 0.54), (0.0, 1.02, 0.36), 0.016, 0.016, frame),
        limb((-0.24, 1.06, 0.32), (0.24, 1.06, 0.32), 0.014, 0.014, IRON),
        ball((0.0, 0.96, -0.21), (0.08, 0.035, 0.14), Paint((0.05, 0.025, 0.015))),
        limb((0.10, 0.34 + s, 0.02 + c), (-0.10, 0.34 - s, 0.02 - c), 0.012, 0.012, IRON),
    )


def sledge() -> tuple[Part, ...]:
    """A dog sledge of 2.2 m, bow +z, with a load under a tarpaulin."""
    runners = [
        part
        for x in (-0.28, 0.28)
        for part in (
            limb((x, 0.03, -1.1), (x, 0.03, 0.9), 0.025, 0.025, WOOD),
            limb((x, 0.03, 0.9), (x, 0.32, 1.2), 0.025, 0.02, WOOD),
            limb((x, 0.05, -0.8), (x, 0.95, -1.05), 0.02, 0.02, WOOD),
        )
    ]
    return (
        *runners,
        box((0.0, 0.22, 0.0), (0.30, 0.02, 0.95), WOOD),
        box((0.0, 0.40, 0.05), (0.26, 0.18, 0.62), Paint((0.36, 0.09, 0.03)), round=0.1),
        limb((-0.28, 0.95, -1.05), (0.28, 0.95, -1.05), 0.022, 0.022, WOOD),
        limb((0.0, 0.30, 1.15), (0.0, 0.40, 2.1), 0.012, 0.012, LINEN),
    )


def cart() -> tuple[Part, ...]:
    """A wooden cart with two wheels and shafts towards +z."""
    across = turn(0, 0, 1.5708)
    wheels = []
    for x in (-0.72, 0.72):
        wheels.append(ring((x, 0.58, 0.0), 0.55, 0.04, DARK_WOOD, rotation=across))
        wheels += [
            limb(
                (x, 0.58 - 0.52 * math.sin(a), -0.52 * math.cos(a)),
                (x, 0.58 + 0.52 * math.sin(a), 0.52 * math.cos(a)),
                0.02,
                0.02,
                DARK_WOOD,
            )
            for a in (0.3, 1.35, 2.4)
        ]
    return (
        *wheels,
        box((0.0, 0.72, 0.0), (0.62, 0.04, 1.0), WOOD),
        *[box((x, 0.92, 0.0), (0.03, 0.20, 1.0), WOOD) for x in (-0.6, 0.6)],
        *[limb((x, 0.68, 0.9), (x, 0.75, 2.6), 0.035, 0.03, WOOD) for x in (-0.45, 0.45)],
        *[ball((x, 0.88, z), 0.19, LINEN) for x, z in ((-0.25, -0.5), (0.22, -0.1), (-0.1, 0.45))],
    )


def plane(colour: Colour) -> tuple[Part, ...]:
    """A light aeroplane of 8 m, nose +z, wheels on y = 0."""
    body, glass = Paint(colour, gloss=0.4), Paint((0.03, 0.04, 0.05), gloss=0.8)
    along = turn(0, 1.5708, 0)
    return (
        cone((0.0, 1.35, -1.3), 0.24, 2.6, 0.62, body, rotation=along),
        ball((0.0, 1.35, 1.6), (0.62, 0.60, 0.95), body),
        box((0.0, 1.85, 0.9), (0.48, 0.26, 0.7), glass, round=0.2),
        box((0.0, 2.12, 0.8), (5.2, 0.06, 0.72), body),
        box((0.0, 1.50, -3.6), (1.6, 0.04, 0.38), body),
        box((0.0, 2.05, -3.7), (0.04, 0.62, 0.36), body),
        cone((0.0, 1.35, 2.6), 0.14, 0.12, 0.05, IRON, rotation=along),
        box((0.0, 1.35, 2.72), (0.95, 0.06, 0.02), DARK_WOOD, rotation=turn(0, 0, 0.6)),
        *_wheels((0.9,), 0.9, 0.28),
        ball((0.0, 0.16, -3.4), 0.16, IRON),
    )


def balloon(colour: Colour, second: Colour) -> tuple[Part, ...]:
    """A hot-air balloon of 17 m, the basket's floor at y = 0."""
    silk = Paint(colour, pattern=STRIPES, size=1.6, second=second)
    return (
        ball((0.0, 11.0, 0.0), (5.2, 5.8, 5.2), silk),
        cone((0.0, 4.6, 0.0), 0.9, 1.7, 3.7, silk),
        box((0.0, 0.5, 0.0), (0.7, 0.5, 0.7), WOOD, round=0.05),
        *[
            limb((x, 1.0, z), (x * 1.2, 3.0, z * 1.2), 0.025, 0.025, LINEN)
            for x in (-0.65, 0.65)
            for z in (-0.65, 0.65)
        ],
        ball((0.0, 2.6, 0.0), (0.16, 0.34, 0.16), Paint((1.0, 0.55, 0.15), glow=4.0)),
    )


def rocket() -> tuple[Part, ...]:
    """A lander of 9 m on three legs."""
    shell, dark = Paint((0.55, 0.56, 0.58), gloss=0.45), Paint((0.06, 0.06, 0.07), gloss=0.3)
    legs = [
        limb((0.9 * math.cos(a), 2.6, 0.9 * math.sin(a)), (2.4 * math.cos(a), 0.1, 2.4 * math.sin(a)), 0.12, 0.08, dark)
        for a in (0.5, 2.594, 4.689)
    ]
    pads = [cone((2.4 * math.cos(a), 0.08, 2.4 * math.sin(a)), 0.42, 0.06, 0.30, dark) for a in (0.5, 2.594, 4.689)]
    return (
        cone((0.0, 4.6, 0.0), 1.25, 2.3, 1.15, shell),
        cone((0.0, 8.0, 0.0), 1.15, 1.15, 0.12, Paint((0.46, 0.07, 0.03), gloss=0.3)),
        cone((0.0, 1.9, 0.0), 0.75, 0.4, 0.45, dark),
        ball((0.0, 6.0, 1.12), (0.34, 0.34, 0.12), Paint((1.0, 0.75, 0.4), glow=1.6)),
        box((0.0, 3.4, 1.22), (0.45, 0.8, 0.08), dark),
        *legs,
        *pads,
    )
