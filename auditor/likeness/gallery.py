"""The faces of registered people, searched in memory only; on disk every template is sealed under its subject's key.

>>> gallery = FaceGallery.open(Path("var/gallery"), key, create=True)               # doctest: +SKIP
>>> gallery.enrol("performer-3", [Path("portrait.jpg")])                            # doctest: +SKIP
"""

import base64
import fcntl
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from auditor.errors import BadInputError
from auditor.files import replacing
from auditor.likeness.crypto import new_key, open_sealed, seal, unwrap_key, wrap_key
from auditor.likeness.faces import DIMENSIONS, SAME_PERSON_DISTANCE, FaceEncoder, Vector

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The registered person nearest to a face; ``distance`` 0 (same vector) to about 1.4."""

    subject_id: str
    distance: float

    @property
    def score(self) -> float:
        """1 minus the distance, within 0..1; a threshold of 0.6 in distance is 0.4 here."""
        return min(1.0, max(0.0, 1.0 - self.distance))


@dataclass(frozen=True, slots=True)
class GalleryInfo:
    """How many people and templates are searched; ``digest`` changes with either and reveals neither."""

    digest: str
    subjects: int
    templates: int

    def as_dict(self) -> dict[str, Any]:
        return {"digest": self.digest, "subjects": self.subjects, "templates": self.templates}


class FaceGallery:
    """Registered faces in memory. ``labels`` maps subject ids to the names that findings show."""

    def __init__(
        self,
        templates: Mapping[str, Sequence[Vector]],
        *,
        labels: Mapping[str, str] | None = None,
        encoder: FaceEncoder | None = None,
    ) -> None:
        self.encoder = encoder or FaceEncoder()
        self._labels = dict(labels or {})
        self._store: _Store | None = None
        self._set(templates)

    @classmethod
    def from_templates(
        cls, templates: Mapping[str, Sequence[Vector]], *, labels: Mapping[str, str] | None = None
    ) -> "FaceGallery":
        """A gallery that lives in memory alone, for callers that keep sealed templates elsewhere."""
        return cls(templates, labels=labels)

    @classmethod
    def open(cls, directory: Path, key: bytes, *, create: bool = False) -> "FaceGallery":
        """The gallery in ``directory``, its templates opened with the key-encryption key.

        Raises ``BadInputError`` if there is none (unless ``create``), it is damaged, or the key is another.
        """
        store = _Store(directory, key)
        gallery = cls(store.read(create=create))
        gallery._store = store
        return gallery

    def label(self, subject_id: str) -> str:
        return self._labels.get(subject_id, subject_id)

    def enrol(self, subject_id: str, portraits: Sequence[Path]) -> int:
        """Add portraits of one person; returns how many templates they have now. Raises ``PortraitError``."""
        vectors = self.encoder.encode_portraits(portraits)
        if self._store is None:
            raise BadInputError("this gallery lives in memory; open one from a directory to enrol people")
        self._set(self._store.add(subject_id, vectors))
        return len(self._templates[subject_id])

    def remove(self, subject_id: str) -> None:
        """Destroy a person's key and templates. Raises ``BadInputError`` if they are not enrolled."""
        if self._store is None:
            raise BadInputError("this gallery lives in memory; open one from a directory to remove people")
        self._set(self._store.remove(subject_id))

    def nearest(self, vector: Vector) -> Resemblance | None:
        """The registered person within ``SAME_PERSON_DISTANCE`` of a face's vector (128,), or ``None``."""
        best: Resemblance | None = None
        for subject_id, templates in self._templates.items():
            distance = float(np.linalg.norm(np.stack(list(templates)) - vector, axis=1).min())
            if distance <= SAME_PERSON_DISTANCE and (best is None or distance < best.distance):
                best = Resemblance(subject_id, distance)
        return best

    def info(self) -> GalleryInfo:
        return GalleryInfo(self._digest, len(self._templates), sum(len(t) for t in self._templates.values()))

    def _set(self, templates: Mapping[str, Sequence[Vector]]) -> None:
        self._templates = {subject: tuple(vectors) for subject, vectors in templates.items() if len(vectors)}
        digest = hashlib.sha256(FaceEncoder.version.encode())
        for subject in sorted(self._templates):
            digest.update(subject.encode() + b"\0")
            for vector in self._templates[subject]:
                digest.update(hashlib.sha256(np.asarray(vector, "<f4").tobytes()).digest())
        self._digest = digest.hexdigest()


class _Store:
    """``gallery.json``: for each subject its wrapped data key and its sealed templates."""

    def __init__(self, directory: Path, key: bytes) -> None:
        self._path = directory / "gallery.json"
        self._key = key

    def read(self, *, create: bool = False) -> dict[str, list[Vector]]:
        if create and not self._path.exists():
            self._write({"format": FORMAT, "encoder": FaceEncoder.version, "subjects": {}})
        document = self._document()
        return {subject: self._open(subject, entry) for subject, entry in document["subjects"].items()}

    def add(self, subject_id: str, vectors: Sequence[Vector]) -> dict[str, list[Vector]]:
        with self._lock():
            document = self._document()
            entry = document["subjects"].setdefault(
                subject_id, {"wrapped_key": _text(wrap_key(new_key(), self._key)), "templates": []}
            )
            data_key = unwrap_key(_bytes(entry["wrapped_key"]), self._key)
            for vector in vectors:
                plain = np.asarray(vector, "<f4").tobytes()
                entry["templates"].append(_text(seal(plain, key=data_key, subject_id=subject_id)))
            self._write(document)
        return self.read()

    def remove(self, subject_id: str) -> dict[str, list[Vector]]:
        with self._lock():
            document = self._document()
            if document["subjects"].pop(subject_id, None) is None:
                raise BadInputError(f"{self._path.parent}: {subject_id!r} is not enrolled here; nothing was removed")
            self._write(document)
        return self.read()

    def _open(self, subject_id: str, entry: dict[str, Any]) -> list[Vector]:
        data_key = unwrap_key(_bytes(entry["wrapped_key"]), self._key)
        opened = (open_sealed(_bytes(sealed), key=data_key, subject_id=subject_id) for sealed in entry["templates"])
        return [np.frombuffer(plain, "<f4", DIMENSIONS).astype(np.float32) for plain in opened]

    def _document(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(self._path.read_text())
        except FileNotFoundError as error:
            raise BadInputError(f"{self._path.parent}: no gallery here; make one with 'faces enrol'") from error
        except (OSError, ValueError) as error:
            raise BadInputError(f"{self._path}: damaged ({error}); enrol the subjects again") from error
        if document.get("format") != FORMAT or document.get("encoder") != FaceEncoder.version:
            raise BadInputError(f"{self._path}: made by another version of the face encoder; enrol the subjects again")
        return document

    def _write(self, document: dict[str, Any]) -> None:
        with replacing(self._path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps(document, indent=1))

    def _lock(self) -> "_FileLock":
        return _FileLock(self._path.with_name("lock"))


class _FileLock:
    """One writer at a time, across processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._stream = self._path.open("w")
        fcntl.flock(self._stream, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value)
