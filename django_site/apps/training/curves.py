"""What a training writes while it runs, read for its page: losses as a drawing and a table, samples by step."""

import json
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django_site.errors import InputError

#: The drawing's own units; it takes any width.
WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 58, 24, 12, 28
#: Points of one curve, and rows of the table: more can't be seen.
MAX_POINTS, TABLE_ROWS = 240, 12
#: Most of the file that is read: a training of a day writes a few megabytes.
MAX_BYTES = 32 * 1024**2
_MARKS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """A loss by name: points of the drawing, its newest value, and a number by which its line is told from others."""

    name: str
    points: str
    latest: float
    style: int


@dataclass(frozen=True, slots=True)
class Curves:
    """All losses of a training. ``marks`` are heights with their values, ``steps`` places along the bottom; ``rows`` the
    table: step, seconds, value of each curve."""

    curves: tuple[Curve, ...]
    marks: tuple[tuple[float, str], ...]
    steps: tuple[tuple[float, int], ...]
    rows: tuple[tuple[int, float, tuple[float, ...]], ...]
    step: int
    seconds: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return WIDTH - RIGHT

    @property
    def foot(self) -> int:
        return HEIGHT - BOTTOM


def losses_read(folder: Path) -> list[dict]:
    """The reports of ``losses.jsonl`` in order. A last line that is just being written is left out, and so is whatever is
    no report."""
    path = folder / "losses.jsonl"
    if not path.is_file():
        return []
    with path.open("rb") as stream:
        size = path.stat().st_size
        if size > MAX_BYTES:
            stream.seek(size - MAX_BYTES)
            stream.readline()
        found = []
        for line in stream:
            if not line.endswith(b"\n"):
                break
            try:
                report = json.loads(line)
                report = {
                    "step": int(report["step"]), "seconds": float(report["seconds"]),
                    "losses": {str(name): float(value) for name, value in report["losses"].items()},
                }  # fmt: skip
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            found.append(report)
    return found


def curves_of(reports: Sequence[dict]) -> Curves | None:
    """The drawing and the table; ``None`` before there is anything to draw."""
    if not reports:
        return None
    names = list(dict.fromkeys(name for report in reports for name in report["losses"]))
    thinned = _thinned(reports, MAX_POINTS)
    values = [value for report in thinned for value in report["losses"].values()]
    heights = _round_marks(min([0.0, *values]), max([*values, 0.0]))
    low, high = heights[0], heights[-1]
    span = high - low
    last = max(reports[-1]["step"], 1)

    def x(step: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * step / last, 2)

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / span, 2)

    curves = tuple(
        Curve(
            name,
            " ".join(f"{x(r['step'])},{y(r['losses'][name])}" for r in thinned if name in r["losses"]),
            next(r["losses"][name] for r in reversed(reports) if name in r["losses"]),
            number % 4,
        )
        for number, name in enumerate(names)
    )
    marks = tuple((y(height), f"{height:.6g}") for height in heights)
    steps = tuple((x(last * n // _MARKS), last * n // _MARKS) for n in range(_MARKS + 1))
    rows = tuple(
        (r["step"], r["seconds"], tuple(r["losses"].get(name, float("nan")) for name in names))
        for r in _thinned(reports, TABLE_ROWS)
    )
    return Curves(curves, marks, steps, rows, reports[-1]["step"], reports[-1]["seconds"])


def _round_marks(low: float, high: float) -> list[float]:
    """Heights from ``low`` or below to ``high`` or above, apart by 1, 2 or 5 times a power of ten, about ``_MARKS``."""
    high = high if high > low else low + 1.0
    rough = (high - low) / _MARKS
    power = 10.0 ** math.floor(math.log10(rough))
    apart = next(power * step for step in (1, 2, 5, 10) if power * step >= rough * 0.999)
    return [round(n * apart, 12) for n in range(math.floor(low / apart), math.ceil(high / apart - 1e-9) + 1)]


def _thinned(reports: Sequence[dict], most: int) -> list[dict]:
    """At most so many, evenly, the last always among them."""
    if len(reports) <= most:
        return list(reports)
    return [reports[round(n * (len(reports) - 1) / (most - 1))] for n in range(most)]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sheet of samples: the step at which it was made, and its size in pixels."""

    step: int
    width: int
    height: int


def samples_read(folder: Path) -> list[Sample]:
    """The sheets that there are, in order of their steps."""
    found = []
    for path in sorted((folder / "samples").glob("*.png")):
        if path.stem.isascii() and path.stem.isdigit() and (size := png_size(path)):
            found.append(Sample(int(path.stem), *size))
    return sorted(found, key=lambda one: one.step)


def sample_path(folder: Path, step: int) -> Path:
    """The file of a sheet. Raises ``InputError`` where there is none of that step."""
    for path in (folder / "samples").glob("*.png"):
        if path.stem.isascii() and path.stem.isdigit() and int(path.stem) == step:
            return path
    raise InputError(f"there are no samples of step {step}")


def png_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels from a PNG's header (RFC 2083, section 4.1.1); ``None`` for anything else."""
    try:
        with path.open("rb") as stream:
            head = stream.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    width, height = struct.unpack(">II", head[16:24])
    return int(width), int(height)
