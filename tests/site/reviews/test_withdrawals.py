"""Withdrawn consent reaches what is out: one case for a person, the riskiest in the queue; and recall, on the record."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from django_site.apps.audits.models import Finding
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.corpora.models import LicensedAct
from django_site.apps.corpora.services import licence_withdraw, licences_settle
from django_site.apps.jobs.models import Job
from django_site.apps.likeness.models import UseEvent
from django_site.apps.likeness.services import grant_suspend, grant_withdraw, grants_expire
from django_site.apps.productions.models import Cut
from django_site.apps.provenance.models import LedgerEntry, Release
from django_site.apps.provenance.services.recall import cut_recall
from django_site.apps.provenance.services.signing import cut_signing_request
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.selectors import queue_of
from django_site.apps.reviews.services import case_approve, case_reject, case_request_change
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    return studio


@pytest.fixture
def release(make, studio) -> Release:
    """A released film that shows the performer, under a grant."""
    studio.grant = make.grant(studio.subject, studio.production)
    release = make.release(studio)
    face(release.cut, studio.subject)
    UseEvent.objects.create(
        subject=studio.subject,
        grant=studio.grant,
        production=studio.production,
        cut=release.cut,
        kind="release",
        seconds=2,
    )
    return release


def face(cut: Cut, subject) -> Finding:
    audit = cut.audits.get()
    return Finding.objects.create(
        audit=audit, position=0, kind="face", start=0, end=2, score=0.6, plain="A face.", subject=subject
    )


def withdrawn(studio) -> Case:
    return queue_of(studio.head_of_legal).get(kind="withdrawal")


@pytest.mark.parametrize(("stop", "word"), [(grant_withdraw, "withdrew"), (grant_suspend, "suspended")])
def test_a_stopped_grant_brings_every_released_film_that_relied_on_it_to_a_person(make, studio, release, stop, word):
    other = make.case(studio.production, cut=make.cut(studio.production, studio.producer, version=9), risk=1.9)
    stop(grant=studio.grant, by=studio.performer, reason="I have changed my mind.")
    assert list(queue_of(studio.legal_reviewer)) == [withdrawn(studio), other]
    case = withdrawn(studio)
    assert case.cut == release.cut
    assert case.reason == f"Eileen Marsh {word} the grant that this film relied on: I have changed my mind."
    assert case.approvals_needed == 2
    assert case.decision.outcome == "block"  # judged anew, without the grant
    assert "Eileen Marsh" in str(case.decision.checks)
    release.cut.refresh_from_db()
    assert (release.cut.state, release.cut.reason) == ("released", case.reason)
    assert asset_path(release.manifest.asset).is_file()


def test_a_further_withdrawal_adds_its_reason_and_opens_no_second_case(studio, release):
    grant_suspend(grant=studio.grant, by=studio.performer, reason="Wait.")
    grant_withdraw(grant=studio.grant, by=studio.performer, reason="No.")
    case = Case.objects.get(kind="withdrawal")
    assert case.reason.splitlines() == [
        "Eileen Marsh suspended the grant that this film relied on: Wait.",
        "Eileen Marsh withdrew the grant that this film relied on: No.",
    ]


def test_the_case_stands_exactly_when_the_withdrawal_does(studio, release, monkeypatch):
    def broken(**_):
        raise RuntimeError("no case can be opened")

    monkeypatch.setattr("django_site.apps.reviews.withdrawals.withdrawal_cases_open", broken)
    with pytest.raises(RuntimeError):
        grant_withdraw(grant=studio.grant, by=studio.performer, reason="No.")
    studio.grant.refresh_from_db()
    assert studio.grant.state == "active"
    assert not LedgerEntry.objects.filter(kind="grant_withdrawd").exists()


def test_policies_out_of_order_do_not_keep_anybody_from_withdrawing(studio, release, settings, tmp_path, caplog):
    settings.POLICIES_ROOT = tmp_path / "nowhere"
    grant_withdraw(grant=studio.grant, by=studio.performer, reason="No.")
    assert Case.objects.get(kind="withdrawal").decision == release.decision
    assert "could not be judged anew" in caplog.text


def test_a_grant_for_another_production_touches_nothing_here(make, studio, release):
    elsewhere = make.production(studio.organisation, studio.producer)
    grant_withdraw(grant=make.grant(studio.subject, elsewhere), by=studio.performer, reason="Not there.")
    assert not Case.objects.filter(kind="withdrawal").exists()


def test_the_end_of_a_term_is_said_once_with_all_that_follows(make, studio, release):
    now = timezone.now()
    ended = make.grant(studio.subject, studio.production, starts=now - timedelta(days=9), ends=now - timedelta(hours=1))
    UseEvent.objects.create(
        subject=studio.subject, grant=ended, production=studio.production, cut=release.cut, kind="release", seconds=1
    )
    assert (grants_expire(), grants_expire()) == (1, 0)
    ended.refresh_from_db()
    assert ended.state == "expired"
    assert LedgerEntry.objects.filter(kind="grant_expired").count() == 1
    assert "ended on" in withdrawn(studio).reason


@pytest.mark.parametrize("how", ["withdrawn", "ended"])
def test_a_licence_that_ends_brings_released_films_to_a_person_once(make, studio, how):
    release = make.release(studio)
    work = make.work(studio.organisation)
    licence = make.licence(work, starts=timezone.now() - timedelta(days=2))
    LicensedAct.objects.create(licence=licence, work=work, act="reproduce")
    Finding.objects.create(
        audit=release.cut.audits.get(), position=0, kind="copy", start=0, end=2, score=0.9, plain="x", work=work
    )
    assert licences_settle() == 0
    if how == "withdrawn":
        with pytest.raises(InputError):
            licence_withdraw(licence=licence, by=studio.producer, reason=" ")
        licence_withdraw(licence=licence, by=studio.producer, reason="The archive asked for it.")
        assert withdrawn(studio).reason == "The licence of 'Harbour' was withdrawn: The archive asked for it."
        with pytest.raises(WrongStateError):
            licence_withdraw(licence=licence, by=studio.producer, reason="Again.")
    else:
        work.licences.update(ends=timezone.now() - timedelta(hours=1))
        assert licences_settle() == 1
        assert "ended on" in withdrawn(studio).reason
    assert licences_settle() == 0
    assert withdrawn(studio).decision.outcome == "block"


def test_what_waits_and_shows_the_person_is_audited_again(make, studio):
    from django_site.apps.productions.models import ImportedMedia

    grant = make.grant(studio.subject, studio.production)
    take = make.take(make.shot(studio.production), studio.producer, state="needs_review")
    imported = ImportedMedia.objects.create(
        production=studio.production, asset=make.asset(), name="a.mp4", state="cleared", imported_by=studio.producer
    )
    cases = []
    for target, asset in (({"take": take}, take.asset), ({"imported": imported}, imported.asset)):
        audit = make.audit(studio.production, asset, **target)
        Finding.objects.create(
            audit=audit, position=0, kind="face", start=0, end=1, score=0.6, plain="x", subject=studio.subject
        )
        cases.append((target, audit))
    from django_site.apps.reviews.services import case_open

    decision = make.decision(studio.production, outcome="review", take=take, audit=cases[0][1])
    case = case_open(decision=decision, opened_by=studio.producer, take=take)
    grant_withdraw(grant=grant, by=studio.performer, reason="No.")
    for row in (take, imported, case):
        row.refresh_from_db()
    assert (take.state, imported.state, case.state) == ("auditing", "auditing", "changes_requested")
    assert set(Job.objects.filter(state="queued").values_list("kind", flat=True)) >= {"audit_take", "audit_import"}


def test_two_people_let_it_stay_out_and_nothing_is_signed_for_it(studio, release):
    grant_withdraw(grant=studio.grant, by=studio.performer, reason="No.")
    case = withdrawn(studio)
    assert case_approve(case=case, by=studio.legal_reviewer, reason="The contract allows it.").state == "open"
    assert case_approve(case=case, by=studio.head_of_legal, reason="It does.").state == "approved"
    release.cut.refresh_from_db()
    assert release.cut.state == "released"
    assert Job.objects.filter(kind="sign_cut").count() == 1
    case.refresh_from_db()
    with pytest.raises(WrongStateError):
        cut_signing_request(case=case, by=studio.head_of_legal)


def test_only_the_head_of_legal_recalls_and_a_released_film_is_not_changed(studio, release):
    grant_withdraw(grant=studio.grant, by=studio.performer, reason="No.")
    case = withdrawn(studio)
    with pytest.raises(NotAllowedError):
        case_reject(case=case, by=studio.legal_reviewer, reason="Take it back.")
    with pytest.raises(WrongStateError, match="can't be changed"):
        case_request_change(case=case, by=studio.head_of_legal, reason="Cut her out.")
    assert withdrawn(studio) == case
    case_reject(case=case, by=studio.head_of_legal, reason="Take it back.")
    release.cut.refresh_from_db()
    assert (release.cut.state, release.cut.reason) == ("recalled", "Take it back.")
    event = LedgerEntry.objects.get(kind="recalled").event
    assert event["sha256"] == release.manifest.asset.sha256
    assert "Take it back" not in str(event)
    with pytest.raises(WrongStateError, match="already recalled"):
        cut_recall(release=release, by=studio.head_of_legal, reason="Again.")


def test_a_recalled_film_is_handed_to_nobody_but_can_still_be_verified(client, make, studio, release):
    media = reverse("audits:media", args=[release.manifest.asset_id])
    page = reverse("verify:release", args=[release.pk])
    answer = client.get(media)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "public, no-cache")
    cut_recall(release=release, by=studio.head_of_legal, reason="Consent was withdrawn.")
    assert client.get(media).status_code == 404
    assert client.get(media, headers={"if-none-match": answer["ETag"]}).status_code == 404
    shown = client.get(page)
    assert shown.status_code == 200
    assert "recalled" in shown.content.decode()
    assert client.get(reverse("verify:digest", args=[release.manifest.asset.sha256])).status_code == 302
    client.force_login(make.studio().head_of_legal)
    assert client.get(media).status_code == 404
    client.force_login(studio.legal_reviewer)
    answer = client.get(media)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
