"""What happens at once: double clicks, two reviewers, an edit under a render, consent withdrawn while a film goes out."""

import threading

import pytest
from django.db import connection

from django_site import wiring
from django_site.apps.accounts.models import Membership
from django_site.apps.audits.models import Asset, Decision, Finding
from django_site.apps.audits.selectors import assets_visible_to, audits_visible_to, findings_visible_to
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job, run_pending
from django_site.apps.likeness.services import grant_withdraw
from django_site.apps.productions.models import Cut, ImportedMedia, Take
from django_site.apps.productions.selectors import imports_visible_to, screenplay_current, shots_current
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.services.imports import media_import
from django_site.apps.productions.services.productions import member_add
from django_site.apps.productions.services.screenplays import screenplay_revise, screenplay_text, screenplay_write
from django_site.apps.productions.services.shots import shot_replace
from django_site.apps.productions.services.takes import production_render, take_request
from django_site.apps.provenance.models import LedgerEntry, Release, SigningIntent
from django_site.apps.provenance.services import release as release_service
from django_site.apps.reviews.models import Case, ReviewAction
from django_site.apps.reviews.services import case_approve, case_open, case_reject
from django_site.errors import NotAllowedError, SiteError, WrongStateError
from tests.clips import COFFEE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.production = make.production(
        studio.organisation, studio.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=3
    )
    return studio


def case_of(make, studio, outcome: str = "allow") -> Case:
    cut = make.cut(studio.production, studio.producer)
    audit = make.audit(studio.production, cut.asset, cut=cut)
    decision = make.decision(studio.production, outcome=outcome, cut=cut, audit=audit)
    return case_open(decision=decision, opened_by=studio.producer, cut=cut)


def at_once(*actions) -> list[str]:
    """Each action in a thread with its own connection, started together; what each came to."""
    start, results = threading.Barrier(len(actions)), [""] * len(actions)

    def run(number: int, action) -> None:
        try:
            start.wait()
            action()
            results[number] = "done"
        except SiteError as error:
            results[number] = type(error).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, action)) for number, action in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


# reviews


def test_a_double_click_on_approve_is_one_approval(make, studio):
    case = case_of(make, studio)
    click = lambda: case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")  # noqa: E731
    assert at_once(click, click) == ["WrongStateError", "done"]
    assert (
        ReviewAction.objects.count(),
        SigningIntent.objects.count(),
        Job.objects.filter(kind="sign_cut").count(),
    ) == (
        1,
        1,
        1,
    )
    assert LedgerEntry.objects.filter(kind="review_approve").count() == 1


def test_a_double_click_where_two_must_agree_is_not_two_people(make, studio):
    case = case_of(make, studio, outcome="review")
    click = lambda: case_approve(case=case, by=studio.head_of_legal, reason="Fine.")  # noqa: E731
    assert at_once(click, click) == ["WrongStateError", "done"]
    case.refresh_from_db()
    assert (case.state, ReviewAction.objects.count()) == ("open", 1)


def test_two_reviewers_at_once_where_two_must_agree_approve_it_once(make, studio):
    case = case_of(make, studio, outcome="review")
    results = at_once(
        lambda: case_approve(case=case, by=studio.legal_reviewer, reason="Fine."),
        lambda: case_approve(case=case, by=studio.head_of_legal, reason="Fine."),
    )
    assert results == ["done", "done"]
    case.refresh_from_db()
    assert (case.state, SigningIntent.objects.count()) == ("approved", 1)


def test_one_approves_while_another_rejects_and_one_of_them_is_heard(make, studio):
    case = case_of(make, studio)
    results = at_once(
        lambda: case_approve(case=case, by=studio.legal_reviewer, reason="Fine."),
        lambda: case_reject(case=case, by=studio.head_of_legal, reason="No."),
    )
    assert results == ["WrongStateError", "done"]
    case.refresh_from_db()
    assert case.cut.state == {"approved": "approved", "rejected": "rejected"}[case.state]
    assert SigningIntent.objects.count() == (case.state == "approved")


def test_whoever_produces_it_reviews_nothing_of_it_whatever_they_are_elsewhere(make, studio):
    """The producer is made head of legal of the organisation; then a reviewer of the production itself."""
    case = case_of(make, studio)
    Membership.objects.filter(user=studio.producer).update(role="head_of_legal")
    with pytest.raises(NotAllowedError):
        case_approve(case=case, by=studio.producer, reason="Fine.")
    member_add(production=studio.production, user=studio.producer, role="legal_reviewer", by=studio.producer)
    with pytest.raises(NotAllowedError):
        case_approve(case=case, by=studio.producer, reason="Fine.")
    assert case_reject(case=case, by=studio.producer, reason="I don't like it any more.").state == "rejected"


def test_whoever_once_worked_on_it_does_not_approve_it(make, studio):
    case = case_of(make, studio)
    contribution_record(production=studio.production, actor=studio.legal_reviewer, act="wrote", target=case.cut)
    with pytest.raises(NotAllowedError, match="worked on the film"):
        case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
    assert case_approve(case=case, by=studio.head_of_legal, reason="Fine.").state == "approved"


# edits under way


def test_a_revised_screenplay_calls_off_what_is_rendered_for_the_old_one(studio, monkeypatch):
    screenplay = screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    takes = production_render(production=studio.production, by=studio.producer)
    old = [take.shot for take in takes]
    backend = wiring.video_backend()
    plain = type(backend).render

    def render_while_somebody_edits(self, *args, **kwargs):
        made = plain(self, *args, **kwargs)
        if Cut.objects.count() == 0 and screenplay_current(studio.production) == screenplay:
            screenplay_revise(production=studio.production, fountain=screenplay_text(screenplay), by=studio.producer)
        return made

    monkeypatch.setattr(type(backend), "render", render_while_somebody_edits)
    assert run_job(job_id=Job.objects.get(target_id=takes[0].pk).pk)
    assert run_pending() == 0  # none of the other takes is rendered
    assert set(Take.objects.values_list("state", flat=True)) == {"superseded"}
    assert set(Job.objects.values_list("state", "reason")) == {("cancelled", "The shot was replaced.")}
    assert not Asset.objects.filter(media_type="video/mp4").exists()
    with pytest.raises(WrongStateError, match="replaced"):
        take_request(shot=old[0], by=studio.producer)


def test_a_shot_is_replaced_while_a_take_of_it_is_asked_for(studio):
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    shot = shots_current(studio.production)[0]

    at_once(
        lambda: shot_replace(shot=shot, changes={"lens_mm": 85.0}, by=studio.producer),
        lambda: take_request(shot=shot, by=studio.producer),
    )
    assert set(shot.takes.values_list("state", flat=True)) <= {"superseded"}
    assert not Job.objects.filter(state="queued").exists()


def test_a_name_that_was_registered_while_a_take_waits_stops_the_render(make, studio):
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    take = take_request(shot=shots_current(studio.production)[0], by=studio.producer)
    make.subject(studio.organisation, legal_name="Keeper Marsh", aliases=["keeper"])
    run_pending()
    take.refresh_from_db()
    assert take.state == "failed"
    assert "Keeper Marsh" in take.reason
    assert take.asset is None
    assert Decision.objects.filter(shot=take.shot, outcome="block").count() == 1


# the gate


def test_consent_withdrawn_while_the_file_is_copied_keeps_the_film_in(make, studio, monkeypatch):
    performer = make.member(studio.organisation, "performer")
    subject = make.subject(studio.organisation, user=performer)
    grant = make.grant(subject, studio.production)
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    first, *others = shots_current(studio.production)
    for shot in others:
        shot.current = False
        shot.save()
    take_request(shot=first, by=studio.producer)
    run_pending()
    cut = Cut.objects.get()
    Finding.objects.create(
        audit=cut.audits.get(), position=0, kind="face", start=0, end=1, score=0.6, plain="x", subject=subject
    )
    case_approve(case=Case.objects.get(), by=studio.legal_reviewer, reason="Fine.")
    plain = release_service.asset_copy_to_released
    copied = []

    def copy_and_withdraw(*, asset):
        plain(asset=asset)
        if not copied:
            grant_withdraw(grant=grant, by=performer, reason="No.")
        copied.append(asset)

    monkeypatch.setattr(release_service, "asset_copy_to_released", copy_and_withdraw)
    run_job(job_id=Job.objects.get(kind="sign_cut").pk)
    assert copied
    assert not Release.objects.exists()
    for asset in copied:  # the film and its record
        assert not wiring.zone("released").exists(asset.sha256)
        assert Asset.objects.get(pk=asset.pk).zone == "quarantine"
    cut.refresh_from_db()
    assert cut.state == "quarantined"
    assert "consent" in cut.reason
    assert Job.objects.filter(kind="audit_cut", state="queued", target_id=cut.pk).count() == 1
    assert cut.decisions.filter(point="release").get().outcome == "block"


# one file, two houses


def test_the_same_bytes_in_two_organisations_are_one_asset_and_two_secrets(client, make, studio):
    from django.urls import reverse

    other = make.studio()
    mine = media_import(production=studio.production, source=COFFEE, name="ours.png", by=studio.producer)
    media = reverse("audits:media", args=[mine.asset_id])
    client.force_login(other.head_of_legal)
    assert client.get(media).status_code == 404
    assert client.get(reverse("verify:digest", args=[mine.asset.sha256])).status_code == 404
    theirs = media_import(production=other.production, source=COFFEE, name="theirs.png", by=other.producer)
    assert (theirs.asset, Asset.objects.filter(sha256=mine.asset.sha256).count()) == (mine.asset, 1)
    run_pending()
    assert client.get(media).status_code == 200  # they brought it themselves
    for person, own, foreign in ((other.producer, theirs, mine), (studio.producer, mine, theirs)):
        assert list(imports_visible_to(person)) == [own]
        assert set(audits_visible_to(person)) == set(own.audits.all())
        assert not findings_visible_to(person).filter(audit__imported=foreign).exists()
    assert not assets_visible_to(make.studio().head_of_legal).filter(pk=mine.asset_id).exists()


def test_the_same_file_twice_at_once_is_one_import(studio):
    bring = lambda: media_import(  # noqa: E731
        production=studio.production, source=COFFEE, name="a.png", by=studio.producer
    )
    assert at_once(bring, bring) == ["done", "done"]
    assert (ImportedMedia.objects.count(), Job.objects.filter(kind="audit_import").count()) == (1, 1)
