"""Tables for spreadsheets: CSV (RFC 4180, UTF-8) in which nothing that somebody typed becomes a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence

#: Characters with which a spreadsheet begins a formula; a text that begins so is quoted (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What ``csv.writer`` writes into: it gives the line back."""

    def write(self, text: str) -> str:
        return text


def cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula; lists in one cell, nothing for ``None``. Numbers stay numbers."""
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else value


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The table line by line, its head first, for a response that streams."""
    writer = csv.writer(_Line())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])
