"""Foreign media: into quarantine under a name of ours, probed as hostile, audited before anyone may use it."""

from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from auditor.media import MediaError, probe
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.audits.services.assets import asset_record, file_store
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.jobs.models import JobKind
from django_site.apps.productions.models import ImportedMedia, Production
from django_site.pages.names import file_label


def media_import(*, production: Production, source: Path | BinaryIO, name: str, by: User) -> ImportedMedia:
    """Bring a file in and owe its audit. The same file in the same production is the same import.

    Raises ``MediaError`` (with the reason and the remedy) for anything that is not usable media; nothing is kept then.
    """
    require(by, "productions.change", production)
    stored = file_store(source=source)
    try:
        info = probe(wiring.zone(Zone.QUARANTINE).path(stored.sha256))
    except MediaError as error:
        if not Asset.objects.filter(sha256=stored.sha256).exists():
            wiring.zone(Zone.QUARANTINE).remove(stored.sha256)
        raise type(error)(str(error).replace(stored.sha256, file_label(name))) from None
    with transaction.atomic():
        asset = asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict())
        imported, created = ImportedMedia.objects.get_or_create(
            production=production, asset=asset, defaults={"name": file_label(name), "imported_by": by}
        )
        if created:
            audit_enqueue(
                kind=JobKind.AUDIT_IMPORT, target=imported, production=production, asset=asset, requested_by=by
            )
    return imported
