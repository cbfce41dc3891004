"""OpenTimelineIO (.otio): the whole timeline, with ours under one key of the metadata of each object."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from generator.edit import document as doc
from generator.edit.interchange.library import (
    MAX_DEPTH,
    NAMESPACE,
    Library,
    assembled,
    bounded,
    clip_of,
    conformed,
    extras,
    facts_of,
    same_rate,
    with_extras,
)
from generator.edit.timeline import Clip, Media, Timeline, Transition
from generator.errors import EditError

#: OpenTimelineIO counts in floating-point frames; beyond this they are not whole any more, and nothing is that long.
_MAX_VALUE = 2**53


def write_otio(timeline: Timeline) -> str:
    """The timeline as OpenTimelineIO JSON: one video track; sounds on audio tracks, as many as are heard at once."""
    import opentimelineio as otio

    rate = float(timeline.rate)

    def span(start: int, frames: int) -> Any:
        return otio.opentime.TimeRange(
            otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(frames, rate)
        )

    def file(media: Media) -> Any:
        reference = otio.schema.ExternalReference(target_url=media.name, available_range=span(0, media.frames))
        reference.name = media.name
        reference.metadata[NAMESPACE] = {"sha256": media.sha256}
        return reference

    made = otio.schema.Timeline(timeline.title)
    made.metadata[NAMESPACE] = {"format": doc.FORMAT, **extras(timeline)}
    made.global_start_time = otio.opentime.RationalTime(0, rate)
    picture = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    made.tracks.append(picture)
    for n, transition in enumerate(timeline.transitions):
        if transition.kind != "cut":
            kind = "SMPTE_Dissolve" if transition.kind == "dissolve" else "Custom_Transition"
            joint = otio.schema.Transition(
                transition.kind,
                kind,
                otio.opentime.RationalTime(transition.before, rate),
                otio.opentime.RationalTime(transition.after, rate),
            )
            joint.metadata[NAMESPACE] = {"kind": transition.kind}
            picture.append(joint)
        if n == len(timeline.clips):
            continue
        clip = timeline.clips[n]
        source = clip.source
        if isinstance(source, Media):
            reference = file(source)
        else:
            card = {"kind": source.kind, "title": source.title, "lines": list(source.lines)}
            reference = otio.schema.GeneratorReference("card", f"{NAMESPACE}.card", span(0, clip.end), card)
        item = otio.schema.Clip(clip.name or clip.id, reference, span(clip.start, clip.frames))
        item.metadata[NAMESPACE] = facts_of(clip)
        for marker in (one for one in timeline.markers if one.clip == clip.id):
            marked = otio.schema.Marker(marker.name, span(marker.start, 1), otio.schema.MarkerColor.RED)
            marked.metadata[NAMESPACE] = {"id": marker.id, "note": marker.note}
            item.markers.append(marked)
        picture.append(item)
    for name, lane in _lanes(timeline):
        track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
        track.metadata[NAMESPACE] = {"kind": name}
        at = 0
        for start, frames, sound in lane:
            if start > at:
                track.append(otio.schema.Gap(source_range=span(0, start - at)))
            item = otio.schema.Clip(sound.label or sound.id, file(sound.media), span(sound.offset, frames))
            item.metadata[NAMESPACE] = {"id": sound.id, "sha256": sound.media.sha256}
            track.append(item)
            at = start + frames
        made.tracks.append(track)
    return str(otio.adapters.write_to_string(made, "otio_json"))


def _lanes(timeline: Timeline) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
    """The sounds in rows in which none overlaps the next."""
    frames = {clip.id: clip.frames for clip in timeline.clips}
    starts, moment = timeline.starts(), timeline.clock()
    for track in timeline.tracks:
        lanes: list[list[tuple[int, int, Any]]] = []
        spans = []
        for sound in track.sounds:
            first = starts[sound.clip] if sound.fit else moment(sound.clip, sound.start)
            end = first + (frames[sound.clip] if sound.fit else sound.frames)
            first, end = max(first, 0), min(end, timeline.frames)
            if first < end:
                spans.append((first, end - first, sound))
        for span in sorted(spans, key=lambda one: (one[0], one[2].id)):
            lane = next((one for one in lanes if one[-1][0] + one[-1][1] <= span[0]), None)
            if lane is None:
                lanes.append(lane := [])
            lane.append(span)
        for lane in lanes:
            yield track.kind, lane


def read_otio(text: str, library: Library, *, conform: bool = False) -> Timeline:
    """The timeline of an OpenTimelineIO file; its takes are found in the library.

    Cuts, order and transitions are what the file's video track says, whoever changed it; titles, captions, sounds and
    markers come back from our metadata, on the clips that are still there. Raises ``EditError`` for what can't be read,
    nested compositions, speed changes, several video tracks, unknown takes, and another frame rate unless
    ``conform`` is given.
    """
    import opentimelineio as otio

    _shallow(doc.parsed(bounded(text, "OTIO file")))
    try:
        read = otio.adapters.read_from_string(text, "otio_json")
    except (otio.exceptions.OTIOError, ValueError, TypeError, KeyError) as error:
        raise EditError(f"the OTIO file can't be read ({str(error)[:120]}); export it again") from error
    if not isinstance(read, otio.schema.Timeline):
        raise EditError("the OTIO file holds no timeline; export the timeline, not a part of it")
    tracks = [one for one in read.video_tracks() if len(one)]
    if len(tracks) != 1:
        raise EditError(f"the OTIO file has {len(tracks)} video tracks with clips; flatten them to one first")
    clips: list[Clip] = []
    transitions = [Transition()]
    for item in tracks[0]:
        if isinstance(item, otio.schema.Transition):
            transitions[-1] = _transition(item, library, conform=conform)
            continue
        if not isinstance(item, otio.schema.Clip | otio.schema.Gap):
            raise EditError(f"the OTIO file nests a {type(item).__name__} ({str(item.name)[:60]!r}); flatten it first")
        if any(isinstance(effect, otio.schema.TimeEffect) for effect in item.effects):
            raise EditError(f"clip {str(item.name)[:60]!r} changes its speed, which takes here can't; render it first")
        fallback = f"clip-{len(clips) + 1}"
        span = item.source_range or (item.available_range() if isinstance(item, otio.schema.Clip) else item.duration())
        start = _frames(span.start_time, library, fallback, conform=conform)
        frames = _frames(span.duration, library, fallback, conform=conform)
        facts = _plain(item.metadata.get(NAMESPACE))
        reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
        names = [getattr(reference, "target_url", None), getattr(reference, "name", None), item.name]
        black = isinstance(item, otio.schema.Gap)
        clips.append(
            clip_of(
                facts, library, names=names, start=0 if black else start, frames=frames, fallback=fallback, black=black
            )
        )
        transitions.append(Transition())
    timeline = assembled(str(read.name or "Untitled"), library, clips, transitions, conform=conform)
    return with_extras(timeline, _plain(read.metadata.get(NAMESPACE)))


def _transition(item: Any, library: Library, *, conform: bool) -> Transition:
    facts = _plain(item.metadata.get(NAMESPACE)) or {}
    kind = facts.get("kind") if isinstance(facts, Mapping) else None
    before = _frames(item.in_offset, library, "a transition", conform=conform)
    after = _frames(item.out_offset, library, "a transition", conform=conform)
    if before + after == 0:
        return Transition()
    return Transition(kind if kind in ("fade", "wipe") else "dissolve", before, after)


def _frames(time: Any, library: Library, where: str, *, conform: bool) -> int:
    if not (0 < time.rate <= 1000) or not abs(time.value) < _MAX_VALUE:
        raise EditError(f"{where} has a time that is none ({time.value} at {time.rate}); export it again")
    rate = _rational(time.rate)
    same_rate(rate, library, "OTIO file", conform=conform)
    return conformed(Fraction(time.value) * library.rate / rate, where, conform=conform)


def _rational(rate: float) -> Fraction:
    """The exact rate that a float stands for: 23.976… is 24000/1001."""
    for exact in (Fraction(round(rate)), Fraction(round(rate) * 1000, 1001)):
        if abs(float(exact) - rate) < 1e-3 * (1 if exact.denominator == 1001 else 1e-3):
            return exact
    return Fraction(rate).limit_denominator(1001)


def _plain(value: Any) -> Any:
    """OTIO's own dictionaries and lists as Python's."""
    if isinstance(value, Mapping) or hasattr(value, "items"):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if hasattr(value, "__iter__"):
        return [_plain(one) for one in value]
    raise EditError(f"the OTIO file's metadata holds a {type(value).__name__}; only JSON is read there")


def _shallow(document: Any) -> None:
    """Raises ``EditError`` for JSON nested deeper than any editor writes: the reader in C++ would follow it down."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise EditError(f"the OTIO file is nested deeper than {MAX_DEPTH}; export it again")
