"""Things: furniture, and objects small enough for a table top, with their sizes as in life (metres)."""

from collections.abc import Callable

from generator.backends.previz.layout import LINES, PLANKS, STONE
from generator.backends.previz.parts import Colour, Paint, Part, ball, box, cone, limb, ring, turn

WOOD = Paint((0.20, 0.095, 0.04), gloss=0.10, pattern=PLANKS, size=0.16, second=(0.11, 0.05, 0.02))
DARK_WOOD = Paint((0.085, 0.042, 0.022), gloss=0.12, pattern=PLANKS, size=0.2, second=(0.04, 0.02, 0.012))
BRASS = Paint((0.42, 0.27, 0.07), gloss=0.6)
IRON = Paint((0.035, 0.036, 0.04), gloss=0.3)
PAPER = Paint((0.72, 0.66, 0.52), pattern=LINES, size=0.022, second=(0.50, 0.45, 0.36))
LINEN = Paint((0.62, 0.58, 0.50))
LEATHER = Paint((0.17, 0.07, 0.03), gloss=0.2, pattern=STONE, size=1.0, second=(0.09, 0.035, 0.02))
GLASS_LIT = Paint((1.0, 0.62, 0.26), glow=7.0)


def table() -> tuple[Part, ...]:
    """A table 0.75 m high whose top stands free at the origin."""
    legs = [limb((x, 0.02, z), (x, 0.70, z), 0.03, 0.036, DARK_WOOD) for x in (-0.68, 0.68) for z in (-0.34, 0.34)]
    return (
        box((0.0, 0.735, 0.0), (0.78, 0.022, 0.44), WOOD, round=0.012),
        box((0.0, 0.675, 0.0), (0.70, 0.045, 0.36), DARK_WOOD),
        *legs,
    )


def chair() -> tuple[Part, ...]:
    legs = [limb((x, 0.02, z), (x, 0.45, z), 0.018, 0.02, DARK_WOOD) for x in (-0.19, 0.19) for z in (-0.19, 0.19)]
    backs = [limb((x, 0.45, -0.19), (x, 0.95, -0.23), 0.02, 0.016, DARK_WOOD) for x in (-0.18, 0.0, 0.18)]
    return (
        box((0.0, 0.46, 0.0), (0.22, 0.02, 0.22), WOOD, round=0.015),
        limb((-0.2, 0.93, -0.23), (0.2, 0.93, -0.23), 0.028, 0.028, DARK_WOOD),
        *legs,
        *backs,
    )


def shelf(colours: tuple[Colour, ...]) -> tuple[Part, ...]:
    """A bookcase 2.1 m high against a wall behind it (-z)."""
    parts = [box((x, 1.05, 0.0), (0.025, 1.05, 0.16), DARK_WOOD) for x in (-0.62, 0.62)]
    parts += [box((0.0, y, 0.0), (0.62, 0.018, 0.16), WOOD) for y in (0.08, 0.55, 1.02, 1.49, 1.96)]
    parts.append(box((0.0, 1.05, -0.15), (0.62, 1.02, 0.012), DARK_WOOD))
    x, n = -0.55, 0
    for level in (0.10, 0.57, 1.04, 1.51):
        x = -0.56
        while x < 0.50:
            width, tall = 0.05 + 0.028 * (n * 7 % 5) / 5, 0.13 + 0.05 * (n * 5 % 4) / 4
            if n % 6 != 5:
                parts.append(
                    box(
                        (x + width / 2, level + tall, 0.02),
                        (width * 0.48, tall, 0.10),
                        Paint(colours[n % len(colours)], gloss=0.05),
                    )
                )
            x += width * 1.5
            n += 1
    return tuple(parts)


def bed() -> tuple[Part, ...]:
    return (
        box((0.0, 0.20, 0.0), (0.55, 0.20, 1.0), DARK_WOOD),
        box((0.0, 0.46, 0.0), (0.53, 0.10, 0.97), LINEN, round=0.07),
        box((0.0, 0.53, 0.22), (0.56, 0.07, 0.76), Paint((0.12, 0.16, 0.24)), round=0.06),
        ball((0.0, 0.60, -0.72), (0.34, 0.09, 0.20), LINEN),
        box((0.0, 0.62, -1.02), (0.58, 0.45, 0.03), DARK_WOOD),
    )


def stove() -> tuple[Part, ...]:
    return (
        box((0.0, 0.48, 0.0), (0.36, 0.36, 0.30), IRON, round=0.04),
        limb((0.0, 0.84, -0.1), (0.0, 2.9, -0.1), 0.07, 0.07, IRON),
        box((0.0, 0.45, 0.30), (0.20, 0.12, 0.01), Paint((1.0, 0.34, 0.08), glow=2.6)),
        cone((0.08, 0.93, 0.0), 0.11, 0.09, 0.07, BRASS),
        limb((0.17, 0.95, 0.0), (0.25, 1.02, 0.0), 0.02, 0.015, BRASS),
    )


def crate() -> tuple[Part, ...]:
    return (
        box((0.0, 0.27, 0.0), (0.36, 0.27, 0.28), WOOD, round=0.01),
        box((0.0, 0.10, 0.285), (0.36, 0.03, 0.01), DARK_WOOD),
        box((0.0, 0.44, 0.285), (0.36, 0.03, 0.01), DARK_WOOD),
    )


def barrel() -> tuple[Part, ...]:
    return (
        cone((0.0, 0.22, 0.0), 0.24, 0.22, 0.30, WOOD),
        cone((0.0, 0.64, 0.0), 0.30, 0.22, 0.24, WOOD),
        ring((0.0, 0.3, 0.0), 0.285, 0.014, IRON),
        ring((0.0, 0.58, 0.0), 0.285, 0.014, IRON),
    )


def _letter() -> tuple[Part, ...]:
    flap = Paint((0.56, 0.49, 0.36))
    seal = Paint((0.45, 0.02, 0.02), gloss=0.3)
    lying = turn(0.25, -1.5708, 0.0)
    return (
        box((0.0, 0.012, 0.0), (0.15, 0.105, 0.003), PAPER, rotation=lying),
        box((0.07, 0.006, 0.13), (0.12, 0.003, 0.08), flap, rotation=turn(-0.3)),
        cone((0.1, 0.014, 0.12), 0.02, 0.005, 0.018, seal),
    )


def _map() -> tuple[Part, ...]:
    chart = Paint((0.66, 0.56, 0.36), pattern=STONE, size=2.4, second=(0.30, 0.38, 0.36))
    return (
        box((0.0, 0.006, 0.0), (0.30, 0.004, 0.20), chart, rotation=turn(0.15)),
        limb((-0.31, 0.025, -0.15), (-0.25, 0.025, 0.23), 0.024, 0.024, PAPER),
        ring((0.1, 0.018, 0.05), 0.035, 0.008, BRASS),
    )


def _book() -> tuple[Part, ...]:
    cover = Paint((0.22, 0.03, 0.025), gloss=0.1)
    return (
        box((0.0, 0.03, 0.0), (0.115, 0.026, 0.155), PAPER, rotation=turn(0.3)),
        box((0.0, 0.059, 0.0), (0.122, 0.005, 0.162), cover, rotation=turn(0.3)),
        box((0.0, 0.005, 0.0), (0.122, 0.005, 0.162), cover, rotation=turn(0.3)),
    )


def _photograph() -> tuple[Part, ...]:
    picture = Paint((0.46, 0.38, 0.28), pattern=STONE, size=3.0, second=(0.10, 0.08, 0.07))
    lean = turn(0.2, -0.28, 0.0)
    return (
        box((0.0, 0.14, 0.0), (0.11, 0.14, 0.010), DARK_WOOD, rotation=lean),
        box((0.002, 0.142, 0.008), (0.085, 0.115, 0.009), picture, rotation=lean),
    )


def lantern() -> tuple[Part, ...]:
    posts = [limb((x, 0.05, z), (x, 0.24, z), 0.006, 0.006, BRASS) for x in (-0.06, 0.06) for z in (-0.06, 0.06)]
    return (
        cone((0.0, 0.025, 0.0), 0.085, 0.025, 0.08, BRASS),
        cone((0.0, 0.14, 0.0), 0.045, 0.07, 0.036, GLASS_LIT),
        cone((0.0, 0.265, 0.0), 0.085, 0.028, 0.03, BRASS),
        ring((0.0, 0.33, 0.0), 0.05, 0.006, BRASS, rotation=turn(0, 1.57, 0)),
        *posts,
    )


def _radio() -> tuple[Part, ...]:
    cloth = Paint((0.34, 0.27, 0.16), pattern=PLANKS, size=0.012, second=(0.18, 0.14, 0.08))
    return (
        box((0.0, 0.14, 0.0), (0.22, 0.14, 0.10), WOOD, round=0.03),
        box((-0.07, 0.15, 0.098), (0.11, 0.09, 0.006), cloth),
        cone((0.13, 0.18, 0.10), 0.038, 0.012, 0.036, BRASS, rotation=turn(0, 1.5708, 0)),
        cone((0.13, 0.08, 0.10), 0.024, 0.014, 0.022, IRON, rotation=turn(0, 1.5708, 0)),
        box((0.13, 0.245, 0.098), (0.05, 0.012, 0.006), Paint((1.0, 0.72, 0.32), glow=2.5)),
    )


def _suitcase() -> tuple[Part, ...]:
    straps = [box((x, 0.2, 0.0), (0.022, 0.205, 0.105), DARK_WOOD, round=0.01) for x in (-0.17, 0.17)]
    return (
        box((0.0, 0.2, 0.0), (0.31, 0.2, 0.098), LEATHER, round=0.035),
        *straps,
        ring((0.0, 0.41, 0.0), 0.06, 0.013, DARK_WOOD, rotation=turn(0, 1.5708, 0)),
        box((-0.17, 0.26, 0.108), (0.03, 0.02, 0.008), BRASS),
        box((0.17, 0.26, 0.108), (0.03, 0.02, 0.008), BRASS),
    )


def _key() -> tuple[Part, ...]:
    return (
        ring((0.0, 0.016, 0.0), 0.045, 0.012, BRASS),
        limb((0.045, 0.016, 0.0), (0.20, 0.016, 0.0), 0.011, 0.011, BRASS),
        box((0.185, 0.016, 0.03), (0.012, 0.008, 0.025), BRASS),
        box((0.15, 0.016, 0.022), (0.01, 0.008, 0.018), BRASS),
    )


def _clock() -> tuple[Part, ...]:
    face = Paint((0.76, 0.72, 0.60))
    flat = turn(0, 1.5708, 0)
    return (
        box((0.0, 0.03, 0.0), (0.16, 0.03, 0.07), DARK_WOOD, round=0.01),
        cone((0.0, 0.19, 0.0), 0.15, 0.05, 0.15, WOOD, rotation=flat),
        cone((0.0, 0.19, 0.045), 0.125, 0.008, 0.125, face, rotation=flat),
        ring((0.0, 0.19, 0.052), 0.132, 0.01, BRASS, rotation=flat),
        limb((0.0, 0.19, 0.058), (0.0, 0.28, 0.058), 0.005, 0.003, IRON),
        limb((0.0, 0.19, 0.058), (0.055, 0.22, 0.058), 0.006, 0.004, IRON),
    )


def _bell() -> tuple[Part, ...]:
    return (
        cone((0.0, 0.11, 0.0), 0.15, 0.09, 0.085, BRASS, round=0.01),
        ball((0.0, 0.21, 0.0), (0.085, 0.06, 0.085), BRASS),
        ring((0.0, 0.28, 0.0), 0.03, 0.01, BRASS, rotation=turn(0, 1.5708, 0)),
        ring((0.0, 0.025, 0.0), 0.15, 0.016, BRASS),
    )


def _cup() -> tuple[Part, ...]:
    china = Paint((0.66, 0.68, 0.70), gloss=0.4)
    return (
        cone((0.0, 0.012, 0.0), 0.09, 0.008, 0.10, china),
        cone((0.0, 0.06, 0.0), 0.035, 0.04, 0.055, china),
        cone((0.0, 0.099, 0.0), 0.047, 0.003, 0.047, Paint((0.06, 0.025, 0.01), gloss=0.5)),
        ring((0.06, 0.06, 0.0), 0.024, 0.006, china, rotation=turn(0, 1.5708, 0)),
    )


def _violin() -> tuple[Part, ...]:
    varnish = Paint((0.36, 0.11, 0.025), gloss=0.5)
    return (
        ball((0.0, 0.035, 0.09), (0.105, 0.03, 0.10), varnish, blend=0.03),
        ball((0.0, 0.035, -0.09), (0.085, 0.03, 0.085), varnish, blend=0.03),
        box((0.0, 0.035, 0.0), (0.06, 0.026, 0.06), varnish),
        limb((0.0, 0.06, -0.12), (0.0, 0.065, -0.34), 0.014, 0.012, DARK_WOOD),
        ball((0.0, 0.065, -0.36), (0.015, 0.02, 0.028), DARK_WOOD),
        limb((0.0, 0.072, 0.12), (0.0, 0.078, -0.33), 0.003, 0.003, PAPER),
        limb((0.2, 0.015, 0.25), (0.16, 0.015, -0.4), 0.006, 0.006, DARK_WOOD),
    )


def _bread() -> tuple[Part, ...]:
    crust = Paint((0.40, 0.20, 0.06), pattern=STONE, size=2.0, second=(0.58, 0.40, 0.20))
    return (
        ball((0.0, 0.065, 0.0), (0.19, 0.075, 0.11), crust, bump=0.006, bump_scale=30.0),
        ball((0.16, 0.05, 0.18), (0.10, 0.055, 0.085), crust, bump=0.005, bump_scale=34.0),
        box((0.05, 0.01, 0.05), (0.32, 0.01, 0.22), WOOD),
    )


def _telescope() -> tuple[Part, ...]:
    legs = [
        limb((0.0, 1.02, 0.0), (x, 0.0, z), 0.022, 0.018, DARK_WOOD)
        for x, z in ((-0.34, -0.26), (0.34, -0.26), (0.0, 0.42))
    ]
    tilt = turn(0.0, 0.95, 0.0)
    return (
        cone((0.0, 1.22, 0.15), 0.055, 0.42, 0.075, BRASS, rotation=tilt),
        cone((0.0, 0.94, -0.24), 0.036, 0.10, 0.036, DARK_WOOD, rotation=tilt),
        ball((0.0, 1.05, 0.0), 0.06, IRON),
        *legs,
    )


#: Objects that an insert shot can show, by the lexicon's names.
PROPS: dict[str, Callable[[], tuple[Part, ...]]] = {
    "letter": _letter,
    "map": _map,
    "book": _book,
    "photograph": _photograph,
    "lantern": lantern,
    "radio": _radio,
    "suitcase": _suitcase,
    "key": _key,
    "clock": _clock,
    "bell": _bell,
    "cup": _cup,
    "violin": _violin,
    "bread": _bread,
    "telescope": _telescope,
}


def in_hand(name: str) -> tuple[Part, ...]:
    """A prop as a hand holds it; the hand is the origin, the holder faces +z."""
    if name in ("letter", "photograph"):
        return (box((0.10, 0.03, 0.07), (0.10, 0.072, 0.002), PAPER, rotation=turn(0.0, -0.75)),)
    if name == "map":
        chart = Paint((0.66, 0.56, 0.36), pattern=STONE, size=2.4, second=(0.30, 0.38, 0.36))
        return (box((0.11, 0.05, 0.09), (0.27, 0.18, 0.003), chart, rotation=turn(0.0, -0.8)),)
    if name == "book":
        cover = Paint((0.22, 0.03, 0.025), gloss=0.1)
        open_at = turn(0.0, -0.7)
        return (
            box((0.10, 0.03, 0.08), (0.16, 0.105, 0.012), PAPER, rotation=open_at),
            box((0.10, 0.020, 0.09), (0.165, 0.112, 0.006), cover, rotation=open_at),
        )
    if name == "violin":
        varnish = Paint((0.36, 0.11, 0.025), gloss=0.5)
        return (
            ball((0.24, 0.10, 0.02), (0.10, 0.03, 0.17), varnish),
            limb((0.25, 0.11, 0.12), (0.36, 0.10, 0.36), 0.014, 0.012, DARK_WOOD),
            limb((-0.02, 0.02, 0.02), (0.48, 0.17, 0.08), 0.006, 0.006, DARK_WOOD),
        )
    if name not in PROPS or name == "telescope":
        return ()
    down = {"suitcase": 0.43, "lantern": 0.36, "bell": 0.30}.get(name, 0.02)
    ahead = 0.0 if name in ("suitcase", "lantern", "bell") else 0.09
    side = turn(1.5708) if name == "suitcase" else turn()
    return tuple(
        Part(
            part.shape,
            tuple(float(v) for v in side @ part.at + (0.0, -down, ahead)),  # type: ignore[arg-type]
            part.size,
            part.paint,
            side if part.rotation is None else side @ part.rotation,
            part.round,
            part.blend,
            part.bump,
            part.bump_scale,
        )
        for part in PROPS[name]()
    )


def counter(length: float, paint: Paint) -> tuple[Part, ...]:
    """A counter 0.92 m high along x, its front towards +z."""
    doors = [
        box((x, 0.45, 0.305), (0.22, 0.34, 0.012), Paint(tuple(c * 0.82 for c in paint.colour)), round=0.008)  # type: ignore[arg-type]
        for x in (
            length * (n + 0.5) / max(round(length / 0.5), 1) - length / 2 for n in range(max(round(length / 0.5), 1))
        )
    ]
    return (
        box((0.0, 0.44, 0.0), (length / 2, 0.44, 0.30), paint),
        box((0.0, 0.90, 0.0), (length / 2 + 0.02, 0.022, 0.33), WOOD, round=0.01),
        *doors,
    )


def pew(length: float) -> tuple[Part, ...]:
    """A bench with a back along x; whoever sits looks to +z."""
    return (
        box((0.0, 0.44, 0.0), (length / 2, 0.025, 0.21), WOOD),
        box((0.0, 0.74, -0.21), (length / 2, 0.30, 0.02), WOOD),
        *[box((x, 0.30, -0.02), (0.025, 0.30, 0.22), DARK_WOOD) for x in (-length / 2, length / 2)],
    )


def seat(colour: Colour) -> tuple[Part, ...]:
    """An upholstered railway seat for two along x; whoever sits looks to +z."""
    cloth = Paint(colour)
    return (
        box((0.0, 0.34, 0.0), (0.56, 0.13, 0.25), cloth, round=0.06),
        box((0.0, 0.86, -0.28), (0.56, 0.46, 0.10), cloth, round=0.08, rotation=turn(0.0, -0.1)),
        box((0.0, 1.30, -0.33), (0.50, 0.10, 0.07), LINEN, round=0.05),
        box((0.0, 0.12, 0.0), (0.52, 0.12, 0.20), IRON),
    )


def pendant(drop: float) -> tuple[Part, ...]:
    """A lamp that hangs from the ceiling at the origin by ``drop`` metres."""
    return (
        limb((0.0, 0.0, 0.0), (0.0, -drop, 0.0), 0.008, 0.008, IRON),
        cone((0.0, -drop - 0.05, 0.0), 0.19, 0.09, 0.04, IRON),
        ball((0.0, -drop - 0.12, 0.0), 0.055, GLASS_LIT),
    )


def machine(glow: float) -> tuple[Part, ...]:
    """A console with a screen and lights, 1.3 m high, front +z."""
    case = Paint((0.16, 0.18, 0.20), gloss=0.25)
    lights = [
        box(
            (-0.42 + 0.12 * n, 0.84, 0.335),
            (0.022, 0.014, 0.006),
            Paint(((1.0, 0.3, 0.1), (0.2, 1.0, 0.5), (0.3, 0.6, 1.0))[n % 3], glow=2.2),
        )
        for n in range(8)
    ]
    return (
        box((0.0, 0.42, 0.0), (0.58, 0.42, 0.32), case, round=0.03),
        box((0.0, 1.12, -0.12), (0.46, 0.24, 0.05), case, rotation=turn(0.0, -0.15), round=0.02),
        box(
            (0.0, 1.12, -0.065),
            (0.40, 0.19, 0.008),
            Paint((0.12, 0.55, 0.62), glow=0.5 + glow),
            rotation=turn(0.0, -0.15),
        ),
        *lights,
    )


def great_telescope() -> tuple[Part, ...]:
    """An observatory's refractor on a pier, 3.4 m long, raised to the sky at -z."""
    tilt = turn(0.0, -0.85, 0.0)
    white = Paint((0.55, 0.54, 0.50), gloss=0.15)
    return (
        cone((0.0, 0.65, 0.0), 0.42, 0.65, 0.28, Paint((0.10, 0.12, 0.13), gloss=0.2)),
        ball((0.0, 1.50, 0.0), 0.28, IRON),
        cone((0.0, 2.05, -0.45), 0.20, 1.25, 0.26, white, rotation=tilt),
        ring((0.0, 2.87, -1.39), 0.26, 0.03, BRASS, rotation=tilt),
        cone((0.0, 1.14, 0.58), 0.09, 0.22, 0.10, BRASS, rotation=tilt),
        ring((0.0, 1.72, -0.08), 0.235, 0.03, BRASS, rotation=tilt),
    )


def statue() -> tuple[Part, ...]:
    """A bust on a plinth."""
    marble = Paint((0.55, 0.54, 0.51), gloss=0.12)
    return (
        box((0.0, 0.55, 0.0), (0.24, 0.55, 0.24), Paint((0.20, 0.19, 0.18), gloss=0.2)),
        ball((0.0, 1.22, 0.0), (0.22, 0.16, 0.13), marble, blend=0.06),
        limb((0.0, 1.25, 0.0), (0.0, 1.42, 0.0), 0.06, 0.06, marble, blend=0.05),
        ball((0.0, 1.52, 0.02), (0.085, 0.12, 0.10), marble, blend=0.03),
    )
