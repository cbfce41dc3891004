"""Keyset pagination: a page begins after the last row of the one before, so that every page is an index scan."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

#: Rows a page: two screens, so that a list can be read rather than leafed through.
PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Page:
    """The rows, the cursor of the next page (empty at the end) and whether this is the first."""

    rows: list
    next_cursor: str
    first: bool


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return str(value) if isinstance(value, UUID) else value


def _lively(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def cursor_of(row: Any, order: Sequence[str]) -> str:
    """The row's place in the order, as text for a URL."""
    values = [_plain(getattr(row, field.removeprefix("-"))) for field in order]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _after(cursor: str, order: Sequence[str]) -> Q | None:
    """The condition "behind this row"; ``None`` for a cursor that is not one of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = [_lively(value) for value in json.loads(base64.urlsafe_b64decode(padded.encode()))]
    except (ValueError, TypeError, KeyError, binascii.Error):
        return None
    if len(values) != len(order):
        return None
    condition, equal = Q(), Q()
    for field, value in zip(order, values, strict=True):
        name, way = (field[1:], "lt") if field.startswith("-") else (field, "gt")
        condition |= equal & Q(**{f"{name}__{way}": value})
        equal &= Q(**{name: value})
    return condition


def keyset_page(rows: QuerySet, *, order: Sequence[str], cursor: str = "", size: int = PAGE_SIZE) -> Page:
    """``rows`` in ``order`` (field names, ``-`` for descending, the last one unique) after ``cursor``.

    A cursor that can't be read, or behind which nothing stands, gives the first page: an address that somebody mangled
    still shows something.
    """
    rows = rows.order_by(*order)
    condition = _after(cursor, order) if cursor else None
    if condition is not None:
        try:
            found = list(rows.filter(condition)[: size + 1])
        except (ValueError, TypeError, ValidationError):
            found = []
    else:
        found = []
    if not found:
        condition, found = None, list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, cursor_of(found[-1], order) if more else "", condition is None)
