"""Does this frame show the same picture as that one, and where? Local features, a similarity transform, agreement.

SIFT features (Lowe 2004) of both frames, ratio test, RANSAC (Fischler and Bolles 1981) over rotation + scale +
translation, once with the reference as it is and once mirrored. What the transform brings into place is then compared
pixel by pixel: normalised cross-correlation, which neither brightness nor contrast changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media.types import Region

Gray = NDArray[np.uint8]
#: Features a frame; more costs time and, at 480 pixels, finds nothing new.
_FEATURES = 800
#: Half of SIFT's usual contrast threshold (section 4 of the paper): the strongest are kept anyway, and in a 50 % blend each
#: picture has only half of its contrast.
_CONTRAST = 0.02
#: Lowe's ratio, from section 7.1 of the paper.
_RATIO = 0.8
#: Matches that must agree on one transform. Eight random ones agreed in none of our unrelated pairs; ten leaves room.
_MIN_INLIERS = 10
_RANSAC_PIXELS, _TIGHT_PIXELS = 4.0, 1.5
#: A perspective map has eight degrees of freedom: it is used where this many matches and this part of all agree with it, and
#: its corners lie within this part of the picture's side of where the affine map puts them.
_FLAT_INLIERS, _FLAT, _BENT = 24, 0.6, 0.3
#: A full affine map has two more degrees of freedom, so chance agrees with it more often: it must win by this much.
_AFFINE_ADVANTAGE = 1.15
#: A registered picture that covers less than this part of the frame is a chance agreement of a few corners.
_MIN_AREA = 0.02
#: Side in pixels at which agreement is measured: small enough to forgive a pixel of misregistration.
_AGREEMENT_SIDE = 96
#: Pixels of blur (standard deviation) at that size: sensor noise and compression average out.
AGREEMENT_BLUR = 0.8
#: Cells along each side of the grid over which agreement is the median.
_CELLS = 4
#: Grey levels (standard deviation) below which a cell is a flat wall or sky, and pixels below which it is a sliver.
_TEXTURE = 3.0
_CELL_PIXELS = 40
_ENOUGH_CELLS = 4


@dataclass(frozen=True, slots=True)
class Registration:
    """``matrix`` (2, 3) float64 maps reference pixels (mirrored first if ``mirrored``) to query pixels.

    ``tightness`` 0..1 is how many of the ``inliers`` still agree to a pixel and a half when perspective is allowed: near 1
    for the same picture, about a half for another view of the same things, whose depth no flat map explains. That map,
    ``perspective`` (3, 3) float64, takes the place of ``matrix`` where enough of them agree with it.
    """

    matrix: NDArray[np.float64]
    mirrored: bool
    inliers: int
    reference_size: tuple[int, int]
    query_size: tuple[int, int]
    tightness: float = 0.0
    perspective: NDArray[np.float64] | None = None

    def warp(self, reference: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The reference frame, (h, w) or (h, w, 3), laid over the query's canvas; black outside."""
        picture = np.ascontiguousarray(reference[:, ::-1]) if self.mirrored else reference
        if self.perspective is not None:
            laid = cv2.warpPerspective(picture, self.perspective, self.query_size, flags=cv2.INTER_AREA)
        else:
            laid = cv2.warpAffine(picture, self.matrix, self.query_size, flags=cv2.INTER_AREA)
        return np.asarray(laid, np.uint8)

    def brought_back(self, query: NDArray[np.uint8], scale: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        """A query frame (h, w) on the reference's own canvas, ``scale`` times its size, ``size`` (width, height) of it."""
        if self.perspective is not None:
            back = np.diag([scale, scale, 1.0]) @ np.linalg.inv(self.perspective)
            return np.asarray(cv2.warpPerspective(query, back, size, flags=cv2.INTER_AREA), np.uint8)
        affine = cv2.invertAffineTransform(self.matrix) * scale
        return np.asarray(cv2.warpAffine(query, affine, size, flags=cv2.INTER_AREA), np.uint8)

    def corners(self) -> NDArray[np.float64]:
        """The reference frame's corners in query pixels, (4, 2), clockwise from its top left."""
        width, height = self.reference_size
        points = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        if self.perspective is not None:
            return np.asarray(cv2.perspectiveTransform(points[None], self.perspective)[0], np.float64)
        return np.asarray(points @ self.matrix[:, :2].T + self.matrix[:, 2], np.float64)

    def mask(self) -> NDArray[np.uint8]:
        """255 where the query shows the reference, 0 elsewhere; (height, width) of the query."""
        width, height = self.query_size
        mask = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(mask, np.round(self.corners()).astype(np.int32), 255)
        return mask

    @property
    def covers(self) -> bool:
        """Whether the reference covers enough of the query frame to be seen."""
        return float(self.mask().mean()) / 255 >= _MIN_AREA

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


@dataclass(frozen=True, slots=True)
class Features:
    """SIFT points (n, 2) in pixels and descriptors (n, 128) of a frame of ``size`` (width, height)."""

    points: NDArray[np.float64]
    descriptors: NDArray[np.float32]
    size: tuple[int, int]


def describe(frame: Gray) -> Features:
    """The local features of a frame, (height, width) uint8."""
    points, descriptors = cv2.SIFT.create(nfeatures=_FEATURES, contrastThreshold=_CONTRAST).detectAndCompute(
        frame, None
    )
    size = frame.shape[1], frame.shape[0]
    if descriptors is None:
        return Features(np.empty((0, 2)), np.empty((0, 128), np.float32), size)
    return Features(np.array([point.pt for point in points], np.float64), np.asarray(descriptors, np.float32), size)


def mirrored_features(features: Features) -> Features:
    """The features of the mirrored frame, without looking again.

    SIFT describes a 4 x 4 grid of 8 orientations in a frame turned to the point's own orientation (Lowe 2004, section 6):
    mirroring reverses the rows of that grid and the sense of its orientations.
    """
    points = np.column_stack([features.size[0] - 1 - features.points[:, 0], features.points[:, 1]])
    grid = features.descriptors.reshape(-1, 4, 4, 8)[:, ::-1, :, (8 - np.arange(8)) % 8]
    return Features(points, np.ascontiguousarray(grid.reshape(-1, 128)), features.size)


def register(pairs: Sequence[tuple[Features, Features]], *, mirrored: bool | None = None) -> Registration | None:
    """Find the reference within the query, as it is or mirrored (both are tried if ``mirrored`` is None).

    ``pairs`` are (query, reference) frames that lie over each other in one and the same way, such as several moments of an
    excerpt: their matches are pooled, so that a work which shows little of itself in any one frame (a blend, a small
    picture, text over it) is still found. ``None`` where no transform has enough support.
    """
    tried = (False, True) if mirrored is None else (mirrored,)
    found = (_register(pairs, variant) for variant in tried)
    return max((r for r in found if r), key=lambda r: r.inliers, default=None)


def _register(pairs: Sequence[tuple[Features, Features]], mirrored: bool) -> Registration | None:
    matched = [_matches(query, mirrored_features(reference) if mirrored else reference) for query, reference in pairs]
    source = np.concatenate([one for one, _ in matched])
    target = np.concatenate([other for _, other in matched])
    if len(source) < _MIN_INLIERS:
        return None
    matrix, support = _transform(source, target)
    if matrix is None or support < _MIN_INLIERS:
        return None
    perspective, tight = _flat_map(source, target)
    tightness = min(1.0, tight / support)
    sizes = pairs[0][1].size, pairs[0][0].size
    if perspective is not None and not (tightness >= _FLAT and _alike(perspective, matrix, sizes[0])):
        perspective = None
    registration = Registration(matrix, mirrored, support, *sizes, tightness, perspective)
    return registration if registration.covers else None


def _matches(query: Features, reference: Features) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points of the reference and of the query that look alike and like nothing else (Lowe's ratio test), (n, 2) each."""
    if len(query.points) < 2 or not len(reference.points):
        return np.empty((0, 2)), np.empty((0, 2))
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(reference.descriptors, query.descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    rows, columns = [match.queryIdx for match in good], [match.trainIdx for match in good]
    return reference.points[rows], query.points[columns]


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


def _flat_map(source: NDArray[np.float64], target: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, int]:
    """The perspective map that explains most matches to ``_TIGHT_PIXELS``, if enough do, and how many it explains."""
    cv2.setRNGSeed(1)
    found, inliers = cv2.findHomography(source, target, cv2.RANSAC, _TIGHT_PIXELS)
    if found is None or inliers is None:
        return None, 0
    support = int(inliers.sum())
    return (np.asarray(found, np.float64) if support >= _FLAT_INLIERS else None), support


def _alike(perspective: NDArray[np.float64], matrix: NDArray[np.float64], size: tuple[int, int]) -> bool:
    """Whether both maps put the corners of a picture near to each other: a map bent by a few points far inside does not."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    depth = corners @ perspective[2, :2] + perspective[2, 2]
    if not np.isfinite(perspective).all() or (depth * depth[0] <= 0).any():
        return False
    flat = cv2.perspectiveTransform(corners[None], perspective)[0]
    affine = corners @ matrix[:, :2].T + matrix[:, 2]
    side = float(np.sqrt(abs(np.linalg.det(matrix[:, :2])) * width * height))
    return bool(np.linalg.norm(flat - affine, axis=1).max() < _BENT * side)


class Aligner:
    """Compares many frames under one registration, at a size where a pixel of misregistration does not count."""

    def __init__(self, registration: Registration) -> None:
        width, height = registration.query_size
        self._registration = registration
        box = registration.region()
        self._rows = slice(int(box.y * height), max(int(box.y * height) + 2, round((box.y + box.height) * height)))
        self._columns = slice(int(box.x * width), max(int(box.x * width) + 2, round((box.x + box.width) * width)))
        self._size = _fit(self._columns.stop - self._columns.start, self._rows.stop - self._rows.start)
        inside = self._crop(registration.mask()) > 200
        if not inside.any():  # a sliver, thinner than a pixel at this size
            inside[:] = True
        rows, columns = np.nonzero(inside)
        cell = (rows * _CELLS // self._size[1]) * _CELLS + columns * _CELLS // self._size[0]
        order = np.argsort(cell, kind="stable")
        self._pixels = rows[order], columns[order]
        #: Where each cell of the grid begins in the vectors that ``query`` and ``reference`` return.
        self.cells = np.flatnonzero(np.diff(cell[order], prepend=-1))

    def query(self, frame: Gray) -> NDArray[np.float32]:
        """The registered part of a query frame as a vector of its pixels."""
        return self._crop(frame)[self._pixels].astype(np.float32)

    def reference(self, frame: Gray) -> NDArray[np.float32]:
        """A reference frame, brought into place, as a vector of the same pixels."""
        return self._crop(self._registration.warp(frame))[self._pixels].astype(np.float32)

    def _crop(self, picture: Gray) -> Gray:
        crop = cv2.resize(picture[self._rows, self._columns], self._size, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.GaussianBlur(crop, (0, 0), AGREEMENT_BLUR), np.uint8)


def _fit(width: int, height: int) -> tuple[int, int]:
    scale = _AGREEMENT_SIDE / max(width, height, 1)
    return max(4, round(width * scale)), max(4, round(height * scale))


def correlation(one: NDArray[np.float32], many: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalised cross-correlation, -1..1, of ``one`` (n,) or (m, n) with each row of ``many`` (k, n); flat rows give 0."""
    left, right = _standardised(np.atleast_2d(one)), _standardised(np.atleast_2d(many))
    return np.asarray(left @ right.T, np.float32)


def agreement(left: NDArray[np.float32], right: NDArray[np.float32], cells: NDArray[np.intp]) -> NDArray[np.float32]:
    """How well each row of ``left`` (n, p) agrees with the same row of ``right``, -1..1.

    The median over the grid's cells of their correlations: a caption, a logo or a hand spoils the cells that it covers
    and no others. Cells without texture say nothing; where too few are left, the whole picture is correlated.
    """
    sizes = np.diff(np.append(cells, left.shape[1])).astype(np.float32)

    def per_cell(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.add.reduceat(values, cells, axis=1) / sizes, np.float32)

    mean_left, mean_right = per_cell(left), per_cell(right)
    spread_left = np.sqrt(np.maximum(per_cell(left * left) - mean_left**2, 0))
    spread_right = np.sqrt(np.maximum(per_cell(right * right) - mean_right**2, 0))
    shared = per_cell(left * right) - mean_left * mean_right
    textured = (spread_left > _TEXTURE) & (spread_right > _TEXTURE) & (sizes >= _CELL_PIXELS)
    scores = np.where(textured, shared / np.maximum(spread_left * spread_right, 1e-6), np.nan)
    enough = textured.sum(axis=1) >= _ENOUGH_CELLS
    medians = np.zeros(len(left), np.float32)
    if enough.any():
        medians[enough] = np.nanmedian(scores[enough], axis=1)
    for row in np.flatnonzero(~enough):
        medians[row] = correlation(left[row], right[row][None])[0, 0]
    return medians


def paired_correlation(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalised cross-correlation, -1..1, of each row of ``left`` (n, p) with the same row of ``right``; (n,) float32."""
    return np.asarray((_standardised(left) * _standardised(right)).sum(axis=1), np.float32)


def _standardised(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > 1e-3, centred / np.maximum(lengths, 1e-3), 0), np.float32)
