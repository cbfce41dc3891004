"""Rooms: four walls, a window with the weather behind it, a table, and what the kind of room asks for."""

import math

import numpy as np

from generator.backends.previz import layout as at
from generator.backends.previz import props
from generator.backends.previz.parts import Colour, Paint, Part, Placed, Point, box, limb
from generator.backends.previz.staging import WARM, Stage, Subject, lamp, stand_figures
from generator.shots.model import ShotRequest


def set_out(stage: Stage, wanted: list[str], place: Point, spread: float, glow: float) -> None:
    """Lays props side by side on a table or crate whose top is at ``place``, ``spread`` metres apart."""
    for n, name in enumerate(wanted):
        x = place[0] + (spread * (2 * n - len(wanted) + 1) if len(wanted) > 1 else 0.0)
        z = place[2] + (0.07 if n % 2 else -0.03)
        stage.still.append(Placed(name, props.PROPS[name](), (x, place[1], z), 0.25 - 0.5 * (n % 2)))
        stage.subjects[name] = Subject((x, place[1] + 0.10, z), 0.30)
        if name == "lantern":
            stage.lights.append(lamp((x, place[1] + 0.16, z), WARM, 0.35 + 0.9 * glow, 0.012, shadows=False))


def dress_interior(stage: Stage, shot: ShotRequest, rng: np.random.Generator) -> None:
    """A room 5.6 m by 6.4 m: a window in the far wall, a table beside it, and what the kind of room asks for."""
    world = stage.world
    world[at.INDOORS] = 1.0
    world[at.ROOM_X], world[at.ROOM_Y], world[at.ROOM_Z] = 2.8, 2.75, 3.2
    stage.bounds = (2.55, 2.95)
    world[at.WINDOW_X], world[at.WINDOW_Y] = float(rng.uniform(-0.3, 0.5)), 1.55
    world[at.WINDOW_HALF_W], world[at.WINDOW_HALF_H] = float(rng.uniform(0.75, 1.0)), 0.68
    walls: tuple[Colour, ...] = (
        (0.42, 0.38, 0.27),
        (0.20, 0.27, 0.28),
        (0.36, 0.22, 0.15),
        (0.27, 0.30, 0.21),
        (0.44, 0.40, 0.36),
    )
    world[at.WALL_R : at.WALL_B + 1] = walls[int(rng.integers(len(walls)))]
    world[at.FLOOR_R : at.FLOOR_B + 1] = (0.21, 0.11, 0.055)
    world[at.FOG] = min(float(world[at.FOG]), 0.004)
    world[at.RIDGE], world[at.RIDGE_KIND] = (0.12, at.SKYLINE) if "blocks" in shot.elements else (0.06, at.HILLS)
    world[at.RIDGE_R : at.RIDGE_B + 1] = [c * 0.35 for c in stage.air.horizon]
    dark = stage.air.window_glow
    world[at.DUST] = 0.014 if stage.air.cloud < 0.8 else 0.003
    _window(stage)
    wx = float(world[at.WINDOW_X])
    stage.still += [
        Placed("table", props.table(), (wx + 0.15, 0.0, -1.75)),
        Placed("chair", props.chair(), (wx + 1.25, 0.0, -1.45), -2.0),
        Placed(
            "rug",
            (
                box(
                    (0.0, 0.008, 0.0),
                    (1.5, 0.010, 1.1),
                    Paint((0.20, 0.04, 0.035), pattern=3, size=9.0, second=(0.12, 0.06, 0.03)),
                    round=0.008,
                ),
            ),
            (0.0, 0.0, 0.2),
            0.1,
        ),
        Placed(
            "picture",
            (
                box((0.0, 1.75, 0.0), (0.02, 0.26, 0.36), props.DARK_WOOD),
                box(
                    (0.015, 1.75, 0.0),
                    (0.02, 0.21, 0.31),
                    Paint((0.12, 0.18, 0.19), pattern=6, size=2.0, second=(0.35, 0.28, 0.15)),
                ),
            ),
            (-2.76, 0.0, -0.7),
        ),
        Placed(
            "beams",
            tuple(box((0.0, 2.68, z), (2.8, 0.09, 0.10), props.DARK_WOOD) for z in (-2.2, -0.2, 1.8)),
            (0.0, 0.0, 0.0),
        ),
    ]
    colours = tuple(
        (float(a), float(b), float(c)) for a, b, c in rng.uniform(0.03, 0.32, (7, 3)) * np.array([1.0, 0.75, 0.55])
    )
    if shot.place == "study":
        stage.still += [
            Placed("shelf", props.shelf(colours), (-2.58, 0.0, -1.9), math.pi / 2),
            Placed("shelf", props.shelf(colours[::-1]), (-2.58, 0.0, 0.9), math.pi / 2),
            Placed("shelf", props.shelf(colours), (2.58, 0.0, -0.9), -math.pi / 2),
        ]
    elif shot.place == "kitchen":
        stage.still += [
            Placed("stove", props.stove(), (-2.4, 0.0, -1.8), math.pi / 2),
            Placed("shelf", props.shelf(colours), (2.58, 0.0, -1.6), -math.pi / 2),
            Placed("barrel", props.barrel(), (2.3, 0.0, 0.4)),
        ]
        stage.lights.append(lamp((-1.85, 0.5, -1.8), (1.0, 0.36, 0.1), 0.9, 0.006))
    elif shot.place == "workshop":
        stage.still += [
            Placed("crate", props.crate(), (-2.2, 0.0, -2.5), 0.2),
            Placed("crate", props.crate(), (-2.25, 0.54, -2.55), 0.5),
            Placed("barrel", props.barrel(), (2.2, 0.0, -2.4)),
            Placed("shelf", props.shelf(colours), (-2.58, 0.0, 0.2), math.pi / 2),
        ]
    else:
        stage.still += [
            Placed("bed", props.bed(), (-2.1, 0.0, -1.7)),
            Placed("shelf", props.shelf(colours), (2.58, 0.0, -1.3), -math.pi / 2),
        ]
    top = (wx + 0.15, 0.757, -1.75)
    stage.still.append(Placed("lantern", props.lantern(), (top[0] + 0.55, top[1], top[2] - 0.15)))
    stage.lights.append(
        lamp((top[0] + 0.55, top[1] + 0.16, top[2] - 0.15), WARM, 0.25 + 1.9 * dark, 0.003 + 0.006 * dark, shadows=True)
    )
    stage.lights.append(lamp((0.4, 2.3, 1.2), (1.0, 0.70, 0.42), 0.30 + 1.5 * dark, 0.0))
    stage.subjects["table"] = Subject(top, 0.8)
    wanted = [name for name in shot.elements if name in props.PROPS and name not in ("lantern", "telescope")]
    if "telescope" in shot.elements:
        stage.still.append(Placed("telescope", props.PROPS["telescope"](), (wx - 1.0, 0.0, -2.3), math.pi + 0.3))
        stage.subjects["telescope"] = Subject((wx - 1.0, 1.0, -2.3), 1.4)
    stage.subjects["lantern"] = Subject((top[0] + 0.55, top[1] + 0.15, top[2] - 0.15), 0.34)
    set_out(stage, wanted[:3] or ["book", "cup"], (top[0] - 0.2, top[1], top[2] + 0.1), 0.24, 0.0)
    stage.subjects["window"] = Subject((wx, 1.5, -3.1), 1.6)
    stand_figures(
        stage,
        shot,
        [
            (wx - 0.85, -0.95, 0.75 if len(shot.characters) > 1 else 2.5),
            (wx + 1.05, -0.72, -1.35),
            (wx + 0.1, 0.4, math.pi),
        ],
    )


def _window(stage: Stage) -> None:
    world = stage.world
    x, y, z = float(world[at.WINDOW_X]), float(world[at.WINDOW_Y]), -float(world[at.ROOM_Z])
    w, h = float(world[at.WINDOW_HALF_W]), float(world[at.WINDOW_HALF_H])
    frame, cloth = Paint((0.46, 0.43, 0.37)), Paint((0.34, 0.10, 0.07))
    parts: list[Part] = [box((x, y + s * (h + 0.04), z), (w + 0.1, 0.055, 0.07), frame) for s in (-1.0, 1.0)]
    parts += [box((x + s * (w + 0.04), y, z), (0.055, h, 0.07), frame) for s in (-1.0, 1.0)]
    parts += [
        box((x, y, z), (0.022, h, 0.03), frame),
        box((x, y + 0.15, z), (w, 0.02, 0.03), frame),
        box((x, y - h - 0.09, z + 0.1), (w + 0.2, 0.025, 0.14), frame),
    ]
    for side in (-1.0, 1.0):
        for n in range(4):
            cx = x + side * (w + 0.10 + 0.10 * n)
            parts.append(
                limb((cx, y - h - 0.35, z + 0.10), (cx - side * 0.03, y + h + 0.14, z + 0.10), 0.055, 0.04, cloth)
            )
    parts.append(
        limb((x - w - 0.6, y + h + 0.16, z + 0.10), (x + w + 0.6, y + h + 0.16, z + 0.10), 0.02, 0.02, props.DARK_WOOD)
    )
    stage.still.append(Placed("window", tuple(parts), (0.0, 0.0, 0.0)))
