"""A screenplay as plain values: what a writer writes, Fountain carries and the shot planner reads."""

from dataclasses import dataclass
from typing import Literal

#: Line breaks never occur inside an element: one paragraph is one element. What tells the story to a reader or a camera is
#: ``action``, ``dialogue``, ``lyric``, ``centered`` and ``shot``; the rest is about the page.
ElementKind = Literal[
    "action", "dialogue", "shot", "transition", "centered", "lyric", "note", "section", "synopsis", "page break"
]


@dataclass(frozen=True, slots=True)
class Heading:
    """A scene heading: ``INT.`` or ``EXT.``, the place, the time of day (both upper case)."""

    interior: bool
    place: str
    time: str

    def __str__(self) -> str:
        return f"{'INT.' if self.interior else 'EXT.'} {self.place} - {self.time}"


@dataclass(frozen=True, slots=True)
class Element:
    """One paragraph of a scene.

    ``character`` and ``parenthetical`` belong to dialogue alone, and so does ``dual``: spoken at the same time as the
    dialogue before it. A ``shot`` element is a ``[[shot: ...]]`` note: a wish for the camera that survives the round trip
    through Fountain and that the shot planner honours. ``level`` is a section's depth, from 1. ``extension`` says how a
    speaker is heard (``V.O.``, ``O.S.``).
    """

    kind: ElementKind
    text: str
    character: str = ""
    parenthetical: str = ""
    dual: bool = False
    level: int = 0
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A way on from a scene of a branching story: what is chosen, and the ``id`` of the scene that follows."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A heading and what happens under it, in order.

    ``id`` names the scene (Fountain's scene number); ``beat`` is its place in the structure; ``story_time`` its rank in the
    order in which things happen, which a story told out of order does not follow (0: not said); ``choices`` lead on from it
    where a story branches (none: the scene after it follows, or the story ends).
    """

    heading: Heading
    elements: tuple[Element, ...]
    id: str = ""
    beat: str = ""
    story_time: int = 0
    choices: tuple[Choice, ...] = ()

    @property
    def characters(self) -> tuple[str, ...]:
        """Who speaks, in order of first speech."""
        return tuple(dict.fromkeys(e.character for e in self.elements if e.kind == "dialogue"))

    @property
    def text(self) -> str:
        """Heading, action and shot notes as one string: what the scene's look is read from (dialogue is not)."""
        return " ".join([str(self.heading), *(e.text for e in self.elements if e.kind in ("action", "shot"))])


@dataclass(frozen=True, slots=True)
class Screenplay:
    """Title page and scenes. ``cast`` tells each character's role in the brief's own words (``MARA`` -> ``keeper``).

    ``page`` holds the title page's other keys in order; ``opening`` what stands before the first scene.
    """

    title: str
    logline: str
    credit: str
    mood: str
    cast: tuple[tuple[str, str], ...]
    scenes: tuple[Scene, ...]
    structure: str = ""
    page: tuple[tuple[str, str], ...] = ()
    opening: tuple[Element, ...] = ()

    @property
    def characters(self) -> tuple[str, ...]:
        """Everyone who is in the cast or speaks, cast first."""
        speakers = (name for scene in self.scenes for name in scene.characters)
        return tuple(dict.fromkeys([*(name for name, _ in self.cast), *speakers]))

    def role(self, character: str) -> str:
        """The role of a character in the brief's words; empty if the title page has none."""
        return dict(self.cast).get(character, "")

    def to_fountain(self) -> str:
        """The screenplay as Fountain text, which ``parse_fountain`` reads back to an equal value."""
        from generator.narrative.fountain import write_fountain

        return write_fountain(self)
