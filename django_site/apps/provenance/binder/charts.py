"""Charts as SVG, the same drawing on the page and in print, each with the words that stand for it.

Presentation attributes only: the site's content security policy allows no inline style. Every bar is labelled beside
it, so that nothing is said by colour alone; a table with the same figures stands next to each chart.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

#: Units of the drawings' width; they scale to the page.
WIDTH = 720
_FONT = 'font-family="Libertinus Serif"'
INK, SOFT, LINE = "#1f2328", "#57606a", "#c9cfd6"
#: Fills that stay apart in grey and for colour-blind eyes (after Okabe and Ito, 2008).
FILLS = ("#1f4173", "#b5730f", "#6d7f8f", "#8a2f2a", "#2f7a56")
_STEPS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200)
HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="#ffffff"/><rect width="3" height="6" fill="{FILLS[1]}"/></pattern></defs>'
)

Drawing = tuple[str, str]


def _svg(height: float, body: str, alt: str) -> Drawing:
    size = f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(alt)}">{body}</svg>'
    return drawn, alt


def _text(x: float, y: float, words: str, *, size: int = 13, anchor: str = "start", fill: str = INK) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}" {_FONT}>{escape(words)}</text>'


def _rect(x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "none") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.8):.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{fill}" stroke="{stroke}"/>'


def _ruler(duration: float, y: float, left: float, right: float) -> str:
    step = next((one for one in _STEPS if duration / one <= 8), duration / 8)
    marks, at = [], 0.0
    while at <= duration + 1e-9:
        x = left + (right - left) * at / duration
        marks.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 5}" stroke="{SOFT}"/>')
        marks.append(_text(x, y + 19, _clock(at), size=12, anchor="middle", fill=SOFT))
        at += step
    return "".join(marks)


def _clock(at: float) -> str:
    return f"{at:g} s" if at < 60 else f"{int(at // 60)}:{int(at % 60):02d}"


def similarity_chart(document: dict[str, Any]) -> Drawing:
    """How alike the film is to registered works at each moment (0 to 100 %); findings that somebody must judge,
    numbered."""
    duration = max(document["film"]["duration_seconds"] or 0.0, 0.001)
    found = [one for one in document["findings"] if one["judged"] and one["work"]]
    left, right, top, floor = 44.0, WIDTH - 12.0, 26.0, 166.0
    body = [f'<line x1="{left}" x2="{right}" y1="{floor}" y2="{floor}" stroke="{SOFT}"/>']
    for share in (0, 50, 100):
        y = floor - (floor - top) * share / 100
        body.append(f'<line x1="{left}" x2="{right}" y1="{y}" y2="{y}" stroke="{LINE}"/>')
        body.append(_text(left - 6, y + 4, f"{share} %", size=12, anchor="end", fill=SOFT))

    def place(at: float, score: float) -> tuple[float, float]:
        across = left + (right - left) * min(max(at, 0.0), duration) / duration
        return across, floor - (floor - top) * min(1.0, max(0.0, score))

    for number, one in enumerate(found, start=1):
        curve = one["curve"] if len(one["curve"]) > 1 else [[one["start"], one["score"]], [one["end"], one["score"]]]
        points = [place(float(at), float(score)) for at, score in curve]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        fill = FILLS[(number - 1) % len(FILLS)]
        body.append(
            f'<polygon points="{points[0][0]:.1f},{floor} {line} {points[-1][0]:.1f},{floor}" fill="{fill}" '
            f'fill-opacity="0.25"/><polyline points="{line}" fill="none" stroke="{fill}" stroke-width="2"/>'
        )
        middle = sum(x for x, _ in points) / len(points)
        body.append(_text(middle, min(y for _, y in points) - 6, str(number), anchor="middle"))
    if not found:
        body.append(
            _text(
                (left + right) / 2,
                (top + floor) / 2 - 18,
                "nothing found that resembles a registered work",
                anchor="middle",
                fill=SOFT,
            )
        )
    body.append(_ruler(duration, floor, left, right))
    height = floor + 30
    for number, one in enumerate(found[:12], start=1):
        words = (
            f"{number}  “{one['work']['title']}”, {one['start']:.1f} to {one['end']:.1f} s, {100 * one['score']:.0f} %"
        )
        body.append(_text(left, height + 12, words[:110]))
        height += 18
    spans = "; ".join(f"{one['start']:.1f} to {one['end']:.1f} s like “{one['work']['title']}”" for one in found[:12])
    alt = f"Similarity along the {duration:.1f} s of the film. " + (spans + "." if found else "Nothing was found.")
    return _svg(height + (6 if found else 0), "".join(body), alt)


def origin_chart(document: dict[str, Any]) -> Drawing:
    """Where each second of the film comes from: a bar from left to right, numbered by cue, and the sums."""
    duration = max([document["film"]["duration_seconds"] or 0.0, *(one["end"] for one in document["cues"]), 0.001])
    origins = list(document["origins"])
    fills = {origin: FILLS[place % len(FILLS)] for place, origin in enumerate(origins)}
    left, right = 12.0, WIDTH - 12.0
    body = []
    for place, one in enumerate(document["cues"]):
        x = left + (right - left) * one["start"] / duration
        width = (right - left) * (one["end"] - one["start"]) / duration
        y = 8 if place % 2 == 0 else 38  # neighbours may overlap where they dissolve
        body.append(_rect(x, y, width, 28, fills[one["origin"]], stroke="#ffffff"))
        if width > 16:
            body.append(_text(x + width / 2, y + 19, str(one["cue"]), anchor="middle", fill="#ffffff"))
    body.append(_ruler(duration, 70, left, right))
    height, total = 102.0, sum(document["origins"].values()) or 1.0
    for origin in origins:
        share = document["origins"][origin]
        body.append(_rect(left, height, 14, 14, fills[origin]))
        body.append(_text(left + 22, height + 12, f"{origin}: {share:.1f} s, {100 * share / total:.0f} %"))
        height += 20
    said = "; ".join(f"{origin} {share:.1f} s" for origin, share in document["origins"].items())
    return _svg(height + 4, "".join(body), f"Origin of each second of the film: {said or 'no cue is on record'}.")


def risk_chart(document: dict[str, Any]) -> Drawing:
    """How many risks are open in each area, by their weight."""
    areas: dict[str, dict[str, int]] = {}
    for one in document["risks"]:
        levels = areas.setdefault(one["area"], {})
        levels[one["level"]] = levels.get(one["level"], 0) + 1
    rows = [
        (area, [(f"{count} {level}", float(count), fill) for level, fill in _LEVELS if (count := levels.get(level, 0))])
        for area, levels in sorted(areas.items())
    ]
    said = "; ".join(f"{area}: {', '.join(part[0] for part in parts)}" for area, parts in rows)
    return bars(rows, f"Open risks. {said or 'None'}.", unit="")


_LEVELS = (("high", FILLS[3]), ("medium", FILLS[1]), ("low", FILLS[2]))


def energy_chart(document: dict[str, Any]) -> Drawing:
    """Machine time by kind of work; what was not used in the film is hatched."""
    kinds: dict[str, dict[str, float]] = {}
    for one in document["work"]:
        kinds.setdefault(one["kind"], {})[one["use"]] = one["seconds"]
    rows = []
    for kind, uses in kinds.items():
        parts = [
            (f"{use} {uses[use]:.1f} s", uses[use], fill)
            for use, fill in (("in the film", FILLS[0]), ("not used", "url(#hatch)"), ("beside the film", FILLS[2]))
            if use in uses
        ]
        rows.append((kind.replace("_", " "), parts))
    said = "; ".join(f"{kind}: {', '.join(part[0] for part in parts)}" for kind, parts in rows)
    return bars(rows, f"Wall time of the machines. {said or 'Nothing on record'}.", unit=" s")


def bars(
    rows: Sequence[tuple[str, list[tuple[str, float, str]]]], alt: str, *, unit: str, left: float = 150.0
) -> Drawing:
    """Rows of stacked bars, each part named below its row; ``left`` is where they begin, beside the names."""
    most = max((sum(part[1] for part in parts) for _, parts in rows), default=0.0) or 1.0
    right = WIDTH - 80.0
    body, y = [HATCH], 8.0
    for name, parts in rows:
        body.append(_text(left - 10, y + 16, name, anchor="end"))
        x = left
        for _, amount, fill in parts:
            width = (right - left) * amount / most
            body.append(_rect(x, y, width, 22, fill, stroke=INK))
            x += width
        total = sum(part[1] for part in parts)
        body.append(_text(x + 8, y + 16, f"{total:.1f}{unit}" if unit else f"{total:g}"))
        body.append(_text(left, y + 38, ", ".join(part[0] for part in parts), size=12, fill=SOFT))
        y += 52
    return _svg(y, "".join(body), alt)
