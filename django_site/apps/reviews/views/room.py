"""What stands beside a case for its reviewers: who has it."""

from django_site.apps.accounts.models import Role, User
from django_site.apps.accounts.permissions import reviewing_role
from django_site.apps.reviews.models import Case, CaseState
from django_site.apps.reviews.queue_forms import HandOverForm
from django_site.apps.reviews.selectors import deciders_of


def room_context(user: User, case: Case) -> dict:
    """The context of the parts of a case page that only its reviewers are shown."""
    heads = reviewing_role(user, case.production) == Role.HEAD_OF_LEGAL
    assignments = list(case.assignments.select_related("to", "by").order_by("-created_at", "-id"))
    assigned = next((one for one in assignments if one.ended_at is None), None)
    people = deciders_of(case).order_by("username")
    return {
        "heads": heads,
        "assignments": assignments,
        "assigned": assigned,
        "may_assign": case.state == CaseState.OPEN,
        "may_take": people.filter(pk=user.pk).exists(),
        "may_move": assigned is None or assigned.to_id == user.pk or heads,
        "hand_over_form": HandOverForm(people=people.exclude(pk=assigned.to_id) if assigned else people),
    }
