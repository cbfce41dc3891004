"""The faces of registered people, searched in memory only; on disk every template is sealed under its subject's key.

>>> gallery = FaceGallery.open(Path("var/gallery"), vault_beside(Path("var/key")), create=True)   # doctest: +SKIP
>>> gallery.enrol("performer-3", [Path("portrait.jpg")])                            # doctest: +SKIP
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from auditor.errors import BadInputError
from auditor.likeness.faces import DIMENSIONS, SAME_PERSON_DISTANCE, FaceEncoder, Vector
from auditor.likeness.keys import KeyVault
from auditor.likeness.template_store import TemplateStore


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
        self._store: TemplateStore | None = None
        self._set(templates)

    @classmethod
    def from_templates(
        cls, templates: Mapping[str, Sequence[Vector]], *, labels: Mapping[str, str] | None = None
    ) -> "FaceGallery":
        """A gallery that lives in memory alone, for callers that keep sealed templates elsewhere."""
        return cls(templates, labels=labels)

    @classmethod
    def open(cls, directory: Path, keys: KeyVault, *, create: bool = False) -> "FaceGallery":
        """The gallery in ``directory``, its templates opened with the keys in the vault.

        Raises ``BadInputError`` if there is none (unless ``create``), it is damaged, or the keys are others.
        """
        store = TemplateStore(directory, keys, encoder=FaceEncoder.version, dimensions=DIMENSIONS, of="faces")
        gallery = cls(store.read(create=create))
        gallery._store = store
        return gallery

    def label(self, subject_id: str) -> str:
        return self._labels.get(subject_id, subject_id)

    def subjects(self) -> dict[str, int]:
        """How many templates each person has, by subject id in order."""
        return {subject: len(self._templates[subject]) for subject in sorted(self._templates)}

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
