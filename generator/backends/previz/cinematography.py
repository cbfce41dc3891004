"""The camera: a location scout that tries places to stand, and the move itself, frame by frame."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from generator.backends.previz import layout as at
from generator.backends.previz.axis import MARGIN
from generator.backends.previz.parts import Point
from generator.backends.previz.shading import EVERY, trace_band
from generator.backends.previz.shapes import Array
from generator.backends.previz.staging import Stage, Subject, lamp, seed_of
from generator.lexicon import ANIMALS, PROPS
from generator.shots.model import ShotRequest

#: Height of the frame at the subject, as a multiple of the subject's own height.
COVERAGE = {"extreme wide": 7.0, "wide": 3.0, "full": 1.35, "medium": 0.68, "close-up": 0.34, "insert": 2.3}
#: Aperture of the depth of field (share of the frame's width that infinity blurs to).
BLUR = {"extreme wide": 0.0, "wide": 0.0, "full": 0.002, "medium": 0.005, "close-up": 0.011, "insert": 0.010}
SENSOR_MM = 36.0
#: The scout's thumbnails in pixels; enough to see what hides what.
THUMB_W, THUMB_H = 48, 27


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the camera stands and looks in the middle of its move; ``around`` is what an orbit turns about."""

    eye: Point
    target: Point
    around: Point
    lens_mm: float

    @property
    def distance(self) -> float:
        return math.dist(self.eye, self.around)


def subject_of(stage: Stage, shot: ShotRequest) -> tuple[str, Subject]:
    """What the shot looks at: its focus, else its first character, else the first element that stands there."""
    for name in (shot.focus, *shot.characters, *shot.elements):
        if name in stage.subjects:
            return name, stage.subjects[name]
    return "", Subject((0.0, stage.ground(0.0, 0.0) + 1.4, 0.0), 3.0)


def camera_row(eye: Point, target: Point, lens_mm: float, roll: float = 0.0) -> Array:
    """The kernels' camera: place, orthonormal axes, tangent of half the horizontal angle."""
    ahead = np.subtract(target, eye)
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
    right = np.cross(ahead, (0.0, 1.0, 0.0))
    right /= max(float(np.linalg.norm(right)), 1e-6)
    up = np.cross(right, ahead)
    right, up = right * math.cos(roll) + up * math.sin(roll), up * math.cos(roll) - right * math.sin(roll)
    return np.array([*eye, *right, *up, *ahead, SENSOR_MM / 2 / lens_mm])


def scout(stage: Stage, shot: ShotRequest, noise: Array) -> Setup:
    """Tries a ring of places to stand, renders a thumbnail from each and keeps the best picture."""
    rng = np.random.default_rng(seed_of(shot.seed, shot.id, "camera"))
    name, subject = subject_of(stage, shot)
    half = SENSOR_MM / 2 / shot.lens_mm * shot.height / shot.width
    x, y, z = subject.middle
    height = subject.height
    if shot.size in ("medium", "close-up") and subject.facing is not None:
        y += height * (0.27 if shot.size == "medium" else 0.41)
    # a cat in a wide shot is a cat in a place, not a cat as large as a man
    wide = shot.size in ("extreme wide", "wide")
    reach = (max(height, 1.3) if wide else max(height, 0.5)) * COVERAGE[shot.size] / (2.0 * half)
    if subject.facing is None and name not in PROPS:
        reach = height * {"extreme wide": 3.0, "wide": 1.9, "full": 1.35}.get(shot.size, 1.1) / (2.0 * half)
    if stage.axis is not None and name in shot.characters[:2] and shot.size == "full":
        reach *= 1.2
    reach = max(reach, 0.55)
    names = stage.names()
    base = float(rng.uniform(0, 2 * math.pi))
    best: tuple[float, Setup] | None = None
    tables = stage.snapshot(shot.duration / 2)
    for n in range(14):
        azimuth = base + n * 2 * math.pi / 14
        if stage.indoors:
            azimuth = -0.95 + 1.9 * n / 13 + float(rng.uniform(-0.05, 0.05))
        elif subject.facing is not None and name not in ANIMALS and shot.size in ("medium", "close-up"):
            azimuth = subject.facing + (-1.05 + 2.1 * n / 13)
        setup = _stand(stage, shot, name, (x, y, z), subject, azimuth, reach, half, rng)
        if setup is None or (stage.axis is not None and stage.axis.distance(setup.eye[0], setup.eye[2]) < MARGIN):
            continue
        score = _judge(stage, shot, setup, name, subject, names, tables, noise) - 0.02 * float(rng.random())
        if best is None or score > best[0]:
            best = (score, setup)
    if best is None:
        ex, ez = stage.axis.kept(x + 3.0, z + 4.0 * stage.axis.side) if stage.axis is not None else (x + 4.0, z + 4.0)
        ey = max(stage.ground(ex, ez) + 1.5, y + 0.3)
        return Setup((ex, ey, ez), (x, y, z), (x, y, z), shot.lens_mm)
    return best[1]


def _stand(
    stage: Stage,
    shot: ShotRequest,
    name: str,
    middle: Point,
    subject: Subject,
    azimuth: float,
    reach: float,
    half: float,
    rng: np.random.Generator,
) -> Setup | None:
    x, y, z = middle
    ex, ez = x + reach * math.sin(azimuth), z + reach * math.cos(azimuth)
    limits = stage.bounds
    if limits is not None:
        limit_x, limit_z = limits
        scale = 1.0
        for start, end, limit in ((x, ex, limit_x), (z, ez, limit_z)):
            if abs(end) > limit:
                scale = min(scale, max((math.copysign(limit, end) - start) / (end - start), 0.05))
        ex, ez = x + (ex - x) * scale, z + (ez - z) * scale
        lens = min(max(shot.lens_mm * scale, 20.0), shot.lens_mm)
    else:
        lens = shot.lens_mm
    half *= shot.lens_mm / lens
    ground = max(stage.ground(ex, ez), 0.0 if stage.world[at.WATER] > 0 else -1e9)
    far = math.hypot(ex - x, ez - z)
    if name in PROPS or shot.size == "insert":
        ey = y + far * 0.52
    elif shot.size in ("medium", "close-up"):
        ey = y + float(rng.uniform(-0.06, 0.10))
    elif stage.indoors:
        ey = float(rng.uniform(1.25, 1.65))
    else:
        ey = ground + (float(rng.uniform(1.1, 2.0)) if shot.size != "extreme wide" else float(rng.uniform(2.0, 6.5)))
    ey = max(ey, ground + 0.4)
    if not stage.indoors and ground > y + reach * 0.5:
        return None
    third = far * half * 0.42 * (1.0 if rng.random() < 0.5 else -1.0)
    if shot.size in ("close-up", "insert"):
        third *= 0.45
    side = (math.cos(azimuth) * third, -math.sin(azimuth) * third)
    if stage.axis is not None and name in shot.characters[:2] and shot.size in ("full", "wide"):
        # two people are framed as two
        mx, mz = (0.5 * (p + q) for p, q in zip(stage.axis.a, stage.axis.b, strict=True))
        side = ((mx - x) * 0.85, (mz - z) * 0.85)
    lift = {"extreme wide": 0.32, "wide": 0.22, "full": 0.05}.get(shot.size, 0.0) * far * half
    if subject.height > 8.0:
        lift = 0.0
    return Setup((ex, ey, ez), (x + side[0], y + lift, z + side[1]), middle, lens)


def _judge(
    stage: Stage,
    shot: ShotRequest,
    setup: Setup,
    name: str,
    subject: Subject,
    names: list[str],
    tables: tuple[Array, Array, Array, Array],
    noise: Array,
) -> float:
    """How good a picture is: subject seen, landmarks in view, nothing in the way, some sky, light from the side."""
    world, objects, primitives, materials = tables
    camera = camera_row(setup.eye, setup.target, setup.lens_mm)
    depth, ids = np.zeros((THUMB_H, THUMB_W), np.float32), np.zeros((THUMB_H, THUMB_W), np.int32)
    colour, flags = np.zeros((THUMB_H, THUMB_W, 3), np.float32), np.zeros((THUMB_H, THUMB_W), np.uint8)
    trace_band(
        world,
        camera,
        np.zeros((0, at.LIGHT_COLUMNS)),
        objects,
        primitives,
        materials,
        stage.heights,
        noise,
        colour,
        depth,
        ids,
        flags,
        EVERY,
        0,
        THUMB_H,
    )
    owner = np.full(len(primitives) + 1, -1)
    for number, row in enumerate(objects):
        owner[int(row[at.OFIRST]) : int(row[at.OLAST])] = number
    seen = np.where(ids >= at.OBJECT_ID, owner[np.maximum(ids - at.OBJECT_ID, 0)], -1)
    labels = np.array([*names, "-"], object)[seen]
    total = ids.size
    own = float((labels == name).sum()) / total
    expected = {"extreme wide": 0.006, "wide": 0.02, "full": 0.08, "medium": 0.20, "close-up": 0.30, "insert": 0.06}[
        shot.size
    ]
    score = 2.0 * min(own / expected, 1.0) - (0.8 if own == 0.0 else 0.0)
    others = np.isin(labels, [e for e in (*shot.elements, *shot.characters) if e != name]).sum() / total
    score += 1.6 * min(float(others) / 0.10, 1.0)
    score -= 4.0 * float(((depth < 0.4 * setup.distance) & (labels != name) & (ids >= at.OBJECT_ID)).sum()) / total
    score -= 3.0 * float((depth < 0.30).sum()) / total
    if shot.size == "insert":
        score -= 5.0 * float(np.isin(labels, shot.characters).sum()) / total
    if not stage.indoors:
        sky = float((ids == at.SKY_ID).sum()) / total
        high = ids[: THUMB_H * 2 // 5]
        score -= 1.4 * float((high == at.GROUND_ID).sum()) / high.size
        score -= 1.6 * max(0.16 - sky, 0.0) + 1.2 * max(sky - 0.62, 0.0)
        if stage.world[at.WATER] > 0.0:
            score += 0.9 * min(float((ids == at.WATER_ID).sum()) / total / 0.12, 1.0)
        ahead = np.subtract(setup.target, setup.eye)
        ahead /= max(float(np.linalg.norm(ahead)), 1e-6)
        light = float(np.dot(ahead, stage.world[at.SUN_X : at.SUN_Z + 1]))
        score += (
            0.5 * (1.0 - abs(light - 0.25))
            if subject.facing is None or shot.size in ("extreme wide", "wide")
            else 0.45 * (0.6 - light)
        )
    elif bool((ids == at.SKY_ID).any()):
        score += 0.7
    luma = colour @ np.array([0.2, 0.7, 0.1], np.float32)
    score += 0.5 * min(float(np.log1p(luma * stage.air.exposure).std()) / 0.22, 1.0)
    if subject.facing is not None:
        turn = math.atan2(setup.eye[0] - subject.middle[0], setup.eye[2] - subject.middle[2]) - subject.facing
        turn = abs((turn + math.pi) % (2 * math.pi) - math.pi)
        if name in ANIMALS:
            score -= 0.7 * abs(turn - 1.1)  # four legs are told apart from the side
        elif shot.size in ("medium", "close-up"):
            score -= 0.8 * max(turn - 0.85, 0.0) + 0.3 * max(0.25 - turn, 0.0)
        elif shot.size == "full":
            score -= 0.6 * max(turn - 1.1, 0.0)
    return score


def light_subject(stage: Stage, shot: ShotRequest, setup: Setup) -> None:
    """A gaffer's key light for people after dark: soft, cool, from beside the camera; never seen itself."""
    if stage.air.exposure < 1.3 or stage.indoors or shot.size not in ("full", "medium", "close-up"):
        return
    x, y, z = setup.around
    ex, ez = setup.eye[0] - x, setup.eye[2] - z
    reach = max(math.hypot(ex, ez), 1e-3)
    ex, ez = ex / reach, ez / reach
    away = max(shot.lens_mm / 30.0, 1.4)
    place = (x + away * (0.75 * ex + 0.75 * ez), y + 0.8, z + away * (0.75 * ez - 0.75 * ex))
    stage.lights.append(lamp(place, (0.80, 0.86, 1.0), 0.55 * away * away, 0.0))


def clear_view(stage: Stage, shot: ShotRequest, setup: Setup) -> None:
    """Asks the people who stand between the lens and the thing of an insert to step aside."""
    middle = shot.duration / 2
    placed = [(model, model(middle)) for model in stage.moving]
    stage.moving = [
        model
        for model, where in placed
        if where.name not in shot.characters
        or math.hypot(where.at[0] - setup.eye[0], where.at[2] - setup.eye[2]) > setup.distance + 0.15
    ]


def path(stage: Stage, shot: ShotRequest, setup: Setup) -> Callable[[float], Array]:
    """The camera row at a time in seconds: the setup in the middle, the move on either side of it."""
    subject = subject_of(stage, shot)[1]
    reach = setup.distance
    # whoever walks out of a tight frame is followed; a wide one lets them pass
    tight = ("medium", "close-up") if shot.move == "static" else ("full", "medium", "close-up")
    follows = shot.move == "track" or (shot.size in tight and not stage.indoors)
    seed = seed_of(shot.seed, shot.id, "hand")[0] % 1000

    def at_time(time: float) -> Array:
        u = time / max(shot.duration, 1e-6)
        u = 0.55 * u + 0.45 * u * u * (3.0 - 2.0 * u) - 0.5
        eye, target = np.array(setup.eye), np.array(setup.target)
        if follows:
            gone = np.array([subject.velocity[0], 0.0, subject.velocity[1]]) * (time - 0.5 * shot.duration)
            eye, target = eye + gone, target + gone
        ahead = (target - eye) / max(float(np.linalg.norm(target - eye)), 1e-6)
        right = np.cross(ahead, (0.0, 1.0, 0.0))
        right /= max(float(np.linalg.norm(right)), 1e-6)
        gauge = 0.20 * min(shot.duration / 2.2, 1.5)
        shake = 0.0012
        if shot.move == "dolly in":
            eye = eye + ahead * reach * gauge * u
        elif shot.move == "dolly out":
            eye = eye - ahead * reach * gauge * u
        elif shot.move in ("pan left", "pan right"):
            target = target + right * reach * 0.62 * gauge * u * (1.0 if shot.move == "pan right" else -1.0)
        elif shot.move in ("tilt up", "tilt down"):
            target = target + np.array([0.0, reach * 0.40 * gauge * u * (1.0 if shot.move == "tilt up" else -1.0), 0.0])
        elif shot.move in ("crane up", "crane down"):
            rise = min(reach * 0.9, 7.0) * gauge * u * (1.0 if shot.move == "crane up" else -1.0)
            eye = eye + np.array([0.0, rise, 0.0])
        elif shot.move in ("orbit left", "orbit right"):
            angle = 1.5 * gauge * u * (1.0 if shot.move == "orbit right" else -1.0)
            centre = np.array(setup.around) + (gone if follows else 0.0)
            spin = np.array([[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]])
            eye, target = centre + spin @ (eye - centre), centre + spin @ (target - centre)
        elif shot.move == "track" and subject.velocity == (0.0, 0.0):
            along = right * reach * 0.5 * gauge * u
            eye, target = eye + along, target + along
        elif shot.move == "handheld":
            shake = 0.010
        elif shot.move == "static":
            shake = 0.0  # a locked-off camera does not move at all
        drift = [
            math.sin(2.1 * time + seed) + 0.6 * math.sin(5.3 * time + 2 * seed),
            math.sin(1.7 * time + 3 * seed) + 0.5 * math.sin(4.1 * time),
        ]
        target = target + (right * drift[0] + np.array([0.0, drift[1], 0.0])) * reach * shake
        if stage.axis is not None:
            eye[0], eye[2] = stage.axis.kept(float(eye[0]), float(eye[2]))
        if stage.indoors:
            limit = stage.world[[at.ROOM_X, at.ROOM_Y, at.ROOM_Z]] - 0.12
            eye = np.clip(eye, [-limit[0], 0.15, -limit[2]], limit)
        else:
            floor = max(stage.ground(float(eye[0]), float(eye[2])), 0.0 if stage.world[at.WATER] > 0 else -1e9)
            eye[1] = max(eye[1], floor + 0.35)
        place, aim = (
            (float(eye[0]), float(eye[1]), float(eye[2])),
            (float(target[0]), float(target[1]), float(target[2])),
        )
        return camera_row(place, aim, setup.lens_mm, 0.004 * drift[0] if shot.move == "handheld" else 0.0)

    return at_time
