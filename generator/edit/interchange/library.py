"""What an imported timeline may show: takes that the caller knows. Nothing that a file names is ever opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import unquote

from generator.edit import checks
from generator.edit import document as doc
from generator.edit.timeline import OVERLAPPING, Card, Clip, Media, Provenance, Timeline, Transition
from generator.errors import EditError, FrameRateError, UnknownTakeError

#: The one key under which ours stands in every format that has room for it.
NAMESPACE = "reelproof"
#: Characters of a file that is read; an OTIO of eight thousand clips with provenance has about 12 million.
MAX_TEXT = doc.MAX_DOCUMENT
#: Nested deeper than this nothing is written by anybody's editor.
MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Library:
    """The takes (and sound files) that a timeline may use, all of one size and rate. ``provenance``, by SHA-256, is what is
    known about them: it stands above what an imported file says."""

    rate: Fraction
    width: int
    height: int
    media: Sequence[Media] = ()
    provenance: Mapping[str, Provenance] = field(default_factory=dict)

    def find(self, sha256: object, *names: object, clip: str) -> Media:
        """The take with that digest, else the only one with one of these names (endings and folders don't count).

        Raises ``EditError``, naming the clip, if there is none, or if a name means several.
        """
        by_digest = next((one for one in self.media if one.sha256 == sha256), None)
        if by_digest:
            return by_digest
        asked = [stem for name in names if isinstance(name, str) and (stem := stem_of(name))]
        for stem in asked:
            found = {one.sha256: one for one in self.media if stem in (stem_of(one.name), one.sha256, one.sha256[:8])}
            if len(found) > 1:
                raise UnknownTakeError(
                    f"clip {clip} shows {stem!r}, which {len(found)} takes are called; rename them or give a digest"
                )
            if found:
                return next(iter(found.values()))
        shown = asked[0][:60] if asked else str(sha256)[:12] or "nothing"
        raise UnknownTakeError(
            f"clip {clip} shows {shown!r}, which is none of the {len(self.media)} takes given; hand it over too"
        )

    def known(self, sha256: str, claimed: Provenance) -> Provenance:
        """What is known of a take, else what is claimed."""
        return self.provenance.get(sha256, claimed)


def stem_of(name: str) -> str:
    """A name without folders (of either kind of system), address and ending, in lower case."""
    last = PureWindowsPath(PurePosixPath(unquote(name)).name).name
    return last.rsplit(".", 1)[0].strip().lower()


def extras(timeline: Timeline) -> dict[str, Any]:
    """Everything of a timeline but its clips and transitions, as JSON has it: what other formats have no words for."""
    document = doc.as_document(timeline)
    kept = ("titles", "cues", "tracks", "markers", "language", "width", "height", "rate")
    return {key: document[key] for key in kept}


def with_extras(timeline: Timeline, claimed: Any) -> Timeline:
    """The timeline with what ``extras`` kept, as far as the clips that it hangs on are still there."""
    if not isinstance(claimed, Mapping):
        return timeline
    known = {clip.id for clip in timeline.clips}

    def hung(items: Any) -> list[Any]:
        return [one for one in items if isinstance(one, Mapping) and (not one.get("clip") or one["clip"] in known)]

    document = doc.as_document(timeline)
    for key in ("titles", "cues", "markers"):
        if isinstance(claimed.get(key), list):
            document[key] = hung(claimed[key])
    if isinstance(claimed.get("tracks"), list):
        document["tracks"] = [
            {**one, "sounds": hung(one.get("sounds") or [])} for one in claimed["tracks"] if isinstance(one, Mapping)
        ]
    if isinstance(claimed.get("language"), str):
        document["language"] = claimed["language"]
    return doc.from_document(document)


def facts_of(clip: Clip) -> dict[str, Any]:
    """What stands under our key with a clip: id, name, digest, where its pictures come from."""
    document = doc.part_as_document(clip)
    source = document["source"]
    facts = {"id": clip.id, "name": clip.name, "provenance": document["provenance"]}
    if isinstance(clip.source, Media):
        return {**facts, "sha256": source["sha256"]}
    return {**facts, "card": source, "start": clip.start}


def clip_of(
    facts: Any,
    library: Library,
    *,
    names: Sequence[object],
    start: int,
    frames: int,
    fallback: str,
    black: bool = False,
) -> Clip:
    """A clip from what stands under our key (which may be missing, or a lie) and what the format itself says of it."""
    facts = facts if isinstance(facts, Mapping) else {}
    id = facts.get("id") if isinstance(facts.get("id"), str) and facts.get("id") else fallback
    named = facts.get("name")
    name = named if isinstance(named, str) else next((n for n in names if isinstance(n, str)), "")
    checks.whole(f"clip {id}'s in point", start, 0)
    if "card" in facts or black:
        # a card looks the same at any time; what an editor made of its in point doesn't matter
        start = facts.get("start", start)
        made = {"source": facts.get("card") or doc.part_as_document(Card("black"))}
        card = doc.clip_from({"id": id, "frames": frames, "start": start, "name": name[:300], **made})
        if not isinstance(card.source, Card):
            raise EditError(f"clip {id} says that it is a card and is none; remove its metadata")
        return card
    media = library.find(facts.get("sha256"), *names, clip=str(id))
    claimed = doc.provenance_from(facts["provenance"]) if "provenance" in facts else Provenance()
    return Clip(id, media, frames, start, name[:300], library.known(media.sha256, claimed))


def assembled(
    title: str, library: Library, clips: Sequence[Clip], transitions: Sequence[Transition], *, conform: bool
) -> Timeline:
    """A timeline of what was read; ids that come twice (a copied clip) are made different. With ``conform``, what rounding
    pushed a frame beyond a take comes back into it, and transitions give up what their takes do not hold."""
    if conform:
        clips, transitions = _fitted(clips, transitions)
    seen: set[str] = set()
    unique = []
    for clip in clips:
        id = clip.id
        while id in seen:
            stem, _, number = id.partition("~")
            id = f"{stem}~{int(number) + 1 if number.isdigit() and len(number) < 6 else 2}"
        seen.add(id)
        unique.append(replace(clip, id=id))
    return Timeline(title, library.rate, library.width, library.height, tuple(unique), tuple(transitions))


def _fitted(clips: Sequence[Clip], transitions: Sequence[Transition]) -> tuple[list[Clip], list[Transition]]:
    inside = []
    for clip in clips:
        over = max(clip.end - clip.source.frames, 0) if isinstance(clip.source, Media) else 0
        back = min(over, clip.start, 1)
        inside.append(replace(clip, start=clip.start - back) if over == 1 and back else clip)
    fitting, taken = list(transitions), 0
    for n, transition in enumerate(transitions):
        before, after = transition.before, transition.after
        if 0 < n < len(inside) and transition.kind in OVERLAPPING:
            a, b = inside[n - 1], inside[n]
            after = min(after, a.source.frames - a.end) if isinstance(a.source, Media) else after
            before = min(before, b.start) if isinstance(b.source, Media) else before
        before = min(before, inside[n - 1].frames - taken) if n else before
        after = min(after, inside[n].frames) if n < len(inside) else after
        before, after = max(before, 0), max(after, 0)
        fitting[n] = Transition(transition.kind, before, after) if before + after else Transition()
        taken = fitting[n].after
    return inside, fitting


def bounded(text: str, what: str) -> str:
    """The text, unless it is too long to be read."""
    if len(text) > MAX_TEXT:
        raise EditError(f"the {what} has {len(text)} characters; at most {MAX_TEXT} are read")
    return text


def conformed(value: Fraction, where: str, *, conform: bool) -> int:
    """A number of frames that has to be whole; with ``conform`` it is rounded to the nearest."""
    if value.denominator != 1 and not conform:
        raise EditError(
            f"{where} is {float(value):.3f} frames of the film's rate; ask to conform it, or export it again"
        )
    return round(value)


def same_rate(found: Fraction, library: Library, what: str, *, conform: bool) -> None:
    """Raises ``EditError`` for a file of another frame rate, unless it is to be conformed."""
    if found != library.rate and not conform:
        raise FrameRateError(
            f"the {what} counts {float(found):g} frames a second, the takes run at {float(library.rate):g}; export it "
            "at that rate, or ask to conform it (--conform), which moves each cut to the nearest frame",
            found,
            library.rate,
        )
