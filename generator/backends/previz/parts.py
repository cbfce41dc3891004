"""How models are written: parts with a shape, a place, a size and a paint; placed models become rows for the kernels."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.backends.previz.layout import (
    ALONE,
    BLEND,
    BOUND,
    BOX,
    BUMP,
    BUMP_SCALE,
    CAPSULE,
    CONE,
    ELLIPSOID,
    EXACT_BOX,
    EXACT_ELLIPSOID,
    GABLE,
    HULL,
    HX,
    MATERIAL,
    MATERIAL_COLUMNS,
    MEETING,
    OBJECT_COLUMNS,
    PLAIN,
    PRIMITIVE_COLUMNS,
    PX,
    R00,
    ROUND,
    SA,
    SHAPE,
    TOGETHER,
    TORUS,
)
from generator.backends.previz.shapes import Array

type Point = tuple[float, float, float]
type Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Paint:
    """A material: linear RGB, gloss 0..1, emitted light as a factor, a pattern with its size (m) and second colour."""

    colour: Colour
    gloss: float = 0.0
    glow: float = 0.0
    pattern: int = PLAIN
    size: float = 1.0
    second: Colour = (0.0, 0.0, 0.0)

    def row(self) -> list[float]:
        return [*self.colour, self.gloss, self.glow, float(self.pattern), self.size, *self.second]


@dataclass(frozen=True, slots=True)
class Part:
    """One primitive in its model's coordinates (metres, y up, front towards +z); ``rotation`` is part to model."""

    shape: int
    at: Point
    size: Point
    paint: Paint
    rotation: Array | None = None
    round: float = 0.0
    blend: float = 0.0
    bump: float = 0.0
    bump_scale: float = 1.0

    def half_extents(self) -> tuple[float, float, float]:
        """Half sides in metres of a box around the part in its own axes, bumps and blends included."""
        a, b, c = self.size
        if self.shape == CAPSULE:
            a = c = max(a, c)
            b += a
        elif self.shape == CONE:
            a = c = max(a, c) + self.round
            b += self.round
        elif self.shape == TORUS:
            a, b, c = a + b, b, a + b
        elif self.shape == HULL:
            b *= 1.15
        grow = self.bump + self.blend * 0.3 + 1e-4
        return a + grow, b + grow, c + grow

    def meeting(self) -> int:
        """How a ray finds this part."""
        if self.blend > 0.0:
            return TOGETHER
        if self.bump == 0.0 and self.shape == BOX and self.round < 0.02:
            return EXACT_BOX
        return EXACT_ELLIPSOID if self.bump == 0.0 and self.shape == ELLIPSOID else ALONE

    def bound(self) -> float:
        """Radius in metres of a sphere around the part, bumps and blends included."""
        a, b, c = self.size
        if self.shape == CAPSULE:
            reach = b + max(a, c)
        elif self.shape == CONE:
            reach = math.hypot(max(a, c), b) + self.round
        elif self.shape == ELLIPSOID:
            reach = max(a, b, c)
        elif self.shape == TORUS:
            reach = a + b
        elif self.shape == HULL:
            reach = math.sqrt(a * a + (1.3 * b) ** 2 + c * c)
        else:
            reach = math.sqrt(a * a + b * b + c * c)
        return reach + self.bump * 1.2 + self.blend * 0.5 + 0.01


def turn(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """Rotation matrix (3, 3), model to world: roll about z, then pitch about x, then yaw about y; radians."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (math.cos, math.sin))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_y @ about_x @ about_z)


def box(at: Point, half: Point, paint: Paint, *, rotation: Array | None = None, round: float = 0.0) -> Part:
    return Part(BOX, at, half, paint, rotation, round=min(round, min(half) * 0.95))


def ball(
    at: Point,
    radii: Point | float,
    paint: Paint,
    *,
    blend: float = 0.0,
    bump: float = 0.0,
    bump_scale: float = 1.0,
    rotation: Array | None = None,
) -> Part:
    size = (radii, radii, radii) if isinstance(radii, float | int) else radii
    return Part(ELLIPSOID, at, size, paint, rotation, blend=blend, bump=bump, bump_scale=bump_scale)


def cone(
    at: Point,
    bottom: float,
    half: float,
    top: float,
    paint: Paint,
    *,
    round: float = 0.0,
    rotation: Array | None = None,
    blend: float = 0.0,
    bump: float = 0.0,
    bump_scale: float = 1.0,
) -> Part:
    """A frustum: radius ``bottom`` at ``-half``, ``top`` at ``+half`` of its axis (y)."""
    return Part(CONE, at, (max(bottom, 1e-3), half, max(top, 1e-3)), paint, rotation, round, blend, bump, bump_scale)


def limb(a: Point, b: Point, start: float, end: float, paint: Paint, *, blend: float = 0.0) -> Part:
    """A tapering rod with round ends from ``a`` to ``b``, radii in metres."""
    start_point, end_point = np.asarray(a, float), np.asarray(b, float)
    along = end_point - start_point
    length = max(float(np.linalg.norm(along)), 1e-4)
    up = along / length
    side = np.cross(up, (0.0, 0.0, 1.0) if abs(up[2]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    rotation = np.stack([side, up, np.cross(side, up)], axis=1)
    middle = (start_point + end_point) / 2
    return Part(
        CAPSULE,
        (float(middle[0]), float(middle[1]), float(middle[2])),
        (start, length / 2, end),
        paint,
        rotation,
        blend=blend,
    )


def ring(at: Point, radius: float, thick: float, paint: Paint, *, rotation: Array | None = None) -> Part:
    return Part(TORUS, at, (radius, thick, thick), paint, rotation)


def roof(at: Point, half: Point, paint: Paint, *, rotation: Array | None = None) -> Part:
    return Part(GABLE, at, half, paint, rotation)


@dataclass(frozen=True, slots=True)
class Placed:
    """A model standing in the world. ``name`` is what the location scout looks for."""

    name: str
    parts: tuple[Part, ...]
    at: Point
    yaw: float = 0.0
    scale: float = 1.0
    pitch: float = 0.0
    roll: float = 0.0


def rows(models: Sequence[Placed]) -> tuple[Array, Array, Array]:
    """Kernel tables of the models: objects (N, OBJECT_COLUMNS), primitives (M, PRIMITIVE_COLUMNS), materials (K, 10)."""
    paints: dict[Paint, int] = {}
    total = sum(len(model.parts) for model in models)
    primitives = np.zeros((max(total, 1), PRIMITIVE_COLUMNS))
    objects = np.zeros((len(models), OBJECT_COLUMNS))
    first = 0
    for number, model in enumerate(models):
        world = turn(model.yaw, model.pitch, model.roll)
        scale = model.scale
        for offset, part in enumerate(model.parts):
            row = primitives[first + offset]
            row[SHAPE] = part.shape
            row[PX : PX + 3] = world @ np.asarray(part.at) * scale + model.at
            both = world if part.rotation is None else world @ part.rotation
            row[R00 : R00 + 9] = both.T.ravel()
            row[SA : SA + 3] = np.asarray(part.size) * scale
            row[ROUND], row[BLEND] = part.round * scale, part.blend * scale
            row[MATERIAL] = paints.setdefault(part.paint, len(paints))
            row[BOUND] = part.bound() * scale
            row[HX : HX + 3] = np.asarray(part.half_extents()) * scale
            row[MEETING] = part.meeting()
            row[BUMP], row[BUMP_SCALE] = part.bump * scale, part.bump_scale / scale
        own = primitives[first : first + len(model.parts)]
        low = (own[:, PX : PX + 3] - own[:, BOUND : BOUND + 1]).min(axis=0)
        high = (own[:, PX : PX + 3] + own[:, BOUND : BOUND + 1]).max(axis=0)
        middle = (low + high) / 2
        reach = (np.linalg.norm(own[:, PX : PX + 3] - middle, axis=1) + own[:, BOUND]).max()
        objects[number] = [*middle, reach, first, first + len(model.parts)]
        first += len(model.parts)
    materials = np.array([paint.row() for paint in paints]) if paints else np.zeros((1, MATERIAL_COLUMNS))
    return objects, primitives, materials
