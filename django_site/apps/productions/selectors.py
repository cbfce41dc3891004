"""Reading productions; every list starts from what the person may see."""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from django_site.apps.accounts.models import REVIEWING_ROLES, User
from django_site.apps.productions.models import Cut, ImportedMedia, Production, Screenplay, Shot, Take, TakeState

#: States in which a take may stand in a cut.
USABLE_TAKE_STATES = (TakeState.CLEARED, TakeState.APPROVED)


def productions_visible_to(user: User) -> QuerySet[Production]:
    """Productions on which the person works, and those of organisations for which they review."""
    if not user.is_authenticated:
        return Production.objects.none()
    on_it = Q(pk__in=Production.objects.filter(members__user=user).values("pk"))
    reviews_it = Q(
        organisation__in=user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation"),
    )
    return Production.objects.filter(on_it | reviews_it)


def takes_visible_to(user: User) -> QuerySet[Take]:
    return Take.objects.filter(shot__scene__screenplay__production__in=productions_visible_to(user))


def cuts_visible_to(user: User) -> QuerySet[Cut]:
    return Cut.objects.filter(production__in=productions_visible_to(user))


def imports_visible_to(user: User) -> QuerySet[ImportedMedia]:
    return ImportedMedia.objects.filter(production__in=productions_visible_to(user))


def screenplay_current(production: Production) -> Screenplay | None:
    """The newest version of the screenplay."""
    return production.screenplays.order_by("-version").first()


def shots_current(production: Production) -> QuerySet[Shot]:
    """The shots that the film is to have, in order: those of the newest screenplay, each in its current version."""
    newest = Screenplay.objects.filter(production=production).order_by("-version").values("pk")[:1]
    return (
        Shot.objects.filter(scene__screenplay__in=Subquery(newest), current=True)
        .select_related("scene__screenplay")
        .order_by("scene__position", "position")
    )


def takes_usable(production: Production) -> list[Take | None]:
    """For each current shot, in order, its newest take that may stand in a cut; ``None`` where there is none yet."""
    newest = Take.objects.filter(shot=OuterRef("pk"), state__in=USABLE_TAKE_STATES).order_by("-number").values("pk")[:1]
    chosen = list(shots_current(production).annotate(chosen=Subquery(newest)).values_list("chosen", flat=True))
    takes = Take.objects.in_bulk([pk for pk in chosen if pk])
    return [takes.get(pk) for pk in chosen]
