"""What a person does to a timeline. Each operation takes a timeline and returns another, or raises ``EditError``.

Joins between clips that were not neighbours before become cuts; what hangs on a clip goes where it goes, and goes with it.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from generator.edit.timeline import (
    OVERLAPPING,
    Card,
    Clip,
    Cue,
    Marker,
    Media,
    Provenance,
    Sound,
    Timeline,
    Title,
    TrackKind,
    Transition,
    TransitionKind,
)
from generator.errors import EditError

_CUT = Transition()


def move(timeline: Timeline, clip: str, to: int) -> Timeline:
    """The clip at place ``to`` of the row (0 is the first)."""
    index = _index(timeline, clip)
    if not 0 <= to < len(timeline.clips):
        raise EditError(f"clip {clip} can't go to place {to}; there are places 0 to {len(timeline.clips) - 1}")
    row = list(timeline.clips)
    row.insert(to, row.pop(index))
    return _rejoined(timeline, row)


def reorder(timeline: Timeline, order: Sequence[str]) -> Timeline:
    """All clips in the order of ``order``, which names each of them once."""
    by_id = {clip.id: clip for clip in timeline.clips}
    if sorted(order) != sorted(by_id):
        wrong = next((one for one in order if one not in by_id), None)
        raise EditError(f"the new order must name every clip once{f'; there is no clip {wrong}' if wrong else ''}")
    return _rejoined(timeline, [by_id[one] for one in order])


def trim(timeline: Timeline, clip: str, *, start: int | None = None, frames: int | None = None) -> Timeline:
    """Another first frame of the source, another length, or both; without ``frames`` the last frame stays."""
    index = _index(timeline, clip)
    old = timeline.clips[index]
    first = old.start if start is None else start
    length = (old.end - first if start is not None else old.frames) if frames is None else frames
    return _with_clip(timeline, index, replace(old, start=first, frames=length))


def split(timeline: Timeline, clip: str, at: int) -> Timeline:
    """Two clips of one, the second from its frame ``at`` (counted from the clip's first) on; the picture is unchanged."""
    index = _index(timeline, clip)
    old = timeline.clips[index]
    if not isinstance(at, int) or not 0 < at < old.frames:
        raise EditError(f"clip {clip} can't be split at frame {at}; it has frames 1 to {old.frames - 1} to split at")
    behind = old.start + at
    first = replace(old, frames=at)
    second = replace(old, id=_fresh(timeline, clip), start=behind, frames=old.frames - at)
    clips = (*timeline.clips[:index], first, second, *timeline.clips[index + 1 :])
    transitions = (*timeline.transitions[: index + 1], _CUT, *timeline.transitions[index + 1 :])

    def rehang(one: Any) -> list[Any]:
        if one.clip != clip:
            return [one]
        if isinstance(one, Sound) and one.fit:
            return [one, replace(one, id=_fresh(timeline, one.id), clip=second.id)]
        return [replace(one, clip=second.id)] if one.start >= behind else [one]

    return _rehung(timeline, rehang, clips=clips, transitions=transitions)


def delete(timeline: Timeline, clip: str) -> Timeline:
    """Without the clip and what hangs on it."""
    index = _index(timeline, clip)
    if len(timeline.clips) == 1:
        raise EditError(f"clip {clip} is the only one; add another before removing it")
    bare = _rehung(timeline, lambda one: [] if one.clip == clip else [one])
    return _rejoined(bare, [*timeline.clips[:index], *timeline.clips[index + 1 :]])


def insert(timeline: Timeline, clip: Clip, to: int) -> Timeline:
    """With another clip at place ``to`` (the number of clips appends it)."""
    if not isinstance(to, int) or not 0 <= to <= len(timeline.clips):
        raise EditError(f"clip {clip.id} can't go to place {to}; there are places 0 to {len(timeline.clips)}")
    return _rejoined(timeline, [*timeline.clips[:to], clip, *timeline.clips[to:]])


def arrange(timeline: Timeline, row: Sequence[Clip]) -> Timeline:
    """The clips of ``row`` and no others, in that order; some may be new. What hung on those that are gone goes too."""
    kept = {clip.id for clip in row}
    if not kept:
        raise EditError("a timeline holds at least one clip; leave one")
    bare = _rehung(timeline, lambda one: [one] if not one.clip or one.clip in kept else [])
    return _rejoined(bare, list(row))


def retake(timeline: Timeline, clip: str, media: Media, provenance: Provenance) -> Timeline:
    """Another take in the place of the one that the clip shows, from the same frame on, as long as before."""
    index = _index(timeline, clip)
    old = timeline.clips[index]
    if isinstance(old.source, Card):
        raise EditError(f"clip {clip} is a card; only takes have other takes")
    return _with_clip(timeline, index, replace(old, source=media, provenance=provenance))


def set_transition(
    timeline: Timeline, clip: str, kind: TransitionKind, frames: int = 0, *, make_room: bool = False
) -> Timeline:
    """How the film comes to ``clip`` from the one before it; an empty ``clip`` means the film's end.

    ``frames`` is the whole length, half of it on each side. Dissolves and wipes need as much of both takes outside of the
    clips: with ``make_room`` the clips give up what is missing, and the film gets shorter by that.
    """
    index = _index(timeline, clip) if clip else len(timeline.clips)
    if index in (0, len(timeline.clips)):
        new = Transition(kind, *((0, frames) if index == 0 else (frames, 0)))
    elif kind == "cut":
        new = Transition(kind, frames, 0)
    else:
        new = Transition(kind, frames - frames // 2, frames // 2)
    clips = list(timeline.clips)
    if make_room and 0 < index < len(clips) and kind in OVERLAPPING:
        before, after = clips[index - 1], clips[index]
        if isinstance(before.source, Media):
            lacking = max(new.after - (before.source.frames - before.end), 0)
            clips[index - 1] = replace(before, frames=before.frames - lacking)
        if isinstance(after.source, Media):
            lacking = max(new.before - after.start, 0)
            clips[index] = replace(after, start=after.start + lacking, frames=after.frames - lacking)
    transitions = (*timeline.transitions[:index], new, *timeline.transitions[index + 1 :])
    return replace(timeline, clips=tuple(clips), transitions=transitions)


def exchange(timeline: Timeline, other: Timeline) -> Timeline:
    """Another timeline in the place of this one, as an import brings it: of the same rate and size, or ``EditError``."""
    if (timeline.rate, timeline.width, timeline.height) != (other.rate, other.width, other.height):
        raise EditError(
            f"a timeline of {other.width}x{other.height} at {float(other.rate):g} can't stand for one of "
            f"{timeline.width}x{timeline.height} at {float(timeline.rate):g}; conform it first"
        )
    return other


def rename(timeline: Timeline, title: str) -> Timeline:
    """The film under another title."""
    return replace(timeline, title=title)


def set_card(timeline: Timeline, clip: str, title: str, lines: Sequence[str] = ()) -> Timeline:
    """Other words on a card."""
    index = _index(timeline, clip)
    old = timeline.clips[index]
    if not isinstance(old.source, Card):
        raise EditError(f"clip {clip} is a take; lay a title over it instead")
    return _with_clip(timeline, index, replace(old, source=replace(old.source, title=title, lines=tuple(lines))))


def put_title(timeline: Timeline, title: Title) -> Timeline:
    """With a title over the picture; one of the same id gives way."""
    return replace(timeline, titles=(*(one for one in timeline.titles if one.id != title.id), title))


def put_cue(timeline: Timeline, cue: Cue) -> Timeline:
    """With a caption; one of the same id gives way."""
    return replace(timeline, cues=(*(one for one in timeline.cues if one.id != cue.id), cue))


def put_marker(timeline: Timeline, marker: Marker) -> Timeline:
    """With a marker; one of the same id gives way."""
    return replace(timeline, markers=(*(one for one in timeline.markers if one.id != marker.id), marker))


def put_sound(timeline: Timeline, kind: TrackKind, sound: Sound) -> Timeline:
    """With a sound on the track of that kind, which is made if need be; a sound of the same id gives way."""
    from generator.edit.timeline import Track

    bare = _rehung(timeline, lambda one: [] if isinstance(one, Sound) and one.id == sound.id else [one])
    tracks = list(bare.tracks)
    at = next((n for n, track in enumerate(tracks) if track.kind == kind), None)
    if at is None:
        tracks.append(Track(kind, (sound,)))
    else:
        tracks[at] = replace(tracks[at], sounds=(*tracks[at].sounds, sound))
    return replace(bare, tracks=tuple(tracks))


def remove(timeline: Timeline, id: str) -> Timeline:
    """Without the title, caption, sound or marker of that id."""
    if all(one.id != id for one in timeline.hung()):
        raise EditError(f"there is no title, caption, sound or marker {id!r}; it may have been removed before")
    return _rehung(timeline, lambda one: [] if one.id == id else [one])


def set_gain(timeline: Timeline, of: str, gain: float) -> Timeline:
    """Another gain in decibels for a track (by its kind) or a sound (by its id)."""
    tracks = tuple(
        replace(track, gain=gain)
        if track.kind == of
        else replace(track, sounds=tuple(replace(s, gain=gain) if s.id == of else s for s in track.sounds))
        for track in timeline.tracks
    )
    if tracks == timeline.tracks and not any(
        of == track.kind or any(of == sound.id for sound in track.sounds) for track in timeline.tracks
    ):
        raise EditError(f"there is no track or sound {of!r} whose gain could be set")
    return replace(timeline, tracks=tracks)


def set_fades(timeline: Timeline, sound: str, fade_in: int, fade_out: int) -> Timeline:
    """Other fades, in frames, for a sound."""
    if not any(one.id == sound for track in timeline.tracks for one in track.sounds):
        raise EditError(f"there is no sound {sound!r} to fade")
    return _rehung(timeline, lambda one: [replace(one, fade_in=fade_in, fade_out=fade_out) if one.id == sound else one])


def mute(timeline: Timeline, track: TrackKind, muted: bool) -> Timeline:
    """A track silenced, or heard again."""
    if all(one.kind != track for one in timeline.tracks):
        raise EditError(f"there is no {track} track to mute")
    tracks = (replace(one, muted=muted) if one.kind == track else one for one in timeline.tracks)
    return replace(timeline, tracks=tuple(tracks))


def _index(timeline: Timeline, clip: str) -> int:
    index = timeline.index(clip)
    if index is None:
        raise EditError(f"there is no clip {str(clip)[:60]!r} on the timeline; it may have been removed before")
    return index


def _fresh(timeline: Timeline, id: str) -> str:
    taken = {clip.id for clip in timeline.clips} | {one.id for one in timeline.hung()}
    stem = id.rsplit("~", 1)[0]
    return next(name for n in range(2, len(taken) + 3) if (name := f"{stem}~{n}") not in taken)


def _with_clip(timeline: Timeline, index: int, clip: Clip) -> Timeline:
    return replace(timeline, clips=(*timeline.clips[:index], clip, *timeline.clips[index + 1 :]))


def _rejoined(timeline: Timeline, row: list[Clip]) -> Timeline:
    """The row with the transitions of joins that are still there; the film's own ends keep theirs as far as they fit."""
    old = timeline.clips
    joins = {(a.id, b.id): t for a, b, t in zip(old, old[1:], timeline.transitions[1:-1], strict=False)}
    inner = [joins.get((a.id, b.id), _CUT) for a, b in itertools.pairwise(row)]
    opening, closing = timeline.transitions[0], timeline.transitions[-1]
    used = [0, *(t.after for t in inner)], [*(t.before for t in inner), 0]
    if opening.after > row[0].frames - used[1][0]:
        opening = _CUT
    if closing.before > row[-1].frames - used[0][-1] - (opening.after if len(row) == 1 else 0):
        closing = _CUT
    return replace(timeline, clips=tuple(row), transitions=(opening, *inner, closing))


def _rehung(timeline: Timeline, change: Callable[[Any], list[Any]], **also: Any) -> Timeline:
    """With ``change`` of everything that hangs on clips, and the other fields of ``also``."""

    def over(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(new for one in things for new in change(one))

    return replace(
        timeline,
        titles=over(timeline.titles),
        cues=over(timeline.cues),
        markers=over(timeline.markers),
        tracks=tuple(replace(track, sounds=over(track.sounds)) for track in timeline.tracks),
        **also,
    )
