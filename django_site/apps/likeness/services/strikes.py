"""Strikes: while a union strikes, the replicas of its members rest, unless their grants say otherwise."""

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.lifecycle import grant_move
from django_site.apps.likeness.models import ConsentGrant, GrantState, Strike
from django_site.apps.likeness.scope import scope_of
from django_site.apps.likeness.services.grants import grant_ended
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError


@transaction.atomic
def strike_declare(*, union: str, reason: str, organisation: Organisation, by: User) -> Strike:
    """A union strikes: suspend every active grant of its members that rests in strikes. The head of legal says so."""
    require(by, "likeness.strike", organisation)
    if not union.strip() or not reason.strip():
        raise InputError("name the union, and say where the strike was announced")
    if Strike.objects.filter(union=union.strip(), ended_at__isnull=True).exists():
        raise WrongStateError(f"a strike of {union.strip()} stands already")
    strike = Strike.objects.create(union=union.strip(), reason=reason.strip(), declared_by=by, began_at=timezone.now())
    ledger_append(kind="strike_declared", event={"strike": strike.pk, "by": by.pseudonym})
    struck = ConsentGrant.objects.filter(subject__union=strike.union, state=GrantState.ACTIVE)
    for grant in struck.select_related("subject"):
        if scope_of(grant)["strike_suspends"]:
            why = f"{strike.union} is on strike."
            grant_move(grant, GrantState.SUSPENDED, by=by, reason=why, strike=strike)
            grant_ended(grant, by=by, how=f"The grant of {grant.subject} rests: {why}")
    return strike


@transaction.atomic
def strike_end(*, strike: Strike, organisation: Organisation, by: User) -> int:
    """The strike is over: what it suspended, and nothing else, goes on. Returns how many grants."""
    require(by, "likeness.strike", organisation)
    now = timezone.now()
    if not Strike.objects.filter(pk=strike.pk, ended_at__isnull=True).update(ended_at=now, ended_by=by):
        raise WrongStateError("this strike has ended already")
    ledger_append(kind="strike_ended", event={"strike": strike.pk, "by": by.pseudonym})
    resumed = 0
    for grant in ConsentGrant.objects.filter(strike=strike, state=GrantState.SUSPENDED).select_related("subject"):
        if grant.ends is None or grant.ends > now:
            grant_move(grant, GrantState.ACTIVE, by=by)
            resumed += 1
    return resumed
