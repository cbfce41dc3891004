"""The port of faces: where they are in a picture, and a vector of each that is near for the same person.

Adapters: ``dlib_faces.DlibFaceEncoder`` (the default, weights included) and ``opencv_faces.OpenCvFaceEncoder`` (YuNet
and SFace, for those who have the files). Each has a distance and a threshold of its own, which galleries and trackers take
from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from auditor.media import Region

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A detected face: its box in pixels (left, top, right, bottom) and the detector's confidence, higher the surer.

    ``points`` (3, 2): the middles of the eye on the left of the picture, of the eye on its right, and the tip or base of the
    nose, in pixels. ``found`` is what the adapter itself needs to encode the face.
    """

    box: tuple[int, int, int, int]
    confidence: float
    points: NDArray[np.float32] = field(repr=False)
    found: Any = field(default=None, repr=False)

    def region(self, width: int, height: int) -> Region:
        left, top = max(0, self.box[0]), max(0, self.box[1])
        right, bottom = min(width, self.box[2]), min(height, self.box[3])
        return Region(left / width, top / height, (right - left) / width, (bottom - top) / height)

    @property
    def pixels(self) -> int:
        """Pixels across."""
        return self.box[2] - self.box[0]

    @property
    def turn(self) -> float:
        """How far the nose lies beside the middle between the eyes, along the line through them, in distances of the
        eyes: 0 from the front; about 0.5 where the nose stands below one eye. Positive: towards the right of the picture."""
        left, right, nose = np.asarray(self.points, np.float64)
        across = right - left
        return float((nose - (left + right) / 2) @ across / max(float(across @ across), 1e-9))


class FaceEncoder(Protocol):
    """Detects and encodes; loads its models on first use, once per process.

    ``version`` and ``weights_sha256`` name the models: vectors of two versions are never compared. ``dimensions`` is the
    length of a vector. Two faces count as alike at a distance of ``threshold`` or less; 1 minus a distance, within 0..1, is
    the score that reports show. ``smallest`` is the width in pixels of the smallest face that ``detect`` finds. All but the
    attributes raise ``UnavailableError`` if a model is missing or not what it should be.
    """

    @property
    def version(self) -> str: ...

    @property
    def weights_sha256(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def threshold(self) -> float: ...

    @property
    def smallest(self) -> int: ...

    def load(self) -> None:
        """Read the models now."""

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        """Faces in an RGB picture (height, width, 3) uint8, in any order."""

    def encode(self, pixels: NDArray[np.uint8], face: Face) -> Vector:
        """The vector of a face that ``detect`` found in these pixels: (dimensions,) float32."""

    def distances(self, vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
        """Distances (n, m), 0 or more, between vectors (n, dimensions) and others (m, dimensions)."""

    def encode_portraits(self, portraits: Sequence[Path]) -> tuple[Vector, ...]:
        """One vector for each portrait of one person (see ``portraits.read_portraits``, which says what it raises)."""


def score_of(distance: float) -> float:
    """What reports show: 1 minus the distance, within 0..1."""
    return min(1.0, max(0.0, 1.0 - distance))
