"""Biometric templates at rest: one JSON file, in which every template is sealed under its subject's own key.

``gallery.json``: for each subject the sealed templates and nothing else. The keys live in a vault elsewhere, so that a
copy of this folder, of whatever day, opens nothing of a subject whose key was destroyed since.
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
from auditor.likeness.crypto import open_sealed, seal
from auditor.likeness.keys import KeyDestroyedError, KeyMissingError, KeyVault

#: 1 kept the wrapped keys beside the templates, where every old copy opened with the key-encryption key.
FORMAT = 2

Vector = NDArray[np.float32]


class TemplateStore:
    """The sealed templates of one kind: vectors of ``dimensions`` numbers by the version of the encoder that made them.

    ``of`` is what the command line calls them: "faces" or "voices"; so a subject's key for one is not that for the other.
    """

    def __init__(self, directory: Path, keys: KeyVault, *, encoder: str, dimensions: int, of: str) -> None:
        self._path = directory / "gallery.json"
        self._keys = keys
        self._encoder, self._dimensions, self._of = encoder, dimensions, of

    def read(self, *, create: bool = False) -> dict[str, list[Vector]]:
        """Every subject's templates, opened. Raises ``BadInputError`` for a missing or damaged store and another's key.

        Subjects whose key was destroyed are left out."""
        if create and not self._path.exists():
            self._write({"format": FORMAT, "encoder": self._encoder, "subjects": {}})
        opened = {}
        for subject, sealed in self._document()["subjects"].items():
            try:
                key = self._keys.key(self._holder(subject))
            except KeyDestroyedError:
                continue  # erased; this is a copy of the gallery from before
            plain = (open_sealed(_bytes(one), key=key, subject_id=subject) for one in sealed)
            opened[subject] = [np.frombuffer(one, "<f4", self._dimensions).astype(np.float32) for one in plain]
        return opened

    def add(self, subject_id: str, vectors: Sequence[Vector]) -> dict[str, list[Vector]]:
        """Seal more templates of a subject, who gets a data key with the first; returns all that is stored."""
        with locked(self._path.with_name("lock")):
            document = self._document()
            try:
                key = self._keys.key(self._holder(subject_id))
            except KeyMissingError as error:
                if subject_id in document["subjects"] and not isinstance(error, KeyDestroyedError):
                    raise  # the vault of another gallery
                document["subjects"].pop(subject_id, None)  # from before the erasure; nothing opens it
                key = self._keys.create(self._holder(subject_id))
            sealed = document["subjects"].setdefault(subject_id, [])
            plain = (np.asarray(vector, "<f4").tobytes() for vector in vectors)
            sealed += [_text(seal(one, key=key, subject_id=subject_id)) for one in plain]
            self._write(document)
        return self.read()

    def remove(self, subject_id: str) -> dict[str, list[Vector]]:
        """Destroy a subject's key, and with it every copy of their templates; returns all that is left."""
        with locked(self._path.with_name("lock")):
            document = self._document()
            known = document["subjects"].pop(subject_id, None) is not None
            if not (self._keys.destroy(self._holder(subject_id)) or known):
                raise BadInputError(f"{self._path.parent}: {subject_id!r} is not enrolled here; nothing was removed")
            self._write(document)
        return self.read()

    def _holder(self, subject_id: str) -> str:
        """Whose the key in the vault is."""
        return f"{self._of}/{subject_id}"

    def _document(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(self._path.read_text())
        except FileNotFoundError as error:
            raise BadInputError(f"{self._path.parent}: no gallery here; make one with '{self._of} enrol'") from error
        except (OSError, ValueError) as error:
            raise BadInputError(f"{self._path}: damaged ({error}); enrol the subjects again") from error
        if document.get("format") == 1:
            raise BadInputError(
                f"{self._path}: an older gallery, with its keys beside the templates, so that an old copy outlives an "
                "erasure; enrol the subjects in a new one, then delete this one and its copies"
            )
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
