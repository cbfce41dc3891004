"""What takes seconds to make is made by the first test of a process that asks, and is there for the others as it was."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

from django.db import connection
from django.db.models import Model

from django_site.apps.audits.models import Asset
from django_site.apps.audits.services.assets import asset_path

_kept: dict[str, tuple[dict, bytes, dict[Path, bytes]]] = {}


def once(name: str, make: Callable[[], SimpleNamespace]) -> SimpleNamespace:
    """What ``make`` returns, its rows read anew, after putting the database and the files of its assets back as they were.

    For SQLite and transactional tests, whose rows are thrown away; elsewhere each test makes its own.
    """
    if connection.vendor != "sqlite":
        return make()
    connection.ensure_connection()
    if name not in _kept:
        made = vars(make())
        files = {path: path.read_bytes() for path in map(asset_path, Asset.objects.all())}
        rows = bytearray(connection.connection.serialize())
        rows[18:20] = b"\x01\x01"  # a database in memory keeps no write-ahead log, and its header must not ask for one
        _kept[name] = made, bytes(rows), files
    made, rows, files = _kept[name]
    for path, content in files.items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    with closing(sqlite3.connect(":memory:")) as kept:
        kept.deserialize(rows)
        kept.backup(connection.connection)
    return SimpleNamespace(**{key: _anew(value) for key, value in made.items()})


def _anew(value: object) -> object:
    return type(value)._base_manager.get(pk=value.pk) if isinstance(value, Model) else value
