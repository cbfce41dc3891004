"""Saying what is assumed, and entering what the site can't see."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.economy_models import CostEntry, CostKind, EconomyPlan
from django_site.apps.productions.models import Production
from django_site.errors import InputError, WrongStateError
from generator.audience.economy import Assumptions

#: Hours of one entry: a month without sleep. More is a slip of the pen.
MOST_HOURS = Decimal(744)
#: Most entries of a production.
MAX_ENTRIES = 5_000


def assumptions_of(production: Production) -> tuple[Assumptions, int]:
    """What is assumed now, and its version; 0 where nobody has said anything yet, so that the house's own hold."""
    row = production.economy_plans.order_by("-version").first()
    return (Assumptions.from_dict(row.assumptions), row.version) if row else (Assumptions(), 0)


@transaction.atomic
def assumptions_set(*, production: Production, assumptions: Assumptions, by: User) -> EconomyPlan:
    """Say what is assumed from now on. What is already so is not said twice."""
    require(by, "productions.change", production)
    Production.objects.select_for_update().get(pk=production.pk)
    held, version = assumptions_of(production)
    if version and held == assumptions:
        return production.economy_plans.get(version=version)
    return EconomyPlan.objects.create(
        production=production, version=version + 1, assumptions=assumptions.as_dict(), set_by=by
    )


@transaction.atomic
def cost_enter(*, production: Production, by: User, kind: str, day: date, what: str, **given: Any) -> CostEntry:
    """Enter hours or an expense. Raises ``InputError`` for a day to come, hours or money that can't be, too many entries."""
    require(by, "productions.change", production)
    if day > timezone.localdate():
        raise InputError(f"{day:%d %B %Y} has not come yet; enter what was done")
    if production.cost_entries.count() >= MAX_ENTRIES:
        raise InputError(f"a production has at most {MAX_ENTRIES} entries; add several up into one")
    values = _values(kind, given)
    return CostEntry.objects.create(
        production=production, kind=CostKind(kind), day=day, what=what.strip()[:300], entered_by=by, **values
    )


def _values(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    hours, amount = given.get("hours"), given.get("amount")
    if kind == CostKind.HOURS:
        if not given.get("person", "").strip():
            raise InputError("say who worked these hours")
        if hours is None or not 0 < hours <= MOST_HOURS:
            raise InputError(f"an entry has more than 0 and at most {MOST_HOURS} hours")
    elif amount is None:
        raise InputError("say how much was paid")
    elif hours is not None:
        raise InputError("an expense has no hours; enter the hours by themselves")
    if amount is not None and amount < 0:
        raise InputError("an amount is not negative; strike the entry that was wrong")
    return {
        "person": given.get("person", "").strip(),
        "role": given.get("role", "") if kind == CostKind.HOURS else "",
        "hours": hours,
        "amount": amount,
        "currency": given.get("currency", "") if amount is not None else "",
    }


@transaction.atomic
def cost_strike(*, entry: CostEntry, by: User, reason: str) -> CostEntry:
    """It was entered by mistake: it counts no more and stays to be read. Raises ``WrongStateError`` where it was struck."""
    require(by, "productions.change", entry.production)
    if not reason.strip():
        raise InputError("say why it is struck: the reason is part of the record")
    struck = CostEntry.objects.filter(pk=entry.pk, struck_at__isnull=True)
    if not struck.update(struck_at=timezone.now(), struck_by=by, struck_because=" ".join(reason.split())[:300]):
        raise WrongStateError("this entry was struck already")
    entry.refresh_from_db()
    return entry
