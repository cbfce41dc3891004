"""Which of two cuts works better, asked while viewers are still coming: a test that peeking can't fool.

Viewers are taken in the order in which they *arrived*, of each arm the k-th with the k-th, up to the first who is still
watching. Each pair's difference is a value in [0, 1] whose mean is a half if the cuts do not differ; ``betting`` turns the
values into an e-value and a confidence sequence that hold at every moment at once. The order of arrival matters: those who
leave early are *known* early, so counting outcomes as they become known would favour the shorter cut.

A safe test for two streams of yes and no by block (Turner, Ly and Grünwald, "Generic E-variables for exact sequential
k-sample tests that allow for optional stopping", JSPI 230, 2024) was measured beside it: betting on the pairs' differences
held its level as well, told as many or more differences and asked for no more viewers (ADR 0113), and it gives an interval
that agrees with its verdict, and means as well as shares.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from generator.audience.betting import bounds, evidence, growth
from generator.audience.signals import Viewing

#: How often, over a screening however long and however often looked at, a difference may be told that is not there.
ALPHA = 0.05
#: Fewer pairs than these tell nothing of how many more are needed.
_PAIRS_FOR_A_GUESS = 8
#: More viewers than these are said as "more than": nobody invites them.
MOST_VIEWERS = 20_000

Measure = Literal["finished", "share watched", "rating"]


@dataclass(frozen=True, slots=True)
class Compared:
    """``second`` against ``first`` (letters of arms) in one measure, in its own units: ``difference`` is the second's mean
    less the first's over ``pairs`` pairs of viewers, ``low`` to ``high`` the confidence sequence at this moment. ``told``:
    the e-value has reached ``1 / alpha``. ``needed`` guesses how many more pairs would tell the difference if it is as it
    looks (``None``: no telling); ``waiting`` counts viewers not yet taken in, since somebody before them is still watching
    or has nobody to be paired with.
    """

    measure: Measure
    first: str
    second: str
    pairs: int
    waiting: int
    first_mean: float | None
    second_mean: float | None
    difference: float | None
    low: float
    high: float
    e_value: float
    alpha: float
    told: bool
    needed: int | None
    plain: str
    method: str = "betting on pairs in order of arrival, anytime-valid"
    question: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            name: (round(value, 6) if isinstance(value, float) else value)
            for name in self.__slots__
            for value in [getattr(self, name)]
        }


def compare(
    viewings: Sequence[Viewing],
    *,
    first: str,
    second: str,
    measure: Measure,
    question: str = "",
    scale: tuple[float, float] = (0.0, 1.0),
    alpha: float = ALPHA,
) -> Compared:
    """Compares two arms. ``viewings`` stand in the order of arrival. ``question`` and ``scale`` (least and most of the
    answers) are for ratings: who is through without an answer is passed over.

    Raises ``ValueError`` for arms that are the same, a scale of no width, or an answer outside it.
    """
    if first == second:
        raise ValueError(f"{first} can't be compared with itself: name two arms")
    lowest, highest = scale
    if not lowest < highest:
        raise ValueError(f"a scale from {lowest} to {highest} has no width: the lowest comes first")
    value = _valued(measure, question, lowest, highest)
    streams: list[list[float]] = []
    unresolved = 0
    for letter in (first, second):
        values, waiting = in_order([one for one in viewings if one.arm == letter], value)
        streams.append(values)
        unresolved += waiting
    pairs = min(map(len, streams))
    ones, others = streams[0][:pairs], streams[1][:pairs]
    halves = [(1 + other - one) / 2 for one, other in zip(ones, others, strict=True)]
    width = highest - lowest
    e_value = evidence(halves, against=0.5)
    low, high = bounds(halves, alpha=alpha)
    low, high = (2 * low - 1) * width, (2 * high - 1) * width
    told = e_value >= 1 / alpha
    first_mean = lowest + width * sum(ones) / pairs if pairs else None
    second_mean = lowest + width * sum(others) / pairs if pairs else None
    apart = None if first_mean is None or second_mean is None else second_mean - first_mean
    needed = None if told else _needed(halves, e_value, alpha)
    return Compared(
        measure,
        first,
        second,
        pairs,
        unresolved + abs(len(streams[0]) - len(streams[1])),
        first_mean,
        second_mean,
        apart,
        low,
        high,
        e_value,
        alpha,
        told,
        needed,
        _plain(measure, first, second, pairs, apart, (low, high), told, needed),
        question=question,
    )


def share_watched(viewing: Viewing) -> float:
    """How much of the film a viewer saw at least once, 0 to 1."""
    if viewing.duration <= 0:
        return 0.0
    seen, until = 0.0, 0.0
    for start, end in sorted(viewing.watched):
        seen += max(0.0, min(end, viewing.duration) - max(start, until))
        until = max(until, end)
    return min(1.0, seen / viewing.duration)


def is_through(viewing: Viewing) -> bool:
    """Whether it is known how the viewing ended."""
    return viewing.finished or viewing.left_at is not None


def _valued(measure: Measure, question: str, lowest: float, highest: float) -> Callable[[Viewing], float | None]:
    def rated(viewing: Viewing) -> float | None:
        answer = number(viewing.answers.get(question, ""))
        if answer is None:
            return None
        if not lowest <= answer <= highest:
            raise ValueError(f"an answer of {answer:g} lies outside the scale of {lowest:g} to {highest:g}")
        return (answer - lowest) / (highest - lowest)

    if measure == "rating":
        return rated
    return share_watched if measure == "share watched" else lambda viewing: float(viewing.finished)


def number(answer: str) -> float | None:
    """An answer on a scale as a number, ``None`` for anything else (an empty one, words, not a number)."""
    try:
        found = float(answer)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def in_order(arrived: Sequence[Viewing], value: Callable[[Viewing], float | None]) -> tuple[list[float], int]:
    """What the viewers of an arm came to, up to the first who is still watching; and how many come after."""
    values: list[float] = []
    for place, viewing in enumerate(arrived):
        if not is_through(viewing):
            return values, sum(1 for one in arrived[place:] if is_through(one))
        found = value(viewing)
        if found is not None:
            values.append(found)
    return values, 0


def _needed(halves: Sequence[float], e_value: float, alpha: float) -> int | None:
    if len(halves) < _PAIRS_FOR_A_GUESS:
        return None
    each = growth(halves, against=0.5)
    lacking = math.log(1 / alpha) - math.log(max(e_value, 1e-12))
    return None if each <= lacking / MOST_VIEWERS else max(1, math.ceil(lacking / each))


_SAID = {
    "finished": ("watched to the end", True),
    "share watched": ("of the film was watched on average", True),
    "rating": ("was the mean answer", False),
}


def _plain(
    measure: Measure,
    first: str,
    second: str,
    pairs: int,
    apart: float | None,
    between: tuple[float, float],
    told: bool,
    needed: int | None,
) -> str:
    if apart is None:
        return f"Nothing to compare yet: no viewer of {first} and {second} each is through."
    says, share = _SAID[measure]
    scale, unit = (100.0, " points") if share else (1.0, "")
    figure = f"{abs(apart) * scale:.{0 if share else 2}f}{unit}"
    interval = f"[{between[0] * scale:+.{0 if share else 2}f}, {between[1] * scale:+.{0 if share else 2}f}]"
    count = f"n = {pairs} in each"
    if told:
        better, worse = (second, first) if apart > 0 else (first, second)
        return f"More for {better} than for {worse}, by {figure} {interval} ({says}; {count})."
    asked = (
        f" If it is as it looks, about {needed} more viewers of each would tell."
        if needed is not None
        else " How many more viewers would tell can't be said."
    )
    return f"Not told from chance yet: {second} less {first} is {interval} ({says}; {count}).{asked}"


def pairs_of_arms(letters: Sequence[str]) -> list[tuple[str, str]]:
    """Every two arms, in the order of their letters."""
    ordered = sorted(set(letters))
    return [(one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 :]]


def compare_all(
    viewings: Sequence[Viewing], *, scales: Mapping[str, tuple[float, float]] = {}, alpha: float = ALPHA
) -> list[Compared]:
    """Every two arms in every measure: finishing, share watched, and each question on a scale. ``alpha`` is shared evenly
    among all of them (Bonferroni), so that it holds for the screening as a whole."""
    arms = pairs_of_arms([one.arm for one in viewings if one.arm])
    measures: list[tuple[Measure, str]] = [("finished", ""), ("share watched", "")]
    measures += [("rating", question) for question in scales]
    each = alpha / max(1, len(arms) * len(measures))
    return [
        compare(
            viewings,
            first=first,
            second=second,
            measure=measure,
            question=question,
            scale=scales.get(question, (0.0, 1.0)),
            alpha=each,
        )
        for first, second in arms
        for measure, question in measures
    ]
