"""Townscapes: streets, quays, markets and stations, built whole around the stage."""

import math

import numpy as np

from generator.backends.previz import landmarks as build
from generator.backends.previz import layout as at
from generator.backends.previz import props, scenery, vehicles
from generator.backends.previz.acting import Performance
from generator.backends.previz.direction import Part
from generator.backends.previz.parts import Colour, Placed, box
from generator.backends.previz.people import figure, look_of
from generator.backends.previz.sites import HULLS, WALLS, put_up
from generator.backends.previz.staging import WARM, Stage, Subject, lamp

_TOWN: tuple[Colour, ...] = (
    (0.24, 0.15, 0.11),
    (0.30, 0.27, 0.22),
    (0.16, 0.17, 0.19),
    (0.33, 0.22, 0.14),
    (0.20, 0.12, 0.10),
)


def street(stage: Stage, rng: np.random.Generator, glow: float) -> None:
    stage.bounds = (6.6, 46.0)
    for side in (-1.0, 1.0):
        z = -64.0
        while z < 64.0:
            width = float(rng.uniform(9.0, 14.0))
            tall = float(rng.uniform(8.0, 25.0))
            wall = _TOWN[int(rng.integers(len(_TOWN)))]
            stage.still.append(
                Placed(
                    "blocks",
                    build.block(glow, width, tall, 12.0, wall),
                    (side * 14.5, 0.0, z + width / 2),
                    -side * math.pi / 2,
                )
            )
            z += width + 0.15
        stage.still.append(
            Placed("pavement", (box((0.0, 0.05, 0.0), (2.0, 0.09, 66.0), build.GREY_STONE),), (side * 6.7, 0.0, 0.0))
        )
    stage.subjects["blocks"] = Subject((0.0, 5.0, 40.0), 14.0)
    for n, z in enumerate((-40.0, -22.0, -7.0, 6.0, 20.0, 38.0)):
        lamp_post(stage, 5.2 * (1 if n % 2 else -1), z, glow)
    for n in range(4):
        colour = HULLS[n % len(HULLS)]
        stage.still.append(
            Placed(
                "car",
                vehicles.car(colour, glow),
                (3.9 if n % 2 else -3.9, 0.0, -30.0 + 17.0 * n + float(rng.uniform(-2, 2))),
                0.0 if n % 2 else math.pi,
            )
        )


def market(stage: Stage, rng: np.random.Generator, glow: float) -> None:
    """A square with houses around it and two rows of stalls."""
    stage.bounds = (13.0, 20.0)
    for side in (-1.0, 1.0):
        for n in range(5):
            width = float(rng.uniform(7.0, 10.0))
            wall = WALLS[int(rng.integers(len(WALLS)))]
            tall = float(rng.uniform(7.0, 11.0))
            house = build.block(glow, width, tall, 8.0, wall)
            stage.still.append(Placed("blocks", house, (side * 19.0, 0.0, -24.0 + 11.0 * n), -side * math.pi / 2))
        for n in range(5):
            z = -12.0 + 5.2 * n + float(rng.uniform(-0.6, 0.6))
            stage.still.append(
                Placed("stalls", scenery.stall(rng), (side * 4.6, 0.0, z), -side * math.pi / 2 + 0.06 * n)
            )
        passer = WALLS[int(rng.integers(len(WALLS)))]
        stage.still.append(Placed("barrel", props.barrel(), (side * 6.2, 0.0, 4.0 * side)))
        stage.still.append(Placed("crate", props.crate(), (side * 3.2, 0.0, -6.5 * side), float(passer[0])))
    stage.still.append(Placed("church", build.church(glow), (2.0, 0.0, -38.0)))
    stage.subjects["stalls"] = Subject((4.6, 1.2, 4.0), 2.4)
    stage.subjects["blocks"] = Subject((0.0, 4.0, -24.0), 9.0)
    stage.subjects["church"] = Subject((2.0, 10.0, -38.0), 20.0)
    for x, z in ((-2.9, -9.0), (2.9, 9.0)):
        lamp_post(stage, x, z, glow)
    _passers_by(stage, rng, [(-2.2, -4.0, 2.2), (2.4, -7.0, -1.2), (1.7, 6.5, 2.9), (-1.9, 8.0, 1.9)])


def _passers_by(stage: Stage, rng: np.random.Generator, spots: list[tuple[float, float, float]]) -> None:
    """People of no name who stand about; they are part of the place and the same in each of its shots."""

    for number, (x, z, facing) in enumerate(spots):
        look = look_of(f"passer-by {number}", "man" if rng.random() < 0.5 else "woman", int(rng.integers(1 << 30)))
        acting = Performance(Part(("look",) if number % 2 else ()), 4.0, 1.3 * number)

        def model(time: float, look=look, acting=acting, x=x, z=z, facing=facing) -> Placed:  # type: ignore[no-untyped-def]
            return Placed(
                "passer-by",
                figure(look, acting.posture(time % 4.0)),
                (x, stage.ground(x, z), z),
                facing,
                look.height / 1.75,
            )

        stage.moving.append(model)


def station(stage: Stage, rng: np.random.Generator, glow: float, taken: list[tuple[float, float, float]]) -> None:
    """A platform under a canopy with a train at it, the station's house behind."""
    stage.bounds = (5.0, 24.0)
    stage.still.append(Placed("platform", scenery.platform(glow), (-2.8, 0.0, 0.0)))
    stage.still.append(Placed("train", vehicles.train(glow), (5.6, -0.75, -3.0)))
    stage.still.append(Placed("track", (box((5.6, -0.3, 0.0), (1.7, 0.35, 60.0), build.GREY_STONE),), (0.0, 0.0, 0.0)))
    wall = WALLS[int(rng.integers(len(WALLS)))]
    stage.still.append(Placed("blocks", build.block(glow, 30.0, 7.5, 8.0, wall), (-10.5, 0.0, 0.0), math.pi / 2))
    stage.still.append(Placed("bench", scenery.bench(), (-4.6, 0.0, 3.0), math.pi / 2))
    stage.still.append(Placed("suitcase", props.PROPS["suitcase"](), (-3.7, 0.0, 1.6), 0.8))
    stage.subjects["train"] = Subject((5.6, 1.6, 0.0), 4.0)
    stage.subjects["bench"] = Subject((-4.6, 0.5, 3.0), 1.0)
    taken += [(5.6, z, 5.0) for z in range(-20, 25, 8)] + [(-10.5, z, 8.0) for z in (-10.0, 0.0, 10.0)]
    for z in (-10.0, -2.0, 6.0):
        if glow > 0.0:
            stage.lights.append(lamp((-2.8, 3.2, z), WARM, 4.0 * glow, 0.012, shadows=abs(z) < 3.0))
    _passers_by(stage, rng, [(-3.2, -5.0, 1.4), (-1.8, 7.0, 1.7)])


def quay(stage: Stage, rng: np.random.Generator, glow: float, taken: list[tuple[float, float, float]]) -> None:
    for n in range(6):
        z = -42.0 + 16.0 * n + float(rng.uniform(-2, 2))
        wall = WALLS[int(rng.integers(len(WALLS)))]
        stage.still.append(
            Placed(
                "house",
                build.house(glow, wall, clay=bool(rng.random() < 0.6)),
                (-17.0 + float(rng.uniform(-2, 1.5)), 1.25, z),
                math.pi / 2,
                float(rng.uniform(0.95, 1.3)),
            )
        )
        taken.append((-17.0, z, 7.0))
    stage.subjects["house"] = Subject((-17.0, 4.0, 6.0), 6.5)
    stage.still.append(Placed("pier", build.pier(22.0, 5.0), (6.2, 1.3, 9.0), math.pi / 2))
    stage.subjects["pier"] = Subject((16.0, 1.5, 9.0), 3.0)
    for n in range(5):
        x, z = float(rng.uniform(10.0, 24.0)), -22.0 + 12.0 * n + float(rng.uniform(-2.0, 2.0))
        if abs(z - 9.0) < 4.0:
            z += 7.0
        put_up(stage, "boat", (x, -0.05, z), float(rng.uniform(0, 6.28)), rng, glow)
    for z in (-16.0, -1.5, 16.0):
        lamp_post(stage, 5.2, z, glow)
    for x, z, kind in (
        (4.4, -4.2, "crate"),
        (5.0, -5.0, "crate"),
        (4.9, -3.3, "barrel"),
        (-4.5, 5.5, "barrel"),
        (5.4, 4.6, "crate"),
    ):
        stage.still.append(
            Placed(kind, props.crate() if kind == "crate" else props.barrel(), (x, 1.3, z), float(rng.uniform(0, 1.0)))
        )


def lamp_post(stage: Stage, x: float, z: float, glow: float) -> None:
    y = stage.ground(x, z)
    stage.still.append(Placed("lamp", build.lamp_post(), (x, y, z)))
    stage.subjects.setdefault("lamp", Subject((x, y + 2.0, z), 4.0))
    if glow > 0.0:
        stage.lights.append(
            lamp((x, y + 3.7, z), WARM, 5.5 * glow, 0.012 + float(stage.world[at.FOG]) * 0.9, shadows=abs(z) < 3.0)
        )
