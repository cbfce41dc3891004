"""Ambience: what a place sounds like while nothing happens, as loops that are made, not recorded.

Each recipe gives a loop of ``LOOP_SECONDS``, periodic to the sample, at the level that it has beside dialogue at -20 dBFS.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import scipy

from generator.encoding import SOUND_RATE
from generator.sound.shapes import (
    Random,
    Samples,
    at_level,
    burst,
    decay,
    hump,
    noise_loop,
    scatter,
    seconds,
    sweep,
    swell_loop,
    times,
)

#: Long enough that nobody hears it come round behind a scene, short enough to make in a second.
LOOP_SECONDS = 16.0


def _wind(random: Random, n: int) -> Samples:
    body = noise_loop(random, n, [(30, -12), (120, 0), (500, -8), (2000, -30), (8000, -54)])
    howl = noise_loop(random, n, [(250, -60), (420, -6), (520, 0), (640, -6), (1100, -60)], width=0.3)
    gust = swell_loop(random, n, 0.4, 0.15, 1.0)[:, None]
    return np.asarray(body * gust + 0.3 * howl * gust**2)


def _rain(random: Random, n: int) -> Samples:
    hiss = noise_loop(random, n, [(60, -24), (400, -8), (1500, -2), (6000, 0), (12000, -4), (20000, -14)], width=0.9)
    drops = scatter(
        n,
        (
            (
                t,
                decay(k := seconds(0.02), 0.003) * sweep([f := random.uniform(1800, 5200), f * 0.7], k),
                random.uniform(-1, 1),
            )
            for t in times(random, n / SOUND_RATE, 45)
        ),
        loop=True,
    )
    return hiss * swell_loop(random, n, 0.3, 0.8, 1.0)[:, None] + drops * 0.8


def _sea(random: Random, n: int) -> Samples:
    deep = noise_loop(random, n, [(25, -10), (90, 0), (300, -8), (1200, -26), (5000, -50)])
    foam = noise_loop(random, n, [(200, -30), (800, -8), (2500, 0), (7000, -6), (16000, -20)], width=0.9)
    waves = max(round(n / SOUND_RATE / 8), 1)
    phase = (np.arange(n) / n * waves + 0.08 * (swell_loop(random, n, 0.1, -1, 1))) % 1
    crest = np.where(phase < 0.35, phase / 0.35, (1 - phase) / 0.65) ** 2
    return deep * (0.5 + 0.5 * crest)[:, None] + foam * (0.08 + 0.7 * crest**1.5)[:, None]


def _river(random: Random, n: int) -> Samples:
    flow = noise_loop(random, n, [(80, -18), (350, -3), (900, 0), (2500, -6), (9000, -26)], width=0.8)
    bubbles = scatter(
        n,
        (
            (t, hump(k := seconds(random.uniform(0.02, 0.06))) * sweep([f := random.uniform(350, 1100), f * 1.5], k),
             random.uniform(-1, 1))
            for t in times(random, n / SOUND_RATE, 14)
        ),
        loop=True,
    )  # fmt: skip
    return flow * swell_loop(random, n, 3.0, 0.6, 1.0)[:, None] + bubbles


def _birds(random: Random, n: int) -> Samples:
    grains = []
    singers = [(random.uniform(2600, 5200), random.uniform(-0.9, 0.9), random.uniform(0.06, 0.13)) for _ in range(4)]
    for start in times(random, n / SOUND_RATE, 0.7):
        pitch, place, length = singers[random.integers(len(singers))]
        shape = random.uniform(0.75, 1.3, 4)
        for k in range(int(random.integers(2, 7))):
            m = seconds(length)
            grains.append((start + k * length * 1.5, hump(m) * sweep([pitch * s for s in shape], m), place))
    air = noise_loop(random, n, [(80, -20), (300, -6), (2000, -18), (9000, -40)], width=0.9)
    return scatter(n, grains, loop=True) + 0.03 * air


def _crickets(random: Random, n: int) -> Samples:
    grains = []
    for _ in range(5):
        pitch, place = random.uniform(3900, 5100), random.uniform(-1, 1)
        chirps = max(round(n / SOUND_RATE * random.uniform(1.4, 2.6)), 1)
        pulse = hump(m := seconds(0.016)) * sweep([pitch, pitch * 0.985], m) * random.uniform(0.3, 1.0)
        first = random.uniform(0, 1)
        grains += [
            ((first + c) * n / SOUND_RATE / chirps + p * 0.03, pulse, place) for c in range(chirps) for p in range(4)
        ]
    air = noise_loop(random, n, [(60, -14), (200, -4), (1500, -24), (8000, -40)], width=0.9)
    return scatter(n, grains, loop=True) + 0.03 * air


def _traffic(random: Random, n: int) -> Samples:
    rumble = noise_loop(random, n, [(30, -6), (80, 0), (300, -8), (1500, -24), (8000, -46)])
    tyres = noise_loop(random, n, [(150, -20), (700, -2), (1100, 0), (3000, -14), (9000, -34)], width=0.4)
    passing = np.zeros((n, 2))
    for start in times(random, n / SOUND_RATE, 0.35):
        m = seconds(random.uniform(2.5, 4.5))
        where = (seconds(start) + np.arange(m)) % n
        across = np.linspace(0, 1, m)[:, None] * np.array([[-1.0, 1.0]]) + np.array([[1.0, 0.0]])
        passing[where] += (hump(m) ** 2)[:, None] * (across if random.random() < 0.5 else across[:, ::-1])
    return rumble * 0.6 + tyres * (0.08 + passing)


def _city(random: Random, n: int) -> Samples:
    hum = noise_loop(random, n, [(30, -4), (60, 0), (150, -6), (600, -18), (3000, -36), (9000, -56)])
    steady = np.arange(n) / n * round(100.0 * n / SOUND_RATE)
    mains = np.sin(2 * np.pi * steady)[:, None] * 0.05
    return hum * swell_loop(random, n, 0.2, 0.7, 1.0)[:, None] + mains + 0.25 * _traffic(random, n)


def _train(random: Random, n: int) -> Samples:
    roll = noise_loop(random, n, [(30, -4), (90, 0), (400, -6), (1600, -16), (6000, -38)])
    bars = max(round(n / SOUND_RATE / 1.1), 1)
    clack = decay(m := seconds(0.12), 0.018) * burst(random, m, 180, 1800)
    beats = (0.0, 0.14, 0.46, 0.60)
    grains = [((b + beat) * n / SOUND_RATE / bars, clack, 0.0) for b in range(bars) for beat in beats]
    return roll * swell_loop(random, n, 0.5, 0.8, 1.0)[:, None] + scatter(n, grains, loop=True) * 0.9


def _crowd(random: Random, n: int) -> Samples:
    out = np.zeros((n, 2))
    for _ in range(12):
        first, second = random.uniform(350, 700), random.uniform(900, 2100)
        curve = [
            (90, -40),
            (first * 0.8, -4),
            (first, 0),
            (first * 1.4, -12),
            (second, -8),
            (second * 1.4, -24),
            (6000, -60),
        ]
        mouth = noise_loop(random, n, curve, width=0.0)[:, 0]
        syllables = swell_loop(random, n, 5.0, -0.6, 1.0).clip(0) * swell_loop(random, n, 0.4, -0.4, 1.0).clip(0)
        out += scatter(n, [(0.0, mouth * syllables, random.uniform(-1, 1))], loop=True)
    return out


def _fire(random: Random, n: int) -> Samples:
    roar = noise_loop(random, n, [(40, -4), (120, 0), (500, -12), (2500, -30), (9000, -50)], width=0.3)
    crackle = scatter(
        n,
        (
            (t, decay(k := seconds(0.03), random.uniform(0.001, 0.006), attack=0.0005) * burst(random, k, 900, 9000)
             * random.uniform(0.3, 2.0) ** 2, random.uniform(-0.4, 0.4))
            for t in times(random, n / SOUND_RATE, 11)
        ),
        loop=True,
    )  # fmt: skip
    return roar * swell_loop(random, n, 2.5, 0.4, 1.0)[:, None] * 0.5 + crackle


def _machines(random: Random, n: int) -> Samples:
    turns = np.arange(n) / n
    base = round(random.uniform(46, 60) * n / SOUND_RATE)
    hum = sum(np.sin(2 * np.pi * turns * base * k + k) / k for k in (1, 2, 3, 4, 6, 8))
    air = noise_loop(random, n, [(60, -10), (250, 0), (1200, -12), (6000, -36)], width=0.5)
    return np.asarray(hum)[:, None] * 0.5 + air * 0.12


def _ticking(random: Random, n: int) -> Samples:
    ticks = max(round(n / SOUND_RATE) * 2, 2)
    tick = decay(m := seconds(0.03), 0.004, attack=0.0005) * burst(random, m, 2200, 5200)
    tock = decay(m, 0.005, attack=0.0005) * burst(random, m, 1500, 3800)
    grains = [(t * n / SOUND_RATE / ticks, tock if t % 2 else tick, 0.15) for t in range(ticks)]
    return scatter(n, grains, loop=True)


def _room(random: Random, n: int) -> Samples:
    return noise_loop(random, n, [(25, -8), (60, 0), (200, -10), (1000, -28), (5000, -44), (16000, -60)], width=0.8)


#: How each is made, and how loud it is (RMS, dBFS).
RECIPES: Mapping[str, tuple[Callable[[Random, int], Samples], float]] = MappingProxyType(
    {
        "wind": (_wind, -36.0),
        "rain": (_rain, -36.0),
        "sea": (_sea, -34.0),
        "river": (_river, -38.0),
        "birds": (_birds, -38.0),
        "crickets": (_crickets, -44.0),
        "city": (_city, -38.0),
        "traffic": (_traffic, -36.0),
        "train": (_train, -32.0),
        "crowd": (_crowd, -38.0),
        "fire": (_fire, -36.0),
        "machines": (_machines, -38.0),
        "ticking": (_ticking, -40.0),
        "room": (_room, -52.0),
    }
)
#: What is left of the outside behind a wall and a window.
_MUFFLED = [(20, 0.0), (250, -6.0), (700, -16.0), (2000, -32.0), (20000, -60.0)]


def ambience(names: Sequence[str], *, seed: int, behind_walls: Sequence[str] = ()) -> Samples:
    """A loop of all the named recipes together, (n, 2) float32 at 48 kHz, without DC and without a seam.

    What is also in ``behind_walls`` is heard from inside. The same names and seed give the same samples.
    """
    n = seconds(LOOP_SECONDS)
    out = np.zeros((n, 2))
    for name in dict.fromkeys(names):
        recipe, level = RECIPES[name]
        random = np.random.default_rng([seed & (2**63 - 1), *name.encode()])
        made = at_level(recipe(random, n), level).astype(np.float64)
        out += _behind_a_wall(made) if name in behind_walls else made
    out -= out.mean(axis=0)
    return out.astype(np.float32)


def _behind_a_wall(loop: Samples) -> Samples:
    """Filtered in the frequency domain, so that the loop stays one."""
    frequencies = np.fft.rfftfreq(len(loop), 1 / SOUND_RATE)
    points = np.asarray(_MUFFLED)
    decibels = np.interp(np.log(np.maximum(frequencies, 1.0)), np.log(points[:, 0]), points[:, 1])
    return np.asarray(np.fft.irfft(np.fft.rfft(loop, axis=0) * (10 ** (decibels / 20))[:, None], len(loop), axis=0))


def spectrum(loop: Samples) -> tuple[Samples, Samples]:
    """Frequencies in Hz and power density of a sound's mean of both channels (Welch), to look at."""
    frequencies, power = scipy.signal.welch(np.atleast_2d(loop.T).mean(axis=0), SOUND_RATE, nperseg=8192)
    return frequencies, power
