"""Starting a production and saying who works on it."""

from collections.abc import Sequence

from django.db import transaction

from django_site.apps.accounts.models import Organisation, Role, User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import ContributionAct, Production, ProductionMember
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.vocabulary import Use
from django_site.errors import InputError

#: The longest side that previsualisation takes may have; beyond it a take costs minutes.
MAX_SIDE = 1920
MAX_SECONDS = 600


@transaction.atomic
def production_create(
    *,
    organisation: Organisation,
    title: str,
    brief: str,
    by: User,
    territories: Sequence[str] = ("*",),
    use: Use = Use.FILM,
    seed: int = 1,
    width: int = 640,
    height: int = 360,
    fps: int = 12,
    total_seconds: float = 12.0,
) -> Production:
    """A production with its brief; whoever creates it is its producer."""
    require(by, "productions.create", organisation)
    if not title.strip() or not brief.strip():
        raise InputError("a production needs a title and a brief; write a sentence or two about the film")
    if not (16 <= width <= MAX_SIDE and 16 <= height <= MAX_SIDE and 0 < total_seconds <= MAX_SECONDS):
        raise InputError(f"the format must lie within 16 to {MAX_SIDE} pixels a side and {MAX_SECONDS} seconds")
    production = Production.objects.create(
        organisation=organisation,
        title=title.strip(),
        brief=brief.strip(),
        territories=list(territories),
        use=use,
        seed=seed,
        width=width,
        height=height,
        fps=fps,
        total_seconds=total_seconds,
        created_by=by,
    )
    ProductionMember.objects.create(production=production, user=by, role=Role.PRODUCER)
    contribution_record(
        production=production,
        actor=by,
        act=ContributionAct.WROTE,
        target=production,
        note="the brief",
        measure={"words": {"added": len(production.brief.split())}},
    )
    return production


def member_add(*, production: Production, user: User, role: Role, by: User) -> ProductionMember:
    """Let somebody work on the production; a second call changes their role."""
    require(by, "productions.change", production)
    if role == Role.PERFORMER:
        raise InputError("performers are not members of productions: their grants name the productions instead")
    member, _ = ProductionMember.objects.update_or_create(production=production, user=user, defaults={"role": role})
    return member
