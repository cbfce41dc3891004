"""What is known of a screening, as the value that insight is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.audience.signals import Span, Viewing


@dataclass(frozen=True, slots=True)
class FilmShown:
    """A film of a screening: the cut's id, what people call it, its seconds, and where its scenes and shots lie."""

    film: str
    label: str
    duration: float
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the screening. ``scale`` is the least and most of its answers, ``choices`` those that can be picked; a
    question with neither was answered in words, at ``at`` seconds (``None``: at the end)."""

    id: str
    text: str
    scale: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """What is known of a screening: ``viewings`` in the order in which the viewers arrived; ``groups`` name its questions
    about the viewers themselves."""

    films: tuple[FilmShown, ...]
    viewings: tuple[Viewing, ...]
    arms: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
