"""Who may do what: every permission against every kind of person."""

import pytest
import rules

from django_site.apps.accounts.permissions import require, reviewing_role
from django_site.apps.likeness.selectors import subjects_visible_to
from django_site.apps.productions.models import ProductionMember
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.reviews.selectors import comments_visible_to, queue_of
from django_site.apps.reviews.services import comment_add
from django_site.errors import NotAllowedError

pytestmark = pytest.mark.django_db

#: permission -> who has it on the studio's production (or organisation, or subject)
ALLOWED = {
    "productions.view": {"producer", "legal_reviewer", "head_of_legal", "guest_reviewer"},
    "productions.change": {"producer"},
    "productions.create": {"producer", "colleague"},
    "reviews.decide": {"legal_reviewer", "head_of_legal", "guest_reviewer"},
    "reviews.comment": {"producer", "legal_reviewer", "head_of_legal", "guest_reviewer"},
    "corpora.change": {"producer", "colleague", "legal_reviewer", "head_of_legal"},
    "likeness.enrol": {"producer", "colleague", "legal_reviewer", "head_of_legal"},
    "likeness.view": {"performer", "legal_reviewer", "head_of_legal"},
    "likeness.grant": {"performer"},
}


@pytest.fixture
def people(make):
    studio = make.studio()
    studio.colleague = make.member(studio.organisation, "producer")
    studio.performer = make.member(studio.organisation, "performer")
    studio.stranger = make.studio().head_of_legal
    studio.guest_reviewer = make.user()
    ProductionMember.objects.create(production=studio.production, user=studio.guest_reviewer, role="legal_reviewer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    return studio


ROLES = ("producer", "legal_reviewer", "head_of_legal", "colleague", "performer", "stranger", "guest_reviewer")


@pytest.mark.parametrize("permission", ALLOWED)
def test_every_permission_against_every_role(people, permission):
    thing = {
        "productions.create": people.organisation,
        "corpora.change": people.organisation,
        "likeness.enrol": people.organisation,
        "likeness.view": people.subject,
        "likeness.grant": people.subject,
    }.get(permission, people.production)
    assert {role for role in ROLES if rules.has_perm(permission, getattr(people, role), thing)} == ALLOWED[permission]


@pytest.mark.parametrize("permission", ALLOWED)
def test_nobody_has_a_permission_on_nothing_or_when_locked_out(people, permission):
    assert not rules.has_perm(permission, people.producer, None)
    people.head_of_legal.is_active = False
    assert not rules.has_perm(permission, people.head_of_legal, people.production)


def test_require_says_what_was_missing(people):
    require(people.producer, "productions.change", people.production)
    with pytest.raises(NotAllowedError, match=r"productions\.change"):
        require(people.legal_reviewer, "productions.change", people.production)


def test_whoever_produces_it_does_not_review_it_even_with_a_legal_role_in_the_house(make, people):
    lawyer = make.member(people.organisation, "head_of_legal")
    assert reviewing_role(lawyer, people.production) == "head_of_legal"
    ProductionMember.objects.create(production=people.production, user=lawyer, role="producer")
    assert reviewing_role(lawyer, people.production) is None


def test_lists_hold_what_the_person_may_see(make, people):
    elsewhere = make.studio()
    case = make.case(people.production, opened_by=people.producer)
    make.case(elsewhere.production, opened_by=elsewhere.producer)
    seeing = {role for role in ROLES if people.production in productions_visible_to(getattr(people, role))}
    assert seeing == ALLOWED["productions.view"]
    assert {role for role in ROLES if case in queue_of(getattr(people, role))} == ALLOWED["reviews.decide"]
    assert [people.subject] == list(subjects_visible_to(people.performer))
    assert not subjects_visible_to(people.producer).exists()


def test_visitors_see_nothing(people):
    from django.contrib.auth.models import AnonymousUser

    nobody = AnonymousUser()
    assert not productions_visible_to(nobody).exists()
    assert not queue_of(nobody).exists()
    assert not subjects_visible_to(nobody).exists()


def test_a_list_shows_each_production_once(make, people):
    ProductionMember.objects.create(production=people.production, user=people.legal_reviewer, role="legal_reviewer")
    assert list(productions_visible_to(people.legal_reviewer)) == [people.production]


def test_privileged_remarks_stay_on_the_legal_side(make, people):
    case = make.case(people.production, opened_by=people.producer)
    open_one = comment_add(case=case, by=people.producer, text="Ready.")
    privileged = comment_add(case=case, by=people.legal_reviewer, text="Between us.", privileged=True)
    with pytest.raises(NotAllowedError):
        comment_add(case=case, by=people.producer, text="Me too.", privileged=True)
    assert list(comments_visible_to(people.producer, case)) == [open_one]
    assert list(comments_visible_to(people.guest_reviewer, case)) == [open_one, privileged]
