"""Contributions: noted where the work happens, entered by hand, mended by appending."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import Contribution, ContributionAct, Production
from django_site.errors import InputError, WrongStateError


def contribution_record(
    *,
    production: Production,
    actor: User,
    act: ContributionAct,
    target,
    tool: str = "",
    note: str = "",
    measure: Mapping[str, Any] | None = None,
) -> Contribution:
    """Note who did what to a production, screenplay, shot, take or cut, as it happens. ``tool`` did it on their word."""
    return Contribution.objects.create(
        production=production,
        actor=actor,
        act=act,
        tool=tool,
        target_kind=target._meta.model_name,
        target_id=target.pk,
        note=note,
        measure=dict(measure or {}),
    )


def contribution_enter(
    *,
    production: Production,
    by: User,
    act: ContributionAct,
    note: str,
    credited: str = "",
    tool: str = "",
    target=None,
) -> Contribution:
    """Enter by hand what the site could not see: "composed the score". ``credited`` names who did it where that is not
    ``by``; ``target`` is the production as a whole unless said. Raises ``InputError``."""
    require(by, "productions.change", production)
    if not note.strip():
        raise InputError("say what was done, for instance: composed the score")
    target = target or production
    return Contribution.objects.create(
        production=production,
        actor=by,
        credited=credited.strip(),
        act=act,
        tool=tool.strip(),
        target_kind=target._meta.model_name,
        target_id=target.pk,
        note=note.strip(),
        recorded_by=by,
    )


def contribution_correct(
    *,
    contribution: Contribution,
    by: User,
    reason: str,
    void: bool = False,
    act: ContributionAct | None = None,
    note: str | None = None,
    credited: str | None = None,
) -> Contribution:
    """Append what holds instead of a contribution, or, ``void``, that it did not happen; the row itself stays as it is.

    What is not given stays as it was. Raises ``InputError`` without a reason, ``WrongStateError`` where it was corrected
    before: then the correction is what can be corrected.
    """
    require(by, "productions.change", contribution.production)
    if not reason.strip():
        raise InputError("say why the record is wrong: the reason is part of it")
    try:
        with transaction.atomic():
            return Contribution.objects.create(
                production=contribution.production,
                actor=contribution.actor,
                credited=contribution.credited if credited is None else credited.strip(),
                act=act or contribution.act,
                tool=contribution.tool,
                target_kind=contribution.target_kind,
                target_id=contribution.target_id,
                note=contribution.note if note is None else note.strip(),
                measure=contribution.measure,
                recorded_by=by,
                corrects=contribution,
                void=void,
                reason=reason.strip(),
            )
    except IntegrityError:
        raise WrongStateError("this was corrected before; correct the correction, which is what holds") from None


def contributions_standing(production: Production, *, at: datetime | None = None) -> QuerySet[Contribution]:
    """What holds (at a moment): neither corrected by then nor void, in order."""
    until = Q() if at is None else Q(created_at__lte=at)
    corrected = Contribution.objects.filter(until, production=production, corrects__isnull=False).values("corrects")
    rows = Contribution.objects.filter(until, production=production, void=False).exclude(pk__in=corrected)
    return rows.select_related("actor", "recorded_by", "corrects").order_by("created_at", "id")
