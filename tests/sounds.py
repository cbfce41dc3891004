"""Sound for tests and benchmarks: what little is real, the rest synthetic and said to be, and the edits made of it.

Real: the 5.3 s of music and effects in Big Buck Bunny. Synthetic: ``music`` (chords, a melody and drums on a beat, notes of
ten harmonics) and ``speech`` (a glottal pulse train through three moving formants, with pauses), each fixed by its seed.
"""

import wave
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from auditor.media import sample_sound
from tests.clips import BUNNY, ffmpeg

RATE = 11025
Samples = NDArray[np.float32]
Edit = Callable[[Samples], Samples]


def _note(hertz: float, seconds: float, timbre: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    t = np.arange(round(seconds * RATE)) / RATE
    wave_ = sum(a * np.sin(2 * np.pi * hertz * k * t) for k, a in enumerate(timbre, 1) if hertz * k < RATE / 2.1)
    return np.asarray(wave_ * np.exp(-decay * t) * np.minimum(1, t / 0.01) * np.minimum(1, (seconds - t) / 0.02))


def _add(out: NDArray[np.float64], at: float, sound: NDArray[np.float64], gain: float) -> None:
    begin = round(at * RATE)
    end = min(out.size, begin + sound.size)
    if end > begin:
        out[begin:end] += gain * sound[: end - begin]


@cache
def music(seed: int, seconds: float = 20.0, *, tempo: float | None = None) -> Samples:
    """Synthetic music: its key, tempo (beats a second, or as given), chords, melody, timbre and drums come from the seed."""
    rng = np.random.default_rng([7, seed])
    beat = 1 / (tempo or rng.uniform(1.4, 2.4))
    out = np.zeros(round(seconds * RATE))
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.5 else np.array([0, 2, 3, 5, 7, 8, 10])
    root = 55.0 * 2 ** (rng.integers(0, 12) / 12)
    bright, soft = (rng.uniform(0.3, 1, 10) / np.arange(1, 11) ** p for p in (0.8, 1.4))
    at, degree = 0.0, 0
    while at < seconds:
        degree = int(rng.integers(0, 7))
        for step in (0, 2, 4):
            pitch = root * 2 * 2 ** ((scale[(degree + step) % 7] + 12 * ((degree + step) // 7)) / 12)
            _add(out, at, _note(pitch, 4 * beat, soft, 0.8), 0.12)
        at += 4 * beat
    at = 0.0
    while at < seconds:
        length = beat * float(rng.choice([0.5, 0.5, 1.0, 1.5]))
        if rng.random() < 0.85:
            note = int(rng.integers(0, 14))
            pitch = root * 4 * 2 ** ((scale[note % 7] + 12 * (note // 7)) / 12)
            _add(out, at, _note(pitch, length, bright, 3.0), 0.2)
        at += length
    hit = rng.normal(0, 1, round(0.12 * RATE)) * np.exp(-np.arange(round(0.12 * RATE)) / (0.02 * RATE))
    for number in range(int(seconds / beat * 2)):
        if rng.random() < 0.6:
            _add(out, number * beat / 2, hit, 0.08)
    return (0.7 * out / np.abs(out).max()).astype(np.float32)


@cache
def speech(seed: int, seconds: float = 20.0) -> Samples:
    """Synthetic speech: syllables of 0.1 to 0.3 s with gliding pitch and formants, breaks, and hiss for consonants."""
    rng = np.random.default_rng([11, seed])
    base = rng.uniform(95, 220)
    out = np.zeros(round(seconds * RATE))
    at = 0.1
    formants = np.array([500.0, 1500.0, 2500.0])
    while at < seconds:
        length = float(rng.uniform(0.1, 0.3))
        count = round(length * RATE)
        pitch = base * np.exp2(np.linspace(*rng.uniform(-0.25, 0.25, 2), count))
        phase = np.cumsum(pitch) / RATE
        pulses = (np.diff(np.floor(phase), prepend=0) > 0).astype(np.float64)
        target = np.array([rng.uniform(280, 850), rng.uniform(850, 2300), rng.uniform(2300, 3200)])
        voiced = np.zeros(count)
        for part in range(4):
            piece = slice(part * count // 4, (part + 1) * count // 4)
            now = formants + (target - formants) * (part + 1) / 4
            filtered = pulses
            for hertz, width in zip(now, (80, 110, 160), strict=True):
                radius = np.exp(-np.pi * width / RATE)
                filtered = signal.lfilter(
                    [1.0], [1, -2 * radius * np.cos(2 * np.pi * hertz / RATE), radius**2], filtered
                )
            voiced[piece] = filtered[piece]
        formants = target
        _add(out, at, voiced / (np.abs(voiced).max() + 1e-9) * np.hanning(count) ** 0.5, float(rng.uniform(0.4, 0.8)))
        at += length
        if rng.random() < 0.4:
            hiss = signal.lfilter([1, -0.9], [1], rng.normal(0, 1, round(0.07 * RATE))) * np.hanning(round(0.07 * RATE))
            _add(out, at, hiss, 0.08)
            at += 0.05
        at += float(rng.choice([0.0, 0.02, 0.3], p=[0.6, 0.25, 0.15]))
    return (0.7 * out / np.abs(out).max()).astype(np.float32)


@cache
def bunny() -> Samples:
    """Real sound: all of Big Buck Bunny's 5.3 s."""
    return heard(BUNNY)


def heard(path: Path) -> Samples:
    """All sound of a file that has no gaps."""
    return np.concatenate([block.samples for block in sample_sound(path, rate=RATE)])


def resampled(samples: Samples, speed: float) -> Samples:
    """``speed`` times as fast, pitch along with it, as a tape would."""
    ratio = Fraction(speed).limit_denominator(200)
    return signal.resample_poly(samples.astype(np.float64), ratio.denominator, ratio.numerator).astype(np.float32)


def stretched(samples: Samples, speed: float, folder: Path) -> Samples:
    """``speed`` times as fast at the same pitch (ffmpeg's ``atempo``)."""
    source, out = folder / "before.wav", folder / "after.wav"
    write_wav(source, samples)
    ffmpeg("-i", source, "-af", f"atempo={speed}", out)
    with wave.open(str(out), "rb") as made:
        return (np.frombuffer(made.readframes(made.getnframes()), "<i2") / 32768).astype(np.float32)


def power(samples: Samples) -> float:
    return float(np.mean(np.square(samples.astype(np.float64))))


def mixed_at(samples: Samples, other: Samples, decibels: float) -> Samples:
    """``other`` laid over ``samples``, so much weaker by mean power; within -1..1."""
    over = np.resize(other, samples.size).astype(np.float64)
    gain = np.sqrt(power(samples) / power(over) / 10 ** (decibels / 10))
    out = samples + gain * over
    return (out / max(1.0, np.abs(out).max())).astype(np.float32)


def noisy(samples: Samples, decibels: float, seed: int = 1) -> Samples:
    """White noise at a signal-to-noise ratio in decibels."""
    return mixed_at(samples, np.random.default_rng(seed).normal(0, 1, samples.size).astype(np.float32), decibels)


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> Path:
    """``samples`` is (n,) or (n, channels), -1..1."""
    data = np.atleast_2d(samples.T).T
    with wave.open(str(path), "wb") as out:
        out.setparams((data.shape[1], 2, rate, 0, "NONE", ""))
        out.writeframes((np.clip(data, -1, 1) * 32767).astype("<i2").tobytes())
    return path
