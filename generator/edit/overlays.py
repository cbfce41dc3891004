"""Words over the picture: titles, and captions where they are asked to be burnt in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator.edit.sources import Frame
from generator.edit.timeline import Timeline, TitlePlace
from generator.edit.titles import drawable, wrap

#: Titles come and go within this time, in seconds; a caption is there at once.
FADE_SECONDS = 0.3
#: Share of the height from the edge: inside of the 5 % that broadcasters keep as title-safe (EBU R 95).
_EDGE = 0.08
_MAX_LINES = 4


@dataclass(frozen=True, slots=True)
class _Span:
    first: int
    end: int
    text: str
    place: TitlePlace
    caption: bool


class Overlays:
    """Draws what stands over the film's frames; only what is visible is kept in memory."""

    def __init__(self, timeline: Timeline, *, captions: bool) -> None:
        self._size = timeline.width, timeline.height
        self._fade = max(round(FADE_SECONDS * timeline.rate), 1)
        moment = timeline.clock()
        spans = [
            _Span(first := moment(one.clip, one.start), first + one.frames, one.text, one.place, False)
            for one in timeline.titles
        ]
        if captions:
            spans += [
                _Span(first := moment(one.clip, one.start), first + one.frames, one.text, "lower", True)
                for one in timeline.cues
            ]
        self._waiting = sorted(spans, key=lambda span: (span.first, span.end), reverse=True)
        self._shown: list[tuple[_Span, np.ndarray[Any, Any]]] = []

    def draw(self, frame: Frame, number: int) -> Frame:
        """The film's frame ``number`` with its words; frames must come in order."""
        while self._waiting and self._waiting[-1].first <= number:
            span = self._waiting.pop()
            if span.end > number:
                self._shown.append((span, words(span.text, span.place, *self._size, boxed=span.caption)))
        self._shown = [one for one in self._shown if one[0].end > number]
        for span, drawn in self._shown:
            light = (
                1.0
                if span.caption
                else min((number - span.first + 1) / self._fade, (span.end - number) / self._fade, 1.0)
            )
            alpha = drawn[..., 3:].astype(np.float32) * (light / 255.0)
            mixed = frame.astype(np.float32) * (1.0 - alpha) + drawn[..., :3] * alpha
            frame = (mixed + 0.5).astype(np.uint8)
        return frame


def words(text: str, place: TitlePlace, width: int, height: int, *, boxed: bool) -> np.ndarray[Any, Any]:
    """The words over nothing, centred, (height, width, 4) uint8 RGBA; ``boxed`` lays a dark field behind them."""
    size = max(height / (19 if boxed else 14), 7.0)
    font = ImageFont.load_default(size)
    lines = [line for part in text.split("\n") for line in wrap(drawable(part), font, int(width * 0.84))][:_MAX_LINES]
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    leading = size * 1.3
    block = leading * len(lines)
    top = {"upper": height * _EDGE, "centre": (height - block) / 2, "lower": height * (1 - _EDGE) - block}[place]
    for line in lines:
        wide = font.getlength(line)
        left = (width - wide) / 2
        if boxed:
            draw.rectangle([left - size / 2, top, left + wide + size / 2, top + leading], fill=(11, 12, 15, 210))
        else:
            draw.text((left + size / 16, top + size / 16), line, font=font, fill=(0, 0, 0, 180))
        draw.text((left, top + (leading - size) / 3), line, font=font, fill=(236, 230, 218, 255))
        top += leading
    return np.asarray(picture)
