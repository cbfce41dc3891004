"""Captions of a released film in another language: read, compared with registered scripts, signed with the film as parent,
and fitted to its versions."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.variant_models import CaptionTrack, Variant
from django_site.apps.audience.variant_rules import parent_timeline
from django_site.apps.audits.services.words import words_shared
from django_site.apps.productions.models import CutState
from django_site.apps.provenance.models import OutputKind, Release
from django_site.apps.provenance.services.outputs import output_request
from django_site.errors import InputError, WrongStateError
from generator.edit import Cue, Timeline
from generator.edit.interchange.captions import read_captions, with_captions, write_vtt
from generator.errors import EditError

#: Characters of a file of captions: a film of four hours has about 200,000.
MAX_TEXT = 1_000_000
#: How captions may have come to be, as it is said beside them.
MADE = ("people", "machine", "machine_checked")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def caption_track_bring(*, release: Release, language: str, text: str, made: str, by: User) -> CaptionTrack:
    """Keep captions in another language and owe their signing; versions of the film that are out get theirs, as far as what
    is said is in them. The same text again signs what is missing.

    Raises ``InputError`` for a bad language or file, ``WrongStateError`` for a film that was recalled, or words that a
    registered script holds."""
    production = release.cut.production
    require(by, "productions.change", production)
    if not _LANGUAGE.fullmatch(language) or len(language) > 35:
        raise InputError(f"{language[:40]!r} is no language; write its code, such as de or pt-BR")
    if made not in MADE:
        raise InputError(f"say who made the captions: {', '.join(MADE)}")
    if len(text) > MAX_TEXT:
        raise InputError(f"the captions have {len(text)} characters; at most {MAX_TEXT} are read")
    if release.cut.state != CutState.RELEASED:
        raise WrongStateError("the film was recalled: no captions are added to it")
    timeline = parent_timeline(release)
    if language == timeline.language:
        raise InputError("these are the film's own captions; change them on its timeline, and cut it again")
    try:
        cues = read_captions(text, timeline)
    except EditError as error:
        raise InputError(str(error)) from error
    if not cues:
        raise InputError("the file holds no captions")
    passages, _ = words_shared(production=production, fountain="\n\n".join(cue.text for cue in cues))
    if passages:
        raise WrongStateError(
            f"the captions share words with a registered script: {passages[0].plain} Word them otherwise, or have a "
            "reviewer dismiss the passage"
        )
    with transaction.atomic():
        track = _kept(release, language, write_vtt(with_captions(timeline, cues)), len(cues), made, by)
        for variant in Variant.objects.filter(graph__parent=release, playable=True, cut__release__isnull=False):
            _fit(variant, language, cues, made, by)
    return track


def _fit(variant: Variant, language: str, cues: Sequence[Cue], made: str, by: User) -> None:
    """The captions of what is in this version, where it is there."""
    film = variant.cut.release
    timeline = parent_timeline(film)
    there = cues_in(timeline, cues)
    if there and variant.cut.state == CutState.RELEASED:
        _kept(film, language, write_vtt(with_captions(timeline, there)), len(there), made, by)


def cues_in(timeline: Timeline, cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Those whose clip a version shows at the moment at which they begin; none lasts longer than its clip did there."""
    clips = {clip.id: clip for clip in timeline.clips}
    found = []
    for cue in cues:
        clip = clips.get(cue.clip)
        if clip is not None and clip.start <= cue.start < clip.end:
            found.append(replace(cue, frames=min(cue.frames, max(clip.end - cue.start, 1))))
    return tuple(found)


def _kept(release: Release, language: str, text: str, cues: int, made: str, by: User) -> CaptionTrack:
    digest = hashlib.sha256(text.encode()).hexdigest()
    track, _ = CaptionTrack.objects.get_or_create(
        release=release,
        language=language,
        text_sha256=digest,
        defaults={"text": text, "cues": cues, "made": made, "brought_by": by},
    )
    parameters = {"format": "vtt", "language": language, "sha256": digest}
    output = output_request(release=release, kind=OutputKind.CAPTIONS, by=by, parameters=parameters)
    if track.output_id != output.pk:
        CaptionTrack.objects.filter(pk=track.pk).update(output=output)
        track.refresh_from_db()
    return track
