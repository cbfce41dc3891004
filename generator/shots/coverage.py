"""Coverage: how a scene is parted into shots. Notes come first; where more shots are wanted, events decide them.

Each line is seen on its speaker, in medium shots first and nearer as the talk goes on (shot and reverse shot); a thing that
is named gets an insert, an action the people who do it, and where nothing happens the place itself or a listener's face.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from generator import lexicon
from generator.narrative.model import Scene
from generator.shots.camera import Move, Size
from generator.shots.model import MAX_ITEMS, Line

#: Sizes and moves of shots that nobody asked for, in turn, so that two in a row never look alike.
_TALK: tuple[tuple[Size, Move], ...] = (
    ("medium", "static"),
    ("medium", "dolly in"),
    ("close-up", "static"),
    ("close-up", "handheld"),
)
_DEEDS: tuple[tuple[Size, Move], ...] = (
    ("full", "track"),
    ("medium", "handheld"),
    ("full", "pan right"),
    ("close-up", "dolly in"),
)
_PLACES: tuple[tuple[Size, Move], ...] = (
    ("wide", "crane up"),
    ("extreme wide", "pan left"),
    ("wide", "orbit right"),
    ("extreme wide", "tilt down"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A shot as somebody or the coverage wants it: its camera, what it looks at, what happens, what is said."""

    size: Size
    move: Move
    focus: str
    description: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class _Event:
    action: str = ""
    line: Line | None = None


def covered(scene: Scene, wishes: Sequence[Wish], people: tuple[str, ...], want: int) -> list[Wish]:
    """The scene in ``want`` shots, or as many as there are wishes: each wish keeps its place and gives some of its time."""
    segments = _segments(scene, len(wishes))
    extra = max(want - len(wishes), 0)
    shares = [0] * len(wishes)
    for _ in range(extra):
        # the next shot goes where most happens in one
        fullest = max(range(len(wishes)), key=lambda n: (len(segments[n]) / (1 + shares[n]), -n))
        shares[fullest] += 1
    shots: list[Wish] = []
    turn = [0, 0, 0]
    for wish, events, share in zip(wishes, segments, shares, strict=True):
        parts = _parted(events, share + 1)
        shots.append(replace(wish, lines=_lines(parts[0])))
        shots.extend(_shot(part, scene, people, turn, wish) for part in parts[1:])
    return shots


def _segments(scene: Scene, wishes: int) -> list[list[_Event]]:
    """What happens from each wish's note to the next; what stands before the first belongs to the first."""
    segments: list[list[_Event]] = [[] for _ in range(wishes)]
    at = -1
    for element in scene.elements:
        if element.kind == "shot":
            at += 1
            continue
        here = segments[min(max(at, 0), wishes - 1)]
        if element.kind == "dialogue":
            here.append(_Event(line=Line(element.character, element.text, element.parenthetical)))
        elif element.kind == "action":
            here.extend(_Event(action=text) for text in re.split(r"(?<=[.!?])\s+", element.text) if text.strip())
    return segments


def _parted(events: list[_Event], parts: int) -> list[list[_Event]]:
    """Events in order in so many groups, as even as may be; a group may be empty when there are too few."""
    bounds = [round(n * len(events) / parts) for n in range(parts + 1)]
    return [events[a:b] for a, b in itertools.pairwise(bounds)]


def _lines(events: Sequence[_Event]) -> tuple[Line, ...]:
    return tuple(event.line for event in events if event.line is not None)[:MAX_ITEMS]


def _shot(events: list[_Event], scene: Scene, people: tuple[str, ...], turn: list[int], wish: Wish) -> Wish:
    lines = _lines(events)
    action = " ".join(event.action for event in events if event.action)
    if lines:
        size, move = _TALK[turn[0] % len(_TALK)]
        turn[0] += 1
        speaker = lines[0].character
        said = action or f"{speaker.title()} speaks."
        return Wish(size, move, speaker if speaker in people else "", said, lines)
    things = [name for name in lexicon.names(action, lexicon.ELEMENTS) if name in lexicon.PROPS]
    named = [name for name in people if re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", action.lower())]
    if things and not named:
        return Wish("insert", "static", things[0], action)
    if action and (named or people):
        size, move = _DEEDS[turn[1] % len(_DEEDS)]
        turn[1] += 1
        return Wish(size, move, named[0] if named else people[0], action)
    turn[2] += 1
    if turn[2] % 2 and people:
        listener = next((name for name in reversed(people) if name != wish.focus), people[0])
        return Wish("close-up", "static", listener, f"{listener.title()} listens.")
    size, move = _PLACES[turn[2] // 2 % len(_PLACES)]
    return Wish(size, move, "", scene.heading.place.capitalize())
