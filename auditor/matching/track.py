"""How well a film and a work agree, frame by frame along a time line, and whether what moves, moves alike.

Frames that merely resemble each other (another take of the same people in the same room) agree in what stands still and
disagree in what moves. So besides the agreement of the pictures, the agreement of their *changes* is measured: the
correlation of temporal differences inside the registered region.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.matching.lines import LAG, MIN_CHANGES, MOVES, Line
from auditor.matching.registration import Aligner, Registration, agreement, gray, paired_correlation
from auditor.media import Frame, Interval

#: A frame belongs to a segment if it agrees at least this well, and this well relative to the segment's best quarter.
AGREES, AGREES_RELATIVE = 0.4, 0.65
#: Seconds of disagreement within a segment that are bridged: a flash, a dropped frame.
_BRIDGE = 0.25
#: Seconds by which a line may leave the reference before its frames count as outside.
_SLACK = 0.1


@dataclass(frozen=True, slots=True)
class Track:
    """Agreement of each query frame with the reference frame of its moment.

    ``times`` (n,) seconds; ``agreement`` (n,) -1..1; ``change`` (n,) the correlation of the changes that follow each frame,
    ``moved`` (n,) the grey levels by which it changes (0 where nothing follows).
    """

    times: NDArray[np.float64]
    agreement: NDArray[np.float32]
    change: NDArray[np.float32]
    moved: NDArray[np.float32]

    @classmethod
    def along(
        cls, frames: Sequence[Frame], references: Sequence[Frame], registration: Registration, line: Line
    ) -> "Track":
        """Compare ``frames`` with the ``references`` that ``line`` names, under one registration."""
        aligner = Aligner(registration)
        left = np.stack([aligner.query(gray(frame.pixels)) for frame in frames])
        moments = [frame.seconds for frame in references]
        indices = [nearest(moments, line.at(frame.seconds)) for frame in frames]
        warped = {index: aligner.reference(gray(references[index].pixels)) for index in set(indices)}
        right = np.stack([warped[index] for index in indices])
        times = np.array([frame.seconds for frame in frames])
        shown = np.array([line.at(seconds) for seconds in times])
        outside = (shown < moments[0] - _SLACK) | (shown > moments[-1] + _SLACK)
        return cls.of(times, left, right, aligner.cells, outside)

    @classmethod
    def of(
        cls,
        times: NDArray[np.float64],
        left: NDArray[np.float32],
        right: NDArray[np.float32],
        cells: NDArray[np.intp],
        outside: NDArray[np.bool_],
    ) -> "Track":
        """From pictures already laid over each other: ``left`` and ``right`` (n, p) grey levels of the same pixels."""
        agrees = agreement(left, right, cells)
        agrees[outside] = 0
        change, moved = np.zeros(len(times), np.float32), np.zeros(len(times), np.float32)
        later = np.searchsorted(times, times + LAG - 1e-3)
        rows = np.flatnonzero(later < len(times))
        if len(rows):
            one, other = left[later[rows]] - left[rows], right[later[rows]] - right[rows]
            moved[rows] = np.minimum(np.abs(one).mean(axis=1), np.abs(other).mean(axis=1))
            change[rows] = paired_correlation(one, other)
        return cls(times, agrees, change, moved)

    @property
    def step(self) -> float:
        """Median seconds between compared frames."""
        return float(np.median(np.diff(self.times))) if len(self.times) > 1 else 0.0

    def segment(self, start: float, end: float) -> Interval | None:
        """The stretch around ``start`` to ``end`` in which frames agree; short dips are bridged."""
        core = (self.times >= start - 0.3) & (self.times <= end + 0.3)
        if not core.any():
            return None
        return self.run(start, end, max(AGREES, AGREES_RELATIVE * float(np.percentile(self.agreement[core], 75))))

    def run(self, start: float, end: float, level: float) -> Interval | None:
        """The run of frames at ``level`` or above that overlaps ``start`` to ``end`` most."""
        good = np.flatnonzero(self.agreement >= level)
        if not len(good):
            return None
        allowed = max(2, round(_BRIDGE / self.step)) if self.step else 2
        runs = np.split(good, np.flatnonzero(np.diff(good) > allowed) + 1)
        overlap = [min(end, self.times[run[-1]]) - max(start, self.times[run[0]]) for run in runs]
        run = runs[int(np.argmax(overlap))]
        return Interval(float(self.times[run[0]]), float(self.times[run[-1]]) + self.step)

    def median(self, bounds: Interval) -> float:
        """Median agreement inside ``bounds``, -1..1; 0 if no frame lies there."""
        inside = (self.times >= bounds.start - 1e-6) & (self.times <= bounds.end)
        return float(np.median(self.agreement[inside])) if inside.any() else 0.0

    def motion(self, bounds: Interval) -> float | None:
        """Median agreement of changes inside ``bounds``, -1..1; ``None`` where too little moves to tell."""
        inside = (self.times >= bounds.start - 1e-6) & (self.times + LAG < bounds.end + 1e-6) & (self.moved > MOVES)
        return float(np.median(self.change[inside])) if inside.sum() >= MIN_CHANGES else None

    def curve(self) -> tuple[tuple[float, float], ...]:
        """(query seconds, agreement 0..1) of each compared frame."""
        return tuple((float(t), max(0.0, float(a))) for t, a in zip(self.times, self.agreement, strict=True))


def nearest(moments: Sequence[float], seconds: float) -> int:
    """The position in ascending ``moments`` that lies nearest."""
    right = bisect.bisect_left(moments, seconds)
    if right == 0:
        return 0
    if right == len(moments):
        return right - 1
    return right if moments[right] - seconds < seconds - moments[right - 1] else right - 1
