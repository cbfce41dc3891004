"""FCPXML 1.10, as Final Cut Pro and DaVinci Resolve read it: the picture with its transitions; ours in the metadata of
each object.

XML from strangers is read without entities and without a document type of its own, element by element, to a bounded depth.
"""

import json
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

from generator.edit import document as doc
from generator.edit.interchange.library import (
    MAX_DEPTH,
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

VERSION = "1.10"
#: Our metadata's key, in the reversed domain form that FCPXML asks for.
KEY = "com.reelproof"
#: Elements of a document; eight thousand clips have about five each.
MAX_ELEMENTS = 400_000
#: Characters ahead of the root: a declaration, a document type, a comment.
MAX_HEAD = 10_000
_TIME = re.compile(r"(-?\d{1,18})(?:/(\d{1,18}))?s")
_NAMES = {"dissolve": "Cross Dissolve", "fade": "Fade To Color", "wipe": "Edge Wipe"}


def write_fcpxml(timeline: Timeline) -> str:
    """The timeline as FCPXML: takes are assets (by digest, without a path), cards are gaps with a note."""
    rate = timeline.rate
    root = ET.Element("fcpxml", version=VERSION)
    resources = ET.SubElement(root, "resources")
    ET.SubElement(
        resources, "format", id="r1", name="Reelproof", frameDuration=_time(1, rate),
        width=str(timeline.width), height=str(timeline.height),
    )  # fmt: skip
    assets: dict[str, str] = {}
    for clip in timeline.clips:
        media = clip.source
        if isinstance(media, Media) and media.sha256 not in assets:
            assets[media.sha256] = id = f"r{len(assets) + 2}"
            asset = ET.SubElement(
                resources, "asset", id=id, name=_clean(media.name), uid=media.sha256, start="0s",
                duration=_time(media.frames, rate), hasVideo="1", format="r1",
            )  # fmt: skip
            ET.SubElement(asset, "media-rep", kind="original-media", src=f"./{_clean(media.name)}")
    library = ET.SubElement(root, "library")
    event = ET.SubElement(library, "event", name=_clean(timeline.title) or "Untitled")
    project = ET.SubElement(event, "project", name=_clean(timeline.title) or "Untitled")
    sequence = ET.SubElement(
        project, "sequence", format="r1", duration=_time(timeline.frames, rate), tcStart="0s", tcFormat="NDF"
    )
    spine = ET.SubElement(sequence, "spine")
    at = 0
    for n, transition in enumerate(timeline.transitions):
        if transition.kind != "cut":
            joint = ET.SubElement(
                spine, "transition", name=_NAMES[transition.kind], offset=_time(at - transition.before, rate),
                duration=_time(transition.frames, rate),
            )  # fmt: skip
            _note(joint, {"kind": transition.kind, "before": transition.before, "after": transition.after})
        if n == len(timeline.clips):
            break
        clip = timeline.clips[n]
        common: dict[str, Any] = {
            "name": _clean(clip.name or clip.id),
            "offset": _time(at, rate),
            "duration": _time(clip.frames, rate),
        }
        if isinstance(clip.source, Media):
            item = ET.SubElement(
                spine, "asset-clip", ref=assets[clip.source.sha256], start=_time(clip.start, rate), **common
            )
        else:
            item = ET.SubElement(spine, "gap", start=_time(clip.start, rate), **common)
            ET.SubElement(item, "note").text = _clean(clip.source.title or clip.source.kind)
        for marker in (one for one in timeline.markers if one.clip == clip.id and one.start >= 0):
            if isinstance(clip.source, Media):
                ET.SubElement(
                    item, "marker", start=_time(marker.start, rate), duration=_time(1, rate), value=_clean(marker.name)
                )
        _note(item, facts_of(clip))
        at += clip.frames
    _note(sequence, {"format": doc.FORMAT, **extras(timeline)})
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{ET.tostring(root, encoding="unicode")}\n'


def _note(element: ET.Element, facts: Any) -> None:
    metadata = ET.SubElement(element, "metadata")
    value = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    ET.SubElement(metadata, "md", key=KEY, type="string", value=value, displayName="Reelproof")


def _time(frames: int, rate: Fraction) -> str:
    value = frames / rate
    return f"{value.numerator}s" if value.denominator == 1 else f"{value.numerator}/{value.denominator}s"


def _clean(text: str) -> str:
    """Without what XML 1.0 has no place for."""
    return "".join(char for char in text if char in "\n\t" or (ord(char) >= 32 and char not in "\ufffe\uffff"))


def read_fcpxml(text: str, library: Library, *, conform: bool = False) -> Timeline:
    """The timeline of an FCPXML document's first project; its takes are found in the library by digest or name.

    Raises ``EditError`` for what is no such XML (entities and document types of its own included), clips within clips, speed
    changes, unknown takes, and another frame rate unless ``conform`` is given.
    """
    root = _parsed(bounded(text, "FCPXML document"))
    if root.tag != "fcpxml":
        raise EditError(f"the document is a {root.tag[:40]!r}, not an fcpxml; export XML from the editor")
    formats = {one.get("id"): one for one in root.iter("format")}
    assets = {one.get("id"): one for one in root.iter("asset")}
    sequence = next(root.iter("sequence"), None)
    spine = sequence.find("spine") if sequence is not None else None
    if sequence is None or spine is None:
        raise EditError("the document holds no project with a timeline; export the project, not an event")
    frame = formats.get(sequence.get("format"))
    if frame is None or frame.get("frameDuration") is None:
        raise EditError("the project's format has no frame duration; export it with another version of FCPXML")
    duration = _seconds(frame.get("frameDuration"), "the format")
    if not duration:
        raise EditError("the project's frames last no time; the document is damaged")
    same_rate(1 / duration, library, "FCPXML document", conform=conform)
    title = next((one.get("name") for one in root.iter("project") if one.get("name")), None) or "Untitled"
    clips: list[Clip] = []
    transitions, pending = [Transition()], []
    for item in spine:
        if item.tag == "transition":
            pending.append((len(clips), item))
            continue
        fallback = f"clip-{len(clips) + 1}"
        name = item.get("name") or fallback
        if item.tag not in ("asset-clip", "gap", "clip", "video"):
            raise EditError(f"the timeline holds a {item.tag[:40]!r} ({name[:60]!r}); flatten it to clips first")
        if item.find("timeMap") is not None:
            raise EditError(f"clip {name[:60]!r} changes its speed, which takes here can't; render it first")
        video = item.find("video") if item.tag == "clip" else item
        asset = assets.get(video.get("ref") if video is not None else None)
        begun = _seconds(asset.get("start"), name) if asset is not None and asset.get("start") else Fraction(0)
        start = _seconds(item.get("start"), name) if item.get("start") else begun
        sources: Sequence[object] = (item.get("name"),)
        facts = _facts(item) or {}
        if asset is not None:
            media = asset.find("media-rep")
            sources = (asset.get("name"), asset.get("src"), media.get("src") if media is not None else None, *sources)
            facts = {**facts, "sha256": asset.get("uid")}
        clips.append(
            clip_of(
                facts,
                library,
                names=sources,
                start=conformed((start - begun) * library.rate, f"clip {name[:60]}", conform=conform),
                frames=conformed(
                    _seconds(item.get("duration"), name) * library.rate, f"clip {name[:60]}", conform=conform
                ),
                fallback=fallback,
                black=item.tag == "gap" and "card" not in facts,
            )
        )
        transitions.append(Transition())
    for n, item in pending:
        transitions[n] = _transition(item, clips, n, library, conform=conform)
    return with_extras(assembled(_clean(title), library, clips, transitions, conform=conform), _facts(sequence))


def _transition(item: ET.Element, clips: list[Clip], n: int, library: Library, *, conform: bool) -> Transition:
    frames = conformed(_seconds(item.get("duration"), "a transition") * library.rate, "a transition", conform=conform)
    facts = _facts(item) or {}
    kind: Any = facts.get("kind")
    if frames <= 0:
        return Transition()
    before = facts.get("before")
    if not isinstance(before, int) or not 0 <= before <= frames or conform:
        before = 0 if n == 0 else frames if n == len(clips) else frames // 2
    if n in (0, len(clips)):
        return Transition("fade", before, frames - before)
    named = str(item.get("name") or "").lower()
    if kind not in ("dissolve", "fade", "wipe"):
        kind = "wipe" if "wipe" in named else "fade" if "fade" in named or "dip" in named else "dissolve"
    return Transition(kind, before, frames - before)


def _facts(element: ET.Element) -> dict[str, Any] | None:
    for md in element.findall("metadata/md"):
        if md.get("key") == KEY:
            read = doc.parsed(md.get("value") or "null")
            return read if isinstance(read, dict) else None
    return None


def _seconds(value: str | None, where: str) -> Fraction:
    match = _TIME.fullmatch(value or "")
    if not match or (match[2] and not int(match[2])):
        raise EditError(f"{where[:60]!r} has the time {str(value)[:30]!r}; FCPXML writes seconds as 1001/24000s")
    found = Fraction(int(match[1]), int(match[2] or 1))
    if found < 0:
        raise EditError(f"{where[:60]!r} has a negative time ({value}); the document is damaged")
    return found


def _parsed(text: str) -> ET.Element:
    """The document's root. Declarations of entities, and a document type with content of its own, are refused before the
    parser sees them: what can't be declared can't expand."""
    head = text[: text.find("<fcpxml")] if "<fcpxml" in text else text
    if len(head) > MAX_HEAD:
        raise EditError(f"the document has {len(head)} characters ahead of its fcpxml; is it one?")
    if (
        "<!ENTITY" in text
        or re.search(r"<!DOCTYPE(?!\s+fcpxml\s*>)", text)
        or "[" in re.sub(r"<!--.*?-->", "", head, flags=re.S)
    ):
        raise EditError(
            "the document declares entities or a document type of its own, which is not read; export it again"
        )
    parser: Any = ET.XMLPullParser(("start", "end"))
    depth = count = 0
    root: ET.Element | None = None
    try:
        for first in range(0, len(text), 65536):
            parser.feed(
                re.sub(r"^\s*<\?xml[^>]*encoding=[^>]*\?>", "", text[:65536])
                if first == 0
                else text[first : first + 65536]
            )
            for kind, element in parser.read_events():
                root = element if root is None else root
                depth += 1 if kind == "start" else -1
                count += kind == "start"
                if depth > MAX_DEPTH or count > MAX_ELEMENTS:
                    raise EditError(
                        f"the document is nested deeper than {MAX_DEPTH} or has over {MAX_ELEMENTS} elements"
                    )
        parser.close()
    except ET.ParseError as error:
        raise EditError(f"the document is no XML ({error}); export it again") from error
    if root is None:
        raise EditError("the document is empty; export it again")
    return root
