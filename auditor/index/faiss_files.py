"""The files of a ``FaissVectorIndex``: a manifest that names every other file with its SHA-256, renamed into place last.

``manifest.json`` lists sealed segments (``<name>.vectors.npy``, ``<name>.ids.npy``, ``<name>.faiss`` where compressed;
never changed once named), the tail (``<name>.tail-vectors``, ``<name>.tail-ids``: raw rows that are only ever appended;
the manifest says how many count) and one list of removed rows. FAISS itself loads a file with a flipped byte without a
word, so nothing is loaded whose digest differs.
"""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_file, sha256_json
from auditor.errors import BadInputError
from auditor.files import replacing, sync_directory
from auditor.index.faiss_library import faiss_library
from auditor.index.faiss_segments import Segment, Snapshot
from auditor.index.vector_index import as_bytes

FORMAT = 1
_REMEDY = "rebuild the vectors ('index rebuild')"


@dataclass(frozen=True, slots=True)
class Published:
    """One published state: the manifest and what it names, loaded."""

    document: dict[str, Any]
    snapshot: Snapshot


def new_name() -> str:
    """A name for a new segment or tail; random, so that a file of a writer that died is never taken for a new one."""
    return secrets.token_hex(8)


def empty_document(dimensions: int) -> dict[str, Any]:
    """The manifest of an index without vectors."""
    fixed = {"format": FORMAT, "dimensions": dimensions, "generation": 0}
    return {**fixed, "segments": [], "tail": empty_tail(), "removed": None}


def empty_tail() -> dict[str, Any]:
    nothing = hashlib.sha256().hexdigest()
    return {"name": new_name(), "count": 0, "vectors": nothing, "ids": nothing}


def write_manifest(directory: Path, document: dict[str, Any]) -> None:
    """Publish: from here on ``document`` is the index."""
    body = {key: value for key, value in document.items() if key != "sha256"}
    with replacing(directory / "manifest.json") as temporary:
        temporary.write_text(json.dumps({**body, "sha256": sha256_json(body)}, indent=1))


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest, whole and of a known format; raises ``BadInputError`` otherwise."""
    path = directory / "manifest.json"
    try:
        document = json.loads(path.read_text())
        if not isinstance(document, dict):
            raise ValueError("not an object")
        if document["format"] != FORMAT:
            raise BadInputError(f"{path}: format {document['format']!r} is not {FORMAT}; {_REMEDY}")
        if document.pop("sha256") != sha256_json(document):
            raise ValueError("its own digest differs")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(f"{path}: damaged ({error or type(error).__name__}); {_REMEDY}") from error
    return document


def load(directory: Path, document: dict[str, Any], known: dict[str, Segment]) -> Published:
    """Map and check everything that ``document`` names; segments in ``known`` were checked before and are taken as they are.

    Raises ``FileNotFoundError`` if a file is gone (a newer manifest may be out), ``BadInputError`` for a damaged one.
    """
    removed = _load_removed(directory, document)
    segments = [
        _load_segment(directory, entry, document["dimensions"], known.get(entry["name"]))
        for entry in document["segments"]
    ]
    segments.append(_load_tail(directory, document["tail"], document["dimensions"]))
    for position, segment in enumerate(segments):
        dead = np.zeros(len(segment), np.bool_)
        dead[removed[removed[:, 0] == position, 1]] = True
        segments[position] = Segment(
            segment.name, segment.ids, segment.vectors, dead, segment.compressed, segment.trained_on
        )
    return Published(document, Snapshot(document["dimensions"], tuple(segments)))


def write_segment(directory: Path, name: str, compressed: Any, trained_on: int, count: int) -> dict[str, Any]:
    """Finish a segment whose vectors and ids are written: add its codes, sync, and return its manifest entry."""
    kinds = ["vectors.npy", "ids.npy"]
    if compressed is not None:
        faiss_library().write_index(compressed, str(directory / f"{name}.faiss"))
        kinds.append("faiss")
    for kind in kinds:
        _sync(directory / f"{name}.{kind}")
    sync_directory(directory)
    digests = {kind: sha256_file(directory / f"{name}.{kind}") for kind in kinds}
    return {"name": name, "count": count, "trained_on": trained_on, "files": digests}


def write_removed(directory: Path, rows: NDArray[np.int64]) -> dict[str, Any] | None:
    """Write the list of removed rows, (n, 2) segment position and row; returns its manifest entry."""
    if not len(rows):
        return None
    path = directory / f"{new_name()}.removed.npy"
    np.save(path, rows)
    _sync(path)
    sync_directory(directory)
    return {"file": path.name, "sha256": sha256_file(path)}


def append_tail(
    directory: Path, tail: dict[str, Any], ids: NDArray[np.int64], vectors: NDArray[np.float32]
) -> dict[str, Any]:
    """Write rows behind those that count and return the tail's new entry. Rows of a writer that died are overwritten."""
    entry: dict[str, Any] = {"name": tail["name"], "count": tail["count"] + len(ids)}
    for kind, array in (("vectors", vectors), ("ids", ids)):
        path = directory / f"{tail['name']}.tail-{kind}"
        path.touch()
        start = tail["count"] * array.itemsize * int(np.prod(array.shape[1:]))
        with path.open("r+b") as stream:
            digest = hashlib.sha256(stream.read(start))
            stream.write(as_bytes(array))
            stream.flush()
            os.fsync(stream.fileno())
        digest.update(as_bytes(array))
        entry[kind] = digest.hexdigest()
    sync_directory(directory)
    return entry


def named_files(document: dict[str, Any]) -> set[str]:
    """Every file that the index still needs."""
    tail, removed = document["tail"]["name"], document["removed"]
    names = {"manifest.json", "lock", "maintenance.lock", f"{tail}.tail-vectors", f"{tail}.tail-ids"}
    names |= {f"{entry['name']}.{kind}" for entry in document["segments"] for kind in entry["files"]}
    return names | ({removed["file"]} if removed else set())


def _load_segment(directory: Path, entry: dict[str, Any], dimensions: int, known: Segment | None) -> Segment:
    if known is not None:
        return known
    for kind, expected in entry["files"].items():
        _check(directory / f"{entry['name']}.{kind}", expected)
    path = directory / f"{entry['name']}.vectors.npy"
    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
        ids = np.load(directory / f"{entry['name']}.ids.npy", mmap_mode="r", allow_pickle=False)
        if vectors.shape != (entry["count"], dimensions) or vectors.dtype != np.float32 or len(ids) != entry["count"]:
            raise ValueError(f"{vectors.dtype} of shape {vectors.shape}")
        compressed = None
        if "faiss" in entry["files"]:
            compressed = faiss_library().read_index(str(directory / f"{entry['name']}.faiss"))
            if compressed.ntotal != entry["count"] or compressed.d != dimensions:
                raise ValueError(f"its codes are of {compressed.ntotal} vectors of {compressed.d} dimensions")
    except (ValueError, RuntimeError) as error:
        if not all((directory / f"{entry['name']}.{kind}").exists() for kind in entry["files"]):
            raise FileNotFoundError(2, "swept since its digest was checked", str(path)) from error
        raise BadInputError(f"{path}: does not fit its manifest ({error}); {_REMEDY}") from error
    # Plain views of the maps: NumPy's own class of maps costs microseconds at every look-up.
    ids, vectors = ids.view(np.ndarray), vectors.view(np.ndarray)
    return Segment(entry["name"], ids, vectors, np.zeros(len(ids), np.bool_), compressed, entry["trained_on"])


def _load_tail(directory: Path, entry: dict[str, Any], dimensions: int) -> Segment:
    count = entry["count"]
    if not count:
        empty = np.empty((0, dimensions), np.float32)
        return Segment(entry["name"], np.empty(0, np.int64), empty, np.empty(0, np.bool_))
    arrays: dict[str, Any] = {}
    for kind, dtype, shape in (("vectors", np.float32, (count, dimensions)), ("ids", np.int64, (count,))):
        path = directory / f"{entry['name']}.tail-{kind}"
        if path.stat().st_size < count * np.dtype(dtype).itemsize * int(np.prod(shape[1:])):
            raise BadInputError(f"{path}: cut short; {_REMEDY}")
        array = np.memmap(path, dtype, "r", shape=shape)
        if hashlib.sha256(as_bytes(array)).hexdigest() != entry[kind]:
            raise BadInputError(f"{path}: its digest differs from the manifest's; {_REMEDY}")
        arrays[kind] = array.view(np.ndarray)
    return Segment(entry["name"], arrays["ids"], arrays["vectors"], np.zeros(count, np.bool_))


def _load_removed(directory: Path, document: dict[str, Any]) -> NDArray[np.int64]:
    entry = document["removed"]
    if entry is None:
        return np.empty((0, 2), np.int64)
    path = directory / entry["file"]
    _check(path, entry["sha256"])
    return np.asarray(np.load(path, allow_pickle=False), np.int64)


def _check(path: Path, expected: str) -> None:
    if sha256_file(path) != expected:
        raise BadInputError(f"{path}: its digest differs from the manifest's; {_REMEDY}")


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
