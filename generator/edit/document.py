"""A timeline as a JSON document, and back: exact, and strict about what it does not know."""

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from fractions import Fraction
from typing import Any

from generator.edit.timeline import (
    Card,
    Clip,
    Cue,
    Marker,
    Media,
    Provenance,
    Sound,
    Timeline,
    Title,
    Track,
    Transition,
)
from generator.errors import EditError

FORMAT = "reelproof-timeline/1"
#: A timeline of eight thousand clips with provenance takes about 5 MB.
MAX_DOCUMENT = 32 * 1024 * 1024
_RATE = re.compile(r"(\d{1,9})/(\d{1,9})")


def as_document(timeline: Timeline) -> dict[str, Any]:
    """The JSON document that ``from_document`` reads back to an equal value."""
    return {"format": FORMAT, **part_as_document(timeline), "rate": rate_text(timeline.rate)}


def part_as_document(part: Any) -> dict[str, Any]:
    """Any value of a timeline as JSON has it: tuples as lists."""
    document = asdict(part)
    document.pop("rate", None)
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]


def from_document(document: object) -> Timeline:
    """Reads ``as_document``'s. Raises ``EditError`` at the first field that is missing, unknown or bad."""
    given = _mapping("the timeline", document)
    if given.get("format") != FORMAT:
        raise EditError(f"the document is {str(given.get('format'))[:40]!r}, not {FORMAT!r}; export it again")
    values = {key: value for key, value in given.items() if key != "format"}
    values["rate"] = rate_of(values.get("rate"))
    values["clips"] = tuple(clip_from(one) for one in _list("clips", values.get("clips")))
    values["transitions"] = tuple(_made(Transition, one) for one in _list("transitions", values.get("transitions")))
    for key, kind in (("titles", Title), ("cues", Cue), ("markers", Marker)):
        if key in values:
            values[key] = tuple(_made(kind, one) for one in _list(key, values[key]))
    if "tracks" in values:
        values["tracks"] = tuple(track_from(one) for one in _list("tracks", values["tracks"]))
    return _made(Timeline, values)


def dumps(timeline: Timeline) -> str:
    return json.dumps(as_document(timeline), ensure_ascii=False, indent=1)


def loads(text: str) -> Timeline:
    """Reads a timeline's text. Raises ``EditError`` for what is no JSON, too long, or no timeline."""
    return from_document(parsed(text))


def parsed(text: str) -> Any:
    """JSON from a stranger: bounded, not nested without end, no NaN."""
    if len(text) > MAX_DOCUMENT:
        raise EditError(f"the document has {len(text)} characters; at most {MAX_DOCUMENT} are read")

    def refuse(constant: str) -> Any:
        raise EditError(f"the document holds {constant}, which is no number; remove it")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise EditError(f"the document can't be read as JSON ({str(error)[:80]}); export it again") from error


def clip_from(document: object) -> Clip:
    given = dict(_mapping("a clip", document))
    source = _mapping("a clip's source", given.get("source"))
    given["source"] = _made(Card, _tuples(source)) if "kind" in source else _made(Media, source)
    if "provenance" in given:
        given["provenance"] = _made(Provenance, _tuples(_mapping("a clip's provenance", given["provenance"])))
    return _made(Clip, given)


def sound_from(document: object) -> Sound:
    given = dict(_mapping("a sound", document))
    given["media"] = _made(Media, given.get("media"))
    return _made(Sound, given)


def track_from(document: object) -> Track:
    given = dict(_mapping("a track", document))
    given["sounds"] = tuple(sound_from(one) for one in _list("sounds", given.get("sounds", [])))
    return _made(Track, given)


def title_from(document: object) -> Title:
    return _made(Title, document)


def cue_from(document: object) -> Cue:
    return _made(Cue, document)


def marker_from(document: object) -> Marker:
    return _made(Marker, document)


def media_from(document: object) -> Media:
    return _made(Media, document)


def provenance_from(document: object) -> Provenance:
    return _made(Provenance, _tuples(_mapping("provenance", document)))


def rate_text(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"


def rate_of(value: object) -> Fraction:
    """An exact rate from ``"24000/1001"``; raises ``EditError`` for anything else."""
    match = _RATE.fullmatch(value) if isinstance(value, str) else None
    if not match or not int(match[2]):
        raise EditError(f"{str(value)[:40]!r} is no frame rate; write a fraction such as 24/1 or 24000/1001")
    return Fraction(int(match[1]), int(match[2]))


def _made[T](kind: type[T], document: object) -> T:
    what = f"a {kind.__name__.lower()}"
    given = _mapping(what, document)
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    if unknown := sorted(str(key) for key in given if key not in known):
        raise EditError(f"{what} has an unknown field {unknown[0][:40]!r}; remove it")
    for one in known.values():
        if one.name not in given and one.default is MISSING and one.default_factory is MISSING:
            raise EditError(f"{what} lacks {one.name!r}; give it one")
    return kind(**given)


def _tuples(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in document.items()}


def _mapping(what: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise EditError(f"{what} must be a JSON object, not {type(value).__name__}")
    return value


def _list(what: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise EditError(f"{what} must be a list, not {type(value).__name__}")
    return value
