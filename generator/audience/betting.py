"""Bounds and evidence by betting: valid at every size at once, so that looking early and often fools nobody.

Somebody who starts with 1 and bets on each next value, at odds that are fair if the mean is ``m``, owns more than
``1/alpha`` at *any* time with probability at most ``alpha`` if ``m`` is the truth (Ville 1939). What they own is an e-value
against ``m``; the means against which nobody got rich are a confidence sequence (Waudby-Smith and Ramdas, "Estimating means
of bounded random variables by betting", JRSS B 86, 2024; e-values: Ramdas, Grünwald, Vovk and Shafer, Statistical Science
38, 2023).

The bets here are a fixed mixture: the fortune is divided once among gamblers who each stake the same share of what they
own at every step (as in Cover's universal portfolio, Mathematical Finance 1, 1991). A mixture of fair games is fair, the
order of the values plays no part in what is owned, and no variance has to be guessed.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: What share of the largest allowed stake each gambler bets, up and down: small for small differences, large for few values.
STAKES = np.array([0.01, 0.02, 0.04, 0.07, 0.11, 0.17, 0.25, 0.35, 0.47, 0.6, 0.75, 0.9])
#: Means that are tried; bounds are widened by one step so that the grid takes nothing away.
_STEPS = 2000


def log_fortunes(values: Sequence[float], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm of the e-value against each of ``means`` (strictly between 0 and 1) after ``values`` in [0, 1]."""
    given = np.asarray(values, np.float64)
    if given.size and (not np.all(np.isfinite(given)) or given.min() < 0 or given.max() > 1):
        raise ValueError("values between 0 and 1 can be bet on, and no others: scale them first")
    distinct, counts = np.unique(given, return_counts=True)
    gains = np.zeros((2 * len(STAKES), len(means)))
    for value, count in zip(distinct, counts, strict=True):
        up = np.log1p(STAKES[:, None] / means[None] * (value - means)[None])
        down = np.log1p(-STAKES[:, None] / (1 - means)[None] * (value - means)[None])
        gains += count * np.concatenate([up, down])
    highest = gains.max(axis=0)
    return np.asarray(highest + np.log(np.mean(np.exp(gains - highest), axis=0)), np.float64)


def evidence(values: Sequence[float], *, against: float) -> float:
    """The e-value against the mean ``against``: 1 is nothing, 20 is what 5 % asks for, whenever it is looked at."""
    logged = float(log_fortunes(values, np.array([against]))[0])
    return math.exp(min(logged, 700.0))


def evidence_path(values: Sequence[float], *, against: float) -> NDArray[np.float64]:
    """The e-value after each of ``values``, in their order: what somebody saw who looked after every one."""
    given = np.asarray(values, np.float64)
    up = np.log1p(STAKES[:, None] / against * (given - against)[None])
    down = np.log1p(-STAKES[:, None] / (1 - against) * (given - against)[None])
    gains = np.cumsum(np.concatenate([up, down]), axis=1)
    return np.asarray(np.mean(np.exp(np.minimum(gains, 700.0)), axis=0), np.float64)


def bounds(values: Sequence[float], *, alpha: float) -> tuple[float, float]:
    """The means between 0 and 1 that ``values`` leave standing: a confidence sequence of level ``1 - alpha``, seen at its
    last moment. Without values, everything."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha {alpha} is no error rate: it lies between 0 and 1")
    if not len(values):
        return 0.0, 1.0
    means = (np.arange(_STEPS) + 0.5) / _STEPS
    standing = np.flatnonzero(log_fortunes(values, means) < math.log(1 / alpha))
    if not len(standing):  # between two means of the grid
        middle = float(np.mean(values))
        return max(0.0, middle - 1 / _STEPS), min(1.0, middle + 1 / _STEPS)
    low = 0.0 if standing[0] == 0 else float(means[standing[0] - 1])
    high = 1.0 if standing[-1] == _STEPS - 1 else float(means[standing[-1] + 1])
    return low, high


def growth(values: Sequence[float], *, against: float) -> float:
    """How much the logarithm of the best gambler's fortune grows a value, if what comes is like what came: at least 0."""
    given = np.asarray(values, np.float64)
    if not given.size:
        return 0.0
    stakes = np.concatenate([STAKES / against, -STAKES / (1 - against)])
    return max(0.0, float(np.max(np.mean(np.log1p(stakes[:, None] * (given - against)[None]), axis=1))))
