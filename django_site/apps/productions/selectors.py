"""Reading productions; every list starts from what the person may see."""

from collections.abc import Sequence

from django.db.models import Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

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
        .order_by("scene__position", Coalesce("place", "position"), "position")
    )


def shots_with_takes(production: Production) -> list[Shot]:
    """The current shots with all their takes, the newest first: two queries."""
    takes = Take.objects.select_related("asset", "generation").order_by("-number")
    return list(shots_current(production).prefetch_related(Prefetch("takes", queryset=takes)))


def takes_usable(production: Production) -> list[Take | None]:
    """For each current shot, in order, the take that stands for it; ``None`` where there is none yet."""
    shots = list(shots_current(production).values_list("pk", flat=True))
    usable: dict = {}
    for take in Take.objects.filter(shot__in=shots, state__in=USABLE_TAKE_STATES).select_related("asset", "shot"):
        usable.setdefault(take.shot_id, []).append(take)
    return [takes_ranked(usable[shot])[0] if shot in usable else None for shot in shots]


def takes_ranked(takes: Sequence[Take]) -> list[Take]:
    """Usable takes of one shot, that which stands for it first: those that were asked for last come before the others, and
    of candidates that were asked for together the one with the best measured score."""
    newest = {take.asked_with: 0 for take in takes if take.asked_with}
    for take in takes:
        if take.asked_with:
            newest[take.asked_with] = max(newest[take.asked_with], take.number)

    def order(take: Take) -> tuple[int, float, int]:
        asked = newest[take.asked_with] if take.asked_with else take.number
        return -asked, -(take.score or {}).get("total", 0.0), take.number

    return sorted(takes, key=order)
