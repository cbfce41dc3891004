"""Fountain out and in (fountain.io/syntax). Reading rests on fountain-py; writing forces what could be read otherwise.

What is written reads back to an equal value: headings, action, dialogue with its speaker, ``[[shot: ...]]`` notes and
transitions. Title page keys: Title, Credit, Logline, Mood, Cast (``NAME: role; NAME: role``).
"""

import re
import unicodedata

from fountain import ElementType, FountainParser

from generator.errors import ScreenplayError
from generator.narrative.model import Element, Heading, Scene, Screenplay

#: A three-scene screenplay has a few thousand characters; a feature film about 200,000.
MAX_CHARACTERS = 400_000
MAX_SCENES = 400

_HEADING = re.compile(r"^(INT|EXT|EST|INT\.?/EXT|I/E)[. ]+", re.IGNORECASE)
_MARKUP = re.compile(r"\[\[|\]\]|/\*|\*/|[*_\\]")


def plain(text: str) -> str:
    """One line of text that Fountain carries unchanged: no markup of its own, no control characters, single spaces."""
    text = unicodedata.normalize("NFC", _MARKUP.sub(" ", text))
    text = "".join(" " if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs") else char for char in text)
    return " ".join(text.split())


def write_fountain(screenplay: Screenplay) -> str:
    """The screenplay as Fountain text."""
    cast = "; ".join(f"{name}: {role}" for name, role in screenplay.cast)
    page = (
        ("Title", screenplay.title),
        ("Credit", screenplay.credit),
        ("Logline", screenplay.logline),
        ("Mood", screenplay.mood),
        ("Cast", cast),
    )
    blocks = ["\n".join(f"{key}: {value}" for key, value in page if value)]
    for scene in screenplay.scenes:
        blocks.append(str(scene.heading))
        blocks.extend(_written(element) for element in scene.elements)
    return "\n\n".join(blocks) + "\n"


def _written(element: Element) -> str:
    if element.kind == "dialogue":
        loud = element.text == element.text.upper()  # would read as another cue under an unforced one
        cue = element.character if _is_plain_cue(element.character) and not loud else f"@{element.character}"
        middle = f"({element.parenthetical})\n" if element.parenthetical else ""
        line = element.text if element.text[:1].isalnum() else f"\\{element.text}"
        return f"{cue}\n{middle}{line}"
    if element.kind == "shot":
        return f"[[shot: {element.text}{' ' if element.text.endswith(']') else ''}]]"
    if element.kind == "transition":
        return f"> {element.text}"
    safe = element.text[:1].isalpha() and element.text != element.text.upper() and not _HEADING.match(element.text)
    return element.text if safe and not element.text.endswith(":") else f"!{element.text}"


def _is_plain_cue(name: str) -> bool:
    return bool(re.fullmatch(r"[A-Z][A-Z ]*[A-Z]", name)) and not _HEADING.match(name) and not name.endswith(" TO")


def parse_fountain(text: str) -> Screenplay:
    """Reads Fountain text. Raises ``ScreenplayError`` if it is too long or holds no scene.

    What a screenplay of ours has no place for (sections, synopses, boneyard, lyrics, dual dialogue's second column
    marker, notes that are not about shots) is left out; nothing is executed or fetched.
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
    scenes: list[Scene] = []
    heading: Heading | None = None
    elements: list[Element] = []
    speaker, aside = "", ""
    for item in document.elements:
        words = plain(item.text)
        if item.type is ElementType.SCENE_HEADING:
            if heading is not None:
                scenes.append(Scene(heading, tuple(elements)))
            heading, elements, speaker, aside = _heading(words), [], "", ""
            continue
        if item.type is ElementType.CHARACTER:
            speaker, aside = words.rstrip("^ "), ""
        elif item.type is ElementType.PARENTHETICAL:
            aside = words.removeprefix("(").removesuffix(")").strip()
        elif heading is None or not words:
            continue
        elif item.type is ElementType.DIALOGUE:
            elements.append(Element("dialogue", words, speaker, aside))
            aside = ""
        elif item.type in (ElementType.ACTION, ElementType.CENTERED):
            elements.append(Element("action", words))
        elif item.type is ElementType.TRANSITION:
            elements.append(Element("transition", words))
        elif item.type is ElementType.NOTE and words.lower().startswith("shot:"):
            elements.append(Element("shot", words[5:].strip()))
    if heading is not None:
        scenes.append(Scene(heading, tuple(elements)))
    if not scenes:
        raise ScreenplayError("the screenplay has no scene; start one with a line such as EXT. HARBOUR - DAWN")
    if len(scenes) > MAX_SCENES:
        raise ScreenplayError(f"the screenplay has {len(scenes)} scenes; at most {MAX_SCENES} are read, so split it")
    return Screenplay(
        title=metadata.get("title", "") or "Untitled",
        logline=metadata.get("logline", ""),
        credit=metadata.get("credit", ""),
        mood=metadata.get("mood", ""),
        cast=_cast(metadata.get("cast", "")),
        scenes=tuple(scenes),
    )


def _heading(text: str) -> Heading:
    match = _HEADING.match(text)
    interior = bool(match and match.group(1).upper().startswith("I"))
    rest = text[match.end() :] if match else text
    place, dash, time = rest.rpartition(" - ")
    if not dash:
        place, time = rest, "DAY"
    return Heading(interior, (place.strip() or "SOMEWHERE").upper(), (time.strip() or "DAY").upper())


def _cast(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (entry.partition(":") for entry in text.split(";"))
    return tuple((name.strip(), role.strip()) for name, _, role in pairs if name.strip())
