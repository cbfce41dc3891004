"""Time lines: which second of a work is shown at which second of the film, and at what speed.

A copy plays along a straight line: reference seconds = offset + rate * query seconds. The rate is 1 for an untouched copy,
2 for one played twice as fast, below zero for one that runs backwards.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.matching.registration import correlation, paired_correlation

#: Playing speeds that are recognised, as a factor either way.
FASTEST = 2.0
#: Neighbouring rates differ by this factor: over ten seconds a line of the wrong rate is then off by at most 0.25 s.
_RATE_STEP = 1.05
#: Another speed than the original's must explain this much more than equal speed does: static shots fit every line.
UNUSUAL_ADVANTAGE = 1.1
#: By how much more the changes must agree on a line of another speed than on one of equal speed.
_CLEARLY = 0.1
#: Offsets tried for equal speed, and seconds between them: what hardly moves is nearly as alike a little earlier or later.
_PEAKS, _PEAKS_APART = 4, 0.15
#: Seconds over which a change is measured: long enough to see people move, short enough that what moves stays in sight.
LAG = 0.2
#: Mean absolute grey levels by which compared frames must differ to tell anything about motion, and how many must.
MOVES, MIN_CHANGES = 1.0, 3
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


def _rates() -> NDArray[np.float64]:
    steps = int(np.ceil(np.log(FASTEST) / np.log(_RATE_STEP)))
    others = [_RATE_STEP ** (sign * step) for step in range(1, steps + 1) for sign in (1, -1)]
    return np.array([1.0, -1.0, *others, *(-rate for rate in others)])


#: The rates that are tried: equal speed, equal speed backwards, then others either way.
RATES = _rates()


def best_line(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    times: NDArray[np.float64],
    moments: NDArray[np.float64],
    tried: NDArray[np.float64],
) -> Line:
    """The line of one of the ``tried`` rates along which a film follows a work.

    ``left`` (q, p) are query frames at ``times``, ``right`` (r, p) reference frames at ``moments`` (seconds, ascending,
    evenly spread), grey levels of the same pixels. For each rate the offset is the one where frames are most alike; among
    rates, the one whose *changes* are most alike, since every line fits a picture at rest. Where nothing tells, equal
    speed.
    """
    rows = np.unique(np.round(np.linspace(0, len(times) - 1, min(_ROWS, len(times)))).astype(int))
    alike = correlation(left[rows], right)
    alike -= np.median(alike, axis=1, keepdims=True)
    lines = [line for rate in tried for line in _brightest(float(rate), alike, times[rows], moments)]
    agreeing = np.array([change_agreement(left, right, times, moments, line) for line in lines])
    best = int(np.argmax(agreeing))
    usual = [i for i, line in enumerate(lines) if line.rate == 1.0]
    plain = usual[int(np.argmax(agreeing[usual]))] if usual else best
    return lines[best] if agreeing[best] > agreeing[plain] + _CLEARLY else lines[plain]


def _brightest(
    rate: float, alike: NDArray[np.float32], seconds: NDArray[np.float64], moments: NDArray[np.float64]
) -> list[Line]:
    """The brightest lines of one rate, apart from each other; frames that fall off the reference are not alike."""
    step = float(np.median(np.diff(moments))) if len(moments) > 1 else 0.04
    shown = rate * seconds
    offsets = np.arange(moments[0] - shown.max(), moments[-1] - shown.min() + step, step / 2)
    wanted = offsets[:, None] + shown[None, :]
    inside = (wanted >= moments[0] - step) & (wanted <= moments[-1] + step)
    values = alike[np.arange(len(seconds))[None, :], _columns(moments, wanted)]
    scores = np.where(inside, values, 0).sum(axis=1)
    lines: list[Line] = []
    for _ in range(_PEAKS if abs(rate) == 1.0 else 1):
        plateau = np.flatnonzero(scores >= scores.max() - 1e-6)  # frames are discrete: take the middle
        offset = float(offsets[plateau[len(plateau) // 2]])
        lines.append(Line(rate, offset))
        scores = np.where(np.abs(offsets - offset) < _PEAKS_APART, -np.inf, scores)
        if not np.isfinite(scores.max()):
            break
    return lines


def change_agreement(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    times: NDArray[np.float64],
    moments: NDArray[np.float64],
    line: Line,
) -> float:
    """Median correlation of what changes along ``line``, -1..1; 0 where too little moves to tell.

    Arrays as for ``best_line``. Frames that fall off the reference count as not agreeing.
    """
    later = np.searchsorted(times, times + LAG - 1e-3)
    rows = np.flatnonzero(later < len(times))
    if len(rows) < MIN_CHANGES:
        return 0.0
    rows = rows[np.unique(np.round(np.linspace(0, len(rows) - 1, min(_ROWS, len(rows)))).astype(int))]
    at, after = line.offset + line.rate * times[rows], line.offset + line.rate * times[later[rows]]
    one, other = left[later[rows]] - left[rows], right[_columns(moments, after)] - right[_columns(moments, at)]
    on = (np.minimum(at, after) >= moments[0] - LAG) & (np.maximum(at, after) <= moments[-1] + LAG)
    moving = np.abs(one).mean(axis=1) > MOVES
    if moving.sum() < MIN_CHANGES:
        return 0.0
    return float(np.median(np.where(on, paired_correlation(one, other), 0)[moving]))


def _columns(moments: NDArray[np.float64], seconds: NDArray[np.float64]) -> NDArray[np.intp]:
    """The position in ascending ``moments`` nearest to each of ``seconds``."""
    if len(moments) == 1:
        return np.zeros(seconds.shape, np.intp)
    right = np.clip(np.searchsorted(moments, seconds), 1, len(moments) - 1)
    return np.asarray(np.where(moments[right] - seconds < seconds - moments[right - 1], right, right - 1), np.intp)


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
