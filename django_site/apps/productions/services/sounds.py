"""Sounds from outside: brought in with the rights that somebody declares, audited, and placed on the timeline.

A sound is an import like a film or picture: into quarantine under a name of ours, decoded in the sandbox, audited by what
listens. Placed is only what was cleared or approved and whose rights stand; that is asked again before each cut, before
it is signed and before it is released.
"""

import wave
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import BinaryIO

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from auditor.media import MediaError, MediaLimits, probe_sound, stereo_sound
from auditor.media.types import Cancelled, never_cancelled
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.jobs.models import JobKind
from django_site.apps.productions.models import Cut, ImportedMedia, ImportState, Production, SoundBasis, SoundRights
from django_site.errors import InputError, WrongStateError
from django_site.pages.names import file_label
from generator.edit import EditError, Media, Sound, Timeline
from generator.edit.document import from_document
from generator.edit.rescoring import PLACED
from generator.encoding import SOUND_RATE, sha256_of
from generator.errors import CancelledError

#: An hour: longer music is no cue of a film; as stereo of 24 bits it takes 1 GB of scratch while a cut is made.
MAX_SECONDS = 3600
#: An hour of 24-bit stereo at 96 kHz has 2 GB.
LIMITS = MediaLimits(bytes=2 * 1024**3, seconds=MAX_SECONDS)
#: States in which an imported sound may be heard.
USABLE = (ImportState.CLEARED, ImportState.APPROVED)
#: Tracks on which a sound from outside may be placed. Ambience and dialogue are made.
LANES = ("music", "effects")
_ENDINGS = {"audio/wav": "wav", "audio/flac": "flac", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/ogg": "ogg"}


def sound_import(
    *,
    production: Production,
    source: Path | BinaryIO,
    name: str,
    by: User,
    title: str,
    owner: str,
    basis: str,
    evidence: str,
    licence: str = "",
) -> ImportedMedia:
    """Bring a sound in with what is declared of its rights, and owe its audit.

    Raises ``MediaError`` for what is no sound that can be used and ``InputError`` for rights that say too little, or a sound
    that is there already; nothing is kept then.
    """
    require(by, "productions.change", production)
    if basis not in SoundBasis.values:
        raise InputError(f"{basis[:30]!r} is no ground on which a sound may be used; choose one of those offered")
    if not title.strip() or not owner.strip() or not evidence.strip():
        raise InputError("say what the sound is, who owns it, and where that is written; nobody can clear it otherwise")
    if basis in (SoundBasis.LICENSED, SoundBasis.OPEN) and not licence.strip():
        raise InputError("name the licence: the contract and its date, or an open licence such as CC-BY-4.0")
    stored = file_store(source=source)
    try:
        info = probe_sound(wiring.zone(Zone.QUARANTINE).path(stored.sha256), LIMITS)
    except MediaError as error:
        _forget(stored.sha256)
        raise type(error)(str(error).replace(stored.sha256, file_label(name))) from None
    with transaction.atomic():
        asset = asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict())
        known = ImportedMedia.objects.filter(production=production, asset=asset).first()
        if known is not None:
            raise InputError(f"this sound is in the production already, as {known.name}; use that one")
        imported = ImportedMedia.objects.create(
            production=production, asset=asset, name=file_label(name), imported_by=by
        )
        SoundRights.objects.create(
            imported=imported,
            title=title.strip(),
            owner=owner.strip(),
            basis=basis,
            licence=licence.strip(),
            evidence=evidence.strip(),
            declared_by=by,
        )
        audit_enqueue(kind=JobKind.AUDIT_IMPORT, target=imported, production=production, asset=asset, requested_by=by)
    return imported


def _forget(sha256: str) -> None:
    if not Asset.objects.filter(sha256=sha256).exists():
        wiring.zone(Zone.QUARANTINE).remove(sha256)


def sound_withdraw(*, imported: ImportedMedia, by: User, reason: str) -> SoundRights:
    """Say that a sound may not be used any more. Cuts that are not made yet are refused from now on; what was released
    stays until it is recalled. Raises ``InputError`` without a reason, ``WrongStateError`` if it is withdrawn already."""
    require(by, "productions.change", imported.production)
    if not reason.strip():
        raise InputError("say why; whoever finds the cut refused reads it")
    changed = SoundRights.objects.filter(imported=imported, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_reason=reason.strip()
    )
    if not changed:
        raise WrongStateError("the right to this sound is withdrawn already, or none was ever declared")
    return SoundRights.objects.get(imported=imported)


def sounds_of(production: Production) -> QuerySet[ImportedMedia]:
    """Every sound that was brought in, with its rights."""
    return (
        ImportedMedia.objects.filter(production=production, rights__isnull=False)
        .select_related("rights", "asset", "imported_by")
        .order_by("created_at")
    )


def sounds_usable(production: Production) -> QuerySet[ImportedMedia]:
    """Those that may be heard now."""
    return sounds_of(production).filter(state__in=USABLE, rights__withdrawn_at__isnull=True)


def barred_because(imported: ImportedMedia) -> str:
    """Why a sound may not be heard now, as the end of a sentence; empty where it may."""
    rights = getattr(imported, "rights", None)
    if rights is None:
        return "nobody has declared who owns it"
    if rights.withdrawn_at:
        return f"the right to it was withdrawn: {rights.withdrawn_reason}"
    if imported.state not in USABLE:
        why = f": {imported.reason}" if imported.reason else ""
        return f"it is {imported.get_state_display().lower()}{why}"
    return ""


def sound_media(imported: ImportedMedia, rate: Fraction) -> Media:
    """A sound as a timeline of that rate names it."""
    seconds = Fraction(str(imported.asset.probe["duration"]))
    stem = "".join("-" if char in '/\\"' else char for char in imported.rights.title).strip()[:80] or "sound"
    name = f"{stem}.{_ENDINGS.get(imported.asset.media_type, 'bin')}"
    return Media(imported.asset.sha256, name, max(ceil(seconds * rate), 1))


def placed_on(timeline: Timeline) -> list[Sound]:
    """The sounds that people placed."""
    return [sound for track in timeline.tracks for sound in track.sounds if sound.id.startswith(PLACED)]


def placed_sounds(production: Production, timeline: Timeline) -> list[ImportedMedia]:
    """The imports that a timeline plays, each once. Raises ``WrongStateError`` naming one that may not be heard now, or
    that this production never had."""
    wanted = {sound.media.sha256: sound.label for sound in placed_on(timeline)}
    if not wanted:
        return []
    known = {one.asset.sha256: one for one in sounds_of(production).filter(asset__sha256__in=wanted)}
    for sha256, label in wanted.items():
        if sha256 not in known:
            raise WrongStateError(f"the sound '{label}' was never brought in; bring it in, or take it off the timeline")
        if why := barred_because(known[sha256]):
            raise WrongStateError(
                f"the sound '{label}' may not be heard: {why}; take it off the timeline, or have whoever brought it in "
                f"({known[sha256].imported_by}) mend that"
            )
    return [known[sha256] for sha256 in wanted]


def sounds_stand(cut: Cut) -> list[ImportedMedia]:
    """The imports that a cut plays, where all of them may be heard now; else ``WrongStateError``."""
    return placed_sounds(cut.production, from_document(cut.timeline)) if cut.timeline else []


def sounds_decoded(
    timeline: Timeline, sounds: Iterable[ImportedMedia], folder: Path, *, cancelled: Cancelled = never_cancelled
) -> tuple[Timeline, Mapping[str, Path]]:
    """The timeline playing copies of these sounds that the sandbox decoded (24-bit stereo WAV), and those files by digest:
    a stranger's file is opened nowhere else. Raises ``MediaError``, and ``EditError`` where they can't be written."""
    copies: dict[str, Media] = {}
    files: dict[str, Path] = {}
    for imported in sounds:
        path = folder / f"sound-{imported.pk}.wav"
        try:
            with wave.open(str(path), "wb") as out:
                out.setparams((2, 3, SOUND_RATE, 0, "NONE", ""))
                for block in stereo_sound(asset_path(imported.asset), SOUND_RATE, limits=LIMITS):
                    if cancelled():
                        raise CancelledError("the sounds were cancelled")
                    out.writeframesraw(_bytes24(block))
        except OSError as error:
            path.unlink(missing_ok=True)
            raise EditError(
                f"the sound '{imported.rights.title}' can't be written ({error.strerror or error}); make room, cut again"
            ) from error
        digest = sha256_of(path)
        media = sound_media(imported, timeline.rate)
        copies[imported.asset.sha256] = replace(media, sha256=digest)
        files[digest] = path

    def heard(sound: Sound) -> Sound:
        copy = copies.get(sound.media.sha256) if sound.id.startswith(PLACED) else None
        return replace(sound, media=copy) if copy else sound

    tracks = tuple(replace(one, sounds=tuple(heard(sound) for sound in one.sounds)) for one in timeline.tracks)
    return replace(timeline, tracks=tracks), files


def _bytes24(block: np.ndarray) -> bytes:
    """(n, 2) float32 within -1..1 as interleaved little-endian 24-bit samples."""
    whole = np.round(block.astype(np.float64) * (2**23 - 1)).astype("<i4").reshape(-1, 1)
    return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
