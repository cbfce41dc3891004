"""A screening while it runs: who is where, how far they came, what they press and say. A handful of queries, whatever was
recorded: seats are counted, reactions grouped by the database."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Value
from django.db.models.functions import Floor
from django.utils import timezone

from django_site.apps.audience.models import EventKind, Screening, ScreeningArm, Seat
from django_site.apps.audience.selectors import events_recorded, spans_of, viewers_recorded
from django_site.apps.productions.models import Cut
from generator.audience import Span
from generator.audience.tallies import Bin, Reach, binned, watch_through

#: Players tell every five seconds and send every ten; who was not heard of for three times that is not here.
HERE = timedelta(seconds=30)
#: Stretches of the film in which reactions are counted, and steps of the curve.
BINS, STEPS = 48, 60
#: Comments on the page.
NEWEST = 20


@dataclass(frozen=True, slots=True)
class ArmNow:
    """One arm: how many came, agreed, are here, finished, left; how far they came."""

    arm: ScreeningArm
    came: int
    recorded: int
    here: int
    finished: int
    left: int
    curve: tuple[Reach, ...]

    @property
    def played(self) -> int:
        return self.curve[0].reached


@dataclass(frozen=True, slots=True)
class Now:
    """A screening as of this moment. ``film`` is the cut whose frames and scenes lie under the charts: the first arm's, or
    the one that was asked for; reactions and places are those of that cut."""

    screening: Screening
    film: Cut
    spans: tuple[Span, ...]
    arms: tuple[ArmNow, ...]
    reactions: tuple[tuple[str, tuple[Bin, ...]], ...]
    places: tuple[Bin, ...]
    comments: tuple[dict[str, Any], ...]
    shown: ScreeningArm

    @property
    def duration(self) -> float:
        return float(self.film.duration)

    def total(self, name: str) -> int:
        return sum(getattr(arm, name) for arm in self.arms)

    @property
    def totals(self) -> dict[str, int]:
        return {name: self.total(name) for name in ("came", "recorded", "here", "finished", "left", "played")}

    @property
    def pressed(self) -> int:
        return sum(one.count for _, bins in self.reactions for one in bins)


def live(screening: Screening, *, letter: str = "") -> Now | None:
    """The screening now, its charts over the film of the arm ``letter``. ``None`` for one without arms."""
    arms = list(screening.arms.select_related("cut").order_by("letter"))
    if not arms:
        return None
    shown = next((arm for arm in arms if arm.letter == letter), arms[0])
    film, now = shown.cut, timezone.now()
    came = dict(screening.viewers.order_by().values_list("arm").annotate(n=Count("pk")))
    recorded = dict(viewers_recorded(screening).order_by().values_list("arm").annotate(n=Count("pk", distinct=True)))
    seats: dict[Any, list[tuple]] = {arm.pk: [] for arm in arms}
    places: list[float] = []
    rows = Seat.objects.filter(
        viewer__screening=screening, viewer__consents__withdrawn_at=None, viewer__consents__expires_at__gt=now
    ).values_list("viewer__arm", "cut", "at", "furthest", "finished", "left", "heard_at")
    for arm_id, cut_id, at, furthest, finished, left, heard_at in rows:
        here = not left and not finished and now - heard_at <= HERE
        seats[arm_id].append((float(furthest), here, finished, left or (not here and not finished)))
        if here and cut_id == film.pk:
            places.append(float(at))
    duration = float(film.duration)
    return Now(
        screening=screening,
        film=film,
        spans=tuple(spans_of(film)),
        arms=tuple(
            ArmNow(
                arm=arm,
                came=came.get(arm.pk, 0),
                recorded=recorded.get(arm.pk, 0),
                here=sum(here for _, here, _, _ in seats[arm.pk]),
                finished=sum(finished for _, _, finished, _ in seats[arm.pk]),
                left=sum(left for *_, left in seats[arm.pk]),
                curve=watch_through(
                    [(furthest, here) for furthest, here, _, _ in seats[arm.pk]], float(arm.cut.duration), steps=STEPS
                ),
            )
            for arm in arms
        ),
        reactions=_reactions(screening, film, duration),
        places=binned(places, duration, bins=BINS),
        comments=_comments(screening),
        shown=shown,
    )


def _reactions(screening: Screening, film: Cut, duration: float) -> tuple[tuple[str, tuple[Bin, ...]], ...]:
    counted = (
        events_recorded(screening)
        .filter(kind=EventKind.REACTION, cut=film)
        .order_by()
        .annotate(bin=Floor(F("at") * Value(float(BINS)) / Value(duration)))
        .values_list("value", "bin")
        .annotate(n=Count("pk"))
    )
    found: dict[str, dict[int, int]] = {name: {} for name in screening.reactions}
    for name, place, n in counted:
        row = found.setdefault(name, {})
        at = min(int(place), BINS - 1)
        row[at] = row.get(at, 0) + n
    width = duration / BINS
    return tuple(
        (name, tuple(Bin(width * n, width * (n + 1), row.get(n, 0)) for n in range(BINS)))
        for name, row in found.items()
    )


def _comments(screening: Screening) -> tuple[dict[str, Any], ...]:
    rows = events_recorded(screening).filter(kind=EventKind.COMMENT).order_by("-created_at", "-pk")
    return tuple(rows.values("pk", "at", "value", "said_at", "viewer__pseudonym", "viewer__arm__letter")[:NEWEST])


def signal_rows(screening: Screening):
    """Every signal of viewers whose agreement is in force, for a table: pseudonyms, no ids of people."""
    rows = events_recorded(screening).order_by("viewer_id", "seq", "said_at")
    names = dict(EventKind.choices)
    for pseudonym, letter, cut, kind, seq, at, to, value, said in rows.values_list(
        "viewer__pseudonym", "viewer__arm__letter", "cut__version", "kind", "seq", "at", "to", "value", "said_at"
    ).iterator(5000):
        yield pseudonym, letter, cut, str(names[kind]), seq, at, to, value, said.isoformat(timespec="milliseconds")


#: The head of that table.
SIGNAL_COLUMNS = ("viewer", "arm", "cut version", "kind", "seq", "at (s)", "to (s)", "value", "said (UTC)")
