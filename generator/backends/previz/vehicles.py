"""Boats, cars and trains; sizes as in life (metres), a boat's waterline at y = 0, wheels on y = 0, the bow at +z."""

from generator.backends.previz.landmarks import PANE, WHITEWASH, lit
from generator.backends.previz.layout import HULL, PLANKS, WINDOWS
from generator.backends.previz.parts import Colour, Paint, Part, ball, box, cone, limb, ring, turn
from generator.backends.previz.props import BRASS, IRON, LINEN, WOOD


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
