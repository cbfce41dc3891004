"""Human figures: stylised puppets with a coat, a gait and a turn of the head. They portray nobody."""

import hashlib
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.backends.previz.parts import Colour, Paint, Part, Point, ball, box, cone, limb, ring, turn

Pose = Literal["stand", "walk", "sit", "hold"]

_COATS: tuple[Colour, ...] = (
    (0.42, 0.30, 0.04),
    (0.30, 0.045, 0.035),
    (0.05, 0.10, 0.17),
    (0.10, 0.13, 0.07),
    (0.22, 0.17, 0.12),
    (0.06, 0.17, 0.17),
    (0.27, 0.12, 0.20),
    (0.33, 0.33, 0.31),
)
_SKINS: tuple[Colour, ...] = ((0.56, 0.34, 0.24), (0.43, 0.25, 0.16), (0.24, 0.13, 0.08), (0.62, 0.42, 0.31))
_HAIR: tuple[Colour, ...] = ((0.05, 0.03, 0.02), (0.16, 0.08, 0.03), (0.30, 0.17, 0.06), (0.02, 0.02, 0.02))
_GREY: Colour = (0.45, 0.45, 0.44)


@dataclass(frozen=True, slots=True)
class Look:
    """What a character wears in every shot: chosen from the name and role, so it never changes between shots."""

    coat: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    height: float
    hat: bool
    long_coat: bool
    long_hair: bool
    scarf: Colour | None


def look_of(name: str, role: str, seed: int) -> Look:
    """The look of a character; role words (old, girl, sailor, keeper ...) decide what they can, chance the rest."""
    rng = np.random.default_rng(list(hashlib.sha256(f"{seed} {name}".encode()).digest()[:16]))
    words = set(role.lower().split())
    child = bool(words & {"child", "girl", "boy", "daughter", "son", "kid", "granddaughter", "grandson"})
    old = bool(
        words & {"old", "elderly", "ageing", "aging", "grandmother", "grandfather", "widow", "widower", "retired"}
    )
    woman = bool(
        words
        & {
            "woman",
            "girl",
            "daughter",
            "mother",
            "grandmother",
            "sister",
            "widow",
            "wife",
            "queen",
            "granddaughter",
            "fisherwoman",
            "actress",
            "waitress",
        }
    )
    woman = woman or (
        not words & {"man", "boy", "father", "son", "brother", "fisherman", "king"}
        and name.lower().endswith(("a", "e", "ah"))
    )
    hats = {
        "keeper",
        "fisherman",
        "fisherwoman",
        "sailor",
        "captain",
        "detective",
        "farmer",
        "driver",
        "soldier",
        "conductor",
        "postman",
        "courier",
        "shepherd",
        "engineer",
        "astronomer",
    }
    coat = _COATS[int(rng.integers(len(_COATS)))]
    return Look(
        coat=coat,
        trousers=tuple(float(v) for v in rng.uniform(0.02, 0.07, 3)),  # type: ignore[arg-type]
        skin=_SKINS[int(rng.integers(len(_SKINS)))],
        hair=_GREY if old else _HAIR[int(rng.integers(len(_HAIR)))],
        height=1.28 if child else float(rng.uniform(1.66, 1.84)),
        hat=bool(words & hats) or bool(rng.random() < 0.2),
        long_coat=not child and bool(rng.random() < 0.7),
        long_hair=woman or bool(rng.random() < 0.25),
        scarf=_COATS[int(rng.integers(len(_COATS)))] if rng.random() < 0.6 else None,
    )


def figure(look: Look, pose: Pose, phase: float, head_turn: float, lean: float = 0.0) -> tuple[Part, ...]:
    """A figure of 1.75 m facing +z (scale it to ``look.height``).

    ``phase`` in radians drives the gait or, standing, the breath; ``head_turn`` in radians, positive to its left.
    """
    coat = Paint(look.coat, gloss=0.03)
    dark = Paint((look.coat[0] * 0.6, look.coat[1] * 0.6, look.coat[2] * 0.6))
    cloth, skin, hair = Paint(look.trousers), Paint(look.skin, gloss=0.05), Paint(look.hair, gloss=0.06)
    boot, eye = Paint((0.02, 0.016, 0.013), gloss=0.12), Paint((0.012, 0.010, 0.010), gloss=0.35)
    swing = math.sin(phase) * 0.5 if pose == "walk" else 0.0
    bob = abs(math.cos(phase)) * 0.03 if pose == "walk" else math.sin(phase * 0.5) * 0.006
    drop = -0.42 if pose == "sit" else 0.0
    y = bob + drop
    parts: list[Part] = []
    for side in (-1.0, 1.0):
        hip: Point = (0.10 * side, 0.92 + y, 0.0)
        step = swing * side
        if pose == "sit":
            knee: Point = (0.12 * side, 0.52, 0.40)
            foot: Point = (0.12 * side, 0.09, 0.36)
        else:
            knee = (0.11 * side, 0.50 + bob, 0.36 * math.sin(step) + 0.03)
            lift = max(math.cos(phase) * side, 0.0) * 0.09 if pose == "walk" else 0.0
            foot = (0.12 * side, 0.08 + lift, 0.80 * math.sin(step) * 0.75 - lift * 0.8)
        parts += [
            limb(hip, knee, 0.092, 0.068, cloth),
            limb(knee, foot, 0.068, 0.055, cloth),
            box((foot[0], foot[1] - 0.035, foot[2] + 0.05), (0.048, 0.045, 0.125), boot, round=0.04),
        ]
    chest = turn(0.0, lean, 0.0)
    parts += [
        cone((0.0, 1.13 + y, 0.0), 0.150, 0.22, 0.160, coat, round=0.03, rotation=chest, blend=0.05),
        limb((-0.150, 1.375 + y, -0.005), (0.150, 1.375 + y, -0.005), 0.068, 0.068, coat, blend=0.09),
        limb((0.0, 1.40 + y, 0.0), (0.0, 1.55 + y, 0.012), 0.058, 0.050, skin),
        box((0.0, 1.12 + y, 0.172), (0.006, 0.22, 0.012), dark),
    ]
    if look.long_coat:
        flare = 0.235 + 0.02 * math.sin(phase)
        parts.append(
            cone((0.0, (0.80 if pose != "sit" else 0.95) + y, -0.01), flare, 0.24, 0.165, coat, round=0.03, blend=0.05)
        )
    if look.scarf is not None:
        wool = Paint(look.scarf)
        parts.append(ring((0.0, 1.455 + y, 0.008), 0.078, 0.036, wool, rotation=turn(0.0, 0.15, 0.0)))
    else:
        parts.append(ring((0.0, 1.435 + y, 0.005), 0.070, 0.030, dark, rotation=turn(0.0, 0.2, 0.0)))
    for side in (-1.0, 1.0):
        shoulder: Point = (0.192 * side, 1.365 + y, 0.0)
        reach = -swing * side * 0.9
        if pose == "hold" and side > 0:
            elbow: Point = (0.27, 1.14 + y, 0.12)
            hand: Point = (0.19, 1.22 + y, 0.38)
        elif pose == "sit":
            elbow = (0.25 * side, 1.13 + y, 0.10)
            hand = (0.15 * side, 1.08 + y, 0.36)
        else:
            elbow = (0.25 * side, 1.12 + y, 0.22 * math.sin(reach) - 0.03)
            hand = (0.25 * side, 0.87 + y, 0.52 * math.sin(reach) + 0.05)
        parts += [
            limb(shoulder, elbow, 0.066, 0.056, coat, blend=0.04),
            limb(elbow, hand, 0.056, 0.045, coat),
            ball(hand, (0.042, 0.055, 0.045), skin),
        ]
    return tuple(parts) + _head(look, skin, hair, eye, head_turn, y)


def _head(look: Look, skin: Paint, hair: Paint, eye: Paint, head_turn: float, y: float) -> tuple[Part, ...]:
    facing = turn(head_turn, 0.02, 0.0)
    neck = np.array([0.0, 1.51 + y, 0.012])

    def at(x: float, up: float, ahead: float) -> Point:
        point = neck + facing @ np.array([x, up, ahead])
        return float(point[0]), float(point[1]), float(point[2])

    lips = Paint((look.skin[0] * 0.62, look.skin[1] * 0.42, look.skin[2] * 0.40))
    parts = [
        ball(at(0.0, 0.105, 0.008), (0.080, 0.112, 0.096), skin, rotation=facing),
        ball(at(0.0, 0.055, 0.042), (0.052, 0.055, 0.050), skin, blend=0.05, rotation=facing),
        ball(at(0.0, 0.098, 0.106), (0.0125, 0.024, 0.019), skin, rotation=facing),
        ball(at(-0.081, 0.10, 0.0), (0.012, 0.028, 0.020), skin, rotation=facing),
        ball(at(0.081, 0.10, 0.0), (0.012, 0.028, 0.020), skin, rotation=facing),
        ball(at(-0.031, 0.122, 0.091), (0.0105, 0.0070, 0.007), eye, rotation=facing),
        ball(at(0.031, 0.122, 0.091), (0.0105, 0.0070, 0.007), eye, rotation=facing),
        ball(at(-0.031, 0.143, 0.092), (0.017, 0.0032, 0.007), hair, rotation=facing),
        ball(at(0.031, 0.143, 0.092), (0.017, 0.0032, 0.007), hair, rotation=facing),
        ball(at(0.0, 0.050, 0.0905), (0.019, 0.0042, 0.005), lips, rotation=facing),
        ball(at(0.0, 0.145, -0.022), (0.090, 0.098, 0.098), hair, bump=0.004, bump_scale=70.0, rotation=facing),
    ]
    if look.long_hair:
        parts.append(
            ball(at(0.0, 0.05, -0.058), (0.085, 0.16, 0.055), hair, bump=0.005, bump_scale=60.0, rotation=facing)
        )
    if look.hat:
        felt = Paint((look.trousers[0] * 0.9, look.trousers[1] * 0.9, look.trousers[2] * 1.1))
        parts += [
            ball(at(0.0, 0.195, -0.012), (0.100, 0.068, 0.106), felt, rotation=facing),
            cone(at(0.0, 0.172, -0.008), 0.102, 0.018, 0.101, felt, rotation=facing),
            ball(at(0.0, 0.168, 0.085), (0.075, 0.012, 0.062), felt, rotation=facing),
        ]
    return tuple(parts)
