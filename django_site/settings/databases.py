"""From ``DATABASE_URL`` to Django's dictionary; SQLite in the data directory when it isn't given.

Forty lines instead of a dependency: two engines, no options that we don't use.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

#: Seconds that a writer waits for SQLite's single write lock before it gives up.
SQLITE_BUSY_SECONDS = 20


def sqlite(path: Path) -> dict[str, Any]:
    """SQLite in WAL mode: readers never wait, writers queue; every transaction takes the write lock at its start, so
    two of them can't deadlock on upgrading a read lock."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        # opening one reads the whole schema with its triggers: ten milliseconds, more than most pages take
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_BUSY_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def from_url(url: str, *, default: Path) -> dict[str, Any]:
    """``postgresql://user:password@host:port/name?host=/socket/dir`` or ``sqlite:////absolute/path``; empty: SQLite."""
    if not url:
        return sqlite(default)
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path[1:] if parts.path.startswith("//") else parts.path)))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}, which is not known here: use postgresql:// or sqlite://"
        )
    query = parse_qs(parts.query)
    options = {"sslmode": query["sslmode"][0]} if "sslmode" in query else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query["host"][0] if "host" in query else (parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
