"""Cards: the title at the head, the disclosure at the end, drawn with Pillow's own scalable font (Aileron, CC0)."""

import unicodedata
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

INK, FAINT, PAPER, ACCENT = (236, 230, 218), (157, 153, 145), (11, 12, 15), (196, 148, 74)
DISCLOSURE_CARD = "This film is a computer-generated previsualisation. Nothing and nobody in it was filmed."


def drawable(text: str) -> str:
    """What the font has letters for: others are transliterated where Unicode can, else left out."""
    font = ImageFont.load_default(20)
    missing = bytes(font.getmask("\uffff"))
    kept = []
    for char in unicodedata.normalize("NFC", text):
        if char.isspace() or bytes(font.getmask(char)) != missing:
            kept.append(char)
        else:
            kept.append(unicodedata.normalize("NFD", char).encode("ascii", "ignore").decode())
    return " ".join("".join(kept).split())


def wrap(text: str, font: Any, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] = f"{lines[-1]} {word}"
            continue
        while font.getlength(word) > width and len(word) > 1:
            cut = max(1, int(len(word) * width / font.getlength(word)))
            lines.append(word[:cut])
            word = word[cut:]
        lines.append(word)
    return lines


def _draw_lines(
    draw: ImageDraw.ImageDraw,
    lines: list[str],
    font: Any,
    top: float,
    width: int,
    colour: tuple[int, int, int],
    leading: float,
) -> float:
    for line in lines:
        draw.text(((width - font.getlength(line)) / 2, top), line, font=font, fill=colour)
        top += leading
    return top


def _draw_spaced(draw: ImageDraw.ImageDraw, line: str, font: Any, top: float, width: int, spacing: float) -> None:
    """One centred line with ``spacing`` pixels between its letters, as titles are set."""
    left = (width - font.getlength(line) - spacing * (len(line) - 1)) / 2
    for n, letter in enumerate(line):
        draw.text((left + font.getlength(line[:n]) + spacing * n, top), letter, font=font, fill=INK)


def title_card(title: str, subtitle: str, width: int, height: int) -> np.ndarray[Any, Any]:
    """The title in spaced capitals over a thin rule; (height, width, 3) uint8 RGB."""
    card = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(card)
    shown = (drawable(title) or "Untitled").upper()
    size, room = height / 8.5, int(width * 0.80)
    while size > height / 28 and len(wrap(shown, ImageFont.load_default(size), int(room / 1.28))) > 2:
        size *= 0.9
    font, small = ImageFont.load_default(size), ImageFont.load_default(max(height / 26, 7))
    lines = wrap(shown, font, int(room / 1.28))[:4]
    top = height * 0.46 - len(lines) * size * 0.66
    for line in lines:
        _draw_spaced(draw, line, font, top, width, size * 0.16)
        top += size * 1.3
    rule = height * 0.05
    draw.line(
        [(width / 2 - width * 0.06, top + rule), (width / 2 + width * 0.06, top + rule)],
        fill=ACCENT,
        width=max(1, height // 240),
    )
    _draw_lines(
        draw,
        wrap(drawable(subtitle), small, int(width * 0.8))[:2],
        small,
        top + rule * 2,
        width,
        FAINT,
        height / 20,
    )
    return np.asarray(card)


def end_card(credits: tuple[str, ...], width: int, height: int) -> np.ndarray[Any, Any]:
    """Credits above the plain disclosure sentence; (height, width, 3) uint8 RGB."""
    card = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(card)
    font, small = ImageFont.load_default(max(height / 19, 8)), ImageFont.load_default(max(height / 27, 7))
    lines = [line for text in credits for line in wrap(drawable(text), small, int(width * 0.8))][:7]
    sentence = wrap(DISCLOSURE_CARD, font, int(width * 0.76))
    total = len(lines) * height / 17 + len(sentence) * height / 13 + height * 0.12
    top = _draw_lines(draw, lines, small, (height - total) / 2, width, FAINT, height / 17)
    draw.line(
        [(width / 2 - width * 0.06, top + height * 0.06), (width / 2 + width * 0.06, top + height * 0.06)],
        fill=ACCENT,
        width=max(1, height // 240),
    )
    _draw_lines(draw, sentence, font, top + height * 0.12, width, INK, height / 13)
    return np.asarray(card)
