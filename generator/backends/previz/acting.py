"""Acting: deeds become postures, steps and turns over the time of a shot."""

import math
from dataclasses import dataclass, replace

from generator.backends.previz.direction import Part
from generator.backends.previz.posture import STAND, Posture, mixed

#: Metres a second on foot, unhurried and in a hurry.
WALK_SPEED, RUN_SPEED = 1.05, 2.7
#: Seconds in which one posture becomes the next.
BLEND = 0.45
_SPEEDS = {"walk": WALK_SPEED, "run": RUN_SPEED, "ride": 3.6, "row": 0.5}


def eased(value: float) -> float:
    """Hermite step of a share, 0..1."""
    value = min(max(value, 0.0), 1.0)
    return value * value * (3.0 - 2.0 * value)


@dataclass(frozen=True, slots=True)
class Performance:
    """One figure's part in a shot of ``duration`` seconds; ``phase`` keeps two figures from moving as one."""

    part: Part
    duration: float
    phase: float
    brow: float = 0.0
    seated: bool = False
    slow: float = 1.0

    @property
    def riding(self) -> bool:
        return "ride" in self.part.deeds

    @property
    def sits(self) -> bool:
        return "sit" in self.part.deeds and not self.seated

    def speed(self) -> float:
        """Metres a second that the figure moves ahead on the average."""
        if self.seated:
            return 0.0
        return max((_SPEEDS.get(deed, 0.0) for deed in self.part.legs()), default=0.0) * self.slow

    def turned(self, time: float) -> float:
        """Radians that the figure still has to turn to face where it will look."""
        if "turn" not in self.part.deeds:
            return 0.0
        return 2.1 * (1.0 - eased((time - 0.15 * self.duration) / max(0.45 * self.duration, 0.5)))

    def posture(self, time: float) -> Posture:
        """How the figure holds itself at a time in seconds."""
        pose = self._legs(time)
        arms = self.part.arms()
        if arms:
            share = self.duration / len(arms)
            for number, deed in enumerate(arms):
                start = number * share
                weight = eased((time - start + (0.2 if number == 0 else 0.0)) / BLEND)
                if weight > 0.0 and deed in _ARMS:
                    pose = mixed(pose, _ARMS[deed](pose, time - start, self.part.prop), weight)
        elif self.part.prop:
            pose = _hold(pose, time, self.part.prop)
        glance = 0.28 * math.sin(0.9 * time + self.phase) if not arms else 0.08 * math.sin(1.1 * time + self.phase)
        blink = 0.1 if (time + self.phase * 0.37) % 2.9 < 0.13 else 1.0
        return replace(
            pose,
            head_yaw=pose.head_yaw + glance,
            eyes=pose.eyes * blink,
            mouth=max(pose.mouth, self._mouth(time)),
            brow=self.brow,
        )

    def _mouth(self, time: float) -> float:
        at = time / max(self.duration, 1e-6)
        if any(start <= at <= end for start, end in self.part.speaks):
            return max(0.15 + 0.6 * math.sin(11.0 * time) * math.sin(6.3 * time + 1.0), 0.0)
        return 0.0

    def _legs(self, time: float) -> Posture:
        breath = 0.006 * math.sin(2.2 * time + self.phase)
        base = replace(STAND, lift=breath, shift=0.012 * math.sin(0.7 * time + self.phase))
        if self.seated:
            base = _seated(time)
        legs = () if self.seated else self.part.legs()
        if not legs:
            return base
        share = self.duration / len(legs)
        pose = base
        for number, deed in enumerate(legs):
            start = number * share
            # who kneels is seen going down; whoever does anything else first does it when the shot begins
            weight = 1.0 if number == 0 and deed != "kneel" else eased((time - start + 0.3) / 0.8)
            pose = mixed(pose, _LEGS.get(deed, _stood)(time, self.phase, self.slow), weight)
        return pose


def _stood(time: float, phase: float, slow: float) -> Posture:
    return STAND


def _gait(cycle: float, stride: float, lift: float, stance: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where an ankle is (ahead, up) over a cycle 0..1 for each leg: it stays on the ground for ``stance`` of it."""
    feet = []
    for start in (0.0, 0.5):
        p = (cycle + start) % 1.0
        if p < stance:
            feet.append((stride * (1.0 - 2.0 * p / stance), 0.0))
        else:
            q = (p - stance) / (1.0 - stance)
            feet.append((stride * (2.0 * eased(q) - 1.0), lift * math.sin(math.pi * q)))
    return feet[0], feet[1]


def _walking(time: float, phase: float, slow: float) -> Posture:
    stride, stance = 0.30, 0.6
    cycle = time * WALK_SPEED * slow * stance / (2.0 * stride) + phase * 0.16
    (za, ya), (zb, yb) = _gait(cycle, stride, 0.10, stance)
    swing = math.sin(2.0 * math.pi * cycle + 0.9)
    return Posture(
        lift=-0.035 + 0.018 * math.cos(4.0 * math.pi * cycle),
        lean=0.06,
        twist=0.10 * swing,
        hand_l=(0.25, -0.47, 0.05 - 0.22 * swing),
        hand_r=(-0.25, -0.47, 0.05 + 0.22 * swing),
        foot_l=(0.09, 0.08 + ya, za),
        foot_r=(-0.09, 0.08 + yb, zb),
        toe_l=ya * 4.0 - max(za, 0.0) * 0.6,
        toe_r=yb * 4.0 - max(zb, 0.0) * 0.6,
    )


def _running(time: float, phase: float, slow: float) -> Posture:
    stride, stance = 0.46, 0.40
    cycle = time * RUN_SPEED * slow * stance / (2.0 * stride) + phase * 0.16
    (za, ya), (zb, yb) = _gait(cycle, stride, 0.30, stance)
    swing = math.sin(2.0 * math.pi * cycle + 0.7)
    return Posture(
        lift=-0.06 + 0.05 * math.cos(4.0 * math.pi * cycle),
        lean=0.24,
        twist=0.18 * swing,
        head_pitch=0.05,
        hand_l=(0.20, -0.24, 0.12 - 0.28 * swing),
        hand_r=(-0.20, -0.24, 0.12 + 0.28 * swing),
        foot_l=(0.08, 0.08 + ya, za),
        foot_r=(-0.08, 0.08 + yb, zb),
        toe_l=ya * 2.6,
        toe_r=yb * 2.6,
        mouth=0.25,
    )


def _seated(time: float) -> Posture:
    return Posture(
        lift=-0.45,
        lean=-0.02 + 0.01 * math.sin(2.0 * time),
        hand_l=(0.15, -0.36, 0.30),
        hand_r=(-0.15, -0.36, 0.30),
        foot_l=(0.13, 0.08, 0.42),
        foot_r=(-0.12, 0.08, 0.38),
    )


def _sitting(time: float, phase: float, slow: float) -> Posture:
    return _seated(time)


def _kneeling(time: float, phase: float, slow: float) -> Posture:
    return Posture(
        lift=-0.46,
        push=-0.02,
        lean=0.22,
        head_pitch=0.25,
        hand_l=(0.16, -0.38, 0.28),
        hand_r=(-0.20, -0.46, 0.22),
        foot_l=(0.14, 0.08, 0.34),
        foot_r=(-0.12, 0.07, -0.40),
        toe_r=1.2,
    )


def _rowing(time: float, phase: float, slow: float) -> Posture:
    pull = math.sin(2.2 * time)
    return Posture(
        lift=-0.55,
        lean=0.16 + 0.34 * pull,
        hand_l=(0.20, -0.22, 0.36 + 0.12 * pull),
        hand_r=(-0.20, -0.22, 0.36 + 0.12 * pull),
        foot_l=(0.13, 0.12, 0.50),
        foot_r=(-0.13, 0.12, 0.50),
    )


def _riding(time: float, phase: float, slow: float) -> Posture:
    turn = 8.0 * time
    return Posture(
        lift=0.06,
        push=-0.18,
        lean=0.42,
        head_pitch=-0.1,
        hand_l=(0.22, -0.30, 0.44),
        hand_r=(-0.22, -0.30, 0.44),
        foot_l=(0.11, 0.38 + 0.16 * math.sin(turn), 0.10 + 0.16 * math.cos(turn)),
        foot_r=(-0.11, 0.38 - 0.16 * math.sin(turn), 0.10 - 0.16 * math.cos(turn)),
    )


def _dancing(time: float, phase: float, slow: float) -> Posture:
    beat = 5.0 * time + phase
    return Posture(
        lift=-0.05 + 0.05 * abs(math.sin(beat)),
        shift=0.09 * math.sin(beat),
        tilt=0.12 * math.sin(beat),
        twist=0.4 * math.sin(0.5 * beat),
        hand_l=(0.38, 0.14 + 0.16 * math.sin(beat), 0.10),
        hand_r=(-0.38, 0.14 - 0.16 * math.sin(beat), 0.10),
        foot_l=(0.15, 0.08 + max(0.14 * math.sin(beat), 0.0), 0.05),
        foot_r=(-0.15, 0.08 + max(-0.14 * math.sin(beat), 0.0), 0.05),
        mouth=0.2,
    )


_LEGS = {
    "walk": _walking,
    "run": _running,
    "sit": _sitting,
    "kneel": _kneeling,
    "row": _rowing,
    "ride": _riding,
    "dance": _dancing,
}


def _wave(pose: Posture, time: float, prop: str) -> Posture:
    return replace(
        pose, hand_r=(-0.34 - 0.13 * math.sin(6.5 * time), 0.42, 0.12), tilt=0.04, head_pitch=-0.08, mouth=0.1
    )


def _point(pose: Posture, time: float, prop: str) -> Posture:
    return replace(
        pose, hand_r=(-0.22, 0.08 + 0.02 * math.sin(3.0 * time), 0.55), twist=pose.twist + 0.12, head_pitch=-0.1
    )


def _read(pose: Posture, time: float, prop: str) -> Posture:
    return replace(
        pose,
        hand_l=(0.11, -0.17, 0.33),
        hand_r=(-0.09, -0.16, 0.34),
        head_pitch=0.38,
        head_yaw=0.05 * math.sin(2.6 * time),
    )


def _hold(pose: Posture, time: float, prop: str) -> Posture:
    if prop in ("suitcase", "bell", "violin"):
        return replace(pose, hand_r=(-0.27, -0.52, 0.05))
    if prop in ("lantern", "telescope"):
        return replace(pose, hand_r=(-0.24, -0.06, 0.40), head_pitch=-0.02)
    return replace(pose, hand_r=(-0.10, -0.17, 0.35), hand_l=(0.12, -0.20, 0.32), head_pitch=0.30)


def _reach(pose: Posture, time: float, prop: str) -> Posture:
    return replace(pose, hand_r=(-0.17, -0.10, 0.50 + 0.02 * math.sin(2.0 * time)), lean=pose.lean + 0.12)


def _gaze(pose: Posture, time: float, prop: str) -> Posture:
    return replace(pose, head_pitch=-0.42, lean=pose.lean - 0.05)


def _look(pose: Posture, time: float, prop: str) -> Posture:
    return replace(pose, head_yaw=0.55 * math.sin(0.9 * time), head_pitch=-0.04)


def _drink(pose: Posture, time: float, prop: str) -> Posture:
    sip = 0.5 + 0.5 * math.sin(1.8 * time)
    return replace(pose, hand_r=(-0.07, -0.20 + 0.29 * sip, 0.30 - 0.08 * sip), head_pitch=-0.12 * sip)


def _play(pose: Posture, time: float, prop: str) -> Posture:
    bow = math.sin(4.0 * time)
    return replace(
        pose,
        hand_l=(0.26, 0.06, 0.38),
        hand_r=(-0.12 - 0.14 * bow, -0.02, 0.32),
        head_yaw=0.25,
        head_pitch=0.14,
        tilt=-0.05 + 0.04 * bow,
    )


def _bow(pose: Posture, time: float, prop: str) -> Posture:
    return replace(
        pose, lean=pose.lean + 0.18, head_pitch=0.5, hand_l=(0.05, -0.26, 0.26), hand_r=(-0.05, -0.26, 0.27), brow=0.6
    )


def _laugh(pose: Posture, time: float, prop: str) -> Posture:
    shake = math.sin(13.0 * time)
    return replace(
        pose, lean=pose.lean - 0.06 + 0.02 * shake, head_pitch=-0.22, mouth=0.75, hand_r=(-0.10, -0.30, 0.24)
    )


def _call(pose: Posture, time: float, prop: str) -> Posture:
    return replace(
        pose, hand_l=(0.09, 0.16, 0.22), hand_r=(-0.09, 0.16, 0.22), mouth=0.9, lean=pose.lean + 0.05, head_pitch=-0.1
    )


def _work(pose: Posture, time: float, prop: str) -> Posture:
    a, b = math.sin(4.2 * time), math.sin(4.2 * time + 2.2)
    return replace(
        pose,
        lean=pose.lean + 0.22,
        head_pitch=0.32,
        hand_l=(0.16, -0.34, 0.30 + 0.08 * a),
        hand_r=(-0.16, -0.34, 0.30 + 0.08 * b),
    )


_ARMS = {
    "wave": _wave,
    "point": _point,
    "read": _read,
    "hold": _hold,
    "reach": _reach,
    "gaze": _gaze,
    "look": _look,
    "drink": _drink,
    "play": _play,
    "bow": _bow,
    "laugh": _laugh,
    "call": _call,
    "work": _work,
}
