"""When a version may be played: opened where its cut is released, closed where it, or its parent, is taken back."""

from django.db.models import Q

from django_site.apps.audience.variant_models import Variant
from django_site.apps.productions.models import Cut


def variant_open(*, cut: Cut) -> None:
    """The version that this cut was made for may be played. In the transaction that releases it; the database refuses it
    for anything that is not out."""
    Variant.objects.filter(cut=cut).update(playable=True, reason="")


def variants_close(*, cut: Cut, reason: str) -> None:
    """A version that was taken back, or every version of a film that was, is not played any more."""
    of_it = Q(cut=cut) | Q(graph__parent__cut=cut)
    Variant.objects.filter(of_it, playable=True).update(playable=False, reason=reason)
