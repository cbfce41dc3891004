"""Does this frame show the same picture as that one, and where? Local features, a similarity transform, agreement.

SIFT features (Lowe 2004) of both frames, ratio test, RANSAC (Fischler and Bolles 1981) over rotation + scale +
translation, once with the reference as it is and once mirrored. What the transform brings into place is then compared
pixel by pixel: normalised cross-correlation, which neither brightness nor contrast changes.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media.types import Region

Gray = NDArray[np.uint8]
#: Features a frame; more costs time and, at 480 pixels, finds nothing new.
_FEATURES = 800
#: Lowe's ratio, from section 7.1 of the paper.
_RATIO = 0.8
#: Matches that must agree on one transform. Eight random ones agreed in none of our unrelated pairs; ten leaves room.
_MIN_INLIERS = 10
_RANSAC_PIXELS = 4.0
#: A full affine map has two more degrees of freedom, so chance agrees with it more often: it must win by this much.
_AFFINE_ADVANTAGE = 1.15
#: A registered picture that covers less than this part of the frame is a chance agreement of a few corners.
_MIN_AREA = 0.02
#: Side in pixels at which agreement is measured: small enough to forgive a pixel of misregistration.
_AGREEMENT_SIDE = 96


@dataclass(frozen=True, slots=True)
class Registration:
    """``matrix`` (2, 3) float64 maps reference pixels (mirrored first if ``mirrored``) to query pixels."""

    matrix: NDArray[np.float64]
    mirrored: bool
    inliers: int
    reference_size: tuple[int, int]
    query_size: tuple[int, int]

    def warp(self, reference: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The reference frame, (h, w) or (h, w, 3), laid over the query's canvas; black outside."""
        picture = np.ascontiguousarray(reference[:, ::-1]) if self.mirrored else reference
        return np.asarray(cv2.warpAffine(picture, self.matrix, self.query_size, flags=cv2.INTER_AREA), np.uint8)

    def corners(self) -> NDArray[np.float64]:
        """The reference frame's corners in query pixels, (4, 2), clockwise from its top left."""
        width, height = self.reference_size
        points = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        return np.asarray(points @ self.matrix[:, :2].T + self.matrix[:, 2], np.float64)

    def mask(self) -> NDArray[np.uint8]:
        """255 where the query shows the reference, 0 elsewhere; (height, width) of the query."""
        width, height = self.query_size
        mask = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(mask, np.round(self.corners()).astype(np.int32), 255)
        return mask

    def region(self) -> Region:
        """The bounding box of the reference within the query frame."""
        width, height = self.query_size
        corners = self.corners()
        left, top = np.clip(corners.min(axis=0), 0, (width, height))
        right, bottom = np.clip(corners.max(axis=0), 0, (width, height))
        box = left / width, top / height, (right - left) / width, (bottom - top) / height
        return Region(*(float(value) for value in box))


def gray(pixels: NDArray[np.uint8]) -> Gray:
    """RGB to 8-bit luma."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def register(query: Gray, reference: Gray) -> Registration | None:
    """Find the reference frame within the query frame; ``None`` where no transform has enough support."""
    found = [r for r in (_register(query, reference, False), _register(query, reference, True)) if r]
    return max(found, key=lambda r: r.inliers, default=None)


def _register(query: Gray, reference: Gray, mirrored: bool) -> Registration | None:
    picture = np.ascontiguousarray(reference[:, ::-1]) if mirrored else reference
    sift = cv2.SIFT.create(nfeatures=_FEATURES)
    query_points, query_features = sift.detectAndCompute(query, None)
    points, features = sift.detectAndCompute(picture, None)
    if query_features is None or features is None or len(query_points) < 2 or len(points) < _MIN_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(features, query_features, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    if len(good) < _MIN_INLIERS:
        return None
    source = np.array([points[match.queryIdx].pt for match in good], np.float64)
    target = np.array([query_points[match.trainIdx].pt for match in good], np.float64)
    matrix, support = _transform(source, target)
    if matrix is None or support < _MIN_INLIERS:
        return None
    sizes = (picture.shape[1], picture.shape[0]), (query.shape[1], query.shape[0])
    registration = Registration(matrix, mirrored, support, *sizes)
    area = registration.mask().mean() / 255
    return registration if area >= _MIN_AREA else None


def _transform(source: NDArray[np.float64], target: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, int]:
    """The similarity that most matches agree on; a full affine map where clearly more do (a changed aspect ratio)."""
    best: NDArray[np.float64] | None = None
    support = 0
    for estimate, advantage in ((cv2.estimateAffinePartial2D, 1.0), (cv2.estimateAffine2D, _AFFINE_ADVANTAGE)):
        cv2.setRNGSeed(1)  # RANSAC draws at random: the same pair must give the same verdict
        matrix, inliers = estimate(source, target, method=cv2.RANSAC, ransacReprojThreshold=_RANSAC_PIXELS)
        if matrix is not None and int(inliers.sum()) > support * advantage:
            best, support = np.asarray(matrix, np.float64), int(inliers.sum())
    return best, support


class Aligner:
    """Compares many frames under one registration, at a size where a pixel of misregistration does not count."""

    def __init__(self, registration: Registration) -> None:
        width, height = registration.query_size
        self._registration = registration
        box = registration.region()
        self._rows = slice(int(box.y * height), max(int(box.y * height) + 2, round((box.y + box.height) * height)))
        self._columns = slice(int(box.x * width), max(int(box.x * width) + 2, round((box.x + box.width) * width)))
        self._size = _fit(self._columns.stop - self._columns.start, self._rows.stop - self._rows.start)
        self._inside = self._crop(registration.mask()) > 200

    def query(self, frame: Gray) -> NDArray[np.float32]:
        """The registered part of a query frame as a vector of its pixels."""
        return self._crop(frame)[self._inside].astype(np.float32)

    def reference(self, frame: Gray) -> NDArray[np.float32]:
        """A reference frame, brought into place, as a vector of the same pixels."""
        return self._crop(self._registration.warp(frame))[self._inside].astype(np.float32)

    def _crop(self, picture: Gray) -> Gray:
        crop = picture[self._rows, self._columns]
        return np.asarray(cv2.resize(crop, self._size, interpolation=cv2.INTER_AREA), np.uint8)


def _fit(width: int, height: int) -> tuple[int, int]:
    scale = _AGREEMENT_SIDE / max(width, height, 1)
    return max(4, round(width * scale)), max(4, round(height * scale))


def correlation(one: NDArray[np.float32], many: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalised cross-correlation, -1..1, of ``one`` (n,) or (m, n) with each row of ``many`` (k, n); flat rows give 0."""
    left, right = _standardised(np.atleast_2d(one)), _standardised(np.atleast_2d(many))
    return np.asarray(left @ right.T, np.float32)


def _standardised(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > 1e-3, centred / np.maximum(lengths, 1e-3), 0), np.float32)
