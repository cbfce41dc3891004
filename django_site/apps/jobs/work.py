"""What a handler holds while it works: its job, a scratch directory, a place to report progress, a question to ask.

A thread renews the lease and writes progress; the handler's own thread never waits for the database to say how far it is.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from auditor.errors import CancelledError
from auditor.media.types import Progress
from django_site import wiring
from django_site.apps.jobs import claims
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.scratch import scratch_make
from generator.energy import Energy, Meter
from generator.errors import EnergyMeterError

logger = logging.getLogger(__name__)

#: Seconds between writes of progress: what a person who watches can follow.
PROGRESS_SECONDS = 0.5

#: Seconds between looks at the meter while it runs: counters of processors run over after some minutes under full load.
METER_SECONDS = 60.0

#: Told of every step of every stage, beside the row; the demo and ``worker --verbose`` draw with it.
OnJobProgress = Callable[[Job, Progress], None]


class JobWork:
    """Use as a context manager around the handler; see ``runner.run_job``."""

    def __init__(self, job: Job, on_progress: OnJobProgress | None = None) -> None:
        self.job = job
        self.finished = False
        self.lost = False
        self.cancel_requested = False
        self._listener = on_progress
        self._latest: tuple[Progress, float] | None = None
        self._written: Progress | None = None
        self._stage_started = (("", 0.0), time.monotonic())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{job.pk}", daemon=True)

    def __enter__(self) -> "JobWork":
        self.directory = scratch_make(self.job)
        self._meter = _meter()
        self._thread.start()
        return self

    def __exit__(self, *exception) -> None:
        self._stop.set()
        self._thread.join()
        shutil.rmtree(self.directory, ignore_errors=True)
        if self._meter is not None:
            used = self._meter.so_far()
            self._meter.close()
            _energy_add(self.job, used)

    # what the cores are given

    def on_progress(self, progress: Progress) -> None:
        """Remember how far the work is; the heartbeat writes it."""
        now = time.monotonic()
        (stage, _), _ = self._stage_started
        if progress.stage != stage:
            self._stage_started = ((progress.stage, progress.done), now)
        self._latest = (progress, now)
        if self._listener:
            self._listener(self.job, progress)

    def cancelled(self) -> bool:
        """Whether to stop: somebody asked for it, or the job is no longer ours."""
        return self.cancel_requested or self.lost

    # what a handler writes with

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """A transaction that only the attempt holding the job can open. Raises ``FencedError``, and ``CancelledError``
        where the job was called off meanwhile: whatever was called off in time takes no effect."""
        with claims.fenced(self.job):
            if not self.finished and Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
                self.cancel_requested = True
                raise CancelledError("the job was called off")
            yield

    def finish(self, **result) -> None:
        """Mark the job done, inside :meth:`fenced`. ``result`` holds ids and figures, JSON only."""
        claims.job_finish(job=self.job, result=result)
        self.finished = True

    # the heartbeat

    def _beat(self) -> None:
        renewed = metered = time.monotonic()
        wait = min(PROGRESS_SECONDS, settings.JOB_HEARTBEAT_SECONDS)
        try:
            while not self._stop.wait(wait):
                if self._meter is not None and time.monotonic() - metered > METER_SECONDS:
                    self._meter.so_far()
                    metered = time.monotonic()
                fields = self._progress_fields()
                if not fields and time.monotonic() - renewed < settings.JOB_HEARTBEAT_SECONDS:
                    continue
                try:
                    self.cancel_requested = claims.job_renew(job=self.job, **fields)
                    renewed = time.monotonic()
                except claims.FencedError:
                    self.lost = not self.finished
                    return
                except DatabaseError:  # busy or away: the lease outlives several of these
                    logger.warning("job %s: a heartbeat could not be written", self.job.pk, exc_info=True)
        finally:
            connection.close()

    def _progress_fields(self) -> dict:
        if self._latest is None or self._latest[0] is self._written:
            return {}
        progress, at = self._latest
        ((_, first), began) = self._stage_started
        elapsed, done = at - began, progress.done - first
        rate = done / elapsed if elapsed > 0.2 and done > 0 else None
        left = (progress.total - progress.done) / rate if rate and progress.total > 0 else None
        self._written = progress
        return {
            "stage": progress.stage[:80],
            "progress": max(0.0, min(1.0, progress.fraction)),
            "unit": progress.unit[:20],
            "rate": rate,
            "eta_seconds": left,
        }


def _meter() -> Meter | None:
    """The meter of the settings; work is not refused where it can't be had, its energy is then not on record."""
    try:
        return wiring.energy_meter()
    except EnergyMeterError as error:
        logger.error("energy is not counted: %s", error)
        return None


def _energy_add(job: Job, used: Energy) -> None:
    """What this attempt took, added to what earlier ones did: those that were lost with their worker told nothing."""
    try:
        with transaction.atomic():
            row = Job.objects.select_for_update().only("energy").get(pk=job.pk)
            before = Energy.from_dict(row.energy) if row.energy else Energy()
            measured = (row.energy or {}).get("attempts", 0) + 1
            Job.objects.filter(pk=job.pk).update(energy={**(before + used).as_dict(), "attempts": measured})
    except (DatabaseError, Job.DoesNotExist):
        logger.warning("job %s: its energy could not be written", job.pk, exc_info=True)
