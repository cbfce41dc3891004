"""From what stands to what might be done: one sentence each, with its evidence. Where nothing stands, nothing is said.

A suggestion names what viewers did, never what they felt; what it proposes is for people to weigh.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from generator.audience.comparison import Compared
from generator.audience.engagement import Measured, SpanReading
from generator.audience.statistics import Estimate

#: A span must be left, rewound or skipped this much more often than the rest of the film: what is certain and tiny is no
#: reason to cut a film again.
TIMES = 1.5

SuggestionKind = Literal["trim", "shorten", "clarify", "choose"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``film`` and ``span`` say where ("" where it is about a cut as a whole); ``evidence`` is the path of the reading in
    the insight's document, ``plain`` what was seen, ``advice`` what might be done."""

    kind: SuggestionKind
    film: str
    span: str
    span_kind: str
    plain: str
    advice: str
    evidence: tuple[str | int, ...]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "evidence": list(self.evidence)}


def suggest(film: str, readings: Sequence[SpanReading], *, place: int) -> list[Suggestion]:
    """Suggestions from the readings of one film, which stands at ``place`` in the document. What a scene says its shots are
    asked about too; where both stand the shot is named, since it is what can be replaced."""
    found = []
    for row, reading in enumerate(readings):
        for column, one in enumerate(reading.measures):
            if one.stands and _times(one) >= TIMES:
                said = _said(reading, one)
                if said is not None:
                    path = ("films", place, "spans", row, "measures", column)
                    found.append(Suggestion(said[0], film, reading.span.id, reading.span.kind, *said[1:], path))
    return found


def choose(compared: Sequence[Compared], films: dict[str, str]) -> list[Suggestion]:
    """Suggestions from comparisons that are told; ``films`` maps the letter of an arm to its cut."""
    return [
        Suggestion(
            "choose",
            films.get(better, ""),
            "",
            "",
            one.plain,
            f"Go on from cut {better}.",
            ("comparisons", row),
        )
        for row, one in enumerate(compared)
        if one.told and one.difference
        for better in [one.second if one.difference > 0 else one.first]
    ]


def _times(one: Measured) -> float:
    here, elsewhere = one.here.value or 0.0, one.elsewhere.value or 0.0
    return float("inf") if not elsewhere and here else here / elsewhere if elsewhere else 0.0


def _said(reading: SpanReading, one: Measured) -> tuple[SuggestionKind, str, str] | None:
    label = reading.span.label
    if one.measure == "left":
        return (
            "trim",
            f"{label}: {_share(reading.left)} of those who reached it left in it, against "
            f"{_share(reading.left_elsewhere)} elsewhere (n = {reading.left.n}).",
            "Consider trimming it, or reaching its point sooner.",
        )
    rates = f"{one.here.said()}, against {one.elsewhere.said()} elsewhere"
    if one.measure == "skipped":
        return (
            "shorten",
            f"{label}: {one.people} of {one.n} viewers jumped over part of it ({rates}).",
            "Consider making it shorter.",
        )
    if one.measure == "rewound":
        return (
            "clarify",
            f"{label}: {one.people} of {one.n} viewers went back to it ({rates}).",
            "Find out whether it was hard to follow or worth seeing twice; the comments there may say.",
        )
    return None  # a pause has too many reasons outside the film to ask for a change


def _share(estimate: Estimate) -> str:
    return estimate.said().rsplit(", n =", 1)[0]
