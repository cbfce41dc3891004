"""Set dressing: what each kind of place holds and where the people and the things of the shot stand in it."""

import math

import numpy as np

from generator.backends.previz import landmarks as build
from generator.backends.previz import layout as at
from generator.backends.previz import props, vehicles
from generator.backends.previz.cast import bring_animals, stand_figures
from generator.backends.previz.direction import direct
from generator.backends.previz.interiors import set_out
from generator.backends.previz.parts import Paint, Placed, box
from generator.backends.previz.sites import HULLS, MANY, SITES, find_site
from generator.backends.previz.staging import Stage, Subject, lamp
from generator.backends.previz.townscape import lamp_post, market, quay, station, street
from generator.shots.model import ShotRequest


def dress_exterior(stage: Stage, shot: ShotRequest, level: float, rng: np.random.Generator) -> None:
    """Buildings, trees, boats, lamps and people under the sky."""
    taken: list[tuple[float, float, float]] = [(0.0, 0.0, 5.0)]
    glow = stage.air.window_glow
    wanted = [name for name in shot.elements if name in SITES for _ in range(MANY.get(name, 1))]
    if shot.place in ("planet", "sea"):
        wanted = [name for name in wanted if name not in ("house", "church", "castle", "windmill", "pier", "bench")]
    rider = any("ride" in part.deeds for part in direct(shot).values())
    if rider:
        wanted = [name for name in wanted if name != "bicycle"]
    if shot.place == "city":
        street(stage, rng, glow)
        wanted = [name for name in wanted if name in ("bicycle", "bench", "cart", "truck", "balloon", "fire", "lamp")]
    elif shot.place == "market":
        market(stage, rng, glow)
        wanted = [name for name in wanted if name in ("fountain", "cart", "church", "balloon", "bicycle")]
    elif shot.place == "station":
        station(stage, rng, glow, taken)
        wanted = [name for name in wanted if name in ("bench", "church", "tower", "balloon")]
    elif shot.place == "park":
        wanted += ["bench"] + ([] if "graves" in wanted else ["fountain"])
    elif shot.place == "harbour":
        quay(stage, rng, glow, taken)
        wanted = [name for name in wanted if name not in ("house", "boat")]
    elif shot.place == "village":
        wanted += ["house"] * 5 + ([] if "church" in wanted else ["church"])
    if shot.place in ("coast", "island", "mountain", "desert", "lake", "planet"):
        wanted += ["rocks"] * 6
    elif shot.place == "river":
        wanted += ["rocks"] * 4
    if shot.place == "sea":
        wanted = [name for name in wanted if name in ("ship",)]
    for name in wanted:
        find_site(stage, name, rng, glow, taken)
    if "pier" in shot.elements and shot.place in ("coast", "lake", "island", "river"):
        stage.still.append(Placed("pier", build.pier(18.0, 6.0), (4.0, max(level - 0.1, 0.8), 6.0), math.pi / 2))
        stage.subjects["pier"] = Subject((13.0, level, 6.0), 3.0)
    _plants(stage, shot, rng, taken)
    if "lamp" in shot.elements and shot.place not in ("city", "harbour", "sea", "market", "station", "planet"):
        lamp_post(stage, 3.2, -2.6, glow)
    if shot.place == "harbour" and "ship" in shot.elements:
        stage.subjects.setdefault("boat", Subject((16.0, 1.5, -10.0), 4.0))
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
    # two people look at each other, a little open to the side where the cameras stand
    side = stage.side
    if len(shot.characters) > 1:
        spots = [
            (-0.62, 0.0, math.pi / 2 - 0.35 * side),
            (0.62, 0.12, -math.pi / 2 + 0.25 * side),
            (0.15, -1.3 * side, 0.0 if side > 0 else math.pi),
            (-1.5, -1.0 * side, 0.7 if side > 0 else 2.4),
        ]
    else:
        spots = [(0.0, 0.0, toward + 0.35)]
    if shot.place in ("city", "road", "station") and len(shot.characters) < 2:
        spots = [(0.0, 0.0, 0.0 if rng.random() < 0.5 else math.pi)]
    afloat = stage.subjects.get("rowboat")
    rower = next((name for name, part in direct(shot).items() if "row" in part.deeds and name in shot.characters), "")
    if afloat is not None and rower and rower == shot.characters[0]:
        stand_figures(stage, shot, [(afloat.middle[0], afloat.middle[2], afloat.facing or 0.0), *spots[1:]], floor=0.0)
        stage.subjects[rower] = Subject((afloat.middle[0], 0.85, afloat.middle[2]), 1.5, afloat.facing, (0.0, 0.0))
    else:
        stand_figures(stage, shot, spots)
    bring_animals(stage, shot)
    _small_things(stage, shot, (1.15, -0.75 * side))


#: Places where no wood grows though a brief may name one.
_BARE = ("city", "sea", "harbour", "market", "station", "planet", "desert")


def _plants(stage: Stage, shot: ShotRequest, rng: np.random.Generator, taken: list[tuple[float, float, float]]) -> None:
    pines = {"forest": 62, "mountain": 16, "lake": 22, "river": 12, "road": 14}.get(
        shot.place, 12 if "pines" in shot.elements and shot.place not in _BARE else 0
    )
    trees = {"field": 9, "village": 9, "forest": 6, "river": 9, "park": 16, "road": 6}.get(
        shot.place, 8 if "trees" in shot.elements and shot.place not in _BARE else 0
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
    if shot.place == "road":
        tar = Paint((0.055, 0.055, 0.06), gloss=0.06)
        line = Paint((0.52, 0.50, 0.42))
        y = stage.ground(0.0, 0.0)
        stage.still.append(Placed("road", (box((0.0, 0.0, 0.0), (3.2, 0.28, 120.0), tar),), (0.0, y - 0.18, 0.0)))
        dashes = tuple(box((0.0, 0.0, float(n)), (0.07, 0.285, 1.1), line) for n in range(-60, 61, 5))
        stage.still.append(Placed("road", dashes, (0.0, y - 0.18, 0.0)))
    if shot.place in ("field", "village", "road"):
        stage.still.append(Placed("fence", build.fence(17.6), (5.0, stage.ground(5.0, -8.0), -8.0), 0.3))


def _aboard(stage: Stage, shot: ShotRequest, rng: np.random.Generator) -> None:
    """At sea the stage is a boat's deck; the people ride on it."""
    parts = vehicles.boat(HULLS[int(rng.integers(len(HULLS)))], "ship" not in shot.elements)
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
