"""The table that comes with a corpus: whose each file is, and what its licence permits. CSV with a header, or JSON.

Nothing is guessed: what permits nothing says ``none``, what holds everywhere says ``*``. The first mistake refuses the
whole table, with its line, its column, its value and the remedy, because a table with one mistake may hold others.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from auditor.corpus.names import corpus_name
from auditor.errors import BadInputError
from auditor.plaintext import plain_text

#: What a licence can permit, in the order in which it is told.
ACTS = ("match", "reference", "train", "reproduce", "adapt")
REQUIRED = ("file", "title", "rights_holder", "licence", "acts", "territories")
#: Rights that an owner can keep expressly: ``tdm``, text and data mining (Directive (EU) 2019/790, art. 4(3)).
RESERVATIONS = ("tdm",)
COLUMNS = (*REQUIRED, "work_id", "ends", "reservations")
#: A table of the most rows with long cells; more is no table that anyone has read.
MAX_BYTES = 64 * 1024**2
MAX_ROWS = 100_000
#: Characters of one cell: the site's columns for titles and rights holders hold 300, licence texts are longer.
_MAX_SHORT, _MAX_LICENCE = 300, 10_000
_WORK_ID = re.compile(r"\S(.{0,298}\S)?")
_TERRITORY = re.compile(r"\*|[A-Z]{2}(-[A-Z0-9]{1,3})?")
_SEPARATORS = re.compile(r"[\s|]+")


@dataclass(frozen=True, slots=True)
class WorkLicence:
    """Whose a work is and what is permitted with it. ``acts`` of ``ACTS`` in that order, ``territories`` ISO 3166 codes,
    ``EU`` or ``*``; ``spdx_id`` is the canonical SPDX expression, or ``""`` where ``licence`` is free text. ``ends`` is
    the moment from which nothing is permitted any more; ``reservations`` of ``RESERVATIONS`` are what the owner keeps."""

    title: str
    rights_holder: str
    licence: str
    spdx_id: str
    acts: tuple[str, ...]
    territories: tuple[str, ...]
    ends: datetime | None
    reservations: tuple[str, ...] = ()

    def active(self, at: datetime) -> bool:
        """Whether the licence still holds at that moment."""
        return self.ends is None or at < self.ends

    def as_dict(self) -> dict[str, Any]:
        return {
            "title": self.title, "rights_holder": self.rights_holder, "licence": self.licence, "spdx_id": self.spdx_id,
            "acts": list(self.acts), "territories": list(self.territories),
            "ends": self.ends.isoformat() if self.ends else None, "reservations": list(self.reservations),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """One file of the corpus, the work that it belongs to, and that work's licence. ``line`` is where it stands."""

    file: str
    work_id: str
    licence: WorkLicence
    line: int


@dataclass(frozen=True, slots=True)
class LicenceTable:
    """All rows by file, in the order of the table. Rows of one work agree about it."""

    path: Path
    rows: dict[str, LicenceRow]

    def works(self) -> dict[str, tuple[LicenceRow, ...]]:
        """The rows of each work by its id."""
        works: dict[str, list[LicenceRow]] = {}
        for row in self.rows.values():
            works.setdefault(row.work_id, []).append(row)
        return {work_id: tuple(rows) for work_id, rows in works.items()}


def read_licence_table(path: Path) -> LicenceTable:
    """Read a table; ``.json`` is an array of objects, everything else CSV with commas or semicolons, in UTF-8.

    Raises ``BadInputError`` for the first mistake.
    """
    text = _read_text(path)
    records = _json_records(path, text) if path.suffix.lower() == ".json" else _csv_records(path, text)
    rows: dict[str, LicenceRow] = {}
    first: dict[str, LicenceRow] = {}
    for line, record in records:
        if len(rows) >= MAX_ROWS:
            raise BadInputError(f"{path}: more than {MAX_ROWS:,} rows; split the corpus into several tables")
        row = _Reader(path, line, record).row()
        if row.file in rows:
            other = rows[row.file].line
            raise BadInputError(f"{path}, line {line}, column file: {row.file!r} stands in line {other} already; "
                                "keep one of the two")  # fmt: skip
        sibling = first.setdefault(row.work_id, row)
        for column in ("title", "rights_holder", "licence", "acts", "territories", "ends", "reservations"):
            mine, theirs = getattr(row.licence, column), getattr(sibling.licence, column)
            if mine != theirs:
                raise BadInputError(
                    f"{path}, line {line}, column {column}: {_shown(mine)} contradicts {_shown(theirs)} in line "
                    f"{sibling.line} for the same work {row.work_id!r}; make them agree or give another work_id"
                )
        rows[row.file] = row
    if not rows:
        raise BadInputError(f"{path}: the table has no rows; list at least one file")
    return LicenceTable(path, rows)


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise BadInputError(f"{path}: more than {MAX_BYTES // 1024**2} MB; split the corpus into several tables")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInputError(f"{path}, line {line}: not UTF-8; save the table as UTF-8") from error


def _csv_records(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = ";" if "," not in header and ";" in header else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = [cell.strip() for cell in cells]
                _check_columns(path, start, columns)
                continue
            if len(cells) != len(columns):
                raise BadInputError(f"{path}, line {start}: {len(cells)} cells where the header names {len(columns)} "
                                    "columns; put cells that hold the separator into double quotes")  # fmt: skip
            yield start, dict(zip(columns, cells, strict=True))
    except csv.Error as error:
        raise BadInputError(f"{path}, line {reader.line_num}: no CSV ({error}); save it again as CSV") from error


def _json_records(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise BadInputError(f"{path}: {_shown(twice)} is given twice in one object; keep one of the two")
        return dict(pairs)

    try:
        document = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise BadInputError(f"{path}: no JSON ({error}); write an array of objects") from error
    if not isinstance(document, list):
        raise BadInputError(f"{path}: {type(document).__name__} where an array of objects is expected")
    for number, record in enumerate(document, 1):  # JSON has no lines: entries are counted
        if not isinstance(record, dict):
            raise BadInputError(f"{path}, line {number}: {_shown(record)} is no object; write one object for each file")
        _check_columns(path, number, record)
        yield number, record


def _check_columns(path: Path, line: int, columns: Iterable[str]) -> None:
    seen: set[str] = set()
    for column in columns:
        if column not in COLUMNS:
            raise BadInputError(f"{path}, line {line}: unknown column {_shown(column)}; known are {', '.join(COLUMNS)}")
        if column in seen:
            raise BadInputError(f"{path}, line {line}: column {column!r} stands twice; keep one of the two")
        seen.add(column)
    for column in REQUIRED:
        if column not in seen:
            raise BadInputError(f"{path}, line {line}: column {column!r} is missing; add it")


@dataclass(frozen=True, slots=True)
class _Reader:
    """The cells of one row, each checked as it is read."""

    path: Path
    line: int
    record: dict[str, Any]

    def row(self) -> LicenceRow:
        file = self._file()
        licence = self._text("licence", _MAX_LICENCE)
        ends = self._ends()
        work = WorkLicence(
            title=self._text("title", _MAX_SHORT),
            rights_holder=self._text("rights_holder", _MAX_SHORT),
            licence=licence,
            spdx_id=_spdx_id(licence),
            acts=self._acts(),
            territories=self._territories(),
            ends=ends,
            reservations=self._reservations(),
        )
        return LicenceRow(file, self._work_id(file), work, self.line)

    def _wrong(self, column: str, remedy: str) -> BadInputError:
        value = _shown(self.record.get(column))
        return BadInputError(f"{self.path}, line {self.line}, column {column}: {value}: {remedy}")

    def _text(self, column: str, limit: int) -> str:
        value = self.record.get(column)
        if not isinstance(value, str):
            raise self._wrong(column, "text is expected")
        text = plain_text(value, limit + 1)
        if not text:
            raise self._wrong(column, "it is empty; fill it in")
        if len(text) > limit:
            raise self._wrong(column, f"more than {limit} characters; shorten it")
        return text

    def _file(self) -> str:
        value = self.record.get("file")
        if not isinstance(value, str):
            raise self._wrong("file", "the path of a file as text is expected")
        try:
            return corpus_name(value.strip())
        except BadInputError as error:
            raise BadInputError(f"{self.path}, line {self.line}, column file: {error}") from error

    def _work_id(self, file: str) -> str:
        value = self.record.get("work_id")
        if value is None or value == "":
            return file
        if not isinstance(value, str) or not _WORK_ID.fullmatch(value) or not value.isprintable():
            raise self._wrong("work_id", "1 to 300 visible characters are expected; leave it empty for the file's path")
        return value

    def _words(self, column: str) -> list[str]:
        value = self.record.get(column)
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return list(value)
        if not isinstance(value, str):
            raise self._wrong(column, "words separated by spaces or | are expected")
        return [word for word in _SEPARATORS.split(value) if word]

    def _acts(self) -> tuple[str, ...]:
        words = self._words("acts")
        if words == ["none"]:
            return ()
        if not words:
            raise self._wrong("acts", f"it is empty; name what is permitted ({', '.join(ACTS)}), or write none")
        for word in words:
            if word not in ACTS:
                raise self._wrong("acts", f"{_shown(word)} is no act; known are {', '.join(ACTS)}, or none alone")
        return tuple(act for act in ACTS if act in words)

    def _reservations(self) -> tuple[str, ...]:
        if self.record.get("reservations") in (None, ""):
            return ()
        words = self._words("reservations")
        for word in words:
            if word not in RESERVATIONS:
                raise self._wrong(
                    "reservations", f"{_shown(word)} is not known; write {', '.join(RESERVATIONS)}, or nothing"
                )
        return tuple(name for name in RESERVATIONS if name in words)

    def _territories(self) -> tuple[str, ...]:
        words = self._words("territories")
        if not words:
            raise self._wrong("territories", "it is empty; name countries as DE or US-CA, EU, or * for the whole world")
        for word in words:
            if not _TERRITORY.fullmatch(word):
                raise self._wrong("territories", f"{_shown(word)} is no territory; write DE, US-CA, EU, or * for all")
        return tuple(sorted(set(words)))

    def _ends(self) -> datetime | None:
        value = self.record.get("ends")
        if value is None or value == "":
            return None
        remedy = "write a day as 2027-12-31 (it is the last one) or a moment as 2027-12-31T10:00:00Z; empty for no end"
        if not isinstance(value, str):
            raise self._wrong("ends", remedy)
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
                day = date.fromisoformat(value.strip())
                return datetime.combine(day + timedelta(days=1), time(0), UTC)
            moment = datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError) as error:
            raise self._wrong("ends", remedy) from error
        if moment.tzinfo is None:
            raise self._wrong("ends", f"it has no time zone; {remedy}")
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise self._wrong("ends", remedy) from error


def _spdx_id(licence: str) -> str:
    """The canonical SPDX expression that ``licence`` is, or ``""``. Source of the identifiers: the SPDX licence list that
    ``packaging`` carries (PEP 639)."""
    if len(licence) > 100:
        return ""
    try:
        return canonicalize_license_expression(licence)
    except InvalidLicenseExpression:
        return ""


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        value = " ".join(value) or "none"
    if isinstance(value, datetime):
        value = value.isoformat()
    return ascii(value)[:120] if value is not None else "nothing"
