"""Statements of money for one person or one production: what was earned, corrected and paid, and what stands open.

Currencies are never added together.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_site.apps.likeness.compensation import rounded
from django_site.apps.likeness.models import CompensationEntry, Subject
from django_site.apps.productions.models import Production


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry as the statement says it; ``amount`` is negative for what was paid."""

    id: str
    at: datetime
    kind: str
    kind_word: str
    subject: str
    production: str
    basis: str
    amount: Decimal
    currency: str
    grant: str
    version: int


@dataclass(frozen=True, slots=True)
class CurrencyBalance:
    """One currency: what stood open before the period, what was earned and paid within it, what stands open after."""

    currency: str
    before: Decimal
    earned: Decimal
    corrected: Decimal
    paid: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What one person earned from one studio, or one production owed, from ``start`` to before ``end``."""

    title: str
    start: datetime | None
    end: datetime | None
    lines: tuple[StatementLine, ...]
    balances: tuple[CurrencyBalance, ...]

    @property
    def period(self) -> str:
        first = date_format(self.start, "j F Y") if self.start else _("the beginning")
        return _("From %(from)s until %(to)s") % {
            "from": first,
            "to": date_format(self.end, "j F Y") if self.end else _("today"),
        }


def statement_of(subject: Subject, start: datetime | None = None, end: datetime | None = None) -> Statement:
    """The person's statement: every entry with ``start`` ≤ its moment < ``end``, and the balance in each currency."""
    return _statement(str(subject), CompensationEntry.objects.filter(subject=subject), start, end)


def production_statement(
    production: Production, start: datetime | None = None, end: datetime | None = None
) -> Statement:
    """The production's statement over everybody who is in it."""
    return _statement(str(production), CompensationEntry.objects.filter(production=production), start, end)


def _statement(
    title: str, entries: QuerySet[CompensationEntry], start: datetime | None, end: datetime | None
) -> Statement:
    within = Q()
    if start is not None:
        within &= Q(created_at__gte=start)
    if end is not None:
        within &= Q(created_at__lt=end)
    rows = entries.filter(within).select_related("subject", "production", "grant").order_by("created_at", "id")
    lines = tuple(
        StatementLine(
            id=str(row.pk),
            at=row.created_at,
            kind=row.kind,
            kind_word=str(row.get_kind_display()),
            subject=str(row.subject),
            production=row.production.title if row.production else "",
            basis=row.basis,
            amount=row.amount,
            currency=row.currency,
            grant=str(row.grant.grant),
            version=row.grant.version,
        )
        for row in rows
    )
    before = balances(entries.filter(created_at__lt=start)) if start is not None else {}
    sums: dict[str, dict[str, Decimal]] = {currency: {} for currency in before}
    for line in lines:
        of = sums.setdefault(line.currency, {})
        of[line.kind] = of.get(line.kind, Decimal(0)) + line.amount
    zero = Decimal("0.00")
    made = []
    for currency in sorted(sums):
        of, opened = sums[currency], before.get(currency, zero)
        earned = sum((of.get(kind, zero) for kind in ("scan", "use", "residual")), zero)
        corrected, paid = of.get("correction", zero), of.get("payment", zero)
        made.append(CurrencyBalance(currency, opened, earned, corrected, paid, opened + earned + corrected + paid))
    return Statement(title, start, end, lines, tuple(made))


def balances(entries: QuerySet[CompensationEntry]) -> dict[str, Decimal]:
    """What stands open, by currency."""
    return {
        row["currency"]: rounded(row["total"])
        for row in entries.order_by().values("currency").annotate(total=Sum("amount")).order_by("currency")
    }
