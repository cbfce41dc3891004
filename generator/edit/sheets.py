"""Contact sheets: the pictures of a film in rows, with what they show beneath."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from generator.edit.titles import ACCENT, drawable, wrap
from generator.errors import EditError

INK, FAINT, PAPER = (33, 33, 36), (98, 98, 104), (250, 249, 246)
#: Pixels of a cell's picture and around it; lines of a caption at most.
WIDTH, GAP, MARGIN, LINES = 480, 28, 56, 3
#: Most pictures of one sheet: at three in a row that is a page of some ten thousand pixels.
MAX_CELLS = 96


@dataclass(frozen=True, slots=True)
class Cell:
    """A picture, its heading, and lines of small text beneath."""

    picture: Image.Image
    heading: str
    lines: tuple[str, ...] = ()


def contact_sheet(cells: Sequence[Cell], *, title: str, subtitle: str = "") -> Image.Image:
    """The sheet, RGB. More than ``MAX_CELLS`` pictures are thinned out evenly, and the subtitle says so. Raises
    ``EditError`` without a picture."""
    if not cells:
        raise EditError("a contact sheet needs at least one picture")
    if len(cells) > MAX_CELLS:
        step = len(cells) / MAX_CELLS
        subtitle = f"{subtitle} · {MAX_CELLS} of {len(cells)} shots".strip(" ·")
        cells = [cells[int(n * step)] for n in range(MAX_CELLS)]
    columns = min(3, len(cells))
    rows = math.ceil(len(cells) / columns)
    tall = max(round(cell.picture.height * WIDTH / cell.picture.width) for cell in cells)
    head, small, large = ImageFont.load_default(20), ImageFont.load_default(16), ImageFont.load_default(40)
    caption = 34 + 22 * (LINES + 1)
    top = MARGIN + 92
    sheet = Image.new(
        "RGB", (2 * MARGIN + columns * WIDTH + (columns - 1) * GAP, top + rows * (tall + caption + GAP) + MARGIN), PAPER
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), _fitted(drawable(title), large, sheet.width - 2 * MARGIN), font=large, fill=INK)
    draw.text((MARGIN, MARGIN + 52), drawable(subtitle), font=small, fill=FAINT)
    for place, cell in enumerate(cells):
        left = MARGIN + place % columns * (WIDTH + GAP)
        down = top + place // columns * (tall + caption + GAP)
        picture = cell.picture.resize((WIDTH, round(cell.picture.height * WIDTH / cell.picture.width)))
        sheet.paste(picture, (left, down))
        at = down + tall + 10
        draw.line([(left, at - 4), (left + WIDTH, at - 4)], fill=ACCENT, width=2)
        draw.text((left, at + 2), _fitted(drawable(cell.heading), head, WIDTH), font=head, fill=INK)
        at += 30
        lines = [part for line in cell.lines for part in wrap(drawable(line), small, WIDTH)]
        if len(lines) > LINES + 1:
            lines = [*lines[:LINES], _fitted(f"{lines[LINES]} …", small, WIDTH)]
        for line in lines:
            draw.text((left, at), line, font=small, fill=FAINT)
            at += 22
    return sheet


def _fitted(line: str, font: Any, width: int) -> str:
    """The line, cut off with an ellipsis where it is too long."""
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"
