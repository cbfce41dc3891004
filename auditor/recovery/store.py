"""The rows of an index of outputs: digests, codes, watermark payloads and sound prints, in one SQLite file.

SQLite, because a row is there or it is not, whatever dies while it is written, and readers never wait (WAL mode). ``change``
grows with each change, so that a reader knows when to look again.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import BadInputError, UnavailableError

#: 1: digests, ISCC, watermarks, sound.
FORMAT = 1
#: Seconds that a writer waits for another; an insertion takes milliseconds.
_BUSY_SECONDS = 30.0
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE outputs (
    number INTEGER PRIMARY KEY,
    manifest_id TEXT NOT NULL CHECK (manifest_id <> ''),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    content TEXT NOT NULL,
    seconds REAL NOT NULL,
    pictures INTEGER NOT NULL,
    iscc TEXT,
    sound BLOB,
    UNIQUE (manifest_id, sha256)
) STRICT;
CREATE INDEX outputs_by_sha256 ON outputs (sha256);
CREATE INDEX outputs_by_content ON outputs (content);
CREATE TABLE watermarks (
    alg TEXT NOT NULL,
    payload BLOB NOT NULL,
    manifest_id TEXT NOT NULL,
    PRIMARY KEY (alg, payload)
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Output:
    """One released file. ``content`` is its ``media.content_digest`` (empty without pictures), ``iscc`` its Video-Code if it
    is a film whose code says something, ``seconds`` its length; ``sound`` the bytes of an npz file of its sound's print."""

    manifest_id: str
    sha256: str
    content: str
    seconds: float
    pictures: bool
    iscc: str | None
    sound: bytes | None = None


class OutputStore:
    """The table of outputs in ``path``. Each call opens the file anew: safe between threads, processes and forks."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, embedder: str) -> None:
        """Make an empty table, unless there is one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    connection.execute(statement)
                values = [("format", str(FORMAT)), ("change", "0"), ("embedder", embedder)]
                connection.executemany("INSERT INTO meta VALUES (?, ?)", values)

    def meta(self) -> dict[str, str]:
        """``format``, ``change`` and ``embedder``. Raises ``BadInputError`` for another format or a damaged file."""
        with self._reading() as connection:
            found = dict(connection.execute("SELECT name, value FROM meta"))
        if found.get("format") != str(FORMAT) or not str(found.get("change", "")).isdigit() or "embedder" not in found:
            raise BadInputError(f"{self.path}: format {found.get('format')!r} is not {FORMAT}; rebuild the index")
        return found

    def add(self, output: Output, watermark: tuple[str, bytes] | None) -> bool:
        """Add a row and its watermark's payload; ``False`` if both are there already. Raises ``BadInputError`` where the
        payload is another manifest's."""
        row = (output.manifest_id, output.sha256, output.content, output.seconds, int(output.pictures), output.iscc)
        with self._writing() as connection:
            held = connection.execute(
                "INSERT INTO outputs (manifest_id, sha256, content, seconds, pictures, iscc, sound)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (*row, output.sound),
            ).rowcount
            if watermark is not None:
                alg, payload = watermark
                owner = connection.execute(
                    "SELECT manifest_id FROM watermarks WHERE alg = ? AND payload = ?", (alg, payload)
                ).fetchone()
                if owner and owner[0] != output.manifest_id:
                    raise BadInputError(
                        f"{output.manifest_id}: the watermark {payload.hex()} belongs to {owner[0]} already; draw another"
                    )
                held += connection.execute(
                    "INSERT INTO watermarks VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (alg, payload, output.manifest_id)
                ).rowcount
            if held:
                _changed(connection)
            return bool(held)

    def remove(self, manifest_id: str) -> bool:
        """Forget a manifest's outputs and payloads; whether there were any."""
        with self._writing() as connection:
            gone = connection.execute("DELETE FROM outputs WHERE manifest_id = ?", (manifest_id,)).rowcount
            connection.execute("DELETE FROM watermarks WHERE manifest_id = ?", (manifest_id,))
            if gone:
                _changed(connection)
            return bool(gone)

    def outputs(self, *, sound: bool = False) -> tuple[Output, ...]:
        """All rows in the order in which they were added; the prints of their sound only if asked for."""
        columns = f"manifest_id, sha256, content, seconds, pictures, iscc, {'sound' if sound else 'NULL'}"
        with self._reading() as connection:
            rows = connection.execute(f"SELECT {columns} FROM outputs ORDER BY number").fetchall()  # noqa: S608 (ours)
        return tuple(Output(m, s, c, seconds, bool(p), i, b) for m, s, c, seconds, p, i, b in rows)

    def by_digest(self, sha256: str) -> tuple[str, ...]:
        return self._manifests("SELECT manifest_id FROM outputs WHERE sha256 = ? ORDER BY number", sha256)

    def by_content(self, content: str) -> tuple[str, ...]:
        return self._manifests("SELECT manifest_id FROM outputs WHERE content = ? ORDER BY number", content)

    def by_watermark(self, alg: str, payload: bytes) -> tuple[str, ...]:
        return self._manifests("SELECT manifest_id FROM watermarks WHERE alg = ? AND payload = ?", alg, payload)

    def has_watermarks(self, alg: str) -> bool:
        return bool(self._manifests("SELECT manifest_id FROM watermarks WHERE alg = ? LIMIT 1", alg))

    def _manifests(self, query: str, *values: str | bytes) -> tuple[str, ...]:
        with self._reading() as connection:
            return tuple(dict.fromkeys(str(row[0]) for row in connection.execute(query, values)))

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise UnavailableError(f"{self.path}: can't be opened ({error})") from error
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")  # a released output must not be forgotten in a power cut
            yield connection
        except sqlite3.DatabaseError as error:
            kind = UnavailableError if isinstance(error, sqlite3.OperationalError) else BadInputError
            raise kind(f"{self.path}: the table of outputs can't be used ({error}); rebuild the index") from error
        finally:
            connection.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            raise BadInputError(f"{self.path.parent}: there is no index of outputs here; make one with 'recover --add'")
        with self._connection() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _changed(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'change'")
