"""Effects: sounds of things that happen, made by rules. Each is (n, 2) float32 at 48 kHz, starts and ends in silence."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from generator.encoding import SOUND_RATE
from generator.sound.shapes import (
    Random,
    Samples,
    at_level,
    burst,
    decay,
    hump,
    partials,
    scatter,
    seconds,
    sweep,
    times,
)

#: Steps a second at an ordinary walk: about 110 a minute (Whittle, Gait Analysis, table of normal ranges: 91 to 138).
WALKING = 110 / 60
#: Partials of a church bell over its strike note: hum, prime, tierce, quint, nominal and higher (Lehr; Fletcher and Rossing,
#: The Physics of Musical Instruments, table 21.1), with their strengths and how slowly they die away.
BELL = (
    (0.5, 0.6, 3.0), (1.0, 0.8, 1.6), (1.2, 0.7, 1.2), (1.5, 0.3, 0.8), (2.0, 1.0, 0.9), (2.5, 0.3, 0.5), (3.0, 0.35, 0.4),
    (4.0, 0.2, 0.25),
)  # fmt: skip


def _footsteps(random: Random, duration: float) -> Samples:
    n = seconds(max(duration, 1.2))
    grains = []
    step = 0.05
    side = 1
    while step < n / SOUND_RATE - 0.25:
        heel = decay(m := seconds(0.09), 0.012) * (burst(random, m, 70, 420) + 0.35 * burst(random, m, 900, 3200))
        sole = decay(m, 0.018) * burst(random, m, 300, 2400) * 0.35
        strength = random.uniform(0.8, 1.1)
        grains += [(step, heel * strength, 0.12 * side), (step + 0.07, sole * strength, 0.12 * side)]
        step += (1 + random.uniform(-0.03, 0.03)) / WALKING
        side = -side
    return scatter(n, grains, loop=False)


def _door(random: Random, duration: float) -> Samples:
    latch = decay(m := seconds(0.05), 0.006) * burst(random, m, 1500, 5000)
    creak_n = seconds(0.5)
    creak = hump(creak_n) * np.sign(sweep([70, 110, 85, 130], creak_n)) * burst(random, creak_n, 500, 1500) * 0.25
    slam = decay(k := seconds(0.5), 0.05) * (burst(random, k, 45, 240) * 1.6 + burst(random, k, 300, 1600) * 0.4)
    return scatter(
        seconds(1.5), [(0.0, latch, 0.0), (0.08, creak, 0.0), (0.62, slam, 0.0), (0.66, latch, 0.0)], loop=False
    )


def _knock(random: Random, duration: float) -> Samples:
    knock = partials(m := seconds(0.12), [(210, 1, 0.012), (420, 0.6, 0.008), (930, 0.4, 0.005)])
    knock = knock + 0.1 * decay(m, 0.004) * burst(random, m, 800, 3000)
    return scatter(seconds(1.0), [(t, knock, 0.0) for t in (0.0, 0.22, 0.44)], loop=False)


def _bell(random: Random, duration: float) -> Samples:
    strike = random.uniform(380, 520)
    n = seconds(max(duration, 4.0))
    struck = partials(n, [(strike * ratio * 1.0015**k, level, half) for k, (ratio, level, half) in enumerate(BELL)])
    clapper = decay(m := seconds(0.04), 0.004, attack=0.0005) * burst(random, m, 1500, 7000) * 0.4
    return scatter(n, [(0.0, struck, 0.0), (0.0, clapper, 0.0)], loop=False)


def _phone(random: Random, duration: float) -> Samples:
    ring = partials(m := seconds(1.0), [(1340, 1, 9), (1760, 0.8, 9), (3350, 0.4, 9)])
    ring *= 0.5 + 0.5 * np.sin(2 * np.pi * 22 * np.arange(m) / SOUND_RATE)
    return scatter(seconds(3.2), [(0.0, ring, 0.1), (2.0, ring, 0.1)], loop=False)


def _paper(random: Random, duration: float) -> Samples:
    grains = []
    for t in times(random, 0.9, 60):
        m = seconds(random.uniform(0.003, 0.02))
        grains.append(
            (t, hump(m) * burst(random, m, 1800, 11000) * random.uniform(0.1, 1) ** 2, random.uniform(-0.3, 0.3))
        )
    slide = hump(m := seconds(0.7)) * burst(random, m, 2500, 9000) * 0.12
    return scatter(seconds(1.1), [*grains, (0.1, slide, 0.0)], loop=False)


def _engine(random: Random, duration: float) -> Samples:
    n = seconds(max(duration, 2.0))
    t = np.arange(n) / SOUND_RATE
    turns = np.interp(t, [0, 0.6, t[-1]], [18, 34, 30])
    phase = np.cumsum(turns) / SOUND_RATE
    fire = sum(np.sin(2 * np.pi * phase * k + 0.7 * k * k) / k**0.8 for k in range(1, 22))
    exhaust = burst(random, n, 60, 900) * (0.6 + 0.4 * np.sin(2 * np.pi * phase * 2))
    ends = np.minimum(1, np.minimum(t / 0.25, (t[-1] - t) / 0.6).clip(0))
    return scatter(n, [(0.0, (np.asarray(fire) * 0.5 + exhaust) * ends, 0.0)], loop=False)


def _gull(random: Random, duration: float) -> Samples:
    grains = []
    for start in (0.0, 0.55, 1.0):
        m = seconds(0.38)
        pitch = random.uniform(850, 1050)
        path = [pitch, pitch * 1.9, pitch * 1.7, pitch * 1.1]
        cry = sum(sweep([f * k for f in path], m) / k**1.2 for k in (1, 2, 3, 4, 5))
        grains.append((start, hump(m) ** 0.6 * np.asarray(cry), random.uniform(-0.7, 0.7)))
    return scatter(seconds(1.6), grains, loop=False)


def _dog(random: Random, duration: float) -> Samples:
    grains = []
    for start in (0.0, 0.32, 0.95):
        m = seconds(0.17)
        pitch = random.uniform(300, 420)
        bark = sum(sweep([pitch * k, pitch * 1.5 * k, pitch * 0.7 * k], m) / k for k in range(1, 9))
        grains.append((start, hump(m) ** 0.5 * (np.asarray(bark) + 0.8 * burst(random, m, 500, 2500)), -0.3))
    return scatter(seconds(1.4), grains, loop=False)


def _clock(random: Random, duration: float) -> Samples:
    tick = decay(m := seconds(0.03), 0.004, attack=0.0005) * burst(random, m, 1800, 5000)
    count = max(int(max(duration, 2.0) * 2), 4)
    grains = [(k * 0.5, tick * (1.0 if k % 2 else 0.7), 0.0) for k in range(count)]
    return scatter(seconds(count / 2 + 0.1), grains, loop=False)


def _thunder(random: Random, duration: float) -> Samples:
    n = seconds(6.0)
    t = np.arange(n) / SOUND_RATE
    roll = burst(random, n, 22, 140) * np.interp(t, [0, 0.15, 0.8, 1.6, 2.4, 6], [0, 1, 0.5, 0.8, 0.35, 0])
    crack = decay(m := seconds(0.9), 0.09) * burst(random, m, 90, 2600)
    return scatter(n, [(0.0, roll * 1.4, 0.2), (0.04, crack, -0.2), (0.3, crack * 0.4, 0.3)], loop=False)


def _splash(random: Random, duration: float) -> Samples:
    n = seconds(1.3)
    spray = hump(n) ** 1.5 * burst(random, n, 700, 9000)
    plunge = decay(n, 0.09) * burst(random, n, 90, 700) * 1.3
    return scatter(n, [(0.0, plunge, 0.0), (0.02, spray[: n - 2000], 0.1)], loop=False)


def _glass(random: Random, duration: float) -> Samples:
    clink = partials(seconds(0.7), [(2350, 1, 0.12), (3980, 0.7, 0.08), (6200, 0.5, 0.05), (8900, 0.3, 0.03)])
    return scatter(seconds(0.9), [(0.0, clink, 0.1), (0.09, clink * 0.5, 0.1)], loop=False)


def _keys(random: Random, duration: float) -> Samples:
    grains = []
    for t in times(random, 0.6, 18):
        f = random.uniform(3200, 7800)
        grains.append(
            (t, partials(seconds(0.12), [(f, 1, 0.02), (f * 1.47, 0.6, 0.015)]) * random.uniform(0.3, 1), 0.1)
        )
    return scatter(seconds(0.9), grains, loop=False)


def _radio(random: Random, duration: float) -> Samples:
    n = seconds(max(duration, 1.5))
    static = burst(random, n, 500, 4000) * (0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 3.1 * np.arange(n) / SOUND_RATE)))
    whistle = sweep([1900, 700, 1200, 900], n) * 0.3
    ends = np.minimum(1, np.minimum(np.arange(n), n - 1 - np.arange(n)) / seconds(0.05))
    return scatter(n, [(0.0, (static + whistle) * ends, 0.0)], loop=False)


def _horn(random: Random, duration: float) -> Samples:
    n = seconds(2.6)
    t = np.arange(n) / SOUND_RATE
    tone = sum(np.sin(2 * np.pi * f * k * t) / k for f in (87.0, 110.0) for k in range(1, 14))
    ends = np.minimum(1, np.minimum(t / 0.12, (t[-1] - t) / 0.5).clip(0))
    return scatter(n, [(0.0, np.asarray(tone) * ends, 0.3)], loop=False)


#: How each is made (with the seconds that it is wanted for), and how loud it is (RMS where it is heard, dBFS).
EFFECTS: Mapping[str, tuple[Callable[[Random, float], Samples], float]] = MappingProxyType(
    {
        "footsteps": (_footsteps, -30.0),
        "door": (_door, -26.0),
        "knock": (_knock, -26.0),
        "bell": (_bell, -26.0),
        "phone": (_phone, -28.0),
        "paper": (_paper, -34.0),
        "engine": (_engine, -28.0),
        "gull": (_gull, -32.0),
        "dog": (_dog, -30.0),
        "clock": (_clock, -38.0),
        "thunder": (_thunder, -22.0),
        "splash": (_splash, -28.0),
        "glass": (_glass, -32.0),
        "keys": (_keys, -34.0),
        "radio": (_radio, -32.0),
        "horn": (_horn, -28.0),
    }
)
#: Effects that go on for as long as they are wanted.
LASTING = frozenset({"footsteps", "engine", "clock", "radio"})


def effect(name: str, *, seed: int, duration: float = 0.0) -> Samples:
    """The named effect, (n, 2) float32 at 48 kHz; those in ``LASTING`` about ``duration`` seconds long, the others as
    long as they are. The same name, seed and duration give the same samples."""
    recipe, level = EFFECTS[name]
    made = at_level(recipe(np.random.default_rng([seed & (2**63 - 1), *name.encode()]), duration), level)
    ramp = seconds(0.004)
    ends = np.minimum(1.0, np.minimum(np.arange(len(made)) + 1, len(made) - np.arange(len(made))) / ramp)
    return np.asarray(made * ends[:, None], np.float32)
