"""Registered works as vectors on disk: add, remove, search. A folder that is whole after any crash.

>>> index = WorkIndex.open(Path("var/index"), open_embedder(), create=True)        # doctest: +SKIP
>>> index.add("work-7", Path("trailer.mp4"), title="Trailer")                       # doctest: +SKIP

Layout: ``manifest.json`` names the embedder and, for each work, its media with the digests of what lies in
``media/<sha256 of the original>/``: ``vectors.npy`` (n, 512) float32, ``times.npy`` (n,) float64 seconds, and a proxy.
Files are written first, the manifest is renamed into place last; what no manifest names is swept away by the next writer.
The index is a cache of the corpus: it can always be rebuilt from the works.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_file, sha256_json
from auditor.embeddings import Embedder, EmbedderIdentity
from auditor.errors import BadInputError, UnavailableError
from auditor.files import replacing
from auditor.media import Frame, MediaInfo, probe
from auditor.media.proxy import FilmProxyWriter, proxy_frames, write_still_proxy
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress

FORMAT = 1
#: Frames a second of a registered work that become vectors; the proxy keeps the instants in between.
REFERENCE_FPS = 2.0


@dataclass(frozen=True, slots=True)
class Reference:
    """One registered file: whose it is, what it holds and where its proxy lies."""

    work_id: str
    title: str
    asset_sha256: str
    info: MediaInfo
    proxy: Path


@dataclass(frozen=True, slots=True)
class Hit:
    """A registered instant that resembles a query vector; ``similarity`` is the inner product, -1..1."""

    reference: Reference
    seconds: float
    similarity: float


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds. ``digest`` changes whenever a work or its media does, and with nothing else."""

    digest: str
    embedder: EmbedderIdentity
    works: int
    media: int
    vectors: int

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "embedder": self.embedder.as_dict()}


class WorkIndex:
    """The works of one corpus under one embedder. Searching sees the state of the last ``open``, ``add`` or ``remove``."""

    def __init__(self, directory: Path, embedder: Embedder) -> None:
        self.directory = directory
        self.embedder = embedder
        self._load()

    @classmethod
    def open(cls, directory: Path, embedder: Embedder, *, create: bool = False) -> "WorkIndex":
        """Open the index in ``directory``; with ``create`` an empty one is made if there is none.

        Raises ``BadInputError`` if there is no index, it is damaged, or another embedder made it.
        """
        manifest = directory / "manifest.json"
        if not manifest.exists():
            if not create:
                raise BadInputError(f"{directory}: there is no index here; make one with 'index add {directory} FILE'")
            document = {"format": FORMAT, "embedder": embedder.identity.as_dict(), "works": {}}
            with replacing(manifest) as temporary:
                temporary.write_text(json.dumps(document, indent=1))
        return cls(directory, embedder)

    def info(self) -> IndexInfo:
        """Counts and the digest that decisions record."""
        return IndexInfo(
            sha256_json(self._document),
            self.embedder.identity,
            len(self._document["works"]),
            len(self._references),
            self._vectors.shape[0],
        )

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
        info, digest = probe(media), sha256_file(media)
        with self._writing() as document:
            work = document["works"].setdefault(work_id, {"title": title or media.stem, "media": {}})
            if title:
                work["title"] = title
            if digest not in work["media"]:
                known = (other["media"][digest] for other in document["works"].values() if digest in other["media"])
                work["media"][digest] = next(known, None) or self._store(media, digest, info, on_progress, cancelled)
        return next(r for r in self._references if r.asset_sha256 == digest and r.work_id == work_id)

    def remove(self, work_id: str) -> None:
        """Forget a work and its media. Raises ``BadInputError`` if the index does not know it."""
        with self._writing() as document:
            if document["works"].pop(work_id, None) is None:
                raise BadInputError(f"{self.directory}: no work {work_id!r} in this index; see 'index info'")

    def titles(self) -> dict[str, str]:
        """Title of each work by its id."""
        return {work_id: str(work["title"]) for work_id, work in self._document["works"].items()}

    def search(self, vectors: NDArray[np.float32], *, count: int, at_least: float) -> list[list[Hit]]:
        """For each row of ``vectors`` (n, 512): up to ``count`` registered instants of similarity ``at_least``, best first.

        Exact: every vector is compared (FAISS ``IndexFlatIP``).
        """
        if not len(self._vectors) or not len(vectors):
            return [[] for _ in vectors]
        similarities, rows = self._searcher().search(
            np.ascontiguousarray(vectors, np.float32), min(count, len(self._vectors))
        )
        return [
            [
                Hit(self._references[self._owner[row]], float(self._times[row]), float(similarity))
                for similarity, row in zip(line, found, strict=True)
                if row >= 0 and similarity >= at_least
            ]
            for line, found in zip(similarities, rows, strict=True)
        ]

    # -- files -----------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        path = self.directory / "manifest.json"
        try:
            document = json.loads(path.read_text())
            made_by = EmbedderIdentity(**document["embedder"])
            works = document["works"]
            if document["format"] != FORMAT:
                raise BadInputError(f"{path}: format {document['format']} is not {FORMAT}; rebuild the index")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInputError(f"{path}: the index's manifest is damaged ({error}); rebuild the index") from error
        if made_by != self.embedder.identity:
            raise BadInputError(
                f"{self.directory}: made with embedder {made_by.name} ({made_by.version}, {made_by.preprocessing}), "
                f"not {self.embedder.identity.name}; open it with that one or rebuild it"
            )
        references: list[Reference] = []
        vectors, times, owner = [], [], []
        for work_id, work in works.items():
            for digest, entry in work["media"].items():
                folder = self.directory / "media" / digest
                owner += [len(references)] * entry["vectors"]
                vectors.append(self._read_array(folder / "vectors.npy", entry["vectors_sha256"]))
                times.append(self._read_array(folder / "times.npy", entry["times_sha256"]))
                info = MediaInfo(**entry["info"])
                references.append(Reference(work_id, work["title"], digest, info, folder / entry["proxy"]))
        self._document = document
        self._references = references
        self._owner = owner
        dimensions = self.embedder.identity.dimensions
        self._vectors = np.concatenate(vectors) if vectors else np.empty((0, dimensions), np.float32)
        self._times = np.concatenate(times) if times else np.empty(0, np.float64)
        self._faiss: Any = None
        self._faiss_pid = -1

    @staticmethod
    def _read_array(path: Path, expected: str) -> NDArray[Any]:
        try:
            if sha256_file(path) != expected:
                raise BadInputError(f"{path}: its digest differs from the manifest's; rebuild the index")
            return np.asarray(np.load(path, allow_pickle=False))
        except (OSError, ValueError) as error:
            raise BadInputError(f"{path}: can't be read ({error}); rebuild the index") from error

    def _searcher(self) -> Any:
        """The FAISS index of this process: made after a fork, because OpenMP's threads do not survive one."""
        if self._faiss is None or self._faiss_pid != os.getpid():
            try:
                import faiss
            except ImportError as error:
                raise UnavailableError("searching needs FAISS; install reelproof[cpu] or faiss-gpu-cu12") from error
            self._faiss = faiss.IndexFlatIP(self.embedder.identity.dimensions)
            self._faiss.add(np.ascontiguousarray(self._vectors, np.float32))
            self._faiss_pid = os.getpid()
        return self._faiss

    @contextmanager
    def _writing(self) -> Iterator[dict[str, Any]]:
        """One writer at a time; hands out the newest manifest and publishes it if the block succeeds."""
        with (self.directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            document = json.loads((self.directory / "manifest.json").read_text())
            yield document
            with replacing(self.directory / "manifest.json") as temporary:
                temporary.write_text(json.dumps(document, indent=1))
            self._load()
            kept = {reference.asset_sha256 for reference in self._references}
            for folder in (self.directory / "media").glob("*"):
                if folder.name not in kept:
                    shutil.rmtree(folder)

    def _store(
        self, media: Path, digest: str, info: MediaInfo, on_progress: OnProgress, cancelled: Cancelled
    ) -> dict[str, Any]:
        """Write vectors, times and the proxy of one file; returns its manifest entry."""
        folder = self.directory / "media" / digest
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        proxy = folder / ("proxy.jpg" if info.is_still else "proxy.mp4")
        frames = proxy_frames(media, info, on_progress=on_progress, cancelled=cancelled)
        vectors: list[NDArray[np.float32]] = []
        times: list[float] = []

        def note(frame: Frame) -> None:
            if not times or frame.seconds >= times[-1] + 1 / REFERENCE_FPS - 1e-3:
                vectors.append(self.embedder.embed([frame.pixels]))
                times.append(frame.seconds)

        if info.is_still:
            for frame in frames:
                note(frame)
                write_still_proxy(frame, proxy)
        else:
            with FilmProxyWriter(proxy) as writer:
                for frame in frames:
                    note(frame)
                    writer.write(frame)
        np.save(folder / "vectors.npy", np.concatenate(vectors))
        np.save(folder / "times.npy", np.asarray(times, np.float64))
        return {
            "info": info.as_dict(),
            "vectors": len(times),
            "vectors_sha256": sha256_file(folder / "vectors.npy"),
            "times_sha256": sha256_file(folder / "times.npy"),
            "proxy": proxy.name,
            "proxy_sha256": sha256_file(proxy),
        }
