"""The end of a consent reaches everything: renders are called off at once, what is pending is audited again, what is out
goes to a person, and producers are told.

What a request can bear is done in the transaction that ends the consent; the rest is a job that goes on where it stopped.
Nothing that relied on the consent can be released in between: the release holds the grants' rows, and finds its decision
older than their newest change (``provenance.services.standing``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from auditor.errors import CancelledError
from auditor.media.types import Progress
from django_site.apps.accounts.models import NoticeKind, User
from django_site.apps.accounts.notices import legal_tell, producers_tell
from django_site.apps.accounts.permissions import require
from django_site.apps.accounts.webhooks import webhook_emit
from django_site.apps.audits.services.repeating import (
    CUTS_WAITING,
    IMPORTS_WAITING,
    TAKES_WAITING,
    cuts_repeat,
    imports_repeat,
    takes_repeat,
)
from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.jobs.services import job_enqueue, jobs_call_off
from django_site.apps.jobs.work import JobWork
from django_site.apps.likeness.impact import reach_of
from django_site.apps.likeness.models import ConsentGrant, GrantChange, GrantState, LivingState
from django_site.apps.productions.models import Cut, Production, Take, TakeState
from django_site.apps.productions.states import take_move
from django_site.apps.reviews.models import Case, CaseKind
from django_site.errors import WrongStateError

#: What the transaction that ends a consent does itself; each film that is out costs it a decision of some 20 ms.
REACHED_AT_ONCE = 40
#: Rows a transaction of the job: pending ones are moved by a few statements, films are judged one by one.
PENDING_CHUNK, RELEASED_CHUNK = 200, 20

#: What was done, as the case about a released film says it.
_STOPPED = {
    GrantState.WITHDRAWN: "withdrew",
    GrantState.SUSPENDED: "suspended",
    GrantState.REVOKED: "no longer licenses, since the studio gave up,",
    GrantState.DISPUTED: "disputes",
}
_NOTICES = {
    GrantState.WITHDRAWN: NoticeKind.WITHDRAWAL,
    GrantState.REVOKED: NoticeKind.WITHDRAWAL,
    GrantState.TRANSFERRED: NoticeKind.WITHDRAWAL,
    GrantState.SUSPENDED: NoticeKind.SUSPENSION,
    GrantState.DISPUTED: NoticeKind.CLAIM,
    GrantState.EXPIRED: NoticeKind.EXPIRY,
}


def how_it_ended(change: GrantChange) -> str:
    """The change as cases and notices say it."""
    grant, subject, reason = change.grant, change.grant.subject, change.reason
    if change.to == GrantState.EXPIRED and grant.ends is not None:
        return f"The grant of {subject} that this film relied on ended on {grant.ends.date().isoformat()}."
    if change.to == GrantState.SUSPENDED and grant.strike_id is not None:
        return f"The grant of {subject} rests: {reason}"
    if change.to == GrantState.TRANSFERRED or (
        change.to == GrantState.WITHDRAWN and subject.living == LivingState.DECEASED
    ):
        return f"{subject}: {reason}"
    return f"{subject} {_STOPPED[GrantState(change.to)]} the grant that this film relied on: {reason}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the work: what it is called, what is owed, and how a chunk of it is done."""

    stage: str
    owed: QuerySet
    do: Callable[[Sequence[UUID]], int]
    chunk: int


def _phases(change: GrantChange, *, since: datetime | None, by: User | None, how: str, send: bool) -> list[Phase]:
    """``since``: what was judged again, or brought to a person, after that moment is done already."""
    reach = reach_of(change.grant)
    takes = reach.takes.filter(state__in=TAKES_WAITING)
    cuts = reach.cuts.filter(state__in=CUTS_WAITING)
    imports = reach.imports.filter(state__in=IMPORTS_WAITING)
    if since is not None:
        takes, cuts, imports = (rows.exclude(decisions__created_at__gt=since) for rows in (takes, cuts, imports))
    phases = [
        Phase("look again at takes", takes, lambda ids: takes_repeat(ids, send=send), PENDING_CHUNK),
        Phase("look again at cuts", cuts, lambda ids: cuts_repeat(ids, send=send), PENDING_CHUNK),
        Phase("look again at files from outside", imports, lambda ids: imports_repeat(ids, send=send), PENDING_CHUNK),
    ]
    if change.to == GrantState.ACTIVE:
        return phases  # a consent that came into force takes back nothing that is out
    return [*phases, films_to_people(reach.released, since=since, how=how, by=by, chunk=RELEASED_CHUNK)]


def films_to_people(released: QuerySet[Cut], *, since: datetime | None, how: str, by: User | None, chunk: int) -> Phase:
    """Films that are out are brought to a person each, but for those that were brought after ``since``."""
    if since is not None:
        brought = Case.objects.filter(kind=CaseKind.WITHDRAWAL, created_at__gt=since).order_by()
        released = released.exclude(pk__in=brought.values("cut"))
    return Phase("bring films that are out to a person", released, lambda ids: _cases(ids, how, by), chunk)


def _cases(ids: Sequence[UUID], how: str, by: User | None) -> int:
    from django_site.apps.reviews import withdrawals

    cuts = Cut.objects.filter(pk__in=ids, state="released").select_related("production", "release__decision")
    return len(withdrawals.withdrawal_cases_open(cuts=cuts.order_by("pk"), reason=how, opened_by=by))


# at once


@transaction.atomic
def consent_reach(grant: ConsentGrant, *, by: User | None, how: str = "") -> Job | None:
    """Reach what relied on a grant that has just changed. Called in the transaction of the change.

    Returns the job that does what this transaction left, ``None`` where nothing was left.
    """
    from django_site.apps.training.services.withdrawing import grant_reaches_models

    change = grant.changes.select_related("grant__subject__organisation").latest("created_at", "id")
    ended = change.to != GrantState.ACTIVE
    if ended:
        how = how or how_it_ended(change)
        renders_call_off(reach_of(change.grant).renders, reason=how)
        _tell(change, how)
    grant_reaches_models(change, how=how)
    phases = _phases(change, since=None, by=by, how=how, send=True)
    ids, room = [], REACHED_AT_ONCE
    for phase in phases:
        ids.append(list(phase.owed.order_by("pk").values_list("pk", flat=True)[: room + 1]))
        room -= len(ids[-1])
        if room < 0:
            return _owe(change, by)
    for phase, chosen in zip(phases, ids, strict=True):
        phase.do(chosen)
    return None


def _owe(change: GrantChange, by: User | None) -> Job:
    earlier = Job.objects.filter(kind=JobKind.WITHDRAW_LIKENESS, target_id=change.pk)
    number = earlier.exclude(state__in=[JobState.QUEUED, JobState.RUNNING]).count() + 1
    return job_enqueue(
        kind=JobKind.WITHDRAW_LIKENESS,
        key=f"withdraw_likeness:{change.pk}:{number}",
        organisation=change.grant.subject.organisation,
        target_id=change.pk,
        requested_by=by,
    )


def renders_call_off(renders: QuerySet[Take], *, reason: str) -> int:
    """Call off takes that are being rendered or wait for it. Returns how many.

    A render that is at work stops at its next frame, and its take then fails with this reason.
    """
    takes = list(renders.select_related("shot").order_by("pk"))
    for take in takes:
        jobs_call_off(target_id=take.pk, reason=reason)
        if take.state == TakeState.QUEUED:
            try:
                take_move(take, TakeState.FAILED, reason=reason)
            except WrongStateError:
                continue  # a worker took it this moment: the request to stop reaches it there
    return len(takes)


def _tell(change: GrantChange, how: str) -> None:
    """One notice a production and cause, however many outputs it touches; and the legal side, for what people decide."""
    grant = change.grant
    reach = reach_of(grant)
    kind = NoticeKind.STRIKE if grant.strike_id else _NOTICES.get(GrantState(change.to), NoticeKind.OTHER)
    producers_tell(
        Production.objects.filter(pk__in=reach.productions or []), kind=kind, text=how, key=f"grant:{change.pk}"
    )
    models = list(reach.models.order_by("pk").values_list("what", flat=True).distinct()[:20])
    trained = f" Models trained on them, which are used no more: {', '.join(models)}." if models else ""
    legal_tell(
        grant.subject.organisation,
        kind=kind,
        text=f"{how}{trained}",
        url=reverse("likeness:impact", args=[grant.pk]),
        key=f"grant:{change.pk}:legal",
    )
    told = {"subject": grant.subject_id, "grant": grant.pk, "state": change.to}
    webhook_emit(grant.subject.organisation_id, "consent.stopped", told)


# as a job


def withdrawal_reach(*, work: JobWork) -> None:
    """Do what the ending transaction left, chunk by chunk. Started again, it goes on where it stopped: what was looked at
    since it first began is left alone, and a film has one open case whatever happens."""
    change = GrantChange.objects.select_related("grant__subject__organisation").get(pk=work.job.target_id)
    ended = change.to != GrantState.ACTIVE
    how = how_it_ended(change) if ended else ""
    # It began after the change was committed, so whatever audits began later have read the change.
    since = work.job.started_at or timezone.now()
    counted = phases_work(work, _phases(change, since=since, by=change.by, how=how, send=False))
    with work.fenced():
        work.finish(grant=str(change.grant_id), reached=counted)


def phases_work(work: JobWork, phases: Sequence[Phase]) -> dict[str, int]:
    """Do each phase chunk by chunk within a job; how many of each were done. Raises ``CancelledError``."""
    counted = {}
    for phase in phases:
        ids = list(phase.owed.order_by("pk").values_list("pk", flat=True))
        counted[phase.stage] = 0
        for at in range(0, len(ids), phase.chunk):
            if work.cancelled():
                raise CancelledError("the job was called off")
            with work.fenced():
                counted[phase.stage] += phase.do(ids[at : at + phase.chunk])
            work.on_progress(Progress(phase.stage, min(len(ids), at + phase.chunk), len(ids), "outputs"))
    return counted


def reach_stopped(*, target_id: UUID, reason: str) -> None:
    """The job came to nothing: a person must know. The consent is over all the same, and nothing that relied on it can be
    released."""
    change = GrantChange.objects.select_related("grant__subject__organisation").get(pk=target_id)
    tries = Job.objects.filter(kind=JobKind.WITHDRAW_LIKENESS, target_id=target_id).count()
    legal_tell(
        change.grant.subject.organisation,
        kind=NoticeKind.WITHDRAWAL,
        text=f"Not everything that relied on a grant of {change.grant.subject} could be reached: {reason} Open it to go on.",
        url=reverse("likeness:impact", args=[change.grant_id]),
        key=f"reach:{target_id}:{tries}",
    )


def reach_jobs(grant: ConsentGrant) -> QuerySet[Job]:
    """The jobs that followed from changes of this version of a grant, newest first."""
    return Job.objects.filter(
        kind=JobKind.WITHDRAW_LIKENESS, target_id__in=grant.changes.order_by().values("pk")
    ).order_by("-created_at")


def reach_go_on(*, grant: ConsentGrant, by: User) -> Job:
    """Take up a reaching that failed. Raises ``WrongStateError`` where nothing failed."""
    if not by.has_perm("likeness.stop", grant.subject):
        require(by, "likeness.answer", grant.subject)
    last = reach_jobs(grant).first()
    if last is None or last.state not in (JobState.FAILED, JobState.CANCELLED):
        raise WrongStateError("nothing was left half done here")
    change = GrantChange.objects.select_related("grant__subject__organisation").get(pk=last.target_id)
    return _owe(change, by)
