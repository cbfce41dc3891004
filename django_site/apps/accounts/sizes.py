"""How large an organisation is: licences of models end, or must be paid for, from some revenue or number of users on."""

import re

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError

#: Beyond these a figure was mistyped: no company turns over a quadrillion, and there are not so many people.
MAX_REVENUE = 10**15
MAX_USERS = 10**12


@transaction.atomic
def organisation_declare_size(
    *, organisation: Organisation, by: User, annual_revenue: int, revenue_currency: str, monthly_users: int
) -> Organisation:
    """Declare the revenue of the last full year in whole units of a currency, and the people who use any product in a
    month, each with everybody under the same control. The head of legal does; decisions from now on count with it."""
    require(by, "organisations.declare", organisation)
    if not re.fullmatch("[A-Z]{3}", revenue_currency):
        raise InputError(f"{revenue_currency!r} is no currency; write its three letters, such as USD or EUR")
    if not 0 <= annual_revenue <= MAX_REVENUE or not 0 <= monthly_users <= MAX_USERS:
        raise InputError("revenue and users are whole numbers from 0; look for a digit too many")
    Organisation.objects.filter(pk=organisation.pk).update(
        annual_revenue=annual_revenue,
        revenue_currency=revenue_currency,
        monthly_users=monthly_users,
        size_declared_at=timezone.now(),
        size_declared_by=by,
    )
    organisation.refresh_from_db()
    ledger_append(kind="organisation_size_declared", event={"organisation": organisation.pk, "by": by.pseudonym})
    return organisation
