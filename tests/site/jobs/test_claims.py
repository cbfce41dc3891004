"""One worker has a job, however many ask; a lease bounds it; a late writer writes nothing. Also run on PostgreSQL."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from auditor.errors import BadInputError, CancelledError
from auditor.media.types import Progress
from django_site.apps.jobs import claims, handlers
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job, run_pending
from django_site.apps.jobs.scratch import scratch_make, scratch_sweep
from django_site.apps.jobs.services import job_cancel, job_enqueue, job_sweep
from django_site.errors import WrongStateError

pytestmark = pytest.mark.django_db(transaction=True)


class Local:
    """A handler made of functions of the test, in the place of those that render and audit."""

    def __init__(self, run, stopped=lambda **_: None) -> None:
        self._run, self._stopped = run, stopped

    def runner(self):
        return self._run

    def stopper(self):
        return self._stopped


@pytest.fixture
def handler(monkeypatch):
    def use(run, stopped=lambda **_: None):
        monkeypatch.setitem(handlers.HANDLERS, "render_take", Local(run, stopped))

    return use


def finish(work, **result) -> None:
    with work.fenced():
        work.finish(**result)


@pytest.fixture
def job(make):
    return make.job(make.studio().production)


def test_of_many_claimers_at_once_one_gets_the_job(job):
    ready, won = threading.Barrier(8), []

    def claim(name: str) -> None:
        try:
            ready.wait()
            if claims.job_claim(job_id=job.pk, worker=name):
                won.append(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(f"worker-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job.refresh_from_db()
    assert len(won) == 1
    assert (job.state, job.attempt, job.worker) == ("running", 1, won[0])


def test_a_running_job_is_not_claimed_before_its_lease_is_over(job):
    now = timezone.now()
    first = claims.job_claim(job_id=job.pk, worker="a", now=now)
    assert claims.job_claim(job_id=job.pk, worker="b", now=now + timedelta(seconds=1)) is None
    second = claims.job_claim(job_id=job.pk, worker="b", now=now + timedelta(seconds=60))
    assert (first.attempt, second.attempt) == (1, 2)


def test_a_late_writer_is_fenced_and_leaves_nothing(job, make):
    late = claims.job_claim(job_id=job.pk, worker="late", now=timezone.now() - timedelta(hours=1))
    now = claims.job_claim(job_id=job.pk, worker="quick")
    organisations = type(job.production.organisation).objects
    before = organisations.count()
    with pytest.raises(claims.FencedError), claims.fenced(late):
        make.organisation()
    assert organisations.count() == before
    for attempt in (
        lambda: claims.job_finish(job=late, result={}),
        lambda: claims.job_renew(job=late),
        lambda: claims.job_stop(job=late, state="failed", reason="late"),
        lambda: claims.job_release(job=late, reason="late"),
    ):
        with pytest.raises(claims.FencedError):
            attempt()
    with claims.fenced(now):
        claims.job_finish(job=now, result={"by": "quick"})
    job.refresh_from_db()
    assert (job.state, job.worker, job.result) == ("done", "quick", {"by": "quick"})


def test_a_worker_that_is_overtaken_while_working_stops_and_writes_nothing(job, handler, make):
    seen = {}

    def slow(*, work) -> None:
        # What a machine that slept through its lease finds: somebody else has begun and finished.
        Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        other = claims.job_claim(job_id=job.pk, worker="other")
        with claims.fenced(other):
            claims.job_finish(job=other, result={"by": "other"})
        deadline = time.monotonic() + 5
        while not work.cancelled() and time.monotonic() < deadline:
            time.sleep(0.02)
        seen["told to stop"] = work.cancelled()
        finish(work, by="slow")

    handler(slow)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert seen["told to stop"]
    assert (job.result, job.attempt) == ({"by": "other"}, 2)


def test_the_same_key_is_the_same_job(make):
    studio = make.studio()
    asked = [
        job_enqueue(
            kind="render_take", key="k", production=studio.production, target_id=studio.producer.pk, requested_by=None
        )
        for _ in range(3)
    ]
    assert len({job.pk for job in asked}) == 1


def test_a_lease_is_renewed_while_the_work_lasts(job, handler, settings):
    settings.JOB_LEASE_SECONDS, settings.JOB_HEARTBEAT_SECONDS = 0.9, 0.2
    stolen = []

    def long(*, work) -> None:
        for _ in range(12):
            time.sleep(0.15)
            stolen.append(claims.job_claim(job_id=job.pk, worker="thief"))
        finish(work)

    handler(long)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert stolen == [None] * 12
    assert (job.state, job.attempt) == ("done", 1)


def test_progress_reaches_the_row_with_rate_and_time_left(job, handler):
    seen = []

    def work_along(*, work) -> None:
        for done in range(1, 41):
            work.on_progress(Progress("render", done, 80, "frames"))
            time.sleep(0.04)
        seen.append(Job.objects.values("stage", "progress", "unit", "rate", "eta_seconds").get(pk=job.pk))
        finish(work)

    handler(work_along)
    run_job(job_id=job.pk)
    row = seen[0]
    assert (row["stage"], row["unit"]) == ("render", "frames")
    assert 0 < row["progress"] <= 0.5
    assert 5 < row["rate"] < 40
    assert row["eta_seconds"] == pytest.approx((1 - row["progress"]) * 80 / row["rate"], rel=0.01)


def test_a_failure_that_was_anticipated_is_final_and_tells_its_reason(job, handler):
    told = []
    handler(
        lambda *, work: (_ for _ in ()).throw(BadInputError("take.mp4: it is empty; render it again")),
        lambda *, target_id, reason: told.append((target_id, reason)),
    )
    run_pending()
    job.refresh_from_db()
    assert (job.state, job.attempt, job.reason) == ("failed", 1, "take.mp4: it is empty; render it again")
    assert told == [(job.target_id, job.reason)]


def test_an_unforeseen_failure_is_tried_again_and_then_ends(job, handler, caplog):
    tries = []

    def broken(*, work) -> None:
        tries.append(work.job.attempt)
        raise ZeroDivisionError("unlucky")

    handler(broken)
    run_pending()
    job.refresh_from_db()
    assert tries == [1, 2, 3]
    assert job.state == "failed"
    assert "unlucky" in job.reason


def test_a_handler_that_forgets_to_finish_is_no_success(job, handler, caplog):
    handler(lambda *, work: None)
    run_pending()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "without finishing" in job.reason


def test_a_waiting_job_is_called_off_at_once(job, handler):
    told = []
    handler(lambda *, work: finish(work), lambda *, target_id, reason: told.append(target_id))
    job_cancel(job=job, by=job.production.created_by)
    assert run_pending() == 0
    job.refresh_from_db()
    assert (job.state, told) == ("cancelled", [job.target_id])
    with pytest.raises(WrongStateError):
        job_cancel(job=job, by=job.production.created_by)


def test_a_running_job_stops_when_it_is_called_off(job, handler):
    def patient(*, work) -> None:
        job_cancel(job=Job.objects.get(pk=job.pk), by=job.production.created_by)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if work.cancelled():
                raise CancelledError("stopped between frames")
            time.sleep(0.02)

    handler(patient)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert job.reason == f"Cancelled by {job.production.created_by}."


def test_the_sweeper_sends_what_was_lost_and_ends_what_keeps_dying(make, monkeypatch):
    sent = []
    monkeypatch.setattr("django_site.apps.jobs.services.tasks.run.delay", sent.append)
    production = make.studio().production
    now, long_ago = timezone.now(), timezone.now() - timedelta(hours=1)
    lost = make.job(production, sent_at=long_ago)
    make.job(production, sent_at=now)
    running = {"state": "running", "worker": "w", "heartbeat_at": long_ago, "started_at": long_ago}
    orphan = make.job(production, **running, lease_until=long_ago, attempt=1, sent_at=long_ago)
    make.job(production, **running, lease_until=now + timedelta(hours=1), attempt=1, sent_at=long_ago)
    doomed = make.job(
        production,
        **running,
        lease_until=long_ago,
        attempt=3,
        kind="audit_take",
        target_id=make.take(make.shot(production), production.created_by, state="auditing").pk,
    )
    assert job_sweep(now=now) == {"sent": 2, "ended": 1}
    assert sent == [str(lost.pk), str(orphan.pk)]
    assert job_sweep(now=now) == {"sent": 0, "ended": 0}
    doomed.refresh_from_db()
    assert doomed.state == "failed"
    assert "died 3 times" in doomed.reason


def test_a_target_that_can_not_be_told_does_not_keep_a_dead_job_alive(job, handler, caplog):
    def gone(*, target_id, reason):
        raise LookupError("the take is gone")

    handler(lambda *, work: (_ for _ in ()).throw(BadInputError("no such take")), gone)
    run_pending()
    job.refresh_from_db()
    assert (job.state, job.reason) == ("failed", "no such take")
    assert "could not be told" in caplog.text


def test_scratch_directories_go_with_the_job(job, handler, settings, tmp_path):
    settings.WORK_ROOT = tmp_path / "work"

    def untidy(*, work) -> None:
        (work.directory / "half.mp4").write_bytes(b"x")
        finish(work)

    handler(untidy)
    run_pending()
    assert list(settings.WORK_ROOT.iterdir()) == []


def test_the_sweep_removes_scratch_of_attempts_that_are_over_and_never_of_one_that_runs(job, settings, tmp_path):
    settings.WORK_ROOT = tmp_path / "work"
    settings.JOB_LEASE_SECONDS = -1
    lost = scratch_make(claims.job_claim(job_id=job.pk, worker="a", now=timezone.now() - timedelta(seconds=60)))
    held = scratch_make(claims.job_claim(job_id=job.pk, worker="b"))
    (lost / "take.mp4").write_bytes(b"half")
    foreign = settings.WORK_ROOT / "somebody-else"
    foreign.mkdir()
    assert scratch_sweep() == 1
    assert (lost.exists(), held.exists(), foreign.exists()) == (False, True, True)
