"""How the review room works: how long decisions take, how many come late, and whether reviewers judge alike."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.audits.models import Confirmation, Dismissal
from django_site.apps.reviews.models import (
    ActionKind,
    Case,
    CaseKind,
    CaseState,
    ChangeRequest,
    Override,
    OverrideState,
    RequestState,
    ReviewAction,
)
from django_site.apps.reviews.selectors import cases_reviewed_by

#: Under how many judged twice no kappa is given: its standard error is then about a fifth of the whole scale.
LEAST_PAIRS = 20
#: Under how many decisions no 90th percentile is given: it would be the slowest of them.
LEAST_TAIL = 10
#: Days up to which the chart counts by weeks; above by months.
WEEKS_UP_TO = 120
_CLOSING = (ActionKind.APPROVE, ActionKind.REJECT, ActionKind.REQUEST_CHANGE)


@dataclass(frozen=True, slots=True)
class Turnaround:
    """Hours from opening to decision. ``p90`` is ``None`` under ``LEAST_TAIL`` decisions, ``median`` where there is none."""

    n: int
    late: int
    median: float | None
    p90: float | None

    @property
    def late_share(self) -> float | None:
        return self.late / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Findings that two people judged: how many, how many alike, and Cohen's kappa or ``None``."""

    n: int
    alike: int
    kappa: float | None

    @property
    def enough(self) -> bool:
        return self.n >= LEAST_PAIRS


@dataclass(frozen=True, slots=True)
class Statistics:
    since: datetime | None
    overall: Turnaround
    by_kind: tuple[tuple[str, Turnaround], ...]
    by_time: tuple[tuple[date, Turnaround], ...]
    weeks: bool
    twice: int
    twice_alike: int
    findings: Agreement
    overrides: tuple[tuple[str, int], ...]
    dismissals: int
    lifted: int
    requests: tuple[tuple[str, int], ...]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of them does not exceed (nearest rank). ``values`` is not empty."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Agreement beyond chance, (p_o - p_e) / (1 - p_e), of -1 to 1 (Cohen, A coefficient of agreement for nominal scales,
    Educational and Psychological Measurement 20, 1960). ``None`` for no pairs, and where chance alone would agree always."""
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(one == other for one, other in pairs) / n
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(first[word] * second[word] for word in first) / n**2
    return None if math.isclose(chance, 1.0) else (observed - chance) / (1 - chance)


def statistics_of(user: User, *, days: int | None = None, now: datetime | None = None) -> Statistics:
    """Of the cases that the person reviews and may see, decided within the last ``days`` (``None``: ever)."""
    now = now or timezone.now()
    since = now - timedelta(days=days) if days else None
    mine = cases_reviewed_by(user).order_by()
    decided = _decided(mine, since)
    rows = list(decided.values_list("kind", "created_at", "closed_at", "due_at"))
    weeks = days is not None and days <= WEEKS_UP_TO
    ids = mine.values("pk")
    asked = _since(Override.objects.filter(case__in=ids), since)
    requests = _since(ChangeRequest.objects.filter(case__in=ids), since)
    dismissed = _since(Dismissal.objects.filter(finding__audit__decisions__cases__in=ids), since).distinct()
    twice = [pair for pair in _decided_twice(decided) if pair]
    return Statistics(
        since=since,
        overall=_turnaround(rows),
        by_kind=tuple((str(kind.label), _turnaround([row for row in rows if row[0] == kind])) for kind in CaseKind),
        by_time=_by_time(rows, weeks=weeks),
        weeks=weeks,
        twice=len(twice),
        twice_alike=sum(one == other for one, other in twice),
        findings=_findings_agreement(mine, since),
        overrides=_by_state(asked, OverrideState),
        dismissals=dismissed.count(),
        lifted=dismissed.filter(lifted_at__isnull=False).count(),
        requests=_by_state(requests, RequestState),
    )


def _since(rows: QuerySet, since: datetime | None) -> QuerySet:
    return rows.filter(created_at__gte=since) if since else rows


def _decided(cases: QuerySet[Case], since: datetime | None) -> QuerySet[Case]:
    """Closed by somebody's act: a case that gave way to a newer cut was decided by nobody."""
    acts = ReviewAction.objects.filter(case=OuterRef("pk"), kind__in=_CLOSING)
    closed = cases.exclude(state=CaseState.OPEN).filter(Exists(acts))
    return closed.filter(closed_at__gte=since) if since else closed


def _turnaround(rows: Sequence[tuple]) -> Turnaround:
    hours = [(closed - opened).total_seconds() / 3600 for _, opened, closed, _ in rows]
    return Turnaround(
        n=len(rows),
        late=sum(closed > due for _, _, closed, due in rows),
        median=median(hours) if hours else None,
        p90=percentile(hours, 0.9) if len(hours) >= LEAST_TAIL else None,
    )


def _by_time(rows: Iterable[tuple], *, weeks: bool) -> tuple[tuple[date, Turnaround], ...]:
    """By the week (from Monday) or month of the decision, in UTC, the newest first; at most twelve."""
    buckets: dict[date, list[tuple]] = defaultdict(list)
    for row in rows:
        day = row[2].date()
        buckets[day - timedelta(days=day.weekday()) if weeks else day.replace(day=1)].append(row)
    return tuple((begins, _turnaround(buckets[begins])) for begins in sorted(buckets, reverse=True)[:12])


def _by_state(rows: QuerySet, states) -> tuple[tuple[str, int], ...]:
    counted = Counter(rows.values_list("state", flat=True))
    return tuple((str(state.label), counted[state.value]) for state in states)


def _decided_twice(decided: QuerySet[Case]) -> Iterable[tuple[str, str] | None]:
    """The first two people's acts on each case."""
    acts: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    rows = ReviewAction.objects.filter(case__in=decided.values("pk"), kind__in=_CLOSING).order_by("created_at", "id")
    for case, actor, kind in rows.values_list("case", "actor", "kind"):
        acts[case].setdefault(actor, kind)
    return (_first_two(one) for one in acts.values())


def _first_two(by_person: dict[UUID, str]) -> tuple[str, str] | None:
    judged = list(by_person.values())
    return (judged[0], judged[1]) if len(judged) > 1 else None


def _findings_agreement(cases: QuerySet[Case], since: datetime | None) -> Agreement:
    """Judgements of the same finding by two people: *agreed with* or *dismissed*, by whatever page."""
    about = {"finding__audit__decisions__cases__in": cases.values("pk")}
    acts = ReviewAction.objects.filter(kind=ActionKind.DISMISS_FINDING, **about)
    judged = [
        *((*row, "dismissed") for row in _judgements(Dismissal.objects.filter(**about), since, "by")),
        *((*row, "agreed") for row in _judgements(Confirmation.objects.filter(**about), since, "by")),
        *((*row, "dismissed") for row in _judgements(acts, since, "actor")),
    ]
    by_finding: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for _at, finding, person, word in sorted(judged):
        by_finding[finding].setdefault(person, word)
    pairs = [pair for pair in map(_first_two, by_finding.values()) if pair]
    enough = len(pairs) >= LEAST_PAIRS
    return Agreement(len(pairs), sum(one == other for one, other in pairs), cohen_kappa(pairs) if enough else None)


def _judgements(rows: QuerySet, since: datetime | None, who: str) -> set[tuple[datetime, UUID, UUID]]:
    return set(_since(rows, since).values_list("created_at", "finding", who))
