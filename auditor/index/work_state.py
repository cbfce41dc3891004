"""One state of an index of works, read from disk and checked: what a search sees, and what a writer starts from."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_json
from auditor.embeddings import EmbedderIdentity, SscdEmbedder
from auditor.errors import BadInputError, UnavailableError
from auditor.index.faiss_index import FaissVectorIndex
from auditor.index.faiss_segments import Snapshot
from auditor.index.media_folder import StoredMedia, load_media
from auditor.index.works import Reference
from auditor.media import MediaInfo

#: 2: a vector index beside the media, hashes, sound prints, samples at cuts.
FORMAT = 2
#: How often a reader starts again because a writer published while it was reading.
_RETRIES = 20


@dataclass(frozen=True, slots=True)
class WorkState:
    """A manifest and all that it names. ``digest`` stands for the works and the embedder alone."""

    document: dict[str, Any]
    digest: str
    references: tuple[Reference, ...]
    media: dict[str, StoredMedia]
    snapshot: Snapshot
    by_media: dict[str, list[Reference]]
    firsts: NDArray[np.int64]
    digests: tuple[str, ...]

    def instants(self, number: int) -> list[tuple[Reference, float]]:
        """Where vector ``number`` comes from: once for each work that has the file; nowhere for a vector that a writer
        added and died before it could name it."""
        place = int(np.searchsorted(self.firsts, number, side="right")) - 1
        if place < 0:
            return []
        return self.instants_of(self.digests[place], number - int(self.firsts[place]))

    def instants_of(self, digest: str, row: int) -> list[tuple[Reference, float]]:
        """The same for row ``row`` of a file."""
        times = self.media[digest].times
        return [(reference, float(times[row])) for reference in self.by_media[digest]] if row < len(times) else []


def read_document(directory: Path, embedder: SscdEmbedder) -> dict[str, Any]:
    """The manifest. Raises ``BadInputError`` if it is missing, damaged, of another format or of another embedder."""
    path = directory / "manifest.json"
    try:
        document: dict[str, Any] = json.loads(path.read_text())
        if document["format"] != FORMAT:
            raise BadInputError(f"{path}: format {document['format']!r} is not {FORMAT}; rebuild the index")
        made_by = EmbedderIdentity(**document["embedder"])
        if entries_of(document).keys() != document["rows"].keys():
            raise ValueError("its rows are not those of its media")
        if not isinstance(document["next"], int) or not isinstance(document["dropped"], dict):
            raise ValueError("its counters are damaged")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInputError(f"{path}: the index's manifest is damaged ({error}); rebuild the index") from error
    if made_by != embedder.identity:
        raise BadInputError(
            f"{directory}: made with embedder {made_by.name} ({made_by.version}, {made_by.preprocessing}), "
            f"not {embedder.identity.name}; open it with that one or rebuild it"
        )
    return document


def entries_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The entry of each file that any work has, by its digest."""
    return {digest: entry for work in document["works"].values() for digest, entry in work["media"].items()}


def read_state(
    directory: Path, embedder: SscdEmbedder, vectors: FaissVectorIndex, before: WorkState | None
) -> WorkState:
    """The newest state. What ``before`` has read and checked already is not read again.

    Raises ``BadInputError``, naming the file, for what is damaged or missing.
    """
    for _ in range(_RETRIES):
        document = read_document(directory, embedder)
        try:
            media = {
                digest: _loaded(directory / "media" / digest, entry, embedder.identity.dimensions, before)
                for digest, entry in entries_of(document).items()
            }
            vectors.refresh()
        except FileNotFoundError as error:
            if read_document(directory, embedder) == document:
                raise BadInputError(f"{error.filename}: missing; rebuild the index") from error
            continue
        if read_document(directory, embedder) == document:
            return _state(directory, document, media, vectors)
    raise UnavailableError(f"{directory}: changes faster than it can be read; try again")


def add_missing(directory: Path, document: dict[str, Any], vectors: FaissVectorIndex) -> None:
    """Add the vectors that the manifest names and the vector index lacks, read from the media's own files."""
    digests = sorted(document["rows"], key=lambda digest: int(document["rows"][digest]))
    firsts = np.asarray([document["rows"][digest] for digest in digests], np.int64)
    lacking = np.flatnonzero(vectors.snapshot.locate(firsts)[:, 0] < 0)
    if not len(lacking):
        return
    entries = entries_of(document)
    ids, rows = [], []
    for place in lacking:
        stored = load_media(directory / "media" / digests[place], entries[digests[place]], vectors.info().dimensions)
        rows.append(stored.vectors())
        ids.append(np.arange(firsts[place], firsts[place] + len(rows[-1])))
    vectors.add(np.concatenate(ids), np.concatenate(rows))


def remove_stray(document: dict[str, Any], vectors: FaissVectorIndex) -> None:
    """Remove the vectors that the manifest does not name (any more)."""
    entries = entries_of(document)
    named = [np.arange(first, first + entries[digest]["vectors"]) for digest, first in document["rows"].items()]
    vectors.remove(np.setdiff1d(vectors.ids(), np.concatenate([np.empty(0, np.int64), *named]), assume_unique=True))


def _loaded(folder: Path, entry: dict[str, Any], dimensions: int, before: WorkState | None) -> StoredMedia:
    known = before.media.get(folder.name) if before is not None else None
    return known if known is not None and known.entry == entry else load_media(folder, entry, dimensions)


def _state(
    directory: Path, document: dict[str, Any], media: dict[str, StoredMedia], vectors: FaissVectorIndex
) -> WorkState:
    references = []
    by_media: dict[str, list[Reference]] = defaultdict(list)
    for work_id, work in document["works"].items():
        for digest, entry in work["media"].items():
            folder = directory / "media" / digest
            sound = folder / "sound.npz" if "sound_sha256" in entry else None
            info = MediaInfo(**entry["info"])
            reference = Reference(work_id, work["title"], digest, info, folder / entry["proxy"], sound)
            references.append(reference)
            by_media[digest].append(reference)
    digests = tuple(sorted(document["rows"], key=lambda digest: int(document["rows"][digest])))
    firsts = np.asarray([document["rows"][digest] for digest in digests], np.int64)
    snapshot = vectors.snapshot
    if (snapshot.locate(firsts)[:, 0] < 0).any():
        raise BadInputError(
            f"{vectors.directory}: lacks vectors that the manifest names; rebuild them ('index rebuild')"
        )
    works = {key: document[key] for key in ("format", "embedder", "works")}
    return WorkState(document, sha256_json(works), tuple(references), media, snapshot, dict(by_media), firsts, digests)
