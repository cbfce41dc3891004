"""A screenplay as plain values: what the planner writes, Fountain carries and the shot planner reads."""

from dataclasses import dataclass
from typing import Literal

#: Line breaks never occur inside an element: one paragraph is one element.
ElementKind = Literal["action", "dialogue", "shot", "transition"]


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

    ``character`` and ``parenthetical`` belong to dialogue alone. A ``shot`` element is a ``[[shot: ...]]`` note: a wish
    for the camera that survives the round trip through Fountain and that the shot planner honours.
    """

    kind: ElementKind
    text: str
    character: str = ""
    parenthetical: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A heading and what happens under it, in order."""

    heading: Heading
    elements: tuple[Element, ...]

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
    """Title page and scenes. ``cast`` tells each character's role in the brief's own words (``MARA`` -> ``keeper``)."""

    title: str
    logline: str
    credit: str
    mood: str
    cast: tuple[tuple[str, str], ...]
    scenes: tuple[Scene, ...]

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
