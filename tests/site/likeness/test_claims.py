"""Claims: raised about one's own, stopping what they contest, answered with reasons by somebody else, never twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_site.apps.likeness.claims import DUE_IN, claim_answer, claim_raise, claim_take_back
from django_site.apps.likeness.models import Claim, UseEvent
from django_site.apps.likeness.services import strike_declare
from django_site.apps.provenance.models import LedgerEntry
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db
WHY = "I never agreed to be in this film."


@pytest.fixture
def contested(registered, make):
    """A grant in force with a use."""
    registered.grant = make.grant(registered.subject, registered.production)
    registered.take = make.take(make.shot(registered.production), registered.producer)
    registered.use = UseEvent.objects.create(
        subject=registered.subject, grant=registered.grant, production=registered.production, take=registered.take,
        kind="render", seconds=1,
    )  # fmt: skip
    return registered


def raised(contested, **fields) -> Claim:
    values = {"subject": contested.subject, "kind": "beyond", "text": WHY, "by": contested.performer}
    return claim_raise(**{**values, "use": contested.use, **fields})


def test_a_claim_names_the_use_its_grant_and_a_day(contested):
    at = timezone.now()
    claim = raised(contested, at=at, wanted="Take it out.")
    assert (claim.grant, claim.production, claim.state) == (contested.grant, contested.production, "open")
    assert claim.due_at == at + DUE_IN
    entry = LedgerEntry.objects.filter(kind="claim_raised").latest("created_at")
    assert WHY not in str(entry.event)
    assert str(claim.pk) in str(entry.event)
    contested.grant.refresh_from_db()
    assert contested.grant.state == "active"


@pytest.mark.parametrize("text", ["", "  ", "no"])
def test_a_claim_that_says_nothing_is_refused(contested, text):
    with pytest.raises(InputError, match="say what is wrong"):
        raised(contested, text=text)
    assert not Claim.objects.exists()


def test_only_the_person_and_about_their_own(contested, make):
    for stranger in (contested.producer, contested.legal_reviewer, make.user()):
        with pytest.raises(NotAllowedError):
            raised(contested, by=stranger)
    other = make.subject(contested.organisation, legal_name="Other", user=make.user())
    with pytest.raises(InputError, match="same person"):
        claim_raise(subject=other, kind="other", text=WHY, by=other.user, use=contested.use)


def test_stopping_disputes_the_grant_and_rejecting_lets_it_go_on(contested):
    claim = raised(contested, stop_new_uses=True)
    contested.grant.refresh_from_db()
    assert contested.grant.state == "disputed"
    with pytest.raises(NotAllowedError):
        claim_answer(claim=claim, uphold=False, answer="The clause covers it.", by=contested.performer)
    with pytest.raises(InputError, match="reasons"):
        claim_answer(claim=claim, uphold=False, answer="no", by=contested.legal_reviewer)
    claim_answer(claim=claim, uphold=False, answer="The clause covers it.", by=contested.legal_reviewer)
    contested.grant.refresh_from_db()
    assert (claim.state, contested.grant.state) == ("rejected", "active")
    with pytest.raises(WrongStateError, match="closed already"):
        claim_answer(claim=claim, uphold=True, answer="On reflection it does not.", by=contested.legal_reviewer)
    with pytest.raises(WrongStateError, match="closed already"):
        claim_take_back(claim=claim, by=contested.performer)


@pytest.mark.parametrize(("remedy", "after"), [("revoke", "revoked"), ("suspend", "suspended")])
def test_upheld_the_grant_ends_or_stays_stopped(contested, remedy, after):
    claim = raised(contested, stop_new_uses=True)
    claim_answer(claim=claim, uphold=True, answer="It goes beyond.", by=contested.head_of_legal, remedy=remedy)
    contested.grant.refresh_from_db()
    assert (claim.state, contested.grant.state) == ("upheld", after)


def test_an_unknown_remedy_changes_nothing(contested):
    claim = raised(contested, stop_new_uses=True)
    with pytest.raises(InputError, match="becomes of the grant"):
        claim_answer(claim=claim, uphold=True, answer="It goes beyond.", by=contested.head_of_legal, remedy="shrug")
    claim.refresh_from_db()
    assert claim.state == "open"


def test_upholding_a_claim_that_stopped_nothing_leaves_the_grant(contested):
    claim = raised(contested)
    claim_answer(claim=claim, uphold=True, answer="It was not paid in time.", by=contested.head_of_legal)
    contested.grant.refresh_from_db()
    assert contested.grant.state == "active"


def test_taken_back_it_goes_on_unless_another_claim_holds_it(contested):
    first, second = raised(contested, stop_new_uses=True), raised(contested, stop_new_uses=True)
    claim_take_back(claim=first, by=contested.performer)
    contested.grant.refresh_from_db()
    assert contested.grant.state == "disputed"
    claim_take_back(claim=second, by=contested.performer)
    contested.grant.refresh_from_db()
    assert contested.grant.state == "active"


def test_what_was_suspended_before_is_suspended_after(contested, make):
    grant = make.grant(contested.subject, contested.production, state="suspended")
    claim = raised(contested, use=None, grant=grant, stop_new_uses=True)
    claim_answer(claim=claim, uphold=False, answer="Nothing was made.", by=contested.legal_reviewer)
    grant.refresh_from_db()
    assert grant.state == "suspended"


def test_a_strike_that_began_meanwhile_rests_it(contested):
    type(contested.subject).objects.filter(pk=contested.subject.pk).update(union="SAG-AFTRA")
    contested.subject.refresh_from_db()
    claim = raised(contested, stop_new_uses=True)
    strike = strike_declare(
        union="SAG-AFTRA", reason="announced today", organisation=contested.organisation, by=contested.head_of_legal
    )
    claim_answer(claim=claim, uphold=False, answer="The clause covers it.", by=contested.legal_reviewer)
    contested.grant.refresh_from_db()
    assert (contested.grant.state, contested.grant.strike) == ("suspended", strike)


def test_nothing_can_be_stopped_where_nothing_runs(contested, make):
    over = make.grant(contested.subject, contested.production, state="withdrawn")
    with pytest.raises(WrongStateError, match="nothing to stop"):
        raised(contested, use=None, grant=over, stop_new_uses=True)
    with pytest.raises(InputError, match="without a grant"):
        raised(contested, use=None, stop_new_uses=True)
    assert not Claim.objects.exists()


def test_late_is_what_is_open_past_its_day(contested):
    claim = raised(contested, at=timezone.now() - DUE_IN - timedelta(days=1))
    assert claim.due_at < timezone.now()


def test_a_use_under_a_replaced_version_stops_the_version_in_force(contested, make):
    old = contested.grant
    type(old).objects.filter(pk=old.pk).update(state="amended")
    newer = make.grant(contested.subject, contested.production, grant=old.grant, version=2)
    claim = raised(contested, stop_new_uses=True)
    newer.refresh_from_db()
    assert (claim.grant, newer.state) == (newer, "disputed")
    claim_take_back(claim=claim, by=contested.performer)
    newer.refresh_from_db()
    assert newer.state == "active"
