"""Scratch directories: one an attempt, named after it, gone with it; and those that a killed worker left behind."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from django_site.apps.jobs.models import Job, JobState


def scratch_make(job: Job) -> Path:
    """A new directory for this attempt."""
    settings.WORK_ROOT.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{job.pk}~{job.attempt}~", dir=settings.WORK_ROOT))


def scratch_sweep() -> int:
    """Delete the directories of attempts that no longer hold their job. Returns how many.

    An attempt that was overtaken but still runs loses its files, which is all the same: it can't write its effect.
    Directories with other names are none of ours and stay.
    """
    if not settings.WORK_ROOT.is_dir():
        return 0
    found = {path: _attempt_of(path) for path in settings.WORK_ROOT.iterdir() if path.is_dir()}
    jobs = {job for job, _ in filter(None, found.values())}
    running = set(Job.objects.filter(pk__in=jobs, state=JobState.RUNNING).values_list("pk", "attempt"))
    # A job is claimed before its directory is made; the margin covers clocks and a read between the two looks.
    settled = (timezone.now() - timedelta(seconds=settings.JOB_LEASE_SECONDS)).timestamp()
    removed = 0
    for path, attempt in found.items():
        if attempt is None or attempt in running or path.stat().st_ctime > settled:
            continue
        shutil.rmtree(path, ignore_errors=True)
        removed += 1
    return removed


def _attempt_of(path: Path) -> tuple[UUID, int] | None:
    job, _, rest = path.name.partition("~")
    attempt, _, _ = rest.partition("~")
    try:
        return UUID(job), int(attempt)
    except ValueError:
        return None
