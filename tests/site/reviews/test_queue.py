"""The queue in parts, who has which case, many at once, and until when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from django_site.apps.accounts.models import Notice
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.reviews.models import Assignment, Case, SavedFilter, ServiceLevel
from django_site.apps.reviews.selectors import QueueFilter, deciders_of, queue_filtered
from django_site.apps.reviews.services import case_open, cases_settle
from django_site.apps.reviews.services.queueing import (
    case_give_back,
    case_hand_over,
    case_take,
    filter_default,
    filter_save,
    service_levels_set,
)
from django_site.errors import InputError, NotAllowedError, WrongStateError

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    return make.studio()


def case_of(make, studio, version: int = 1, outcome: str = "allow", **fields):
    cut = make.cut(studio.production, studio.producer, version=version)
    audit = make.audit(studio.production, cut.asset, cut=cut)
    decision = make.decision(studio.production, outcome=outcome, cut=cut, audit=audit, **fields)
    return case_open(decision=decision, opened_by=studio.producer, cut=cut)


def browser(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_case_is_taken_handed_over_and_given_back_and_all_of_it_stays_on_record(make, studio):
    case = case_of(make, studio)
    case_take(case=case, by=studio.legal_reviewer)
    assert case_take(case=case, by=studio.legal_reviewer).to == studio.legal_reviewer  # a second click changes nothing
    with pytest.raises(WrongStateError, match="has this case"):
        case_take(case=case, by=studio.head_of_legal)
    case_hand_over(case=case, to=studio.head_of_legal, by=studio.legal_reviewer, note="You know the estate.")
    [notice] = Notice.objects.filter(user=studio.head_of_legal)
    assert "You know the estate." in notice.text
    assert notice.url == reverse("reviews:case", args=[case.pk])
    with pytest.raises(NotAllowedError):
        case_give_back(case=case, by=studio.legal_reviewer)
    case_give_back(case=case, by=studio.head_of_legal)
    with pytest.raises(WrongStateError):
        case_give_back(case=case, by=studio.head_of_legal)
    assert Assignment.objects.filter(case=case, ended_at__isnull=False).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.filter(case=case)._raw_delete("default")


def test_a_maker_is_never_given_a_case(make, studio):
    case = case_of(make, studio)
    contribution_record(production=studio.production, actor=studio.head_of_legal, act="arranged", target=case.cut)
    outsider = make.member(make.organisation(), "legal_reviewer")
    for person in (studio.producer, studio.head_of_legal, outsider):
        assert person not in deciders_of(case)
        with pytest.raises(InputError, match="may not decide"):
            case_hand_over(case=case, to=person, by=studio.legal_reviewer)
    with pytest.raises(NotAllowedError):
        case_take(case=case, by=studio.producer)
    assert list(deciders_of(case)) == [studio.legal_reviewer]


def test_parts_of_the_queue(make, studio):
    checks = [{"check": "one", "policy": "copyright/same-scene", "passed": False, "severity": "review", "plain": "so"}]
    mine = case_of(make, studio, 1)
    late = case_of(make, studio, 2)
    judged = case_of(make, studio, 3, outcome="review", checks=checks)
    Case.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    case_take(case=mine, by=studio.legal_reviewer)
    person = studio.legal_reviewer

    def part(tab="all", **fields):
        return set(queue_filtered(person, QueueFilter(tab, fields)))

    assert part() == {mine, late, judged}
    assert part("mine") == {mine}
    assert part("free") == {late, judged}
    assert part("late") == part(late=True) == {late}
    assert part(outcome="review") == part(band="judgement") == part(area="copyright") == {judged}
    assert part(band="low") == {mine, late}
    assert part(band="out") == part(area="likeness") == part(area="%") == part(kind="withdrawal") == set()
    assert part(assignee=person.pk) == {mine}
    assert part(production=studio.production.pk) == {mine, late, judged}


def test_filters_are_kept_under_a_name_and_one_opens_the_queue(make, studio):
    person = studio.legal_reviewer
    client = browser(person)
    case_of(make, studio)
    response = client.post(reverse("reviews:filter_keep"), {"name": "Judge", "tab": "free", "outcome": "review"})
    saved = SavedFilter.objects.get(user=person)
    assert saved.query == {"tab": "free", "outcome": "review"}
    assert client.get(response.url).context["here"] == saved
    url = reverse("reviews:filter_change", args=[saved.pk])
    client.post(url, {"act": "default"})
    assert client.get(reverse("reviews:queue")).url.endswith("?tab=free&outcome=review")
    assert client.get(reverse("reviews:queue") + "?tab=all").context["chosen"].tab == "all"
    client.post(url, {"act": "rename", "name": "To judge"})
    saved.refresh_from_db()
    assert saved.name == "To judge"
    other = filter_save(user=person, name="Late", query={"tab": "late"})
    filter_default(saved=other, is_default=True)
    assert list(SavedFilter.objects.filter(user=person, is_default=True)) == [other]
    client.post(reverse("reviews:filter_change", args=[other.pk]), {"act": "rename", "name": "To judge"})
    other.refresh_from_db()
    assert other.name == "Late"
    assert browser(studio.head_of_legal).post(url, {"act": "delete"}).status_code == 404
    client.post(url, {"act": "delete"})
    assert not SavedFilter.objects.filter(name="To judge").exists()


def test_an_address_that_somebody_mangled_still_shows_the_queue(make, studio):
    case = case_of(make, studio)
    client = browser(studio.legal_reviewer)
    for query in (
        "tab=nothing",
        "production=x",
        "band=%27--",
        "assignee=1",
        "area=%25",
        "late=2&kind=%00",
        "after=AAAA",
    ):
        page = client.get(f"{reverse('reviews:queue')}?{query}")
        assert page.status_code == 200
        assert list(page.context["page"].rows) in ([case], [])


def test_many_at_once_are_shown_first_and_then_done_one_by_one(make, studio):
    cases = [case_of(make, studio, version) for version in (1, 2)]
    case_take(case=cases[0], by=studio.head_of_legal)
    client = browser(studio.legal_reviewer)
    url, ticked = reverse("reviews:bulk"), [str(case.pk) for case in cases]
    first = client.post(url, {"case": ticked, "act": "assign"})
    assert first.status_code == 200
    assert str(studio.head_of_legal) in first.content.decode()
    assert Assignment.objects.count() == 1
    assert client.post(url, {"case": ticked, "act": "assign", "confirmed": "1"}).status_code == 400
    values = {"case": ticked, "act": "assign", "confirmed": "1", "to": studio.legal_reviewer.pk}
    said = [str(one) for one in client.post(url, values, follow=True).context["messages"]]
    assert said[0] == "Done for 1 case."
    assert "has this case" in said[1]
    assert set(Assignment.objects.filter(ended_at=None).values_list("to", flat=True)) == {
        studio.legal_reviewer.pk, studio.head_of_legal.pk,
    }  # fmt: skip
    client.post(url, {"case": ticked, "act": "comment", "confirmed": "1", "text": "Look at scene two."})
    assert [case.comments.count() for case in cases] == [1, 1]
    client.post(url, {"case": [*ticked, "x"], "act": "request_change", "confirmed": "1", "reason": "Too alike."})
    assert {case.state for case in Case.objects.all()} == {"changes_requested"}
    assert client.post(url, {"case": ticked, "act": "nothing"}).status_code == 400
    assert client.post(url, {"case": ["x"] * 51, "act": "comment"}).status_code == 302
    assert browser(studio.producer).post(url, {"case": ticked, "act": "comment"}).status_code == 302


def test_a_form_leads_back_to_where_it_stood_and_nowhere_else(make, studio):
    case = case_of(make, studio)
    client, url = browser(studio.legal_reviewer), reverse("reviews:take", args=[case.pk])
    assert client.post(url, {"back": "/reviews/?tab=free"}).url == "/reviews/?tab=free"
    assert client.post(url, {"back": "https://elsewhere.example/"}).url == reverse("reviews:case", args=[case.pk])


def test_service_levels_make_the_deadline(make, studio):
    now = timezone.now()
    first = case_of(make, studio, 1)
    assert timedelta(hours=47) < first.due_at - now < timedelta(hours=49)
    house, head = studio.organisation, studio.head_of_legal
    assert service_levels_set(organisation=house, hours={("clearance", "judgement"): 6}, by=head) == 1
    assert service_levels_set(organisation=house, hours={("clearance", "judgement"): 6}, by=head) == 0
    assert case_of(make, studio, 2, outcome="review").due_at - now < timedelta(hours=7)
    assert case_of(make, studio, 3).due_at - now > timedelta(hours=47)
    service_levels_set(organisation=house, hours={("clearance", "judgement"): None}, by=head)
    assert not ServiceLevel.objects.exists()
    with pytest.raises(InputError):
        service_levels_set(organisation=house, hours={("clearance", "low"): 0}, by=head)
    with pytest.raises(InputError):
        service_levels_set(organisation=house, hours={("clearance", "nothing"): 1}, by=head)
    with pytest.raises(NotAllowedError):
        service_levels_set(organisation=house, hours={("clearance", "low"): 5}, by=studio.legal_reviewer)
    client, url = browser(head), reverse("reviews:service_levels")
    assert client.post(url, {"clearance-low": "0"}).status_code == 400
    assert client.post(url, {"clearance-low": "12", "withdrawal-out": ""}).status_code == 302
    assert ServiceLevel.objects.get().hours == 12
    assert 'value="12"' in client.get(url).content.decode()


def test_the_late_are_escalated_once_and_the_nearly_late_are_said_to_whoever_has_them(make, studio):
    late, soon, calm = (case_of(make, studio, version) for version in (1, 2, 3))
    now = timezone.now()
    for case in (soon, calm):
        case_take(case=case, by=studio.legal_reviewer)
    Case.objects.filter(pk=late.pk).update(due_at=now - timedelta(minutes=1))
    Case.objects.filter(pk=soon.pk).update(created_at=now - timedelta(days=2), due_at=now + timedelta(hours=2))
    assert cases_settle() == {"escalated": 1, "reminded": 1}
    assert cases_settle() == {"escalated": 0, "reminded": 0}
    late.refresh_from_db()
    assert late.escalated_at is not None
    assert "late" in Notice.objects.get(user=studio.head_of_legal).text
    assert "due soon" in Notice.objects.get(user=studio.legal_reviewer).text
