"""Registered works on disk: add, replace, remove, search. A folder that is whole after any crash.

>>> index = WorkIndex.open(Path("var/index"), open_embedder(), create=True)        # doctest: +SKIP
>>> index.add("work-7", Path("trailer.mp4"), title="Trailer")                       # doctest: +SKIP

Layout: ``manifest.json`` names the embedder and, for each work, its media with the digests of what lies in
``media/<sha256 of the original>/`` (see ``media_folder``); ``vectors/`` is a ``FaissVectorIndex`` of all their vectors.
Media are decoded in ``building/``, moved into place, and named by the manifest last; what no manifest names is swept away
by the next writer. Media that were removed stay on disk for an hour, because a search that began before may still compare
with their proxies. The index is a cache of the corpus: it can always be rebuilt from the works.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_file
from auditor.embeddings import Embedder
from auditor.errors import AuditorError, BadInputError, CancelledError
from auditor.files import locked, replacing
from auditor.index.faiss_index import FaissVectorIndex
from auditor.index.hashes import PDQ_HASHER, HashSearcher
from auditor.index.media_folder import store_media
from auditor.index.vector_index import checked_queries
from auditor.index.work_state import (
    FORMAT,
    WorkState,
    add_missing,
    entries_of,
    read_document,
    read_state,
    remove_stray,
)
from auditor.index.works import (
    BatchEntry,
    BatchResult,
    FrameHasher,
    HashHit,
    Hit,
    IndexInfo,
    Reference,
    SoundPrint,
)
from auditor.media import probe
from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress

#: Vectors asked for for each instant wanted.
_PARTS_ASKED = 10
#: Seconds that removed media stay on disk: longer than any audit that began before the removal runs.
GRACE_SECONDS = 3600.0


class WorkIndex:
    """The works of one corpus under one embedder. Searching sees the state of the last ``open``, ``refresh`` or change made
    here: a work that somebody else removes meanwhile is found, with its proxy, until then."""

    def __init__(
        self,
        directory: Path,
        embedder: Embedder,
        *,
        hasher: FrameHasher = PDQ_HASHER,
        sound_print: SoundPrint | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.directory = directory
        self.embedder = embedder
        self._hasher = hasher
        self._sound_print = sound_print
        self._clock = clock
        document = read_document(directory, embedder)  # says what is wrong before anything is made
        vectors = directory / "vectors"
        empty = not document["rows"]  # nothing can be missing from an index without works
        self._vectors = FaissVectorIndex.open(vectors, embedder.identity.dimensions, create=empty)
        self._state = read_state(directory, embedder, self._vectors, None)
        self._hashes: tuple[WorkState, HashSearcher] | None = None

    @classmethod
    def open(
        cls,
        directory: Path,
        embedder: Embedder,
        *,
        create: bool = False,
        hasher: FrameHasher = PDQ_HASHER,
        sound_print: SoundPrint | None = None,
        clock: Callable[[], float] = time.time,
    ) -> "WorkIndex":
        """Open the index in ``directory``; with ``create`` an empty one is made if there is none.

        ``hasher`` makes the hashes of new media (PDQ by default), ``sound_print`` describes their sound. Raises
        ``BadInputError`` if there is no index, it is damaged, or another embedder made it.
        """
        manifest = directory / "manifest.json"
        if not manifest.exists():
            if not create:
                raise BadInputError(f"{directory}: there is no index here; make one with 'index add {directory} FILE'")
            document = {"format": FORMAT, "embedder": embedder.identity.as_dict(), "works": {}}
            with replacing(manifest) as temporary:
                temporary.write_text(json.dumps({**document, "rows": {}, "next": 0, "dropped": {}}, indent=1))
        return cls(directory, embedder, hasher=hasher, sound_print=sound_print, clock=clock)

    def info(self) -> IndexInfo:
        """Counts and the digest that decisions record."""
        state = self._state
        vectors = sum(state.media[reference.asset_sha256].entry["vectors"] for reference in state.references)
        works = len(state.document["works"])
        return IndexInfo(state.digest, self.embedder.identity, works, len(state.references), vectors)

    def titles(self) -> dict[str, str]:
        """Title of each work by its id."""
        return {work_id: str(work["title"]) for work_id, work in self._state.document["works"].items()}

    def assets(self) -> dict[str, frozenset[str]]:
        """The SHA-256 of each work's files by its id."""
        return {work_id: frozenset(work["media"]) for work_id, work in self._state.document["works"].items()}

    def references(self) -> tuple[Reference, ...]:
        """Every registered file, once for each work that has it."""
        return self._state.references

    def refresh(self) -> None:
        """See what others have published since; only what is new is read. Raises as ``open`` does."""
        self._state = read_state(self.directory, self.embedder, self._vectors, self._state)

    # -- changing --------------------------------------------------------------------------------------------------

    def add(
        self,
        work_id: str,
        media: Path,
        *,
        title: str | None = None,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Reference:
        """Register ``media`` as part of work ``work_id``; the same file twice in one work changes nothing.

        Raises ``MediaError`` for unusable media and ``CancelledError``; the index is unchanged then.
        """
        with locked(self.directory / "building.lock"):
            built = self._build([media], on_progress, cancelled)
            self._publish([BatchEntry(work_id, media, title)], built)
        return self._reference(work_id, built[media][0])

    def add_batch(
        self,
        entries: Sequence[BatchEntry],
        *,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> list[BatchResult]:
        """Register many files in one publication: the others see all of them or none. A file that can't be used is
        reported in its result and keeps nothing from the rest. Others may remove and search meanwhile.

        ``on_progress`` counts files. Raises ``CancelledError``; the index is unchanged then (import long lists in parts).
        """
        with locked(self.directory / "building.lock"):
            built: dict[Path, tuple[str, dict[str, Any]]] = {}
            errors: dict[Path, str] = {}
            for number, media in enumerate(dict.fromkeys(entry.media for entry in entries)):
                on_progress(Progress("register", number, len(entries), "files"))
                try:
                    built |= self._build([media], no_progress, cancelled, keep=bool(number))
                except CancelledError:
                    raise
                except (AuditorError, OSError) as error:
                    errors[media] = str(error)
            self._publish([entry for entry in entries if entry.media in built], built)
        return [
            BatchResult(entry, None, errors[entry.media])
            if entry.media in errors
            else BatchResult(entry, self._reference(entry.work_id, built[entry.media][0]), None)
            for entry in entries
        ]

    def replace(
        self,
        work_id: str,
        media: Path | Sequence[Path],
        *,
        title: str | None = None,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> list[Reference]:
        """Give a work other media in one publication: nobody finds it without any, or with both.

        Raises ``BadInputError`` if the index does not know the work or no file is given, ``MediaError`` for an unusable
        file and ``CancelledError``; the index is unchanged then.
        """
        files = [media] if isinstance(media, Path) else list(media)
        if not files:
            raise BadInputError(f"{work_id}: no file to replace the work's media with; remove the work instead")
        with locked(self.directory / "building.lock"):
            self._known(read_document(self.directory, self.embedder), work_id)
            built = self._build(files, on_progress, cancelled)
            self._publish([BatchEntry(work_id, file, title) for file in files], built, instead_of=work_id)
        return [self._reference(work_id, digest) for digest in dict.fromkeys(built[file][0] for file in files)]

    def remove(self, work_id: str) -> None:
        """Forget a work and its media. Raises ``BadInputError`` if the index does not know it."""
        with locked(self.directory / "lock"):
            document = self._newest()
            self._known(document, work_id)
            del document["works"][work_id]
            self._write(document)
        self._vectors.maintain()

    # -- looking ---------------------------------------------------------------------------------------------------

    def search(self, vectors: NDArray[np.float32], *, count: int, at_least: float) -> list[list[Hit]]:
        """For each row of ``vectors`` (n, 512): up to ``count`` registered instants of similarity ``at_least``, best first.

        Exact up to 100,000 vectors; beyond, candidates are found in compressed codes and compared exactly.
        """
        state = self._state
        if not len(state.snapshot) or not len(vectors):
            return [[] for _ in vectors]
        # a photograph's parts are vectors of one instant: more are asked for, so that enough instants remain
        asked = min(count * _PARTS_ASKED, len(state.snapshot))
        found = state.snapshot.search(checked_queries(vectors, count, self.embedder.identity.dimensions), asked)
        answers = []
        for ids, similarities in zip(found.ids, found.similarities, strict=True):
            hits: dict[tuple[str, str, float], Hit] = {}
            for number, similarity in zip(ids, similarities, strict=True):
                if number < 0 or similarity < at_least or len(hits) >= count:
                    break
                for reference, seconds in state.instants(int(number)):
                    key = reference.work_id, reference.asset_sha256, seconds
                    hits.setdefault(key, Hit(reference, seconds, float(similarity)))
            answers.append(list(hits.values())[:count])
        return answers

    def search_hashes(self, hashes: NDArray[np.uint8], *, at_most_bits: int, count: int) -> list[list[HashHit]]:
        """For each row of ``hashes`` (n, 32) uint8: up to ``count`` registered instants whose hash differs in no more than
        ``at_most_bits`` of 256, nearest first. Exact (FAISS ``IndexBinaryFlat``).

        Media whose hashes are of another version than this index's hasher, and frames too plain to hash, are not
        compared. Raises ``BadInputError`` for hashes of another shape.
        """
        state = self._state
        if self._hashes is None or self._hashes[0] is not state:
            self._hashes = (state, HashSearcher(state, self._hasher.version))
        return self._hashes[1].search(hashes, at_most_bits, count)

    def sound_prints(self) -> Iterator[tuple[Reference, dict[str, NDArray[Any]]]]:
        """Each reference with sound and the arrays that describe it. Raises ``BadInputError`` for a damaged file."""
        for reference in self._state.references:
            arrays = self._state.media[reference.asset_sha256].sound()
            if arrays is not None:
                yield reference, arrays

    @classmethod
    def rebuild(cls, directory: Path, embedder: Embedder) -> "WorkIndex":
        """Open an index whose ``vectors/`` is damaged or missing: it is made anew from the media, which are checked."""
        with locked(directory / "building.lock"), locked(directory / "lock"):
            document = read_document(directory, embedder)
            shutil.rmtree(directory / "vectors", ignore_errors=True)
            vectors = FaissVectorIndex.open(directory / "vectors", embedder.identity.dimensions, create=True)
            add_missing(directory, document, vectors)
        return cls(directory, embedder)

    # -- files -----------------------------------------------------------------------------------------------------

    def _build(
        self, files: Sequence[Path], on_progress: OnProgress, cancelled: Cancelled, *, keep: bool = False
    ) -> dict[Path, tuple[str, dict[str, Any]]]:
        """Decode files that the index does not hold into ``building/``; for each file its digest and manifest entry.

        Whoever calls holds ``building.lock``. ``keep`` leaves what an earlier call of the same caller built.
        """
        building = self.directory / "building"
        if not keep:
            shutil.rmtree(building, ignore_errors=True)
        known = entries_of(read_document(self.directory, self.embedder))
        built: dict[Path, tuple[str, dict[str, Any]]] = {}
        for media in files:
            info, digest = probe(media), sha256_file(media)
            folder = building / digest
            if digest not in known:
                if folder.exists():  # the same content under another name
                    entry = json.loads((building / f"{digest}.json").read_text())
                else:
                    try:
                        entry = store_media(
                            media, info, folder, self.embedder, self._hasher, self._sound_print, on_progress, cancelled
                        )
                    except BaseException:
                        shutil.rmtree(folder, ignore_errors=True)
                        raise
                    (building / f"{digest}.json").write_text(json.dumps(entry))
                known[digest] = entry
            built[media] = (digest, known[digest])
        return built

    def _publish(
        self,
        entries: Sequence[BatchEntry],
        built: dict[Path, tuple[str, dict[str, Any]]],
        *,
        instead_of: str | None = None,
    ) -> None:
        """Put what was built in its place and let the manifest name it."""
        with locked(self.directory / "lock"):
            document = self._newest()
            if instead_of is not None:
                self._known(document, instead_of)["media"] = {}
            for entry in entries:
                digest, stored = built[entry.media]
                work = document["works"].setdefault(
                    entry.work_id, {"title": entry.title or entry.media.stem, "media": {}}
                )
                if entry.title:
                    work["title"] = entry.title
                work["media"].setdefault(digest, self._placed(digest, stored))
            self._write(document)
        shutil.rmtree(self.directory / "building", ignore_errors=True)
        self._vectors.maintain()

    def _placed(self, digest: str, entry: dict[str, Any]) -> dict[str, Any]:
        """Move a built folder to where the manifest will name it, if it was built (and not held already)."""
        source, target = self.directory / "building" / digest, self.directory / "media" / digest
        if source.exists():
            target.parent.mkdir(exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            source.rename(target)
        return entry

    def _newest(self) -> dict[str, Any]:
        """The manifest as it is on disk, and the vectors brought into line with it if a writer died between the two."""
        document = read_document(self.directory, self.embedder)
        self._vectors.refresh()
        remove_stray(document, self._vectors)
        add_missing(self.directory, document, self._vectors)
        return document

    def _write(self, document: dict[str, Any]) -> None:
        """Publish ``document``. New vectors come before it and old ones go after it, so that each named one is there."""
        media, rows, dropped, now = entries_of(document), document["rows"], document["dropped"], self._clock()
        for digest in media.keys() - rows.keys():
            rows[digest] = document["next"]
            document["next"] += media[digest]["vectors"]
        for digest in rows.keys() - media.keys():
            del rows[digest]
            dropped[digest] = now
        document["dropped"] = {d: at for d, at in dropped.items() if d not in media and now - at <= GRACE_SECONDS}
        add_missing(self.directory, document, self._vectors)
        with replacing(self.directory / "manifest.json") as temporary:
            temporary.write_text(json.dumps(document, indent=1))
        remove_stray(document, self._vectors)
        self._state = read_state(self.directory, self.embedder, self._vectors, self._state)
        for folder in (self.directory / "media").glob("*"):
            if folder.name not in rows and folder.name not in document["dropped"]:
                shutil.rmtree(folder, ignore_errors=True)

    def _known(self, document: dict[str, Any], work_id: str) -> dict[str, Any]:
        work: dict[str, Any] | None = document["works"].get(work_id)
        if work is None:
            raise BadInputError(f"{self.directory}: no work {work_id!r} in this index; see 'index info'")
        return work

    def _reference(self, work_id: str, digest: str) -> Reference:
        return next(r for r in self._state.references if r.asset_sha256 == digest and r.work_id == work_id)
