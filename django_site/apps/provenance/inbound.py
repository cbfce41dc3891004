"""What a file that came from outside says about itself: its record is read where the file is shown, and goes along as an
ingredient wherever the file is used."""

from functools import lru_cache

from auditor.provenance import TrustList, VerificationReport, verify
from django_site import wiring
from django_site.apps.audits.models import Asset
from django_site.apps.audits.services.assets import asset_path

#: Bytes of a file whose record is read while a page is made; a longer one takes seconds and is read by ``verify``.
READ_BYTES = 256 * 1024**2


def inbound_record(asset: Asset) -> VerificationReport | None:
    """The verdict on a stored file under today's trust list; ``None`` where it is too long to be read now."""
    return _read(asset.sha256, asset.pk, wiring.trust_list()) if asset.bytes <= READ_BYTES else None


@lru_cache(maxsize=256)
def _read(sha256: str, pk: object, trust: TrustList) -> VerificationReport:
    """Content never changes under its digest, so neither does the verdict while the trust list is the same."""
    return verify(asset_path(Asset.objects.get(pk=pk)), trust=trust)
