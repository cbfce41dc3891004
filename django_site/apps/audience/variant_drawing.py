"""The versions of a film as one drawing: stretches that follow each other, and where the ways part."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

from generator.audience import Plan
from generator.edit import Card, Timeline

#: Pixels: a box, and what lies between two.
WIDE, TALL, GAP_X, GAP_Y = 168, 52, 44, 18
#: Boxes that are drawn; the table says the rest.
MAX_BOXES = 120


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of clips that always follow each other."""

    x: int
    y: int
    label: str
    seconds: float
    choice: str
    in_film: bool


@dataclass(frozen=True, slots=True)
class Way:
    """From one stretch to the next; ``seen`` by a person who reviewed a version with this join."""

    path: str
    seen: bool
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    left_out: int


def drawing_of(plan: Plan, seen: Collection[tuple[str, str]], labels: Mapping[str, str]) -> Drawing:
    """All versions over each other. ``seen`` are joins (clip, next clip) that people reviewed, ``labels`` say what a clip is
    called."""
    rows = [_ids(one.timeline) for one in plan.variants]
    follow: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for row in rows:
        for a, b in pairwise(row):
            follow.setdefault(a, set()).add(b)
            before.setdefault(b, set()).add(a)
    first_of = _stretches(rows, follow, before)
    chains = [list(dict.fromkeys(first_of[clip] for clip in row)) for row in rows]
    members: dict[str, list[str]] = {}
    for row in rows:
        for clip in row:
            held = members.setdefault(first_of[clip], [])
            if clip not in held:
                held.append(clip)
    layer: dict[str, int] = {}
    for chain in chains:
        for place, node in enumerate(chain):
            layer[node] = max(layer.get(node, 0), place)
    film = {first_of[clip] for clip in _ids(plan.parent) if clip in first_of}
    seconds = {
        clip.id: float(clip.frames / plan.parent.rate) for one in plan.variants for clip in one.timeline.clips
    } | {clip.id: float(clip.frames / plan.parent.rate) for clip in plan.parent.clips}
    asked = {choice.after: choice.question for choice in plan.graph.choices}
    place: dict[str, tuple[int, int]] = {}
    taken: dict[int, int] = {}
    for node in sorted(layer, key=lambda one: (layer[one], one not in film)):
        x, lane = layer[node], taken.get(layer[node], 0)
        taken[x] = lane + 1
        place[node] = (x * (WIDE + GAP_X) + 8, lane * (TALL + GAP_Y) + 8)
    shown = list(place)[:MAX_BOXES]
    boxes = tuple(
        Box(
            *place[node],
            _label(members[node], labels),
            round(sum(seconds[clip] for clip in members[node]), 1),
            next((asked[clip] for clip in members[node] if clip in asked), ""),
            node in film,
        )
        for node in shown
    )
    ways = {}
    for row in rows:
        for a, b in pairwise(row):
            one, other = first_of[a], first_of[b]
            if one != other and one in shown and other in shown:
                ways[one, other] = Way(
                    _path(place[one], place[other]),
                    (a, b) in seen,
                    f"{labels.get(a, a)} → {labels.get(b, b)}",
                )
    return Drawing(
        width=max((x for x, _ in place.values()), default=0) + WIDE + 16,
        height=max((y for _, y in place.values()), default=0) + TALL + 16 + GAP_Y,
        boxes=boxes,
        ways=tuple(ways.values()),
        left_out=len(place) - len(shown),
    )


def _ids(timeline: Timeline) -> list[str]:
    return [clip.id for clip in timeline.clips if not isinstance(clip.source, Card) or clip is timeline.clips[-1]]


def _stretches(rows: list[list[str]], follow: Mapping[str, set[str]], before: Mapping[str, set[str]]) -> dict[str, str]:
    """For each clip the first of its stretch: clips between which nothing parts or meets."""
    first: dict[str, str] = {}
    starts = {row[0] for row in rows}
    for row in rows:
        for place, clip in enumerate(row):
            joined = (
                place > 0
                and clip not in starts
                and len(before[clip]) == 1
                and len(follow[row[place - 1]]) == 1
                and row[place - 1] in first
            )
            first.setdefault(clip, first[row[place - 1]] if joined else clip)
    return first


def _label(clips: list[str], labels: Mapping[str, str]) -> str:
    named = [labels.get(clip, clip) for clip in clips]
    return named[0] if len(named) == 1 else f"{named[0]} – {named[-1]}"


def _path(a: tuple[int, int], b: tuple[int, int]) -> str:
    x1, y1 = a[0] + WIDE, a[1] + TALL // 2
    x2, y2 = b[0], b[1] + TALL // 2
    if y1 == y2 and x2 - x1 > GAP_X:  # past what lies between, in the gap below it
        return f"M{x1},{y1} C{x1 + 30},{y1 + 52} {x2 - 30},{y2 + 52} {x2},{y2}"
    bend = max((x2 - x1) // 2, 14)
    return f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}"
