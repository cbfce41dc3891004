"""People decide: four eyes, reasons, two people where judgement was asked for, nothing by the back door."""

import pytest

from django_site.apps.audits.models import Finding
from django_site.apps.jobs.models import Job
from django_site.apps.provenance.models import LedgerEntry, SigningIntent
from django_site.apps.reviews.selectors import queue_of
from django_site.apps.reviews.services import case_approve, case_open, case_reject, cases_supersede, finding_dismiss
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    return make.studio()


def case_of(make, studio, outcome: str = "allow", version: int = 1):
    cut = make.cut(studio.production, studio.producer, version=version)
    audit = make.audit(studio.production, cut.asset, cut=cut)
    decision = make.decision(studio.production, outcome=outcome, cut=cut, audit=audit)
    return case_open(decision=decision, opened_by=studio.producer, cut=cut)


def test_one_person_is_enough_where_the_policies_found_nothing(make, studio):
    case = case_approve(case=case_of(make, studio), by=studio.legal_reviewer, reason="Fine.")
    assert case.state == "approved"
    case.cut.refresh_from_db()
    assert case.cut.state == "approved"
    assert SigningIntent.objects.get().cut == case.cut
    assert Job.objects.get(kind="sign_cut").target_id == case.cut.pk
    assert LedgerEntry.objects.get().event["reviewer"] == studio.legal_reviewer.pseudonym


def test_two_people_with_the_head_of_legal_where_judgement_was_asked_for(make, studio):
    case = case_of(make, studio, outcome="review")
    case = case_approve(case=case, by=studio.legal_reviewer, reason="Fair use, I think.")
    assert case.state == "open"
    with pytest.raises(WrongStateError, match="already approved"):
        case_approve(case=case, by=studio.legal_reviewer, reason="Still.")
    second = make.member(studio.organisation, "legal_reviewer")
    assert case_approve(case=case, by=second, reason="I agree.").state == "open"
    assert case_approve(case=case, by=studio.head_of_legal, reason="So do I.").state == "approved"


@pytest.mark.parametrize("who", ["producer", "stranger"])
def test_others_do_not_decide(make, studio, who):
    studio.stranger = make.studio().head_of_legal
    for act in (case_approve, case_reject):
        with pytest.raises(NotAllowedError):
            act(case=case_of(make, studio, version=Job.objects.count() + 1), by=getattr(studio, who), reason="Fine.")


def test_a_reviewer_does_not_approve_what_they_asked_for(make, studio):
    cut = make.cut(studio.production, studio.producer)
    case = make.case(studio.production, cut=cut, opened_by=studio.head_of_legal)
    with pytest.raises(NotAllowedError, match="asked for the review"):
        case_approve(case=case, by=studio.head_of_legal, reason="Fine.")


def test_a_reason_is_part_of_the_record_and_a_closed_case_stays_closed(make, studio):
    case = case_of(make, studio)
    with pytest.raises(InputError):
        case_reject(case=case, by=studio.legal_reviewer, reason="  ")
    case = case_reject(case=case, by=studio.legal_reviewer, reason="The keeper looks like somebody.")
    case.cut.refresh_from_db()
    assert (case.cut.state, case.cut.reason) == ("rejected", "The keeper looks like somebody.")
    with pytest.raises(WrongStateError):
        case_approve(case=case, by=studio.head_of_legal, reason="I overrule.")


def test_the_queue_puts_risk_first_and_forgets_what_was_superseded(make, studio):
    calm, risky = case_of(make, studio), case_of(make, studio, outcome="review", version=2)
    assert list(queue_of(studio.legal_reviewer)) == [risky, calm]
    cases_supersede(cut=risky.cut)
    assert list(queue_of(studio.legal_reviewer)) == [calm]


def test_a_finding_is_dismissed_with_a_reason_in_its_own_case_only(make, studio):
    case, other = case_of(make, studio), case_of(make, studio, version=2)
    finding = Finding.objects.create(
        audit=case.decision.audit, position=0, kind="face", start=0, end=1, score=0.5, plain="x"
    )
    with pytest.raises(InputError, match="another audit"):
        finding_dismiss(case=other, finding=finding, by=studio.legal_reviewer, reason="It is a lamp.")
    action = finding_dismiss(case=case, finding=finding, by=studio.legal_reviewer, reason="It is a lamp.")
    assert (action.kind, action.finding) == ("dismiss_finding", finding)
    case.refresh_from_db()
    assert case.state == "open"
