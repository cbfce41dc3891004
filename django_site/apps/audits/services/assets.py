"""Assets: bytes come in to quarantine by digest; one service, called by release alone, moves them out."""

import io
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from django_site import wiring
from django_site.apps.audits.models import Asset, Zone
from django_site.errors import StorageDamagedError

#: Upload limit; the auditor's own limit for one file (auditor.media.limits) is the same.
MAX_BYTES = 16 * 1024**3


def asset_store(*, source: Path | BinaryIO | bytes, media_type: str, probe: dict | None = None) -> Asset:
    """Store bytes in quarantine and return their asset; the same bytes are the same asset, whoever brings them.

    ``probe`` is the auditor's description of media. Raises ``InputError`` for empty or too large input.
    """
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    if isinstance(source, Path):
        with source.open("rb") as stream:
            stored = wiring.zone(Zone.QUARANTINE).store(stream, limit=MAX_BYTES)
    else:
        stored = wiring.zone(Zone.QUARANTINE).store(source, limit=MAX_BYTES)
    asset, created = Asset.objects.get_or_create(
        sha256=stored.sha256, defaults={"bytes": stored.bytes, "media_type": media_type, "probe": probe or {}}
    )
    if not created and asset.zone == Zone.RELEASED:
        wiring.zone(Zone.QUARANTINE).remove(stored.sha256)  # its bytes already lie in the released zone
    if not created and probe and not asset.probe:
        Asset.objects.filter(pk=asset.pk).update(probe=probe)
        asset.probe = probe
    return asset


def asset_path(asset: Asset) -> Path:
    """Where the asset's bytes lie now. Raises ``StorageDamagedError`` if they are not there."""
    path = wiring.zone(Zone(asset.zone)).path(asset.sha256)
    if not path.is_file():
        raise StorageDamagedError(f"the file {asset.sha256[:12]}… is missing from storage; restore it from a backup")
    return path


def asset_move_to_released(*, asset: Asset) -> Asset:
    """Copy the bytes to the released zone, then say so in the row, then drop the quarantined copy.

    Called by ``provenance.services.release`` alone (a test reads the sources). A crash between the steps leaves the
    file in both places and the row in quarantine: calling again finishes it. The database refuses the row's change
    without a manifest that was re-read as Trusted.
    """
    if asset.zone == Zone.RELEASED:
        return asset
    source = wiring.zone(Zone.QUARANTINE).checked(asset.sha256)
    with source.open("rb") as stream:
        stored = wiring.zone(Zone.RELEASED).store(stream)
    if stored.sha256 != asset.sha256:
        raise StorageDamagedError(f"the file {asset.sha256[:12]}… changed while it was copied; try again")
    with transaction.atomic():
        Asset.objects.filter(pk=asset.pk).update(zone=Zone.RELEASED)
        transaction.on_commit(lambda: wiring.zone(Zone.QUARANTINE).remove(asset.sha256))
    asset.zone = Zone.RELEASED
    return asset
