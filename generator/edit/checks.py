"""The rules of a timeline; every timeline that exists keeps them, because none is made without."""

import math
import re
from fractions import Fraction
from typing import Any, get_args

from generator.edit.timeline import (
    OVERLAPPING,
    Card,
    CardKind,
    Clip,
    Cue,
    Media,
    Provenance,
    Sound,
    Timeline,
    Title,
    TitlePlace,
    TrackKind,
    Transition,
    TransitionKind,
)
from generator.errors import EditError

#: A film of four hours of cuts every two seconds; more is a mistake or an attack.
MAX_CLIPS = 8000
#: Titles, captions, sounds and markers, together.
MAX_HUNG = 40_000
#: A day at 120 frames a second: no film is longer, and sums stay far inside of what every format can write.
MAX_FRAMES = 24 * 3600 * 120
MAX_RATE = 120
MIN_SIDE, MAX_SIDE = 16, 4096
MAX_TEXT, MAX_NAME, MAX_LINES = 2000, 300, 64
#: Decibels; below the floor nothing is heard, above the ceiling everything is clipped.
MIN_GAIN, MAX_GAIN = -90.0, 24.0
_SHA = re.compile(r"[0-9a-f]{64}")


def check(timeline: Timeline) -> None:
    """Raises ``EditError`` at the first rule that the timeline breaks."""
    text("the timeline's title", timeline.title)
    text("the timeline's language", timeline.language, limit=35)
    if not isinstance(timeline.rate, Fraction) or not 1 <= timeline.rate <= MAX_RATE:
        raise EditError(f"the timeline runs at {timeline.rate} frames a second; it needs a rate from 1 to {MAX_RATE}")
    for side in (timeline.width, timeline.height):
        if not isinstance(side, int) or side % 2 or not MIN_SIDE <= side <= MAX_SIDE:
            raise EditError(
                f"a picture side of {side!r} can't be encoded; use even numbers of {MIN_SIDE} to {MAX_SIDE}"
            )
    if not timeline.clips:
        raise EditError("a timeline holds at least one clip; add one before removing the last")
    if len(timeline.clips) > MAX_CLIPS:
        raise EditError(f"{len(timeline.clips)} clips are too many; a timeline holds at most {MAX_CLIPS}")
    for clip in timeline.clips:
        _clip(clip)
    _unique("clip", [clip.id for clip in timeline.clips])
    if timeline.frames > MAX_FRAMES:
        raise EditError(f"the timeline is {timeline.frames} frames long; at most {MAX_FRAMES} are possible")
    _transitions(timeline)
    _hung(timeline)


def _clip(clip: Clip) -> None:
    name(f"clip {clip.id!r}", clip.id)
    text(f"clip {clip.id}'s name", clip.name, limit=MAX_NAME)
    whole(f"clip {clip.id}'s length", clip.frames, 1)
    whole(f"clip {clip.id}'s in point", clip.start, 0)
    source = clip.source
    if isinstance(source, Media):
        media(f"clip {clip.id}", source)
        if clip.end > source.frames:
            raise EditError(
                f"clip {clip.id} ends at frame {clip.end} of {source.name}, which has {source.frames}; make it shorter"
            )
    elif isinstance(source, Card):
        choice(f"clip {clip.id}'s card", source.kind, CardKind)
        text(f"clip {clip.id}'s card", source.title)
        _texts(f"clip {clip.id}'s card", source.lines)
    else:
        raise EditError(f"clip {clip.id} shows neither a take nor a card; give it one")
    provenance = clip.provenance
    if not isinstance(provenance, Provenance):
        raise EditError(f"clip {clip.id} has no provenance; give it an empty one")
    for field in (provenance.manifest, provenance.card, provenance.shot):
        text(f"clip {clip.id}'s provenance", field, limit=MAX_NAME)
    _texts(f"clip {clip.id}'s consents", provenance.consents)
    if provenance.seed is not None:
        whole(f"clip {clip.id}'s seed", provenance.seed, 0, 2**63 - 1)


def _transitions(timeline: Timeline) -> None:
    clips, transitions = timeline.clips, timeline.transitions
    if len(transitions) != len(clips) + 1:
        raise EditError(
            f"{len(transitions)} transitions don't fit {len(clips)} clips; give one before each and one at the end"
        )
    for n, transition in enumerate(transitions):
        before = clips[n - 1] if n else None
        after = clips[n] if n < len(clips) else None
        where = f"the {transition.kind} " + (f"before clip {after.id}" if after else f"after clip {clips[-1].id}")
        choice(where, transition.kind, TransitionKind)
        whole(where, transition.before, 0)
        whole(where, transition.after, 0)
        if transition.kind == "cut":
            if transition.frames:
                raise EditError(f"{where} has a length; only dissolves, fades and wipes do")
            continue
        if not transition.frames:
            raise EditError(f"{where} has no length; give it frames or make it a cut")
        if before is None or after is None:
            if transition.kind != "fade" or (transition.before if before is None else transition.after):
                raise EditError(
                    f"{where} has nothing to go over from or to; a film opens and ends with a fade or a cut"
                )
            continue
        if transition.kind in OVERLAPPING:
            _handles(where, before, after, transition)
    for n, clip in enumerate(clips):
        taken = transitions[n].after + transitions[n + 1].before
        if taken > clip.frames:
            raise EditError(
                f"clip {clip.id} is {clip.frames} frames long but its transitions take {taken}; make them shorter"
            )


def _handles(where: str, before: Clip, after: Clip, transition: Transition) -> None:
    if isinstance(before.source, Media) and before.end + transition.after > before.source.frames:
        left = before.source.frames - before.end
        raise EditError(
            f"{where} needs {transition.after} frames behind clip {before.id}, whose take has {left} left; trim it first"
        )
    if isinstance(after.source, Media) and after.start < transition.before:
        raise EditError(
            f"{where} needs {transition.before} frames ahead of clip {after.id}, whose take has {after.start}; trim it first"
        )


def _hung(timeline: Timeline) -> None:
    known = {clip.id for clip in timeline.clips}
    hung = list(timeline.hung())
    if len(hung) > MAX_HUNG:
        raise EditError(f"{len(hung)} titles, captions, sounds and markers are too many; at most {MAX_HUNG} are kept")
    _unique("title, caption, sound or marker", [one.id for one in hung])
    _unique("track", [track.kind for track in timeline.tracks])
    for one in hung:
        name(f"{type(one).__name__.lower()} {one.id!r}", one.id)
        if one.clip and one.clip not in known:
            raise EditError(f"{type(one).__name__.lower()} {one.id} hangs on clip {one.clip!r}, which there isn't")
        whole(f"{one.id}'s start", one.start, -MAX_FRAMES)
    worded: list[Title | Cue] = [*timeline.titles, *timeline.cues]
    for titled in worded:
        whole(f"{titled.id}'s length", titled.frames, 1)
        text(f"{titled.id}'s words", titled.text)
    for title in timeline.titles:
        choice(f"{title.id}'s place", title.place, TitlePlace)
    for cue in timeline.cues:
        text(f"{cue.id}'s speaker", cue.speaker, limit=MAX_NAME)
    for marker in timeline.markers:
        text(f"{marker.id}'s name", marker.name, limit=MAX_NAME)
        text(f"{marker.id}'s note", marker.note)
    for track in timeline.tracks:
        choice("a track's kind", track.kind, TrackKind)
        decibels(f"the {track.kind} track's gain", track.gain)
        if not isinstance(track.muted, bool):
            raise EditError(f"the {track.kind} track is muted or not: true or false")
        for sound in track.sounds:
            _sound(sound)


def _sound(sound: Sound) -> None:
    media(f"sound {sound.id}", sound.media)
    decibels(f"sound {sound.id}'s gain", sound.gain)
    text(f"sound {sound.id}'s label", sound.label, limit=MAX_NAME)
    whole(f"sound {sound.id}'s length", sound.frames, 0 if sound.fit else 1)
    for part in (sound.offset, sound.fade_in, sound.fade_out):
        whole(f"sound {sound.id}'s offset and fades", part, 0)
    if not isinstance(sound.fit, bool) or (sound.fit and not sound.clip):
        raise EditError(f"sound {sound.id} fits a clip but names none; give it one")
    if not sound.fit and sound.fade_in + sound.fade_out > sound.frames:
        raise EditError(f"sound {sound.id} is {sound.frames} frames long but its fades take more; make them shorter")


def media(where: str, value: Media) -> None:
    if not isinstance(value, Media) or not isinstance(value.sha256, str) or not _SHA.fullmatch(value.sha256):
        raise EditError(f"{where} names its file by no SHA-256; give 64 hexadecimal digits in lower case")
    text(f"{where}'s file name", value.name, limit=MAX_NAME)
    if "/" in value.name or "\\" in value.name:
        raise EditError(
            f"{where}'s file name {value.name[:60]!r} is a path; files are found by digest, give the name alone"
        )
    whole(f"{where}'s file length", value.frames, 1)


def name(where: str, value: object) -> None:
    text(where, value, limit=100)
    if not value:
        raise EditError(f"{where} needs an id")


def text(where: str, value: object, *, limit: int = MAX_TEXT) -> None:
    if not isinstance(value, str):
        raise EditError(f"{where} must be text, not {type(value).__name__}")
    if len(value) > limit:
        raise EditError(f"{where} has {len(value)} characters; at most {limit} are kept")
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise EditError(f"{where} holds a control character; remove it")


def whole(where: str, value: object, low: int, high: int = MAX_FRAMES) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise EditError(f"{where} is {str(value)[:40]}; it must be a whole number from {low} to {high}")


def decibels(where: str, value: object) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise EditError(f"{where} must be a number of decibels")
    if not MIN_GAIN <= value <= MAX_GAIN:
        raise EditError(f"{where} is {value:g} dB; it must lie from {MIN_GAIN:g} to {MAX_GAIN:g}")


def choice(where: str, value: object, choices: Any) -> None:
    if value not in get_args(choices):
        raise EditError(f"{where} is {str(value)[:40]!r}; choose one of {', '.join(get_args(choices))}")


def _texts(where: str, values: object) -> None:
    if not isinstance(values, tuple) or len(values) > MAX_LINES:
        raise EditError(f"{where} must be at most {MAX_LINES} texts")
    for value in values:
        text(where, value)


def _unique(what: str, ids: list[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise EditError(f"there are two with the id {str(one)[:60]!r}; every {what} needs its own")
        seen.add(one)
