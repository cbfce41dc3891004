"""Animals on four feet that stand, walk, run, graze and sit; sizes in metres."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from generator.backends.previz.parts import Colour, Paint, Part, Point, ball, box, cone, limb, turn
from generator.backends.previz.posture import joint

#: Words of colour that a description may give to an animal, as linear RGB.
COATS: dict[str, Colour] = {
    "white": (0.62, 0.60, 0.56),
    "black": (0.018, 0.017, 0.018),
    "grey": (0.24, 0.24, 0.25),
    "gray": (0.24, 0.24, 0.25),
    "brown": (0.16, 0.075, 0.035),
    "red": (0.36, 0.10, 0.03),
    "golden": (0.46, 0.28, 0.10),
}


@dataclass(frozen=True, slots=True)
class Species:
    """Measures of a four-footed animal in metres: height of the back, length and girth of the trunk, neck, head, legs."""

    height: float
    length: float
    girth: float
    neck: float
    rise: float  # the neck's angle above the back, radians
    head: float
    muzzle: float
    leg: float
    coat: Colour
    belly: Colour
    tail: float
    ears: float
    extra: str = ""
    stride: float = 0.5  # of the height


SPECIES: dict[str, Species] = {
    "dog": Species(
        0.56, 0.62, 0.15, 0.20, 0.75, 0.115, 0.13, 0.042, (0.16, 0.14, 0.13), (0.56, 0.54, 0.50), 0.34, 0.09, "brush"
    ),
    "wolf": Species(
        0.74, 0.80, 0.18, 0.26, 0.45, 0.130, 0.17, 0.046, (0.15, 0.145, 0.14), (0.36, 0.34, 0.31), 0.42, 0.09, "brush"
    ),
    "fox": Species(
        0.36, 0.48, 0.10, 0.15, 0.55, 0.085, 0.11, 0.026, (0.42, 0.14, 0.03), (0.56, 0.52, 0.46), 0.38, 0.08, "brush"
    ),
    "cat": Species(
        0.26, 0.34, 0.085, 0.09, 0.75, 0.072, 0.035, 0.024, (0.30, 0.16, 0.06), (0.52, 0.46, 0.38), 0.30, 0.05
    ),
    "horse": Species(
        1.48, 1.35, 0.33, 0.72, 0.85, 0.155, 0.40, 0.085, (0.15, 0.06, 0.025), (0.12, 0.05, 0.02), 0.70, 0.13, "mane"
    ),
    "deer": Species(
        0.98, 0.92, 0.21, 0.48, 0.95, 0.100, 0.17, 0.042, (0.24, 0.12, 0.05), (0.42, 0.32, 0.22), 0.14, 0.13, "antlers"
    ),
    "camel": Species(
        1.75, 1.40, 0.40, 0.95, 0.60, 0.150, 0.26, 0.085, (0.40, 0.25, 0.11), (0.36, 0.22, 0.10), 0.40, 0.08, "hump"
    ),
    "cow": Species(
        1.38, 1.50, 0.40, 0.48, 0.20, 0.190, 0.28, 0.085, (0.14, 0.06, 0.03), (0.55, 0.50, 0.44), 0.70, 0.13, "horns"
    ),
    "sheep": Species(
        0.72, 0.85, 0.26, 0.24, 0.35, 0.105, 0.13, 0.040, (0.52, 0.49, 0.42), (0.08, 0.07, 0.06), 0.14, 0.09, "wool"
    ),
    "goat": Species(
        0.74, 0.80, 0.20, 0.28, 0.70, 0.100, 0.14, 0.038, (0.42, 0.40, 0.36), (0.30, 0.28, 0.25), 0.12, 0.10, "horns"
    ),
    "bear": Species(
        1.05, 1.25, 0.40, 0.36, 0.15, 0.200, 0.17, 0.120, (0.075, 0.04, 0.022), (0.07, 0.038, 0.02), 0.08, 0.09
    ),
    "elephant": Species(
        2.60, 2.30, 0.85, 0.55, 0.25, 0.420, 0.30, 0.220, (0.16, 0.15, 0.145), (0.15, 0.14, 0.135), 0.80, 0.45, "trunk"
    ),
    "lion": Species(
        1.02, 1.25, 0.27, 0.40, 0.35, 0.180, 0.17, 0.080, (0.42, 0.26, 0.10), (0.46, 0.32, 0.16), 0.70, 0.08, "lionmane"
    ),
}
#: Places a part on the trunk: sideways, up, ahead of its middle, in metres.
type At = Callable[[float, float, float], Point]

#: Metres a second of an animal at a walk and at a run, for one metre of height.
WALK, RUN = 0.95, 3.2


def speed(name: str, deed: str) -> float:
    """Metres a second of an animal that walks or runs; 0 for other deeds."""
    tall = SPECIES[name].height if name in SPECIES else 1.0
    return {"walk": WALK, "run": RUN}.get(deed, 0.0) * math.sqrt(tall)


def painted(name: str, text: list[str]) -> Species:
    """The species in the colour that a text's words give it ("a white horse"), else its own."""
    species = SPECIES[name]
    said = [COATS[word] for word in text if word in COATS]
    if not said:
        return species
    coat = said[0]
    return replace(species, coat=coat, belly=(coat[0] * 0.85, coat[1] * 0.83, coat[2] * 0.8))


def quadruped(species: Species, deed: str, time: float, *, phase: float = 0.0) -> tuple[Part, ...]:
    """The animal at a time in seconds, facing +z, hoofs on y = 0; ``deed`` walk, run, graze, sit, lie or stand."""
    s = species
    coat, under = Paint(s.coat, gloss=0.04), Paint(s.belly)
    dark = Paint((s.coat[0] * 0.35, s.coat[1] * 0.35, s.coat[2] * 0.35))
    black = Paint((0.012, 0.010, 0.010), gloss=0.5)
    moving = deed in ("walk", "run")
    fast = deed == "run"
    rate = (2.3 if fast else 1.15) / math.sqrt(max(s.height, 0.2))
    cycle = time * rate + phase
    bounce = (0.06 if fast else 0.015) * math.sin(4.0 * math.pi * cycle) * s.height if moving else 0.0
    pitch = 0.10 * math.sin(2.0 * math.pi * cycle) if fast else 0.0
    sunk = 0.0
    if deed == "sit":
        pitch = -0.62
    elif deed == "lie":
        sunk = s.height - s.girth * 1.15
    body = turn(0.0, pitch, 0.0)
    middle = (0.0, s.height - s.girth * 0.75 + bounce - sunk, 0.0)
    if deed == "sit":
        middle = (0.0, s.height * 0.60, 0.05)
    half = s.length / 2.0

    def at(x: float, up: float, ahead: float) -> Point:
        point = body @ (x, up, ahead)
        return middle[0] + float(point[0]), middle[1] + float(point[1]), middle[2] + float(point[2])

    bump = 0.03 if s.extra == "wool" else 0.0
    parts = [
        ball(
            at(0, 0, half * 0.30),
            (s.girth * 0.86, s.girth, half * 0.74),
            coat,
            blend=0.08,
            bump=bump,
            bump_scale=24.0,
            rotation=body,
        ),
        ball(
            at(0, 0.02, -half * 0.42),
            (s.girth * 0.82, s.girth * 0.94, half * 0.62),
            coat,
            blend=0.08,
            bump=bump,
            bump_scale=24.0,
            rotation=body,
        ),
        ball(
            at(0, -s.girth * 0.35, 0.0), (s.girth * 0.66, s.girth * 0.72, half * 0.80), under, blend=0.05, rotation=body
        ),
    ]
    parts += _legs(s, at, deed, cycle, coat, dark, sunk)
    parts += _front(s, at, deed, time, phase, moving, coat, under, dark, black)
    sway = 0.35 * math.sin(2.1 * time + phase * 3.0) + (0.5 if fast else 0.0)
    root = at(0.0, s.girth * 0.45, -half * 0.98)
    if s.extra == "brush":
        tip = (
            root[0] + s.tail * 0.4 * math.sin(5.0 * time),
            root[1] + s.tail * (0.25 if not fast else 0.05),
            root[2] - s.tail * 0.8,
        )
        parts.append(limb(root, tip, s.girth * 0.22, s.girth * 0.42, coat))
        parts.append(ball(tip, s.girth * 0.40, under))
    else:
        tip = (
            root[0] + s.tail * 0.25 * math.sin(2.4 * time + phase),
            root[1] - s.tail * (0.9 - 0.5 * max(sway, 0.0)),
            root[2] - s.tail * (0.22 + 0.4 * max(sway, 0.0)),
        )
        parts.append(
            limb(
                root,
                tip,
                s.girth * 0.13,
                s.girth * (0.24 if s.extra in ("mane", "cow") else 0.08),
                dark if s.extra == "mane" else coat,
            )
        )
    if s.extra == "hump":
        parts.append(
            ball(
                at(0.0, s.girth * 0.95, -0.02),
                (s.girth * 0.42, s.girth * 0.75, half * 0.42),
                coat,
                blend=0.10,
                rotation=body,
            )
        )
    return tuple(parts)


def _legs(s: Species, at: At, deed: str, cycle: float, coat: Paint, dark: Paint, sunk: float) -> list[Part]:
    half, parts = s.length / 2.0, []
    fast, moving = deed == "run", deed in ("walk", "run")
    reach = s.height * (0.42 if fast else 0.24)
    # a walk sets one foot after the other; a gallop gathers both pairs (Muybridge, "Animals in Motion")
    beats = (0.0, 0.12, 0.55, 0.67) if fast else (0.0, 0.5, 0.75, 0.25)
    for number, (side, ahead) in enumerate(((1, 0.72), (-1, 0.72), (1, -0.74), (-1, -0.74))):
        top = at(side * s.girth * 0.55, -s.girth * 0.25, half * ahead)
        z, up = 0.0, 0.0
        if deed in ("walk", "run"):
            p = (cycle + beats[number]) % 1.0
            stance = 0.42 if fast else 0.64
            if p < stance:
                z = reach * (1.0 - 2.0 * p / stance)
            else:
                q = (p - stance) / (1.0 - stance)
                z, up = (
                    reach * (2.0 * q * q * (3.0 - 2.0 * q) - 1.0),
                    math.sin(math.pi * q) * s.height * (0.20 if fast else 0.10),
                )
        foot = (top[0] * 0.9, s.leg * 0.7 + up, top[2] + z)
        if deed == "sit":
            foot = (side * s.girth * 0.55, s.leg, 0.05 + half * 0.62 if ahead > 0 else -half * 0.10)
        elif deed == "lie":
            foot = (side * s.girth * 0.7, s.leg, top[2] + (0.3 * s.length if ahead > 0 else 0.2 * s.length))
        bone = 0.515 * (top[1] - s.leg * 0.7 + (0.04 * s.height if moving else 0.0))
        if deed in ("sit", "lie"):
            bone = 0.54 * (s.height - s.girth)
        knee, ankle = joint(top, foot, bone, bone, (0.0, 0.0, 1.0 if ahead > 0 else -1.0))
        thick = s.leg * (1.7 if ahead < 0 else 1.5)
        parts += [
            limb(top, knee, thick, s.leg, coat),
            limb(knee, ankle, s.leg, s.leg * 0.72, dark if s.extra in ("mane", "wool", "hump") else coat),
            ball((ankle[0], ankle[1] * 0.9, ankle[2] + s.leg * 0.35), (s.leg * 0.95, s.leg * 0.7, s.leg * 1.3), dark),
        ]
    return parts


def _front(
    s: Species,
    at: At,
    deed: str,
    time: float,
    phase: float,
    moving: bool,
    coat: Paint,
    under: Paint,
    dark: Paint,
    black: Paint,
) -> list[Part]:
    """Neck and head, and what grows on them."""
    half = s.length / 2.0
    rise = s.rise + 0.05 * math.sin(1.3 * time + phase)
    if deed == "graze":
        rise = -0.95 + 0.06 * math.sin(1.7 * time + phase)
    elif deed == "lie":
        rise = 0.25
    elif deed == "run":
        rise = s.rise * 0.55
    elif deed == "sit":
        rise = 1.15
    yaw = 0.0 if moving else 0.42 * math.sin(0.55 * time + phase)
    foot = at(0.0, s.girth * 0.30, half * 0.84)
    top = (
        foot[0] + s.neck * math.cos(rise) * math.sin(yaw) * 0.6,
        foot[1] + s.neck * math.sin(rise),
        foot[2] + s.neck * math.cos(rise),
    )
    down = 0.35 if deed != "graze" else 1.1
    facing = turn(yaw, down + (0.25 if s.muzzle > 0.2 and deed != "graze" else 0.0), 0.0)

    def head(x: float, up: float, ahead: float) -> Point:
        point = facing @ (x, up, ahead)
        return top[0] + float(point[0]), top[1] + float(point[1]), top[2] + float(point[2])

    parts = [
        limb(foot, top, s.girth * 0.62, s.head * 0.86, coat, blend=0.10),
        ball(
            head(0, 0.0, s.head * 0.35),
            (s.head * 0.84, s.head * 0.92, s.head * 1.12),
            coat,
            blend=0.03,
            rotation=facing,
        ),
        limb(
            head(0, -s.head * 0.22, s.head * 0.8),
            head(0, -s.head * 0.38, s.head * 0.8 + s.muzzle),
            s.head * 0.56,
            s.head * 0.40,
            coat if s.muzzle > 0.2 else under,
            blend=0.03,
        ),
        ball(
            head(0, -s.head * 0.20, s.head * 0.9 + s.muzzle * 1.12),
            (s.head * 0.24, s.head * 0.20, s.head * 0.2),
            black,
            rotation=facing,
        ),
    ]
    for side in (-1.0, 1.0):
        parts += [
            ball(head(side * s.head * 0.60, s.head * 0.32, s.head * 0.92), s.head * 0.14, black),
            cone(
                head(side * s.head * 0.62, s.head * 0.75 + s.ears * 0.5, -s.head * 0.1),
                s.ears * 0.36,
                s.ears * 0.55,
                s.ears * 0.06,
                coat,
                rotation=facing @ turn(0.0, -0.2, -0.32 * side),
            ),
        ]
    if s.extra in ("antlers", "horns"):
        bone = Paint((0.40, 0.32, 0.22))
        long = s.head * (3.2 if s.extra == "antlers" else 1.3)
        for side in (-1.0, 1.0):
            root, bend = (
                head(side * s.head * 0.35, s.head * 0.8, 0.0),
                head(side * long * 0.42, s.head + long * 0.5, -long * 0.25),
            )
            tip = head(side * long * 0.40, s.head + long * 0.98, long * 0.12)
            parts += [
                limb(root, bend, s.head * 0.13, s.head * 0.10, bone),
                limb(bend, tip, s.head * 0.10, s.head * 0.04, bone),
            ]
            if s.extra == "antlers":
                parts += [
                    limb(
                        head(side * long * 0.30, s.head + long * 0.34, -long * 0.17),
                        head(side * long * 0.34, s.head + long * 0.56, long * 0.16),
                        s.head * 0.08,
                        s.head * 0.04,
                        bone,
                    ),
                    limb(
                        bend,
                        head(side * long * 0.62, s.head + long * 0.80, -long * 0.3),
                        s.head * 0.08,
                        s.head * 0.04,
                        bone,
                    ),
                ]
    if s.extra == "mane":
        for n in range(5):
            f = n / 4.0
            parts.append(
                ball(
                    (
                        foot[0] + (top[0] - foot[0]) * f,
                        foot[1] + (top[1] - foot[1]) * f + s.girth * 0.42 - 0.10 * f,
                        foot[2] + (top[2] - foot[2]) * f - s.girth * 0.30,
                    ),
                    (0.05, 0.15, 0.13),
                    dark,
                )
            )
        parts.append(ball(head(0.0, s.head * 0.9, s.head * 0.5), (0.05, 0.08, 0.13), dark, rotation=facing))
    elif s.extra == "lionmane":
        parts.append(
            ball(
                head(0, -0.02, -s.head * 0.35),
                (s.head * 1.55, s.head * 1.7, s.head * 1.0),
                Paint((0.16, 0.07, 0.025)),
                bump=0.03,
                bump_scale=26.0,
                rotation=facing,
            )
        )
    elif s.extra == "trunk":
        swing = 0.3 * math.sin(0.9 * time)
        a, b = head(0, -s.head * 0.35, s.head * 1.1), head(0.1 * swing, -s.head * 2.0, s.head * 1.5 + 0.2 * swing)
        parts += [
            limb(a, b, s.head * 0.36, s.head * 0.24, coat),
            limb(
                b, (b[0] + 0.2 * swing, max(b[1] - s.head * 1.7, 0.1), b[2] + 0.25), s.head * 0.24, s.head * 0.14, coat
            ),
        ]
        parts += [
            box(
                head(side * s.head * 1.05, 0.05, -s.head * 0.1),
                (s.head * 0.5, s.head * 0.8, 0.03),
                coat,
                rotation=facing @ turn(0.5 * side),
                round=0.02,
            )
            for side in (-1.0, 1.0)
        ]
    return parts
