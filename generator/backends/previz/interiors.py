"""Rooms: four walls, a window with the weather behind it, lamps, a table with props, people and their animals."""

import math

import numpy as np

from generator.backends.previz import layout as at
from generator.backends.previz import props
from generator.backends.previz.cast import bring_animals, stand_figures
from generator.backends.previz.furnishing import FURNISH, living_room
from generator.backends.previz.parts import Paint, Part, Placed, Point, box, limb
from generator.backends.previz.rooms import ROOMS, Room
from generator.backends.previz.staging import WARM, Stage, Subject, lamp
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
    """A room of its kind: a window in the far wall, furniture, lamps, props on a table, people and a cat or a dog."""
    kind = shot.place if shot.place in ROOMS else "room"
    room, world = ROOMS[kind], stage.world
    wide, tall, deep = room.half
    world[at.INDOORS] = 1.0
    world[at.ROOM_X], world[at.ROOM_Y], world[at.ROOM_Z] = wide, tall, deep
    stage.bounds = (wide - 0.25, deep - 0.25)
    wx, wy, half_w, half_h = room.window
    wx += float(rng.uniform(-0.25, 0.25)) if half_w < 1.2 and kind != "train" else 0.0
    world[at.WINDOW_X], world[at.WINDOW_Y], world[at.WINDOW_HALF_W], world[at.WINDOW_HALF_H] = wx, wy, half_w, half_h
    world[at.WALL_R : at.WALL_B + 1] = room.walls[int(rng.integers(len(room.walls)))]
    world[at.FLOOR_R : at.FLOOR_B + 1] = room.floor
    world[at.WALL_KIND], world[at.FLOOR_KIND] = room.wall, room.ground
    world[at.FOG] = min(float(world[at.FOG]), 0.004)
    world[at.RIDGE], world[at.RIDGE_KIND] = (0.12, at.SKYLINE) if "blocks" in shot.elements else (0.06, at.HILLS)
    world[at.RIDGE_R : at.RIDGE_B + 1] = [c * 0.35 for c in stage.air.horizon]
    if kind == "train":
        stage.scroll = 9.0
    dark = stage.air.window_glow
    world[at.DUST] = room.dust if stage.air.cloud < 0.8 else room.dust * 0.25
    _window(stage, room, kind)
    if room.beams:
        beams = tuple(box((0.0, tall - 0.07, z), (wide, 0.09, 0.10), props.DARK_WOOD) for z in (-2.2, -0.2, 1.8))
        stage.still.append(Placed("beams", beams, (0.0, 0.0, 0.0)))
    # the big halls are lit by several lamps, small rooms by one over the table
    power = room.lamps * (0.30 + 1.5 * dark) * max(wide * deep / 9.0, 0.7)
    for x in (0.4,) if wide < 4.0 else (-wide * 0.45, wide * 0.45):
        stage.lights.append(lamp((x, min(tall - 0.45, 3.2), 1.2), room.lamp, power / (1.0 if wide < 4.0 else 1.6), 0.0))
    spots = FURNISH.get(kind, living_room)(stage, shot, rng, wx)
    top = stage.subjects["table"].middle if "table" in stage.subjects else None
    wanted = [name for name in shot.elements if name in props.PROPS and name not in ("lantern", "telescope")]
    if top is not None:
        lamp_at = (top[0] + 0.5, top[1], top[2] - 0.15)
        if kind not in ("laboratory", "classroom", "kitchen") or "lantern" in shot.elements:
            stage.still.append(Placed("lantern", props.lantern(), lamp_at))
            stage.lights.append(
                lamp(
                    (lamp_at[0], top[1] + 0.16, lamp_at[2]), WARM, 0.25 + 1.9 * dark, 0.003 + 0.006 * dark, shadows=True
                )
            )
            stage.subjects["lantern"] = Subject((lamp_at[0], top[1] + 0.15, lamp_at[2]), 0.34)
        usual = {"kitchen": ["bread", "cup"], "cafe": ["cup"], "study": ["book", "letter"], "cabin": ["map", "cup"]}
        set_out(stage, wanted[:3] or usual.get(kind, ["book", "cup"]), (top[0] - 0.2, top[1], top[2] + 0.1), 0.24, 0.0)
    elif wanted:
        stage.still.append(Placed("crate", props.crate(), (wx + 0.2, 0.0, -0.9), 0.2))
        set_out(stage, wanted[:2], (wx + 0.2, 0.54, -0.9), 0.17, 0.0)
    if "telescope" in shot.elements and kind != "observatory":
        stage.still.append(Placed("telescope", props.PROPS["telescope"](), (wx - 1.0, 0.0, 1.0 - deep), math.pi + 0.3))
        stage.subjects["telescope"] = Subject((wx - 1.0, 1.0, 1.0 - deep), 1.4)
    stage.subjects["window"] = Subject((wx, wy, -deep + 0.1), 2.0 * half_h + 0.3)
    stand_figures(stage, shot, spots, seated=kind == "train")
    bring_animals(stage, shot, pens=((min(1.5, wide - 0.6), 0.1, -0.9), (-min(1.6, wide - 0.6), 0.4, 0.8)))


def _window(stage: Stage, room: Room, kind: str) -> None:
    world = stage.world
    x, y, z = float(world[at.WINDOW_X]), float(world[at.WINDOW_Y]), -float(world[at.ROOM_Z])
    w, h = float(world[at.WINDOW_HALF_W]), float(world[at.WINDOW_HALF_H])
    frame = Paint((0.46, 0.43, 0.37)) if kind not in ("factory", "laboratory", "cabin") else props.IRON
    parts: list[Part] = [box((x, y + s * (h + 0.04), z), (w + 0.1, 0.055, 0.07), frame) for s in (-1.0, 1.0)]
    parts += [box((x + s * (w + 0.04), y, z), (0.055, h, 0.07), frame) for s in (-1.0, 1.0)]
    parts += [
        box((x, y, z), (0.022, h, 0.03), frame),
        box((x, y + 0.15, z), (w, 0.02, 0.03), frame),
        box((x, y - h - 0.09, z + 0.1), (w + 0.2, 0.025, 0.14), frame),
    ]
    bars = max(round(w / 0.55), 1)
    parts += (
        [box((x - w + 2.0 * w * n / (bars + 1), y, z), (0.018, h, 0.025), frame) for n in range(1, bars + 1)]
        if bars > 1
        else []
    )
    if kind == "church":
        glass = ((0.55, 0.08, 0.05), (0.06, 0.16, 0.50), (0.50, 0.36, 0.05))
        for n in range(9):
            pane = Paint(glass[n % 3], glow=0.9 if stage.air.moon else 1.8)
            parts.append(
                box(
                    (x + (n % 3 - 1) * w * 0.6, y - h * 0.9 + h * 0.55 * (n // 3), z + 0.02),
                    (w * 0.16, h * 0.16, 0.01),
                    pane,
                )
            )
    if room.curtain is not None:
        cloth = Paint(room.curtain)
        reach = 0.10 if kind != "train" else 0.06
        for side in (-1.0, 1.0):
            for n in range(4):
                cx = x + side * (w + reach + reach * n - (0.3 if kind == "train" else 0.0))
                parts.append(
                    limb((cx, y - h - 0.25, z + 0.10), (cx - side * 0.03, y + h + 0.14, z + 0.10), 0.055, 0.04, cloth)
                )
        rod = w + 0.6 if kind != "train" else w
        parts.append(
            limb((x - rod, y + h + 0.16, z + 0.10), (x + rod, y + h + 0.16, z + 0.10), 0.02, 0.02, props.DARK_WOOD)
        )
    stage.still.append(Placed("window", tuple(parts), (0.0, 0.0, 0.0)))
