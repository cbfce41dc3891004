"""Labels burnt into the picture: a mark of letters in a rounded square, and words beside it, low on the left.

The letters are those that the language uses (AI, KI, IA); pictures that were computed without a trained model carry no
letters, because no artificial intelligence made them, and their words say so. Latin letters are Pillow's own font
(Aileron, CC0); ``fonts/labels.ttf`` holds the sixteen Chinese and Korean characters of our words (Noto Sans, OFL 1.1).
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generator.errors import EditError

INK, PAPER = (255, 255, 255), (11, 12, 15)
#: How dark the field behind the words is: white on it keeps a contrast of at least 7 to 1 over any picture (WCAG 2.2,
#: 1.4.6), since the brightest that shines through is 0.18 of white.
_FIELD = 210
#: Shares of the picture's shorter side: distance from the edges (the safe area that broadcasters keep is 5 %), and the
#: tallest letters that still leave room for a picture.
MARGIN, MAX_HEIGHT = 0.05, 0.2
_EAST = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_PIECE = re.compile(rf"[{_EAST}][^\w\s]*|[^{_EAST}]+")
_FONT = Path(__file__).with_name("fonts") / "labels.ttf"

#: The letters of the mark by language; "AI" where the language has none of its own.
LETTERS = {"de": "KI", "fr": "IA", "es": "IA", "it": "IA", "pt": "IA", "ro": "IA"}

Shown = Literal["opening", "throughout"]


@dataclass(frozen=True, slots=True)
class Label:
    """What is burnt in: ``words`` (one line a language), from the film's first frame for ``seconds``, or throughout.

    ``height`` is that of the letters as a share of the picture's shorter side; ``letters`` is the mark's text, empty for
    none.
    """

    words: tuple[str, ...]
    letters: str = ""
    height: float = 0.05
    shown: Shown = "opening"
    seconds: float = 4.0

    def __post_init__(self) -> None:
        if not self.words or not all(0 < len(line) <= 60 for line in self.words):
            raise EditError("a label needs words, each line of 1 to 60 characters")
        if not 0.02 <= self.height <= MAX_HEIGHT:
            raise EditError(f"a label's letters are {self.height:g} of the picture's side; use 0.02 to {MAX_HEIGHT}")
        if self.seconds <= 0:
            raise EditError("a label is shown for no time; give it seconds")

    def visible(self, seconds: float) -> bool:
        """Whether it stands in the frame at this moment of the film."""
        return self.shown == "throughout" or seconds < self.seconds


@functools.lru_cache(maxsize=64)
def _fonts(size: float) -> tuple[Any, Any]:
    return ImageFont.load_default(size), ImageFont.truetype(str(_FONT), round(size))


def _runs(line: str, size: float) -> list[tuple[str, Any]]:
    """The line in stretches of one font each. Raises ``EditError`` for letters that neither font has."""
    latin, own = _fonts(size)
    missing = bytes(latin.getmask("\uffff"))
    runs: list[tuple[str, Any]] = []
    for letter in line:
        font = latin if letter == " " or bytes(latin.getmask(letter)) != missing else own
        if font is own and bytes(own.getmask(letter)) == bytes(own.getmask("\uffff")):
            raise EditError(f"a label can't be drawn: there is no letter {letter!r} in its fonts; use other words")
        if runs and runs[-1][1] is font:
            runs[-1] = (runs[-1][0] + letter, font)
        else:
            runs.append((letter, font))
    return runs


def _width(line: str, size: float) -> float:
    return sum(float(font.getlength(text)) for text, font in _runs(line, size))


def _pieces(line: str) -> list[tuple[str, str]]:
    """What stays on one line, each with what stands before it: words after a space; Han, kana and Hangul letter by letter
    (Unicode Standard Annex 14, classes ID, H2 and H3: a line may end on either side of each)."""
    pieces: list[tuple[str, str]] = []
    for word in line.split():
        between = " "
        for piece in _PIECE.findall(word):
            pieces.append((between, piece))
            between = ""
    return pieces


def _wrapped(line: str, size: float, room: float) -> list[str]:
    """The line in lines that fit; raises ``EditError`` where one word alone does not."""
    lines: list[str] = []
    for between, piece in _pieces(line):
        if _width(piece, size) > room:
            raise EditError(f"the label's word {piece!r} does not fit into {room:.0f} pixels; use shorter words")
        if lines and _width(lines[-1] + between + piece, size) <= room:
            lines[-1] += between + piece
        else:
            lines.append(piece)
    return lines


def overlay(label: Label, width: int, height: int) -> np.ndarray[Any, Any]:
    """The label over nothing, (height, width, 4) uint8 RGBA. Words that are too long for the picture are wrapped, never made
    smaller than was asked for; raises ``EditError`` where that is not enough."""
    side = min(width, height)
    size = max(label.height * side / 0.72, 7.0)  # capitals of Aileron are 0.72 of its size
    pad, leading = size * 0.45, size * 1.25
    box = size * 1.7 if label.letters else 0.0
    room = width - 2 * MARGIN * side - 2 * pad - box
    lines = [part for line in label.words for part in _wrapped(line, size, room)]
    tall, wide = max(leading * len(lines), box) + pad, box + max(_width(line, size) for line in lines) + 2 * pad
    left, bottom = MARGIN * side, height - MARGIN * side
    if bottom - tall < 0:
        raise EditError(f"the label {label.words[0]!r} does not fit into {height} pixels; use fewer words")
    picture = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle([left, bottom - tall, left + wide, bottom], radius=size * 0.3, fill=(*PAPER, _FIELD))
    if label.letters:
        _mark(draw, label.letters, (left + pad * 0.6, bottom - tall / 2 - size * 0.72), size * 1.44, size)
    top = bottom - tall / 2 - leading * len(lines) / 2
    for line in lines:
        at = left + pad + box
        for text, font in _runs(line, size):
            draw.text((at, top + leading / 2), text, font=font, fill=(*INK, 255), anchor="lm")
            at += float(font.getlength(text))
        top += leading
    return np.asarray(picture)


def _mark(draw: ImageDraw.ImageDraw, letters: str, corner: tuple[float, float], side: float, size: float) -> None:
    """The letters in dark on a white rounded square."""
    left, top = corner
    draw.rounded_rectangle([left, top, left + side, top + side], radius=side * 0.22, fill=(*INK, 255))
    font = _fonts(size * 0.86)[0]
    draw.text((left + side / 2, top + side / 2), letters, font=font, fill=(*PAPER, 255), anchor="mm")


class Burner:
    """Burns labels into the frames of one film."""

    def __init__(self, labels: Sequence[Label], width: int, height: int, fps: int | Fraction) -> None:
        self._fps = float(fps)
        #: alpha (h, w, 1) and premultiplied ink (h, w, 3), float32, of each label over the rows that it touches
        self._prepared = []
        lift = 0
        for label in labels:
            drawn = overlay(label, width, height)
            rows = np.flatnonzero(drawn[..., 3].any(axis=1))
            first, last = int(rows[0]), int(rows[-1]) + 1
            if first - lift < 0:
                raise EditError("the labels do not fit above each other; use fewer or smaller ones")
            alpha = drawn[first:last, :, 3:].astype(np.float32) / 255.0
            ink = drawn[first:last, :, :3].astype(np.float32) * alpha
            self._prepared.append((label, first - lift, last - lift, alpha, ink))
            lift += last - first + max(height // 60, 2)

    def burn(self, frame: np.ndarray[Any, Any], number: int) -> np.ndarray[Any, Any]:
        """The frame (height, width, 3) uint8 with the labels that are visible in it; the same array where none is."""
        moment = number / self._fps
        burnt = frame
        for label, first, last, alpha, ink in self._prepared:
            if not label.visible(moment):
                continue
            if burnt is frame:
                burnt = frame.copy()
            mixed = burnt[first:last].astype(np.float32) * (1.0 - alpha) + ink
            burnt[first:last] = (mixed + 0.5).astype(np.uint8)
        return burnt
