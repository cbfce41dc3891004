"""A production's work as a whole: paused, gone on with, called off; and nothing is rendered twice."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from django_site.apps.jobs.claims import job_claim
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job, run_pending
from django_site.apps.jobs.services import job_sweep
from django_site.apps.productions.estimates import render_estimate, speed_measured
from django_site.apps.productions.models import Contribution, Cut, Take
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.running import production_call_off, production_pause, production_resume
from django_site.apps.productions.services.screenplays import screenplay_revise, screenplay_text, screenplay_write
from django_site.apps.productions.services.shots import shot_replace
from django_site.apps.productions.services.takes import production_render, take_request
from django_site.errors import NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.production = make.production(
        studio.organisation, studio.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=3
    )
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    return studio


def test_nothing_is_begun_while_a_production_is_paused_and_all_of_it_after(studio):
    production_render(production=studio.production, by=studio.producer)
    first, *others = Job.objects.order_by("created_at")
    run_job(job_id=first.pk)
    paused = production_pause(production=studio.production, by=studio.producer)
    assert paused.paused_by == studio.producer
    assert run_pending() == 0
    later = timezone.now() + timedelta(hours=1)
    assert job_sweep(now=later) == {"sent": 0, "ended": 0}
    assert all(job_claim(job_id=job.pk, worker="w", now=later) is None for job in others)
    with pytest.raises(WrongStateError, match="paused already"):
        production_pause(production=studio.production, by=studio.producer)
    production_resume(production=studio.production, by=studio.producer)
    run_pending()
    assert set(Job.objects.filter(kind="render_take").values_list("state", "attempt")) == {("done", 1)}
    assert Cut.objects.get().state == "needs_review"
    with pytest.raises(WrongStateError, match="not paused"):
        production_resume(production=studio.production, by=studio.producer)


def test_another_production_goes_on(studio, make):
    other = make.production(studio.organisation, studio.producer, width=64, height=36, fps=6, total_seconds=3)
    screenplay_write(production=other, by=studio.producer, scenes=1)
    for production in (studio.production, other):
        take_request(shot=shots_current(production).first(), by=studio.producer)
    production_pause(production=studio.production, by=studio.producer)
    run_pending()
    assert Take.objects.get(shot__scene__screenplay__production=other).state == "cleared"
    assert Take.objects.get(shot__scene__screenplay__production=studio.production).state == "queued"


def test_a_worker_that_died_before_the_pause_is_followed_after_it_and_a_worn_out_job_ends_meanwhile(studio):
    production_render(production=studio.production, by=studio.producer)
    first, second, *_ = Job.objects.order_by("created_at")
    for job in (first, second):
        assert job_claim(job_id=job.pk, worker="dead")
    Job.objects.filter(pk=second.pk).update(attempt=F("max_attempts"))
    production_pause(production=studio.production, by=studio.producer)
    assert job_sweep(now=timezone.now() + timedelta(hours=1))["ended"] == 1
    first.refresh_from_db()
    assert (first.state, first.attempt) == ("running", 1)


def test_all_of_it_is_called_off_and_what_was_done_stays(studio):
    production_render(production=studio.production, by=studio.producer)
    run_job(job_id=Job.objects.order_by("created_at")[0].pk)
    owed = Job.objects.filter(state="queued").count()
    assert production_call_off(production=studio.production, by=studio.producer) == owed
    assert Take.objects.filter(asset__isnull=False).count() == 1
    assert not Job.objects.filter(state__in=["queued", "running"]).exists()
    with pytest.raises(WrongStateError, match="nothing to call off"):
        production_call_off(production=studio.production, by=studio.producer)


def test_only_who_changes_the_production_may(studio):
    for act in (production_pause, production_resume, production_call_off):
        with pytest.raises(NotAllowedError):
            act(production=studio.production, by=studio.legal_reviewer)


def test_from_the_page(studio, client):
    production_render(production=studio.production, by=studio.producer)
    client.force_login(studio.producer)
    page = reverse("productions:page", args=[studio.production.pk])
    running = reverse("productions:running", args=[studio.production.pk])
    assert b"Paused by" in client.post(running, {"do": "pause"}, follow=True).content
    answer = client.get(reverse("jobs:production", args=[studio.production.pk]))
    assert b"Go on" in answer.content
    assert b"hx-trigger" not in answer.content, "there is nothing to wait for"
    assert b"Paused by" not in client.post(running, {"do": "resume"}, follow=True).content
    assert b"called off" in client.post(running, {"do": "call_off"}, follow=True).content
    assert client.post(running, {"do": "explode"}).status_code == 400
    assert client.get(page).status_code == 200


# the same inputs


def renders() -> int:
    return Job.objects.filter(kind="render_take", state="done", result__same_as__isnull=True).count()


def test_a_shot_that_is_changed_back_has_its_old_bytes_and_an_audit_of_its_own(studio):
    shot = shots_current(studio.production).first()
    take_request(shot=shot, by=studio.producer)
    run_pending()
    changed = shot_replace(shot=shot, changes={"lens_mm": 90.0}, by=studio.producer)
    take_request(shot=changed, by=studio.producer)
    run_pending()
    back = shot_replace(shot=changed, changes={"lens_mm": shot.spec["lens_mm"]}, by=studio.producer)
    take = take_request(shot=back, by=studio.producer)
    run_pending()
    take.refresh_from_db()
    assert (take.state, renders()) == ("cleared", 2)
    assert take.asset == Take.objects.get(shot=shot).asset
    assert Job.objects.filter(kind="audit_take", state="done").count() == 3
    note = Contribution.objects.get(target_id=take.pk, act="rendered").note
    assert "its bytes" in note


def test_an_edit_of_the_screenplay_renders_only_what_it_changes(studio):
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    before = renders()
    text = screenplay_text(studio.production.screenplays.get())
    screenplay_revise(production=studio.production, fountain=text.replace("Title: ", "Title: Old "), by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    assert renders() == before
    assert Cut.objects.latest("version").title.startswith("Old ")


def test_another_organisation_has_nothing_of_it_and_a_lost_file_is_made_anew(studio, make):
    from django_site.apps.audits.services.assets import asset_path

    shot = shots_current(studio.production).first()
    take_request(shot=shot, by=studio.producer)
    run_pending()
    other = make.studio()
    other.production = make.production(
        other.organisation, other.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=3
    )
    screenplay_write(production=other.production, by=other.producer, scenes=1)
    take_request(shot=shots_current(other.production).first(), by=other.producer)
    run_pending()
    assert renders() == 2
    asset_path(Take.objects.get(shot=shot).asset).unlink()
    again = shot_replace(shot=shot, changes={"mood": "tense"}, by=studio.producer)
    back = shot_replace(shot=again, changes={"mood": shot.spec["mood"]}, by=studio.producer)
    take_request(shot=back, by=studio.producer)
    run_pending()
    assert renders() == 3


# what it will take


def test_estimates_come_from_what_was_measured_here(studio, settings):
    shots = list(shots_current(studio.production))
    specs = [shot.spec for shot in shots]
    assert render_estimate(specs, speed_measured()) is None
    take_request(shot=shots[0], by=studio.producer)
    run_pending()
    job = Job.objects.get(kind="render_take")
    took = (job.finished_at - job.started_at).total_seconds()
    told = render_estimate([shots[0].spec], speed_measured())
    assert told.seconds == pytest.approx(took)
    assert told.watt_hours == pytest.approx(took * settings.WORKER_WATTS / 3600)
    assert render_estimate(specs, speed_measured()).seconds > told.seconds
