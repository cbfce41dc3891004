"""Who may work on a job: one conditional UPDATE decides, a lease bounds it, the attempt number fences late writers.

Times come from the machine's clock, so workers on several machines need synchronised clocks to within a second or two
(the lease is thirty).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from django_site.apps.jobs.models import Job, JobState
from django_site.apps.productions.models import Production


class FencedError(Exception):
    """This worker no longer holds the job: its lease ran out and another attempt began, or the job was ended."""


def abandoned(now: datetime) -> Q:
    """Jobs that somebody should look after: waiting, or running without a sign of life."""
    return Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)


def owed(now: datetime) -> Q:
    """Jobs that somebody should work on: abandoned ones, but for those of productions that are paused."""
    paused = Production.objects.filter(pk=OuterRef("production"), paused_at__isnull=False)
    return abandoned(now) & ~Q(Exists(paused))


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)


def job_claim(*, job_id, worker: str, now: datetime | None = None) -> Job | None:
    """Take the job, or return ``None``: somebody else has it, or it is over, or its attempts are used up."""
    now = now or timezone.now()
    with transaction.atomic():
        claimed = Job.objects.filter(owed(now), pk=job_id, attempt__lt=F("max_attempts")).update(
            state=JobState.RUNNING,
            attempt=F("attempt") + 1,
            worker=worker,
            lease_until=_lease_end(now),
            heartbeat_at=now,
            started_at=Coalesce("started_at", now),
            stage="",
            progress=0.0,
            rate=None,
            eta_seconds=None,
        )
        return Job.objects.get(pk=job_id) if claimed else None


def _held(job: Job):
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt)


def job_renew(*, job: Job, now: datetime | None = None, **fields) -> bool:
    """Renew the lease and write progress. Returns whether the job should be cancelled; raises ``FencedError``."""
    now = now or timezone.now()
    if not _held(job).update(lease_until=_lease_end(now), heartbeat_at=now, **fields):
        raise FencedError(f"job {job.pk} attempt {job.attempt} no longer holds its lease")
    return Job.objects.values_list("cancel_requested", flat=True).get(pk=job.pk)


@contextmanager
def fenced(job: Job) -> Iterator[None]:
    """A transaction in which this attempt holds the job's row; every write of a worker happens inside one.

    Raises ``FencedError`` before anything is written where another attempt has begun.
    """
    with transaction.atomic():
        now = timezone.now()
        if not _held(job).update(lease_until=_lease_end(now), heartbeat_at=now):
            raise FencedError(f"job {job.pk} attempt {job.attempt} no longer holds its lease")
        yield


def job_finish(*, job: Job, result: dict) -> None:
    """Mark the job done; call it inside :func:`fenced`, beside the writes that are its effect."""
    _end(job, JobState.DONE, result=result, progress=1.0, eta_seconds=0.0)


def job_stop(*, job: Job, state: JobState, reason: str) -> None:
    """Mark the job failed or cancelled, with the reason; call it inside :func:`fenced`."""
    _end(job, state, reason=reason)


def job_release(*, job: Job, reason: str) -> None:
    """Give the job back to be tried again; call it inside :func:`fenced`."""
    if not _held(job).update(state=JobState.QUEUED, lease_until=None, sent_at=None, reason=reason):
        raise FencedError(f"job {job.pk} attempt {job.attempt} no longer holds its lease")


def _end(job: Job, state: JobState, **fields) -> None:
    if not _held(job).update(state=state, lease_until=None, finished_at=timezone.now(), **fields):
        raise FencedError(f"job {job.pk} attempt {job.attempt} no longer holds its lease")
