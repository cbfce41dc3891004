"""Sweeping storage: files that a process wrote before it died, and that no row names."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from django_site import wiring
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.reviews.held import assets_held


def storage_sweep(*, now: datetime | None = None) -> dict[str, int]:
    """Delete from both zones what no asset of that zone names and what is older than the grace period: bytes that were
    stored but whose row never came, and the copy in the other zone that a release did not live to delete.

    Returns how many files were deleted, by zone. Safe to run anywhere, at any time.
    """
    before = ((now or timezone.now()) - timedelta(seconds=settings.STORAGE_GRACE_SECONDS)).timestamp()
    return {zone.value: wiring.zone(zone).sweep(referenced=_named_in(zone), before=before) for zone in Zone}


def _named_in(zone: Zone):
    def named(digests: set[str]) -> set[str]:
        """Digests of which an asset says that its bytes lie in this zone, and those of productions under a hold: of them
        even the copy that a release left behind stays."""
        here = set(Asset.objects.filter(zone=zone, sha256__in=digests).values_list("sha256", flat=True))
        return here | set(assets_held().filter(sha256__in=digests - here).values_list("sha256", flat=True))

    return named
