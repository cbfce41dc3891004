"""kill -9 of a real worker at every stage of every kind of job: nothing is lost, nothing doubled, nothing left lying about.

The first worker is killed at an exact place (see ``dying_worker``), a second one, ready by then, finishes.
"""

import shutil

import pytest
from django.conf import settings
from django.db.models import Count

from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audits.models import Asset, Audit, Decision
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.audits.services.sweeping import storage_sweep
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job, run_pending
from django_site.apps.jobs.scratch import scratch_sweep
from django_site.apps.productions.models import Contribution, Cut, GenerationRecord, ImportedMedia, Take
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.imports import media_import
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import take_request
from django_site.apps.provenance.models import LedgerEntry, Manifest, Release, SigningIntent, TreeHead
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from generator.backends.previz import PrevizBackend
from generator.narrative import write_screenplay
from generator.shots import plan_shots
from tests.clips import COFFEE, still, write_clip
from tests.site.jobs.conftest import until

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = "A lighthouse keeper finds a letter on the shore at dusk."
DYING = ("-m", "tests.site.jobs.dying_worker")
SERVICES = "django_site.apps"


@pytest.fixture(scope="module", autouse=True)
def compiled_kernels(tmp_path_factory):
    """The renderer compiles its kernels once a machine: let that happen before anybody is timed."""
    shot = plan_shots(write_screenplay(BRIEF, seed=1), total_seconds=3, width=32, height=32, fps=4, seed=1)[0]
    PrevizBackend().render(shot, tmp_path_factory.mktemp("kernels") / "take.mp4")


@pytest.fixture
def studio(make):
    """A production in empty storage, so that every file can be accounted for."""
    for root in (settings.QUARANTINE_ROOT, settings.RELEASED_ROOT, settings.WORK_ROOT, settings.INDEX_ROOT):
        shutil.rmtree(root, ignore_errors=True)
    studio = make.studio()
    studio.production = make.production(
        studio.organisation,
        studio.producer,
        brief=BRIEF,
        territories=["US", "DE"],
        width=64,
        height=36,
        fps=6,
        total_seconds=3,
    )
    return studio


def until_owed(kind: str, studio) -> Job:
    """Do the work up to a job of this kind, here; the job itself is still owed."""
    if kind == "audit_import":
        clip = write_clip(settings.VAR / "clip.mp4", [still(COFFEE)[:180, :320]] * 20)
        media_import(production=studio.production, source=clip, name="clip.mp4", by=studio.producer)
        return Job.objects.get()
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    # One shot is enough for a film here.
    shots = list(shots_current(studio.production))
    for shot in shots[1:]:
        shot.current = False
        shot.save()
    take_request(shot=shots[0], by=studio.producer)
    while True:
        job = Job.objects.get(state="queued")
        if job.kind == kind:
            return job
        assert run_job(job_id=job.pk)
        if case := Case.objects.filter(state="open").first():
            case_approve(case=case, by=studio.legal_reviewer, reason="Watched it; fine.")


def files_in(root) -> set[str]:
    return {path.name for path in root.rglob("*") if path.is_file()}


def assert_once(studio) -> None:
    """Every row that a job writes exists once for its target; the files are exactly those that the rows name."""
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}, list(Job.objects.values_list("kind", "reason"))
    doubled = Job.objects.values("kind", "target_id").annotate(times=Count("pk")).filter(times__gt=1)
    assert not doubled
    for take in Take.objects.all():
        assert (take.state, take.audits.count(), take.decisions.count()) == ("cleared", 1, 1), take.reason
        assert Contribution.objects.filter(target_id=take.pk, act="rendered").count() == 1
    assert GenerationRecord.objects.count() == Take.objects.count()
    for cut in Cut.objects.all():
        assert cut.audits.count() == 1
        assert cut.decisions.filter(point="cut").count() == 1
        assert cut.cases.count() == 1
        assert cut.items.count() == 1
    for imported in ImportedMedia.objects.all():
        assert (imported.state, imported.audits.count(), imported.decisions.count()) == ("cleared", 1, 1)
    assert Audit.objects.count() == Job.objects.filter(kind__startswith="audit").count()
    assert Decision.objects.filter(outcome="block").count() == 0
    events = LedgerEntry.objects.values("leaf_sha256").annotate(times=Count("pk"))
    assert {event["times"] for event in events} <= {1}


def assert_released_once() -> None:
    """One intent and one manifest for the cut and for each of its takes, one release, one event each, and a public file that
    is the one that they speak of. Every use of the key stands in the log, those of an attempt that died too."""
    cut, release = Cut.objects.get(), Release.objects.get()
    manifest = Manifest.objects.get(intent__kind="cut")
    takes = set(cut.items.values_list("take", flat=True))
    assert cut.state == "released"
    assert set(SigningIntent.objects.values_list("state", flat=True)) == {"signed"}
    assert release.manifest == manifest
    assert sorted(Manifest.objects.filter(intent__kind="take").values_list("intent__take", flat=True)) == sorted(takes)
    assert cut.decisions.filter(point="release").count() == 1
    assert LedgerEntry.objects.filter(kind="released", event__cut=str(cut.pk)).count() == 1
    assert LedgerEntry.objects.filter(kind="signed", event__cut=str(cut.pk)).count() == 1 + len(takes)
    for one in Manifest.objects.all():
        assert one.intent.key_uses.filter(purpose="claim").exists()
    assert (
        TreeHead.objects.latest("size").size == LedgerEntry.objects.count()
    )  # the sweeper may have signed some before
    assert manifest.asset.zone == "released"
    path = asset_path(manifest.asset)
    assert wiring.zone("released").checked(manifest.asset.sha256) == path
    assert verify(path, trust=wiring.trust_list()).state == "Trusted"
    assert files_in(wiring.zone("released").root) == {manifest.asset.sha256, manifest.sidecar.sha256}


def assert_nothing_left_lying_about(settings) -> None:
    """After the sweep, what lies in storage is what rows name, no more and no less."""
    settings.STORAGE_GRACE_SECONDS = -1
    settings.JOB_LEASE_SECONDS = -1
    storage_sweep()
    scratch_sweep()
    named = {
        zone: set(Asset.objects.filter(zone=zone).values_list("sha256", flat=True))
        for zone in ("quarantine", "released")
    }
    assert {zone: files_in(wiring.zone(zone).root) for zone in named} == named
    assert not list(settings.WORK_ROOT.iterdir())


STAGES = [
    ("render_take", "progress"),
    ("render_take", f"{SERVICES}.productions.services.takes.asset_record"),
    ("audit_take", "progress"),
    ("assemble_cut", "progress"),
    ("audit_cut", "progress"),
    ("audit_import", "progress"),
    ("audit_import", f"{SERVICES}.audits.services.auditing.decide_and_record"),
    ("sign_cut", f"{SERVICES}.provenance.services.signed.sign"),
    ("sign_cut", f"{SERVICES}.provenance.services.signed.asset_record"),
    ("sign_cut", f"{SERVICES}.provenance.services.signing.cut_draft"),  # the takes are signed, the cut is not
    ("sign_cut", f"{SERVICES}.provenance.services.signing.cut_release"),
    ("sign_cut", f"{SERVICES}.provenance.services.release.asset_mark_released"),
]


@pytest.fixture
def die_at(start_worker, tmp_path):
    """``die_at(kind, place)``: the first worker was killed there, the second is on its way."""

    def die(kind: str, place: str):
        mark, go = tmp_path / "mark", tmp_path / "go"
        first = start_worker(DYING, REELPROOF_TEST_PAUSE=f"{kind}@{place}", REELPROOF_TEST_MARK=str(mark))
        second = start_worker(DYING, REELPROOF_TEST_HOLD=str(go))
        until(mark.exists, seconds=60, what=f"the first worker to reach {place}: {first.text()}")
        first.kill()
        return second, go

    return die


@pytest.mark.parametrize(
    ("kind", "place"), STAGES, ids=[f"{kind}-{place.rpartition('.')[2]}" for kind, place in STAGES]
)
def test_a_killed_worker_loses_nothing_and_doubles_nothing(studio, die_at, settings, kind, place):
    job = until_owed(kind, studio)
    second, go = die_at(kind, place)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("running", 1)  # nobody has told the row yet: its lease will
    assert not Release.objects.exists()
    go.touch()
    until(
        lambda: not Job.objects.filter(state__in=["queued", "running"]).exists(), seconds=60, what="the end of it all"
    )
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("done", 2), job.reason
    assert str(second.pid) in job.worker
    assert run_pending() == 0
    second.kill()
    assert_once(studio)
    if kind == "sign_cut":
        assert_released_once()
    assert_nothing_left_lying_about(settings)


def test_a_worker_killed_right_after_the_release_leaves_a_copy_that_is_swept(studio, die_at, settings):
    """The row says released, the copy in quarantine was not deleted any more."""
    job = until_owed("sign_cut", studio)
    die_at("any", f"{SERVICES}.audits.storage.DirectoryZone.remove")
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("done", 1)
    assert_once(studio)
    assert_released_once()
    manifest = Release.objects.get().manifest
    assert wiring.zone("quarantine").exists(manifest.asset.sha256)
    assert_nothing_left_lying_about(settings)


def test_two_workers_share_the_work_and_double_nothing(studio, start_worker):
    until_owed("render_take", studio)
    workers = [start_worker(REELPROOF_TEST_LEASE="60"), start_worker(REELPROOF_TEST_LEASE="60")]
    until(lambda: Case.objects.exists(), seconds=240, what="the cut to wait for review")
    assert_once(studio)
    assert set(Job.objects.values_list("attempt", flat=True)) == {1}
    for worker in workers:
        worker.kill()
