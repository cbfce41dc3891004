"""Drawings inside the HTML report: the film's timeline and the agreement over time, as SVG with a text beside each."""

from collections.abc import Sequence

from auditor.media.types import Interval

#: The drawing's own units; the page scales it to its width.
_WIDE, _LEFT, _RIGHT = 1000.0, 12.0, 988.0
_BAR, _ROW = 26, 34
_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_MARKS = 8


def timeline_svg(duration: float, bars: Sequence[tuple[Interval, str, int, str]]) -> str:
    """The film from left to right, a bar for each finding: its interval, kind, number and (escaped) words.

    Bars that overlap in time stand in rows below each other; each links to ``#finding-NUMBER``.
    """
    total = max(duration, 0.001)
    ends: list[float] = []
    drawn = []
    for span, kind, number, words in bars:
        left = _LEFT + (_RIGHT - _LEFT) * min(span.start, total) / total
        right = max(_LEFT + (_RIGHT - _LEFT) * min(span.end, total) / total, left + 6)
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [right + 2]
        y = 8 + row * _ROW
        number_at = f'<text x="{(left + right) / 2:.1f}" y="{y + 18}" text-anchor="middle">{number}</text>'
        drawn.append(
            f'<a href="#finding-{number}" aria-label="{words}"><title>{words}</title>'
            f'<rect class="bar {kind}" x="{left:.1f}" y="{y}" width="{right - left:.1f}" height="{_BAR}" rx="3"/>'
            f"{number_at if right - left > 14 else ''}</a>"
        )
    floor = 8 + max(1, len(ends)) * _ROW
    step = next((step for step in _STEPS if total / step <= _MARKS), _STEPS[-1])
    marks = []
    for count in range(int(total / step + 1e-9) + 1):
        x = _LEFT + (_RIGHT - _LEFT) * count * step / total
        anchor = "start" if x < 40 else "end" if x > 950 else "middle"
        marks.append(
            f'<line class="tick" x1="{x:.1f}" x2="{x:.1f}" y1="{floor}" y2="{floor + 6}"/>'
            f'<text class="mark" x="{x:.1f}" y="{floor + 22}" text-anchor="{anchor}">{_mark(count * step)}</text>'
        )
    return (
        f'<svg class="timeline" viewBox="0 0 {_WIDE:.0f} {floor + 28}" role="group" aria-label="Findings along the film">'
        f'<rect class="track" x="{_LEFT}" y="2" width="{_RIGHT - _LEFT}" height="{floor - 4}"/>'
        f"{''.join(drawn)}{''.join(marks)}</svg>"
    )


def _mark(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:g} s"
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def curve_svg(curve: Sequence[tuple[float, float]], span: Interval) -> str | None:
    """Agreement (0..1, upwards) over seconds of the film; ``None`` where there are fewer than two samples."""
    if len(curve) < 2:
        return None
    first, last = min(span.start, curve[0][0]), max(span.end, curve[-1][0])
    length = max(last - first, 0.001)
    left, right, top, floor = 96.0, 990.0, 16.0, 256.0
    places = [
        (left + (right - left) * (at - first) / length, floor - (floor - top) * min(1.0, max(0.0, score)))
        for at, score in curve
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    lowest, highest = min(score for _, score in curve), max(score for _, score in curve)
    words = (
        f"Agreement from {_mark(round(first, 2))} to {_mark(round(last, 2))}: between {lowest:.0%} and {highest:.0%}"
    )
    scale = "".join(
        f'<line class="tick" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
        f'<text class="mark" x="{left - 8}" y="{y + 8}" text-anchor="end">{label}</text>'
        for y, label in ((top, "100 %"), ((top + floor) / 2, "50 %"), (floor, "0 %"))
    )
    return (
        f'<svg class="curve" viewBox="0 0 {_WIDE:.0f} 292" role="img" aria-label="{words}">{scale}'
        f'<polygon points="{places[0][0]:.1f},{floor} {line} {places[-1][0]:.1f},{floor}"/><polyline points="{line}"/>'
        f'<text class="mark" x="{left}" y="{floor + 30}">{_mark(round(first, 2))}</text>'
        f'<text class="mark" x="{right}" y="{floor + 30}" text-anchor="end">{_mark(round(last, 2))}</text></svg>'
    )
