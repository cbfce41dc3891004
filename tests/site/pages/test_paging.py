"""Keyset pages: every row once, in order, whatever the order and the size; mangled cursors show the beginning."""

import pytest

from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.reviews.models import Case
from django_site.pages.paging import cursor_of, keyset_page

pytestmark = pytest.mark.django_db


def walk(rows, order, size):
    seen, cursor = [], ""
    while True:
        page = keyset_page(rows, order=order, cursor=cursor, size=size)
        seen += page.rows
        assert page.first == (cursor == "")
        if not page.next_cursor:
            return seen
        cursor = page.next_cursor


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_every_row_once_in_order(size):
    for number in range(7):
        ledger_append(kind="test", event={"number": number})
    assert [entry.seq for entry in walk(LedgerEntry.objects.all(), ("-seq",), size)] == [6, 5, 4, 3, 2, 1, 0]


def test_ties_are_broken_by_the_last_field(make):
    studio = make.studio()
    for version, risk in enumerate([0.5, 0.5, 1.9, 0.5, 0.1], start=1):
        make.case(studio.production, cut=make.cut(studio.production, studio.producer, version=version), risk=risk)
    order = ("-risk", "due_at", "id")
    expected = list(Case.objects.order_by(*order))
    assert [case.risk for case in expected] == [1.9, 0.5, 0.5, 0.5, 0.1]
    for size in (1, 2, 4):
        assert walk(Case.objects.all(), order, size) == expected


@pytest.mark.parametrize(
    "cursor", ["x", "é", "W10", "W10=", "bnVsbA", "WyJ4IiwgMV0", "eyJhIjogMX0", "W251bGxd", "W3siYXQiOiAxfV0"]
)
def test_a_mangled_cursor_shows_the_beginning(cursor):
    ledger_append(kind="test", event={"number": 0})
    page = keyset_page(LedgerEntry.objects.all(), order=("-seq",), cursor=cursor)
    assert (len(page.rows), page.first) == (1, True)


def test_a_cursor_of_another_kind_shows_the_beginning(make):
    studio = make.studio()
    foreign = cursor_of(ledger_append(kind="test", event={"number": 0}), ("-seq",))
    page = keyset_page(type(studio.production).objects.all(), order=("-id",), cursor=foreign)
    assert (len(page.rows), page.first) == (1, True)
