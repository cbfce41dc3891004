"""Vectors in PostgreSQL with pgvector: for when one machine is outgrown, or rights and backups should live in one place.

>>> index = PgVectorIndex.open("postgresql:///reelproof", "work_vectors", 512, create=True)     # doctest: +SKIP

One table: ``id`` and the full vector. A small table is compared row by row, exactly; a larger one through an HNSW graph over
half-precision copies (Malkov and Yashunin, 2018; pgvector's ``halfvec``) whose candidates the full vectors put in order.
"""

import os
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.errors import BadInputError, UnavailableError
from auditor.index.vector_index import (
    Neighbours,
    VectorIndexInfo,
    already_there,
    checked_ids,
    checked_queries,
    checked_rows,
    neighbours_of,
    not_there,
)

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

#: Rows up to which every vector is compared: about 10 ms on two cores.
EXACT_LIMIT = 10_000
#: What pgvector can index as ``halfvec``.
MAX_DIMENSIONS = 4000
#: Candidates that are compared exactly: for each neighbour asked for, and at least (``ef_search`` too, at most 1000).
RERANK, RERANK_LEAST, _EF_MOST = 4, 100, 1000
#: A plain lower-case identifier, with room for the suffix of the graph's name within PostgreSQL's 63 bytes.
_TABLE = re.compile(r"[a-z_][a-z0-9_]{0,50}")


class PgVectorIndex:
    """A ``VectorIndex`` in a PostgreSQL table. One connection for each thread and process, opened when first used."""

    def __init__(self, url: str, table: str, dimensions: int) -> None:
        if not _TABLE.fullmatch(table):
            raise BadInputError(
                f"table name {table!r} is not usable; take lower-case letters, digits and _, at most 51"
            )
        if not 1 <= dimensions <= MAX_DIMENSIONS:
            raise BadInputError(f"{dimensions} dimensions can't be indexed by pgvector; it takes 1 to {MAX_DIMENSIONS}")
        try:
            from psycopg import sql
        except ImportError as error:
            raise UnavailableError("PostgreSQL needs psycopg; install reelproof[postgres]") from error
        self._sql = sql
        self._url = url
        self._table = table
        self._dimensions = dimensions
        self._own = threading.local()

    @classmethod
    def open(cls, url: str, table: str, dimensions: int, *, create: bool = False) -> "PgVectorIndex":
        """Open the table at ``url`` (a libpq connection string); with ``create`` it is made if there is none.

        Raises ``BadInputError`` if there is no such table or it holds other dimensions, ``UnavailableError`` if the
        server can't be reached or lacks pgvector.
        """
        index = cls(url, table, dimensions)
        with index._cursor() as cursor:
            if create:
                index._create(cursor)
            cursor.execute(
                "SELECT atttypmod FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'vector'", [table]
            )
            row = cursor.fetchone()
        if row is None:
            raise BadInputError(f"{table}: there is no table of vectors by this name; open it with create=True")
        if row[0] != dimensions:
            raise BadInputError(f"{table}: holds vectors of {row[0]} dimensions, not {dimensions}; rebuild it")
        return index

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        from psycopg.errors import UniqueViolation

        numbers, rows = checked_rows(ids, vectors, self._dimensions)
        try:
            with self._cursor() as cursor:
                if (known := self._known(cursor, numbers)).size:
                    raise already_there(known)
                with cursor.copy(self._query("COPY {table} (id, vector) FROM STDIN (FORMAT BINARY)")) as copy:
                    copy.write(_copy_rows(numbers, rows))
        except UniqueViolation as error:  # added by somebody else since it was looked up
            with self._cursor() as cursor:
                raise already_there(self._known(cursor, numbers)) from error

    def remove(self, ids: ArrayLike) -> None:
        numbers = checked_ids(ids)
        with self._cursor() as cursor:
            cursor.execute(self._query("DELETE FROM {table} WHERE id = ANY(%s) RETURNING id"), [numbers.tolist()])
            gone = np.asarray([row[0] for row in cursor.fetchall()], np.int64)
            if (unknown := np.setdiff1d(numbers, gone)).size:
                raise not_there(unknown)

    def search(self, vectors: ArrayLike, count: int) -> Neighbours:
        queries = checked_queries(vectors, count, self._dimensions)
        ids = np.full((len(queries), count), -1, np.int64)
        similarities = np.full((len(queries), count), -np.inf, np.float32)
        with self._cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")  # one state for all rows
            statement, wide = self._statement(cursor, count)
            for number, query in enumerate(queries):
                literal = "[" + ",".join(map(repr, query.tolist())) + "]"
                cursor.execute(statement, {"query": literal, "wide": wide, "count": count})
                for place, (found, similarity) in enumerate(cursor.fetchall()):
                    ids[number, place], similarities[number, place] = found, similarity
        return neighbours_of([(ids, similarities)], len(queries), count)

    def ids(self) -> NDArray[np.int64]:
        with self._cursor() as cursor:
            cursor.execute(self._query("SELECT id FROM {table} ORDER BY id"))
            return np.asarray([row[0] for row in cursor.fetchall()], np.int64)

    def info(self) -> VectorIndexInfo:
        count = len(self)
        kind = "pgvector exact" if count <= EXACT_LIMIT else "pgvector HNSW over halfvec with exact re-rank"
        return VectorIndexInfo(kind, self._dimensions, count, count <= EXACT_LIMIT)

    def __len__(self) -> int:
        with self._cursor() as cursor:
            cursor.execute(self._query("SELECT count(*) FROM {table}"))
            return _only(cursor)

    def close(self) -> None:
        """Close this thread's connection; it is opened again when needed."""
        connection = getattr(self._own, "connection", None)
        if connection is not None and self._own.pid == os.getpid():
            connection.close()
        self._own.connection = None

    # -- statements ------------------------------------------------------------------------------------------------

    def _statement(self, cursor: "Cursor[Any]", count: int) -> tuple[Any, int]:
        """The statement that finds neighbours in a table of this size, and how many candidates it looks at."""
        cursor.execute(
            self._query("SELECT count(*) FROM (SELECT FROM {table} LIMIT {limit}) AS first_rows", limit=EXACT_LIMIT + 1)
        )
        if _only(cursor) <= EXACT_LIMIT:
            exact = (
                "SELECT id, -(vector <#> %(query)s::vector) FROM {table} "
                "ORDER BY vector <#> %(query)s::vector, id LIMIT %(count)s"
            )
            return self._query(exact), count
        wide = max(RERANK_LEAST, RERANK * count)
        cursor.execute(self._query("SET LOCAL hnsw.ef_search = {ef}", ef=min(wide, _EF_MOST)))
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")  # go on where removed rows took up the list
        cursor.execute("SET LOCAL enable_seqscan = off")
        graph = (
            # the parameter is a full vector in every place: as a halfvec first it would be one in the re-rank too
            "WITH near AS MATERIALIZED (SELECT id, vector FROM {table} "
            "ORDER BY vector::halfvec({dimensions}) <#> %(query)s::vector::halfvec({dimensions}) LIMIT %(wide)s) "
            "SELECT id, -(vector <#> %(query)s::vector) FROM near "
            "ORDER BY vector <#> %(query)s::vector, id LIMIT %(count)s"
        )
        return self._query(graph), wide

    def _create(self, cursor: "Cursor[Any]") -> None:
        from psycopg import errors

        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        except (errors.UndefinedFile, errors.FeatureNotSupported, errors.InsufficientPrivilege) as error:
            raise UnavailableError(
                f"this PostgreSQL server can't provide pgvector ({error.__class__.__name__})"
            ) from error
        cursor.execute(
            self._query(
                "CREATE TABLE IF NOT EXISTS {table} "
                "(id bigint PRIMARY KEY CHECK (id >= 0), vector vector({dimensions}) NOT NULL)"
            )
        )
        cursor.execute("SELECT atttypmod FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'vector'",
                       [self._table])  # fmt: skip
        if cursor.fetchone() == (self._dimensions,):  # of other dimensions: open says so
            cursor.execute(
                self._query(
                    "CREATE INDEX IF NOT EXISTS {graph} ON {table} "
                    "USING hnsw ((vector::halfvec({dimensions})) halfvec_ip_ops)"
                )
            )

    def _known(self, cursor: "Cursor[Any]", ids: NDArray[np.int64]) -> NDArray[np.int64]:
        cursor.execute(self._query("SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id"), [ids.tolist()])
        return np.asarray([row[0] for row in cursor.fetchall()], np.int64)

    def _query(self, text: str, **numbers: int) -> Any:
        sql = self._sql
        values = {"dimensions": self._dimensions, **numbers}
        return sql.SQL(text).format(  # every text is a constant of this module
            table=sql.Identifier(self._table),
            graph=sql.Identifier(f"{self._table}_hnsw"),
            **{name: sql.Literal(value) for name, value in values.items()},
        )

    @contextmanager
    def _cursor(self) -> Iterator["Cursor[Any]"]:
        """A cursor in a transaction of its own: committed at the end, undone on any error."""
        import psycopg

        try:
            connection = self._connection()
            with connection.transaction(), connection.cursor() as cursor:
                yield cursor
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise UnavailableError(f"PostgreSQL can't be used ({reason}); check the server and its address") from error

    def _connection(self) -> "Connection[Any]":
        import psycopg

        own = self._own
        if getattr(own, "connection", None) is None or own.pid != os.getpid() or own.connection.closed:
            own.connection, own.pid = psycopg.connect(self._url, autocommit=True), os.getpid()
        connection: Connection[Any] = own.connection
        return connection


def _only(cursor: "Cursor[Any]") -> int:
    """The one number that a statement answers."""
    row = cursor.fetchone()
    assert row is not None, "an aggregate always answers"  # noqa: S101
    return int(row[0])


def _copy_rows(ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> bytes:
    """PostgreSQL's binary COPY format (PostgreSQL manual, "COPY", "Binary Format"), pgvector's own within it."""
    count, dimensions = vectors.shape
    fields = [("fields", ">i2"), ("id_bytes", ">i4"), ("id", ">i8"), ("bytes", ">i4"), ("dimensions", ">i2")]
    rows = np.zeros(count, np.dtype([*fields, ("zero", ">i2"), ("vector", ">f4", (dimensions,))]))
    rows["fields"], rows["id_bytes"], rows["id"] = 2, 8, ids
    rows["bytes"], rows["dimensions"], rows["vector"] = 4 + 4 * dimensions, dimensions, vectors
    return b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0) + rows.tobytes() + struct.pack(">h", -1)
