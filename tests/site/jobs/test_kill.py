"""kill -9 of a real worker in the middle of a render and in the middle of an audit: nothing is lost, nothing doubled."""

import pytest
from django.db.models import Count

from django_site.apps.audits.models import Asset, Audit, Decision
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Contribution, GenerationRecord, Take
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import take_request
from django_site.apps.provenance.models import LedgerEntry
from generator.backends.previz import PrevizBackend
from generator.narrative import write_screenplay
from generator.shots import plan_shots
from tests.site.jobs.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", autouse=True)
def compiled_kernels(tmp_path_factory):
    """The renderer compiles its kernels once a machine: let that happen before anybody is timed."""
    screenplay = write_screenplay("A lighthouse keeper finds a letter on the shore at dusk.", seed=1)
    shot = plan_shots(screenplay, total_seconds=3, width=32, height=32, fps=4, seed=1)[0]
    PrevizBackend().render(shot, tmp_path_factory.mktemp("kernels") / "take.mp4")


@pytest.fixture
def take(make):
    """A take that is owed: three seconds, small, which still render for a second or more."""
    studio = make.studio()
    production = make.production(
        studio.organisation, studio.producer, width=160, height=90, total_seconds=9,
        brief="A lighthouse keeper finds a letter on the shore at dusk.",
    )  # fmt: skip
    screenplay_write(production=production, by=studio.producer)
    return take_request(shot=shots_current(production)[0], by=studio.producer)


def job_of(take: Take, kind: str) -> Job | None:
    return Job.objects.filter(kind=kind, target_id=take.pk).first()


def in_the_middle_of(take: Take, kind: str):
    """The job once its progress was written: the work has begun, and has not ended."""

    def look():
        job = job_of(take, kind)
        return job if job and job.state == "running" and job.stage else None

    return look


def finished(take: Take):
    take.refresh_from_db()
    return take.state in ("cleared", "stopped", "needs_review", "failed")


def assert_once(take: Take) -> None:
    """One render, one audit, one decision; each row that they write exists once."""
    take.refresh_from_db()
    assert take.state == "cleared", take.reason
    jobs = {job.kind: job for job in Job.objects.filter(target_id=take.pk)}
    assert {kind: job.state for kind, job in jobs.items()} == {"render_take": "done", "audit_take": "done"}
    assert Job.objects.filter(target_id=take.pk).count() == 2
    assert Take.objects.count() == 1
    assert GenerationRecord.objects.count() == 1
    assert Audit.objects.count() == 1
    assert Decision.objects.filter(take=take).count() == 1
    assert Contribution.objects.filter(target_id=take.pk, act="rendered").count() == 1
    assert Asset.objects.filter(media_type="video/mp4").count() == 1
    events = LedgerEntry.objects.values("leaf_sha256").annotate(times=Count("pk"))
    assert {event["times"] for event in events} == {1}


@pytest.mark.parametrize("kind", ["render_take", "audit_take"])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(take, start_worker, settings, kind):
    first = start_worker()
    until(in_the_middle_of(take, kind), seconds=60, what=f"the middle of {kind}")
    first.kill()
    job = job_of(take, kind)
    assert job.state == "running"  # nobody has told the row yet: its lease will
    assert not Audit.objects.exists()
    second = start_worker()
    until(lambda: finished(take), seconds=90, what="the end of the work")
    job.refresh_from_db()
    assert job.attempt == 2
    assert str(second.pid) in job.worker
    assert_once(take)
    assert run_pending() == 0
    second.kill()
    leftovers = [path for path in settings.QUARANTINE_ROOT.rglob("*") if path.parent.name == "incoming"]
    assert leftovers == []


def test_two_workers_share_the_work_and_double_nothing(take, start_worker):
    workers = [start_worker(), start_worker()]
    until(lambda: finished(take), seconds=90, what="the end of the work")
    assert_once(take)
    assert {job.attempt for job in Job.objects.filter(target_id=take.pk)} == {1}
    for worker in workers:
        worker.kill()
