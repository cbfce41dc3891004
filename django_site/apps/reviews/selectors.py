"""Reading cases."""

from django.db.models import Q, QuerySet

from django_site.apps.accounts.models import REVIEWING_ROLES, User
from django_site.apps.accounts.permissions import reviewing_role
from django_site.apps.productions.models import ProductionMember
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.reviews.models import Case, CaseState, Comment


def cases_visible_to(user: User) -> QuerySet[Case]:
    """Every case of the productions that the person may see."""
    return Case.objects.filter(production__in=productions_visible_to(user)).select_related(
        "production", "decision", "cut", "take__shot", "imported"
    )


def queue_of(user: User) -> QuerySet[Case]:
    """Open cases that the person may decide, by risk and deadline."""
    if not user.is_authenticated:
        return Case.objects.none()
    here = ProductionMember.objects.filter(user=user)
    reviews_on = here.filter(role__in=REVIEWING_ROLES).values("production")
    works_on = here.exclude(role__in=REVIEWING_ROLES).values("production")
    reviews_for = user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
    mine = Q(production__in=reviews_on) | Q(production__organisation__in=reviews_for) & ~Q(production__in=works_on)
    return cases_visible_to(user).filter(mine, state=CaseState.OPEN).order_by("-risk", "due_at", "id")


def comments_visible_to(user: User, case: Case) -> QuerySet[Comment]:
    """The case's comments; privileged ones for its reviewers alone."""
    comments = case.comments.select_related("author").order_by("created_at")
    return comments if reviewing_role(user, case.production) else comments.filter(privileged=False)
