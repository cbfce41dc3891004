"""Set dressing: what each kind of place holds and where the named things of the shot stand in it."""

import math

import numpy as np

from generator.backends.previz import landmarks as build
from generator.backends.previz import layout as at
from generator.backends.previz import props, vehicles
from generator.backends.previz.interiors import set_out
from generator.backends.previz.parts import Colour, Placed, Point, box
from generator.backends.previz.staging import WARM, Stage, Subject, lamp, stand_figures
from generator.shots.model import ShotRequest

_WALLS: tuple[Colour, ...] = (
    (0.50, 0.44, 0.34),
    (0.40, 0.16, 0.10),
    (0.56, 0.55, 0.50),
    (0.24, 0.33, 0.36),
    (0.52, 0.36, 0.16),
    (0.20, 0.26, 0.22),
)
_TOWN: tuple[Colour, ...] = (
    (0.24, 0.15, 0.11),
    (0.30, 0.27, 0.22),
    (0.16, 0.17, 0.19),
    (0.33, 0.22, 0.14),
    (0.20, 0.12, 0.10),
)
_HULLS: tuple[Colour, ...] = ((0.05, 0.13, 0.24), (0.34, 0.05, 0.035), (0.08, 0.19, 0.13), (0.42, 0.30, 0.08))
#: Landmark, radius it needs, nearest and farthest distance from the stage, where it may stand.
_SITES: dict[str, tuple[float, float, float, str]] = {
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
}


def dress_exterior(stage: Stage, shot: ShotRequest, level: float, rng: np.random.Generator) -> None:
    """Buildings, trees, boats, lamps and people under the sky."""
    taken: list[tuple[float, float, float]] = [(0.0, 0.0, 5.0)]
    glow = stage.air.window_glow
    wanted = [name for name in shot.elements if name in _SITES]
    if shot.place == "city":
        _street(stage, rng, glow)
        wanted = [name for name in wanted if name not in ("house", "church", "castle", "windmill", "boat", "rocks")]
    elif shot.place == "harbour":
        _quay(stage, rng, glow, taken)
        wanted = [name for name in wanted if name not in ("house", "boat")]
    elif shot.place == "village":
        wanted += ["house"] * 5 + ([] if "church" in wanted else ["church"])
    if shot.place in ("coast", "island", "mountain", "desert", "lake"):
        wanted += ["rocks"] * 6
    if shot.place == "sea":
        wanted = [name for name in wanted if name in ("ship",)]
    for name in wanted:
        _site(stage, name, rng, glow, taken)
    if "pier" in shot.elements and shot.place in ("coast", "lake", "island"):
        stage.still.append(Placed("pier", build.pier(18.0, 6.0), (4.0, max(level - 0.1, 0.8), 6.0), math.pi / 2))
        stage.subjects["pier"] = Subject((13.0, level, 6.0), 3.0)
    _plants(stage, shot, rng, taken)
    if "lamp" in shot.elements and shot.place not in ("city", "harbour", "sea"):
        _lamp_post(stage, 3.2, -2.6, glow)
    if "fire" in shot.elements and shot.place != "sea":
        y = stage.ground(1.6, 1.2)
        stage.moving.append(lambda time: Placed("fire", build.fire(time), (1.6, y, 1.2)))
        stage.lights.append(lamp((1.6, y + 0.7, 1.2), (1.0, 0.42, 0.12), 3.2, 0.05, shadows=True))
        stage.subjects["fire"] = Subject((1.6, y + 0.4, 1.2), 1.0)
    if shot.place == "sea":
        _aboard(stage, shot, rng)
        return
    hero = next((stage.subjects[name] for name in shot.elements if name in stage.subjects), None)
    toward = math.atan2(hero.middle[0], hero.middle[2]) if hero else float(rng.uniform(0, 6.28))
    if len(shot.characters) > 1:
        spots = [
            (-0.62, 0.0, math.pi / 2 - 0.35),
            (0.62, 0.12, -math.pi / 2 + 0.25),
            (0.15, 1.3, math.pi),
            (-1.5, 1.0, 2.4),
        ]
    else:
        spots = [(0.0, 0.0, toward + 0.35)]
    stand_figures(stage, shot, spots)
    _small_things(stage, shot, (1.15, -0.75))


def _site(
    stage: Stage, name: str, rng: np.random.Generator, glow: float, taken: list[tuple[float, float, float]]
) -> None:
    radius, near, far, where = _SITES[name]
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
        _raise(stage, name, (x, base, z), math.atan2(-x, -z) + float(rng.uniform(-0.5, 0.5)), rng, glow)
        return


def _raise(stage: Stage, name: str, place: Point, yaw: float, rng: np.random.Generator, glow: float) -> None:
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
        wall = _WALLS[int(rng.integers(len(_WALLS)))]
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
            else vehicles.boat(_HULLS[int(rng.integers(len(_HULLS)))], bool(rng.random() < 0.45))
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
            "rocks": lambda: (build.rock(rng), 1.6),
            "bridge": lambda: (build.bridge(), 10.0),
            "car": lambda: (vehicles.car(_HULLS[int(rng.integers(len(_HULLS)))], glow), 1.5),
            "truck": lambda: (vehicles.truck(_HULLS[int(rng.integers(len(_HULLS)))], glow), 3.0),
        }[name]()
        stage.still.append(Placed(name, parts, place, yaw + (0.9 if name in ("car", "truck") else 0.0)))
    if known:
        stage.subjects[name] = Subject((x, y + tall * 0.5, z), tall)


def _street(stage: Stage, rng: np.random.Generator, glow: float) -> None:
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
        _lamp_post(stage, 5.2 * (1 if n % 2 else -1), z, glow)
    for n in range(4):
        colour = _HULLS[n % len(_HULLS)]
        stage.still.append(
            Placed(
                "car",
                vehicles.car(colour, glow),
                (3.9 if n % 2 else -3.9, 0.0, -30.0 + 17.0 * n + float(rng.uniform(-2, 2))),
                0.0 if n % 2 else math.pi,
            )
        )


def _quay(stage: Stage, rng: np.random.Generator, glow: float, taken: list[tuple[float, float, float]]) -> None:
    for n in range(6):
        z = -42.0 + 16.0 * n + float(rng.uniform(-2, 2))
        wall = _WALLS[int(rng.integers(len(_WALLS)))]
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
        _raise(stage, "boat", (x, -0.05, z), float(rng.uniform(0, 6.28)), rng, glow)
    for z in (-16.0, -1.5, 16.0):
        _lamp_post(stage, 5.2, z, glow)
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


def _lamp_post(stage: Stage, x: float, z: float, glow: float) -> None:
    y = stage.ground(x, z)
    stage.still.append(Placed("lamp", build.lamp_post(), (x, y, z)))
    stage.subjects.setdefault("lamp", Subject((x, y + 2.0, z), 4.0))
    if glow > 0.0:
        stage.lights.append(
            lamp((x, y + 3.7, z), WARM, 5.5 * glow, 0.012 + float(stage.world[at.FOG]) * 0.9, shadows=abs(z) < 3.0)
        )


def _plants(stage: Stage, shot: ShotRequest, rng: np.random.Generator, taken: list[tuple[float, float, float]]) -> None:
    pines = {"forest": 62, "mountain": 16, "lake": 22}.get(shot.place, 12 if "pines" in shot.elements else 0)
    trees = {"field": 9, "village": 9, "forest": 6}.get(
        shot.place, 8 if "trees" in shot.elements and shot.place not in ("city", "sea", "harbour") else 0
    )
    kinds = ["pines"] * pines + ["trees"] * trees
    species = [build.pine(rng, stage.air.snow) for _ in range(5)] if pines else []
    broad = [build.tree(rng, shot.mood in ("melancholy", "warm")) for _ in range(3)] if trees else []
    for kind in kinds:
        for _ in range(25):
            angle, distance = float(rng.uniform(0, 2 * math.pi)), 9.0 + 48.0 * float(rng.random()) ** 0.8
            x, z = distance * math.sin(angle), distance * math.cos(angle)
            y = stage.ground(x, z)
            if (stage.world[at.WATER] > 0.0 and y < 0.7) or any(
                math.hypot(x - a, z - b) < c + 1.6 for a, b, c in taken
            ):
                continue
            taken.append((x, z, 0.6))
            parts = (
                species[int(rng.integers(len(species)))] if kind == "pines" else broad[int(rng.integers(len(broad)))]
            )
            stage.still.append(
                Placed(kind, parts, (x, y - 0.15, z), float(rng.uniform(0, 6.28)), float(rng.uniform(0.8, 1.35)))
            )
            stage.subjects.setdefault(kind, Subject((x, y + 3.5, z), 7.0))
            break
    if shot.place in ("field", "village"):
        stage.still.append(Placed("fence", build.fence(17.6), (5.0, stage.ground(5.0, -8.0), -8.0), 0.3))


def _aboard(stage: Stage, shot: ShotRequest, rng: np.random.Generator) -> None:
    """At sea the stage is a boat's deck; the people ride on it."""
    parts = vehicles.boat(_HULLS[int(rng.integers(len(_HULLS)))], "ship" not in shot.elements)
    heave = 0.06 + 0.10 * float(stage.world[at.WAVES])
    stage.moving.append(
        lambda time: Placed(
            "boat",
            parts,
            (0.0, 0.1 + heave * math.sin(1.1 * time), 0.0),
            0.4,
            1.5,
            heave * 0.3 * math.sin(0.9 * time),
            heave * 0.5 * math.sin(1.3 * time),
        )
    )
    stage.subjects["boat"] = Subject((0.0, 2.4, 0.0), 6.5)
    stand_figures(stage, shot, [(0.1, -1.9, 0.9), (0.65, -0.9, -2.2)], floor=1.05)


def _small_things(stage: Stage, shot: ShotRequest, spot: tuple[float, float]) -> None:
    """Props of an exterior stand on a crate beside the people."""
    wanted = [name for name in shot.elements if name in props.PROPS]
    if not wanted:
        return
    x, z = spot
    y = stage.ground(x, z)
    if wanted[0] == "telescope":
        stage.still.append(Placed("telescope", props.PROPS["telescope"](), (x, y, z), 2.0))
        stage.subjects["telescope"] = Subject((x, y + 1.0, z), 1.4)
        wanted = wanted[1:]
    if wanted:
        stage.still.append(Placed("crate", props.crate(), (x, y, z), 0.4))
        set_out(stage, wanted[:2], (x, y + 0.54, z), 0.17, stage.air.window_glow)
