"""What a ``FaissVectorIndex`` searches: segments of memory-mapped vectors, and a snapshot of all of them.

A segment is flat (every vector is compared) or compressed: an inverted file over product-quantised codes of 4 bits
(FAISS ``IVF…,PQ…x4fs``; André et al., "Quicker ADC", 2021) proposes candidates, and the vectors themselves, read through
the memory map, put them in order. Codes of neighbouring film frames can't be told apart; the vectors can.
"""

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.index.faiss_library import faiss_library, one_thread
from auditor.index.vector_index import Neighbours, neighbours_of

#: Rows up to which comparing all is fast enough (7 ms a query on two cores) and needs no training.
FLAT_LIMIT = 100_000
#: Inverted lists searched for a query. Measured on a million vectors; see docs/benchmarks/index.md.
PROBES = 64
#: Candidates of a compressed segment that are compared exactly: for each neighbour asked for, and at least.
RERANK, RERANK_LEAST = 4, 64
#: How much wider a second look is where removed rows took up the first.
_WIDER = 8
#: Vectors that are read into memory at once where a loop goes over all.
CHUNK = 4096
#: So few queries (a film frame and its tiles) are not shared out between threads: on a busy machine the threads wait longer
#: for each other (7 ms were measured for one query) than one needs for the work (0.3 ms).
_FEW = 16
#: The same for so many products of vectors, whatever the number of queries: about 10 ms of work.
_LITTLE = 400_000
#: Training vectors for each inverted list; FAISS warns below 39.
_TRAIN_ROWS = 40
_TRAIN_ROUNDS = 8
#: Dimensions that share one code of 4 bits.
_PQ_DIMENSIONS = 2

Part = tuple[NDArray[np.int64], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows that never change: ``ids`` (n,) and ``vectors`` (n, dimensions), of which those in ``dead`` were removed.

    ``ids`` rise, except in the tail, where an id may come twice if all but one of its rows are dead.
    """

    name: str
    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    dead: NDArray[np.bool_]
    compressed: Any = None
    trained_on: int = 0
    #: How many rows were not removed.
    live: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "live", len(self.ids) - int(np.count_nonzero(self.dead)))

    def __len__(self) -> int:
        return len(self.ids)

    def live_rows(self) -> NDArray[np.int64]:
        return np.flatnonzero(~self.dead)

    def locate(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The live row of each id, -1 where there is none."""
        rows = self.live_rows()
        if not len(rows):
            return np.full(len(ids), -1, np.int64)
        known = self.ids[rows]
        order = np.argsort(known, kind="stable")
        places = np.minimum(np.searchsorted(known, ids, sorter=order), len(rows) - 1)
        found = rows[order[places]]
        return np.where(self.ids[found] == ids, found, -1).astype(np.int64)

    def search(self, queries: NDArray[np.float32], count: int) -> Part:
        """Ids (-1: none) and exact similarities of at least the nearest ``count`` live rows (all, if there are fewer)."""
        live = self.live
        if not live or not len(queries):
            return np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
        needed = min(count, live)
        fetch = count if self.compressed is None else max(RERANK_LEAST, RERANK * count)
        rows, similarities = self._nearest(queries, min(fetch, len(self)), PROBES)
        if live == len(self) and (self.compressed is None or (rows >= 0).sum(axis=1).min() >= needed):
            return self._named(rows, similarities)
        rows = np.where((rows >= 0) & ~self.dead[rows], rows, -1)
        # Where removed rows took most places, what is left may not be the best: look wider, and at last at everything.
        enough = needed if self.compressed is None else min(max(needed, fetch // 2), live)
        short = np.flatnonzero((rows >= 0).sum(axis=1) < enough)
        if len(short):
            wide, wide_similarities = self._wider(queries[short], needed, fetch * _WIDER)
            missing = wide.shape[1] - rows.shape[1]
            if missing > 0:
                rows = np.pad(rows, ((0, 0), (0, missing)), constant_values=-1)
                similarities = np.pad(similarities, ((0, 0), (0, missing)), constant_values=-np.inf)
            rows[short], similarities[short] = -1, -np.inf
            rows[short, : wide.shape[1]], similarities[short, : wide.shape[1]] = wide, wide_similarities
        return self._named(rows, similarities)

    def _named(self, rows: NDArray[np.int64], similarities: NDArray[np.float32]) -> Part:
        return np.where(rows < 0, -1, self.ids[rows]), similarities

    def _nearest(self, queries: NDArray[np.float32], fetch: int, probes: int) -> Part:
        """Up to ``fetch`` rows, dead ones among them, with their exact similarities."""
        faiss = faiss_library()
        alone = len(queries) <= _FEW or len(queries) * len(self) <= _LITTLE
        if self.compressed is None:
            with one_thread() if alone else nullcontext():
                similarities, rows = faiss.knn(queries, self.vectors, fetch, metric=faiss.METRIC_INNER_PRODUCT)
            return rows, similarities
        wanted = faiss.SearchParametersIVF(nprobe=min(probes, self.compressed.nlist))
        with one_thread() if alone else nullcontext():
            _, rows = self.compressed.search(queries, fetch, params=wanted)
            similarities = np.empty(rows.shape, np.float32)
            faiss.fvec_inner_products_by_idx(
                *(faiss.swig_ptr(array) for array in (similarities, queries, self.vectors, rows)),
                queries.shape[1], *rows.shape,
            )  # fmt: skip
        return rows, similarities

    def _wider(self, queries: NDArray[np.float32], needed: int, fetch: int) -> Part:
        """A second look; queries that it leaves short are compared with every live row."""
        rows, similarities = self._nearest(queries, min(fetch, len(self)), PROBES * _WIDER)
        rows = np.where((rows >= 0) & ~self.dead[rows], rows, -1)
        for query in np.flatnonzero((rows >= 0).sum(axis=1) < needed):
            all_similarities = np.concatenate(
                [self.vectors[at : at + CHUNK] @ queries[query] for at in range(0, len(self), CHUNK)]
            )
            all_similarities[self.dead] = -np.inf
            best = np.argpartition(-all_similarities, needed - 1)[:needed]
            rows[query], similarities[query] = -1, -np.inf
            if needed > rows.shape[1]:
                missing = needed - rows.shape[1]
                rows = np.pad(rows, ((0, 0), (0, missing)), constant_values=-1)
                similarities = np.pad(similarities, ((0, 0), (0, missing)), constant_values=-np.inf)
            rows[query, :needed], similarities[query, :needed] = best, all_similarities[best]
        return rows, similarities


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that one search sees. The last segment is the tail."""

    dimensions: int
    segments: tuple[Segment, ...]

    def __len__(self) -> int:
        return sum(segment.live for segment in self.segments)

    def search(self, queries: NDArray[np.float32], count: int) -> Neighbours:
        """The nearest live rows of all segments."""
        parts = [segment.search(queries, count) for segment in self.segments]
        return neighbours_of(parts, len(queries), count)

    def locate(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n, 2): the segment's position and the row of each id, -1 where it is not there."""
        places = np.full((len(ids), 2), -1, np.int64)
        for position, segment in enumerate(self.segments):
            rows = segment.locate(ids)
            places[rows >= 0] = np.stack([np.full(len(ids), position), rows], axis=1)[rows >= 0]
        return places

    def ids(self) -> NDArray[np.int64]:
        return np.sort(np.concatenate([segment.ids[segment.live_rows()] for segment in self.segments]))


def lists_for(rows: int) -> int:
    """Inverted lists for so many rows: the power of two next to four times the square root, the lower end of what FAISS's
    guidelines advise ("Guidelines to choose an index", FAISS wiki), and no more than there are rows to train them with."""
    return max(1, int(2 ** min(round(np.log2(4 * rows**0.5)), np.log2(rows / _TRAIN_ROWS) // 1)))


def compress(vectors: NDArray[np.float32], borrowed: Segment | None) -> tuple[Any, int]:
    """A FAISS index of codes over ``vectors`` (n, dimensions), and how many rows its quantisers were made for.

    With ``borrowed`` the trained quantisers of that segment are used: a small addition costs no training.
    """
    faiss = faiss_library()
    rows, dimensions = vectors.shape
    if borrowed is not None:
        index, trained_on = faiss.clone_index(borrowed.compressed), borrowed.trained_on
        index.reset()
    else:
        codes = f"PQ{dimensions // _PQ_DIMENSIONS}x4fs" if dimensions % _PQ_DIMENSIONS == 0 else f"PQ{dimensions}x4fs"
        index = faiss.index_factory(dimensions, f"IVF{lists_for(rows)},{codes}", faiss.METRIC_INNER_PRODUCT)
        index.cp.niter, index.cp.spherical, index.cp.max_points_per_centroid = _TRAIN_ROUNDS, True, _TRAIN_ROWS
        sample = np.random.default_rng(0).choice(rows, min(rows, _TRAIN_ROWS * index.nlist), replace=False)
        sample.sort()
        training = np.empty((len(sample), dimensions), np.float32)
        for at in range(0, len(sample), CHUNK):  # in pieces: NumPy holds up every other thread while it gathers
            training[at : at + CHUNK] = vectors[sample[at : at + CHUNK]]
        with one_thread():
            index.train(training)
        trained_on = rows
    with one_thread():
        for at in range(0, rows, CHUNK):
            index.add(np.ascontiguousarray(vectors[at : at + CHUNK]))
    return index, trained_on
