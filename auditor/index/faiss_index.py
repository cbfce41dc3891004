"""The embedded vector index: FAISS over memory-mapped segments on disk, added to and removed from while others search.

>>> index = FaissVectorIndex.open(Path("var/vectors"), 512, create=True)            # doctest: +SKIP
>>> index.add(ids, vectors); index.search(queries, count=5)                         # doctest: +SKIP

Rows go into a small tail, which is sealed into an immutable segment when it is full; removed rows are marked, and go when
segments are merged. A search reads one immutable snapshot and never waits: a change is published by exchanging one
reference in this process and by renaming the manifest for others, who see it after ``refresh``. One writer at a time
(flock), in any process. ``maintain`` merges segments while others read and write; ``add`` never does, so call it when
there is time.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auditor.errors import BadInputError, UnavailableError
from auditor.files import locked
from auditor.index.faiss_files import (
    Published,
    append_tail,
    empty_document,
    empty_tail,
    load,
    named_files,
    new_name,
    read_manifest,
    write_manifest,
    write_removed,
    write_segment,
)
from auditor.index.faiss_library import faiss_library
from auditor.index.faiss_segments import CHUNK, FLAT_LIMIT, Segment, Snapshot, compress
from auditor.index.vector_index import (
    Neighbours,
    VectorIndexInfo,
    already_there,
    checked_ids,
    checked_queries,
    checked_rows,
    not_there,
)

#: Rows of the tail, each compared in every search: 0.4 % of a search through a million vectors.
TAIL_ROWS = 4096
#: Sealed segments beyond this are merged: each costs a search of its own.
MAX_SEGMENTS = 8
#: Share of removed rows from which a segment is written anew, and the least number worth it.
_DEAD_SHARE, _DEAD_LEAST = 0.2, 256
#: New quantisers are trained when a segment holds so many times the rows that the old ones were made for.
_RETRAIN = 2
#: How often a reader follows a manifest that was replaced while its files were opened.
_RETRIES = 20


class FaissVectorIndex:
    """A ``VectorIndex`` in a folder. Searching sees the state of the last ``open``, ``refresh`` or change made here."""

    def __init__(self, directory: Path, dimensions: int) -> None:
        faiss_library()
        self.directory = directory
        self._dimensions = dimensions
        self._exchanging = threading.Lock()
        self._published = self._read({})

    @classmethod
    def open(cls, directory: Path, dimensions: int, *, create: bool = False) -> "FaissVectorIndex":
        """Open the index in ``directory``; with ``create`` an empty one is made if there is none.

        Every file is read once and its digest checked (a gigabyte a second or more). Raises ``BadInputError``, naming
        the file, if there is no index, it is damaged, of another format, or of other dimensions.
        """
        if not (directory / "manifest.json").exists():
            if not create:
                raise BadInputError(f"{directory}: there is no vector index here; rebuild it ('index rebuild')")
            directory.mkdir(parents=True, exist_ok=True)
            with locked(directory / "lock"):
                if not (directory / "manifest.json").exists():
                    write_manifest(directory, empty_document(dimensions))
        return cls(directory, dimensions)

    def search(self, vectors: ArrayLike, count: int) -> Neighbours:
        queries = checked_queries(vectors, count, self._dimensions)
        return self._published.snapshot.search(queries, count)

    @property
    def snapshot(self) -> Snapshot:
        """What a search sees now, to be searched again later while the index goes on."""
        return self._published.snapshot

    def ids(self) -> NDArray[np.int64]:
        return self._published.snapshot.ids()

    def __len__(self) -> int:
        return len(self._published.snapshot)

    def info(self) -> VectorIndexInfo:
        snapshot = self._published.snapshot
        compressed = any(segment.compressed is not None for segment in snapshot.segments)
        kind = "FAISS IVF,PQ4 fast scan with exact re-rank" if compressed else "FAISS flat"
        return VectorIndexInfo(kind, self._dimensions, len(snapshot), not compressed, len(snapshot.segments) - 1)

    def refresh(self) -> None:
        """See what other processes have published since. What is loaded already is not read again."""
        known = {segment.name: segment for segment in self._published.snapshot.segments[:-1]}
        newest = self._read(known)
        with self._exchanging:  # two threads that refresh must not bring back the older of what they read
            if newest.document["generation"] >= self._published.document["generation"]:
                self._published = newest

    def add(self, ids: ArrayLike, vectors: ArrayLike) -> None:
        """As ``VectorIndex.add``; on disk when it returns. A batch that fills the tail is sealed with it at once."""
        numbers, rows = checked_rows(ids, vectors, self._dimensions)
        if not len(numbers):
            return
        with self._writing() as (document, snapshot):
            places = snapshot.locate(numbers)
            if (places[:, 0] >= 0).any():
                raise already_there(numbers[places[:, 0] >= 0])
            if document["tail"]["count"] + len(numbers) <= TAIL_ROWS:
                tail = append_tail(self.directory, document["tail"], numbers, rows)
                self._publish({**document, "tail": tail})
                return
            old = snapshot.segments[-1]
            extra = Segment("", numbers, rows, np.zeros(len(numbers), np.bool_))
            entry, _ = self._seal([old, extra], snapshot.segments)
            removed = _removed_rows(snapshot.segments[:-1])
            changed = {"segments": [*document["segments"], entry], "tail": empty_tail()}
            self._publish({**document, **changed, "removed": write_removed(self.directory, removed)})

    def remove(self, ids: ArrayLike) -> None:
        """As ``VectorIndex.remove``; on disk when it returns. The vectors themselves leave the disk with the next merge."""
        numbers = checked_ids(ids)
        if not len(numbers):
            return
        with self._writing() as (document, snapshot):
            places = snapshot.locate(numbers)
            if (places[:, 0] < 0).any():
                raise not_there(numbers[places[:, 0] < 0])
            removed = np.concatenate([_removed_rows(snapshot.segments), places])
            self._publish({**document, "removed": write_removed(self.directory, removed)})

    def maintain(self) -> int:
        """Merge what should be merged and sweep what no manifest names; returns how many merges were made.

        Adding, removing and searching go on meanwhile. If another process maintains this index, nothing is done here.
        """
        merges = 0
        with locked(self.directory / "maintenance.lock", wait=False) as mine:
            while mine and (names := _to_merge(self._fresh())):
                self._merge(names)
                merges += 1
            if mine:
                with self._writing() as (document, _):
                    self._sweep(document)
        return merges

    def rebuild(self) -> None:
        """Write everything anew as one segment with freshly trained quantisers. Others search and write meanwhile."""
        with locked(self.directory / "maintenance.lock"):
            with self._writing() as (document, snapshot):
                if snapshot.segments[-1].live:
                    entry, _ = self._seal([snapshot.segments[-1]], snapshot.segments)
                    removed = write_removed(self.directory, _removed_rows(snapshot.segments[:-1]))
                    sealed = {"segments": [*document["segments"], entry], "tail": empty_tail(), "removed": removed}
                    self._publish({**document, **sealed})
            names = {segment.name for segment in self._published.snapshot.segments[:-1]}
            if names:
                self._merge(names, retrain=True)
            with self._writing() as (document, _):
                self._sweep(document)

    # -- writing ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[tuple[dict[str, Any], Any]]:
        """Hold the writer's lock over the newest state."""
        with locked(self.directory / "lock"):
            published = self._fresh()
            yield published.document, published.snapshot

    def _fresh(self) -> Published:
        self.refresh()
        return self._published

    def _publish(self, document: dict[str, Any]) -> None:
        write_manifest(self.directory, {**document, "generation": document["generation"] + 1})
        self.refresh()

    def _read(self, known: dict[str, Segment]) -> Published:
        for attempt in range(_RETRIES):
            document = read_manifest(self.directory)
            if document["dimensions"] != self._dimensions:
                raise BadInputError(
                    f"{self.directory}: holds vectors of {document['dimensions']} dimensions, not {self._dimensions}; "
                    "open it with the embedder that made it or rebuild it"
                )
            try:
                return load(self.directory, document, known)
            except FileNotFoundError as error:
                # A merge may have replaced the manifest and swept the old files since it was read.
                if read_manifest(self.directory) == document or attempt == _RETRIES - 1:
                    raise BadInputError(f"{error.filename}: missing; rebuild the vectors ('index rebuild')") from error
        raise UnavailableError(f"{self.directory}: changes faster than it can be read; try again")

    def _seal(
        self, sources: list[Segment], all_segments: tuple[Segment, ...], *, retrain: bool = False
    ) -> tuple[dict[str, Any] | None, list[NDArray[np.int64]]]:
        """Write the live rows of ``sources`` as one segment in order of their ids; its manifest entry (none if no row is
        live) and, for each source, the new row of each of its rows (-1 where it was dead)."""
        live = [source.live_rows() for source in sources]
        if not sum(map(len, live)):
            return None, [np.full(len(source), -1, np.int64) for source in sources]
        origin = np.repeat(np.arange(len(sources)), [len(rows) for rows in live])
        row = np.concatenate(live)
        ids = np.concatenate([source.ids[rows] for source, rows in zip(sources, live, strict=True)])
        order = np.argsort(ids, kind="stable")
        name, count = new_name(), len(ids)
        np.save(self.directory / f"{name}.ids.npy", ids[order])
        path = self.directory / f"{name}.vectors.npy"
        vectors = np.lib.format.open_memmap(path, "w+", np.float32, (count, self._dimensions))
        for at in range(0, count, CHUNK):
            taken = order[at : at + CHUNK]
            for position, source in enumerate(sources):
                here = np.flatnonzero(origin[taken] == position)
                vectors[at + here] = source.vectors[row[taken[here]]]
        del vectors  # synced as a file below: flushing the map would hold up every thread of this process meanwhile
        vectors = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
        trained = [segment for segment in all_segments if segment.compressed is not None]
        best = max(trained, key=lambda segment: segment.trained_on, default=None)
        if best is not None and (retrain or count >= _RETRAIN * best.trained_on):
            best = None
        compressed, trained_on = None, 0
        if count > FLAT_LIMIT or (best is not None and count > TAIL_ROWS):
            compressed, trained_on = compress(vectors, best)
        entry = write_segment(self.directory, name, compressed, trained_on, count)
        new_rows = np.empty(count, np.int64)
        new_rows[order] = np.arange(count)
        moved = [np.full(len(source), -1, np.int64) for source in sources]
        for position, rows in enumerate(live):
            moved[position][rows] = new_rows[origin == position]
        return entry, moved

    def _merge(self, names: set[str], *, retrain: bool = False) -> None:
        """Put one segment in the place of those named. Only the last step, the publication, holds up other writers."""
        before = self._published.snapshot.segments
        sources = [segment for segment in before if segment.name in names]
        entry, moved = self._seal(sources, before, retrain=retrain)
        with self._writing() as (document, snapshot):
            kept = [segment for segment in snapshot.segments[:-1] if segment.name not in names]
            now = {segment.name: segment for segment in snapshot.segments}
            entries = {old["name"]: old for old in document["segments"]}
            segments = [entries[segment.name] for segment in kept]
            lists = [_removed_rows((*kept,))]
            if entry is not None:
                segments.append(entry)
            for source, rows in zip(sources, moved, strict=True):
                gone = rows[now[source.name].dead & ~source.dead]  # removed while the merge was running
                lists.append(np.stack([np.full(len(gone), len(kept)), gone], axis=1))
            tail = np.flatnonzero(snapshot.segments[-1].dead)
            lists.append(np.stack([np.full(len(tail), len(segments)), tail], axis=1))
            removed = write_removed(self.directory, np.concatenate(lists))
            self._publish({**document, "segments": segments, "removed": removed})

    def _sweep(self, document: dict[str, Any]) -> None:
        """Delete what the manifest does not name. Whoever still maps such a file keeps it until it lets go."""
        kept = named_files(document)
        for path in self.directory.iterdir():
            if path.name not in kept and path.is_file():
                path.unlink(missing_ok=True)


def _to_merge(published: Published) -> set[str]:
    """Names of the segments to be merged next; none if all is well.

    Geometric: the smallest segments together, as long as the next is not more than twice what is gathered already, so
    that a row is rewritten a number of times that grows with the logarithm of the index.
    """
    segments = published.snapshot.segments[:-1]
    flat = {s.name for s in segments if s.compressed is None}
    if sum(s.live for s in segments if s.name in flat) > FLAT_LIMIT:
        return flat
    wasted = [s for s in segments if len(s) - s.live > max(_DEAD_LEAST, _DEAD_SHARE * len(s)) or not s.live]
    if wasted:
        return {wasted[0].name}
    if len(segments) <= MAX_SEGMENTS:
        return set()
    by_size = sorted(segments, key=lambda s: s.live)
    chosen: list[str] = []
    total = 0
    for segment in by_size:
        if len(chosen) >= 2 and segment.live > 2 * total:
            break
        chosen.append(segment.name)
        total += segment.live
    return set(chosen)


def _removed_rows(segments: tuple[Segment, ...]) -> NDArray[np.int64]:
    """(n, 2): position and row of every dead row."""
    lists = [np.empty((0, 2), np.int64)]
    for position, segment in enumerate(segments):
        rows = np.flatnonzero(segment.dead)
        lists.append(np.stack([np.full(len(rows), position), rows], axis=1))
    return np.concatenate(lists)
