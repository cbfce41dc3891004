"""Landmarks of sound: spectral peaks, and triples of them whose shape survives other speeds, other pitch, noise and speech.

A peak is a moment and a frequency at which the spectrogram stands out. Three peaks make a shape described by the two
intervals between their pitches (in octaves) and by the ratio of the two times between them. Playing the sound faster divides
all times by one factor and multiplies all frequencies by one factor (resampling) or leaves them (a plain change of tempo);
ratios of times and intervals of pitch stay what they are in both. The times and the pitch themselves go into the hash only
so coarsely that a neighbouring cell covers ``SPEED_RANGE``.

Sources: J. Six and M. Leman, "Panako", ISMIR 2014 (triples in log frequency); R. Sonnleitner and G. Widmer, "Robust
quad-based audio fingerprinting", IEEE/ACM TASLP 24(3), 2016 (scale-invariant hashes, verification by single peaks);
A. Wang, "An industrial-strength audio search algorithm", ISMIR 2003 (peaks).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Stored beside the peaks; peaks of another version are not compared.
VERSION = 1
#: Samples a second that peaks are read from.
RATE = 11025
#: 93 ms: holds two periods of the lowest pitch below and still times a note to about 10 ms.
WINDOW = 1024
#: 23 ms.
HOP = 256
#: Hertz: below, the window can't tell pitches apart; above, lossy codecs at low rates leave nothing.
LOWEST, HIGHEST = 180.0, 5000.0
#: A peak is the largest value within so many hops and so many bins (0.19 s, 75 Hz) on each side.
_REACH_HOPS, _REACH_BINS = 8, 7
#: Peaks a second that are kept, the most prominent ones.
DENSITY = 40
#: Decibels by which a peak stands above the median of its moment's spectrum nearby: a click stands above nothing.
_PROMINENCE = 7.0
#: Decibels below full scale (a sine of amplitude 1 has 0) under which there is only hiss, and what lossy codecs make of it.
_FLOOR = -80.0
#: Decibels below the loudest peak within two seconds under which a peak is codec or room noise.
_RANGE = 55.0

#: Reference seconds for each query second that are looked for: 0.9 to 1.1 times the speed and its inverse, and a margin.
SPEED_RANGE = (0.87, 1.15)
#: Seconds from a triple's first peak to its last. Short ones are many and say little about speed; long ones get lost.
_SHORTEST, _LONGEST = 0.25, 1.8
#: Octaves from a triple's first peak to the others.
_OCTAVES = 1.0
#: Of the peaks that follow a peak, so many (the strongest) join it in triples of works ...
_PARTNERS_STORED = 6
#: ... and so many in triples of a query, which must contain what survives of the former.
_PARTNERS_ASKED = 9
#: Sides of the hash's cells: octaves, octaves, ratio of times, octaves of absolute pitch, octaves of duration.
_CELLS = np.array([1 / 24, 1 / 24, 1 / 16, 0.5, 0.45])
#: How far a value may lie from what was stored, in the same units; beyond the cell's edge the neighbour is asked as well.
#: Precision of a peak's pitch and time for the first three; ``SPEED_RANGE`` (log2 1.15 = 0.2) for the other two.
_TOLERANCES = np.array([0.012, 0.012, 0.02, 0.21, 0.21])
_OFFSETS = np.array([_OCTAVES, _OCTAVES, 0.0, -7.0, 4.0])
_SIZES = np.array([64, 64, 20, 16, 16], np.int64)


@dataclass(frozen=True, slots=True)
class Peaks:
    """Peaks in order of time: ``seconds`` and ``pitch`` (log2 of hertz), ``strength`` (decibels above the surroundings).

    Each is (n,) float32.
    """

    seconds: NDArray[np.float32]
    pitch: NDArray[np.float32]
    strength: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.seconds.size)

    @classmethod
    def empty(cls) -> "Peaks":
        none = np.empty(0, np.float32)
        return cls(none, none, none)

    @classmethod
    def joined(cls, parts: list["Peaks"]) -> "Peaks":
        if not parts:
            return cls.empty()
        seconds = np.concatenate([part.seconds for part in parts])
        order = np.argsort(seconds, kind="stable")
        return cls(
            seconds[order],
            np.concatenate([part.pitch for part in parts])[order],
            np.concatenate([part.strength for part in parts])[order],
        )

    def part(self, begin: int, end: int) -> "Peaks":
        return Peaks(self.seconds[begin:end], self.pitch[begin:end], self.strength[begin:end])


@dataclass(frozen=True, slots=True)
class Triples:
    """``hashes`` (n,) int64 and, for each, the indices (n, 3) int32 of its peaks. A query has several hashes a triple."""

    hashes: NDArray[np.int64]
    peaks: NDArray[np.int32]


def find_peaks(samples: NDArray[np.float32], *, begin: float = 0.0) -> Peaks:
    """Peaks of mono ``samples`` (n,) float32 at ``RATE``, the first of which lies at ``begin`` seconds.

    Times are refined between hops and pitches between bins by a parabola through the peak's neighbours (in decibels).
    """
    from scipy import ndimage  # here, since loading it costs half a second that audits without sound need not pay

    if samples.size < WINDOW:
        return Peaks.empty()
    level = _spectrogram(samples)
    lowest, highest = int(LOWEST * WINDOW / RATE), int(HIGHEST * WINDOW / RATE)
    footprint = (2 * _REACH_HOPS + 1, 2 * _REACH_BINS + 1)
    tops = level >= ndimage.maximum_filter(level, footprint, mode="constant", cval=-200.0)
    tops &= level > _FLOOR
    tops[:, :lowest] = False
    tops[:, highest:] = False
    hops, bins = np.nonzero(tops)
    if hops.size == 0:
        return Peaks.empty()
    height = level[hops, bins]
    rise = height - _surroundings(level, hops, bins)
    loudest = ndimage.maximum_filter1d(level[:, lowest:highest].max(axis=1), int(4 * RATE / HOP) | 1)
    kept = (rise > _PROMINENCE) & (height > loudest[hops] - _RANGE)
    hops, bins, rise = hops[kept], bins[kept], rise[kept]
    strongest = _densest(hops, rise)
    hops, bins, rise = hops[strongest], bins[strongest], rise[strongest]
    time = hops + _vertex(level, hops, bins, 0)
    hertz = (bins + _vertex(level, hops, bins, 1)) * RATE / WINDOW
    seconds = begin + (time * HOP) / RATE
    order = np.argsort(seconds, kind="stable")
    return Peaks(
        seconds[order].astype(np.float32), np.log2(hertz[order]).astype(np.float32), rise[order].astype(np.float32)
    )


def _spectrogram(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """(hops, bins) in decibels; row ``i`` is centred on sample ``i * HOP``; a sine of amplitude 1 has about 0 dB."""
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)  # Hann, periodic
    padded = np.pad(samples.astype(np.float32), WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * window, axis=1)) / (window.sum() / 2)
    return np.asarray(20 * np.log10(power + 1e-10), np.float32)


def _surroundings(level: NDArray[np.float32], hops: NDArray[np.int64], bins: NDArray[np.int64]) -> NDArray[np.float32]:
    """The median level of the bins around each peak (about 320 Hz to each side) at its moment."""
    reach = 30
    padded = np.pad(level, ((0, 0), (reach, reach)), mode="reflect")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)[hops, bins]
    return np.asarray(np.median(around, axis=1), np.float32)


def _densest(hops: NDArray[np.int64], rise: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which peaks are among the ``DENSITY`` most prominent ones of the second around them."""
    order = np.argsort(hops, kind="stable")
    half = RATE / HOP / 2
    begins = np.searchsorted(hops[order], hops - half)
    ends = np.searchsorted(hops[order], hops + half)
    sorted_rise = rise[order]
    kept = np.empty(hops.size, bool)
    for index, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        kept[index] = np.count_nonzero(sorted_rise[begin:end] > rise[index]) < DENSITY
    return kept


def _vertex(
    level: NDArray[np.float32], hops: NDArray[np.int64], bins: NDArray[np.int64], axis: int
) -> NDArray[np.float64]:
    """Where the parabola through a peak and its two neighbours has its top, -0.5..0.5 from the peak."""
    padded = np.pad(level, 1, mode="edge")
    one, two = (padded[hops, bins + 1], padded[hops + 2, bins + 1]) if axis == 0 else (
        padded[hops + 1, bins], padded[hops + 1, bins + 2])  # fmt: skip
    middle = level[hops, bins]
    curve = (one - 2 * middle + two).astype(np.float64)
    shift = np.divide(0.5 * (one - two), curve, out=np.zeros_like(curve), where=curve < -1e-6)
    return np.asarray(np.clip(shift, -0.5, 0.5), np.float64)


def _shapes(peaks: Peaks, partners: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float64]]]:
    """For runs of first peaks: indices (n, 3) of triples and their values (n, 5) in units of ``_CELLS``."""
    count = len(peaks)
    times, pitch = peaks.seconds.astype(np.float64), peaks.pitch.astype(np.float64)
    chosen = np.full((count, partners), -1, np.int32)
    ends = np.searchsorted(times, times + _LONGEST, side="right")
    for first in range(count):
        zone = np.arange(first + 1, ends[first])
        zone = zone[(np.abs(pitch[zone] - pitch[first]) < _OCTAVES) & (times[zone] - times[first] > 0.04)]
        if zone.size > partners:
            zone = np.sort(zone[np.argsort(-peaks.strength[zone], kind="stable")[:partners]])
        chosen[first, : zone.size] = zone
    ones, twos = np.triu_indices(partners, 1)
    for begin in range(0, count, 4096):
        some = chosen[begin : begin + 4096]
        triples = np.stack(
            [
                np.broadcast_to(np.arange(begin, begin + len(some))[:, None], (len(some), ones.size)),
                some[:, ones],
                some[:, twos],
            ],
            axis=2,
        ).reshape(-1, 3)
        triples = triples[triples[:, 2] >= 0]
        a, b, c = triples.T
        span = times[c] - times[a]
        good = (span > _SHORTEST) & (times[c] - times[b] > 0.04)
        a, b, c, span = a[good], b[good], c[good], span[good]
        values = np.stack(
            [pitch[b] - pitch[a], pitch[c] - pitch[a], (times[b] - times[a]) / span, pitch[a], np.log2(span)], axis=1
        )
        yield triples[good].astype(np.int32), (values + _OFFSETS) / _CELLS


def _packed(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    code = np.zeros(len(cells), np.int64)
    for column, size in enumerate(_SIZES):
        code = code * size + np.clip(cells[:, column], 0, size - 1)
    return code


def stored_triples(peaks: Peaks) -> Triples:
    """The triples of a work, one hash each, as a library keeps them."""
    parts = [(index, _packed(np.floor(values).astype(np.int64))) for index, values in _shapes(peaks, _PARTNERS_STORED)]
    if not parts:
        return Triples(np.empty(0, np.int64), np.empty((0, 3), np.int32))
    return Triples(np.concatenate([codes for _, codes in parts]), np.concatenate([index for index, _ in parts]))


def asked_triples(peaks: Peaks) -> Triples:
    """The triples of a query: each with the hash of every cell that its stored twin may have fallen into."""
    hashes, owners = [], []
    tolerance = _TOLERANCES / _CELLS
    for index, values in _shapes(peaks, _PARTNERS_ASKED):
        cells = np.floor(values)
        inside = values - cells
        step = np.where(inside < tolerance, -1, np.where(inside > 1 - tolerance, 1, 0)).astype(np.int64)
        variants, rows = cells.astype(np.int64), np.arange(len(cells))
        for column in range(len(_CELLS)):
            near = np.flatnonzero(step[rows, column])
            moved = variants[near].copy()
            moved[:, column] += step[rows[near], column]
            variants, rows = np.concatenate([variants, moved]), np.concatenate([rows, rows[near]])
        hashes.append(_packed(variants))
        owners.append(index[rows])
    if not hashes:
        return Triples(np.empty(0, np.int64), np.empty((0, 3), np.int32))
    return Triples(np.concatenate(hashes), np.concatenate(owners))
