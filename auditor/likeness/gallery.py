"""Galleries of registered people, searched in memory only; on disk every template is sealed under its subject's key.

>>> gallery = FaceGallery.open(Path("var/gallery"), vault_beside(Path("var/key")), create=True)   # doctest: +SKIP
>>> gallery.enrol("performer-3", [Path("portrait.jpg")])                            # doctest: +SKIP
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError
from auditor.likeness.dlib_faces import DlibFaceEncoder
from auditor.likeness.faces import FaceEncoder, Vector, score_of
from auditor.likeness.keys import KeyVault
from auditor.likeness.portraits import read_portraits
from auditor.likeness.template_store import TemplateStore


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The registered person nearest to a face; ``distance`` is the encoder's, 0 (same vector) and up."""

    subject_id: str
    distance: float

    @property
    def score(self) -> float:
        """1 minus the distance, within 0..1."""
        return score_of(self.distance)


@dataclass(frozen=True, slots=True)
class GalleryInfo:
    """How many people and templates are searched; ``digest`` changes with either and reveals neither."""

    digest: str
    subjects: int
    templates: int

    def as_dict(self) -> dict[str, Any]:
        return {"digest": self.digest, "subjects": self.subjects, "templates": self.templates}


class TemplateEncoder(Protocol):
    """What a gallery needs to know of the encoder that made its templates."""

    @property
    def version(self) -> str: ...

    @property
    def dimensions(self) -> int: ...


class Gallery[Encoder: TemplateEncoder](ABC):
    """Registered people in memory. ``labels`` maps subject ids to the names that findings show.

    Raises ``BadInputError`` for templates of another length than the encoder's.
    """

    #: What the command line calls the templates.
    of: ClassVar[str]

    def __init__(
        self,
        templates: Mapping[str, Sequence[Vector]],
        *,
        labels: Mapping[str, str] | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        self.encoder: Encoder = encoder if encoder is not None else self._default_encoder()
        self._labels = dict(labels or {})
        self._store: TemplateStore | None = None
        self._set(templates)

    @classmethod
    def from_templates(
        cls,
        templates: Mapping[str, Sequence[Vector]],
        *,
        labels: Mapping[str, str] | None = None,
        encoder: Encoder | None = None,
    ) -> Self:
        """A gallery that lives in memory alone, for callers that keep sealed templates elsewhere."""
        return cls(templates, labels=labels, encoder=encoder)

    @classmethod
    def open(cls, directory: Path, keys: KeyVault, *, create: bool = False, encoder: Encoder | None = None) -> Self:
        """The gallery in ``directory``, its templates opened with the keys in the vault.

        Raises ``BadInputError`` if there is none (unless ``create``), it is damaged, of another encoder, or the keys are
        others.
        """
        encoder = encoder if encoder is not None else cls._default_encoder()
        store = TemplateStore(directory, keys, encoder=encoder.version, dimensions=encoder.dimensions, of=cls.of)
        gallery = cls(store.read(create=create), encoder=encoder)
        gallery._store = store
        return gallery

    def label(self, subject_id: str) -> str:
        return self._labels.get(subject_id, subject_id)

    def subjects(self) -> dict[str, int]:
        """How many templates each person has, by subject id in order."""
        return {subject: len(self._templates[subject]) for subject in sorted(self._templates)}

    def remove(self, subject_id: str) -> None:
        """Destroy a person's key and templates. Raises ``BadInputError`` if they are not enrolled."""
        self._set(self._opened_store().remove(subject_id))

    def info(self) -> GalleryInfo:
        return GalleryInfo(self._digest, len(self._templates), sum(map(len, self._templates.values())))

    @classmethod
    @abstractmethod
    def _default_encoder(cls) -> Encoder: ...

    def _opened_store(self) -> TemplateStore:
        if self._store is None:
            raise BadInputError("this gallery lives in memory; open one from a directory to change it")
        return self._store

    def _set(self, templates: Mapping[str, Sequence[Vector]]) -> None:
        """Templates in an order of their own, whichever they came in, so that neither digests nor sums depend on it."""
        self._templates = {
            subject: tuple(ordered(np.asarray(vector, np.float32) for vector in vectors))
            for subject, vectors in templates.items()
            if len(vectors)
        }
        digest = hashlib.sha256(self.encoder.version.encode())
        for subject in sorted(self._templates):
            digest.update(subject.encode() + b"\0")
            for vector in self._templates[subject]:
                if vector.shape != (self.encoder.dimensions,):
                    raise BadInputError(
                        f"{subject!r}: a template of shape {vector.shape}, {self.encoder.version} makes "
                        f"({self.encoder.dimensions},); enrol the subject again"
                    )
                digest.update(hashlib.sha256(vector.tobytes()).digest())
        self._digest = digest.hexdigest()


@dataclass(frozen=True, slots=True)
class FaceEnrolment:
    """What enrolling came to: templates of the person now, files that show a photograph that was there already, and which
    other registered people the new portraits resemble, nearest first: perhaps the same person under another id."""

    templates: int
    repeated: tuple[str, ...]
    resembles: tuple[Resemblance, ...]


class FaceGallery(Gallery[FaceEncoder]):
    """Registered faces. A face resembles the person of whose portraits one is within the encoder's threshold."""

    of = "faces"

    def enrol(self, subject_id: str, portraits: Sequence[Path]) -> FaceEnrolment:
        """Add portraits of one person, all or none; a photograph that is there already adds nothing.

        Raises ``PortraitError`` for portraits that are unfit, or show another person than one another or than those
        enrolled before, and ``UnavailableError``.
        """
        store = self._opened_store()
        read = read_portraits(portraits, self.encoder, enrolled=self._templates.get(subject_id, ()))
        new = [portrait.vector for portrait in read if not portrait.repeats]
        others = [one for one in self.resembling(np.stack([p.vector for p in read])) if one.subject_id != subject_id]
        if new:
            self._set(store.add(subject_id, new))
        repeated = tuple(portrait.name for portrait in read if portrait.repeats)
        return FaceEnrolment(len(self._templates[subject_id]), repeated, tuple(others))

    def nearest(self, vector: Vector) -> Resemblance | None:
        """The registered person nearest to a face's vector (dimensions,), or ``None`` beyond the encoder's threshold."""
        return next(iter(self.resembling(vector[None])), None)

    def resembling(self, vectors: NDArray[np.float32]) -> tuple[Resemblance, ...]:
        """The people within the encoder's threshold of any of the vectors (n, dimensions), nearest first."""
        if not len(self._faces) or not len(vectors):
            return ()
        nearest = self.encoder.distances(vectors, self._faces).min(axis=0)
        found: dict[str, float] = {}
        for place in np.flatnonzero(nearest <= self.encoder.threshold):
            subject = self._whose[place]
            found[subject] = min(found.get(subject, np.inf), float(nearest[place]))
        return tuple(Resemblance(*pair) for pair in sorted(found.items(), key=lambda pair: (pair[1], pair[0])))

    @classmethod
    def _default_encoder(cls) -> FaceEncoder:
        return DlibFaceEncoder()

    def _set(self, templates: Mapping[str, Sequence[Vector]]) -> None:
        super()._set(templates)
        pairs = [(subject, vector) for subject in sorted(self._templates) for vector in self._templates[subject]]
        self._whose = [subject for subject, _ in pairs]
        none = np.empty((0, self.encoder.dimensions), np.float32)
        self._faces = np.stack([vector for _, vector in pairs]) if pairs else none


def ordered(vectors: Iterable[Vector]) -> list[Vector]:
    """In an order of their own, whichever they came in: sums of floating-point numbers depend on it."""
    return [vector for _, vector in sorted(((one.tobytes(), one) for one in vectors), key=lambda pair: pair[0])]
