"""What is told of a viewing: signals as they were sent, and what they add up to.

Times within the film are seconds from its first frame. A viewing is one viewer with one film, however often the connection
was lost or the page opened again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: ``play`` and ``pause`` at a moment; ``seek`` from one to another; ``beat``, still playing there; ``end``, the last frame
#: was shown; ``leave``, the page was closed; ``reaction``, a button on the timeline; ``comment``, words there; ``answer`` to
#: a question; ``choice``, a branch taken.
SignalKind = Literal["play", "pause", "seek", "beat", "end", "leave", "reaction", "comment", "answer", "choice"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that a player told.

    ``at`` is where in the film (seconds), ``to`` where a seek led. ``seq`` counts up within a viewing, so that what arrived
    late or in disorder can be put in order; ``said`` is the viewer's clock, corrected by the server (seconds since the
    epoch). ``value`` is the reaction's name, the comment's words, an answer as ``question=value``, or the choice taken.
    """

    kind: SignalKind
    at: float
    seq: int
    said: float
    to: float | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A button that was pressed at a moment of the film (seconds)."""

    at: float
    name: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What a viewer wrote at a moment of the film (seconds); ``viewer`` is a pseudonym."""

    at: float
    text: str
    viewer: str


@dataclass(frozen=True, slots=True)
class Viewing:
    """What one viewer did with one film of ``duration`` seconds.

    ``viewer`` is a pseudonym, ``film`` the id of the cut, ``arm`` the arm of a comparison it was shown in ("" without one),
    ``groups`` what the viewer said of themselves. ``watched`` are the stretches that ran, in the order in which they ran
    (seconds; a stretch that was seen twice stands there twice). ``furthest`` is the latest moment reached by playing,
    ``finished`` whether the last frame was, ``left_at`` where it was broken off (``None``: finished, or still running).
    ``pauses`` are moments, ``rewinds`` where a jump back began and where it led, ``skips`` the same forwards.
    ``answers`` map a question's id to the answer, ``choices`` are the branches taken. ``ignored`` counts signals that could
    not be."""

    viewer: str
    film: str
    duration: float
    arm: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    watched: tuple[tuple[float, float], ...] = ()
    furthest: float = 0.0
    finished: bool = False
    left_at: float | None = None
    pauses: tuple[float, ...] = ()
    rewinds: tuple[tuple[float, float], ...] = ()
    skips: tuple[tuple[float, float], ...] = ()
    reactions: tuple[Reaction, ...] = ()
    comments: tuple[Comment, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Reaction, ...] = ()
    ignored: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A scene or a shot as it lies in a cut: ``start`` to ``end`` in seconds, and what people call it."""

    id: str
    kind: Literal["scene", "shot"]
    label: str
    start: float
    end: float
