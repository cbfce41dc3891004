"""Biometric templates at rest: one JSON file, in which every template is sealed under its subject's own key.

``gallery.json``: for each subject its wrapped data key and its sealed templates.
"""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError
from auditor.files import locked, replacing
from auditor.likeness.crypto import new_key, open_sealed, seal, unwrap_key, wrap_key

FORMAT = 1

Vector = NDArray[np.float32]


class TemplateStore:
    """The sealed templates of one kind: vectors of ``dimensions`` numbers by the version of the encoder that made them.

    ``of`` is what the command line calls them: "faces" or "voices".
    """

    def __init__(self, directory: Path, key: bytes, *, encoder: str, dimensions: int, of: str) -> None:
        self._path = directory / "gallery.json"
        self._key = key
        self._encoder, self._dimensions, self._of = encoder, dimensions, of

    def read(self, *, create: bool = False) -> dict[str, list[Vector]]:
        """Every subject's templates, opened. Raises ``BadInputError`` for a missing or damaged store and another's key."""
        if create and not self._path.exists():
            self._write({"format": FORMAT, "encoder": self._encoder, "subjects": {}})
        document = self._document()
        return {subject: self._open(subject, entry) for subject, entry in document["subjects"].items()}

    def add(self, subject_id: str, vectors: Sequence[Vector]) -> dict[str, list[Vector]]:
        """Seal more templates of a subject, who gets a data key with the first; returns all that is stored."""
        with locked(self._path.with_name("lock")):
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
        """Destroy a subject's key and templates; returns all that is left."""
        with locked(self._path.with_name("lock")):
            document = self._document()
            if document["subjects"].pop(subject_id, None) is None:
                raise BadInputError(f"{self._path.parent}: {subject_id!r} is not enrolled here; nothing was removed")
            self._write(document)
        return self.read()

    def _open(self, subject_id: str, entry: dict[str, Any]) -> list[Vector]:
        data_key = unwrap_key(_bytes(entry["wrapped_key"]), self._key)
        opened = (open_sealed(_bytes(sealed), key=data_key, subject_id=subject_id) for sealed in entry["templates"])
        return [np.frombuffer(plain, "<f4", self._dimensions).astype(np.float32) for plain in opened]

    def _document(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(self._path.read_text())
        except FileNotFoundError as error:
            raise BadInputError(f"{self._path.parent}: no gallery here; make one with '{self._of} enrol'") from error
        except (OSError, ValueError) as error:
            raise BadInputError(f"{self._path}: damaged ({error}); enrol the subjects again") from error
        if document.get("format") != FORMAT or document.get("encoder") != self._encoder:
            raise BadInputError(f"{self._path}: not of {self._of} by {self._encoder}; enrol the subjects again")
        return document

    def _write(self, document: dict[str, Any]) -> None:
        with replacing(self._path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps(document, indent=1))


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value)
