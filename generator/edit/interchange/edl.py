"""Edit decision lists after CMX 3600 (SMPTE 258M): the picture's cuts, dissolves and wipes; the rest in comments that
others skip.

A list has no field for its frame rate. Ours says it in a comment; of others' it is asked, or taken to be the takes'.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from generator.edit import document as doc
from generator.edit.interchange.library import (
    NAMESPACE,
    Library,
    assembled,
    bounded,
    clip_of,
    conformed,
    extras,
    facts_of,
    same_rate,
    stem_of,
    with_extras,
)
from generator.edit.interchange.timecode import from_code, nominal, to_code
from generator.edit.timeline import OVERLAPPING, Card, Clip, Media, Timeline, Transition
from generator.errors import EditError

#: Events of a list; CMX 3600 itself holds 999, what came after it more.
MAX_EVENTS = 9999
_OURS = f"* {NAMESPACE.upper()} "
_TIME = r"(\d{2}:\d{2}:\d{2}[:;.]\d{2,3})"
_EVENT = re.compile(
    rf"(\d{{1,6}})\s+(\S+)\s+(\S+)\s+(C|D|W\d{{3}}|K[BO]?)\s+(?:(\d{{1,4}})\s+)?{_TIME}\s+{_TIME}\s+{_TIME}\s+{_TIME}\s*"
)
_CLIP_NAME = re.compile(r"\*\s*(FROM|TO) CLIP NAME:\s*(.+)", re.IGNORECASE)
_SOURCE_FILE = re.compile(r"\*\s*SOURCE FILE:\s*(.+)", re.IGNORECASE)
_BLACK = Clip("black", Card("black"), 1)
#: Where programmes begin by custom: the first hour.
_FIRST_HOUR = 3600


def write_edl(timeline: Timeline) -> str:
    """The timeline's picture as an edit decision list, starting at 01:00:00:00.

    A take's reel is the first eight digits of its digest, a card's ``AX`` (black: ``BL``). A fade through black is a
    dissolve to ``BL`` that lasts as long as the picture darkens, and one from it, which is how CMX 3600 says it; one that
    the film opens with stands in our comment alone, as common readers refuse a list that begins with a dissolve. Raises
    ``EditError`` for films longer than a day.
    """
    rate = timeline.rate
    hour = _FIRST_HOUR * nominal(rate)
    lines = [
        f"TITLE: {_line(timeline.title)[:70]}",
        "FCM: NON-DROP FRAME",
    ]
    at = number = 0
    for n, clip in enumerate(timeline.clips):
        lead, trail = timeline.transitions[n], timeline.transitions[n + 1]
        first = at - (lead.before if lead.kind in OVERLAPPING else 0)
        end = at + clip.frames - (trail.before if trail.kind in OVERLAPPING else 0)
        source = clip.start - (at - first)
        dark = _darkens(clip, lead, trail)
        end -= dark
        number += 1
        event = f"{number:03d}  "
        if n and lead.kind == "fade" and lead.after:
            lines.append(event + _event(_BLACK, "C   ", "   ", 0, 0, first, first, rate, hour))
            lines.append(
                event + _event(clip, "D   ", f"{lead.after:03d}", source, source + end - first, first, end, rate, hour)
            )
            lines.append("* FROM CLIP NAME: BLACK")
            lines.append(f"* TO CLIP NAME: {_shown(clip)}")
        elif lead.kind in OVERLAPPING:
            before = timeline.clips[n - 1]
            leaves = before.end - lead.before
            lines.append(event + _event(before, "C   ", "   ", leaves, leaves, first, first, rate, hour))
            code = "D   " if lead.kind == "dissolve" else "W001"
            lines.append(
                event + _event(clip, code, f"{lead.frames:03d}", source, source + end - first, first, end, rate, hour)
            )
            lines.append(f"* FROM CLIP NAME: {_shown(before)}")
            lines.append(f"* TO CLIP NAME: {_shown(clip)}")
        else:
            lines.append(event + _event(clip, "C   ", "   ", source, source + end - first, first, end, rate, hour))
            lines.append(f"* FROM CLIP NAME: {_shown(clip)}")
        facts = {**facts_of(clip), "lead": [lead.kind, lead.before, lead.after]}
        if n == len(timeline.clips) - 1:
            facts["tail"] = [trail.kind, trail.before, trail.after]
        lines.append(_OURS + _json(facts))
        if n == 0:  # some readers want no comment before the first event
            lines.append(_OURS + _json({"format": doc.FORMAT, "title": timeline.title, **extras(timeline)}))
        if dark:
            number += 1
            event, leaves = f"{number:03d}  ", clip.end - dark
            lines.append(event + _event(clip, "C   ", "   ", leaves, leaves, end, end, rate, hour))
            lines.append(event + _event(_BLACK, "D   ", f"{dark:03d}", 0, dark, end, end + dark, rate, hour))
            lines.append(f"* FROM CLIP NAME: {_shown(clip)}")
            lines.append("* TO CLIP NAME: BLACK")
        at += clip.frames
    return "\n".join(lines) + "\n"


def _darkens(clip: Clip, lead: Transition, trail: Transition) -> int:
    """How many of the clip's last frames dissolve into black; 0 where nothing of it would be left ahead of them, which only
    our comment can say then."""
    if trail.kind != "fade" or trail.before >= clip.frames + (lead.before if lead.kind in OVERLAPPING else 0):
        return 0
    return trail.before


def _event(clip: Clip, code: str, length: str, a: int, b: int, c: int, d: int, rate: Fraction, hour: int) -> str:
    source = clip.source
    reel = source.sha256[:8].upper() if isinstance(source, Media) else "BL" if source.kind == "black" else "AX"
    # a card has no frames ahead of its first: its times are only counted on
    shift = max(-a, 0)
    codes = (to_code(a + shift, rate), to_code(b + shift, rate), to_code(c + hour, rate), to_code(d + hour, rate))
    return f"{reel:<8} V     {code} {length} {' '.join(codes)}"


def _shown(clip: Clip) -> str:
    return _line(clip.source.name if isinstance(clip.source, Media) else clip.name or clip.id)


def _line(text: str) -> str:
    return " ".join(text.split())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


@dataclass(slots=True)
class _Event:
    number: str
    reel: str
    channels: str
    code: str
    length: int
    source: tuple[int, int]
    record: tuple[int, int]
    names: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def read_edl(text: str, library: Library, *, edl_rate: Fraction | None = None, conform: bool = False) -> Timeline:
    """The timeline of an edit decision list; its takes are found in the library by digest, clip name, source file or reel.

    ``edl_rate`` is the list's frame rate where it does not say so itself. Stretches that the list leaves empty become black.
    Raises ``EditError`` for what is no list, unknown takes, overlaps, speed changes, and for a list of another frame rate,
    unless ``conform`` is given: then each time goes to the nearest frame of the takes' rate.
    """
    lines = bounded(text, "edit decision list").removeprefix("\ufeff").splitlines()
    title, rate, drop, ours = _head(lines, library, edl_rate)
    same_rate(rate, library, "edit decision list", conform=conform)
    events = [one for one in _events(lines, rate, drop) if "V" in one.channels or one.channels in ("B", "NONE")]
    if not events:
        raise EditError("the edit decision list holds no picture; export the video track")

    def at(frames: int, what: str) -> int:
        return conformed(Fraction(frames) * library.rate / rate, what, conform=conform)

    zero = events[0].record[0]
    clips: list[Clip] = []
    transitions = [Transition()]
    place, dark = 0, False
    bare: set[str] = set()
    for event in events:
        first, end = (
            at(event.record[0] - zero, f"event {event.number}"),
            at(event.record[1] - zero, f"event {event.number}"),
        )
        if event.code == "C" and first == end:
            dark = _is_black(event)
            continue  # the take that a transition comes from, which the event before has named
        if event.code.startswith("K"):
            raise EditError(
                f"event {event.number} is a key, which takes here can't; lay titles over the picture instead"
            )
        if event.source[1] - event.source[0] != event.record[1] - event.record[0]:
            raise EditError(f"event {event.number} changes its speed, which takes here can't; render it first")
        if first < place:
            raise EditError(f"event {event.number} overlaps the one before it; sort the list by record time (A mode)")
        if first > place:
            clips.append(Clip(f"black-{len(clips) + 1}", Card("black"), first - place))
            transitions.append(Transition())
            dark = True
        clip = clip_of(
            event.facts,
            library,
            names=[*event.names, event.reel],
            start=at(event.source[0], f"event {event.number}"),
            frames=end - first,
            fallback=f"event-{event.number}",
            black=_is_black(event),
        )
        dark = dark or bool(clips and clips[-1].id in bare)
        clips.append(clip)
        if _is_black(event) and not event.facts:
            bare.add(clip.id)
        length = at(event.length, f"event {event.number}") if event.code != "C" else 0
        if length and len(clips) > 1 and dark and clip.id not in bare:
            transitions[-1] = Transition("fade", 0, length)
        elif length and len(clips) > 1:
            transitions[-1] = Transition("dissolve" if event.code == "D" else "wipe", 0, length)
        elif length:
            transitions[-1] = Transition("fade", 0, length)
        transitions.append(Transition())
        place, dark = end, False
    clips, transitions = _faded(clips, transitions, bare)
    return _restored(title, library, clips, transitions, events, ours, conform=conform)


def _is_black(event: _Event) -> bool:
    return event.reel.upper() in ("BL", "BLACK")


def _faded(clips: list[Clip], transitions: list[Transition], bare: set[str]) -> tuple[list[Clip], list[Transition]]:
    """Dissolves to black of a list as fades: the take goes on below the black, and of the black stays what is longer than
    the dissolve. ``bare`` are the ids of black that a list has and we did not write as a card."""
    row: list[Clip] = []
    joins = [transitions[0]]
    for n, clip in enumerate(clips):
        lead, before = joins[-1], row[-1] if row else None
        length = lead.after if lead.kind == "dissolve" and not lead.before and clip.id in bare else 0
        held = isinstance(before.source, Card) or before.end + length <= before.source.frames if before else False
        if not length or before is None or not held or length > clip.frames:
            row.append(clip)
            joins.append(transitions[n + 1])
            continue
        row[-1] = replace(before, frames=before.frames + length)
        after = transitions[n + 1]
        if clip.frames > length:
            joins[-1] = Transition("fade", length, 0)
            row.append(replace(clip, frames=clip.frames - length))
            joins.append(after)
        else:
            joins[-1] = Transition("fade", length, after.after if after.kind == "fade" else 0)
    return row, joins


def edl_rate_said(text: str) -> Fraction | None:
    """The frame rate that an edit decision list says itself, in our comment or by counting drop-frame; ``None`` where it
    does not, as CMX 3600 has no field for it."""
    lines = bounded(text, "edit decision list").removeprefix("\ufeff").splitlines()
    if any(line.upper().startswith("FCM:") and "NON" not in line.upper() for line in lines):
        return Fraction(30000, 1001)
    for line in lines:
        if line.startswith(_OURS) and '"format"' in line:
            said = _read_ours(line)
            return doc.rate_of(said["rate"]) if "rate" in said else None
    return None


def _restored(
    title: str,
    library: Library,
    clips: list[Clip],
    transitions: list[Transition],
    events: list[_Event],
    ours: Mapping[str, Any],
    *,
    conform: bool,
) -> Timeline:
    """With what a list can't say but our comments do: where a transition's join lies, and fades, as far as it still fits."""
    shown = [one for one in events if one.facts and one.record[0] != one.record[1]]
    by_id = {one.facts.get("id"): one.facts for one in shown}
    if not conform:
        for n, clip in enumerate(clips):
            facts = by_id.get(clip.id) or {}
            lead, now = _claimed(facts.get("lead")), transitions[n]
            same = lead and lead.kind == now.kind and lead.frames == now.frames
            if n and lead and same and lead.kind in OVERLAPPING and lead.before:
                # the list puts the join where the transition begins; ours lies within it
                before = clips[n - 1]
                clips[n - 1] = replace(before, frames=before.frames + lead.before)
                start = clip.start + lead.before if isinstance(clip.source, Media) else clip.start
                clips[n] = replace(clip, start=start, frames=clip.frames - lead.before)
                transitions[n] = lead
            elif lead and lead.kind == "fade" and _less(now, lead):
                transitions[n] = lead
        tail = _claimed((by_id.get(clips[-1].id) or {}).get("tail"))
        if tail and tail.kind == "fade" and _less(transitions[-1], tail):
            transitions[-1] = tail
    for n in range(len(transitions)):
        edge = n in (0, len(clips))
        fits = (n == 0 or transitions[n].before <= clips[n - 1].frames) and (
            n == len(clips) or transitions[n].after <= clips[n].frames
        )
        wrong = edge and (transitions[n].before if n == 0 else transitions[n].after)
        if transitions[n].kind == "fade" and (wrong or not fits):
            transitions[n] = Transition()
    return with_extras(assembled(title, library, clips, transitions, conform=conform), ours)


def _less(read: Transition, claimed: Transition) -> bool:
    """Whether what was read is the claimed fade without the part that a list can't say."""
    return read.kind == "cut" or (read.kind == "fade" and not read.before and read.after == claimed.after)


def _claimed(value: Any) -> Transition | None:
    if not isinstance(value, list) or len(value) != 3 or value[0] not in ("cut", "dissolve", "fade", "wipe"):
        return None
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one < 10_000 for one in value[1:]):
        return None
    return Transition(*value)


def _head(
    lines: list[str], library: Library, edl_rate: Fraction | None
) -> tuple[str, Fraction, bool, Mapping[str, Any]]:
    title, rate, drop = "Untitled", edl_rate, False
    ours: Mapping[str, Any] = {}
    for line in lines:
        if line.startswith("TITLE:") and title == "Untitled":
            title = line[6:].strip() or title
        elif line.upper().startswith("FCM:"):
            drop = "NON" not in line.upper()
            if drop and rate is None:
                rate = Fraction(30000, 1001)
        elif line.startswith(_OURS) and '"format"' in line and not ours:
            ours = _read_ours(line)
            if rate is None and "rate" in ours:
                rate = doc.rate_of(ours["rate"])
            if isinstance(ours.get("title"), str):
                title = ours["title"]
    if drop and rate is not None and rate.denominator != 1001:
        raise EditError(
            f"the list counts drop-frame, which {float(rate):g} frames a second have not; give another --edl-rate"
        )
    return "".join(c for c in title if ord(c) >= 32)[:2000], rate or library.rate, drop, ours


def _events(lines: list[str], rate: Fraction, drop: bool) -> list[_Event]:
    events: list[_Event] = []
    for number, line in enumerate(lines, 1):
        match = _EVENT.fullmatch(line.strip())
        if match:
            try:
                times = [from_code(match[n], rate, drop=drop) for n in (6, 7, 8, 9)]
            except EditError as error:
                raise type(error)(f"line {number}: {error}") from error
            if times[1] < times[0] or times[3] < times[2]:
                raise EditError(f"line {number}: event {match[1]} ends before it begins; the list is damaged")
            events.append(
                _Event(match[1], match[2], match[3].upper(), match[4], int(match[5] or 0),
                       (times[0], times[1]), (times[2], times[3]))
            )  # fmt: skip
            if len(events) > MAX_EVENTS:
                raise EditError(f"the list holds more than {MAX_EVENTS} events; split it")
        elif re.match(r"\d+\s+\S+\s+\S+\s+\S", line.strip()):
            raise EditError(
                f"line {number}: {line.strip()[:60]!r} is no event of CMX 3600; export the list in that format"
            )
        elif line.strip().upper().startswith("M2") and events:
            speed = re.search(r"M2\s+\S+\s+(-?[\d.]+)", line.strip(), re.IGNORECASE)
            if speed and abs(float(speed[1]) - float(rate)) > 0.05:
                raise EditError(f"line {number}: event {events[-1].number} changes its speed; render it first")
        elif events and (named := _CLIP_NAME.match(line)):
            # the incoming clip's name comes first in the search: FROM names the outgoing one where there is a transition
            if named[1].upper() == "TO":
                events[-1].names = [named[2].strip()]
            elif events[-1].code == "C":
                events[-1].names.append(named[2].strip())
        elif events and (file := _SOURCE_FILE.match(line)):
            events[-1].names.append(stem_of(file[1]))
        elif events and line.startswith(_OURS) and not (said := _read_ours(line)).get("format"):
            events[-1].facts = said
    return events


def _read_ours(line: str) -> dict[str, Any]:
    read = doc.parsed(line[len(_OURS) :])
    return read if isinstance(read, dict) else {}
