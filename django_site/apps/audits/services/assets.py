"""Assets: bytes come in to quarantine by digest; release alone moves them out."""

import io
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from django_site import wiring
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.audits.storage import StoredFile
from django_site.errors import StorageDamagedError

#: Upload limit; the auditor's own limit for one file (auditor.media.limits) is the same.
MAX_BYTES = 16 * 1024**3


def file_store(*, source: Path | BinaryIO | bytes) -> StoredFile:
    """Write bytes into quarantine without a row yet; harmless to repeat. Raises ``InputError``."""
    zone = wiring.zone(Zone.QUARANTINE)
    if isinstance(source, Path):
        with source.open("rb") as stream:
            return zone.store(stream, limit=MAX_BYTES)
    return zone.store(io.BytesIO(source) if isinstance(source, bytes) else source, limit=MAX_BYTES)


def asset_record(*, stored: StoredFile, media_type: str, probe: dict | None = None) -> Asset:
    """The row for a stored file; the same bytes are the same asset, whoever brings them."""
    asset, created = Asset.objects.get_or_create(
        sha256=stored.sha256, defaults={"bytes": stored.bytes, "media_type": media_type, "probe": probe or {}}
    )
    if not created and asset.zone == Zone.RELEASED:
        transaction.on_commit(lambda: wiring.zone(Zone.QUARANTINE).remove(stored.sha256))  # it lies among the released
    if not created and probe and not asset.probe:
        Asset.objects.filter(pk=asset.pk).update(probe=probe)
        asset.probe = probe
    return asset


def asset_store(*, source: Path | BinaryIO | bytes, media_type: str, probe: dict | None = None) -> Asset:
    """Store bytes in quarantine and return their asset. ``probe`` is the auditor's description of media."""
    return asset_record(stored=file_store(source=source), media_type=media_type, probe=probe)


def asset_path(asset: Asset) -> Path:
    """Where the asset's bytes lie now. Raises ``StorageDamagedError`` if they are not there."""
    path = wiring.zone(Zone(asset.zone)).path(asset.sha256)
    if not path.is_file():
        raise StorageDamagedError(f"the file {asset.sha256[:12]}… is missing from storage; restore it from a backup")
    return path


def asset_copy_to_released(*, asset: Asset) -> None:
    """Copy the bytes to the released zone, checked against their digest. Nothing is served from there until the row
    says so. Called by ``provenance.services.release`` alone (a test reads the sources)."""
    if asset.zone == Zone.RELEASED:
        return
    with wiring.zone(Zone.QUARANTINE).checked(asset.sha256).open("rb") as stream:
        stored = wiring.zone(Zone.RELEASED).store(stream)
    if stored.sha256 != asset.sha256:
        raise StorageDamagedError(f"the file {asset.sha256[:12]}… changed while it was copied; try again")


def asset_copy_withdraw(*, asset: Asset) -> None:
    """Delete the copy that a release which was then refused had made."""
    if Asset.objects.filter(pk=asset.pk, zone=Zone.QUARANTINE).exists():
        wiring.zone(Zone.RELEASED).remove(asset.sha256)


def asset_mark_released(*, asset: Asset) -> None:
    """Say in the row that the bytes lie in the released zone; drop the quarantined copy when that is committed.

    The database refuses it without a manifest that was re-read as Trusted. A crash between copy and commit leaves the
    file in both places and the row in quarantine: releasing again finishes it. Called by the release alone.
    """
    if not wiring.zone(Zone.RELEASED).exists(asset.sha256):
        raise StorageDamagedError(
            f"the file {asset.sha256[:12]}… was not copied to the released zone; release it again"
        )
    with transaction.atomic():
        Asset.objects.filter(pk=asset.pk).update(zone=Zone.RELEASED)
        transaction.on_commit(lambda: wiring.zone(Zone.QUARANTINE).remove(asset.sha256))
    asset.zone = Zone.RELEASED
