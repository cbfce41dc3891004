"""Counts of a screening while it runs. Seconds of film; nothing here claims more than it counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """At ``at`` seconds of the film: how many viewers have come so far, and how many are on their way there still.

    Of those who are under way nobody knows whether they will come: the share that reached this moment lies between
    ``reached`` and ``reached + under_way`` of all."""

    at: float
    reached: int
    under_way: int


def watch_through(furthest: Iterable[tuple[float, bool]], duration: float, *, steps: int = 60) -> tuple[Reach, ...]:
    """How far viewers came, at ``steps + 1`` moments from the film's start to its end. ``furthest`` holds for each viewer
    the latest moment that they reached, and whether they are still watching. Raises ``ValueError`` for no film or no
    step."""
    if duration <= 0 or steps < 1:
        raise ValueError(f"a film lasts more than {duration!r} s, and a curve has more than {steps} steps")
    places: Counter[tuple[int, bool]] = Counter()
    for moment, watching in furthest:
        # the small addition keeps a moment that lies on a step, computed in binary fractions, from falling before it
        place = int(min(max(moment, 0.0), duration) / duration * steps + 1e-9)
        places[place, watching and place < steps] += 1
    reached, here = sum(places.values()), 0
    curve = []
    for step in range(steps + 1):
        curve.append(Reach(duration * step / steps, reached, here))
        reached -= places[step, True] + places[step, False]
        here += places[step, True]
    return tuple(curve)


@dataclass(frozen=True, slots=True)
class Bin:
    """How often something happened in a stretch of the film."""

    start: float
    end: float
    count: int


def binned(moments: Iterable[float], duration: float, *, bins: int = 60) -> tuple[Bin, ...]:
    """Moments of the film counted in ``bins`` equal stretches; the film's last moment belongs to the last. Raises
    ``ValueError`` for no film or no stretch."""
    if duration <= 0 or bins < 1:
        raise ValueError(f"a film lasts more than {duration!r} s, and is counted in more than {bins} stretches")
    found = Counter(min(bins - 1, int(min(max(at, 0.0), duration) / duration * bins + 1e-9)) for at in moments)
    return tuple(Bin(duration * n / bins, duration * (n + 1) / bins, found[n]) for n in range(bins))


def busiest(bins: Sequence[Bin], *, most: int = 3) -> tuple[Bin, ...]:
    """The stretches with the most, those with none left out; the earlier of equals first."""
    return tuple(sorted((one for one in bins if one.count), key=lambda one: (-one.count, one.start))[:most])
