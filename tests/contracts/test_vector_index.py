"""What every ``VectorIndex`` promises, kept by all three: brute force, FAISS on disk, PostgreSQL with pgvector."""

import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from auditor.errors import BadInputError
from auditor.index import BruteForceVectorIndex, FaissVectorIndex, PgVectorIndex, VectorIndex
from tests.vectors import films, near

DIMENSIONS = 32
Make = Callable[[], VectorIndex]


@pytest.fixture(params=["brute force", "faiss", pytest.param("pgvector", marks=pytest.mark.server)])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    if request.param == "brute force":
        yield BruteForceVectorIndex(DIMENSIONS)
    elif request.param == "faiss":
        yield FaissVectorIndex.open(tmp_path / "vectors", DIMENSIONS, create=True)
    else:
        table = f"t_{uuid.uuid4().hex}"
        opened = PgVectorIndex.open(request.getfixturevalue("postgresql_url"), table, DIMENSIONS, create=True)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return films(600, DIMENSIONS, seed=3)


def test_every_adapter_has_the_ports_methods(index: VectorIndex) -> None:
    assert isinstance(index, VectorIndex)
    assert index.info().dimensions == DIMENSIONS
    assert (len(index), index.info().vectors, index.ids().tolist()) == (0, 0, [])


def test_finds_what_a_product_of_all_vectors_finds(index: VectorIndex, vectors: np.ndarray) -> None:
    index.add(np.arange(600) * 7, vectors)
    queries = near(vectors, 20, seed=4)
    found = index.search(queries, 10)
    product = queries @ vectors.T
    expected = np.argsort(-product, axis=1)[:, :10]
    assert found.ids.dtype == np.int64
    assert found.similarities.dtype == np.float32
    assert (found.ids == expected * 7).all()
    assert found.similarities == pytest.approx(np.take_along_axis(product, expected, axis=1), abs=1e-5)
    assert len(index) == index.info().vectors == 600


def test_what_is_missing_is_minus_one_and_minus_infinity(index: VectorIndex, vectors: np.ndarray) -> None:
    assert index.search(vectors[:2], 3).ids.tolist() == [[-1] * 3] * 2
    index.add([5], vectors[:1])
    found = index.search(vectors[:1], 3)
    assert found.ids.tolist() == [[5, -1, -1]]
    assert found.similarities[0].tolist() == [pytest.approx(1.0, abs=1e-5), -np.inf, -np.inf]
    assert index.search(vectors[:0], 3).ids.shape == (0, 3)


def test_equal_vectors_come_in_order_of_their_ids(index: VectorIndex, vectors: np.ndarray) -> None:
    index.add([9, 3, 6], vectors[[0, 0, 0]])
    assert index.search(vectors[:1], 3).ids.tolist() == [[3, 6, 9]]


def test_removed_is_gone_and_may_come_back_as_another_vector(index: VectorIndex, vectors: np.ndarray) -> None:
    index.add([1, 2, 3], vectors[:3])
    index.remove([2])
    assert 2 not in index.search(vectors[:3], 3).ids
    index.add([2], vectors[300:301])
    assert index.search(vectors[300:301], 1).ids.tolist() == [[2]]
    assert index.search(vectors[1:2], 1).ids[0, 0] != 2
    assert index.ids().tolist() == [1, 2, 3]


def test_removed_neighbours_do_not_hide_the_living(index: VectorIndex, vectors: np.ndarray) -> None:
    """All near neighbours are removed: the far ones are found nevertheless."""
    order = np.argsort(-(vectors @ vectors[0]))
    index.add(np.arange(600), vectors)
    index.remove(order[:550])
    assert index.search(vectors[:1], 5).ids[0].tolist() == order[550:555].tolist()


@pytest.mark.parametrize(
    ("ids", "rows", "message"),
    [
        ([1, 1], slice(0, 2), "more than once"),
        ([-1], slice(0, 1), "negative"),
        ([[1]], slice(0, 1), "row of whole numbers"),
        ([1.5], slice(0, 1), "row of whole numbers"),
        ([1, 2], slice(0, 1), "2 ids for 1 vectors"),
        ([100, 4], slice(0, 2), "id 4 is in the index already"),
    ],
)
def test_refused_ids_change_nothing(
    index: VectorIndex, vectors: np.ndarray, ids: list, rows: slice, message: str
) -> None:
    index.add([4], vectors[9:10])
    with pytest.raises(BadInputError, match=message):
        index.add(ids, vectors[rows])
    assert index.ids().tolist() == [4]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda rows: rows[:, :-1], "don't fit"),
        (lambda rows: rows[0], "don't fit"),
        (lambda rows: rows.astype(str), "don't fit"),
        (lambda rows: np.where(np.arange(DIMENSIONS) == 3, np.nan, rows), "not finite"),
        (lambda rows: np.where(np.arange(DIMENSIONS) == 3, np.inf, rows), "not finite"),
        (lambda rows: rows * 2, "length 2"),
        (lambda rows: rows * 0, "length 0"),
    ],
)
def test_refused_vectors_change_nothing(index: VectorIndex, vectors: np.ndarray, spoil: Callable, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        index.add([1], spoil(vectors[:1]))
    assert len(index) == 0
    if "length" not in message:
        with pytest.raises(BadInputError, match=message):
            index.search(spoil(vectors[:1]), 1)


@pytest.mark.parametrize("count", [0, -1, 10**6])
def test_impossible_count_is_refused(index: VectorIndex, vectors: np.ndarray, count: int) -> None:
    with pytest.raises(BadInputError, match="neighbours"):
        index.search(vectors[:1], count)


def test_removing_what_is_not_there_removes_nothing(index: VectorIndex, vectors: np.ndarray) -> None:
    index.add([1, 2], vectors[:2])
    with pytest.raises(BadInputError, match="ids 7, 8 are not in the index"):
        index.remove([1, 7, 8])
    with pytest.raises(BadInputError, match="more than once"):
        index.remove([1, 1])
    assert index.ids().tolist() == [1, 2]
    index.remove([])
    index.add([], np.empty((0, DIMENSIONS), np.float32))
    assert index.ids().tolist() == [1, 2]


def test_a_search_sees_all_of_a_change_or_none(index: VectorIndex, vectors: np.ndarray) -> None:
    """Ten copies of one vector come and go together; a search that asks for ten finds ten or none of them."""
    index.add(np.arange(100, 400), vectors[:300])
    copies = np.repeat(vectors[500:501], 10, axis=0)
    seen: list[int] = []
    failures: list[Exception] = []
    stop = threading.Event()

    def look() -> None:
        try:
            while not stop.is_set():
                seen.append(int((index.search(copies[:1], 10).similarities > 0.9999).sum()))
        except Exception as error:
            failures.append(error)

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(15):
            index.add(np.arange(10), copies)
            index.remove(np.arange(10))
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert not failures
    assert set(seen) <= {0, 10}
    assert len(index) == 300
