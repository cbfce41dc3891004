"""The port of vector search: unit vectors under whole-number ids, added and removed at any time, found by inner product.

>>> index.add(np.array([7, 8]), vectors)                                            # doctest: +SKIP
>>> index.search(queries, count=5).ids                                              # doctest: +SKIP

Every adapter keeps the same promises, and one contract test holds them to it:

- an id lives at most once: ``add`` refuses one that is there, ``remove`` one that is not; a refused call changes nothing;
- an id that was removed may be added again, with another vector;
- a search sees all of an ``add`` or ``remove`` or none of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.errors import BadInputError

#: How far a stored vector's squared length may be from 1: float16 arithmetic in an embedder stays within it.
UNIT_TOLERANCE = 1e-2
#: Neighbours that one search may ask for; the largest answer that anything here uses is a few dozen.
MAX_COUNT = 10_000
#: Ids named in an error message; the rest is counted.
_IDS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a search found: ``ids`` (n, k) int64, -1 where there is none, and ``similarities`` (n, k) float32, -inf there.

    Each row is ordered by falling similarity; equal similarities by rising id.
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VectorIndexInfo:
    """What a vector index holds; ``kind`` says how answers are found, ``exact`` whether always all of them are."""

    kind: str
    dimensions: int
    vectors: int
    exact: bool
    segments: int = 1


@runtime_checkable
class VectorIndex(Protocol):
    """Where vectors are kept and found. Vectors are (n, dimensions) float32 of length 1; ids (n,) int64, 0 or more."""

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """Add vectors under ids of the caller's. Raises ``BadInputError`` (and adds none) if an id is there already, comes
        twice, or is negative, or if a vector is not finite, not of length 1 or of another dimension."""

    def remove(self, ids: ArrayLike) -> None:
        """Forget vectors. Raises ``BadInputError`` (and removes none) if an id is not there or comes twice."""

    def search(self, vectors: ArrayLike, count: int) -> Neighbours:
        """The ``count`` nearest of each row of ``vectors`` (n, dimensions) by inner product, best first.

        Raises ``BadInputError`` for a vector that is not finite or of another dimension, or a ``count`` below 1.
        """

    def ids(self) -> NDArray[np.int64]:
        """All ids, rising."""

    def info(self) -> VectorIndexInfo: ...

    def __len__(self) -> int: ...


def checked_ids(ids: ArrayLike) -> NDArray[np.int64]:
    """``ids`` as (n,) int64; raises ``BadInputError`` unless they are whole numbers, 0 or more, each once."""
    array = np.asarray(ids)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise BadInputError(f"ids must be a row of whole numbers, not {array.dtype} of shape {array.shape}")
    if array.dtype.kind == "u" and (array > np.iinfo(np.int64).max).any():
        raise BadInputError("ids must fit 64 bits with a sign; number from 0 up")
    result = array.astype(np.int64)
    if (result < 0).any():
        raise BadInputError(f"id {result.min()} is negative; -1 stands for 'none' in answers, so number from 0 up")
    if len(np.unique(result)) != len(result):
        values, times = np.unique(result, return_counts=True)
        raise BadInputError(f"{named(values[times > 1])} more than once in one call; name each id once")
    return result


def checked_queries(vectors: ArrayLike, count: int, dimensions: int) -> NDArray[np.float32]:
    """``vectors`` as contiguous (n, dimensions) float32, all finite; raises ``BadInputError`` otherwise."""
    if not 1 <= count <= MAX_COUNT:
        raise BadInputError(f"a search for {count} neighbours is not possible; ask for 1 to {MAX_COUNT}")
    array = np.asarray(vectors)
    if array.ndim != 2 or array.shape[1] != dimensions or array.dtype.kind not in "fiu":
        raise BadInputError(
            f"vectors of shape {array.shape} and type {array.dtype} don't fit this index; "
            f"hand in (n, {dimensions}) numbers of the same embedder"
        )
    result = np.ascontiguousarray(array, np.float32)
    if not np.isfinite(result).all():
        row = int(np.flatnonzero(~np.isfinite(result).all(axis=1))[0])
        raise BadInputError(f"vector {row} holds a value that is not finite; embed its picture again")
    return result


def checked_rows(ids: ArrayLike, vectors: ArrayLike, dimensions: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids and vectors fit to be stored; raises ``BadInputError`` otherwise."""
    numbers, rows = checked_ids(ids), checked_queries(vectors, 1, dimensions)
    if len(numbers) != len(rows):
        raise BadInputError(f"{len(numbers)} ids for {len(rows)} vectors; hand in one id for each vector")
    off = np.abs(np.einsum("nd,nd->n", rows, rows) - 1.0)
    if (off > UNIT_TOLERANCE).any():
        row = int(off.argmax())
        raise BadInputError(
            f"vector {row} (id {numbers[row]}) has the length {np.linalg.norm(rows[row]):.3f}, not 1; normalise it"
        )
    return numbers, rows


def already_there(ids: NDArray[np.int64]) -> BadInputError:
    """What ``add`` raises for ids that the index holds."""
    return BadInputError(f"{named(ids)} in the index already; remove first what is to be replaced")


def not_there(ids: NDArray[np.int64]) -> BadInputError:
    """What ``remove`` raises for ids that the index does not hold."""
    return BadInputError(f"{named(ids)} not in the index; nothing was removed")


def named(ids: NDArray[np.int64] | Sequence[int]) -> str:
    """``id 4 is``, ``ids 4, 5 are``, ``ids 4, 5, 6, 7, 8 and 90 more are``: the start of a message about them."""
    shown = ", ".join(str(int(number)) for number in ids[:_IDS_NAMED])
    more = f" and {len(ids) - _IDS_NAMED} more" if len(ids) > _IDS_NAMED else ""
    return f"id {shown} is" if len(ids) == 1 else f"ids {shown}{more} are"


def best_of(
    ids: NDArray[np.int64], similarities: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The best ``count`` columns of each row, by falling similarity and rising id; filled with -1 and -inf."""
    similarities = np.where(ids < 0, -np.inf, similarities).astype(np.float32)
    order = np.lexsort((ids, -similarities), axis=1)[:, :count]
    rows = np.arange(len(order))[:, None]
    ids, similarities = ids[rows, order], similarities[rows, order]
    missing = count - ids.shape[1]
    if missing > 0:
        ids = np.pad(ids, ((0, 0), (0, missing)), constant_values=-1)
        similarities = np.pad(similarities, ((0, 0), (0, missing)), constant_values=-np.inf)
    return ids, similarities


def neighbours_of(parts: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], rows: int, count: int) -> Neighbours:
    """One answer for ``rows`` queries from the answers of several parts."""
    ids = np.concatenate([part for part, _ in parts] or [np.empty((rows, 0), np.int64)], axis=1)
    similarities = np.concatenate([part for _, part in parts] or [np.empty((rows, 0), np.float32)], axis=1)
    return Neighbours(*best_of(ids, similarities, count))


def as_bytes(array: NDArray[Any]) -> memoryview:
    """The memory of a contiguous array, for hashing and writing without a copy."""
    return memoryview(np.ascontiguousarray(array)).cast("B") if array.size else memoryview(b"")
