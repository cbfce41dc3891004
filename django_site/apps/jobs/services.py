"""Asking for work, calling it off, and seeing to it that what is owed is sent."""

import logging
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.jobs import claims, tasks
from django_site.apps.jobs.handlers import HANDLERS, tell_stopped
from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.errors import WrongStateError

logger = logging.getLogger(__name__)

#: Finished jobs that tell how long the next of their kind will take: enough for a median, few enough to follow a change of
#: machine.
SAMPLE = 40
#: Most jobs that one sweep sends; the next sweep goes on.
SWEEP_LIMIT = 500


def job_enqueue(
    *,
    kind: JobKind,
    key: str,
    target_id,
    requested_by: User | None,
    production=None,
    organisation=None,
    expected_seconds: float | None = None,
) -> Job:
    """Owe a piece of work to a production or an organisation. The same key is the same job: asking twice changes nothing.
    Sent when the transaction commits; should the message be lost, the sweeper sends it again. ``expected_seconds`` is how
    long it is thought to take; unless said, as long as the newest of its kind did."""
    job, created = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "production": production,
            "organisation": organisation,
            "target_id": target_id,
            "requested_by": requested_by,
            "sent_at": timezone.now(),
            "expected_seconds": lambda: expected_seconds or seconds_usual(kind),  # asked of a new job alone
        },
    )
    if created:
        # Not delay_on_commit: a broker that is down must not fail the request whose rows are already committed.
        transaction.on_commit(lambda: tasks.run.delay(str(job.pk)), robust=True)
    return job


def seconds_usual(kind: JobKind) -> float | None:
    """The median of how long the newest jobs of a kind took here; ``None`` before one was done."""
    done = Job.objects.filter(kind=kind, state=JobState.DONE, started_at__isnull=False).order_by("-finished_at")
    took = [(ended - begun).total_seconds() for begun, ended in done.values_list("started_at", "finished_at")[:SAMPLE]]
    return median(took) if took else None


def job_cancel(*, job: Job, by: User) -> Job:
    """Call a job off: at once while it waits, at the next frame while it runs."""
    with transaction.atomic():
        now = timezone.now()
        reason = f"Cancelled by {by}."
        waiting = Job.objects.filter(pk=job.pk, state=JobState.QUEUED)
        if waiting.update(state=JobState.CANCELLED, reason=reason, finished_at=now, cancel_requested=True):
            tell_stopped(HANDLERS[job.kind], target_id=job.target_id, reason=reason)
        elif not Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True, reason=reason):
            raise WrongStateError(f"the job is already {job.get_state_display().lower()}; there is nothing to cancel")
    job.refresh_from_db()
    return job


def jobs_call_off(*, target_id, reason: str) -> None:
    """Call off whatever is owed to a target that was itself put aside, and so needs not be told. In the caller's
    transaction."""
    owed = Job.objects.filter(target_id=target_id)
    owed.filter(state=JobState.QUEUED).update(
        state=JobState.CANCELLED, reason=reason, finished_at=timezone.now(), cancel_requested=True
    )
    owed.filter(state=JobState.RUNNING).update(cancel_requested=True, reason=reason)


def jobs_send(*, production) -> int:
    """Send what waits for a production now, not at the next sweep. Returns how many."""
    now = timezone.now()
    waiting = list(Job.objects.filter(claims.owed(now), production=production).values_list("pk", flat=True))
    Job.objects.filter(pk__in=waiting).update(sent_at=now)
    for job_id in waiting:
        transaction.on_commit(lambda job_id=job_id: tasks.run.delay(str(job_id)), robust=True)
    return len(waiting)


def job_sweep(*, now: datetime | None = None) -> dict[str, int]:
    """Send again what is owed and nobody seems to have; end what has used up its attempts. Safe to run anywhere, often."""
    now = now or timezone.now()
    patience = now - timedelta(seconds=settings.JOB_LEASE_SECONDS)
    unsent = Q(sent_at__isnull=True) | Q(sent_at__lt=patience)
    owed = Job.objects.filter(claims.owed(now))

    sent = 0
    for job_id in (
        owed.filter(unsent, attempt__lt=F("max_attempts"))
        .order_by("created_at")
        .values_list("pk", flat=True)[:SWEEP_LIMIT]
    ):
        if Job.objects.filter(unsent, pk=job_id).update(sent_at=now):
            tasks.run.delay(str(job_id))
            sent += 1

    ended = 0
    worn_out = Job.objects.filter(claims.abandoned(now), state=JobState.RUNNING, attempt__gte=F("max_attempts"))
    for job in worn_out[:SWEEP_LIMIT]:
        reason = f"The worker died {job.attempt} times while doing this; the last was {job.worker}."
        with transaction.atomic():
            mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempt=job.attempt, lease_until__lt=now)
            if mine.update(state=JobState.FAILED, lease_until=None, finished_at=now, reason=reason):
                tell_stopped(HANDLERS[job.kind], target_id=job.target_id, reason=reason)
                ended += 1
    return {"sent": sent, "ended": ended}
