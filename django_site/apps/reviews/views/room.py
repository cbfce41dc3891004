"""What stands beside a case for its reviewers: who has it, who may read it, whether it is held, what is like it."""

from django.db.models import Q, QuerySet

from django_site.apps.accounts.models import REVIEWING_ROLES, Role, User
from django_site.apps.accounts.permissions import reviewing_role
from django_site.apps.reviews.held import holds_standing
from django_site.apps.reviews.models import AccessTier, Case, CaseState
from django_site.apps.reviews.queue_forms import HandOverForm
from django_site.apps.reviews.selectors import deciders_of, related_cases


def room_context(user: User, case: Case) -> dict:
    """The context of the parts of a case page that only its reviewers are shown."""
    heads = reviewing_role(user, case.production) == Role.HEAD_OF_LEGAL
    assignments = list(case.assignments.select_related("to", "by").order_by("-created_at", "-id"))
    assigned = next((one for one in assignments if one.ended_at is None), None)
    people = deciders_of(case).order_by("username")
    return {
        "heads": heads,
        "tiers": AccessTier.choices if heads else [one for one in AccessTier.choices if one[0] != AccessTier.NAMED],
        "readers": list(case.readers.select_related("user").order_by("created_at")) if heads else [],
        "may_be_named": _may_be_named(case) if heads else [],
        "held_by": holds_standing().filter(
            Q(case=case) | Q(production=case.production) | Q(case__production=case.production)
        ),
        "related": related_cases(user, case),
        "assignments": assignments,
        "assigned": assigned,
        "may_assign": case.state == CaseState.OPEN,
        "may_take": people.filter(pk=user.pk).exists(),
        "may_move": assigned is None or assigned.to_id == user.pk or heads,
        "hand_over_form": HandOverForm(people=people.exclude(pk=assigned.to_id) if assigned else people),
    }


def _may_be_named(case: Case) -> QuerySet[User]:
    """Who sees the production and is no reader yet."""
    production = case.production
    return (
        User.objects.filter(
            Q(production_memberships__production=production)
            | Q(memberships__organisation=production.organisation_id, memberships__role__in=REVIEWING_ROLES),
            is_active=True,
        )
        .exclude(pk__in=case.readers.values("user"))
        .order_by("username")
        .distinct()
    )
