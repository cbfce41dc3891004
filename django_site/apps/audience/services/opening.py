"""When a version may be played: opened where its cut is released, closed where it, or its parent, is taken back."""

from django.db.models import Q

from django_site.apps.audience.variant_models import Variant
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.provenance.models import Release
from django_site.errors import WrongStateError


def variant_open(*, cut: Cut) -> None:
    """The version that this cut was made for may be played. In the transaction that releases it; the database refuses it
    for anything that is not out."""
    Variant.objects.filter(cut=cut).update(playable=True, reason="")


def version_stands(cut: Cut) -> None:
    """Raise ``WrongStateError`` where a cut is a version of a film that was recalled. The film's release is held until the
    caller's transaction ends: whoever recalls it meanwhile waits, and then finds this version."""
    version = Variant.objects.filter(cut=cut).select_related("graph").first()
    if version is None:
        return
    parent = Release.objects.select_for_update().select_related("cut").get(pk=version.graph.parent_id)
    parent.cut.refresh_from_db(fields=["state"])
    if parent.cut.state != CutState.RELEASED:
        raise WrongStateError(f"it is a version of {parent}, which was recalled; it is not released any more")


def versions_out(release: Release) -> list[Release]:
    """The releases of every version of a film that is out."""
    rows = Release.objects.filter(cut__variant__graph__parent=release, cut__state=CutState.RELEASED)
    return list(rows.select_related("cut__production", "manifest__asset"))


def variants_close(*, cut: Cut, reason: str) -> None:
    """A version that was taken back, or every version of a film that was, is not played any more."""
    of_it = Q(cut=cut) | Q(graph__parent__cut=cut)
    Variant.objects.filter(of_it, playable=True).update(playable=False, reason=reason)
