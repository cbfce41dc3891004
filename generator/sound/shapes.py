"""What sounds are made of: noise of a given spectrum, slow swells, struck partials, grains laid out in time.

Everything here is periodic where it says loop: noise is made in the frequency domain and events wrap around the end, so that
the last sample leads into the first as any sample leads into the next.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import scipy

from generator.encoding import SOUND_RATE

type Samples = np.ndarray[Any, Any]
type Random = np.random.Generator
#: A spectrum by points: frequency in Hz, level in decibels; straight between them over the logarithm of frequency.
type Curve = Sequence[tuple[float, float]]


def seconds(duration: float) -> int:
    """Samples of a duration."""
    return max(round(duration * SOUND_RATE), 1)


def noise_loop(random: Random, n: int, curve: Curve, *, width: float = 0.6) -> Samples:
    """Noise of that spectrum, (n, 2), mean square 1 over both channels, periodic over ``n``; ``width`` 0 is mono, 1 has
    nothing in common left and right."""
    frequencies = np.fft.rfftfreq(n, 1 / SOUND_RATE)
    low, high = curve[0], curve[-1]
    # beyond its ends the curve goes on falling, 12 dB an octave: a wall in the spectrum can be heard
    ends = (low[0] / 16, low[1] - 48.0), (high[0] * 16, high[1] - 48.0)
    points = np.asarray([ends[0], *curve, ends[1]])
    decibels = np.interp(np.log(np.maximum(frequencies, 1.0)), np.log(points[:, 0]), points[:, 1])
    weights = 10 ** (decibels / 20)
    weights[0] = 0.0
    common, left, right = (
        np.fft.irfft(weights * (random.normal(size=len(weights)) + 1j * random.normal(size=len(weights))), n)
        for _ in range(3)
    )
    part = math.sqrt(width)
    both = np.stack([common * math.sqrt(1 - width) + left * part, common * math.sqrt(1 - width) + right * part], axis=1)
    return both / max(float(np.sqrt(np.mean(both**2))), 1e-12)


def swell_loop(random: Random, n: int, fastest: float, low: float, high: float) -> Samples:
    """A slow level, (n,), wandering between ``low`` and ``high`` with nothing quicker than ``fastest`` Hz, periodic."""
    frequencies = np.fft.rfftfreq(n, 1 / SOUND_RATE)
    count = max(int(np.searchsorted(frequencies, fastest)), 2)
    spectrum = np.zeros(len(frequencies), complex)
    spectrum[1:count] = random.normal(size=count - 1) + 1j * random.normal(size=count - 1)
    wave = np.fft.irfft(spectrum, n)
    wave = (wave - wave.min()) / max(float(np.ptp(wave)), 1e-12)
    return np.asarray(low + (high - low) * wave)


def scatter(n: int, grains: Iterable[tuple[float, Samples, float]], *, loop: bool) -> Samples:
    """Grains (start in seconds, mono samples, place: -1 left, 1 right) summed into (n, 2), round the end if ``loop``."""
    out = np.zeros((n, 2))
    for start, grain, place in grains:
        angle = (place + 1) * math.pi / 4
        at = seconds(start) - 1
        where = np.arange(at, at + len(grain))
        grain = grain if loop else grain[where < n]
        where = where % n if loop else where[where < n]
        out[where, 0] += grain * math.cos(angle)
        out[where, 1] += grain * math.sin(angle)
    return out


def times(random: Random, duration: float, rate: float) -> list[float]:
    """Moments of a random (Poisson) process of ``rate`` a second; at least one."""
    count = max(int(random.poisson(rate * duration)), 1)
    return sorted(float(t) for t in random.uniform(0, duration, count))


def decay(n: int, half: float, *, attack: float = 0.002) -> Samples:
    """An envelope that rises in ``attack`` seconds, then falls by half every ``half`` seconds, and ends at zero."""
    t = np.arange(n) / SOUND_RATE
    rise = np.minimum(t / attack, 1.0)
    end = np.minimum((n - np.arange(n)) / (0.01 * SOUND_RATE), 1.0)
    return np.asarray(rise * 0.5 ** (t / half) * end)


def hump(n: int) -> Samples:
    """An envelope that comes and goes (Hann)."""
    return np.asarray(scipy.signal.windows.hann(n))


def sweep(frequencies: Sequence[float], n: int) -> Samples:
    """A tone that glides through the frequencies (Hz), evenly spaced in time."""
    path = np.interp(np.linspace(0, 1, n), np.linspace(0, 1, len(frequencies)), frequencies)
    return np.asarray(np.sin(2 * np.pi * np.cumsum(path) / SOUND_RATE))


def partials(n: int, parts: Iterable[tuple[float, float, float]]) -> Samples:
    """Struck partials: frequency in Hz, amplitude, and the seconds in which it falls by half."""
    t = np.arange(n) / SOUND_RATE
    out = np.zeros(n)
    for frequency, amplitude, half in parts:
        if frequency < SOUND_RATE * 0.45:
            out += amplitude * np.sin(2 * np.pi * frequency * t) * 0.5 ** (t / half)
    return out * np.minimum(t / 0.001, 1.0) * np.minimum((n - np.arange(n)) / (0.02 * SOUND_RATE), 1.0)


def burst(random: Random, n: int, low: float, high: float) -> Samples:
    """A mono stretch of noise between two frequencies in Hz, mean square 1."""
    sos = scipy.signal.butter(2, [low, min(high, SOUND_RATE * 0.45)], "bandpass", fs=SOUND_RATE, output="sos")
    noise = scipy.signal.sosfilt(sos, random.normal(size=n + 2000))[2000:]
    return np.asarray(noise / max(float(np.sqrt(np.mean(noise**2))), 1e-12))


def at_level(samples: Samples, decibels: float) -> Samples:
    """The samples without DC at that RMS level (dBFS, over what is heard), float32; peaks near full scale are bent."""
    samples = samples - samples.mean(axis=0)
    power = np.mean(samples**2, axis=-1) if samples.ndim == 2 else samples**2
    heard = power > power.max() * 1e-4
    level = math.sqrt(float(power[heard].mean())) if heard.any() else 0.0
    if not level:
        return samples.astype(np.float32)
    out = samples * (10 ** (decibels / 20) / level)
    peak = float(np.abs(out).max())
    if peak > 0.9:
        out = np.tanh(out / 0.9) * 0.9
        out = out - out.mean(axis=0)
    return np.asarray(out, np.float32)
