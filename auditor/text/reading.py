"""Screenplays and subtitles from strangers: Fountain, SubRip (.srt), WebVTT (.vtt) and plain text, told apart by content.

The result is a list of lines with their place in the file and, for subtitles, in time. Nothing is executed, fetched or
rendered. Sources: fountain.io/syntax; W3C WebVTT (2019); SubRip has no standard, so its timing lines are read as WebVTT's.
"""

import html
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fountain import ElementType, FountainParser

from auditor.errors import BadInputError
from auditor.media.types import Interval

#: A feature's subtitles have 100 kB, its screenplay 250 kB, a long novel 3 MB; in UTF-16 twice as much.
MAX_BYTES = 8 * 1024 * 1024
#: Characters of one Fountain file: its parser takes time that grows faster than the text.
MAX_FOUNTAIN = 800_000
#: A line of a script is a sentence or a paragraph; what is longer was not written by people.
MAX_LINE = 20_000
#: Hours of film that a subtitle's clock may show.
MAX_SECONDS = 24 * 3600.0

Kind = Literal["fountain", "subtitles", "plain"]

#: hours (may be missing) : minutes : seconds , milliseconds --> the same. WebVTT writes a point for the comma.
_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s|$)")
_MARKUP = re.compile(r"<[^<>]{0,200}>|\{[^{}]{0,200}\}|\[\[|\]\]|[*_\\]")
_HEADING = re.compile(r"^\s*\.?(?:INT|EXT|EST|I/E)[. /]", re.MULTILINE)
#: Fountain's elements that hold words of the story; headings, cues and transitions are formulas that all scripts share.
_TOLD = {ElementType.ACTION, ElementType.DIALOGUE, ElementType.LYRICS, ElementType.CENTERED}
_SPOKEN = {ElementType.DIALOGUE, ElementType.LYRICS}


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A stretch of text: ``number`` its line in the file from 1, ``seconds`` when it is shown (subtitles only).

    ``spoken`` is false for what a screenplay describes and nobody says.
    """

    text: str
    number: int
    seconds: Interval | None = None
    spoken: bool = True


@dataclass(frozen=True, slots=True)
class Script:
    """What a file says, in order."""

    name: str
    kind: Kind
    lines: tuple[ScriptLine, ...]


def read_script(path: Path) -> Script:
    """Read a file. Raises ``BadInputError``, naming it, for what is no text, holds no words, or is beyond a limit."""
    return parse_script(path.name, _decoded(path))


def parse_script(name: str, text: str) -> Script:
    """The lines of ``text``; ``name`` stands in errors and decides only between Fountain and plain text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    longest = max(map(len, text.split("\n")))
    if longest > MAX_LINE:
        raise BadInputError(f"{name}: a line of {longest:,} characters is no script; {MAX_LINE:,} are the limit")
    kind, lines = _parsed(name, text)
    if not any(_visible(line.text) for line in lines):
        raise BadInputError(f"{name}: holds no words; hand in a screenplay, subtitles or a text")
    return Script(name, kind, tuple(line for line in lines if _visible(line.text)))


def _parsed(name: str, text: str) -> tuple[Kind, list[ScriptLine]]:
    if any(_TIMING.match(line) for line in text.split("\n") if "-->" in line):
        return "subtitles", _subtitles(name, text)
    if name.lower().endswith((".fountain", ".spmd")) or _HEADING.search(text):
        return "fountain", _fountain(name, text)
    return "plain", [
        ScriptLine(plain, number) for number, line in enumerate(text.split("\n"), 1) if (plain := _plain(line))
    ]


def _fountain(name: str, text: str) -> list[ScriptLine]:
    if len(text) > MAX_FOUNTAIN:
        raise BadInputError(f"{name}: {len(text):,} characters are more than a screenplay's {MAX_FOUNTAIN:,}; split it")
    lines = []
    for element in _single(FountainParser().parse(text).elements):
        if element.type not in _TOLD:
            continue
        for offset, line in enumerate(element.text.split("\n")):
            lines.append(ScriptLine(_plain(line), element.line_number + offset, spoken=element.type in _SPOKEN))
    return lines


def _single(elements: Iterable[Any]) -> Iterator[Any]:
    """The elements with speeches side by side put one after the other."""
    for element in elements:
        if element.type is ElementType.DUAL_DIALOGUE:
            left, right = element.dual_dialogue_columns()
            yield from (*left, *right)
        else:
            yield element


def _subtitles(name: str, text: str) -> list[ScriptLine]:
    """Cues in the order of their start. What stands before the first timing line (a header, notes, styles) is left out."""
    rows = text.split("\n")
    starts = [(number, found) for number, row in enumerate(rows) if "-->" in row and (found := _TIMING.match(row))]
    lines = []
    for place, (number, found) in enumerate(starts):
        start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:])
        if end > MAX_SECONDS:
            raise BadInputError(
                f"{name}: line {number + 1} shows {end / 3600:.0f} h; {MAX_SECONDS / 3600:.0f} h are the limit"
            )
        shown = Interval(start, max(start, end))
        stop = starts[place + 1][0] if place + 1 < len(starts) else len(rows)
        for row in range(number + 1, stop):
            if not rows[row].strip():
                break  # an empty line ends a cue; the number that follows belongs to the next one
            lines.append(ScriptLine(_plain(rows[row]), row + 1, shown))
    return sorted(lines, key=lambda line: (line.seconds.start if line.seconds else 0.0, line.number))


def _seconds(groups: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = groups
    return (
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds or 0)
        + int((fraction or "0").ljust(3, "0")) / 1000
    )


def _plain(line: str) -> str:
    """The words without markup or control characters, spaces single."""
    text = html.unescape(_MARKUP.sub(" ", line))
    text = "".join(" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in text)
    return " ".join(text.split())


def _visible(text: str) -> bool:
    return any(char.isalnum() for char in text)


def _decoded(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO must not make us wait
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise BadInputError(f"{path}: not a file; hand in a screenplay or subtitles")
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{path}: can't be opened ({error.strerror})") from error
    if len(data) > MAX_BYTES:
        raise BadInputError(f"{path.name}: more than {MAX_BYTES // 2**20} MiB is no script; split it")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strictly(path.name, data, encoding)
    if b"\0" in data:
        raise BadInputError(f"{path.name}: holds NUL bytes, so it is no text; save it as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # old subtitles; every byte but five means something there


def _strictly(name: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInputError(f"{name}: not the {encoding} that its first bytes claim; save it as UTF-8") from error
