"""Human figures: stylised puppets with bones, clothes by their trade and a face. They portray nobody."""

import hashlib
from dataclasses import dataclass

import numpy as np

from generator.backends.previz.parts import Colour, Paint, Part, Point, ball, box, cone, limb, ring, turn
from generator.backends.previz.posture import FOREARM, SHIN, STAND, THIGH, UPPER_ARM, Posture, joint
from generator.backends.previz.wardrobe import HATS, OUTFITS, Outfit
from generator.lexicon import words

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
_CHILD = frozenset(words("child girl boy daughter son kid granddaughter grandson schoolboy schoolgirl pupil"))
_OLD = frozenset(words("old elderly ageing aging grandmother grandfather widow widower retired ancient"))
_WOMAN = frozenset(
    words(
        "woman girl daughter mother grandmother sister widow wife queen granddaughter fisherwoman actress waitress "
        "nun aunt princess bride schoolgirl"
    )
)
_MAN = frozenset(words("man boy father son brother fisherman king grandfather grandson uncle prince monk schoolboy"))


@dataclass(frozen=True, slots=True)
class Look:
    """What a character wears in every shot: chosen from the name and role, so it never changes between shots."""

    coat: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    height: float
    hat: str
    long_coat: bool
    long_hair: bool
    scarf: Colour | None
    skirt: bool = False
    beard: bool = False
    bun: bool = False
    apron: Colour | None = None
    build: float = 1.0


def look_of(name: str, role: str, seed: int) -> Look:
    """The look of a character; role words (old, girl, sailor, baker ...) decide what they can, chance the rest."""
    rng = np.random.default_rng(list(hashlib.sha256(f"{seed} {name}".encode()).digest()[:16]))
    said = set(words(role))
    child, old = bool(said & _CHILD), bool(said & _OLD)
    woman = bool(said & _WOMAN) or (not said & _MAN and name.lower().endswith(("a", "e", "ah", "ine", "y")))
    outfit = next((OUTFITS[word] for word in words(role) if word in OUTFITS), Outfit())
    coat = outfit.coat or _COATS[int(rng.integers(len(_COATS)))]
    grey = tuple(float(v) for v in rng.uniform(0.02, 0.09, 3))
    hat = outfit.hat if outfit.hat is not None else (("", "", "", "beanie", "cap")[int(rng.integers(5))])
    long_coat = outfit.long if outfit.long is not None else not child and bool(rng.random() < 0.55)
    return Look(
        coat=coat,
        trousers=outfit.trousers or (grey[0], grey[1], grey[2]),
        skin=_SKINS[int(rng.integers(len(_SKINS)))],
        hair=_GREY if old else _HAIR[int(rng.integers(len(_HAIR)))],
        height=1.26 if child else float(rng.uniform(1.58, 1.74) if woman else rng.uniform(1.70, 1.86)),
        hat=hat,
        long_coat=long_coat,
        long_hair=woman and bool(rng.random() < 0.6),
        scarf=_COATS[int(rng.integers(len(_COATS)))] if outfit.hat is None and rng.random() < 0.4 else None,
        skirt=woman and outfit.trousers is None and not long_coat and bool(rng.random() < 0.6),
        beard=not woman and not child and bool(rng.random() < (0.6 if old else 0.3)),
        bun=woman and bool(rng.random() < 0.45),
        apron=outfit.apron,
        build=float(rng.uniform(0.94, 1.1)),
    )


def figure(look: Look, pose: Posture = STAND, *, holding: tuple[Part, ...] = ()) -> tuple[Part, ...]:
    """A figure of 1.75 m facing +z (scale it to ``look.height``) in a posture; ``holding`` is a prop at the right hand."""
    coat = Paint(look.coat, gloss=0.03)
    dark = Paint((look.coat[0] * 0.6, look.coat[1] * 0.6, look.coat[2] * 0.6))
    cloth, skin = Paint(look.trousers), Paint(look.skin, gloss=0.05)
    boot = Paint((0.02, 0.016, 0.013), gloss=0.12)
    body = turn(pose.twist, pose.lean, pose.tilt)
    hips = np.array([pose.shift, 0.92 + pose.lift, pose.push])
    wide = look.build

    def torso(x: float, up: float, ahead: float) -> Point:
        point = hips + body @ np.array([x * wide, up, ahead * wide])
        return float(point[0]), float(point[1]), float(point[2])

    parts: list[Part] = []
    for side, foot in ((1.0, pose.foot_l), (-1.0, pose.foot_r)):
        hip: Point = (hips[0] + 0.095 * side, hips[1], hips[2])
        knee, ankle = joint(hip, foot, THIGH, SHIN, (0.12 * side, 0.15, 1.0))
        toe = turn(0.12 * side, pose.toe_l if side > 0 else pose.toe_r, 0.0)
        ahead = toe @ np.array([0.0, -0.035, 0.06])
        parts += [
            limb(hip, knee, 0.094 * wide, 0.068, cloth),
            limb(knee, ankle, 0.068, 0.050, cloth),
            box(_sum(ankle, ahead), (0.048, 0.045, 0.125), boot, round=0.04, rotation=toe),
        ]
    parts += [
        ball(torso(0.0, 0.02, 0.0), (0.150 * wide, 0.13, 0.125), dark if look.long_coat else cloth, rotation=body),
        cone(torso(0.0, 0.22, 0.0), 0.140 * wide, 0.21, 0.158 * wide, coat, round=0.03, rotation=body, blend=0.05),
        limb(torso(-0.140, 0.455, -0.005), torso(0.140, 0.455, -0.005), 0.070, 0.070, coat, blend=0.09),
        limb(torso(0.0, 0.47, 0.0), torso(0.0, 0.61, 0.012), 0.056, 0.049, skin),
        box(torso(0.0, 0.20, 0.164), (0.006, 0.21, 0.012), dark, rotation=body),
    ]
    if look.apron is not None:
        parts.append(box(torso(0.0, 0.10, 0.165), (0.125, 0.30, 0.012), Paint(look.apron), rotation=body, round=0.01))
    if (look.long_coat or look.skirt) and pose.upright:
        flare = (0.27 if look.skirt else 0.215) + 0.05 * min(abs(pose.foot_l[2] - pose.foot_r[2]), 0.8)
        low = 0.30 if look.skirt else 0.23
        hem = turn(pose.twist * 0.5, pose.lean * 0.3, 0.0)
        middle = hips + np.array([0.0, -0.12 if not look.skirt else -0.19, 0.5 * pose.lean * 0.2])
        paint = Paint(look.trousers) if look.skirt else coat
        parts.append(
            cone(
                (float(middle[0]), float(middle[1]), float(middle[2])),
                flare * wide,
                low,
                0.160 * wide,
                paint,
                round=0.02,
                rotation=hem,
                blend=0.04,
            )
        )
    collar = Paint(look.scarf) if look.scarf is not None else dark
    parts.append(
        ring(
            torso(0.0, 0.515, 0.006),
            0.074,
            0.036 if look.scarf else 0.024,
            collar,
            rotation=body @ turn(0.0, 0.17, 0.0),
        )
    )
    for side, reach in ((1.0, pose.hand_l), (-1.0, pose.hand_r)):
        shoulder = torso(0.188 * side, 0.445, 0.0)
        goal = hips + body @ (np.array([0.0, 0.445, 0.0]) + np.asarray(reach))
        elbow, hand = joint(
            shoulder,
            (float(goal[0]), float(goal[1]), float(goal[2])),
            UPPER_ARM,
            FOREARM,
            tuple(body @ np.array([0.40 * side, -0.4, -0.9])),
        )
        parts += [
            limb(shoulder, elbow, 0.064, 0.054, coat, blend=0.04),
            limb(elbow, hand, 0.054, 0.042, coat),
            *_hand(elbow, hand, skin),
        ]
        if holding and side < 0:
            parts += [_moved(part, hand, body) for part in holding]
    neck = hips + body @ np.array([0.0, 0.562, 0.012])
    return tuple(parts) + _head(look, skin, pose, (float(neck[0]), float(neck[1]), float(neck[2])), body)


def _sum(a: Point, b: np.ndarray) -> Point:
    return a[0] + float(b[0]), a[1] + float(b[1]), a[2] + float(b[2])


def _moved(part: Part, hand: Point, body: np.ndarray) -> Part:
    at = _sum(hand, body @ np.asarray(part.at))
    rotation = body if part.rotation is None else body @ part.rotation
    return Part(part.shape, at, part.size, part.paint, rotation, part.round, part.blend, part.bump, part.bump_scale)


def _hand(elbow: Point, hand: Point, skin: Paint) -> tuple[Part, ...]:
    along = np.subtract(hand, elbow)
    along = along / max(float(np.linalg.norm(along)), 1e-6)
    tip = _sum(hand, along * 0.085)
    thumb = _sum(hand, along * 0.045 + np.array([0.0, 0.022, 0.028]))
    return (
        limb(_sum(hand, along * 0.005), tip, 0.036, 0.026, skin),
        limb(_sum(hand, along * 0.01), thumb, 0.016, 0.012, skin),
    )


def _head(look: Look, skin: Paint, pose: Posture, neck: Point, body: np.ndarray) -> tuple[Part, ...]:
    facing = body @ turn(pose.head_yaw, pose.head_pitch - pose.lean * 0.6, 0.0)
    eye = Paint((0.012, 0.010, 0.010), gloss=0.5)
    white = Paint((0.62, 0.60, 0.56), gloss=0.2)
    hair = Paint(look.hair, gloss=0.06)

    def at(x: float, up: float, ahead: float) -> Point:
        return _sum(neck, facing @ np.array([x, up, ahead]))

    lips = Paint((look.skin[0] * 0.62, look.skin[1] * 0.42, look.skin[2] * 0.40))
    parts = [
        ball(at(0.0, 0.105, 0.008), (0.080, 0.112, 0.096), skin, rotation=facing),
        ball(at(0.0, 0.055, 0.042), (0.052, 0.055, 0.050), skin, blend=0.05, rotation=facing),
        ball(at(0.0, 0.098, 0.106), (0.0125, 0.024, 0.019), skin, rotation=facing),
        ball(at(0.0, 0.145, -0.022), (0.090, 0.098, 0.098), hair, bump=0.004, bump_scale=70.0, rotation=facing),
    ]
    for side in (-1.0, 1.0):
        parts += [
            ball(at(0.081 * side, 0.10, 0.0), (0.012, 0.028, 0.020), skin, rotation=facing),
            ball(at(0.031 * side, 0.120, 0.086), (0.0165, 0.0085 * pose.eyes + 0.001, 0.010), white, rotation=facing),
            ball(at(0.031 * side, 0.120, 0.0935), (0.0085, 0.0085 * pose.eyes + 0.001, 0.005), eye, rotation=facing),
            ball(at(0.031 * side, 0.143 + 0.006 * pose.brow, 0.092), (0.020, 0.0042, 0.008), hair, rotation=facing),
        ]
    parts.append(ball(at(0.0, 0.050, 0.0895), (0.021, 0.0046 + 0.012 * pose.mouth, 0.006), lips, rotation=facing))
    if look.beard:
        parts.append(
            ball(at(0.0, 0.032, 0.050), (0.058, 0.050, 0.048), hair, bump=0.004, bump_scale=60.0, rotation=facing)
        )
    if look.long_hair:
        parts.append(
            ball(at(0.0, 0.05, -0.058), (0.085, 0.16, 0.055), hair, bump=0.005, bump_scale=60.0, rotation=facing)
        )
    if look.bun and not look.hat:
        parts.append(ball(at(0.0, 0.20, -0.085), 0.045, hair, bump=0.004, bump_scale=70.0, rotation=facing))
    if look.hat in HATS:
        felt = Paint((look.trousers[0] * 0.9, look.trousers[1] * 0.9, look.trousers[2] * 1.1))
        parts += HATS[look.hat](at, facing, felt, Paint(look.coat))
    return tuple(parts)
