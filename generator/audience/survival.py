"""How far into a film viewers come: the watch-through curve, with viewers who are still watching.

The curve's time is the film's own (seconds). A viewer who left is an event at the furthest moment that they reached by
playing; one who is still watching is *censored* there: they came at least so far. Who finished came to the end.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import scipy

from generator.audience.signals import Viewing
from generator.audience.statistics import LEVEL


@dataclass(frozen=True, slots=True)
class Step:
    """From ``at`` on (seconds) a ``share`` is left, between ``low`` and ``high``; ``at_risk`` had come so far."""

    at: float
    share: float
    low: float
    high: float
    at_risk: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The watch-through curve: a stair that begins at 1. ``n`` viewers, of whom ``left`` broke off, ``finished`` came to the
    end and ``running`` are on their way."""

    steps: tuple[Step, ...]
    n: int
    left: int
    finished: int
    running: int
    method: str = "Kaplan–Meier, Greenwood on log(-log)"
    level: float = LEVEL

    def at(self, moment: float) -> Step:
        """The step in force at ``moment``. Before anybody left everybody is there."""
        found = Step(0.0, 1.0, *_nobody_left(self.n, self.level), self.n)
        for step in self.steps:
            if step.at > moment:
                break
            found = step
        return found

    def as_dict(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "left": self.left,
            "finished": self.finished,
            "running": self.running,
            "method": self.method,
            "level": self.level,
            "steps": [
                [round(one.at, 3), round(one.share, 5), round(one.low, 5), round(one.high, 5), one.at_risk]
                for one in self.steps
            ],
        }


def _nobody_left(at_risk: int, level: float) -> tuple[float, float]:
    """Bounds of a share of 1: Clopper and Pearson's, since Greenwood's variance is 0 there and would promise certainty."""
    return (float(((1 - level) / 2) ** (1 / at_risk)) if at_risk else 0.0), 1.0


def watch_through(viewings: Sequence[Viewing], *, level: float = LEVEL) -> Curve:
    """The product-limit estimate (Kaplan and Meier, JASA 53, 1958) with pointwise intervals from Greenwood's variance on the
    scale log(-log S), which stay within 0 and 1 (Kalbfleisch and Prentice, "The statistical analysis of failure time data",
    2nd ed., 1.4). Where everybody left the share is 0 and its upper bound that of Clopper and Pearson with those who were
    at risk last. Censoring must not depend on how a viewer likes the film; being in the middle of it at the moment of asking
    does not.
    """
    came = [one for one in viewings if one.watched or one.finished or one.left_at is not None]
    moments: dict[float, list[int]] = {}
    for one in came:
        gone = one.left_at is not None and not one.finished
        at = min(one.furthest, one.duration) if not one.finished else one.duration
        pair = moments.setdefault(round(max(0.0, at), 3), [0, 0])
        pair[0 if gone else 1] += 1
    z = float(scipy.stats.norm.ppf((1 + level) / 2))
    at_risk, share, greenwood = len(came), 1.0, 0.0
    steps: list[Step] = []
    for at in sorted(moments):
        gone_here, others = moments[at]
        if gone_here:
            share *= 1 - gone_here / at_risk
            if at_risk > gone_here:
                greenwood += gone_here / (at_risk * (at_risk - gone_here))
                reach = z * math.sqrt(greenwood) / abs(math.log(share))
                low, high = share ** math.exp(reach), share ** math.exp(-reach)
            else:
                share, low, high = 0.0, 0.0, 1 - _nobody_left(at_risk, level)[0]
            steps.append(Step(at, share, low, high, at_risk))
        at_risk -= gone_here + others
    finished = sum(1 for one in came if one.finished)
    left = sum(1 for one in came if one.left_at is not None and not one.finished)
    return Curve(tuple(steps), len(came), left, finished, len(came) - finished - left, level=level)
