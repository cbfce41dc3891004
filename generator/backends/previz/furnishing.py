"""Furnishing: what stands in each kind of room, and where people stand or sit among it."""

import math
from collections.abc import Callable

import numpy as np

from generator.backends.previz import layout as at
from generator.backends.previz import props
from generator.backends.previz.parts import Colour, Paint, Part, Placed, ball, box, cone, limb, ring, turn
from generator.backends.previz.staging import WARM, Stage, Subject, lamp
from generator.lexicon import words
from generator.shots.model import ShotRequest

type Spots = list[tuple[float, float, float]]


def _books(rng: np.random.Generator) -> tuple[Colour, ...]:
    drawn = rng.uniform(0.03, 0.32, (7, 3)) * np.array([1.0, 0.75, 0.55])
    return tuple((float(a), float(b), float(c)) for a, b, c in drawn)


def _first(shot: ShotRequest, facing: float) -> float:
    """Where the first figure looks: to its partner; alone into the room, or out of the window if the shot says so."""
    if len(shot.characters) > 1:
        return facing
    return 2.6 if "window" in words(shot.description) else 0.55


def _at_table(stage: Stage, shot: ShotRequest, x: float, z: float) -> Spots:
    """A table and a chair; people stand to its left and right, a third behind the camera's back."""
    stage.still += [
        Placed("table", props.table(), (x, 0.0, z)),
        Placed("chair", props.chair(), (x + 1.15, 0.0, z + 0.1), -1.7),
    ]
    stage.subjects["table"] = Subject((x, 0.757, z), 0.8)
    first = _first(shot, 0.75)
    return [(x - 1.0, z + 0.8, first), (x + 0.9, z + 1.03, -1.15), (x - 0.05, z + 2.1, math.pi)]


def _picture(x: float, y: float, z: float) -> Placed:
    scene = Paint((0.12, 0.18, 0.19), pattern=at.STONE, size=2.0, second=(0.35, 0.28, 0.15))
    frame = (
        box((0.0, 0.0, 0.0), (0.02, 0.26, 0.36), props.DARK_WOOD),
        box((0.015, 0.0, 0.0), (0.02, 0.21, 0.31), scene),
    )
    return Placed("picture", frame, (x, y, z))


def _rug(x: float, z: float) -> Placed:
    wool = Paint((0.20, 0.04, 0.035), pattern=at.STRIPES, size=9.0, second=(0.12, 0.06, 0.03))
    return Placed("rug", (box((0.0, 0.008, 0.0), (1.5, 0.010, 1.1), wool, round=0.008),), (x, 0.0, z), 0.1)


def living_room(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    stage.still += [
        _rug(0.0, 0.2),
        _picture(-2.76, 1.75, -0.7),
        Placed("bed", props.bed(), (-2.1, 0.0, -1.9)),
        Placed("shelf", props.shelf(_books(rng)), (2.58, 0.0, -1.3), -math.pi / 2),
    ]
    return _at_table(stage, shot, wx + 0.15, -1.75)


def _study(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    books = _books(rng)
    stage.still += [_rug(0.0, 0.4)]
    stage.still += [Placed("shelf", props.shelf(books), (-2.68, 0.0, z), math.pi / 2) for z in (-2.3, -0.95, 0.4)]
    stage.still += [Placed("shelf", props.shelf(books[::-1]), (2.68, 0.0, z), -math.pi / 2) for z in (-2.3, -0.95)]
    stage.still.append(Placed("statue", props.statue(), (2.3, 0.0, 0.4), -1.2))
    return _at_table(stage, shot, wx + 0.15, -1.85)


def _kitchen(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    hue = ((0.30, 0.40, 0.40), (0.46, 0.42, 0.34), (0.38, 0.26, 0.16))[int(rng.integers(3))]
    wood = Paint(hue, gloss=0.08)
    stage.still += [
        Placed("counter", props.counter(3.4, wood), (-0.2, 0.0, -2.68)),
        Placed("counter", props.counter(2.2, wood), (2.66, 0.0, -1.2), -math.pi / 2),
        Placed("stove", props.stove(), (-2.55, 0.0, -1.7), math.pi / 2),
        Placed("shelf", (box((0.0, 1.75, 0.0), (0.9, 0.02, 0.12), props.WOOD),), (2.84, 0.0, -1.2), -math.pi / 2),
    ]
    pots: list[Part] = []
    for n in range(5):
        pots.append(
            cone((-0.7 + 0.34 * n, 1.86, 0.0), 0.08, 0.09 + 0.02 * (n % 2), 0.07, props.BRASS if n % 2 else Paint(hue))
        )
    stage.still.append(Placed("pots", tuple(pots), (2.84, 0.0, -1.2), -math.pi / 2))
    stage.lights.append(lamp((-1.95, 0.5, -1.7), (1.0, 0.36, 0.1), 0.9, 0.006))
    stage.still.append(Placed("pendant", props.pendant(0.75), (wx, 2.7, -1.0)))
    return _at_table(stage, shot, wx + 0.1, -1.1)


def _cafe(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    bottles: list[Part] = []
    for n in range(14):
        hue = ((0.10, 0.25, 0.08), (0.35, 0.12, 0.02), (0.30, 0.30, 0.26))[n % 3]
        bottles.append(cone((-1.3 + 0.2 * n, 1.55 + 0.4 * (n % 2), 0.0), 0.045, 0.13, 0.025, Paint(hue, gloss=0.5)))
    boards = tuple(box((0.0, y, 0.0), (1.5, 0.02, 0.14), props.DARK_WOOD) for y in (1.4, 1.8))
    stage.still += [
        Placed("bar", props.counter(3.4, Paint((0.13, 0.06, 0.03), gloss=0.2)), (-3.0, 0.0, -1.0), math.pi / 2),
        Placed("bottles", (*boards, *bottles), (-4.0, 0.0, -1.0), math.pi / 2),
        Placed("table", props.table(), (2.9, 0.0, 0.6), 1.5),
        Placed("chair", props.chair(), (2.9, 0.0, -0.4), 0.1),
        *[Placed("pendant", props.pendant(0.9), (x, 3.0, -1.4)) for x in (-2.4, 0.3, 2.7)],
    ]
    stage.lights.append(lamp((0.3, 1.95, -1.2), WARM, 0.5 + 0.8 * stage.air.window_glow, 0.004))
    return _at_table(stage, shot, 0.4, -2.0)


def _shop(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    goods = _books(rng)
    stage.still += [
        Placed("shelf", props.shelf(goods), (-3.18, 0.0, z), math.pi / 2) for z in (-2.8, -1.45, -0.1, 1.25)
    ]
    stage.still += [Placed("shelf", props.shelf(goods[::-1]), (3.18, 0.0, z), -math.pi / 2) for z in (-1.0, 0.4)]
    stage.still.append(Placed("counter", props.counter(2.2, Paint((0.20, 0.10, 0.05), gloss=0.15)), (-1.0, 0.0, -2.7)))
    stage.still.append(Placed("pendant", props.pendant(0.8), (0.0, 3.0, -1.0)))
    return _at_table(stage, shot, 0.5, -1.6)


def _hall(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    marble = Paint((0.50, 0.48, 0.44), gloss=0.15)
    for x in (-4.3, 4.3):
        for z in (-5.2, -2.2, 0.8):
            stage.still.append(
                Placed(
                    "column",
                    (
                        cone((0.0, 3.0, 0.0), 0.36, 3.0, 0.30, marble),
                        box((0.0, 0.15, 0.0), (0.5, 0.15, 0.5), marble),
                        box((0.0, 5.8, 0.0), (0.45, 0.2, 0.45), marble),
                    ),
                    (x, 0.0, z),
                )
            )
        stage.still.append(Placed("statue", props.statue(), (x * 0.72, 0.0, -4.6), 0.0, 1.3))
    carpet = Paint((0.24, 0.03, 0.035))
    stage.still += [
        Placed("rug", (box((0.0, 0.008, 0.0), (1.1, 0.008, 6.5), carpet),), (0.0, 0.0, 0.0)),
        _picture(-6.45, 2.6, -3.6),
        _picture(-6.45, 2.6, -0.8),
    ]
    return _in_the_middle(shot)


def _church(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    stone = Paint((0.38, 0.36, 0.31), pattern=at.STONE, size=0.5, second=(0.28, 0.26, 0.23))
    for x in (-2.9, 2.9):
        stage.still += [
            Placed("column", (cone((0.0, 3.75, 0.0), 0.34, 3.75, 0.30, stone),), (x, 0.0, z)) for z in (-5.5, -2.4, 0.7)
        ]
    for x in (-1.75, 1.75):
        stage.still += [Placed("pew", props.pew(1.9), (x, 0.0, z), math.pi) for z in (-3.6, -2.4, -1.2, 0.0)]
    candle = [limb((x, 1.0, 0.0), (x, 1.28, 0.0), 0.02, 0.02, props.LINEN) for x in (-0.7, 0.7)]
    flame = [ball((x, 1.33, 0.0), (0.016, 0.035, 0.016), Paint((1.0, 0.6, 0.2), glow=9.0)) for x in (-0.7, 0.7)]
    altar = (
        box((0.0, 0.5, 0.0), (1.0, 0.5, 0.4), stone),
        box((0.0, 1.0, 0.0), (1.05, 0.02, 0.45), props.LINEN),
        *candle,
        *flame,
    )
    stage.still.append(Placed("altar", altar, (0.0, 0.0, -6.6)))
    stage.lights.append(lamp((0.0, 1.5, -6.3), WARM, 2.4, 0.01, shadows=True))
    return [
        (-0.45, -0.7, _first(shot, math.pi / 2 - 0.3)),
        (0.5, -0.5, -1.3),
        (0.0, 1.2, math.pi),
    ]


def _in_the_middle(shot: ShotRequest) -> Spots:
    first = _first(shot, math.pi / 2 - 0.4)
    return [(-0.65, -0.6, first), (0.65, -0.45, -math.pi / 2 + 0.3), (0.1, 1.0, math.pi)]


def _classroom(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    board = (
        box((0.0, 1.5, 0.0), (0.02, 0.6, 1.4), Paint((0.02, 0.05, 0.04))),
        box((0.0, 1.5, 0.0), (0.015, 0.65, 1.45), props.WOOD),
    )
    stage.still.append(Placed("board", board, (-3.76, 0.0, -1.0)))
    for x in (-1.9, 2.2):
        for z in (-2.6, 0.2):
            stage.still += [
                Placed("desk", props.table(), (x, 0.0, z), 0.0, 0.85),
                Placed("chair", props.chair(), (x, 0.0, z + 0.75), math.pi, 0.9),
            ]
    return _at_table(stage, shot, 0.2, -1.4)


def _laboratory(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    glow = stage.air.window_glow
    stage.still += [Placed("machine", props.machine(glow), (x, 0.0, -3.02)) for x in (-2.5, 2.5)]
    stage.still += [Placed("machine", props.machine(glow), (-3.22, 0.0, z), math.pi / 2) for z in (-1.6, -0.2)]
    flasks: list[Part] = []
    for n in range(6):
        hue = ((0.10, 0.45, 0.30), (0.50, 0.20, 0.04), (0.12, 0.22, 0.50))[n % 3]
        flasks.append(cone((-0.5 + 0.2 * n, 1.02, 0.0), 0.07, 0.09, 0.02, Paint(hue, gloss=0.6)))
    stage.still.append(
        Placed(
            "bench",
            (*props.counter(2.4, Paint((0.40, 0.42, 0.43), gloss=0.2)), *flasks),
            (2.9, 0.0, -0.9),
            -math.pi / 2,
        )
    )
    stage.lights.append(lamp((-2.4, 1.2, -1.6), (0.3, 0.9, 1.0), 0.5, 0.004))
    return _at_table(stage, shot, 0.2, -1.9)


def _observatory(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    stage.still += [
        Placed("telescope", props.great_telescope(), (wx + 0.3, 0.0, -1.9)),
        Placed("shelf", props.shelf(_books(rng)), (-4.2, 0.0, -2.0), math.pi / 2),
        Placed("machine", props.machine(0.4), (3.9, 0.0, -1.4), -math.pi / 2),
        Placed(
            "rail",
            tuple(limb((-4.3, y, -4.3), (4.3, y, -4.3), 0.03, 0.03, props.BRASS) for y in (1.0, 1.4)),
            (0.0, 0.0, 0.0),
        ),
    ]
    stage.subjects["telescope"] = Subject((wx + 0.3, 1.5, -1.9), 3.0)
    stage.still.append(Placed("table", props.table(), (-2.3, 0.0, -0.9), 0.5))
    stage.subjects["table"] = Subject((-2.3, 0.757, -0.9), 0.8)
    return [(-0.75, 0.0, _first(shot, 1.1)), (0.95, 0.15, -1.2), (0.0, 1.6, math.pi)]


def _workshop(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    tools: list[Part] = []
    for n in range(7):
        tools += [
            limb((-0.9 + 0.3 * n, 1.4, 0.0), (-0.9 + 0.3 * n, 1.7, 0.0), 0.018, 0.015, props.WOOD),
            box((-0.9 + 0.3 * n, 1.74, 0.0), (0.05 + 0.02 * (n % 3), 0.03, 0.02), props.IRON),
        ]
    stage.still += [
        Placed("crate", props.crate(), (-2.6, 0.0, -2.5), 0.2),
        Placed("crate", props.crate(), (-2.65, 0.54, -2.55), 0.5),
        Placed("barrel", props.barrel(), (2.6, 0.0, -2.6)),
        Placed("bench", props.counter(2.6, props.WOOD), (-2.86, 0.0, -0.4), math.pi / 2),
        Placed("tools", tuple(tools), (-3.16, 0.0, -0.4), math.pi / 2),
        Placed("shelf", props.shelf(_books(rng)), (2.98, 0.0, -0.6), -math.pi / 2),
        Placed("pendant", props.pendant(0.7), (wx, 2.9, -1.2)),
    ]
    return _at_table(stage, shot, wx + 0.1, -1.75)


def _factory(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    for x in (-4.6, 4.6):
        stage.still += [
            Placed("column", (box((0.0, 3.25, 0.0), (0.16, 3.25, 0.16), props.IRON),), (x, 0.0, z))
            for z in (-6.0, -2.5, 1.0)
        ]
    for _ in range(12):
        x = float(rng.uniform(3.0, 6.0)) * (1.0 if rng.random() < 0.5 else -1.0)
        z, level = float(rng.uniform(-6.5, 0.5)), float(rng.integers(0, 2))
        stage.still.append(Placed("crate", props.crate(), (x, 0.0, z), float(rng.uniform(0, 1)), 1.6))
        if level:
            stage.still.append(Placed("crate", props.crate(), (x, 0.86, z), float(rng.uniform(0, 1)), 1.5))
    trusses = tuple(box((0.0, 6.0, z), (7.0, 0.12, 0.10), props.IRON) for z in (-6.0, -2.5, 1.0, 4.5))
    stage.still.append(Placed("truss", trusses, (0.0, 0.0, 0.0)))
    return _in_the_middle(shot)


def _train(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    cloth = ((0.10, 0.17, 0.13), (0.26, 0.05, 0.05), (0.08, 0.11, 0.22))[int(rng.integers(3))]
    rack = [limb((x, 1.98, -1.9), (x, 1.98, 1.9), 0.015, 0.015, props.BRASS) for x in (-1.38, -1.08, 1.08, 1.38)]
    stage.still += [
        *[
            Placed("seat", props.seat(cloth), (x, 0.0, z), math.pi / 2 if x < 0 else -math.pi / 2)
            for x in (-1.0, 1.0)
            for z in (-1.35, 0.1)
        ],
        Placed("rack", tuple(rack), (0.0, 0.0, 0.0)),
        Placed("suitcase", props.PROPS["suitcase"](), (-1.2, 2.0, -1.0), math.pi / 2, 0.8),
        Placed(
            "table",
            (
                box((0.0, 0.72, 0.0), (0.30, 0.02, 0.32), props.WOOD),
                limb((0.0, 0.0, -0.2), (0.0, 0.7, -0.2), 0.03, 0.03, props.BRASS),
            ),
            (0.0, 0.0, -1.72),
        ),
    ]
    stage.subjects["table"] = Subject((-0.12, 0.742, -1.74), 0.6)
    stage.lights.append(lamp((0.0, 2.1, -0.4), (1.0, 0.78, 0.5), 0.25 + 0.7 * stage.air.window_glow, 0.0))
    return [(-0.92, -1.05, math.pi / 2 - 0.15), (0.92, -1.0, -math.pi / 2 + 0.15), (-0.92, 0.1, math.pi / 2)]


def _cabin(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    wheel = [ring((0.0, 1.15, 0.0), 0.42, 0.03, props.WOOD, rotation=turn(0.0, 1.5708))]
    spokes = [
        limb(
            (0.58 * math.cos(a), 1.15 + 0.58 * math.sin(a), 0.0),
            (-0.58 * math.cos(a), 1.15 - 0.58 * math.sin(a), 0.0),
            0.018,
            0.018,
            props.WOOD,
        )
        for a in (0.0, 0.785, 1.571, 2.356)
    ]
    stage.still += [
        Placed(
            "wheel",
            (*wheel, *spokes, limb((0.0, 0.0, -0.2), (0.0, 1.15, -0.1), 0.10, 0.08, props.DARK_WOOD)),
            (1.35, 0.0, -1.9),
        ),
        Placed("bed", props.bed(), (-1.6, 0.0, -1.6), 0.0, 0.9),
        Placed("barrel", props.barrel(), (1.8, 0.0, 0.3)),
    ]
    return _at_table(stage, shot, wx - 0.05, -1.2)


def _ward(stage: Stage, shot: ShotRequest, rng: np.random.Generator, wx: float) -> Spots:
    for x in (-2.7, 2.7):
        stage.still += [
            Placed("bed", props.bed(), (x, 0.0, z), math.pi / 2 if x < 0 else -math.pi / 2) for z in (-3.0, -1.2, 0.6)
        ]
    rail = [limb((x, 2.3, -4.0), (x, 2.3, 2.0), 0.015, 0.015, props.IRON) for x in (-1.4, 1.4)]
    cloth = Paint((0.52, 0.56, 0.54))
    folds = [limb((-1.4, 0.4, -2.2 + 0.11 * n), (-1.4, 2.3, -2.2 + 0.11 * n), 0.06, 0.05, cloth) for n in range(6)]
    stage.still.append(Placed("curtain", (*rail, *folds), (0.0, 0.0, 0.0)))
    return _in_the_middle(shot)


FURNISH: dict[str, Callable[[Stage, ShotRequest, np.random.Generator, float], Spots]] = {
    "room": living_room,
    "study": _study,
    "kitchen": _kitchen,
    "cafe": _cafe,
    "shop": _shop,
    "hall": _hall,
    "church": _church,
    "classroom": _classroom,
    "laboratory": _laboratory,
    "observatory": _observatory,
    "workshop": _workshop,
    "factory": _factory,
    "train": _train,
    "cabin": _cabin,
    "ward": _ward,
}
