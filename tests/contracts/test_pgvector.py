"""What is PostgreSQL's own in ``PgVectorIndex``: the graph that large tables use, names, dimensions, absent servers."""

import uuid

import numpy as np
import psycopg
import pytest

from auditor.errors import BadInputError, UnavailableError
from auditor.index import PgVectorIndex, postgres
from tests.vectors import films, near

pytestmark = pytest.mark.server


@pytest.fixture
def table() -> str:
    return f"t_{uuid.uuid4().hex}"


def test_large_tables_are_searched_through_the_graph(
    postgresql_url: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "EXACT_LIMIT", 500)
    index = PgVectorIndex.open(postgresql_url, table, 64, create=True)
    vectors = films(3000, 64, seed=8)
    index.add(np.arange(3000), vectors)
    index.remove(np.arange(0, 3000, 3))
    kept = np.flatnonzero(np.arange(3000) % 3)
    queries = near(vectors, 100, seed=9)
    found = index.search(queries, 5)
    truth = kept[np.argsort(-(queries @ vectors[kept].T), axis=1)[:, :5]]
    assert not index.info().exact
    assert (found.ids[:, 0] == truth[:, 0]).mean() >= 0.98
    exact = np.einsum("qkd,qd->qk", vectors[found.ids], queries)  # the re-rank leaves exact similarities
    assert found.similarities == pytest.approx(exact, abs=1e-5)
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("SET enable_seqscan = off")
        literal = str(queries[0].tolist())
        plan = connection.execute(
            f"EXPLAIN SELECT id FROM {table} ORDER BY vector::halfvec(64) <#> %s::halfvec(64) LIMIT 5",  # noqa: S608
            [literal],
        ).fetchall()
    assert f"{table}_hnsw" in str(plan)
    index.close()


def test_reopening_needs_the_same_dimensions(postgresql_url: str, table: str) -> None:
    PgVectorIndex.open(postgresql_url, table, 8, create=True).close()
    for create in (False, True):
        with pytest.raises(BadInputError, match="holds vectors of 8 dimensions, not 16"):
            PgVectorIndex.open(postgresql_url, table, 16, create=create)


def test_missing_table_says_so(postgresql_url: str, table: str) -> None:
    with pytest.raises(BadInputError, match="no table"):
        PgVectorIndex.open(postgresql_url, table, 8)


@pytest.mark.parametrize("name", ["", "Works", "a b", 'x"; DROP TABLE works; --', "x" * 52, "1x", "public.x"])
def test_table_names_that_could_be_more_than_names_are_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="not usable"):
        PgVectorIndex("postgresql:///x", name, 8)


@pytest.mark.parametrize("dimensions", [0, -1, 4001])
def test_dimensions_that_pgvector_can_not_index_are_refused(dimensions: int) -> None:
    with pytest.raises(BadInputError, match="dimensions"):
        PgVectorIndex("postgresql:///x", "x", dimensions)


def test_absent_server_is_told_without_the_password(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnavailableError, match="PostgreSQL can't be used") as told:
        PgVectorIndex.open(f"postgresql://me:secret@/x?host={tmp_path}", "x", 8)
    assert "secret" not in str(told.value)
