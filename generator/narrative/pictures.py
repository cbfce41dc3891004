"""Pictures of what was measured, as SVG text: an arc, a network of people, a strip of scenes.

No script, no style sheet, nothing fetched: they can stand in a page under a strict content security policy. Each has a title
and a description in words; what is told by colour is told by words or shape too. Ink on white has a contrast of at least
4.5 to 1 for words and 3 to 1 for lines (WCAG 2.2, 1.4.3 and 1.4.11).
"""

import math
from collections.abc import Sequence
from html import escape

from generator.narrative.analysis import ScriptAnalysis
from generator.narrative.fountain import plain

#: Ink, a second ink, rules, and the one accent: against white 16.1, 5.7, 3.4 and 5.9 to 1.
INK, SOFT, RULE, ACCENT = "#1a1f2b", "#5a6472", "#8a8f98", "#0b6477"
BELOW = "#9a3412"
#: People in a network picture at most: names would lie on each other.
MAX_PEOPLE = 24


def arc_svg(analysis: ScriptAnalysis, *, ident: str = "arc") -> str:
    """The curve of feeling from the first word to the last, above and below the middle, with the scenes' borders."""
    width, height, left, top = 720, 260, 44, 24
    inner_w, inner_h = width - left - 16, height - top - 40
    most = max(0.25, *(abs(value) for value in analysis.arc))
    points = [
        (left + inner_w * n / (len(analysis.arc) - 1), top + inner_h * (0.5 - value / most / 2))
        for n, value in enumerate(analysis.arc)
    ]
    path = "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    middle = top + inner_h / 2
    low = min(range(len(points)), key=lambda n: analysis.arc[n])
    high = max(range(len(points)), key=lambda n: analysis.arc[n])
    said = (
        f"Feeling over the script, as {analysis.shape}. Highest at {100 * high // (len(points) - 1)} per cent of the "
        f"script, lowest at {100 * low // (len(points) - 1)} per cent."
    )
    marks = [
        f'<line x1="{left + inner_w * s.begins:.1f}" y1="{middle - 4:.1f}" x2="{left + inner_w * s.begins:.1f}" '
        f'y2="{middle + 4:.1f}" stroke="{RULE}"/>'
        for s in analysis.scenes
    ]
    parts = [
        f'<line x1="{left}" y1="{middle:.1f}" x2="{left + inner_w}" y2="{middle:.1f}" stroke="{RULE}"/>',
        *marks,
        f'<path d="{path}" fill="none" stroke="{ACCENT}" stroke-width="2.5" stroke-linejoin="round"/>',
        _dot(points[high], ACCENT),
        _dot(points[low], BELOW),
        _text(points[high][0], max(points[high][1] - 9, 14), "highest", SOFT, _side(high / (len(points) - 1))),
        _text(points[low][0], min(points[low][1] + 18, height - 26), "lowest", SOFT, _side(low / (len(points) - 1))),
        _text(6, top + 8, "glad", SOFT),
        _text(6, top + inner_h, "sad", SOFT),
        _text(left, height - 10, "beginning", SOFT),
        _text(left + inner_w, height - 10, "end", SOFT, "end"),
    ]
    return _svg(ident, width, height, f"Arc of {analysis.title}", said, parts)


def network_svg(analysis: ScriptAnalysis, *, ident: str = "network") -> str:
    """Who is in a scene with whom: people in a circle, the most spoken first; a line is as thick as scenes are shared."""
    people = analysis.characters[:MAX_PEOPLE]
    width, height, radius = 560, 480, 165
    middle = (width / 2, height / 2)
    places = {}
    for number, person in enumerate(people):
        angle = 2 * math.pi * number / max(len(people), 1) - math.pi / 2
        reach = radius if len(people) > 1 else 0
        places[person.name] = (middle[0] + reach * math.cos(angle), middle[1] + reach * math.sin(angle), angle)
    shared = [(a, b, n) for a, b, n in analysis.pairs if a in places and b in places]
    most = max((n for _, _, n in shared), default=1)
    parts = [
        f'<line x1="{places[a][0]:.1f}" y1="{places[a][1]:.1f}" x2="{places[b][0]:.1f}" y2="{places[b][1]:.1f}" '
        f'stroke="{RULE}" stroke-width="{1 + 5 * n / most:.1f}"><title>{_safe(f"{a} and {b}: {n} scenes")}</title></line>'
        for a, b, n in shared
    ]
    for person in people:
        x, y, angle = places[person.name]
        size = 7 + 20 * math.sqrt(person.share)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="#ffffff" stroke="{ACCENT}" stroke-width="2.5"><title>'
            f"{_safe(f'{person.name}: {person.lines} lines, {person.share:.0%} of what is said, {person.scenes} scenes')}"
            "</title></circle>"
        )
        away = size + 8
        anchor = "middle" if abs(math.cos(angle)) < 0.3 else ("start" if math.cos(angle) > 0 else "end")
        parts.append(
            _text(
                x + away * math.cos(angle),
                y + away * math.sin(angle) + (4 if anchor != "middle" else 10 * math.sin(angle)),
                _short(person.name),
                INK,
                anchor,
            )
        )
    said = "; ".join(f"{a} and {b} share {n} scenes" for a, b, n in shared[:12]) or "Nobody shares a scene."
    return _svg(ident, width, height, f"People of {analysis.title}", said, parts)


def strip_svg(analysis: ScriptAnalysis, *, ident: str = "strip") -> str:
    """The scenes side by side, as wide as they are long; the filled part of each is what is spoken in it."""
    width, height, left, top, tall = 720, 150, 16, 30, 64
    inner = width - 2 * left
    total = sum(scene.words for scene in analysis.scenes) or 1
    parts, at = [], float(left)
    for scene in analysis.scenes:
        wide = inner * scene.words / total
        spoken = tall * (scene.spoken / scene.words if scene.words else 0)
        told = f"{scene.number}. {scene.heading}: {scene.seconds:.0f} s, {scene.spoken} of {scene.words} words spoken"
        parts.append(
            f'<g><title>{_safe(f"{told}, {scene.beat}")}</title><rect x="{at:.1f}" y="{top}" '
            f'width="{max(wide - 1.5, 0.5):.1f}" height="{tall}" fill="#ffffff" stroke="{RULE}"/>'
            f'<rect x="{at:.1f}" y="{top + tall - spoken:.1f}" '
            f'width="{max(wide - 1.5, 0.5):.1f}" height="{spoken:.1f}" fill="{ACCENT}"/></g>'
        )
        if wide > 16:
            parts.append(_text(at + wide / 2, top + tall + 16, str(scene.number), SOFT, "middle"))
        at += wide
    parts.append(_text(left, 18, "Scenes by length; filled: what is spoken", SOFT))
    parts.append(
        _text(left, height - 8, f"{analysis.seconds / 60:.1f} min, {analysis.dialogue_share:.0%} spoken", SOFT)
    )
    longest = max(analysis.scenes, key=lambda scene: scene.words)
    said = (
        f"{len(analysis.scenes)} scenes, about {analysis.seconds / 60:.1f} minutes; {analysis.dialogue_share:.0%} of the "
        f"words are spoken. The longest is scene {longest.number}, {longest.heading}."
    )
    return _svg(ident, width, height, f"Scenes of {analysis.title}", said, parts)


def _svg(ident: str, width: int, height: int, title: str, said: str, parts: Sequence[str]) -> str:
    ident = "".join(char for char in ident if char.isalnum() or char in "-_") or "picture"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{ident}-title {ident}-desc" font-family="system-ui, sans-serif" font-size="13">'
        f'<title id="{ident}-title">{_safe(title)}</title><desc id="{ident}-desc">{_safe(said)}</desc>'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _text(x: float, y: float, text: str, fill: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}">{_safe(text)}</text>'


def _side(place: float) -> str:
    """Words at either end stay within the picture."""
    return "start" if place < 0.06 else "end" if place > 0.94 else "middle"


def _dot(place: tuple[float, float], fill: str) -> str:
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="4.5" fill="{fill}"/>'


def _safe(text: str) -> str:
    return escape(plain(text))


def _short(name: str) -> str:
    return name if len(name) <= 22 else name[:21] + "…"
