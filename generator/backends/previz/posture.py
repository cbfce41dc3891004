"""Bones and postures: how a figure holds itself at a moment, how one posture becomes the next, and how a joint bends."""

import math
from dataclasses import dataclass, fields

import numpy as np

from generator.backends.previz.parts import Point

#: Bones in metres of a figure of 1.75 m (Winter, "Biomechanics and Motor Control of Human Movement", segment lengths).
THIGH, SHIN, UPPER_ARM, FOREARM = 0.43, 0.42, 0.31, 0.27
#: Height of the shoulder line above the hips.
SHOULDER = 0.445


@dataclass(frozen=True, slots=True)
class Posture:
    """A figure's joints: metres and radians in its own axes (y up, front +z, its left +x).

    ``lift``, ``shift`` and ``push`` move the hips from where they stand; ``lean`` bends the trunk forward, ``tilt``
    sideways, ``twist`` turns it left. Hands are places relative to the middle of the shoulder line, along the trunk;
    feet are ankles in the figure's own place. ``eyes`` 1 open; ``mouth`` 0 shut; ``brow`` -1..1.
    """

    lift: float = 0.0
    shift: float = 0.0
    push: float = 0.0
    lean: float = 0.03
    tilt: float = 0.0
    twist: float = 0.0
    head_yaw: float = 0.0
    head_pitch: float = 0.0
    hand_l: Point = (0.235, -0.545, 0.06)
    hand_r: Point = (-0.235, -0.545, 0.06)
    foot_l: Point = (0.11, 0.08, 0.0)
    foot_r: Point = (-0.11, 0.08, 0.0)
    toe_l: float = 0.0
    toe_r: float = 0.0
    eyes: float = 1.0
    mouth: float = 0.0
    brow: float = 0.0

    @property
    def upright(self) -> bool:
        """Whether a coat or a skirt hangs down freely."""
        return self.lift > -0.25


STAND = Posture()


def mixed(a: Posture, b: Posture, share: float) -> Posture:
    """The posture between two; ``share`` 0 is ``a``, 1 is ``b``."""
    if share <= 0.0:
        return a
    if share >= 1.0:
        return b
    values: dict[str, object] = {}
    for field in fields(Posture):
        one, two = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, tuple):
            values[field.name] = tuple(p + (q - p) * share for p, q in zip(one, two, strict=True))
        else:
            values[field.name] = one + (two - one) * share
    return Posture(**values)  # type: ignore[arg-type]


def joint(root: Point, goal: Point, upper: float, lower: float, pole: tuple[float, ...]) -> tuple[Point, Point]:
    """Where the middle joint of a two-bone limb lies and where it ends: at ``goal``, or as near as the bones reach.

    The law of cosines; the joint bends towards ``pole`` (a direction).
    """
    start, end = np.asarray(root, float), np.asarray(goal, float)
    along = end - start
    reach = float(np.linalg.norm(along))
    along = along / max(reach, 1e-6) if reach > 1e-6 else np.array([0.0, -1.0, 0.0])
    length = min(max(reach, abs(upper - lower) + 1e-3), (upper + lower) * 0.999)
    end = start + along * length
    near = (upper * upper - lower * lower + length * length) / (2.0 * length)
    high = math.sqrt(max(upper * upper - near * near, 0.0))
    side = np.asarray(pole, float)
    side = side - along * float(side @ along)
    norm = float(np.linalg.norm(side))
    if norm < 1e-6:  # the limb lies along the pole: any way is as good
        side = np.cross(along, (1.0, 0.0, 0.0) if abs(along[0]) < 0.9 else (0.0, 1.0, 0.0))
        norm = float(np.linalg.norm(side))
    side = side / norm
    middle = start + along * near + side * high
    return (float(middle[0]), float(middle[1]), float(middle[2])), (float(end[0]), float(end[1]), float(end[2]))
