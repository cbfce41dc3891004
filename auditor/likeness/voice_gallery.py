"""The voices of registered people, searched in memory only; on disk every template is sealed under its subject's key.

>>> gallery = VoiceGallery.open(Path("var/voices"), vault_beside(Path("var/key")), create=True)   # doctest: +SKIP
>>> gallery.enrol("performer-3", [Path("first.wav"), Path("second.wav")])           # doctest: +SKIP
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.likeness.gallery import Gallery, ordered
from auditor.likeness.recordings import encode_recordings, unit
from auditor.likeness.voice_encoder import Vector, VoiceEncoder

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


class VoiceGallery(Gallery[VoiceEncoder]):
    """Registered voices. A person's voice is the mean of their recordings."""

    of = "voices"

    def enrol(self, subject_id: str, recordings: Sequence[Path]) -> VoiceEnrolment:
        """Add recordings of one person, all or none. Raises ``RecordingError`` and ``UnavailableError``."""
        store = self._opened_store()
        encoded = encode_recordings(recordings, self.encoder)
        voice = unit(np.stack(ordered(one.vector for one in encoded)).sum(axis=0))
        others = [one for one in self.resembling(voice) if one.subject_id != subject_id]
        self._set(store.add(subject_id, [one.vector for one in encoded]))
        spoken = sum(one.spoken for one in encoded)
        return VoiceEnrolment(len(self._templates[subject_id]), spoken, tuple(others))

    def similarities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines (n, people) of unit vectors (n, 256) with each person's voice, people in the order of ``subjects``."""
        return np.asarray(vectors @ self._voices.T, np.float32)

    def resembling(self, vector: Vector) -> tuple[VoiceResemblance, ...]:
        """The people whose voices are at least ``ALIKE`` to a unit vector (256,), most alike first."""
        found = zip(self.subjects(), self.similarities(vector[None])[0], strict=True)
        alike = [VoiceResemblance(subject, float(cosine)) for subject, cosine in found if cosine >= ALIKE]
        return tuple(sorted(alike, key=lambda one: -one.similarity))

    @classmethod
    def _default_encoder(cls) -> VoiceEncoder:
        return VoiceEncoder()

    def _set(self, templates: Mapping[str, Sequence[Vector]]) -> None:
        super()._set(templates)
        voices = [unit(np.stack(self._templates[subject]).sum(axis=0)) for subject in sorted(self._templates)]
        self._voices = np.stack(voices) if voices else np.empty((0, self.encoder.dimensions), np.float32)
