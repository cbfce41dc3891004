"""Drawings over a film's timeline, for pages: lanes of scenes and shots, columns where something happened, curves.

Places of boxes are per cent of the film, so that words keep their size at any width; curves are drawn in a box of 1000 that
is stretched. Heights are pixels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.audience import Span
from generator.audience.tallies import Bin, Reach

#: Pixels of a lane, and of the curve.
LANE, CURVE = 26, 150


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with what it says; ``x`` and ``width`` in per cent."""

    x: float
    y: float
    width: float
    height: float
    label: str
    odd: bool = False


def span_boxes(spans: Iterable[Span], duration: float, kind: str) -> tuple[Box, ...]:
    """Scenes, or shots, as they follow each other. A label is drawn only where it fits."""
    boxes = []
    for place, span in enumerate(one for one in spans if one.kind == kind):
        x, width = 100 * span.start / duration, 100 * (span.end - span.start) / duration
        boxes.append(Box(round(x, 2), 0, round(min(width, 100 - x), 2), LANE, span.label, place % 2 == 1))
    return tuple(boxes)


def columns(bins: Sequence[Bin], *, most: int = 0) -> tuple[Box, ...]:
    """A column a stretch in which something happened; the highest, or ``most``, fills the lane."""
    highest = max([most, *(one.count for one in bins)], default=0) or 1
    width = 100 / max(1, len(bins))
    return tuple(
        Box(
            round(place * width, 2),
            round(LANE - (height := max(3.0, LANE * one.count / highest)), 2),
            round(width * 0.82, 2),
            round(height, 2),
            f"{one.count}",
        )
        for place, one in enumerate(bins)
        if one.count
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A curve as SVG points, and the band above it in which it may still end."""

    name: str
    style: int
    points: str
    band: str


def reach_line(curve: Sequence[Reach], *, name: str, style: int) -> Line | None:
    """How many of those who began have come so far: a share from 1 (above) to 0 (below); the band adds those who are on
    their way. ``None`` where nobody began."""
    everybody = curve[0].reached if curve else 0
    if not everybody:
        return None
    end = curve[-1].at or 1

    def place(at: float, count: int) -> str:
        return f"{1000 * at / end:.1f},{CURVE - CURVE * count / everybody:.1f}"

    lower = [place(one.at, one.reached) for one in curve]
    upper = [place(one.at, one.reached + one.under_way) for one in curve]
    return Line(name, style, " ".join(lower), " ".join([*upper, *reversed(lower)]))
