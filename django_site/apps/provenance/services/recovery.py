"""Which release does this file come from, though it does not say so? The index of releases, kept in step with the rows."""

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from auditor.errors import AuditorError
from auditor.recovery import Recovered, RecoveryIndex, WatermarkPayload
from django_site import wiring
from django_site.apps.audits.models import Zone
from django_site.apps.provenance.models import Manifest, RecoveryEntry, Release, SoftBinding, Watermark
from django_site.apps.provenance.selectors import releases

logger = logging.getLogger(__name__)

#: Seconds of a file whose pictures are laid over those of releases: a mirrored copy of a minute takes 13 s to find by all of
#: it, 9 s by these. Copies show themselves from the start.
LOOK_SECONDS = 20.0
#: Signed files brought into the index by one sweep; the next goes on.
_SWEPT = 20
#: What the index can hold; captions and documents are found by their digest alone.
_KINDS = ("video/", "image/", "audio/")


@dataclass(frozen=True, slots=True)
class RecoveredRelease:
    """A release, and how a file was found to come from it or from something made of it. ``found.plain`` says so in a
    sentence; a release that was recalled since is answered too, and has its ``recall``."""

    release: Release
    manifest: Manifest
    found: Recovered


def recover(path: Path, *, thorough: bool = False) -> list[RecoveredRelease]:
    """The releases that ``path`` comes from, the surest first; none where nothing is sure enough, or it can't be read.

    Raises ``AuditorError`` where the index itself can't be used.
    """
    index = wiring.recovery_index()
    found = index.find(path, watermarker=wiring.watermarker(), thorough=thorough, seconds=LOOK_SECONDS)
    return recovered_releases(found)


def recovered_releases(found: tuple[Recovered, ...]) -> list[RecoveredRelease]:
    """What was found in the index as rows. Only what is out, or was and is recalled, is ever answered."""
    labels = [one.manifest_id for one in found]
    out = manifests_out().filter(label__in=labels).select_related("asset", "intent")
    by_label = {manifest.label: manifest for manifest in out}
    by_cut = {release.cut_id: release for release in releases().filter(cut__in=[m.intent.cut_id for m in out])}
    answers = []
    for one in found:
        manifest = by_label.get(one.manifest_id)
        if manifest is not None and manifest.intent.cut_id in by_cut:
            answers.append(RecoveredRelease(by_cut[manifest.intent.cut_id], manifest, one))
    return answers


def manifests_out():
    """The signed files that were handed out: releases, and what was made of them."""
    out = Q(release__isnull=False) | Q(output__isnull=False)
    return Manifest.objects.filter(out, asset__zone=Zone.RELEASED, state="Trusted")


def manifest_index(*, manifest: Manifest) -> RecoveryEntry:
    """Bring a signed file that is out into the index; what is there already is left as it is."""
    entry = RecoveryEntry.objects.filter(manifest=manifest).first()
    return entry or _indexed(wiring.recovery_index(), manifest)


def _indexed(index: RecoveryIndex, manifest: Manifest) -> RecoveryEntry:
    reason = ""
    asset = manifest.asset
    if asset.media_type.startswith(_KINDS):
        mark = _payload(manifest)
        try:
            index.add(manifest.label, wiring.zone(asset.zone).path(asset.sha256), watermark=mark)
        except AuditorError as error:
            reason = str(error)
            logger.warning("%s can't be found again by its content: %s", manifest.label, error)
    else:
        reason = _("found by its digest alone")
    return RecoveryEntry.objects.update_or_create(manifest=manifest, defaults={"reason": reason})[0]


def _payload(manifest: Manifest) -> WatermarkPayload | None:
    """The number that the file itself states; a still of a film shows the film's, and is told apart by its pictures."""
    watermark = Watermark.objects.filter(cut=manifest.intent.cut_id, read_at__isnull=False).first()
    if watermark is None:
        return None
    stated = SoftBinding.objects.filter(manifest=manifest, alg=watermark.alg, value=watermark.payload)
    return WatermarkPayload(watermark.alg, bytes.fromhex(watermark.payload)) if stated.exists() else None


def recovery_settle() -> int:
    """Bring in what is out and not yet in the index. Called by the sweeper; returns how many."""
    waiting = manifests_out().filter(recovery__isnull=True).select_related("asset", "intent").order_by("created_at")
    done = 0
    for manifest in waiting[:_SWEPT]:
        manifest_index(manifest=manifest)
        done += 1
    return done


def recovery_rebuild() -> int:
    """Make the index anew from the released files; returns how many it holds. Searches meanwhile find what is there."""
    root = settings.RECOVERY_ROOT
    RecoveryEntry.objects.all().delete()
    shutil.rmtree(root, ignore_errors=True)
    index = RecoveryIndex.open(root, wiring.embedder(), create=True)
    for manifest in manifests_out().select_related("asset", "intent").order_by("created_at"):
        _indexed(index, manifest)
    return len(index.outputs())
