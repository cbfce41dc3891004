"""What viewers did in each scene and shot: how many left in it, went back to it, jumped over it, paused, reacted.

Whether a span stands out is asked of people, not of events: a viewer counts once in a span however often they pressed, so
that one enthusiast makes no finding. Over all spans and measures together the false findings are held by Benjamini and
Hochberg's procedure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from generator.audience.comparison import is_through
from generator.audience.signals import Span, Viewing
from generator.audience.statistics import LEVEL, Estimate, benjamini_hochberg, proportion, rate, rate_clustered

#: Share of false ones among what is called a finding.
FALSE_FINDINGS = 0.05
#: People with an event anywhere, below which no test is asked: the smallest p-value is then above 0.05 in most spans anyway.
PEOPLE_FOR_A_TEST = 8
#: Measures by which a span may stand out, and what they count.
MEASURES = ("left", "rewound", "skipped", "paused")


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure in one span. ``here`` is its rate a viewer-minute, ``elsewhere`` that of the rest of the film; ``people``
    of ``n`` did it in the span. ``p`` asks whether more did than the rest of the film leads to expect (``None``: too few
    people to ask), ``q`` is adjusted for everything that was asked; ``stands``: it is a finding."""

    measure: str
    span: str
    here: Estimate
    elsewhere: Estimate
    people: int
    n: int
    p: float | None
    q: float | None = None
    stands: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "measure": self.measure,
            "span": self.span,
            "here": self.here.as_dict(),
            "elsewhere": self.elsewhere.as_dict(),
            "people": self.people,
            "n": self.n,
            "p": None if self.p is None else round(self.p, 6),
            "q": None if self.q is None else round(self.q, 6),
            "stands": self.stands,
        }


@dataclass(frozen=True, slots=True)
class SpanReading:
    """A span: ``reached`` viewers saw some of it, over ``minutes`` of viewing. ``left`` is the share of them that broke off
    in it (those who are in it now are not counted), ``left_elsewhere`` the share of spans of the same kind that were left, a
    reached one; ``reactions`` are rates a viewer-minute by name."""

    span: Span
    reached: int
    minutes: float
    left: Estimate
    left_elsewhere: Estimate
    measures: tuple[Measured, ...]
    reactions: tuple[tuple[str, Estimate], ...]
    comments: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.span.id,
            "kind": self.span.kind,
            "label": self.span.label,
            "start": round(self.span.start, 3),
            "end": round(self.span.end, 3),
            "reached": self.reached,
            "minutes": round(self.minutes, 4),
            "left": self.left.as_dict(),
            "left_elsewhere": self.left_elsewhere.as_dict(),
            "measures": [one.as_dict() for one in self.measures],
            "reactions": [{"name": name, **found.as_dict()} for name, found in self.reactions],
            "comments": self.comments,
        }


def read_spans(viewings: Sequence[Viewing], spans: Sequence[Span], *, level: float = LEVEL) -> list[SpanReading]:
    """Readings of the spans of one film, of one kind or of both; multiplicity is adjusted within each kind, since the shots
    say again what their scene says."""
    return [
        reading
        for kind in ("scene", "shot")
        for reading in _read_kind(viewings, [one for one in spans if one.kind == kind], level)
    ]


def _read_kind(viewings: Sequence[Viewing], spans: Sequence[Span], level: float) -> list[SpanReading]:
    if not spans:
        return []
    exposure = np.array([[_minutes(one, span) for span in spans] for one in viewings]).reshape(
        len(viewings), len(spans)
    )
    events = {measure: _events(viewings, spans, _MOMENTS[measure]) for measure in MEASURES}
    names = sorted({reaction.name for one in viewings for reaction in one.reactions})
    pressed = {
        name: _events(viewings, spans, lambda one, name=name: [r.at for r in one.reactions if r.name == name])  # type: ignore[misc]
        for name in names
    }
    table = [
        [_measured(measure, spans[place], events[measure], exposure, place, level) for measure in MEASURES]
        for place in range(len(spans))
    ]
    asked = [one for row in table for one in row if one.p is not None]
    adjusted = dict(zip(map(id, asked), benjamini_hochberg([one.p for one in asked if one.p is not None]), strict=True))
    resolved, left = _resolved(viewings, spans, exposure > 0), events["left"]
    readings = []
    for place, span in enumerate(spans):
        there = exposure[:, place] > 0
        counted = resolved[:, place]
        others = np.delete(np.arange(len(spans)), place)
        measures = tuple(one if one.p is None else _adjusted(one, adjusted[id(one)]) for one in table[place])
        readings.append(
            SpanReading(
                span,
                int(there.sum()),
                float(exposure[:, place].sum()),
                proportion(int((left[:, place] * counted).sum()), int(counted.sum()), level=level),
                proportion(int((left * resolved)[:, others].sum()), int(resolved[:, others].sum()), level=level),
                measures,
                tuple(
                    (name, rate_clustered(list(found[:, place] * there), list(exposure[:, place]), level=level))
                    for name, found in pressed.items()
                ),
                sum(1 for one in viewings for word in one.comments if span.start <= word.at < span.end),
            )
        )
    return readings


def _adjusted(one: Measured, q: float) -> Measured:
    more = one.here.value is not None and one.elsewhere.value is not None and one.here.value > one.elsewhere.value
    return Measured(
        one.measure, one.span, one.here, one.elsewhere, one.people, one.n, one.p, q, q <= FALSE_FINDINGS and more
    )


_MOMENTS: dict[str, Callable[[Viewing], list[float]]] = {
    "left": lambda one: [] if one.left_at is None or one.finished else [one.left_at],
    "rewound": lambda one: [to for _, to in one.rewinds],
    "skipped": lambda one: [at for at, _ in one.skips],
    "paused": lambda one: list(one.pauses),
}


def _minutes(viewing: Viewing, span: Span) -> float:
    return sum(max(0.0, min(end, span.end) - max(start, span.start)) for start, end in viewing.watched) / 60


def _events(
    viewings: Sequence[Viewing], spans: Sequence[Span], moments: Callable[[Viewing], list[float]]
) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """How often each viewer did something in each span, (viewers, spans). What happened on the last frame belongs to the
    last span, and what happened at a cut to the span that begins there."""
    found = np.zeros((len(viewings), len(spans)), np.int64)
    last = max(span.end for span in spans)
    for row, viewing in enumerate(viewings):
        for moment in moments(viewing):
            for place, span in enumerate(spans):
                if span.start <= moment < span.end or moment >= span.end == last:
                    found[row, place] += 1
                    break
    return found


def _resolved(
    viewings: Sequence[Viewing], spans: Sequence[Span], there: "np.ndarray[Any, np.dtype[np.bool_]]"
) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Whether it is known that a viewer who reached a span left in it or went on: not while they are still in it."""
    through = np.array([is_through(one) for one in viewings], bool)[:, None]
    furthest = np.array([one.furthest for one in viewings])[:, None]
    beyond = furthest >= np.array([span.end for span in spans])[None]
    return np.asarray(there & (through | beyond))


def _measured(
    measure: str,
    span: Span,
    events: "np.ndarray[Any, np.dtype[np.int64]]",
    exposure: "np.ndarray[Any, np.dtype[np.float64]]",
    place: int,
    level: float,
) -> Measured:
    there = exposure[:, place] > 0
    here, others = events[:, place] * there, (events * (exposure > 0)).sum(axis=1) - events[:, place] * there
    time, time_others = exposure[:, place], exposure.sum(axis=1) - exposure[:, place]
    if measure == "left":
        people = int((exposure.sum(axis=1) > 0).sum())
        rates = (
            rate(int(here.sum()), float(time.sum()), people=int(there.sum()), level=level),
            rate(int(others.sum()), float(time_others.sum()), people=people, level=level),
        )
    else:
        rates = (
            rate_clustered(list(here), list(time), level=level),
            rate_clustered(list(others), list(time_others), level=level),
        )
    did = int((here > 0).sum())
    p = _left_more(int(here.sum()), int(others.sum()), float(time.sum()), float(time_others.sum()))
    if measure != "left":
        p = _people_more(here, here + others, time, exposure.sum(axis=1))
    return Measured(measure, span.id, *rates, did, int(there.sum()), p)


def _left_more(here: int, elsewhere: int, minutes: float, minutes_elsewhere: float) -> float | None:
    """Whether leaving is more frequent a viewer-minute here: given the total, a binomial count (Przyborowski and Wilenski,
    Biometrika 31, 1940). Everybody leaves at most once, so events are people. Two-sided by doubling the smaller tail."""
    total = here + elsewhere
    if total < PEOPLE_FOR_A_TEST or minutes <= 0 or minutes_elsewhere <= 0:
        return None
    share = minutes / (minutes + minutes_elsewhere)
    above = float(scipy.stats.binom.sf(here - 1, total, share))
    below = float(scipy.stats.binom.cdf(here, total, share))
    return min(1.0, 2 * min(above, below))


def _people_more(here: Any, everywhere: Any, minutes: Any, all_minutes: Any) -> float | None:
    """Whether more *people* did something in the span than expected if each one's ``everywhere`` events had fallen evenly on
    the minutes that they watched. A viewer with ``m`` events and the share ``s`` of their minutes in the span has one there
    with probability ``1 - (1 - s)^m``; the number of such viewers is Poisson-binomial and its tail is exact. Events of one
    viewer that come together make that probability smaller, so the test errs towards no finding. One-sided, doubled."""
    active = (everywhere > 0) & (all_minutes > 0)
    if int(active.sum()) < PEOPLE_FOR_A_TEST:
        return None
    shares = minutes[active] / all_minutes[active]
    chances = 1 - (1 - shares) ** everywhere[active]
    law = np.ones(1)
    for chance in chances:
        law = np.convolve(law, (1 - chance, chance))
    did = int((here[active] > 0).sum())
    return min(1.0, 2 * float(law[did:].sum()))
