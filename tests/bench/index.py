"""The embedded vector index against exact search and against plain FAISS of the same type, in one run on the same vectors;
then how long searches take while 10,000 vectors are added.

    python -m tests.bench.index [--vectors 100000] [--queries 1000] [--rebuild]

The vectors are made up (``tests/vectors.py``: random walks on the sphere that lie as film frames do, 512 dimensions);
queries are stored vectors with noise: ``light`` leaves a similarity of 0.7 or more to the vector that was picked, ``heavy``
0.5 to 0.7. Plain FAISS is ``IndexRefineFlat`` over a copy of the very codes that our index made (``IndexFlatIP`` where it is
flat), with the same probes and candidates. Each timing is the best of three rounds, ours and theirs in turn, theirs with
all threads and with one (ours takes one for up to 16 queries at a time, all for more).
"""

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from auditor.index import FaissVectorIndex
from auditor.index.faiss_library import one_thread
from auditor.index.faiss_segments import PROBES, RERANK, RERANK_LEAST
from tests.vectors import films, near

DIMENSIONS = 512
COUNT = 10
NOISE = {"light": (0.2, 1.0), "heavy": (1.0, 1.7)}
ADDED = 10_000


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_batches(search: Callable[[Any, int], Any], queries: np.ndarray, size: int) -> float:
    """Seconds a query, ``size`` at a time; single ones are sampled."""
    used = queries[: max(size, min(len(queries), 200 * size))]
    return seconds(lambda: [search(used[at : at + size], COUNT) for at in range(0, len(used), size)]) / len(used)


def plain(folder: Path, vectors: np.ndarray) -> tuple[str, Any]:
    """What somebody would write without us: name and search function."""
    codes = list(folder.glob("*.faiss"))
    if not codes:
        flat = faiss.IndexFlatIP(DIMENSIONS)
        flat.add(vectors)
        return "IndexFlatIP", lambda queries, count: flat.search(queries, count)
    base = faiss.read_index(str(codes[0]))
    base.nprobe = PROBES
    refined = faiss.IndexRefineFlat(base, faiss.swig_ptr(vectors))
    refined.k_factor = max(RERANK_LEAST, RERANK * COUNT) / COUNT
    kept = (base, refined)  # FAISS does not keep the base alive itself
    return f"IVF{base.nlist},PQ…x4fs + IndexRefineFlat", lambda queries, count: kept[1].search(queries, count)


def compare(index: FaissVectorIndex, vectors: np.ndarray, queries: int) -> None:
    """Recall and speed against exact search and plain FAISS."""
    name, theirs = plain(index.directory, np.ascontiguousarray(vectors))

    def exact(rows: np.ndarray, count: int) -> Any:
        return faiss.knn(rows, vectors, count, metric=faiss.METRIC_INNER_PRODUCT)

    asked = {}
    for band, noise in NOISE.items():
        asked[band] = near(vectors, queries, seed=2, noise=noise)
        similarities, truth = exact(asked[band], COUNT)
        found, plainly = index.search(asked[band], COUNT), theirs(asked[band], COUNT)[1]
        first = (found.ids[:, 0] == truth[:, 0]).mean(), (plainly[:, 0] == truth[:, 0]).mean()
        ten = np.mean([len(np.intersect1d(a, b)) / COUNT for a, b in zip(found.ids, truth, strict=True)])
        print(
            f"{band} queries (median similarity of the nearest {np.median(similarities[:, 0]):.2f}): "
            f"recall@1 {first[0]:.3f} (plain {first[1]:.3f}), recall@10 {ten:.3f}"
        )
    for size in (1, 10, 1000):
        ours, peer, single = [], [], []
        for _ in range(3):
            ours.append(in_batches(index.search, asked["light"], size))
            peer.append(in_batches(theirs, asked["light"], size))
            with one_thread():
                single.append(in_batches(theirs, asked["light"], size))
        # exact search takes seconds a round where it is slow: fewer queries, once
        slow = in_batches(exact, asked["light"][: max(20, size)], size)
        print(
            f"{size} at a time: ours {min(ours) * 1e3:.3f} ms a query, {name} {min(peer) * 1e3:.3f} ms "
            f"({min(peer) / min(ours):.2f}x its speed), with one thread {min(single) * 1e3:.3f} ms "
            f"({min(single) / min(ours):.2f}x its speed), exact {slow * 1e3:.2f} ms ({slow / min(ours):.0f}x its speed)"
        )


def latency(index: FaissVectorIndex, queries: np.ndarray, meanwhile: Callable[[], Any]) -> tuple[float, np.ndarray]:
    """Run ``meanwhile`` while another thread searches; its seconds, and the milliseconds that each search took."""
    times: list[float] = []
    failures: list[Exception] = []
    stop = threading.Event()

    def look() -> None:
        number = 0
        try:
            while not stop.is_set():
                times.append(seconds(lambda n=number: index.search(queries[n : n + 1], COUNT)))
                number = (number + 1) % len(queries)
        except Exception as error:
            failures.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    took = seconds(meanwhile)
    stop.set()
    reader.join()
    if failures:
        raise failures[0]
    return took, np.array(times) * 1e3


def told(what: str, took: float, times: np.ndarray) -> None:
    print(
        f"{what}: {took:.1f} s; {len(times)} searches, median {np.median(times):.2f} ms, "
        f"99 % {np.percentile(times, 99):.1f} ms, longest {times.max():.1f} ms, none failed"
    )


def while_adding(index: FaissVectorIndex, vectors: np.ndarray, fresh: np.ndarray, *, rebuild: bool) -> None:
    """Searches during additions in small batches and in one, during removal, maintenance and a rebuild."""
    queries = near(vectors, 500, seed=5)
    told("nothing else going on", *latency(index, queries, lambda: time.sleep(3)))
    first = np.arange(len(vectors), len(vectors) + ADDED)

    def in_small() -> None:
        for at in range(0, ADDED, 250):
            index.add(first[at : at + 250], fresh[at : at + 250])

    told(f"adding {ADDED} in batches of 250", *latency(index, queries, in_small))
    told(f"adding {ADDED} at once", *latency(index, queries, lambda: index.add(first + ADDED, fresh[ADDED:])))
    told("removing 1,000", *latency(index, queries, lambda: index.remove(first[:1000])))
    told("maintaining", *latency(index, queries, index.maintain))
    if rebuild:
        told("building anew", *latency(index, queries, index.rebuild))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--rebuild", action="store_true", help="search during a rebuild, too")
    options = parser.parse_args()
    vectors = films(options.vectors, DIMENSIONS, seed=1)
    fresh = films(2 * ADDED, DIMENSIONS, seed=7)
    with tempfile.TemporaryDirectory() as name:
        index = FaissVectorIndex.open(Path(name), DIMENSIONS, create=True)
        took = seconds(lambda: index.add(np.arange(len(vectors)), vectors))
        size = sum(path.stat().st_size for path in index.directory.iterdir()) / 1e6
        print(f"{len(vectors)} vectors: {index.info().kind}, built in {took:.1f} s, {size:.0f} MB on disk")
        opened = seconds(lambda: FaissVectorIndex.open(Path(name), DIMENSIONS))
        print(f"opened, every byte checked, in {opened:.1f} s; {faiss.omp_get_max_threads()} threads", flush=True)
        compare(index, vectors, options.queries)
        while_adding(index, vectors, fresh, rebuild=options.rebuild)
        print(f"peak resident {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB (maps included)")


if __name__ == "__main__":
    main()
