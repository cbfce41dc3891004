"""The AI cue sheet: what of the film was generated, from which timecode to which, by what, on whose word."""

import itertools
from typing import Any

from django_site.apps.likeness.models import Subject
from django_site.apps.productions.models import SoundBasis
from django_site.apps.provenance.binder import charts
from django_site.apps.provenance.binder.film import PRODUCER, Film, gap, seconds
from django_site.pages import sheets
from django_site.pages.csv_files import csv_lines
from generator.edit import Sound
from generator.edit.document import from_document
from generator.edit.rescoring import PLACED

COLUMNS = (
    "cue",
    "in",
    "out",
    "seconds",
    "shot",
    "take",
    "origin",
    "model",
    "kind",
    "model_sha256",
    "licence",
    "seed",
    "prompt",
    "asked_by",
    "edited_fields",
    "likenesses",
)


def timecode(at: float, fps: int) -> str:
    """Seconds as HH:MM:SS:FF, non-drop, at a whole frame rate (SMPTE ST 12-1 counts frames so)."""
    frames = round(at * fps)
    rest, frame = divmod(frames, fps)
    return f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}:{frame:02d}"


def cue_sheet(film: Film) -> dict[str, Any]:
    """``fps``, ``cues`` [{cue, in, out (timecodes), start, end (seconds), origin, …}] in order; ``origins`` {origin:
    seconds} counts every second once: where two shots dissolve, half to each. ``sound`` [{in, out, what, origin}]."""
    fps = film.production.fps
    edited: dict[str, set[str]] = {}
    for one in film.contributions:
        if one.target_kind == "shot" and not one.tool:
            edited.setdefault(str(one.target_id), set()).update(one.measure.get("fields", {}))
    shown: dict[str, list[str]] = {}
    for use in film.uses:
        if use.take_id:
            shown.setdefault(str(use.take_id), []).append(use.subject.display_name)
    cues, gaps, reached = [], [], 0.0
    for item in film.items:
        if item.start is None:
            gaps.append(gap("cues", f"Where {item.take} lies in the film.", PRODUCER))
            continue
        record, start = item.take.generation, float(item.start)
        if start > reached + 1 / fps:
            cues.append(_titles(reached, start, "title"))
        kind = str(record.model_card.get("kind", ""))
        cues.append(
            {
                "start": seconds(start),
                "end": seconds(item.end),
                "origin": f"generated: {record.model_name}",
                "shot": str(item.take.shot),
                "take": item.take.number,
                "model": f"{record.model_name} {record.model_version}",
                "kind": kind,
                "model_sha256": record.model_sha256,
                "licence": record.model_licence,
                "seed": str(record.seed),
                "prompt": record.prompt,
                "asked_by": str(record.actor),
                "edited_fields": sorted(edited.get(str(item.take.shot_id), ())),
                "likenesses": sorted(shown.get(str(item.take_id), ())),
            }
        )
        reached = max(reached, float(item.end))
    if film.cut.duration and float(film.cut.duration) > reached + 1 / fps:
        cues.append(_titles(reached, float(film.cut.duration), "end card" if cues else "film"))
    numbered = [
        {
            "cue": number,
            "in": timecode(one["start"], fps),
            "out": timecode(one["end"], fps),
            "seconds": seconds(one["end"] - one["start"]),
            **one,
        }
        for number, one in enumerate(cues, start=1)
    ]
    return {
        **film.head("ai-cue-sheet", "AI cue sheet"),
        "fps": fps,
        "cues": numbered,
        "origins": origins_of(numbered),
        "sound": _heard(film, fps),
        "gaps": gaps,
    }


def _heard(film: Film, fps: int) -> list[dict[str, Any]]:
    """What is heard from when to when, as the cut's own record has it: lines by who speaks them, the rest by its name."""
    if film.cut.sound is None or film.cut.timeline is None:
        return []
    timeline = from_document(film.cut.timeline)
    speakers = {(line["clip"], line["text"]): line["synthesiser"] for line in film.cut.sound["lines"]}
    placed = {one["sha256"]: one for one in film.cut.sound.get("placed", [])}
    words = {cue.id.removeprefix("cue:"): cue for cue in timeline.cues}
    lent = {(line["clip"], line["text"]): _whose(line) for line in film.cut.sound["lines"]}
    rows = []
    for track in timeline.tracks:
        for sound in track.sounds:
            clip = timeline.clips[timeline.index(sound.clip) or 0]
            first = timeline.moment(sound.clip, clip.start if sound.fit else sound.start)
            long = clip.frames if sound.fit else sound.frames
            line = words.get(sound.id.removeprefix("line:"))
            by = speakers.get((sound.clip, line.text), "") if line else ""
            rows.append(
                {
                    "in": timecode(float(first / timeline.rate), fps),
                    "out": timecode(float((first + long) / timeline.rate), fps),
                    "what": f"{sound.label}: {line.text}" if line else f"{track.kind}: {sound.label}",
                    "origin": _spoken(by, lent.get((sound.clip, line.text))) if line else _made(sound, placed),
                }
            )
    return sorted(rows, key=lambda row: (row["in"], row["what"]))


def _whose(line: dict[str, Any]) -> str:
    subject = Subject.objects.filter(pk=line["subject"]).first() if line.get("subject") else None
    return subject.display_name if subject else ""


def _spoken(by: str, whose: str | None) -> str:
    voice = f"the voice of {whose}" if whose else "nobody's voice"
    return f"spoken by {by or 'a synthesiser'}, in {voice}"


def _made(sound: Sound, placed: dict[str, dict[str, str]]) -> str:
    """Who made a sound that is no line: the film itself, or who is declared for what came from outside."""
    known = placed.get(sound.media.sha256) if sound.id.startswith(PLACED) else None
    if known is None:
        return "computed"
    return f"from outside: {known['owner']}; {known['licence'] or SoundBasis(known['basis']).label}"


def _titles(start: float, end: float, what: str) -> dict[str, Any]:
    return {
        "start": seconds(start),
        "end": seconds(end),
        "origin": "set by the assembler",
        "shot": what,
        "take": None,
        "model": None,
        "kind": "titles",
        "model_sha256": None,
        "licence": None,
        "seed": None,
        "prompt": None,
        "asked_by": None,
        "edited_fields": [],
        "likenesses": [],
    }


def origins_of(cues: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds by origin; an overlap of two cues is divided between them."""
    marks = sorted({edge for one in cues for edge in (one["start"], one["end"])})
    sums: dict[str, float] = {}
    for left, right in itertools.pairwise(marks):
        here = [one["origin"] for one in cues if one["start"] <= left and one["end"] >= right]
        for origin in here:
            sums[origin] = sums.get(origin, 0.0) + (right - left) / len(here)
    return {origin: round(sums[origin], 3) for origin in sorted(sums)}


def cue_csv(document: dict[str, Any]) -> bytes:
    """The cues as CSV."""
    return "".join(csv_lines(COLUMNS, ([one[name] for name in COLUMNS] for one in document["cues"]))).encode()


def cue_parts(document: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        [str(one["cue"]), one["in"], one["out"], _what(one), one["model"] or one["origin"], _people(one)]
        for one in document["cues"]
    ]
    svg, alt = charts.origin_chart(document)
    return [
        sheets.part(
            "Origin of each second",
            sheets.chart(svg, alt=alt, caption=f"Timecodes are HH:MM:SS:FF at {document['fps']} frames a second."),
        ),
        sheets.part(
            "Cues",
            *sheets.table(
                ["Cue", "In", "Out", "What", "Made by", "On whose word; people in it"],
                [1, 2, 2, 5, 3, 4],
                rows,
                "The film has no cues.",
            ),
        ),
        sheets.part(
            "Sound",
            *sheets.table(
                ["In", "Out", "What", "Made by"],
                [2, 2, 8, 5],
                [[one["in"], one["out"], one["what"], one["origin"]] for one in document["sound"]],
                "Nothing is on record as heard in the film.",
            ),
        ),
    ]


def _what(one: dict[str, Any]) -> str:
    if one["take"] is None:
        return str(one["shot"])
    return f"{one['shot']}, take {one['take']}: {one['prompt']}"


def _people(one: dict[str, Any]) -> str:
    said = [one["asked_by"]] if one["asked_by"] else []
    said += [f"edited: {', '.join(one['edited_fields'])}"] if one["edited_fields"] else []
    said += [f"shows {', '.join(one['likenesses'])}"] if one["likenesses"] else []
    return "; ".join(said) or "–"
