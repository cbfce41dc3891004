"""Faces by two models of the OpenCV model zoo, for those who have the files; nothing is downloaded.

*YuNet* (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 2023; MIT) finds faces
from about ten pixels, says its paper. *SFace* (Zhong et al., "SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face
Recognition", IEEE TIP 2021; Apache-2.0) makes vectors of 128 numbers, compared by cosine. In the zoo they are
``face_detection_yunet_2023mar.onnx`` and ``face_recognition_sface_2021dec.onnx``. The paper of SFace trains on collections
of web pictures (CASIA-WebFace, VGGFace2, MS-Celeb-1M): ask counsel before you use it.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.errors import UnavailableError
from auditor.likeness.faces import Face, Vector
from auditor.likeness.portraits import read_portraits

#: Confidence below which YuNet's answers are dropped, and overlap beyond which two are one face: the values of its demo.
_SURE, _SAME = 0.6, 0.3
_MOST = 500
#: Width and height in pixels that SFace takes.
_ALIGNED = 112


class OpenCvFaceEncoder:
    """``detector`` and ``recogniser`` are the two ONNX files; both digests are in ``version``."""

    dimensions = 128
    #: 1 minus the cosine. OpenCV's documentation takes a cosine of 0.363 and more for one person (LFW); not measured here.
    threshold = 1 - 0.363
    smallest = 10

    def __init__(self, detector: Path, recogniser: Path) -> None:
        self._files = (detector, recogniser)
        self._digests = [hashlib.sha256(_read(path)).hexdigest() for path in self._files]
        self.weights_sha256 = self._digests[1]
        self.version = f"opencv yunet {self._digests[0][:16]} + sface {self._digests[1][:16]}"
        self._models: Any = None
        self._pid = -1

    def load(self) -> None:
        if self._models is not None and self._pid == os.getpid():
            return
        detector, recogniser = self._files
        bytes_of = [np.frombuffer(_unchanged(*pair), np.uint8) for pair in zip(self._files, self._digests, strict=True)]
        none = np.empty(0, np.uint8)
        blank = np.zeros((64, 64, 3), np.uint8)
        # a first run of each: OpenCV loads a model of any kind, and fails when it is asked
        try:
            with _quiet():
                finding = cv2.FaceDetectorYN.create("onnx", bytes_of[0], none, (64, 64), _SURE, _SAME, _MOST)
                finding.detect(blank)
        except cv2.error as error:
            raise _broken(detector, "YuNet", error) from error
        try:
            with _quiet():
                telling = cv2.FaceRecognizerSF.create("onnx", bytes_of[1], none)
                vector = telling.feature(np.zeros((_ALIGNED, _ALIGNED, 3), np.uint8))
        except cv2.error as error:
            raise _broken(recogniser, "SFace", error) from error
        if vector.size != self.dimensions:
            raise UnavailableError(
                f"{recogniser}: makes vectors of {vector.size} numbers, SFace of {self.dimensions}; give "
                "face_recognition_sface_2021dec.onnx of the OpenCV model zoo"
            )
        self._models, self._pid = (finding, telling), os.getpid()

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        self.load()
        finding, _ = self._models
        finding.setInputSize((pixels.shape[1], pixels.shape[0]))
        _, rows = finding.detect(np.ascontiguousarray(pixels[:, :, ::-1]))
        return [face for row in (rows if rows is not None else ()) if (face := _face(row)) is not None]

    def encode(self, pixels: NDArray[np.uint8], face: Face) -> Vector:
        """At unit length."""
        self.load()
        _, telling = self._models
        aligned = telling.alignCrop(np.ascontiguousarray(pixels[:, :, ::-1]), face.found)
        vector = np.asarray(telling.feature(aligned), np.float64).ravel()
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)

    def distances(self, vectors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
        """1 minus the cosine, 0..2."""
        return np.asarray(np.maximum(1 - _units(vectors) @ _units(others).T, 0), np.float32)

    def encode_portraits(self, portraits: Sequence[Path]) -> tuple[Vector, ...]:
        return tuple(portrait.vector for portrait in read_portraits(portraits, self))


@contextmanager
def _quiet() -> Iterator[None]:
    """OpenCV writes of its engines to standard error, where our commands say one line; failures are raised all the same."""
    logging: Any = cv2.utils.logging
    before = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(before)


def _face(row: NDArray[np.float32]) -> Face | None:
    """YuNet's row: box (left, top, width, height), the person's right eye, left eye, nose, mouth corners, confidence."""
    if not np.isfinite(row).all() or row[2] < 1 or row[3] < 1:
        return None
    left, top, width, height = (float(value) for value in row[:4])
    box = (round(left), round(top), round(left + width), round(top + height))
    return Face(box, float(row[14]), row[4:10].reshape(3, 2).astype(np.float32), row)


def _units(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = np.asarray(vectors, np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=1, keepdims=True), 1e-12))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(
            f"{path}: the model can't be read ({error.strerror}); get it from the OpenCV model zoo, or use dlib"
        ) from error


def _unchanged(path: Path, digest: str) -> bytes:
    """The bytes that ``version`` names, and no others."""
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != digest:
        raise UnavailableError(f"{path}: the model was changed while it was in use; start again")
    return content


def _broken(path: Path, name: str, error: cv2.error) -> UnavailableError:
    reason = str(error).strip().splitlines()[-1][:160]
    return UnavailableError(f"{path}: no {name} model that OpenCV {cv2.__version__} can run ({reason}); get it again")
