"""Documents as PDFs to be read and printed: tagged (PDF/UA-1, ISO 14289-1), and the same bytes for the same sheet.

A *sheet* is data: title, author, language, standfirst, footer and parts, each a heading with blocks (text, deed, facts,
table, chart) made by the functions below. Set by typst with the fonts that it carries; nothing is fetched, and no text is
ever read as markup. Characters that no bundled font has stand as their code, [U+65E5].
"""

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

_SOURCE = Path(__file__).with_name("sheet.typ")
#: Rows of one table in print; the JSON form has all of them, and the page says so.
MAX_ROWS = 400
#: Facts with fewer characters and no more rows stay together on one page; longer ones might not fit on any.
_WHOLE, _WHOLE_ROWS = 1200, 16
#: Code points below this are Latin, Greek, Cyrillic, Armenian and Hebrew, which the serif has or the probe below tells.
_PLAIN_BELOW = 0x250


def sheet_pdf(sheet: dict[str, Any]) -> bytes:
    """The PDF of a sheet: ``title``, ``author``, ``language`` (BCP 47), ``standfirst``, ``footer``, ``parts``."""
    import typst

    inputs = {"data": json.dumps(_displayable(sheet), ensure_ascii=False)}
    compiler = typst.Compiler(_SOURCE, ignore_system_fonts=True, sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    assert isinstance(made, bytes)  # noqa: S101  (one document, so one file)
    return made


def sheet_pages(sheet: dict[str, Any], *, ppi: float = 90.0) -> list[bytes]:
    """The same pages as PNG pictures, to be looked at."""
    import typst

    inputs = {"data": json.dumps(_displayable(sheet), ensure_ascii=False)}
    made = typst.Compiler(_SOURCE, ignore_system_fonts=True, sys_inputs=inputs).compile(format="png", ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made)


def _displayable(value: Any) -> Any:
    """The same data with what can't be set replaced: control and direction characters go, unknown ones show their code."""
    if isinstance(value, dict):
        return {key: _displayable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_displayable(one) for one in value]
    return "".join(map(_shown, value)) if isinstance(value, str) else value


def _shown(char: str) -> str:
    if unicodedata.category(char)[0] == "C":
        return " " if char in "\n\t" else ""
    if ord(char) < _PLAIN_BELOW or _has_glyph(char):
        return char
    return f"[U+{ord(char):04X}]"


@lru_cache(maxsize=4096)
def _has_glyph(char: str) -> bool:
    """Whether a bundled font has it: PDF/UA-1 asks for real text, so typst refuses a character that it can't show."""
    import typst

    source = (
        b'#set document(title: "t")\n#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n#text(sys.inputs.c)'
    )
    compiler = typst.Compiler(source, ignore_system_fonts=True, sys_inputs={"c": f"a{char}"})
    try:
        compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError:
        return False
    return True


# what a sheet is made of


def part(heading: str, *blocks: dict[str, Any], level: int = 1) -> dict[str, Any]:
    """A heading and what stands under it; empty blocks are left out."""
    return {"heading": heading, "level": level, "blocks": [block for block in blocks if block]}


def text(*lines: str) -> dict[str, Any]:
    """Paragraphs."""
    return {"kind": "text", "lines": list(lines)}


def deed(lines: Iterable[str]) -> dict[str, Any]:
    """Paragraphs that somebody agreed to or wrote, word for word."""
    return {"kind": "deed", "lines": [line for line in lines if line]}


def facts(*rows: tuple[str, Any]) -> dict[str, Any]:
    """Names and values; values that are missing are left out."""
    said = [[name, str(value)] for name, value in rows if value not in (None, "")]
    whole = sum(len(name) + len(value) for name, value in said) < _WHOLE and len(said) <= _WHOLE_ROWS
    return {"kind": "facts", "rows": said, "whole": whole}


def table(
    head: Sequence[str],
    widths: Sequence[int],
    rows: Sequence[Sequence[str]],
    nothing: str,
    *,
    numbers: Sequence[int] = (),
) -> list[dict[str, Any]]:
    """A table with a header row, or the words for "nothing". ``widths`` are shares; ``numbers`` name columns that stand
    to the right."""
    if not rows:
        return [text(nothing)] if nothing else []
    made = {"kind": "table", "head": list(head), "widths": list(widths), "rows": [list(row) for row in rows[:MAX_ROWS]]}
    made["numbers"] = list(numbers)
    left_out = len(rows) - MAX_ROWS
    more = [text(_("%(n)d more rows stand in the JSON form.") % {"n": left_out})] if left_out > 0 else []
    return [made, *more]


def chart(svg: str, *, alt: str, caption: str = "") -> dict[str, Any]:
    """A drawing with the words that stand for it."""
    return {"kind": "chart", "svg": svg, "alt": alt, "caption": caption}


def moment(iso: str | None) -> str:
    """A moment of ISO 8601 as people read it; empty where there is none."""
    at = parse_datetime(iso) if iso else None
    return f"{date_format(at, 'j M Y, H:i')} UTC" if isinstance(at, datetime) else ""
