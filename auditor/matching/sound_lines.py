"""Is it the same sound along this line? Peaks counted against chance.

A line says which moment of the work sounds at which moment of the query (offset and speed) and by how much the pitch
differs. Along it every peak of the query predicts a peak of the work. Two hypotheses: chance puts a peak there with
probability ``p`` (how often the work, nearby, has a peak of that pitch, among its moments that have peaks at all); the same
sound does with ``p + present * (1 - p)``, for one of the shares in ``PRESENT``. A hit or a miss scores the logarithm of the
ratio of the two; a stretch scores their sum, less the logarithm of how many shares and directions were tried.

False alarms: were the peaks independent, a stretch that begins at a given peak would reach score S under chance with
probability at most exp(-S) (Ville's inequality for the product of likelihood ratios). They are not, since the peaks of one
note stand and fall together, so scores are multiplied by ``DEPENDENCE`` first. Among ``n`` peaks and ``m`` lines at most
``n * m * exp(-S)`` stretches are then expected; ``m`` counts every line that the library holds (each offset in steps of the
tolerance, each speed, each kind of pitch), not only those that were looked at, since these were chosen for their hits.
``DEPENDENCE`` is measured, not proven (docs/adr/0008-sound.md). What the model does not hold: two performances of one piece
to the same click track.

Sources: S. Karlin and S. Altschul, PNAS 87, 1990 (stretches of log-likelihood scores and their scale); A. Desolneux,
L. Moisan and J.-M. Morel, "Meaningful alignments", IJCV 40(1), 2000 (counting false alarms); J. Ville, 1939.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.fingerprints.landmarks import Peaks

#: Share of a query's peaks that the same sound leaves in place: under speech as loud as itself, under noise, untouched.
PRESENT = (0.25, 0.5, 0.85)
#: Seconds by which a peak may miss its predicted time: two hops, what a change of speed and noise move it.
TIME_TOLERANCE = 0.05
#: Octaves by which it may miss its pitch (0.8 %) ...
PITCH_TOLERANCE = 0.012
#: ... and hertz, for low pitches: a third of a bin of the spectrogram.
HERTZ_TOLERANCE = 3.5
#: Scores are multiplied by this, since the peaks of one note stand and fall together. On 21 unrelated queries (18 minutes
#: against 18 works; the hardest synthetic music on the same beat and grid of notes) 0.7 kept the promise of "false alarms"
#: above; lower is more careful.
DEPENDENCE = 0.5
#: Both directions are tried; what that costs.
LN2 = 0.693
#: Chance is measured over so many seconds of the work to each side.
_NEARBY = 10.0
#: Query seconds for which chance is measured at once.
_BLOCK = 10.0
#: A line grows from where it was found by at most so many steps, each of the length that it has by then.
_GROWTH = 24


@dataclass(frozen=True, slots=True)
class Line:
    """Query second ``t`` is reference second ``at + speed * (t - pivot)``; ``pitch`` is the query's over it, in octaves."""

    pivot: float
    at: float
    speed: float
    pitch: float

    def reference(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.at + self.speed * (seconds - self.pivot)

    def turned(self) -> "Line":
        """The same line with the query and the work in each other's place."""
        return Line(self.at, self.pivot, 1 / self.speed, -self.pitch)

    def inverse(self, seconds: float) -> float:
        return self.pivot + (seconds - self.at) / self.speed


@dataclass(frozen=True, slots=True)
class Stretch:
    """The best along a line: query seconds, score in nats, peaks ``matched`` of ``count``, and ``expected`` by chance."""

    line: Line
    start: float
    end: float
    score: float
    matched: int
    count: int
    expected: float


def hits(query: Peaks, reference: Peaks, line: Line) -> NDArray[np.int64]:
    """For each query peak the index of the reference peak nearest in time that it predicts, or -1."""
    times = line.reference(query.seconds.astype(np.float64))
    pitch = query.pitch.astype(np.float64) - line.pitch
    begins = np.searchsorted(reference.seconds, times - TIME_TOLERANCE)
    ends = np.searchsorted(reference.seconds, times + TIME_TOLERANCE, side="right")
    found = np.full(len(query), -1, np.int64)
    nearest = np.full(len(query), np.inf)
    tolerance = pitch_tolerance(pitch)
    for step in range(int((ends - begins).max(initial=0))):
        index = np.minimum(begins + step, len(reference) - 1)
        away = np.abs(reference.seconds[index] - times)
        close = (begins + step < ends) & (np.abs(reference.pitch[index] - pitch) <= tolerance) & (away < nearest)
        found[close], nearest[close] = index[close], away[close]
    return found


def pitch_tolerance(pitch: NDArray[np.float64]) -> NDArray[np.float64]:
    """Octaves within which two pitches (log2 of hertz) are the same."""
    return np.asarray(np.maximum(PITCH_TOLERANCE, np.log2(1 + HERTZ_TOLERANCE / np.exp2(pitch))), np.float64)


def chances(query: Peaks, reference: Peaks, line: Line) -> NDArray[np.float64]:
    """For each query peak the probability, 0.005..0.9, that chance puts a reference peak where it predicts one."""
    chance = np.full(len(query), 0.9)
    blocks = (query.seconds / _BLOCK).astype(np.int64)
    for block in np.unique(blocks):
        mine = np.flatnonzero(blocks == block)
        times = line.reference(query.seconds[mine].astype(np.float64))
        begin, end = np.searchsorted(reference.seconds, [times[0] - _NEARBY, times[-1] + _NEARBY])
        if end - begin < 2:
            continue
        moments = (reference.seconds[begin:end] / (2 * TIME_TOLERANCE)).astype(np.int64)
        occupied = max(20, np.unique(moments).size)
        sorted_pitch = np.sort(reference.pitch[begin:end])
        pitch = query.pitch[mine].astype(np.float64) - line.pitch
        tolerance = pitch_tolerance(pitch)
        narrow, wide = (
            np.searchsorted(sorted_pitch, pitch + factor * tolerance, side="right")
            - np.searchsorted(sorted_pitch, pitch - factor * tolerance)
            for factor in (1.0, 4.0)
        )
        chance[mine] = (np.maximum(narrow, wide / 4) + 1) / occupied
    return np.asarray(np.clip(chance, 0.005, 0.9), np.float64)


def best_stretch(query: Peaks, reference: Peaks, line: Line) -> Stretch | None:
    """The stretch of ``query`` along ``line`` with the highest score, ``None`` if none is above 0.

    Counted both ways: the query's peaks in the work, and the work's in the query, which tells more where noise or a voice
    adds peaks to the query. The better one counts, at the price of the logarithm of 2.
    """
    if not len(query) or not len(reference):
        return None
    ends = line.reference(query.seconds[[0, -1]].astype(np.float64))
    forth = _one_way(query, reference, line)
    back = _one_way(between(reference, float(ends[0]), float(ends[1])), query, line.turned())
    if back is not None:
        start, end = (line.inverse(seconds) for seconds in (back.start, back.end))
        back = replace(back, line=line, start=start, end=end)
    best = max((way for way in (forth, back) if way is not None), key=lambda way: way.score, default=None)
    return None if best is None or best.score <= LN2 else replace(best, score=best.score - LN2)


def _one_way(query: Peaks, reference: Peaks, line: Line) -> Stretch | None:
    if not len(query) or not len(reference):
        return None
    hit = hits(query, reference, line) >= 0
    chance = chances(query, reference, line)
    best = (0.0, 0, 0)
    for share in PRESENT:
        present = chance + share * (1 - chance)
        each = np.where(hit, np.log(present / chance), np.log((1 - present) / (1 - chance)))
        total = np.concatenate([[0.0], np.cumsum(each)]) * DEPENDENCE
        lowest = np.minimum.accumulate(total)
        last = int(np.argmax(total - lowest))
        score = float(total[last] - lowest[last] - np.log(len(PRESENT)))
        best = max(best, (score, int(np.argmin(total[: last + 1])), last))
    score, first, last = best
    if score <= 0:
        return None
    run = np.arange(first, last)
    matched = run[hit[run]]
    return Stretch(
        line, float(query.seconds[matched[0]]), float(query.seconds[matched[-1]]), score, matched.size, run.size,
        float(chance[run].sum()),
    )  # fmt: skip


def refit(query: Peaks, reference: Peaks, line: Line) -> Line:
    """The line through the peaks that agree with ``line``, by least squares; unchanged where fewer than 6 do."""
    found = hits(query, reference, line)
    mine = np.flatnonzero(found >= 0)
    if mine.size < 6:
        return line
    theirs = found[mine]
    times = query.seconds[mine].astype(np.float64) - line.pivot
    target = reference.seconds[theirs].astype(np.float64)
    pitch = float(np.median(query.pitch[mine].astype(np.float64) - reference.pitch[theirs]))
    if np.ptp(times) < 1.0:
        return replace(line, at=float(np.median(target - line.speed * times)), pitch=pitch)
    weight = 1 / (
        0.02 + np.abs(target - line.at - line.speed * times)
    )  # a step towards the median: outliers are chance hits
    speed, at = np.polyfit(times, target, 1, w=np.sqrt(weight))
    if abs(speed - line.speed) > 0.03:
        return line
    return Line(line.pivot, float(at), float(speed), pitch)


def grown(query: Peaks, reference: Peaks, line: Line, start: float, end: float) -> Stretch | None:
    """The best stretch along ``line``, found between ``start`` and ``end``, fitted and followed as far as it goes."""
    best = None
    for _ in range(_GROWTH):
        part = between(query, start, end)
        for _ in range(2):
            line = refit(part, reference, line)
        stretch = best_stretch(part, reference, line)
        if stretch is None:
            return best
        line = refit(between(query, stretch.start, stretch.end), reference, line)
        stretch = best_stretch(part, reference, line) or stretch
        if best is not None and stretch.score <= best.score + 0.5:
            return best if best.score >= stretch.score else stretch
        best = stretch
        reach = max(3.0, stretch.end - stretch.start)
        start, end = stretch.start - reach, stretch.end + reach
    return best


def between(peaks: Peaks, start: float, end: float) -> Peaks:
    """The peaks from ``start`` to ``end`` seconds."""
    begin, stop = np.searchsorted(peaks.seconds, [start, end + 1e-6])
    return peaks.part(int(begin), int(stop))
