"""Estimates that carry their uncertainty: shares, rates, medians and means, each with an interval, its size and its method.

>>> proportion(7, 20).said()
'35 % [18, 57], n = 20'

Every interval is of confidence ``level`` (0.95 unless told otherwise) and of fixed size: it promises its coverage when it is
looked at once. What is looked at while a screening runs has its own module (``comparison``).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy

from generator.proportions import wilson

#: Confidence of what is shown, unless told otherwise.
LEVEL = 0.95
#: Below this many people a figure is shown with the words "few viewers": Wilson's interval is then wider than 40 points
#: around a half, and says little more than that nobody knows.
FEW = 20

Unit = Literal["share", "per minute", "number"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and what it is worth. ``n`` counts people (not events); ``low`` to ``high`` is the interval of ``level``.

    ``value`` is ``None`` where nobody could be counted: the interval is then everything that is possible."""

    value: float | None
    low: float
    high: float
    n: int
    method: str
    unit: Unit = "number"
    level: float = LEVEL

    @property
    def few(self) -> bool:
        return self.n < FEW

    def said(self) -> str:
        """``35 % [18, 57], n = 20``; figures of another unit with two decimals."""
        if self.value is None:
            return "nobody yet, n = 0"
        if self.unit == "share":
            return f"{self.value * 100:.0f} % [{self.low * 100:.0f}, {self.high * 100:.0f}], n = {self.n}"
        unit = " a minute" if self.unit == "per minute" else ""
        high = "∞" if math.isinf(self.high) else f"{self.high:.2f}"
        return f"{self.value:.2f}{unit} [{self.low:.2f}, {high}], n = {self.n}"

    def as_dict(self) -> dict[str, Any]:
        """For records: no infinity, which JSON does not know (``None``: no bound)."""
        return {
            "value": _figure(self.value),
            "low": _figure(self.low),
            "high": _figure(self.high),
            "n": self.n,
            "method": self.method,
            "unit": self.unit,
            "level": self.level,
            "few": self.few,
            "said": self.said(),
        }


def _figure(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(float(value), 6)


def proportion(successes: int, n: int, *, level: float = LEVEL) -> Estimate:
    """A share by Wilson's score interval (Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22, 1927), which Brown, Cai and DasGupta (Statistical Science 16, 2001) recommend for small ``n``. Its coverage is
    the level on average over the true share, and a few points below it for single ones."""
    _counts(successes, n)
    if n == 0:
        return Estimate(None, 0.0, 1.0, 0, "Wilson", "share", level)
    low, high = wilson(successes, n, float(scipy.stats.norm.ppf((1 + level) / 2)))
    return Estimate(successes / n, low, high, n, "Wilson", "share", level)


def proportion_exact(successes: int, n: int, *, level: float = LEVEL) -> Estimate:
    """A share by Clopper and Pearson (Biometrika 26, 1934): never covers less than the level, and is wider for it."""
    _counts(successes, n)
    if n == 0:
        return Estimate(None, 0.0, 1.0, 0, "Clopper–Pearson", "share", level)
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(scipy.stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(scipy.stats.beta.ppf(1 - tail, successes + 1, n - successes))
    return Estimate(successes / n, low, high, n, "Clopper–Pearson", "share", level)


def _counts(successes: int, n: int) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no share: count between 0 and n")


def rate(count: int, minutes: float, *, people: int, level: float = LEVEL) -> Estimate:
    """Events per minute that happen at most once a person, or independently: Garwood's exact interval for a Poisson count
    (Biometrika 28, 1936)."""
    if count < 0 or minutes < 0 or not math.isfinite(minutes):
        raise ValueError(f"{count} events in {minutes} minutes is no rate: both are at least 0 and finite")
    if minutes == 0:
        return Estimate(None, 0.0, math.inf, 0, "Garwood", "per minute", level)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(scipy.stats.chi2.ppf(tail, 2 * count)) / 2
    high = float(scipy.stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2
    return Estimate(count / minutes, low / minutes, high / minutes, people, "Garwood", "per minute", level)


def rate_clustered(counts: Sequence[int], minutes: Sequence[float], *, level: float = LEVEL) -> Estimate:
    """Events per viewer-minute where one viewer's come together: ``counts[i]`` in ``minutes[i]`` of viewer ``i``.

    A ratio of totals with the variance between viewers (the linearised ratio estimator, Cochran, "Sampling techniques", 3rd
    ed., 6.3), with the jackknife's n/(n-1), on the logarithmic scale with Student's t of as many degrees of freedom as there
    are viewers *with* an event less one: those few carry what is known. With fewer than five of them Garwood's interval for
    the number of such viewers stands in, stretched by their events each: wide, and the most that few people support.
    """
    if len(counts) != len(minutes):
        raise ValueError(f"{len(counts)} counts but {len(minutes)} exposures: one of each a viewer")
    seen = [(int(count), float(time)) for count, time in zip(counts, minutes, strict=True) if time > 0]
    total, exposure, n = sum(count for count, _ in seen), sum(time for _, time in seen), len(seen)
    if n == 0:
        return Estimate(None, 0.0, math.inf, 0, "cluster-robust", "per minute", level)
    carrying = sum(1 for count, _ in seen if count)
    found = total / exposure
    if carrying < 5 or n < 6:
        alone = rate(carrying, exposure, people=n, level=level)
        each = max(1.0, total / carrying if carrying else 1.0)
        return Estimate(found, alone.low, alone.high * each, n, "Garwood over viewers", "per minute", level)
    residuals = np.asarray([count - found * time for count, time in seen])
    variance = n / (n - 1) * float(np.sum(residuals**2)) / exposure**2
    spread = math.sqrt(variance) / found
    reach = float(scipy.stats.t.ppf((1 + level) / 2, carrying - 1)) * spread
    return Estimate(
        found, found * math.exp(-reach), found * math.exp(reach), n, "cluster-robust, by viewer", "per minute", level
    )


def median(values: Iterable[float], *, level: float = LEVEL) -> Estimate:
    """The median with the order-statistic interval: exact for any continuous law, at least the level for any other (David
    and Nagaraja, "Order statistics", 3rd ed., 7.1). Too few values for the level give everything between the extremes and
    say so in the method."""
    ordered = sorted(float(value) for value in values)
    n = len(ordered)
    if n == 0:
        return Estimate(None, -math.inf, math.inf, 0, "order statistics", "number", level)
    middle = float(np.median(ordered))
    rank = int(scipy.stats.binom.ppf((1 - level) / 2, n, 0.5))
    # The rank-th smallest covers with probability 1 - 2 P(B < rank); one lower where that is short of the level.
    while rank > 0 and 1 - 2 * float(scipy.stats.binom.cdf(rank - 1, n, 0.5)) < level:
        rank -= 1
    if rank == 0:
        return Estimate(middle, -math.inf, math.inf, n, "order statistics (too few for bounds)", "number", level)
    return Estimate(middle, ordered[rank - 1], ordered[n - rank], n, "order statistics", "number", level)


def mean(values: Iterable[float], *, lowest: float, highest: float, level: float = LEVEL) -> Estimate:
    """The mean of values between ``lowest`` and ``highest``, by betting (``betting.bounds``): covers at least the level
    at any size and for any law on those bounds, where Student's t misses for skewed shares and few people."""
    from generator.audience.betting import bounds

    given = [float(value) for value in values]
    if not lowest < highest:
        raise ValueError(f"{lowest} to {highest} is no range: the lowest comes first")
    unit: Unit = "share" if (lowest, highest) == (0.0, 1.0) else "number"
    if not given:
        return Estimate(None, lowest, highest, 0, "betting", unit, level)
    if min(given) < lowest or max(given) > highest:
        raise ValueError(f"a value lies outside {lowest} to {highest}: say the range that they can take")
    width = highest - lowest
    low, high = bounds([(value - lowest) / width for value in given], alpha=1 - level)
    return Estimate(
        float(np.mean(given)), lowest + width * low, lowest + width * high, len(given), "betting", unit, level
    )


def difference(first: tuple[int, int], second: tuple[int, int], *, level: float = LEVEL) -> Estimate:
    """How much larger the first share is than the second, each as ``(successes, n)``: Newcombe's hybrid of two Wilson
    intervals (Statistics in Medicine 17, 1998, method 10). ``n`` is the smaller of the two."""
    one, other = proportion(*first, level=level), proportion(*second, level=level)
    n = min(first[1], second[1])
    if one.value is None or other.value is None:
        return Estimate(None, -1.0, 1.0, n, "Newcombe", "share", level)
    found = one.value - other.value
    low = found - math.hypot(one.value - one.low, other.high - other.value)
    high = found + math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(found, max(-1.0, low), min(1.0, high), n, "Newcombe", "share", level)


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values (q) in the order given: calling everything with q <= 0.05 a finding, at most 5 % of the findings are
    wrong on average (Benjamini and Hochberg, JRSS B 57, 1995), for tests that are independent or positively dependent."""
    if any(not 0 <= p <= 1 for p in p_values):
        raise ValueError("a p-value lies between 0 and 1")
    count = len(p_values)
    order = sorted(range(count), key=lambda place: p_values[place])
    adjusted, least = [1.0] * count, 1.0
    for rank in range(count, 0, -1):
        place = order[rank - 1]
        least = min(least, p_values[place] * count / rank)
        adjusted[place] = least
    return adjusted
