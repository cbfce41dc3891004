"""Vectors in memory, every one compared: the truth that the other adapters are tested against."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


class BruteForceVectorIndex:
    """A ``VectorIndex`` of one process, in NumPy alone. Each change makes new arrays: a running search keeps its own."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._rows = (np.empty(0, np.int64), np.empty((0, dimensions), np.float32))

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        numbers, rows = checked_rows(ids, vectors, self._dimensions)
        known, stored = self._rows
        if (twice := np.intersect1d(numbers, known)).size:
            raise already_there(twice)
        self._rows = (np.concatenate([known, numbers]), np.concatenate([stored, rows]))

    def remove(self, ids: ArrayLike) -> None:
        numbers = checked_ids(ids)
        known, stored = self._rows
        if (unknown := np.setdiff1d(numbers, known)).size:
            raise not_there(unknown)
        kept = ~np.isin(known, numbers)
        self._rows = (known[kept], stored[kept])

    def search(self, vectors: ArrayLike, count: int) -> Neighbours:
        queries = checked_queries(vectors, count, self._dimensions)
        known, stored = self._rows
        similarities = queries @ stored.T
        ids = np.broadcast_to(known, similarities.shape)
        return neighbours_of([(ids, similarities)], len(queries), count)

    def ids(self) -> NDArray[np.int64]:
        return np.sort(self._rows[0])

    def info(self) -> VectorIndexInfo:
        return VectorIndexInfo("brute force", self._dimensions, len(self), exact=True)

    def __len__(self) -> int:
        return len(self._rows[0])
