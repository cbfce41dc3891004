"""Time lines: which second of a work is shown at which second of the film, and at what speed.

A copy plays along a straight line: reference seconds = offset + rate * query seconds. The rate is 1 for an untouched copy, 2 for
one played twice as fast, below zero for one that runs backwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Playing speeds that are recognised, as a factor either way.
FASTEST = 2.0
#: Neighbouring rates differ by this factor: over ten seconds a line of the wrong rate is then off by at most 0.25 s.
_RATE_STEP = 1.05
#: Another speed than the original's must explain this much more than equal speed does: static shots fit every line.
UNUSUAL_ADVANTAGE = 1.1
#: Query frames that a line is searched with; more find the same line.
_ROWS = 60
#: Seconds around a coarse line in which each frame's best counterpart is looked for, and rounds of the robust fit.
_REFINE_SECONDS, _REFINE_ROUNDS = 0.4, 4
#: A rate this close to 1 is 1: projectors, PAL transfers at 4 % and slow motion are all further away.
_PLAIN = 0.015


@dataclass(frozen=True, slots=True)
class Line:
    """``rate`` reference seconds pass in a query second (below zero: backwards); ``offset`` reference seconds at zero."""

    rate: float
    offset: float

    def at(self, seconds: float) -> float:
        """Reference seconds shown at this query second."""
        return self.offset + self.rate * seconds

    @property
    def is_plain(self) -> bool:
        """Whether it plays as the work itself does."""
        return abs(self.rate - 1) < _PLAIN

    def span(self, start: float, end: float) -> tuple[float, float]:
        """Reference seconds shown between two query seconds, the earlier first."""
        one, other = self.at(start), self.at(end)
        return min(one, other), max(one, other)


def rates() -> NDArray[np.float64]:
    """The rates that are tried, (n,) float64: equal speed, equal speed backwards, then others either way."""
    steps = int(np.ceil(np.log(FASTEST) / np.log(_RATE_STEP)))
    others = [_RATE_STEP ** (sign * step) for step in range(1, steps + 1) for sign in (1, -1)]
    return np.array([1.0, -1.0, *others, *(-rate for rate in others)])


def best_line(
    alike: NDArray[np.float32], times: NDArray[np.float64], moments: NDArray[np.float64], tried: NDArray[np.float64]
) -> Line:
    """The line of one of the ``tried`` rates along which a similarity matrix is brightest.

    ``alike`` is (q, r), query frames at ``times`` by reference frames at ``moments`` (seconds, ascending, evenly spread). What
    counts is how much more alike the frames on the line are than those frames are to the reference on average. Lines on
    which most query frames fall off the reference are no answer.
    """
    rows = np.unique(np.round(np.linspace(0, len(times) - 1, min(_ROWS, len(times)))).astype(int))
    centred, seconds = (alike - np.median(alike, axis=1, keepdims=True))[rows], times[rows]
    step = float(np.median(np.diff(moments))) if len(moments) > 1 else 0.04
    found: dict[float, tuple[float, Line]] = {}
    for rate in tried:
        shown = rate * seconds
        offsets = np.arange(moments[0] - shown.max(), moments[-1] - shown.min() + step, step / 2)
        columns = np.round((offsets[:, None] + shown[None, :] - moments[0]) / step).astype(int)
        inside = (columns >= 0) & (columns < len(moments))
        values = centred[np.arange(len(rows))[None, :], np.clip(columns, 0, len(moments) - 1)]
        scores = np.where(inside, values, 0).sum(axis=1) / len(rows)  # off the reference is not alike
        scores[inside.sum(axis=1) * 2 < len(rows)] = -np.inf
        plateau = np.flatnonzero(scores >= scores.max() - 1e-6)  # frames are discrete: take the middle
        found[float(rate)] = float(scores.max()), Line(float(rate), float(offsets[plateau[len(plateau) // 2]]))
    score, line = max(found.values(), key=lambda one: one[0])
    plain, plain_line = found.get(1.0, (-np.inf, line))
    return line if score > max(plain, 0.0) * UNUSUAL_ADVANTAGE + 0.01 else plain_line


def refined(alike: NDArray[np.float32], times: NDArray[np.float64], moments: NDArray[np.float64], line: Line) -> Line:
    """The line fitted to each frame's best counterpart near ``line``: weighted least squares, outliers left out.

    A frame counts by how far its best counterpart stands out among its neighbours, so frames of a still moment count
    little. Where nothing stands out, ``line`` itself is the answer.
    """
    seconds, shown, weights = [], [], []
    for row, moment in enumerate(times):
        near = np.flatnonzero(np.abs(moments - line.at(float(moment))) <= _REFINE_SECONDS)
        if len(near) < 3:
            continue
        values = alike[row, near]
        seconds.append(float(moment))
        shown.append(float(moments[near[int(np.argmax(values))]]))
        weights.append(float(values.max() - np.median(values)))
    if len(seconds) < 3 or max(weights) < 1e-3:
        return line
    at, to, weight = np.array(seconds), np.array(shown), np.array(weights)
    rate, offset = line.rate, line.offset
    for _ in range(_REFINE_ROUNDS):
        distance = np.abs(to - (offset + rate * at))
        kept = weight / (1 + (distance / 0.08) ** 2)  # Cauchy's weights: two frames at 25 a second
        middle = float((kept * at).sum() / kept.sum())
        spread = float((kept * (at - middle) ** 2).sum())
        height = float((kept * to).sum() / kept.sum())
        if spread > 1e-6 and at[-1] - at[0] > 0.8:
            rate = float((kept * (at - middle) * (to - height)).sum() / spread)
        offset = height - rate * middle
    if abs(rate - line.rate) > 0.12 * abs(line.rate):
        return line
    if abs(abs(rate) - 1) < _PLAIN:
        rate = 1.0 if rate > 0 else -1.0
        offset = float((kept * (to - rate * at)).sum() / kept.sum())
    return Line(rate, offset)
