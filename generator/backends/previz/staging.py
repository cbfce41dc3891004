"""The stage: a shot's words become a place with weather, things and people in it, the same for every shot of a scene."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from generator.backends.previz import layout as at
from generator.backends.previz import terrain
from generator.backends.previz.axis import Axis
from generator.backends.previz.palette import Atmosphere, airless, atmosphere, sun_direction
from generator.backends.previz.parts import Placed, Point, rows
from generator.backends.previz.shapes import Array
from generator.shots.model import ShotRequest


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a camera can look at: its middle, its height in metres, where it faces (radians), how it moves (m/s)."""

    middle: Point
    height: float
    facing: float | None = None
    velocity: tuple[float, float] = (0.0, 0.0)


@dataclass(slots=True)
class Stage:
    """Everything before the camera. ``moving`` gives the models that change with time in seconds."""

    world: Array
    heights: Array
    air: Atmosphere
    indoors: bool
    still: list[Placed] = field(default_factory=list)
    moving: list[Callable[[float], Placed]] = field(default_factory=list)
    lights: list[list[float]] = field(default_factory=list)
    subjects: dict[str, Subject] = field(default_factory=dict)
    beam: Point | None = None
    #: How far from the middle (x, z, metres) a camera may stand: a room's walls, a street's houses.
    bounds: tuple[float, float] | None = None
    tables: tuple[Array, Array, Array] | None = None
    #: On which side of the axis between two people the cameras stand, and the axis once they stand there.
    side: float = 1.0
    axis: Axis | None = None
    #: How fast the land outside a moving carriage's window passes.
    scroll: float = 0.0

    def ground(self, x: float, z: float) -> float:
        """Height of the floor or the ground in metres."""
        if self.indoors:
            return 0.0
        side = self.heights.shape[0]
        i, j = ((min(max((v / terrain.EXTENT * 0.5 + 0.5) * (side - 1), 0.0), side - 1.0)) for v in (z, x))
        return float(self.heights[round(i), round(j)])

    def names(self) -> list[str]:
        """Names of the objects in the order of ``snapshot``'s table."""
        return [model.name for model in self.still] + [model(0.0).name for model in self.moving]

    def lamp_table(self) -> Array:
        """The lamps, dimmed as the lens opens: on film a lamp looks as bright at dusk as at night."""
        table = np.array(self.lights) if self.lights else np.zeros((0, at.LIGHT_COLUMNS))
        table[:, at.LR : at.LB + 1] /= max(self.air.exposure * (1.3 if self.indoors else 1.0), 0.5)
        return table

    def snapshot(self, time: float) -> tuple[Array, Array, Array, Array]:
        """World row, objects, primitives and materials at a time in seconds."""
        if self.tables is None:
            self.tables = rows(self.still)
        world = self.world.copy()
        world[at.TIME] = time
        world[at.SCROLL] = self.scroll * time
        if self.beam is not None:
            turn = 0.9 * time + 0.7
            world[at.BEAM_X : at.BEAM_Z + 1] = self.beam
            world[at.BEAM_DX : at.BEAM_DZ + 1] = math.cos(turn), -0.015, math.sin(turn)
        objects, primitives, materials = _join(self.tables, rows([model(time) for model in self.moving]))
        materials = materials.copy()
        materials[:, at.GLOW] /= max(self.air.exposure, 0.7)
        return world, objects, primitives, materials


def _join(a: tuple[Array, Array, Array], b: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
    if not len(b[0]):
        return a
    if not len(a[0]):
        return b
    objects, primitives = b[0].copy(), b[1].copy()
    objects[:, at.OFIRST] += len(a[1])
    objects[:, at.OLAST] += len(a[1])
    primitives[:, at.MATERIAL] += len(a[2])
    return np.concatenate([a[0], objects]), np.concatenate([a[1], primitives]), np.concatenate([a[2], b[2]])


def seed_of(*parts: object) -> list[int]:
    """Entropy for a numpy generator from any values, the same on every machine."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()
    return [int.from_bytes(digest[n : n + 4], "big") for n in range(0, 16, 4)]


def place_label(slugline: str) -> str:
    """The place of a scene heading without ``INT.``/``EXT.`` and the hour, so that a place keeps its shape."""
    return slugline.rsplit(" - ", 1)[0].split(". ", 1)[-1].strip().upper()


def build(shot: ShotRequest) -> Stage:
    """The stage of a shot. Shots with the same seed, place and elements share one stage, whatever the camera does."""
    from generator.backends.previz.interiors import dress_interior
    from generator.backends.previz.locations import dress_exterior

    rng = np.random.default_rng(seed_of(shot.seed, place_label(shot.slugline), shot.interior, shot.place))
    air = atmosphere(shot.light, shot.weather)
    if shot.place == "planet" and not shot.interior:
        air = airless(air)
    heights, level, kind, water = terrain.landform(shot.place, rng)
    if shot.interior:
        heights, level = np.zeros((4, 4), np.float32), 0.0
    world = np.zeros(at.WORLD_COLUMNS)
    stage = Stage(world=world, heights=heights, air=air, indoors=shot.interior)
    if not shot.interior and seed_of(shot.seed, place_label(shot.slugline), "side")[0] % 2:
        stage.side = -1.0
    azimuth = float(rng.uniform(0, 2 * math.pi)) if not shot.interior else math.pi + float(rng.uniform(-0.55, 0.55))
    elevation = air.elevation if not shot.interior else min(max(air.elevation, 14.0), 30.0)
    _light(world, air, sun_direction(elevation, azimuth))
    world[at.SEED] = float(rng.integers(1, 90))
    if shot.interior:
        dress_interior(stage, shot, rng)
    else:
        _ground(world, shot.place, kind, water, air)
        world[at.GROUND_TOP] = float(heights.max()) + 0.05
        dress_exterior(stage, shot, level, rng)
    return stage


def _light(world: Array, air: Atmosphere, sun: tuple[float, float, float]) -> None:
    world[at.SUN_X : at.SUN_Z + 1] = sun
    world[at.SUN_R : at.SUN_B + 1] = air.sun
    world[at.SUN_SIZE] = 0.0011 if air.moon else 0.0009
    world[at.ZENITH_R : at.ZENITH_B + 1] = air.zenith
    world[at.HORIZON_R : at.HORIZON_B + 1] = air.horizon
    world[at.CLOUD], world[at.CLOUD_DARK] = air.cloud, air.cloud_dark
    world[at.STARS], world[at.MOON] = air.stars * max(1.0 - air.cloud, 0.0), float(air.moon)
    world[at.FOG], world[at.FOG_HEIGHT] = air.fog, air.fog_height
    world[at.FOG_R : at.FOG_B + 1] = [0.72 * h + 0.2 * z for h, z in zip(air.horizon, air.zenith, strict=True)]
    world[at.WETNESS], world[at.WAVES] = air.wet, air.waves


_RIDGES = {
    "mountain": (0.30, at.PEAKS),
    "lake": (0.17, at.PEAKS),
    "coast": (0.05, at.HILLS),
    "harbour": (0.07, at.HILLS),
    "island": (0.02, at.HILLS),
    "sea": (0.014, at.HILLS),
    "desert": (0.07, at.PEAKS),
    "forest": (0.10, at.HILLS),
    "city": (0.26, at.SKYLINE),
    "market": (0.16, at.SKYLINE),
    "station": (0.14, at.SKYLINE),
    "river": (0.09, at.HILLS),
    "road": (0.10, at.HILLS),
    "park": (0.10, at.SKYLINE),
    "planet": (0.16, at.PEAKS),
    "village": (0.08, at.HILLS),
    "field": (0.06, at.HILLS),
}
_GROUNDS = {
    at.GRASS: ((0.085, 0.098, 0.040), (0.155, 0.135, 0.115)),
    at.SAND: ((0.50, 0.335, 0.17), (0.36, 0.205, 0.10)),
    at.ROCKY: ((0.135, 0.130, 0.105), (0.17, 0.16, 0.15)),
    at.PAVED: ((0.17, 0.16, 0.15), (0.16, 0.15, 0.14)),
    at.SNOWY: ((0.74, 0.79, 0.87), (0.15, 0.15, 0.16)),
}


def _ground(world: Array, place: str, kind: int, water: bool, air: Atmosphere) -> None:
    if air.snow and kind != at.SAND:
        kind = at.SNOWY
    world[at.GROUND_EXTENT], world[at.GROUND_KIND] = terrain.EXTENT, kind
    ground, slope = _GROUNDS[kind]
    if place == "planet":
        ground, slope = (0.24, 0.12, 0.075), (0.16, 0.085, 0.06)
    world[at.GROUND_R : at.GROUND_B + 1] = ground
    world[at.SLOPE_R : at.SLOPE_B + 1] = slope
    world[at.SNOWLINE] = 26.0 if place == "mountain" else 1e9
    if water:
        deep = (0.020, 0.040, 0.045) if air.wet else (0.010, 0.045, 0.060)
        world[at.WATER] = 1.0
        world[at.WATER_R : at.WATER_B + 1] = deep
        if place in ("lake", "harbour", "river"):
            world[at.WAVES] *= 0.5
    world[at.RIDGE], world[at.RIDGE_KIND] = _RIDGES.get(place, (0.06, at.HILLS))
    light = 0.30 * air.zenith[1] + 0.10 * air.sun[1]
    tone = (0.62, 0.66, 0.74) if air.snow else ((0.55, 0.33, 0.22) if place == "desert" else (0.13, 0.16, 0.17))
    world[at.RIDGE_R : at.RIDGE_B + 1] = [c * light * 2.0 for c in tone]


def lamp(
    place: Point, colour: tuple[float, float, float], power: float, halo: float, *, shadows: bool = False
) -> list[float]:
    """A row of the light table."""
    return [*place, *(c * power for c in colour), halo, float(shadows)]


WARM = (1.0, 0.58, 0.24)
