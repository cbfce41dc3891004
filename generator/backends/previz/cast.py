"""The cast on stage: people and animals put on their spots, with what they do, hold, sit on and ride."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from generator.backends.previz import animals, props, vehicles
from generator.backends.previz import layout as at
from generator.backends.previz.acting import WALK_SPEED, Performance, eased
from generator.backends.previz.axis import Axis
from generator.backends.previz.birds import bird
from generator.backends.previz.direction import Part, direct
from generator.backends.previz.parts import Placed
from generator.backends.previz.people import figure, look_of
from generator.backends.previz.staging import WARM, Stage, Subject, lamp
from generator.lexicon import ANIMALS, words
from generator.shots.model import ShotRequest

#: Who crosses a room goes slower than in the street.
INDOOR_PACE = 0.5
_BROWS = {"tense": -0.7, "melancholy": 0.6, "eerie": 0.4, "joyful": 0.3}
_HOUSE_ANIMALS = ("dog", "cat")
#: Where animals stand on a stage out of doors: x, z and where they look (radians), first come first.
_PENS = ((2.1, 1.3, -0.9), (-2.6, 1.8, 0.8), (1.2, 3.4, 2.6), (-1.2, -2.6, 0.4))


def stand_figures(
    stage: Stage,
    shot: ShotRequest,
    spots: Sequence[tuple[float, float, float]],
    floor: float | None = None,
    *,
    seated: bool = False,
) -> None:
    """Puts the shot's characters on their spots (x, z, facing) and has them do what the description says.

    With two people or more the line between the first two is the scene's axis, which no camera crosses.
    """
    parts = direct(shot)
    if len(shot.characters) > 1 and len(spots) > 1:
        stage.axis = Axis((spots[0][0], spots[0][1]), (spots[1][0], spots[1][1]), stage.side)
    for number, (name, role) in enumerate(zip(shot.characters, shot.roles, strict=True)):
        if number >= len(spots):
            break
        performance = Performance(
            parts.get(name, Part()),
            shot.duration,
            1.7 * number + (shot.seed % 7) * 0.3,
            brow=_BROWS.get(shot.mood, 0.0),
            seated=seated,
            slow=INDOOR_PACE if stage.indoors else 1.0,
        )
        _stand(stage, shot, name, role, performance, spots[number], floor)


def _stand(
    stage: Stage,
    shot: ShotRequest,
    name: str,
    role: str,
    performance: Performance,
    spot: tuple[float, float, float],
    floor: float | None,
) -> None:
    x, z, facing = spot
    look = look_of(name, role, shot.seed)
    speed = 0.0 if floor is not None else performance.speed()
    inside = stage.indoors
    if inside and speed:
        # as slowly as the way from the wall to the spot asks for
        way = max(float(stage.world[at.ROOM_X]) - 0.45 - abs(x), 0.1)
        pace = min(1.0, way / (speed * 0.8 * shot.duration))
        performance, speed = replace(performance, slow=performance.slow * pace), speed * pace
    heading = (math.pi / 2 if x < 0 else -math.pi / 2) if inside and speed else facing
    velocity = (speed * math.sin(heading), speed * math.cos(heading))
    scale = look.height / 1.75
    prop = performance.part.prop
    holding = props.in_hand(prop)

    def at_time(time: float) -> tuple[float, float, float, float]:
        # in a room one arrives; under the sky one passes the middle of the picture
        gone = min(time - 0.8 * shot.duration, 0.0) if inside else time - 0.5 * shot.duration
        px, pz = x + velocity[0] * gone, z + velocity[1] * gone
        yaw = heading + (facing - heading) * eased((time / max(shot.duration, 1e-6) - 0.7) / 0.3) if inside else facing
        y = stage.ground(px, pz) if floor is None else floor
        return px, y, pz, yaw + performance.turned(time) + 0.03 * math.sin(0.7 * time + performance.phase)

    def model(time: float) -> Placed:
        px, y, pz, yaw = at_time(time)
        return Placed(name, figure(look, performance.posture(time), holding=holding), (px, y, pz), yaw, scale)

    stage.moving.append(model)
    y = stage.ground(x, z) if floor is None else floor
    low = any(deed in performance.part.deeds for deed in ("sit", "kneel", "row")) or performance.seated
    tall = look.height * (0.74 if low else 1.0)
    stage.subjects[name] = Subject((x, y + tall * 0.5, z), tall, facing, velocity)
    if performance.sits and floor is None:
        seat = props.chair() if inside else props.crate()
        stage.still.append(Placed("chair", seat, (x, y - (0.0 if inside else 0.06), z), facing, scale))
    if performance.riding and floor is None and not inside and "horse" not in shot.elements:
        colour = look.coat

        def bike(time: float) -> Placed:
            px, py, pz, yaw = at_time(time)
            return Placed("bicycle", vehicles.bicycle(time, colour), (px, py, pz), yaw, scale)

        stage.moving.append(bike)
        stage.subjects["bicycle"] = stage.subjects[name]
    if prop == "lantern":
        stage.lights.append(lamp((x + 0.5 * math.sin(facing), y + 1.0, z + 0.5 * math.cos(facing)), WARM, 1.1, 0.02))


def bring_animals(stage: Stage, shot: ShotRequest, *, pens: Sequence[tuple[float, float, float]] = _PENS) -> None:
    """The shot's animals on the stage; a dog runs along with whoever runs, birds keep to the air."""
    parts = direct(shot)
    text = words(f"{shot.description} {shot.prompt}")
    names = [name for name in dict.fromkeys([*shot.elements, *parts]) if name in ANIMALS]
    if stage.indoors:
        names = [name for name in names if name in _HOUSE_ANIMALS]
    lead = next((stage.subjects[name] for name in shot.characters if name in stage.subjects), None)
    taken = 0
    for name in names:
        if name == "birds":
            _flock(stage, shot)
            continue
        if taken >= len(pens):
            break
        x, z, facing = pens[taken]
        if not stage.indoors and stage.ground(x, z) < 0.1 and stage.ground(-x, z) >= 0.1:
            x, facing = -x, -facing
        taken += 1
        deeds = parts[name].legs() if name in parts else ()
        deed = deeds[0] if deeds else ("sit" if name == "cat" else "stand")
        with_lead = name in ("dog", "horse") and lead is not None and lead.velocity != (0.0, 0.0) and not stage.indoors
        if with_lead and lead is not None:
            facing = math.atan2(*lead.velocity)
            deed = "run" if math.hypot(*lead.velocity) > WALK_SPEED * 1.4 else "walk"
            velocity = lead.velocity
        else:
            pace = animals.speed(name, deed) if not stage.indoors else 0.0
            velocity = (pace * math.sin(facing), pace * math.cos(facing))
        if deed == "graze" and stage.indoors:
            deed = "stand"
        stage.moving.append(
            _animal(stage, name, animals.painted(name, text), deed, (x, z, facing), velocity, shot.duration)
        )
        tall = animals.SPECIES[name].height * (1.3 if name not in ("elephant", "bear", "cow") else 1.05)
        stage.subjects[name] = Subject((x, stage.ground(x, z) + tall * 0.5, z), tall, facing, velocity)


def _animal(
    stage: Stage,
    name: str,
    species: animals.Species,
    deed: str,
    spot: tuple[float, float, float],
    velocity: tuple[float, float],
    duration: float,
) -> Callable[[float], Placed]:
    x, z, facing = spot

    def model(time: float) -> Placed:
        gone = time - 0.5 * duration
        px, pz = x + velocity[0] * gone, z + velocity[1] * gone
        parts = animals.quadruped(species, deed, time, phase=0.37 * x)
        return Placed(name, parts, (px, stage.ground(px, pz), pz), facing)

    return model


def _flock(stage: Stage, shot: ShotRequest, *, name: str = "birds") -> None:
    """Birds that circle above the stage."""
    if stage.indoors:
        return
    pale = shot.place in ("harbour", "coast", "sea", "island", "lake", "river")
    colour = (0.62, 0.62, 0.60) if pale else (0.03, 0.03, 0.035)
    for n in range(6):
        stage.moving.append(_bird(stage, name, n, colour))
    stage.subjects[name] = Subject((0.0, stage.ground(0.0, 0.0) + 4.5, 0.0), 7.0)


def _bird(stage: Stage, name: str, n: int, colour: tuple[float, float, float]) -> Callable[[float], Placed]:
    radius, high, pace, start = 7.0 + 2.3 * n, 5.5 + 1.3 * (n % 3), 0.36 - 0.02 * n, 1.3 * n
    ground = stage.ground(0.0, 0.0)

    def model(time: float) -> Placed:
        a = start + pace * time
        at = (radius * math.sin(a), ground + high + 0.5 * math.sin(0.8 * time + n), radius * math.cos(a))
        parts = bird(time, 1.1, colour, phase=1.9 * n, glide=n % 2 == 0)
        return Placed(name, parts, at, a + math.pi / 2, 1.0, 0.0, -0.25)

    return model
