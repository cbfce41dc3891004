"""The voices of registered people, searched in memory only; on disk every template is sealed under its subject's key.

>>> gallery = VoiceGallery.open(Path("var/voices"), vault_beside(Path("var/key")), create=True)   # doctest: +SKIP
>>> gallery.enrol("performer-3", [Path("first.wav"), Path("second.wav")])           # doctest: +SKIP
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError
from auditor.likeness.gallery import GalleryInfo
from auditor.likeness.keys import KeyVault
from auditor.likeness.recordings import encode_recordings, unit
from auditor.likeness.template_store import TemplateStore
from auditor.likeness.voice_encoder import DIMENSIONS, Vector, VoiceEncoder

#: Cosine at which about three seconds of speech are taken to resemble a voice. See docs/benchmarks/voices.md for the counts
#: on the people that it was chosen on and on others.
ALIKE = 0.80


@dataclass(frozen=True, slots=True)
class VoiceResemblance:
    """A registered person whose voice resembles another; ``similarity`` is a cosine, ``ALIKE`` to 1."""

    subject_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class VoiceEnrolment:
    """What enrolling came to: templates of the person now, seconds of speech that were added, and which other registered
    people the new recordings resemble, most alike first: perhaps the same person under another id."""

    templates: int
    spoken: float
    resembles: tuple[VoiceResemblance, ...]


class VoiceGallery:
    """Registered voices in memory. ``labels`` maps subject ids to the names that findings show."""

    def __init__(
        self,
        templates: Mapping[str, Sequence[Vector]],
        *,
        labels: Mapping[str, str] | None = None,
        encoder: VoiceEncoder | None = None,
    ) -> None:
        self.encoder = encoder or VoiceEncoder()
        self._labels = dict(labels or {})
        self._store: TemplateStore | None = None
        self._set(templates)

    @classmethod
    def from_templates(
        cls, templates: Mapping[str, Sequence[Vector]], *, labels: Mapping[str, str] | None = None
    ) -> "VoiceGallery":
        """A gallery that lives in memory alone, for callers that keep sealed templates elsewhere."""
        return cls(templates, labels=labels)

    @classmethod
    def open(
        cls, directory: Path, keys: KeyVault, *, create: bool = False, encoder: VoiceEncoder | None = None
    ) -> "VoiceGallery":
        """The gallery in ``directory``, its templates opened with the keys in the vault.

        Raises ``BadInputError`` if there is none (unless ``create``), it is damaged, or the keys are others.
        """
        store = TemplateStore(directory, keys, encoder=VoiceEncoder.version, dimensions=DIMENSIONS, of="voices")
        gallery = cls(store.read(create=create), encoder=encoder)
        gallery._store = store
        return gallery

    def label(self, subject_id: str) -> str:
        return self._labels.get(subject_id, subject_id)

    def subjects(self) -> dict[str, int]:
        """How many templates each person has, by subject id in order."""
        return {subject: len(self._templates[subject]) for subject in sorted(self._templates)}

    def enrol(self, subject_id: str, recordings: Sequence[Path]) -> VoiceEnrolment:
        """Add recordings of one person, all or none. Raises ``RecordingError`` and ``UnavailableError``."""
        if self._store is None:
            raise BadInputError("this gallery lives in memory; open one from a directory to enrol people")
        encoded = encode_recordings(recordings, self.encoder)
        voice = unit(np.stack(_ordered(one.vector for one in encoded)).sum(axis=0))
        others = [one for one in self.resembling(voice) if one.subject_id != subject_id]
        self._set(self._store.add(subject_id, [one.vector for one in encoded]))
        spoken = sum(one.spoken for one in encoded)
        return VoiceEnrolment(len(self._templates[subject_id]), spoken, tuple(others))

    def remove(self, subject_id: str) -> None:
        """Destroy a person's key and templates. Raises ``BadInputError`` if they are not enrolled."""
        if self._store is None:
            raise BadInputError("this gallery lives in memory; open one from a directory to remove people")
        self._set(self._store.remove(subject_id))

    def similarities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines (n, people) of unit vectors (n, 256) with each person's voice, people in the order of ``subjects``."""
        return np.asarray(vectors @ self._voices.T, np.float32)

    def resembling(self, vector: Vector) -> tuple[VoiceResemblance, ...]:
        """The people whose voices are at least ``ALIKE`` to a unit vector (256,), most alike first."""
        found = zip(self.subjects(), self.similarities(vector[None])[0], strict=True)
        alike = [VoiceResemblance(subject, float(cosine)) for subject, cosine in found if cosine >= ALIKE]
        return tuple(sorted(alike, key=lambda one: -one.similarity))

    def info(self) -> GalleryInfo:
        return GalleryInfo(self._digest, len(self._templates), sum(map(len, self._templates.values())))

    def _set(self, templates: Mapping[str, Sequence[Vector]]) -> None:
        """A person's voice is the mean of their recordings; sorted first, so that their order changes no bit of it."""
        self._templates = {
            subject: tuple(_ordered(np.asarray(vector, np.float32) for vector in vectors))
            for subject, vectors in templates.items()
            if len(vectors)
        }
        voices = [unit(np.stack(self._templates[subject]).sum(axis=0)) for subject in sorted(self._templates)]
        self._voices = np.stack(voices) if voices else np.empty((0, DIMENSIONS), np.float32)
        digest = hashlib.sha256(VoiceEncoder.version.encode())
        for subject in sorted(self._templates):
            digest.update(subject.encode() + b"\0")
            for vector in self._templates[subject]:
                digest.update(hashlib.sha256(vector.tobytes()).digest())
        self._digest = digest.hexdigest()


def _ordered(vectors: Iterable[Vector]) -> list[Vector]:
    """In an order of their own, whichever they came in: sums of floating-point numbers depend on it."""
    return [vector for _, vector in sorted(((one.tobytes(), one) for one in vectors), key=lambda pair: pair[0])]
