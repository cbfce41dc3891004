"""An insight's document as drawings: everything over the film's own time, in per cent of its width, beside its frames."""

from dataclasses import dataclass
from typing import Any

from django_site.apps.audience.insight_models import Insight
from django_site.apps.productions.models import Cut
from django_site.pages.drawings import Timeline, timeline
from generator.audience.signals import Span

#: Frames beside the charts of a film, evenly over it; a phone shows every other one.
FRAMES = 12
#: Height of the curve's own box, in which 100 % is at the top; its width is 1000.
BOX = 100.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """The watch-through curve in a box of 1000 by 100: the stair, and the band of its interval."""

    line: str
    band: str


@dataclass(frozen=True, slots=True)
class Row:
    """A reaction over the film: bars as ``(x, width, height, y)`` in a box of 1000 by 100, and the most people at once."""

    name: str
    bars: tuple[tuple[float, float, float, float], ...]
    most: int
    at: float


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A scene or shot as its table shows it: its reading, the moment of its picture, and the measures that stand."""

    reading: dict[str, Any]
    middle: int
    standing: tuple[dict[str, Any], ...]
    label: str


@dataclass(frozen=True, slots=True)
class FilmChart:
    """A film of the insight, drawn."""

    film: dict[str, Any]
    frames: tuple[int, ...]
    ruler: Timeline
    scenes: tuple[tuple[float, float, SpanRow], ...]
    cuts: tuple[tuple[float, float, SpanRow], ...]
    curve: Drawn
    table: tuple[tuple[float, str, str, int], ...]
    reactions: tuple[Row, ...]
    spans: tuple[SpanRow, ...]
    shots: tuple[SpanRow, ...]


def film_charts(insight: Insight) -> list[FilmChart]:
    """Drawings of every film of an insight."""
    return [_chart(film) for film in insight.document["films"]]


def frame_moments(duration: float) -> tuple[int, ...]:
    """Moments (milliseconds) of the frames beside a chart: the middle of each of ``FRAMES`` pieces."""
    return tuple(round(1000 * duration * (place + 0.5) / FRAMES) for place in range(FRAMES))


def moments_shown(cut: Cut, spans: list[Span]) -> set[int]:
    """Every moment of a cut of which these pages show a picture: no others are made."""
    return {*frame_moments(float(cut.duration or 0)), *(_middle(one.start, one.end) for one in spans)}


def _middle(start: float, end: float) -> int:
    return round(500 * (start + end))


def _chart(film: dict[str, Any]) -> FilmChart:
    duration = film["duration"] or 1.0
    rows = [_span_row(one) for one in film["spans"]]
    scenes, shots = ([one for one in rows if one.reading["kind"] == kind] for kind in ("scene", "shot"))
    return FilmChart(
        film,
        frame_moments(film["duration"]),
        timeline(duration, []),
        tuple(_placed(one, duration) for one in scenes),
        tuple(_placed(one, duration) for one in shots),
        _curve(film["curve"], duration),
        _steps(film["curve"], duration),
        tuple(
            _reaction(name, counts, film["reactions"]) for name, counts in sorted(film["reactions"]["people"].items())
        ),
        tuple(scenes),
        tuple(shots),
    )


def _placed(row: SpanRow, duration: float) -> tuple[float, float, SpanRow]:
    """Where a span begins and how wide it is, in per cent of the film."""
    start, end = row.reading["start"], row.reading["end"]
    return round(100 * start / duration, 3), round(100 * (end - start) / duration, 3), row


def _span_row(reading: dict[str, Any]) -> SpanRow:
    return SpanRow(
        reading,
        _middle(reading["start"], reading["end"]),
        tuple(one for one in reading["measures"] if one["stands"]),
        reading["label"],
    )


def _curve(curve: dict[str, Any], duration: float) -> Drawn:
    """A stair: it stays where it is until somebody leaves, and drops there. Nobody there yet: an empty drawing."""
    if not curve["n"]:
        return Drawn("", "")
    # before anybody left everybody is there; the lower bound that this many people support is that of the first step's kind
    stairs = [(0.0, 1.0, (0.025 ** (1 / curve["n"])), 1.0)]
    stairs += [(at, share, low, high) for at, share, low, high, _ in curve["steps"]]

    def point(at: float, share: float) -> str:
        return f"{1000 * min(1.0, at / duration):.1f},{BOX * (1 - share):.1f}"

    def along(column: int) -> list[str]:
        points = []
        for place, step in enumerate(stairs):
            ends = stairs[place + 1][0] if place + 1 < len(stairs) else duration
            points += [point(step[0], step[column]), point(ends, step[column])]
        return points

    return Drawn(" ".join(along(1)), " ".join([*along(3), *reversed(along(2))]))


def _steps(curve: dict[str, Any], duration: float) -> tuple[tuple[float, str, str, int], ...]:
    """The curve at ten even moments, for the table: moment, share, interval, viewers at risk there."""
    if not curve["n"]:
        return ()
    rows, steps = [], curve["steps"]
    for place in range(1, 11):
        at = duration * place / 10
        past = [one for one in steps if one[0] <= at]
        share, low, high = (past[-1][1:4]) if past else (1.0, 0.025 ** (1 / curve["n"]), 1.0)
        later = [one for one in steps if one[0] > at]
        reached = later[0][4] if later else curve["n"] - curve["left"]
        rows.append((round(at, 1), f"{share * 100:.0f} %", f"{low * 100:.0f} to {high * 100:.0f} %", reached))
    return tuple(rows)


def _reaction(name: str, counts: list[int], reactions: dict[str, Any]) -> Row:
    """Bars as high as the share of those watching who pressed; the tallest takes the whole height."""
    shares = [count / max(1, there) for count, there in zip(counts, reactions["watching"], strict=True)]
    tallest = max(shares) or 1.0
    width = 1000 / len(counts)
    bars = tuple(
        (
            round(place * width + width * 0.12, 2),
            round(width * 0.76, 2),
            round(100 * share / tallest, 2),
            round(100 - 100 * share / tallest, 2),
        )
        for place, share in enumerate(shares)
        if share
    )
    peak = max(range(len(counts)), key=lambda place: shares[place])
    return Row(name, bars, max(counts), round((peak + 0.5) * reactions["seconds"], 1))
