"""Money: what each use is worth, once; corrections and payments only add; currencies never mix."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from django_site.apps.accounts.models import Notice
from django_site.apps.likeness.compensation import (
    compensation_record,
    correction_enter,
    payment_enter,
    receipts_report,
    rounded,
    scan_record,
    uses_value,
)
from django_site.apps.likeness.models import CompensationEntry, LikenessAsset, UseEvent
from django_site.apps.likeness.money_statements import balances, production_statement, statement_of
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.site.conftest import Make

TERMS = {
    "currency": "USD",
    "scan": "500.00",
    "per_render": "10.00",
    "per_release": "1000.00",
    "per_territory": "250.00",
    "per_second": "1.25",
    "per_training": "5000.00",
    "residual_percent": "1.5",
    "residual_basis": "gross_receipts",
}
MONEY = st.decimals(0, 10_000, places=2).map(str)
USES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["render", "release", "train"]),
        "seconds": st.decimals(0, 5000, places=3),
        "territories": st.lists(st.sampled_from(["*", "US", "DE", "FR", "JP"]), max_size=6),
    }
)
PRICES = st.fixed_dictionaries(
    {"currency": st.sampled_from(["USD", "EUR"])},
    optional=dict.fromkeys(("per_render", "per_release", "per_territory", "per_second", "per_training"), MONEY),
)


def studio_of(make, terms=TERMS):
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    studio.grant = make.grant(studio.subject, studio.production, limits={"compensation": terms})
    return studio


@pytest.fixture
def studio(make, db):
    return studio_of(make)


def release(make, studio, *, version=1, territories=("US", "DE"), seconds="12.345", grant=None) -> UseEvent:
    cut = make.cut(studio.production, studio.producer, version=version)
    return UseEvent.objects.create(
        subject=studio.subject, grant=grant or studio.grant, production=studio.production, cut=cut, kind="release",
        seconds=seconds, territories=list(territories),
    )  # fmt: skip


def test_a_release_earns_what_was_agreed(make, studio):
    entries = compensation_record(use=release(make, studio))
    assert {entry.basis: entry.amount for entry in entries} == {
        "one film released at 1000.00 USD": Decimal("1000.00"),
        "2 territories (DE, US) at 250.00 USD each": Decimal("500.00"),
        "12.345 s on screen at 1.25 USD a second": Decimal("15.43"),
    }
    assert {entry.currency for entry in entries} == {"USD"}


def test_everywhere_counts_once_and_halves_go_to_the_even_side():
    [_, everywhere] = uses_value(
        kind="release", seconds=Decimal(0), territories=["*", "US"], terms={**TERMS, "per_second": "0"}
    )
    assert everywhere.amount == Decimal("250.00")
    assert [rounded(Decimal(text)) for text in ("0.005", "0.015", "0.025", "-0.005")] == [
        Decimal("0.00"), Decimal("0.02"), Decimal("0.02"), Decimal("0.00"),
    ]  # fmt: skip
    assert uses_value(kind="render", seconds=Decimal(9), territories=[], terms={"currency": "USD"}) == []
    assert [due.amount for due in uses_value(kind="train", seconds=Decimal(0), territories=[], terms=TERMS)] == [5000]


@given(uses=st.lists(USES, max_size=12), terms=PRICES)
def test_each_use_is_worth_its_parts_and_never_less_than_nothing(uses, terms):
    for use in uses:
        due = uses_value(**use, terms=terms)
        assert all(one.amount > 0 and one.amount == rounded(one.amount) for one in due)
        exact = {
            "per_render": Decimal(use["kind"] == "render"),
            "per_training": Decimal(use["kind"] == "train"),
            "per_release": Decimal(use["kind"] == "release"),
            "per_second": use["seconds"] * (use["kind"] == "release"),
            "per_territory": Decimal(
                0 if use["kind"] != "release" else 1 if "*" in use["territories"] else len(set(use["territories"]))
            ),
        }
        expected = sum(rounded(Decimal(terms.get(term, "0")) * count) for term, count in exact.items())
        assert sum(one.amount for one in due) == expected


class TheLedger(TestCase):
    """Whatever happens in whatever order, and however often: the sum of the entries is what is due."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        uses=st.lists(USES, min_size=1, max_size=5),
        terms=PRICES,
        again=st.lists(st.integers(0, 4), max_size=6),
        paid=st.lists(st.decimals("0.01", 900, places=2), max_size=3),
        mended=st.lists(st.decimals(-900, 900, places=2).filter(bool), max_size=3),
    )
    def test_the_sum_is_what_is_due(self, uses, terms, again, paid, mended):
        make = Make()
        studio = studio_of(make, terms)
        events = []
        for number, use in enumerate(uses, start=1):
            target = {"what": f"model {number}"}
            if use["kind"] == "render":
                target = {"take": make.take(make.shot(studio.production, position=number), studio.producer)}
            elif use["kind"] == "release":
                target = {"cut": make.cut(studio.production, studio.producer, version=number)}
            events.append(
                UseEvent.objects.create(
                    subject=studio.subject, grant=studio.grant, production=studio.production, **use, **target
                )
            )
        for event in events:
            compensation_record(use=event)
        count = CompensationEntry.objects.count()
        for place in again:
            assert compensation_record(use=events[place % len(events)]) == []
        assert CompensationEntry.objects.count() == count
        due = sum(
            one.amount
            for event, use in zip(events, uses, strict=True)
            for one in uses_value(
                kind=use["kind"], seconds=use["seconds"], terms=terms,
                territories=use["territories"] or (["*"] if use["kind"] == "release" else []),
            )
        )  # fmt: skip
        fixed = {"grant": studio.grant, "currency": terms["currency"], "by": studio.head_of_legal}
        for number, amount in enumerate(paid):
            for _ in range(2):
                payment_enter(amount=amount, reference=f"transfer {number}", **fixed)
        for number, amount in enumerate(mended):
            for _ in range(2):
                correction_enter(amount=amount, reference=f"letter {number}", reason="A slip.", **fixed)
        entries = CompensationEntry.objects.filter(subject=studio.subject)
        expected = due - sum(paid) + sum(mended)
        assert sum(entry.amount for entry in entries) == expected
        assert balances(entries) == ({terms["currency"]: expected} if entries else {})
        statement = statement_of(studio.subject)
        assert sum(line.amount for line in statement.lines) == expected
        for balance in statement.balances:
            assert balance.after == balance.before + balance.earned + balance.corrected + balance.paid == expected


def test_entries_are_never_changed_or_deleted(make, studio):
    [entry, *_] = compensation_record(use=release(make, studio))
    for change in (
        lambda: CompensationEntry.objects.filter(pk=entry.pk).update(amount=1),
        lambda: CompensationEntry.objects.filter(pk=entry.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_receipts_earn_a_share_once_a_period(make, studio):
    release(make, studio)
    report = {
        "production": studio.production, "period": "2026-Q3", "currency": "USD", "basis": "gross_receipts",
        "by": studio.producer,
    }  # fmt: skip
    [entry] = receipts_report(amount=Decimal("123456.78"), **report)
    assert (entry.amount, entry.kind) == (Decimal("1851.85"), "residual")
    assert receipts_report(amount=Decimal("123456.78"), **report) == []
    with pytest.raises(WrongStateError, match="reported before"):
        receipts_report(amount=Decimal("1.00"), **report)
    assert receipts_report(amount=Decimal("5"), **{**report, "basis": "net_receipts"}) == []
    [euros] = receipts_report(amount=Decimal("100"), **{**report, "currency": "EUR"})
    assert balances(CompensationEntry.objects.all()) == {"EUR": euros.amount, "USD": entry.amount}
    assert Notice.objects.filter(user=studio.performer, kind="money").count() == 2
    with pytest.raises(NotAllowedError):
        receipts_report(amount=Decimal("1"), **{**report, "by": studio.legal_reviewer})
    for wrong in ({"currency": "usd"}, {"period": " "}, {"basis": "rumours"}):
        with pytest.raises(InputError):
            receipts_report(amount=Decimal("1"), **{**report, **wrong})
    for amount in ("0", "-1", "1.001", "NaN", "1e20"):
        with pytest.raises(InputError):
            receipts_report(amount=Decimal(amount), **report)


def test_who_may_enter_what(studio):
    given = {"grant": studio.grant, "amount": Decimal("5"), "currency": "USD", "reference": "r"}
    for person in (studio.performer, studio.producer):
        with pytest.raises(NotAllowedError):
            payment_enter(by=person, **given)
    assert payment_enter(by=studio.legal_reviewer, **given).amount == Decimal("-5")
    assert payment_enter(by=studio.legal_reviewer, **given) is None
    with pytest.raises(InputError, match="reason"):
        correction_enter(by=studio.legal_reviewer, reason="", **given)
    with pytest.raises(InputError, match="correction"):
        payment_enter(by=studio.legal_reviewer, **{**given, "amount": Decimal("-5")})


def test_a_scan_is_paid_once_whatever_is_measured(make, studio):
    assert scan_record(subject=studio.subject) == []
    LikenessAsset.objects.create(subject=studio.subject, asset=make.asset(), source="scan", business_reason="the film")
    [entry] = scan_record(subject=studio.subject)
    assert (entry.kind, entry.amount) == ("scan", Decimal("500.00"))
    assert scan_record(subject=studio.subject) == []


def test_statements_say_what_stood_open_before(make, studio, client):
    compensation_record(use=release(make, studio))
    first = CompensationEntry.objects.order_by("created_at").last()
    later = first.created_at + timedelta(microseconds=1)
    payment_enter(
        grant=studio.grant, amount=Decimal("400"), currency="USD", reference="=7", by=studio.head_of_legal,
        production=studio.production,
    )  # fmt: skip
    [balance] = statement_of(studio.subject, later).balances
    assert (balance.before, balance.earned, balance.paid, balance.after) == (
        Decimal("1515.43"), Decimal("0.00"), Decimal("-400.00"), Decimal("1115.43"),
    )  # fmt: skip
    assert production_statement(studio.production).balances[0].after == balance.after
    client.force_login(studio.performer, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("likeness:money", args=[studio.subject.pk])).content.decode()
    assert "1115.43 USD" in page
    assert "Payment or correction" not in page
    document = json.loads(client.get(reverse("likeness:money_file", args=[studio.subject.pk, "json"])).content)
    assert document["balances"][0]["after"] == "1115.43"
    rows = client.get(reverse("likeness:money_file", args=[studio.subject.pk, "csv"])).content.decode().splitlines()
    assert len(rows) == 1 + 4
    client.force_login(studio.head_of_legal, backend="django.contrib.auth.backends.ModelBackend")
    entered = {
        "act": "correction", "grant": studio.grant.pk, "amount": "-15.43", "currency": "USD", "reference": "8",
        "reason": "Seconds were counted twice.",
    }  # fmt: skip
    assert client.post(reverse("likeness:money_enter", args=[studio.subject.pk]), entered).status_code == 302
    assert statement_of(studio.subject).balances[0].after == Decimal("1100.00")
