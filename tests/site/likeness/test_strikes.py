"""A strike suspends what rests in strikes and nothing else, and its end lets go exactly that."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_site.apps.audits.people_facts import grant_fact
from django_site.apps.likeness.models import ConsentGrant
from django_site.apps.likeness.services import grant_resume, grant_suspend, strike_declare, strike_end
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.member = make.subject(studio.organisation, union="SAG-AFTRA", user=make.user())
    studio.outsider = make.subject(studio.organisation, legal_name="Nobody's Member")
    return studio


def declare(studio, **fields):
    values = {"union": "SAG-AFTRA", "reason": "Announced today.", "by": studio.head_of_legal}
    return strike_declare(organisation=studio.organisation, **{**values, **fields})


def test_a_strike_suspends_its_members_replicas_until_it_ends(studio, make):
    struck = make.grant(studio.member, studio.production)
    goes_on = make.grant(studio.member, studio.production, limits={"strike_suspends": False})
    already = make.grant(studio.member, studio.production)
    other = make.grant(studio.outsider, studio.production)
    grant_suspend(grant=already, by=studio.member.user, reason="For reasons of my own.")
    strike = declare(studio)
    states = {g.pk: g.state for g in ConsentGrant.objects.all()}
    assert states == {struck.pk: "suspended", goes_on.pk: "active", already.pk: "suspended", other.pk: "active"}
    struck.refresh_from_db()
    fact = grant_fact(struck, at=timezone.now())
    assert (fact.active, fact.strike_suspended) == (False, True)
    with pytest.raises(WrongStateError, match="strike of SAG-AFTRA"):
        grant_resume(grant=struck, by=studio.member.user)
    assert strike_end(strike=strike, organisation=studio.organisation, by=studio.head_of_legal) == 1
    states = {g.pk: g.state for g in ConsentGrant.objects.all()}
    assert states[struck.pk] == "active"
    assert states[already.pk] == "suspended", "what the person suspended stays so"


def test_a_term_that_ran_out_in_the_strike_does_not_come_back(studio, make):
    now = timezone.now()
    grant = make.grant(
        studio.member, studio.production, starts=now - timedelta(days=2), ends=now + timedelta(seconds=0.2)
    )
    strike = declare(studio)
    while timezone.now() <= grant.ends:
        pass
    assert strike_end(strike=strike, organisation=studio.organisation, by=studio.head_of_legal) == 0
    grant.refresh_from_db()
    assert grant.state == "suspended"


def test_who_declares_and_how(studio):
    for somebody in (studio.producer, studio.legal_reviewer):
        with pytest.raises(NotAllowedError):
            declare(studio, by=somebody)
    with pytest.raises(InputError, match="name the union"):
        declare(studio, union=" ")
    declare(studio)
    with pytest.raises(WrongStateError, match="stands already"):
        declare(studio)
