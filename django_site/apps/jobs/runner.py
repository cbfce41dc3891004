"""Doing jobs: claim one, run its handler under a heartbeat, end it once. Called by the Celery task and by the demo."""

import logging
import os
import socket

from django.db.models import F
from django.utils import timezone

from auditor.errors import AuditorError, CancelledError
from django_site.apps.jobs import claims
from django_site.apps.jobs.handlers import HANDLERS, Handler, tell_stopped
from django_site.apps.jobs.models import Job, JobState
from django_site.apps.jobs.work import JobWork, OnJobProgress
from django_site.errors import SiteError, disk_full
from generator.errors import GeneratorError

logger = logging.getLogger(__name__)

#: Failures that another try would only repeat.
ANTICIPATED = (SiteError, AuditorError, GeneratorError)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def run_job(*, job_id, on_progress: OnJobProgress | None = None) -> bool:
    """Claim and do one job. Returns whether it was claimed; how it ended stands in the row."""
    job = claims.job_claim(job_id=job_id, worker=worker_name())
    if job is None:
        return False
    handler = HANDLERS[job.kind]
    with JobWork(job, on_progress) as work:
        try:
            handler.runner()(work=work)
            if not work.finished:
                raise RuntimeError(f"the handler of {job.kind} returned without finishing its job")
        except claims.FencedError:
            logger.warning("job %s attempt %s was fenced: another attempt has it", job.pk, job.attempt)
        except CancelledError:
            if work.cancel_requested and not work.lost:
                _stop(job, handler, JobState.CANCELLED, _who_cancelled(job))
        except ANTICIPATED as error:
            _stop(job, handler, JobState.FAILED, str(error))
        except Exception as error:
            if full := disk_full(error):
                logger.error("job %s (%s) found no room on the disk: %s", job.pk, job.kind, error)
                _stop(job, handler, JobState.FAILED, str(full))
                return True
            logger.exception("job %s (%s) attempt %s failed", job.pk, job.kind, job.attempt)
            _try_again(job, handler, f"Internal failure: {type(error).__name__}: {error}")
    return True


def _who_cancelled(job: Job) -> str:
    return Job.objects.values_list("reason", flat=True).get(pk=job.pk) or "Cancelled on request."


def _stop(job: Job, handler: Handler, state: JobState, reason: str) -> None:
    try:
        with claims.fenced(job):
            tell_stopped(handler, target_id=job.target_id, reason=reason)
            claims.job_stop(job=job, state=state, reason=reason)
    except claims.FencedError:
        logger.warning("job %s attempt %s was fenced before it could be ended", job.pk, job.attempt)


def _try_again(job: Job, handler: Handler, reason: str) -> None:
    if job.attempt >= job.max_attempts:
        _stop(job, handler, JobState.FAILED, reason)
        return
    try:
        with claims.fenced(job):
            claims.job_release(job=job, reason=reason)
    except claims.FencedError:
        logger.warning("job %s attempt %s was fenced before it could be given back", job.pk, job.attempt)


def run_pending(*, on_progress: OnJobProgress | None = None, limit: int | None = None) -> int:
    """Do owed jobs in this process, oldest first, until none is left (or ``limit`` were done). Returns how many.

    Jobs that the work itself enqueues are done too. It competes fairly with workers elsewhere: the claim decides.
    """
    done = 0
    while limit is None or done < limit:
        now = timezone.now()
        job_id = (
            Job.objects.filter(claims.owed(now), attempt__lt=F("max_attempts"))
            .order_by("created_at")
            .values_list("pk", flat=True)
            .first()
        )
        if job_id is None:
            break
        done += run_job(job_id=job_id, on_progress=on_progress)
    return done
