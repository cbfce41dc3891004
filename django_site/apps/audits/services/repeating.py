"""Audits owed again, by the hundred if need be: as ``auditing.audit_enqueue`` owes one, in a handful of queries."""

import logging
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from django_site.apps.audits.models import MATCH_KINDS, PERSON_KINDS, Audit, Dismissal
from django_site.apps.corpora.models import Work
from django_site.apps.jobs import tasks
from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.likeness.models import Subject
from django_site.apps.productions.models import Cut, CutState, ImportedMedia, ImportState, Take, TakeState
from django_site.apps.reviews.models import Case, CaseState

logger = logging.getLogger(__name__)

#: How the key of an audit ends that is owed because a consent or licence changed: what the file shows has not, so the last
#: look at it is judged anew wherever it still vouches (see ``auditing``).
REPLAY = ":replay"
#: What was cleared or waits for a person, and so may be looked at again. What is being looked at reads the consents anyway.
TAKES_WAITING = (TakeState.CLEARED, TakeState.APPROVED, TakeState.NEEDS_REVIEW)
CUTS_WAITING = (CutState.NEEDS_REVIEW,)
IMPORTS_WAITING = (ImportState.CLEARED, ImportState.APPROVED, ImportState.NEEDS_REVIEW)


def audits_repeat_for_subject(*, subject: Subject) -> int:
    """After a grant changed: judge again whatever shows the person and is not out yet. Returns how many."""
    shown = Q(findings__subject=subject, findings__kind__in=PERSON_KINDS)
    used = Q(take__likeness_uses__subject=subject) | Q(cut__items__take__likeness_uses__subject=subject)
    spoken = Q(production__voices__subject=subject)
    return _audits_repeat(Audit.objects.filter(shown | used | spoken))


def audits_repeat_for_work(*, work: Work) -> int:
    """After a licence has ended: judge again whatever shows the work and is not out yet. Returns how many."""
    return _audits_repeat(Audit.objects.filter(findings__work=work, findings__kind__in=MATCH_KINDS))


def audits_repeat_for_dismissal(*, dismissal: Dismissal) -> int:
    """After a dismissal was lifted: look again at whatever it kept quiet and is not out yet. Returns how many."""
    return _audits_repeat(dismissal.audits.all())


@transaction.atomic
def _audits_repeat(relied: QuerySet[Audit]) -> int:
    """What is on its way to be signed needs no repeat: its decision is stale, so the signing sends it back."""

    def owed(model, states) -> list[UUID]:
        return list(model.objects.filter(state__in=states, audits__in=relied).values_list("pk", flat=True).distinct())

    return (
        takes_repeat(owed(Take, TAKES_WAITING), send=True)
        + cuts_repeat(owed(Cut, CUTS_WAITING), send=True)
        + imports_repeat(owed(ImportedMedia, IMPORTS_WAITING), send=True)
    )


@transaction.atomic
def takes_repeat(ids: Sequence[UUID], *, send: bool) -> int:
    """Send takes that were cleared or wait for a person back into their audit. Returns how many still were so."""
    held = _held(Take, ids, TAKES_WAITING)
    productions = dict(Take.objects.filter(pk__in=held).values_list("pk", "shot__scene__screenplay__production"))
    _repeat(held, productions, "take", JobKind.AUDIT_TAKE, send)
    Take.objects.filter(pk__in=held).update(state=TakeState.AUDITING)
    return len(held)


@transaction.atomic
def cuts_repeat(ids: Sequence[UUID], *, send: bool) -> int:
    """The same for cuts that wait for their reviewers. One on its way to be signed is sent back by the signing itself: its
    decision is stale."""
    held = _held(Cut, ids, CUTS_WAITING)
    _repeat(held, {pk: row[1] for pk, row in held.items()}, "cut", JobKind.AUDIT_CUT, send)
    Cut.objects.filter(pk__in=held).update(state=CutState.AUDITING)
    return len(held)


@transaction.atomic
def imports_repeat(ids: Sequence[UUID], *, send: bool) -> int:
    """The same for files from outside."""
    held = _held(ImportedMedia, ids, IMPORTS_WAITING)
    _repeat(held, {pk: row[1] for pk, row in held.items()}, "imported", JobKind.AUDIT_IMPORT, send)
    ImportedMedia.objects.filter(pk__in=held).update(state=ImportState.AUDITING)
    return len(held)


def _held(model: type, ids: Sequence[UUID], states: Sequence[str]) -> dict:
    """The rows that are still in one of these states, locked: their file's digest and, where it is theirs, production."""
    fields = ["pk", "asset__sha256", *(["production"] if model is not Take else [])]
    rows = model.objects.select_for_update(of=("self",)).filter(pk__in=ids, state__in=states)
    return {row[0]: row[1:] for row in rows.order_by("pk").values_list(*fields)}


def _repeat(held: dict, productions: dict, name: str, kind: JobKind, send: bool) -> None:
    now = timezone.now()
    Case.objects.filter(**{f"{name}__in": list(held)}, state=CaseState.OPEN).update(
        state=CaseState.CHANGES_REQUESTED, closed_at=now
    )
    over = Job.objects.filter(kind=kind, target_id__in=list(held)).exclude(
        state__in=[JobState.QUEUED, JobState.RUNNING]
    )
    earlier = dict(over.order_by().values_list("target_id").annotate(n=Count("pk")))
    jobs = [
        Job(
            kind=kind,
            key=f"{kind}:{pk}:{row[0][:16]}:{earlier.get(pk, 0) + 1}{REPLAY}",
            production_id=productions[pk],
            target_id=pk,
            sent_at=now if send else None,
        )
        for pk, row in held.items()
    ]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)  # the same key is the same audit, owed already
    if send:
        transaction.on_commit(partial(_send, [str(job.pk) for job in jobs]), robust=True)


def _send(ids: Sequence[str]) -> None:
    """Say that there is work. What is not said here the sweeper says, a few hundred at a time: thousands of messages at once
    would only lie in the broker."""
    for job_id in ids:
        tasks.run.delay(job_id)
