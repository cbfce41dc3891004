"""Two people set a failed check aside, neither of them who asked: for one file, for a time, for these facts and policies."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site import wiring
from django_site.apps.accounts.models import Notice
from django_site.apps.accounts.webhook_models import WebhookDelivery
from django_site.apps.accounts.webhooks import webhook_add
from django_site.apps.audits import facts
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import decide_and_record, failed_checks
from django_site.apps.corpora.services import index_snapshot_record
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import ImportedMedia
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.provenance.services.ledger_checks import ledger_verify
from django_site.apps.reviews.models import Case, Override, OverrideApproval
from django_site.apps.reviews.services import case_approve, case_request_change
from django_site.apps.reviews.services.overriding import (
    agree_refusal,
    check_key,
    checks_overridable,
    override_agree,
    override_decline,
    override_request,
    override_standing,
    override_withdraw,
    overrides_settle,
    permitted,
)
from django_site.apps.reviews.services.requests import check_word, request_answer
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.site.provenance.test_verify_ledger import no_triggers

pytestmark = pytest.mark.django_db(transaction=True)
POLICIES = Path(__file__).parents[3] / "policies"
WHY = {"reason": "The rights holder agreed by letter.", "evidence": "Letter of 20 November 2026, file 17."}


@pytest.fixture
def studio(make, settings, tmp_path):
    """A studio with a second reviewer, and an imported file that a copy of a work without a licence stops."""
    shutil.copytree(POLICIES, tmp_path / "policies")
    settings.POLICIES_ROOT, settings.INDEX_ROOT = tmp_path / "policies", tmp_path / "index"
    settings.LEDGER_HEADS = tmp_path / "heads.jsonl"
    studio = make.studio()
    studio.second = make.member(studio.organisation, "legal_reviewer")
    asset = make.asset(probe={"duration": 2.0})
    imported = ImportedMedia.objects.create(
        production=studio.production, asset=asset, name="clip.mp4", imported_by=studio.producer, state="stopped",
        reason="It shows Harbour.",
    )  # fmt: skip
    studio.imported = imported
    studio.work = make.work(studio.organisation)
    studio.audit = make.audit(
        studio.production, asset, imported=imported, index_snapshot=index_snapshot_record(),
        gallery_sha256=wiring.face_gallery().info().digest,
    )  # fmt: skip
    studio.audit.findings.create(
        position=0, kind="copy", start=0, end=1, score=0.99, log10_lr=5.0, plain="Harbour", work=studio.work
    )
    studio.decision = decide(studio)
    return studio


def decide(studio) -> Decision:
    return decide_and_record(
        facts=facts.import_facts(studio.imported, studio.audit, signature=None), actor=studio.producer,
        audit=studio.audit, production=studio.production, imported=studio.imported,
    )  # fmt: skip


def keys(decision) -> list:
    return [check_key(check) for check in failed_checks(decision)]


def ask(studio, **fields) -> Override:
    values = {"decision": studio.decision, "by": studio.legal_reviewer, "checks": keys(studio.decision), **WHY}
    return override_request(**{**values, **fields})


def agreed(studio) -> Override:
    override = ask(studio)
    override_agree(override=override, by=studio.second, reason="I have read the letter.")
    return override_agree(override=override, by=studio.head_of_legal, reason="So have I.")


def test_one_asks_two_agree_and_it_goes_on(studio):
    assert studio.decision.outcome == "block"
    assert all(why == "" for _, why in checks_overridable(studio.decision))
    override = ask(studio)
    studio.imported.refresh_from_db()
    assert (override.state, studio.imported.state) == ("requested", "stopped")
    override_agree(override=override, by=studio.second, reason="I have read the letter.")
    assert not permitted(studio.decision)
    override = override_agree(override=override, by=studio.head_of_legal, reason="So have I.")
    studio.imported.refresh_from_db()
    assert (override.state, studio.imported.state) == ("in_force", "cleared")
    assert override.case.state == "overridden"
    assert override_standing(studio.decision) == override
    kinds = list(LedgerEntry.objects.filter(kind__startswith="override").values_list("kind", flat=True))
    assert kinds == ["override_requested", "override_agreed", "override_agreed", "override_in_force"]
    assert ledger_verify().faults == ()
    assert Notice.objects.filter(user=studio.legal_reviewer, text__contains="in force").exists()


def test_nobody_agrees_to_their_own_nor_makers_nor_twice_nor_a_third(studio, make):
    override = ask(studio)
    with pytest.raises(NotAllowedError, match="asks for an override does not agree"):
        override_agree(override=override, by=studio.legal_reviewer, reason="Mine.")
    with pytest.raises(NotAllowedError):
        override_agree(override=override, by=studio.producer, reason="I made it.")
    override_agree(override=override, by=studio.second, reason="Yes.")
    with pytest.raises(NotAllowedError, match="agreed already"):
        override_agree(override=override, by=studio.second, reason="Yes, yes.")
    with pytest.raises(InputError, match="say why"):
        override_agree(override=override, by=studio.head_of_legal, reason=" ")
    override_agree(override=override, by=studio.head_of_legal, reason="Yes.")
    third = make.member(studio.organisation, "legal_reviewer")
    with pytest.raises(WrongStateError, match="in force already"):
        override_agree(override=override, by=third, reason="Yes.")
    assert agree_refusal(override, studio.legal_reviewer)


def test_a_reviewer_who_asked_as_producer_counts_as_who_asked(studio):
    override = ask(studio, by=studio.producer)
    assert override.requested_by == studio.producer
    with pytest.raises(NotAllowedError):
        override_agree(override=override, by=studio.producer, reason="Yes.")


@pytest.mark.parametrize(
    ("fields", "error", "said"),
    [
        ({"reason": " "}, InputError, "say why"),
        ({"evidence": ""}, InputError, "what supports"),
        ({"checks": []}, InputError, "choose what"),
        ({"checks": [("copyright/none", 1, "x", "")]}, InputError, "did not fail here"),
        ({"days": 0}, InputError, "1 to 30 days"),
        ({"days": 31}, InputError, "1 to 30 days"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_with_the_reason(studio, fields, error, said):
    with pytest.raises(error, match=said):
        ask(studio, **fields)
    assert not Override.objects.exists()
    assert not Case.objects.filter(imported=studio.imported).exists()


def test_an_outsider_asks_for_nothing(studio, make):
    with pytest.raises(NotAllowedError):
        ask(studio, by=make.member(make.organisation(), "producer"))


def test_asked_for_once_at_a_time(studio):
    override = ask(studio)
    with pytest.raises(WrongStateError, match="asked for this already"):
        ask(studio, by=studio.second)
    override_decline(override=override, by=studio.head_of_legal, reason="The letter names another film.")
    override.refresh_from_db()
    assert (override.state, override.ended_because) == ("declined", "The letter names another film.")
    again = ask(studio)
    with pytest.raises(NotAllowedError, match="take back"):
        override_decline(override=again, by=studio.legal_reviewer, reason="No.")
    with pytest.raises(NotAllowedError, match="only who asked"):
        override_withdraw(override=again, by=studio.second)
    assert override_withdraw(override=again, by=studio.legal_reviewer).state == "withdrawn"


def test_what_can_not_be_set_aside_says_why(studio, make):
    subject = make.subject(studio.organisation)
    studio.audit.findings.create(
        position=1, kind="face", start=0, end=1, score=0.9, plain="Eileen", subject=subject, work=None
    )
    studio.decision = decide(studio)
    reasons = {check["policy"]: why for check, why in checks_overridable(studio.decision)}
    assert reasons["likeness/grant-scope"] == "Nobody can consent for the person concerned"
    assert (
        "missing signature" in reasons["copyright/unlicensed-copy"]
    )  # nobody granted anything: so nothing is set aside
    with pytest.raises(InputError, match="can't be set aside"):
        ask(studio)


def test_it_is_void_when_the_policies_change(studio, settings):
    override = agreed(studio)
    path = settings.POLICIES_ROOT / "copyright/unlicensed-copy.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 2", 1))
    again = decide(studio)
    override.refresh_from_db()
    assert (override.state, override.ended_because) == ("void", "the policies changed after it was asked for")
    assert not permitted(again)
    assert not permitted(studio.decision)
    assert Notice.objects.filter(user=studio.second, text__contains="void").exists()


def test_it_is_void_when_the_facts_change(studio):
    override = agreed(studio)
    assert permitted(decide(studio))  # the same facts under the same policies
    override.refresh_from_db()
    assert override.state == "in_force"
    studio.audit.findings.create(position=2, kind="copy", start=1, end=2, score=0.9, plain="Harbour", work=studio.work)
    again = decide(studio)
    override.refresh_from_db()
    assert (override.state, override.ended_because) == ("void", "the facts changed after it was asked for")
    assert not permitted(again)


def test_it_covers_no_more_than_was_asked_for(studio):
    studio.audit.findings.create(position=1, kind="copy", start=1, end=2, score=0.9, plain="Harbour", work=studio.work)
    studio.decision = decide(studio)
    first, *rest = keys(studio.decision)
    assert rest
    override = ask(studio, checks=[first])
    override_agree(override=override, by=studio.second, reason="Yes.")
    override_agree(override=override, by=studio.head_of_legal, reason="Yes.")
    studio.imported.refresh_from_db()
    assert studio.imported.state == "stopped"  # something else stops it still
    assert not permitted(studio.decision)


def test_its_time_is_over(studio):
    override = agreed(studio)
    with no_triggers():
        Override.objects.filter(pk=override.pk).update(
            created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(minutes=1)
        )
    assert not permitted(studio.decision)
    assert overrides_settle() == 1
    assert overrides_settle() == 0
    override.refresh_from_db()
    assert override.state == "expired"
    assert Override.objects.filter(decision=studio.decision).count() == 1
    assert ask(studio).state == "requested"  # it can be asked for anew


def test_an_older_decision_is_not_asked_about_and_none_is_set_on_top_of_another(studio):
    older = studio.decision
    studio.decision = decide(studio)
    with pytest.raises(WrongStateError, match="decided again since"):
        ask(studio, decision=older)
    agreed(studio)
    with pytest.raises(WrongStateError, match="on top of one"):
        ask(studio, by=studio.second)


def test_an_agreement_to_what_was_decided_again_meanwhile_is_refused(studio):
    override = ask(studio)
    decide(studio)
    with pytest.raises(WrongStateError, match="decided again"):
        override_agree(override=override, by=studio.second, reason="Yes.")


def test_the_database_refuses_one_person_the_requester_and_any_change(studio):
    override = ask(studio)
    for change in (
        lambda: OverrideApproval.objects.create(
            override=override, actor=studio.legal_reviewer, role="legal_reviewer", reason="Mine."
        ),
        lambda: Override.objects.filter(pk=override.pk).update(state="in_force", decided_at=timezone.now()),
        lambda: Override.objects.filter(pk=override.pk).update(expires_at=timezone.now() + timedelta(days=900)),
        lambda: Override.objects.filter(pk=override.pk).update(facts_sha256="00" * 32),
        lambda: Override.objects.filter(pk=override.pk).delete(),
        lambda: Override.objects.create(
            case=override.case, decision=studio.decision, asset=override.asset, checks=override.checks,
            facts_sha256=override.facts_sha256, bundle_sha256=override.bundle_sha256, requested_by=studio.second,
            expires_at=timezone.now() + timedelta(days=1), state="in_force", decided_at=timezone.now(), **WHY,
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    override_agree(override=override, by=studio.second, reason="Yes.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.filter(pk=override.pk).update(state="in_force", decided_at=timezone.now())
    override_decline(override=override, by=studio.head_of_legal, reason="No.")
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.filter(pk=override.pk).update(state="requested", ended_because="")
    with pytest.raises(IntegrityError), transaction.atomic():
        OverrideApproval.objects.create(override=override, actor=studio.head_of_legal, role="head_of_legal", reason="x")


def test_a_stopped_thing_with_a_case_is_not_simply_approved(studio):
    override = ask(studio)
    with pytest.raises(WrongStateError, match="the policies stop this"):
        case_approve(case=override.case, by=studio.second, reason="Looks fine.")
    run_pending()


def test_the_organisation_s_programs_are_told_without_names(studio, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    webhook_add(
        organisation=studio.organisation, url="http://127.0.0.1:9/told", by=studio.head_of_legal,
        events=["override.asked", "override.in_force", "override.void", "change.requested"],
    )  # fmt: skip
    override = agreed(studio)
    path = settings.POLICIES_ROOT / "copyright/unlicensed-copy.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 2", 1))
    decide(studio)
    told = list(WebhookDelivery.objects.order_by("created_at", "id"))
    assert [one.event for one in told] == ["override.asked", "override.in_force", "override.void"]
    body = json.loads(told[1].body)
    assert body["data"] == {"override": str(override.pk), "case": str(override.case_id), "state": "in_force"}


def test_a_change_that_is_asked_for_and_answered_is_told(studio, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    webhook_add(
        organisation=studio.organisation, url="http://127.0.0.1:9/told", by=studio.head_of_legal,
        events=["change.requested", "change.answered"],
    )  # fmt: skip
    case = ask(studio).case
    case_request_change(
        case=case, by=studio.second, reason="License it.", checks=map(check_word, failed_checks(case.decision))
    )
    request_answer(request=case.change_requests.get(), by=studio.producer, answer="Licensed.")
    told = [json.loads(one.body) for one in WebhookDelivery.objects.order_by("created_at", "id")]
    assert [one["type"] for one in told] == ["change.requested", "change.answered"]
    assert told[0]["data"] == {"case": str(case.pk), "changes": 1}
    assert told[1]["data"]["state"] == "answered"
