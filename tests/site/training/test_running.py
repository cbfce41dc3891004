"""A training as a job, with the real engine on the smallest networks: progress, pause, resume, failures, the model."""

import json

import pytest

from django_site import wiring
from django_site.apps.corpora.models import Licence
from django_site.apps.corpora.services import licence_withdraw
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job
from django_site.apps.training.looks import run_folder
from django_site.apps.training.models import TrainedModel, TrainingRun
from django_site.apps.training.services import running
from django_site.apps.training.services.running import (
    training_accept,
    training_cancel,
    training_discard,
    training_pause,
    training_resume,
)
from django_site.errors import InputError, NotAllowedError, WrongStateError
from generator.errors import TrainingError

pytestmark = pytest.mark.django_db(transaction=True)


def work_on(run, **options) -> Job:
    """Do the newest job of a training, as a worker does."""
    job = Job.objects.filter(target_id=run.pk).order_by("-created_at").first()
    assert run_job(job_id=job.pk, **options)
    job.refresh_from_db()
    run.refresh_from_db()
    return job


@pytest.fixture
def engine(monkeypatch):
    """What the engine was asked, in order; ``engine.answer`` stands for it where a test needs no training."""
    asked = []

    def engine_run(what, *, on_progress, cancelled):
        asked.append(what)
        answer(what)
        return {}

    def answer(what):
        return None

    monkeypatch.setattr(running, "engine_run", engine_run)
    return asked


def test_what_the_engine_says_is_wrong_is_the_reason(confirmed, monkeypatch):
    def refuse(what, **_):
        raise TrainingError("the training of harbour-dusk diverged at step 3: the loss generator is nan")

    monkeypatch.setattr(running, "engine_run", refuse)
    run = confirmed()
    job = work_on(run)
    assert (job.state, run.state) == ("failed", "failed")
    assert "diverged at step 3" in run.reason
    run = training_resume(run=run, by=run.asked_by)
    assert (run.state, run.round, run.reason) == ("queued", 2, "")


def test_a_full_disk_is_told_in_plain_words(confirmed, monkeypatch):
    def refuse(what, **_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(running, "engine_run", refuse)
    run = confirmed()
    assert work_on(run).state == "failed"
    assert "no room left" in run.reason


def test_a_licence_that_ended_while_it_waited_stops_it_before_the_first_step(confirmed, studio, engine):
    run = confirmed()
    Licence.objects.filter(work=studio.bikes).update(ends=run.confirmed_at, territories=["*"])
    job = work_on(run)
    assert (job.state, engine) == ("failed", [])
    assert "'Bikes' is in the data" in run.reason


def test_a_licence_withdrawn_while_it_trains_ends_it(confirmed, studio, monkeypatch):
    def withdraw(what, **_):
        licence_withdraw(licence=studio.bikes.licences.get(), by=studio.producer, reason="Sold.")

    monkeypatch.setattr(running, "engine_run", withdraw)
    run = confirmed()
    job = work_on(run)
    assert job.state in ("failed", "cancelled")
    assert run.state == "failed"
    assert "Sold." in run.reason
    assert not TrainedModel.objects.exists()


def test_waiting_it_can_be_paused_resumed_cancelled_and_put_aside(confirmed):
    run = confirmed()
    by = run.asked_by
    training_pause(run=run, by=by)
    assert (run.state, Job.objects.get(target_id=run.pk).state) == ("paused", "cancelled")
    assert run.reason == f"Paused by {by}."
    training_resume(run=run, by=by)
    with pytest.raises(WrongStateError):
        training_resume(run=run, by=by)
    training_cancel(run=run, by=by)
    assert run.state == "cancelled"
    folder = run_folder(run.pk)
    folder.mkdir(parents=True)
    training_discard(run=run, by=by)
    assert run.state == "discarded"
    assert not folder.exists()


def test_it_trains_pauses_within_a_step_and_goes_on_from_its_checkpoint(confirmed, studio, monkeypatch):
    """The real engine in its own process. Publishing is tried where it is there; here the training is."""
    real = running.engine_run

    def train_alone(what, **options):
        return real(what, **options) if what["do"] == "train" else {}

    monkeypatch.setattr(running, "engine_run", train_alone)
    recorded = []
    monkeypatch.setattr(running, "model_record", lambda run, *, version, work: recorded.append(finish(run, work)))

    def finish(run, work):
        with work.fenced():
            TrainingRun.objects.filter(pk=run.pk).update(state="done", finished_at=run.confirmed_at)
            work.finish(kind=run.kind, steps=run.steps, seconds=1.0)

    run = confirmed(steps=60)
    seen = []

    def watch(job, progress):
        seen.append((progress.stage, progress.done))
        if progress.stage.startswith("train") and progress.done >= 2 and len(recorded) == 0 and not paused:
            paused.append(training_pause(run=TrainingRun.objects.get(pk=run.pk), by=run.asked_by))

    paused: list[TrainingRun] = []
    job = work_on(run, on_progress=watch)
    assert (job.state, run.state) == ("cancelled", "paused"), job.reason
    folder = run_folder(run.pk)
    kept = json.loads((folder / "checkpoint" / "state.json").read_text())
    assert 2 <= kept["step"] < 60
    training_resume(run=run, by=run.asked_by)
    job = work_on(run)
    assert (job.state, run.state) == ("done", "done"), job.reason
    losses = [json.loads(line)["step"] for line in (folder / "losses.jsonl").read_text().splitlines()]
    assert losses == list(range(1, 61)), "no step twice, none missing"
    lineage = json.loads((folder / "model" / "lineage.json").read_text())
    assert [work["title"] for work in lineage["set"]["works"]] == ["Bikes", "Car", "Film", "Rocket"]
    assert lineage["set_sha256"] == run.set_sha256
    assert {work["licence_version"] for work in lineage["set"]["works"]} == {
        f"{row.licence_id}/1" for row in run.works.all()
    }
    assert str(wiring.zone("quarantine").root) not in (folder / "model" / "lineage.json").read_text()


def test_a_suspect_memory_waits_for_a_reviewers_word(confirmed, studio, monkeypatch):
    asked = []

    def suspect(what, **_):
        asked.append(what)
        if what["do"] == "publish":
            raise TrainingError("harbour-dusk is not published, because its memory is suspect: 3 of 48 are flagged")
        return {}

    monkeypatch.setattr(running, "engine_run", suspect)
    run = confirmed()
    work_on(run)
    assert running.memory_suspect(run)
    with pytest.raises(NotAllowedError):
        training_accept(run=run, by=studio.producer, reason="I like it.")
    with pytest.raises(InputError, match="say in a sentence"):
        training_accept(run=run, by=studio.legal_reviewer, reason=" ")
    training_accept(run=run, by=studio.legal_reviewer, reason="Looked at\nthe pairs: skies alone.")
    assert (run.state, run.accepted_because) == ("queued", "Looked at the pairs: skies alone.")
    work_on(run)
    assert asked[-1]["accept_suspect"] == "Looked at the pairs: skies alone."
    assert [what["do"] for what in asked] == ["train", "publish", "train", "publish"]


def test_what_memorised_is_never_let_out(confirmed, studio, monkeypatch):
    def memorised(what, **_):
        raise TrainingError("harbour-dusk is not published, because it memorised: 9 of 48 are copies")

    monkeypatch.setattr(running, "engine_run", memorised)
    run = confirmed()
    work_on(run)
    with pytest.raises(WrongStateError, match="waits for such a word"):
        training_accept(run=run, by=studio.legal_reviewer, reason="It is fine.")
