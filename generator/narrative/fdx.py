"""Final Draft out and in (.fdx, an XML of paragraphs with a type), so that a screenplay can go to whoever works with that.

What is written reads back to an equal screenplay. Files of strangers are read without entities, document types or anything
fetched; what we have no place for is left out.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import ParseError, SubElement, indent, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from generator.errors import ScreenplayError
from generator.narrative.fountain import MAX_CHARACTERS, MAX_SCENES, cast_of, note_of, plain, scene_heading, scene_notes
from generator.narrative.model import Choice, Element, ElementKind, Scene, Screenplay

#: XML and its attributes around each paragraph: a file is some eight times its text.
MAX_BYTES = 8 * MAX_CHARACTERS
_TYPES: dict[ElementKind, str] = {
    "action": "Action",
    "centered": "Action",
    "shot": "Shot",
    "transition": "Transition",
    "lyric": "Lyrics",
    "synopsis": "Outline Body",
}
_KINDS: dict[str, ElementKind] = {
    "Action": "action",
    "General": "action",
    "Shot": "shot",
    "Transition": "transition",
    "Lyrics": "lyric",
    "Singing": "lyric",
    "Outline Body": "synopsis",
    "New Act": "centered",
    "End of Act": "centered",
}
#: What XML 1.0 can't hold (clause 2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_fdx(screenplay: Screenplay) -> str:
    """The screenplay as a Final Draft document (UTF-8 text)."""
    root = Node("FinalDraft", {"DocumentType": "Script", "Template": "No", "Version": "5"})
    content = SubElement(root, "Content")
    _put(content, screenplay.opening)
    for scene in screenplay.scenes:
        heading = _paragraph(content, "Scene Heading", str(scene.heading))
        if scene.id:
            heading.set("Number", scene.id)
        for note in scene_notes(scene):
            _note(heading, note)
        _put(content, scene.elements)
    page = SubElement(SubElement(root, "TitlePage"), "Content")
    values = [
        ("Title", screenplay.title),
        ("Credit", screenplay.credit),
        ("Logline", screenplay.logline),
        ("Mood", screenplay.mood),
        ("Structure", screenplay.structure),
        ("Cast", "; ".join(f"{name}: {role}" for name, role in screenplay.cast)),
        *((key.capitalize(), value) for key, value in screenplay.page),
    ]
    for key, value in values:
        if value:
            _paragraph(page, key, value)
    indent(root, "  ")
    return '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n' + tostring(root, encoding="unicode") + "\n"


def _paragraph(parent: Node, kind: str, text: str) -> Node:
    paragraph = SubElement(parent, "Paragraph", {"Type": kind})
    SubElement(paragraph, "Text").text = _NOT_XML.sub(" ", text)
    return paragraph


def _note(parent: Node, text: str) -> None:
    note = SubElement(SubElement(parent, "ScriptNote"), "Paragraph")
    SubElement(note, "Text").text = _NOT_XML.sub(" ", text)


def _put(content: Node, elements: tuple[Element, ...]) -> None:
    new_page = False
    for place, element in enumerate(elements):
        before = len(content)
        if element.kind == "page break":
            if new_page:
                _paragraph(content, "Action", "").set("StartsNewPage", "Yes")
            new_page = True
            continue
        if element.kind == "dialogue":
            dual = element.dual and place > 0 and elements[place - 1].kind == "dialogue"
            following = elements[place + 1] if place + 1 < len(elements) else None
            starts = not dual and following is not None and following.kind == "dialogue" and following.dual
            _speech(content, element, dual=dual, starts=starts)
        elif element.kind == "note":
            _note(_paragraph(content, "Action", ""), element.text)
        elif element.kind == "section":
            _paragraph(content, f"Outline {max(1, min(element.level, 6))}", element.text)
        else:
            paragraph = _paragraph(content, _TYPES[element.kind], element.text)
            if element.kind == "centered":
                paragraph.set("Alignment", "Center")
        if new_page and len(content) > before:
            content[before].set("StartsNewPage", "Yes")
            new_page = False
    if new_page:
        _paragraph(content, "Action", "").set("StartsNewPage", "Yes")


def _speech(content: Node, element: Element, *, dual: bool, starts: bool) -> None:
    if dual:
        holder = content[-1][0]  # the pair that the dialogue before it has begun
    elif starts:
        holder = SubElement(SubElement(content, "Paragraph"), "DualDialogue")
    else:
        holder = content
    _paragraph(holder, "Character", element.character + (f" ({element.extension})" if element.extension else ""))
    if element.parenthetical:
        _paragraph(holder, "Parenthetical", f"({element.parenthetical})")
    _paragraph(holder, "Dialogue", element.text)


def parse_fdx(data: bytes | str) -> Screenplay:
    """Reads a Final Draft document. Raises ``ScreenplayError`` for what is too large, no such document, or unsafe."""
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        raise ScreenplayError(f"the Final Draft file has {len(raw)} bytes; at most {MAX_BYTES} are read, so split it")
    try:
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        kind = (
            "declares a document type or entities"
            if isinstance(error, DefusedXmlException)
            else "is not well-formed XML"
        )
        raise ScreenplayError(
            f"the Final Draft file {kind}; save it anew from Final Draft, or export Fountain"
        ) from error
    if root.tag != "FinalDraft":
        raise ScreenplayError(f"the file is XML of another kind ({plain(root.tag)[:40]}); pass a .fdx file")
    reader = _Reader()
    content = root.find("Content")
    for paragraph in content if content is not None else ():
        reader.take(paragraph)
    scenes = reader.done()
    if not scenes:
        raise ScreenplayError("the screenplay has no scene; start one with a line such as EXT. HARBOUR - DAWN")
    if len(scenes) > MAX_SCENES:
        raise ScreenplayError(f"the screenplay has {len(scenes)} scenes; at most {MAX_SCENES} are read, so split it")
    page = dict(_title_page(root))
    own = {key: page.pop(key, "") for key in ("title", "credit", "logline", "mood", "structure", "cast")}
    return Screenplay(
        own["title"] or "Untitled",
        own["logline"],
        own["credit"],
        own["mood"],
        cast_of(own["cast"]),
        scenes,
        own["structure"],
        tuple(page.items()),
        tuple(reader.opening),
    )


def _title_page(root: Node) -> Iterator[tuple[str, str]]:
    untyped = 0
    for paragraph in root.iterfind("TitlePage/Content/Paragraph"):
        text = _text(paragraph)
        key = plain(paragraph.get("Type", "")).lower()
        if not text:
            continue
        if not key:  # Final Draft's own pages have no types: what stands first is the title
            untyped += 1
            key = "title" if untyped == 1 else f"line {untyped}"
        yield key, text


def _text(paragraph: Node) -> str:
    return plain("".join(node.text or "" for node in paragraph.findall("Text")))


class _Reader:
    """Takes paragraph after paragraph."""

    def __init__(self) -> None:
        self.opening: list[Element] = []
        self._scenes: list[tuple[Scene, list[Element]]] = []
        self._speaker, self._aside, self._extension = "", "", ""

    def take(self, paragraph: Node, *, dual: bool = False) -> None:
        if paragraph.get("StartsNewPage") == "Yes" and paragraph.get("Type") != "Scene Heading":
            self._add(Element("page break", ""))
        pair = paragraph.find("DualDialogue")
        if pair is not None:
            sides = 0
            for part in pair.findall("Paragraph"):
                sides += part.get("Type") == "Character"
                self.take(part, dual=sides > 1)
            return
        kind, text = paragraph.get("Type", ""), _text(paragraph)
        if kind == "Scene Heading":
            self._scenes.append((Scene(scene_heading(text), (), plain(paragraph.get("Number", ""))), []))
        if kind == "Character":
            name = re.fullmatch(r"(.+?) \((.+)\)", text)
            self._speaker, self._extension = (name.group(1), name.group(2)) if name else (text, "")
            self._aside = ""
        elif kind == "Parenthetical":
            self._aside = text.removeprefix("(").removesuffix(")").strip()
        elif kind == "Dialogue" and text and self._scenes:
            self._add(Element("dialogue", text, self._speaker, self._aside, dual, extension=self._extension))
            self._aside = ""
        elif match := re.fullmatch(r"Outline ([1-6])", kind):
            self._add(Element("section", text, level=int(match.group(1))))
        elif text and kind in _KINDS:
            centered = paragraph.get("Alignment") == "Center" and _KINDS[kind] == "action"
            self._add(Element("centered" if centered else _KINDS[kind], text))
        for note in paragraph.findall("ScriptNote"):
            self._note(" ".join(filter(None, (_text(line) for line in note.findall("Paragraph")))))

    def _note(self, text: str) -> None:
        if not text:
            return
        read = note_of(text) if self._scenes else text
        scene, elements = self._scenes[-1] if self._scenes else (None, self.opening)
        if scene is None or isinstance(read, str):
            elements.append(Element("note", text))
            return
        key, value = read
        beat = value if key == "beat" else scene.beat
        time = int(value) if key == "story time" else scene.story_time
        choices = scene.choices
        if key == "choice":
            label, _, target = value.rpartition("->")
            choices = (*choices, Choice(label.strip(), target.strip()))
        self._scenes[-1] = (Scene(scene.heading, (), scene.id, beat, time, choices), elements)

    def _add(self, element: Element) -> None:
        (self._scenes[-1][1] if self._scenes else self.opening).append(element)

    def done(self) -> tuple[Scene, ...]:
        return tuple(
            Scene(scene.heading, tuple(elements), scene.id, scene.beat, scene.story_time, scene.choices)
            for scene, elements in self._scenes
        )
