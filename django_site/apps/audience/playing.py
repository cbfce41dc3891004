"""Which films a viewer may play: released, not recalled, and theirs."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from django_site.apps.audience.models import Viewer
from django_site.apps.audience.variants_played import choices_for, films_more, version_for
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.provenance.models import VerifyState


def cuts_playable() -> QuerySet[Cut]:
    """Cuts that were signed, re-read as Trusted and released, and not taken back since."""
    return Cut.objects.filter(
        state=CutState.RELEASED, release__manifest__state=VerifyState.TRUSTED, release__recall__isnull=True
    )


def films_of(viewer: Viewer) -> set[UUID]:
    """The cuts that a viewer may play now, and which their signals may name. Empty once their film was recalled."""
    films = set(cuts_playable().filter(pk=viewer.arm.cut_id).values_list("pk", flat=True))
    return films | films_more(viewer.arm.graph) if films else films


def choices_of(viewer: Viewer, cut: Cut) -> dict[str, Any] | None:
    """What may be chosen while the film runs, for the page to hand to its script; ``None`` where nothing may."""
    return choices_for(viewer.arm.graph, viewer.preferences, cut)


def film_for(viewer: Viewer) -> Cut | None:
    """The cut that is shown to a viewer; ``None`` where it may not be shown any more."""
    version = version_for(viewer.arm.graph, viewer.preferences).cut
    rows = cuts_playable().filter(pk__in=films_of(viewer), pk=version.pk if version else viewer.arm.cut_id)
    return rows.select_related("release__manifest__asset", "production__organisation").first()
