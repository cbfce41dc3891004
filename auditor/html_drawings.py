"""Drawings inside the HTML report: the film's timeline and the agreement over time, as SVG with a text beside each.

Places are per cent of the width, so that a drawing fits any page while its words keep their size.
"""

from collections.abc import Sequence

from auditor.media.types import Interval

#: Pixels of a bar and of a row; per cent of the width that a bar has at least, and that its number needs.
_BAR, _ROW = 26, 34
_NARROWEST, _NUMBERED = 0.6, 3.0
_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_MARKS = 6


def timeline_svg(duration: float, bars: Sequence[tuple[Interval, str, int, str]]) -> str:
    """The film from left to right, a bar for each finding: its interval, kind, number and (escaped) words.

    Bars that overlap in time stand in rows below each other; each links to ``#finding-NUMBER``.
    """
    total = max(duration, 0.001)
    ends: list[float] = []
    drawn = []
    for span, kind, number, words in bars:
        left = min(100 * min(span.start, total) / total, 100 - _NARROWEST)
        width = max(100 * min(span.end, total) / total - left, _NARROWEST)
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + width + 0.2]
        y = 8 + row * _ROW
        label = f'<text x="{left + width / 2:.2f}%" y="{y + 18}" text-anchor="middle">{number}</text>'
        drawn.append(
            f'<a href="#finding-{number}" aria-label="{words}"><title>{words}</title><rect class="bar {kind}" '
            f'x="{left:.2f}%" y="{y}" width="{width:.2f}%" height="{_BAR}" rx="3"/>{label if width > _NUMBERED else ""}</a>'
        )
    floor = 8 + max(1, len(ends)) * _ROW
    step = next((step for step in _STEPS if total / step <= _MARKS), total / _MARKS)
    marks = []
    for count in range(int(total / step + 1e-9) + 1):
        x = 100 * count * step / total
        anchor = "start" if x < 4 else "end" if x > 96 else "middle"
        marks.append(
            f'<line class="tick" x1="{x:.2f}%" x2="{x:.2f}%" y1="{floor}" y2="{floor + 6}"/>'
            f'<text class="mark" x="{x:.2f}%" y="{floor + 22}" text-anchor="{anchor}">{_mark(count * step)}</text>'
        )
    return (
        f'<svg class="timeline" width="100%" height="{floor + 28}" role="group" aria-label="Findings along the film">'
        f'<rect class="track" x="0" y="2" width="100%" height="{floor - 4}"/>{"".join(drawn)}{"".join(marks)}</svg>'
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
    places = [(1000 * (at - first) / length, 100 - 100 * min(1.0, max(0.0, score))) for at, score in curve]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    lowest, highest = (100 * extreme(score for _, score in curve) for extreme in (min, max))
    start, end = _mark(round(first, 2)), _mark(round(last, 2))
    words = f"Agreement from {start} to {end}: between {lowest:.0f} % and {highest:.0f} %"
    return (
        f'<svg class="curve" viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="{words}">'
        '<line class="tick" x1="0" x2="1000" y1="50" y2="50"/>'
        f'<polygon points="{places[0][0]:.1f},100 {line} {places[-1][0]:.1f},100"/><polyline points="{line}"/></svg>'
        f'<div class="ends"><span>{start}</span><span>agreement, 0 to 100 %</span><span>{end}</span></div>'
    )
