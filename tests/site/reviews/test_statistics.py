"""The room in numbers: what is counted, what is not, and what is too little to say."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from django_site.apps.audits.models import Confirmation, Dismissal
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve, case_open, case_reject, cases_supersede
from django_site.apps.reviews.services.holding import tier_set
from django_site.apps.reviews.services.statistics import LEAST_PAIRS, cohen_kappa, percentile, statistics_of
from django_site.pages.drawings import stacked_bars
from tests.site.pages.conftest import dismissal_of, finding_in

pytestmark = pytest.mark.django_db
WORDS = st.sampled_from(["agreed", "dismissed"])


@pytest.fixture
def studio(make):
    return make.studio()


def case_of(make, studio, version: int = 1, outcome: str = "allow"):
    cut = make.cut(studio.production, studio.producer, version=version)
    audit = make.audit(studio.production, cut.asset, cut=cut)
    decision = make.decision(studio.production, outcome=outcome, cut=cut, audit=audit)
    return case_open(decision=decision, opened_by=studio.producer, cut=cut)


def decided(make, studio, version: int, hours: float, *, late: bool = False, ago: timedelta = timedelta()):
    case = case_approve(case=case_of(make, studio, version), by=studio.legal_reviewer, reason="Fine.")
    closed = timezone.now() - ago
    due = closed + timedelta(hours=-1 if late else 1)
    Case.objects.filter(pk=case.pk).update(created_at=closed - timedelta(hours=hours), closed_at=closed, due_at=due)
    return case


def test_times_to_decision_and_how_many_were_late(make, studio):
    for number, hours in enumerate((1, 2, 3, 4, 5, 6, 7, 8, 9, 50), 1):
        decided(make, studio, number, hours, late=hours == 50)
    decided(make, studio, 11, 5, ago=timedelta(days=200))
    cases_supersede(cut=case_of(make, studio, 12).cut)  # decided by nobody
    case_of(make, studio, 13)  # still open
    said = statistics_of(studio.legal_reviewer, days=90)
    assert (said.overall.n, said.overall.late, said.overall.late_share) == (10, 1, 0.1)
    assert said.overall.median == pytest.approx(5.5, abs=0.01)
    assert said.overall.p90 == pytest.approx(9, abs=0.01)
    assert [one.n for _, one in said.by_kind] == [10, 0]
    assert sum(one.n for _, one in said.by_time) == 10
    ever = statistics_of(studio.legal_reviewer)
    assert ever.overall.n == 11
    assert [one.n for _, one in ever.by_time] == [10, 1]
    assert statistics_of(studio.producer).overall.n == 0


def test_what_the_reader_may_not_see_is_not_counted(make, studio):
    case = decided(make, studio, 1, 5)
    tier_set(case=case, tier="named", by=studio.head_of_legal)
    assert statistics_of(studio.legal_reviewer).overall.n == 0
    assert statistics_of(studio.head_of_legal).overall.n == 1
    assert statistics_of(studio.head_of_legal).overall.p90 is None


def test_two_people_on_a_case_and_on_findings(make, studio):
    both, split = case_of(make, studio, 1, "review"), case_of(make, studio, 2, "review")
    for case in (both, split):
        case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
    case_approve(case=both, by=studio.head_of_legal, reason="Fine.")
    case_reject(case=split, by=studio.head_of_legal, reason="Not fine.")
    work = make.work(studio.organisation)
    for number in range(LEAST_PAIRS):
        finding = finding_in(make, both.decision.audit, work=work)
        Confirmation.objects.create(finding=finding, by=studio.legal_reviewer)
        if number % 4:
            Confirmation.objects.create(finding=finding, by=studio.head_of_legal)
        else:
            dismissal_of(make, finding, studio.head_of_legal)
        said = statistics_of(studio.legal_reviewer)
        assert said.findings.n == number + 1
        assert (said.findings.kappa is None) == (number + 1 < LEAST_PAIRS)
    assert (said.twice, said.twice_alike) == (2, 1)
    assert said.findings.alike == 15
    assert said.findings.kappa == pytest.approx(0.0)  # one of the two always said the same: no more than chance
    Dismissal.objects.filter(finding=Dismissal.objects.first().finding).update(
        lifted_at=timezone.now(), lifted_by=studio.head_of_legal, lift_reason="It was not ours."
    )
    said = statistics_of(studio.legal_reviewer)
    assert (said.dismissals, said.lifted) == (5, 1)


def test_kappa_of_a_table_worked_by_hand():
    """Worked by hand for the table 20 5 / 10 15: 0.7 observed, 0.5 by chance, kappa 0.4."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohen_kappa(pairs) == pytest.approx(0.4)
    assert cohen_kappa([]) is None
    assert cohen_kappa([("y", "y")] * 30) is None
    assert cohen_kappa([("y", "n"), ("n", "y")]) == pytest.approx(-1)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=60))
def test_kappa_is_symmetric_and_between_minus_one_and_one(pairs):
    kappa = cohen_kappa(pairs)
    if kappa is None:
        assert len({word for pair in pairs for word in pair}) == 1
        return
    assert -1 - 1e-9 <= kappa <= 1 + 1e-9
    assert kappa == pytest.approx(cohen_kappa([(other, one) for one, other in pairs]))
    assert (kappa == pytest.approx(1)) == all(one == other for one, other in pairs)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_enough_do_not_exceed(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=12))
def test_bars_stay_in_their_box(rows):
    drawn = stacked_bars([("x", row) for row in rows])
    assert drawn.height == 34 * len(rows)
    for row, values in zip(drawn.rows, rows, strict=True):
        assert [part.value for part in row.parts] == list(values)
        assert all(part.x + part.width <= 100.01 for part in row.parts)
    if any(map(sum, rows)):
        assert max(row.end for row in drawn.rows) == pytest.approx(100)


def test_the_page(make, studio):
    client = Client()
    client.force_login(studio.legal_reviewer, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("reviews:statistics")
    page = client.get(url).content.decode()
    assert "Nothing was decided in this time." in page
    assert "Too few" in page
    decided(make, studio, 1, 5, late=True)
    decided(make, studio, 2, 7)
    page = client.get(f"{url}?period=all").content.decode()
    assert 'class="late"' in page
    assert "6.0 h" in page
    assert client.get(f"{url}?period=nonsense").context["period"] == "90"
    client.force_login(studio.producer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 403
