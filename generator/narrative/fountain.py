"""Fountain out and in (fountain.io/syntax). Reading rests on fountain-py; writing forces what could be read otherwise.

What is written reads back to an equal value: title page, sections, synopses, headings with scene numbers, action,
dialogue (dual too) with its speaker, lyrics, centred text, transitions, page breaks and notes. Notes carry what Fountain
has no syntax for: ``[[shot: ...]]``, ``[[beat: ...]]``, ``[[story time: 3]]``, ``[[choice: Burn it -> s7]]``. Title page
keys of ours: Title, Credit, Logline, Mood, Structure, Cast (``NAME: role; NAME: role``); others are kept.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fountain import ElementType, FountainElement, FountainParser

from generator.errors import ScreenplayError
from generator.narrative.model import Choice, Element, ElementKind, Heading, Scene, Screenplay

#: A three-scene screenplay has a few thousand characters; a feature film about 200,000.
MAX_CHARACTERS = 400_000
MAX_SCENES = 400

_HEADING = re.compile(r"^(INT|EXT|EST|INT\.?/EXT|I/E)[. ]+", re.IGNORECASE)
_NOTES = re.compile(r"^(shot|beat|story time|choice|note):", re.IGNORECASE)
_PAGE = frozenset(("title", "logline", "credit", "mood", "cast", "structure"))
_KINDS: Mapping[ElementType, ElementKind] = {
    ElementType.ACTION: "action",
    ElementType.CENTERED: "centered",
    ElementType.LYRICS: "lyric",
    ElementType.TRANSITION: "transition",
    ElementType.SECTION: "section",
    ElementType.SYNOPSIS: "synopsis",
}
_MARKUP = re.compile(r"\[\[|\]\]|/\*|\*/|[*_\\]")


def plain(text: str) -> str:
    """One line of text that Fountain carries unchanged: no markup of its own, no control characters, single spaces."""
    text = unicodedata.normalize("NFC", _MARKUP.sub(" ", text))
    text = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char for char in text)
    return " ".join(text.split())


def write_fountain(screenplay: Screenplay) -> str:
    """The screenplay as Fountain text."""
    return "\n\n".join(block for block, _, _ in fountain_blocks(screenplay)) + "\n"


def fountain_blocks(screenplay: Screenplay) -> list[tuple[str, Scene | None, Element | None]]:
    """The paragraphs of the Fountain text, which empty lines part, each with the scene and the element it stands for."""
    cast = "; ".join(f"{name}: {role}" for name, role in screenplay.cast)
    page = (
        ("Title", screenplay.title),
        ("Credit", screenplay.credit),
        ("Logline", screenplay.logline),
        ("Mood", screenplay.mood),
        ("Structure", screenplay.structure),
        ("Cast", cast),
        *((key.capitalize(), value) for key, value in screenplay.page),
    )
    blocks: list[tuple[str, Scene | None, Element | None]] = [
        ("\n".join(f"{key}: {value}" for key, value in page if value), None, None)
    ]
    blocks.extend((_written(element), None, element) for element in screenplay.opening)
    for scene in screenplay.scenes:
        blocks.append((f"{scene.heading}{f' #{scene.id}#' if scene.id else ''}", scene, None))
        blocks.extend((f"[[{note}]]", scene, None) for note in scene_notes(scene))
        previous: Element | None = None
        for element in scene.elements:
            dual = element.dual and previous is not None and previous.kind == "dialogue"
            blocks.append((_written(element, dual=dual), scene, element))
            previous = element
    return blocks


def scene_notes(scene: Scene) -> list[str]:
    """What Fountain has no syntax for, as notes."""
    notes = [f"beat: {scene.beat}"] if scene.beat else []
    if scene.story_time:
        notes.append(f"story time: {scene.story_time}")
    return notes + [f"choice: {choice.text} -> {choice.target}" for choice in scene.choices]


def _written(element: Element, *, dual: bool = False) -> str:
    text = element.text
    match element.kind:
        case "dialogue":
            loud = text == text.upper()  # would read as another cue under an unforced one
            cue = element.character if _is_plain_cue(element.character) and not loud else f"@{element.character}"
            middle = f"({element.parenthetical})\n" if element.parenthetical else ""
            line = text if text[:1].isalnum() else f"\\{text}"
            cue += f" ({element.extension})" if element.extension else ""
            return f"{cue}{' ^' if dual else ''}\n{middle}{line}"
        case "shot" | "note":
            prefix = "shot: " if element.kind == "shot" else "note: " if _NOTES.match(text) else ""
            return f"[[{prefix}{text}{' ' if text.endswith(']') else ''}]]"
        case "transition":
            return f"> {text}"
        case "centered":
            return f"> {text} <"
        case "lyric":
            return f"~{text}"
        case "section":
            return f"{'#' * max(1, min(element.level, 6))} {text}"
        case "synopsis":
            return f"= {text}"
        case "page break":
            return "==="
    safe = text[:1].isalpha() and text != text.upper() and not _HEADING.match(text)
    return text if safe and not text.endswith(":") else f"!{text}"


def _is_plain_cue(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Z][A-Z ]*[A-Z]", name)) and not _HEADING.match(name) and not name.endswith(" TO")


def has_scenes(text: str) -> bool:
    """Whether the text would be read as a screenplay of at least one scene."""
    try:
        return bool(parse_fountain(text).scenes)
    except ScreenplayError:
        return False


def as_one_scene(text: str) -> str:
    """A text without scene headings as one scene, whose heading says that nobody has named the place yet."""
    return f"INT. PLACE TO BE NAMED - DAY\n\n{text.strip()}\n"


def parse_fountain(text: str) -> Screenplay:
    """Reads Fountain text. Raises ``ScreenplayError`` if it is too long or holds no scene.

    The boneyard (what the writer cut), emphasis and line breaks inside a paragraph are left out; nothing is executed or
    fetched.
    """
    if not isinstance(text, str):
        raise ScreenplayError("a screenplay is text; pass the contents of a .fountain file")
    if len(text) > MAX_CHARACTERS:
        raise ScreenplayError(
            f"the screenplay has {len(text)} characters; at most {MAX_CHARACTERS} are read, so split it"
        )
    if "\x00" in text:
        raise ScreenplayError("the screenplay holds NUL bytes, so it is not text; pass a .fountain file")
    document = FountainParser().parse(text.replace("\r\n", "\n").replace("\r", "\n"))
    metadata = {str(key).lower(): plain(str(value)) for key, value in document.metadata.items()}
    reader = _Reader()
    for item in document.elements:
        reader.take(item)
    scenes = reader.scenes
    if not scenes:
        raise ScreenplayError("the screenplay has no scene; start one with a line such as EXT. HARBOUR - DAWN")
    if len(scenes) > MAX_SCENES:
        raise ScreenplayError(f"the screenplay has {len(scenes)} scenes; at most {MAX_SCENES} are read, so split it")
    return Screenplay(
        title=metadata.get("title", "") or "Untitled",
        logline=metadata.get("logline", ""),
        credit=metadata.get("credit", ""),
        mood=metadata.get("mood", ""),
        cast=cast_of(metadata.get("cast", "")),
        scenes=tuple(scene.done() for scene in scenes),
        structure=metadata.get("structure", ""),
        page=tuple((key, value) for key, value in metadata.items() if key not in _PAGE and value),
        opening=tuple(reader.opening),
    )


@dataclass(slots=True)
class _Open:
    """A scene that is still being read."""

    heading: Heading
    id: str
    elements: list[Element] = field(default_factory=list)
    beat: str = ""
    story_time: int = 0
    choices: list[Choice] = field(default_factory=list)

    def done(self) -> Scene:
        return Scene(self.heading, tuple(self.elements), self.id, self.beat, self.story_time, tuple(self.choices))


class _Reader:
    """Takes fountain-py's elements one by one."""

    def __init__(self) -> None:
        self.scenes: list[_Open] = []
        self.opening: list[Element] = []
        self.speaker, self.aside, self.fresh, self.dual, self.extension = "", "", True, False, ""

    def take(self, item: FountainElement) -> None:
        words = plain(item.text)
        if item.type is ElementType.SCENE_HEADING:
            self.scenes.append(_Open(scene_heading(words), plain(str(item.metadata.get("scene_number") or ""))))
            self.speaker, self.aside = "", ""
        elif item.type is ElementType.CHARACTER:
            self.speaker, self.aside, self.fresh, self.dual = words.rstrip("^ "), "", True, False
            self.extension = plain(str(item.metadata.get("extension") or ""))
        elif item.type is ElementType.PARENTHETICAL:
            self.aside, self.fresh = words.removeprefix("(").removesuffix(")").strip(), True
        elif item.type is ElementType.DUAL_DIALOGUE:
            for side in ("left", "right"):
                who, said = item.metadata[f"{side}_character"], item.metadata[f"{side}_dialogue"]
                if not isinstance(who, FountainElement) or not isinstance(said, list):
                    continue
                self.take(who)
                self.dual = side == "right"
                for part in said:
                    self.take(part)
        elif item.type is ElementType.PAGE_BREAK:
            self.add(Element("page break", ""))
        elif not words:
            return
        elif item.type is ElementType.DIALOGUE:
            self.say(words)
        elif item.type is ElementType.NOTE:
            self.note(words)
        elif item.type in _KINDS:
            level = int(str(item.metadata.get("level") or 1)) if item.type is ElementType.SECTION else 0
            self.add(Element(_KINDS[item.type], words, level=level))

    def add(self, element: Element) -> None:
        (self.scenes[-1].elements if self.scenes else self.opening).append(element)

    def say(self, words: str) -> None:
        if not self.scenes:
            return  # nobody speaks before a first scene
        if not self.fresh and (said := self.scenes[-1].elements) and said[-1].kind == "dialogue":
            said[-1] = replace(said[-1], text=f"{said[-1].text} {words}")
            return
        self.add(Element("dialogue", words, self.speaker, self.aside, self.dual, extension=self.extension))
        self.aside, self.fresh, self.dual = "", False, False

    def note(self, words: str) -> None:
        scene = self.scenes[-1] if self.scenes else None
        read = note_of(words) if scene else words
        if scene is None or isinstance(read, str):
            self.add(Element("note", read if isinstance(read, str) else words))
            return
        key, value = read
        match key:
            case "beat":
                scene.beat = value
            case "story time":
                scene.story_time = int(value)
            case "choice":
                text, _, target = value.rpartition("->")
                scene.choices.append(Choice(text.strip(), target.strip()))
            case _:
                self.add(Element("shot", value))


def note_of(words: str) -> tuple[str, str] | str:
    """What a note says of the scene (``beat``, ``story time``, ``choice``, ``shot``) with its value; else its own words."""
    match = _NOTES.match(words)
    if match is None:
        return words
    key, rest = match.group(1).lower(), words[match.end() :].strip()
    if key == "note":
        return rest
    fits = {
        "story time": rest.isdecimal() and len(rest) < 7,
        "choice": "->" in rest,
        "beat": bool(rest),
        "shot": bool(rest),
    }
    return (key, rest) if fits[key] else words


def scene_heading(text: str) -> Heading:
    """A heading as it stands on the page; without INT. or EXT. it is outside, without an hour by day."""
    match = _HEADING.match(text)
    interior = bool(match and match.group(1).upper().startswith("I"))
    rest = text[match.end() :] if match else text
    place, dash, time = rest.rpartition(" - ")
    if not dash:
        place, time = rest, "DAY"
    return Heading(interior, (place.strip() or "SOMEWHERE").upper(), (time.strip() or "DAY").upper())


def cast_of(text: str) -> tuple[tuple[str, str], ...]:
    """The title page's cast: ``NAME: role; NAME: role``."""
    pairs = (entry.partition(":") for entry in text.split(";"))
    return tuple((name.strip(), role.strip()) for name, _, role in pairs if name.strip())
