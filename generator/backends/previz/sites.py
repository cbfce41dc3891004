"""Sites: named things of a shot, where each may stand under the sky, and how it is put up."""

import math

import numpy as np

from generator.backends.previz import landmarks as build
from generator.backends.previz import layout as at
from generator.backends.previz import scenery, vehicles
from generator.backends.previz.parts import Colour, Placed, Point
from generator.backends.previz.staging import WARM, Stage, Subject, lamp

WALLS: tuple[Colour, ...] = (
    (0.50, 0.44, 0.34),
    (0.40, 0.16, 0.10),
    (0.56, 0.55, 0.50),
    (0.24, 0.33, 0.36),
    (0.52, 0.36, 0.16),
    (0.20, 0.26, 0.22),
)


HULLS: tuple[Colour, ...] = ((0.05, 0.13, 0.24), (0.34, 0.05, 0.035), (0.08, 0.19, 0.13), (0.42, 0.30, 0.08))


#: Landmark, radius it needs, nearest and farthest distance from the stage, where it may stand.
SITES: dict[str, tuple[float, float, float, str]] = {
    "lighthouse": (5.0, 30.0, 46.0, "land"),
    "church": (8.0, 30.0, 46.0, "land"),
    "castle": (13.0, 44.0, 66.0, "land"),
    "windmill": (5.0, 24.0, 40.0, "land"),
    "tower": (5.0, 24.0, 38.0, "land"),
    "house": (6.0, 17.0, 30.0, "land"),
    "ship": (18.0, 60.0, 95.0, "water"),
    "boat": (3.5, 12.0, 26.0, "water"),
    "tent": (2.6, 7.0, 13.0, "land"),
    "car": (2.8, 6.0, 12.0, "land"),
    "truck": (3.6, 8.0, 15.0, "land"),
    "rocks": (2.5, 9.0, 30.0, "any"),
    "bridge": (8.0, 55.0, 80.0, "any"),
    "train": (6.0, 22.0, 34.0, "land"),
    "observatory": (6.0, 19.0, 30.0, "land"),
    "plane": (5.0, 10.0, 18.0, "land"),
    "balloon": (5.0, 22.0, 40.0, "any"),
    "rocket": (4.0, 15.0, 24.0, "land"),
    "fountain": (1.6, 5.5, 9.0, "land"),
    "bench": (1.3, 4.0, 6.5, "land"),
    "cart": (2.0, 5.0, 9.0, "land"),
    "sledge": (1.6, 2.4, 3.4, "land"),
    "bicycle": (1.2, 3.5, 6.0, "land"),
    "palms": (1.4, 8.0, 26.0, "land"),
    "graves": (1.0, 6.0, 15.0, "land"),
    "rowboat": (2.4, 11.0, 22.0, "water"),
}


#: How often a thing stands there when it is named.
MANY = {"palms": 7, "graves": 9}


def find_site(
    stage: Stage, name: str, rng: np.random.Generator, glow: float, taken: list[tuple[float, float, float]]
) -> None:
    radius, near, far, where = SITES[name]
    for _ in range(60):
        angle, distance = float(rng.uniform(0, 2 * math.pi)), float(rng.uniform(near, far))
        x, z = distance * math.sin(angle), distance * math.cos(angle)
        y = stage.ground(x, z)
        water = stage.world[at.WATER] > 0.0
        rim = [stage.ground(x + radius * dx, z + radius * dz) for dx, dz in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        if where == "land" and water and min(rim) < 0.3:
            continue
        if where == "water" and (not water or max(rim) > -0.8):
            continue
        if any(math.hypot(x - a, z - b) < radius + c for a, b, c in taken):
            continue
        taken.append((x, z, radius))
        base = -0.05 if where == "water" else (min(min(rim), y) - 0.1 if radius < 12 else y - 0.6)
        put_up(stage, name, (x, base, z), math.atan2(-x, -z) + float(rng.uniform(-0.5, 0.5)), rng, glow)
        return


def put_up(stage: Stage, name: str, place: Point, yaw: float, rng: np.random.Generator, glow: float) -> None:
    x, y, z = place
    known = name not in stage.subjects
    tall = 6.0
    if name == "lighthouse":
        stage.still.append(Placed(name, build.lighthouse(glow), place, yaw))
        tall = 18.5
        stage.lights.append(lamp((x, y + 16.4, z), WARM, 3.0 + 14.0 * glow, 0.010 + 0.012 * glow))
        if glow > 0.0 or stage.world[at.FOG] > 0.02:
            stage.beam = (x, y + 16.4, z)
            stage.world[at.BEAM_POWER] = (0.10 + 0.22 * glow) / stage.air.exposure * 1.4
    elif name == "house":
        wall = WALLS[int(rng.integers(len(WALLS)))]
        stage.still.append(
            Placed(
                name,
                build.house(glow, wall, clay=bool(rng.random() < 0.5), wide=float(rng.uniform(2.8, 3.8))),
                place,
                yaw,
            )
        )
        if glow > 0.3:
            stage.lights.append(
                lamp((x + 5.2 * math.sin(yaw), y + 1.9, z + 5.2 * math.cos(yaw)), WARM, 2.4 * glow, 0.02)
            )
    elif name in ("boat", "ship"):
        parts = (
            vehicles.ship(glow)
            if name == "ship"
            else vehicles.boat(HULLS[int(rng.integers(len(HULLS)))], bool(rng.random() < 0.45))
        )
        tall = 14.0 if name == "ship" else 4.0
        phase, heave = float(rng.uniform(0, 6)), 0.05 + 0.07 * float(stage.world[at.WAVES])
        yaw += 1.3
        stage.moving.append(
            lambda time: Placed(
                name,
                parts,
                (x, y + heave * math.sin(1.1 * time + phase), z),
                yaw + 0.02 * math.sin(0.5 * time),
                1.0,
                heave * 0.35 * math.sin(0.9 * time + phase),
                heave * 0.7 * math.sin(1.3 * time + phase),
            )
        )
    elif name == "rowboat":
        tall = 1.6
        hull = HULLS[int(rng.integers(len(HULLS)))]
        yaw += 1.3
        stage.moving.append(
            lambda time: Placed(
                name, vehicles.rowboat(hull, time, rowed=True), (x, -0.02, z), yaw, 1.0, 0.02 * math.sin(2.2 * time)
            )
        )
        if known:
            stage.subjects[name] = Subject((x, 0.8, z), 1.6, yaw)
        return
    elif name == "balloon":
        tall = 17.0
        y += 6.0
        silk = HULLS[int(rng.integers(len(HULLS)))]
        stage.moving.append(
            lambda time: Placed(
                name, vehicles.balloon((0.50, 0.10, 0.05), silk), (x + 0.4 * time, y + 0.3 * time, z), 0.1 * time
            )
        )
    elif name == "windmill":
        tall = 11.0
        stage.moving.append(lambda time: Placed(name, build.windmill(glow, 0.8 * time), place, yaw))
    elif name == "train":
        tall = 4.0
        stage.moving.append(
            lambda time: Placed(
                name,
                vehicles.train(glow),
                (x + 3.0 * time * math.sin(yaw + 1.4), y, z + 3.0 * time * math.cos(yaw + 1.4)),
                yaw + 1.4,
            )
        )
    else:
        parts, tall = {
            "church": lambda: (build.church(glow), 20.0),
            "castle": lambda: (build.castle(glow), 17.0),
            "tower": lambda: (build.tower(glow), 10.5),
            "tent": lambda: (build.tent(), 2.2),
            "observatory": lambda: (scenery.observatory(glow), 9.2),
            "plane": lambda: (vehicles.plane(HULLS[int(rng.integers(len(HULLS)))]), 2.8),
            "rocket": lambda: (vehicles.rocket(), 9.2),
            "fountain": lambda: (scenery.well(), 2.8),
            "bench": lambda: (scenery.bench(), 1.0),
            "cart": lambda: (vehicles.cart(), 1.3),
            "sledge": lambda: (vehicles.sledge(), 1.1),
            "bicycle": lambda: (vehicles.bicycle(0.0, HULLS[int(rng.integers(len(HULLS)))]), 1.1),
            "palms": lambda: (scenery.palm(rng), 6.5),
            "graves": lambda: (scenery.grave(rng), 1.0),
            "rocks": lambda: (build.rock(rng), 1.6),
            "bridge": lambda: (build.bridge(), 10.0),
            "car": lambda: (vehicles.car(HULLS[int(rng.integers(len(HULLS)))], glow), 1.5),
            "truck": lambda: (vehicles.truck(HULLS[int(rng.integers(len(HULLS)))], glow), 3.0),
        }[name]()
        stage.still.append(Placed(name, parts, place, yaw + (0.9 if name in ("car", "truck") else 0.0)))
    if known:
        stage.subjects[name] = Subject((x, y + tall * 0.5, z), tall)
