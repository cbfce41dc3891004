"""Timelines of other programs, taken over as one step that can be undone; what does not fit is asked about first.

A file is read as text and never followed anywhere. Until everything in it is answered, nothing of the timeline changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import BinaryIO

from django.db import transaction

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import Edit, Production, Take, TimelineUpload
from django_site.apps.productions.services.editing import edit_apply, edit_open
from django_site.apps.productions.services.sounds import sound_media, sounds_usable
from django_site.apps.productions.services.timelines import clip_shot, take_media, takes_for
from django_site.errors import InputError, WrongStateError
from django_site.pages.names import file_label
from generator.edit import Card, Clip, EditError, History, Media, Operation, Sound, Timeline, Transition
from generator.edit.document import as_document, rate_of
from generator.edit.interchange import (
    READABLE,
    Library,
    Unmatched,
    edl_rate_said,
    left_out,
    matched,
    read_captions,
)
from generator.edit.rescoring import PLACED
from generator.errors import FrameRateError

#: Bytes of a file: an OTIO of three thousand clips with all their provenance has about 5 MB.
MAX_UPLOAD = 8 * 1024 * 1024
#: Imports that one editing session keeps: each is a whole timeline in its history.
MAX_EXCHANGES = 30


#: Caption files, which are laid over the timeline as it is.
CAPTIONS = (".vtt", ".srt")


@dataclass(frozen=True, slots=True)
class Missing:
    """A clip of the file that shows nothing of this production, as a person is told: its ``name`` in the file, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file holds: how many clips, the rate that it ``counts`` where it is another than the film's (``None`` if the
    same), the clips that are ``missing``, and sounds that the film doesn't have and that are left out."""

    clips: int
    counts: Fraction | None
    film: Fraction
    missing: tuple[Missing, ...]
    sounds: tuple[str, ...]

    @property
    def fits(self) -> bool:
        return self.counts is None and not self.missing and not self.sounds


def upload_keep(*, production: Production, source: BinaryIO, name: str, by: User, rate: str = "") -> TimelineUpload:
    """Keep a timeline until it is taken over; an earlier one of the same person gives way.

    ``rate`` is what the person says an EDL counts (``"24/1"``). Raises ``InputError`` or ``EditError`` for what can't be
    read as a timeline at all, and keeps nothing then.
    """
    require(by, "productions.change", production)
    label, ending = _named(name)
    if ending not in READABLE:
        known = ", ".join((*READABLE, *CAPTIONS))
        raise InputError(f"{label} has none of the endings {known}; export the timeline as one of them")
    text = _text(source, label)
    if ending == ".edl" and edl_rate_said(text) is None and not rate:
        raise InputError(
            f"{label} doesn't say how many frames a second it counts, as no EDL does; say it beside the file"
        )
    upload = TimelineUpload(production=production, by=by, name=label, ending=ending, rate=rate, text=text)
    try:
        upload_judged(upload, edit_open(production=production, by=by))
    except FrameRateError as error:
        rate_said = f"{float(rate_of(rate)):g}" if rate else "that many"
        line = str(error).split(", but ")[0].removesuffix(",")
        raise InputError(
            f"{label}, {line}, and {rate_said} frames a second have none; choose the rate that it was exported at"
        ) from error
    except EditError as error:
        raise InputError(f"{label}: {error}") from error
    with transaction.atomic():
        TimelineUpload.objects.filter(production=production, by=by).delete()
        upload.save(force_insert=True)
    return upload


def upload_judged(upload: TimelineUpload, edit: Edit) -> Judged:
    """What a kept timeline holds, against the takes that may be shown now. Raises ``EditError``."""
    return _read(upload, edit)[0]


@transaction.atomic
def upload_apply(*, upload: TimelineUpload, by: User, revision: int, conform: bool, leave_out: bool) -> Edit:
    """Take the timeline over, as one step. Raises ``WrongStateError`` while something is unanswered: another rate without
    ``conform``, clips or sounds that are not there without ``leave_out``."""
    production = upload.production
    require(by, "productions.change", production)
    edit = edit_open(production=production, by=by)
    judged, timeline = _read(upload, edit)
    if judged.counts is not None and not conform:
        raise WrongStateError(
            f"{upload.name} counts {float(judged.counts):g} frames a second; say whether to conform it"
        )
    if (judged.missing or judged.sounds) and not leave_out:
        raise WrongStateError(f"{upload.name} shows what this film doesn't have; say whether to leave it out")
    if timeline is None:
        raise WrongStateError(f"no clip of {upload.name} shows a take of this film; nothing was changed")
    edit = _exchanged(edit, timeline, by, revision)
    TimelineUpload.objects.filter(pk=upload.pk).delete()
    return edit


@transaction.atomic
def captions_take(*, production: Production, source: BinaryIO, name: str, by: User) -> int:
    """Captions from a WebVTT or SubRip file in the place of those that the timeline has, as one step; how many they are.

    Raises ``InputError`` for a file without any and ``EditError``, with the line, for times that the film doesn't have."""
    require(by, "productions.change", production)
    label, _ending = _named(name)
    text = _text(source, label)
    edit = edit_open(production=production, by=by)
    now = History.from_document(edit.history).timeline
    try:
        cues = read_captions(text, now)
        if not cues:
            raise InputError(f"{label} holds no caption; export it again as WebVTT or SubRip")
        _exchanged(edit, replace(now, cues=cues), by, edit.revision)
    except EditError as error:
        raise InputError(f"{label}: {error}") from error
    return len(cues)


def is_captions(name: str) -> bool:
    """Whether a file is one of captions, by its name."""
    return _named(name)[1] in CAPTIONS


def _exchanged(edit: Edit, timeline: Timeline, by: User, revision: int) -> Edit:
    history = History.from_document(edit.history)
    if sum(step.name == "exchange" for step in history.operations) >= MAX_EXCHANGES:
        raise WrongStateError(
            f"this timeline has taken over {MAX_EXCHANGES} others; make the cut, discard the steps, go on"
        )
    step = Operation("exchange", {"other": as_document(timeline)})
    return edit_apply(edit=edit, operation=step, by=by, revision=revision)


def _named(name: str) -> tuple[str, str]:
    """A file's name as it is shown, and its ending."""
    label = file_label(name)
    return label, f".{label.rsplit('.', 1)[-1].lower()}" if "." in label else ""


def upload_discard(*, upload: TimelineUpload, by: User) -> None:
    require(by, "productions.change", upload.production)
    upload.delete()


def _text(source: BinaryIO, label: str) -> str:
    content = source.read(MAX_UPLOAD + 1)
    if len(content) > MAX_UPLOAD:
        raise InputError(f"{label} is larger than {MAX_UPLOAD // 1024**2} MB; export the timeline alone, without media")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{label} is not text in UTF-8 (byte {error.start}); export it again as UTF-8") from error
    if "\0" in text:
        raise InputError(f"{label} is no text but a binary file; export the timeline, not the film")
    if not text.strip():
        raise InputError(f"{label} is empty; export the timeline again")
    return text


def _read(upload: TimelineUpload, edit: Edit) -> tuple[Judged, Timeline | None]:
    """What is in the file, and the timeline that would be taken over if everything is answered with yes; ``None`` if nothing
    of it is left."""
    now = History.from_document(edit.history).timeline
    takes = takes_for(upload.production)
    library = _library(takes, now)
    rate = rate_of(upload.rate) if upload.rate and edl_rate_said(upload.text) is None else None
    counts = None
    try:
        found = matched(upload.text, upload.ending, library, edl_rate=rate)
    except FrameRateError as error:
        if error.found is None:
            raise
        counts = error.found
        found = matched(upload.text, upload.ending, library, edl_rate=rate, conform=True)
    missing = tuple(Missing(_name_of(one), _reason(one, upload.production)) for one in found.unmatched)
    shows = len([clip for clip in found.timeline.clips if not isinstance(clip.source, Card)])
    timeline, lost = None, ()
    if len(missing) < shows:
        own = {one.asset.sha256: sound_media(one, now.rate) for one in sounds_usable(upload.production)}
        timeline, lost = _of_this_film(left_out(found), now, takes, own)
    return Judged(len(found.timeline.clips), counts, now.rate, missing, lost), timeline


def _library(takes: dict[str, list[Take]], now: Timeline) -> Library:
    """The takes that may be shown, by digest, file name, the shot's name and the place that its clips are called by."""
    media, provenance = [], {}
    for clip, several in takes.items():
        for take in several:
            one, known = take_media(take)
            media.append(one)
            provenance[one.sha256] = known
        standing, _known = take_media(several[0])
        media += [replace(standing, name=f"{name}.mp4") for name in (clip, str(several[0].shot))]
    return Library(now.rate, now.width, now.height, media, provenance)


def _name_of(one: Unmatched) -> str:
    return one.names[0] if one.names else one.clip


def _reason(one: Unmatched, production: Production) -> str:
    """Why a clip is not found: what it names is a take that may not be shown, several takes, or nothing of this film."""
    takes = Take.objects.filter(shot__scene__screenplay__production=production, asset__isnull=False)
    for take in takes.select_related("shot__scene", "asset"):
        if take.asset.sha256 == one.sha256 or take_media(take)[0].name.rsplit(".", 1)[0].lower() in one.names:
            if not take.shot.current:
                return f"it shows {take}, of a version of the shot that was replaced"
            return f"it shows {take}, which may not be shown now ({take.get_state_display().lower()})"
    if "takes are called" in one.reason:
        return "several takes are called so; name one of them, or give its digest"
    return "no take of this film is called so"


def _of_this_film(
    read: Timeline, now: Timeline, takes: dict[str, list[Take]], own: dict[str, Media]
) -> tuple[Timeline, tuple[str, ...]]:
    """The timeline with clips called after the shots that they show, the film's own end card last, and what the file says
    nothing of (sound, captions, titles) as it was. With the names of sounds that the film doesn't have."""
    shots: dict[str, list[str]] = {}
    for clip, several in takes.items():
        for take in several:
            shots.setdefault(take.asset.sha256, []).append(clip)
    called, taken = {}, set()
    for clip in read.clips:
        called[clip.id] = _called(clip, shots, taken)
        taken.add(called[clip.id])
    clips = [replace(clip, id=called[clip.id]) for clip in read.clips]
    transitions = list(read.transitions)
    clips, transitions = _with_end(clips, transitions, now)
    there = {clip.id for clip in clips}
    says = bool(read.tracks or read.cues or read.titles or read.markers)
    source = read if says else now
    names = called if says else {id: id for id in there}
    known = {sound.media.sha256: sound for track in now.tracks for sound in track.sounds}
    lost = []

    def hung(things: Iterable) -> tuple:
        return tuple(
            replace(one, clip=names.get(one.clip, "")) for one in things if not one.clip or names.get(one.clip) in there
        )

    def heard(sounds: tuple[Sound, ...]) -> tuple[Sound, ...]:
        """What the film makes, as it makes it; what was brought in and may be heard, marked as placed; nothing else."""
        kept = []
        for one in sounds:
            made = known.get(one.media.sha256)
            if one.media.sha256 in own:
                id = one.id if one.id.startswith(PLACED) else f"{PLACED}{one.id}"[:100]
                kept.append(replace(one, id=id, media=own[one.media.sha256], fit=False, frames=max(one.frames, 1)))
            elif made is not None and not made.id.startswith(PLACED) and not one.id.startswith(PLACED):
                kept.append(one)
            else:
                lost.append(one.label or one.media.name)
        return hung(kept)

    timeline = Timeline(
        title=read.title,
        rate=now.rate,
        width=now.width,
        height=now.height,
        clips=tuple(clips),
        transitions=tuple(transitions),
        titles=tuple(one for one in hung(source.titles) if one.clip != clips[-1].id),
        cues=hung(source.cues),
        tracks=tuple(replace(track, sounds=heard(track.sounds)) for track in source.tracks),
        markers=hung(source.markers),
        language=read.language if says else now.language,
    )
    return timeline, tuple(dict.fromkeys(lost))


def _called(clip: Clip, shots: dict[str, list[str]], taken: set[str]) -> str:
    """The clip's id in this film: that of the shot it shows, with a number where it is shown before already."""
    if isinstance(clip.source, Card):
        stem = (
            clip.id
            if clip.id.split("~", 1)[0] not in {one for several in shots.values() for one in several}
            else "card"
        )
        stem = stem.split("~", 1)[0]
    else:
        here = shots[clip.source.sha256]
        stem = clip_shot(clip) if clip_shot(clip) in here else here[0]
        if clip_shot(clip) == stem and clip.id not in taken:
            return clip.id
    return next(name for n in range(1, len(taken) + 2) if (name := stem if n == 1 else f"{stem}~{n}") not in taken)


def _with_end(clips: list[Clip], transitions: list[Transition], now: Timeline) -> tuple[list[Clip], list[Transition]]:
    """With the film's own end card last, whatever the file made of it: its words tell the audience how the film was made."""
    own = now.clips[-1]
    last = clips[-1].source
    if isinstance(last, Card) and last.kind == "end":
        clips[-1] = replace(clips[-1], source=own.source, frames=max(clips[-1].frames, own.frames))
        return clips, transitions
    ids = {clip.id for clip in clips}
    end = replace(
        own, id=next(name for n in range(1, len(ids) + 2) if (name := f"end~{n}" if n > 1 else "end") not in ids)
    )
    if transitions[-1].kind == "fade":
        # it went out to black where there is a join now
        transitions[-1] = Transition("fade", transitions[-1].before, 0)
    return [*clips, end], [*transitions, Transition()]
