"""Pictures that the server draws: a film's timeline in lanes, and how alike two stretches are over time.

Positions are percentages, so that the drawing takes any width while its words keep their size; no inline style is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

#: Heights in pixels of a lane with its bar, and of the ruler under all of them.
LANE, BAR, RULER = 46, 24, 24
#: About how many marks a ruler has.
_MARKS = 6
_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch in a lane: seconds, its name, where it leads, its tone, and whether it is what the page is about."""

    start: float
    end: float
    label: str
    url: str = ""
    tone: str = "idle"
    detail: str = ""
    short: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A bar with its place in per cent of the film."""

    bar: Bar
    x: float
    width: float
    text_x: float


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    bars: tuple[Bar, ...]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class DrawnLane:
    name: str
    empty: str
    y: int
    bars: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes above one another over a film of ``duration`` seconds, ready for the template."""

    duration: float
    height: int
    ruler_y: int
    lanes: tuple[DrawnLane, ...]
    marks: tuple[tuple[float, str, str], ...] = field(default=())


def timeline(duration: float, lanes: Sequence[Lane]) -> Timeline:
    """Place the bars of each lane; bars beyond the end are cut off there."""
    total = max(duration, 0.001)
    drawn = []
    for row, lane in enumerate(lanes):
        placed = []
        for bar in lane.bars:
            start = min(total, max(0.0, bar.start))
            end = min(total, max(bar.end, start))
            x = 100 * start / total
            width = max(0.4, 100 * (end - start) / total)
            placed.append(Placed(bar, round(x, 3), round(min(width, 100 - x), 3), round(x + width / 2, 3)))
        drawn.append(DrawnLane(lane.name, lane.empty, row * LANE, tuple(placed)))
    ruler = len(drawn) * LANE
    step = next((step for step in _STEPS if total / step <= _MARKS), _STEPS[-1])
    marks = []
    moment = 0.0
    while moment <= total + 1e-9:
        x = 100 * moment / total
        anchor = "start" if x < 3 else "end" if x > 97 else "middle"
        marks.append((round(x, 3), seconds_text(moment), anchor))
        moment += step
    return Timeline(total, ruler + RULER, ruler, tuple(drawn), tuple(marks))


def seconds_text(value: float) -> str:
    """Seconds as a person reads a clock: ``7.5 s`` below a minute, ``1:07`` above."""
    if value < 60:
        return f"{value:g} s"
    return f"{int(value // 60)}:{int(value % 60):02d}"


@dataclass(frozen=True, slots=True)
class Curve:
    """Likeness over time as SVG points in a box of 1000 by 100, with the stretch that it covers in seconds."""

    points: str
    area: str
    start: float
    end: float
    highest: float


def curve(samples: Sequence[Sequence[float]], *, start: float, end: float) -> Curve | None:
    """The curve of a finding over its stretch; ``None`` where there are fewer than two samples."""
    if len(samples) < 2:
        return None
    first, last = min(start, samples[0][0]), max(end, samples[-1][0])
    span = max(last - first, 0.001)
    places = [(1000 * (at - first) / span, 100 - 100 * min(1.0, max(0.0, score))) for at, score in samples]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    area = f"{places[0][0]:.1f},100 {points} {places[-1][0]:.1f},100"
    return Curve(points, area, first, last, max(score for _, score in samples))


#: Height in pixels of a row of stacked bars, and of the bar in it.
ROW, ROW_BAR = 34, 20


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar in per cent of the widest row, with the number that it stands for."""

    x: float
    width: float
    value: float


@dataclass(frozen=True, slots=True)
class StackedRow:
    label: str
    y: int
    parts: tuple[Part, ...]
    total: float
    end: float


@dataclass(frozen=True, slots=True)
class StackedBars:
    """Rows of stacked bars that begin at one line, ready for the template."""

    rows: tuple[StackedRow, ...]
    height: int


def stacked_bars(rows: Sequence[tuple[str, Sequence[float]]]) -> StackedBars:
    """Place each row's parts one after the other; the longest row takes the whole width. No value is negative."""
    widest = max((sum(values) for _, values in rows), default=0) or 1
    drawn = []
    for number, (label, values) in enumerate(rows):
        parts, x = [], 0.0
        for value in values:
            width = 100 * value / widest
            parts.append(Part(round(x, 3), round(width, 3), value))
            x += width
        drawn.append(StackedRow(label, number * ROW, tuple(parts), sum(values), round(x, 3)))
    return StackedBars(tuple(drawn), len(drawn) * ROW)
