"""Where pictures have no local features to agree on (blur, clear skies, captions all over): try places and sizes, refine.

The reference is laid over the query in many sizes by normalised cross-correlation of thumbnails (template matching), as a
part of the query (a picture in the picture, a screenshot) or with the query as a part of it (a crop); the best place is
refined by maximising the enhanced correlation coefficient (Evangelidis and Psarakis, "Parametric Image Alignment Using
Enhanced Correlation Coefficient Maximization", TPAMI 30, 2008). A guess proves nothing: it has no inliers, and whoever uses
it demands more of what it shows.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.matching.registration import Gray, Registration

#: Pixels on the longer side of the query's thumbnail.
_SIDE = 160
#: The reference's width as parts of the query's: pictures in the picture of a quarter up to crops to a third of the sides.
_SIZES = np.geomspace(0.25, 3.0, 22)
#: The smaller of both pictures must keep this many pixels on each side to be correlated.
_SMALLEST = 24
#: Iterations and gain at which the refinement stops.
_ECC = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-4)


def guess(query: Gray, reference: Gray) -> list[Registration]:
    """Registrations worth trying: the whole frame in all four turns, and the best place, each as it is and mirrored,
    without inliers."""
    found = []
    for mirrored in (False, True):
        picture = np.ascontiguousarray(reference[:, ::-1]) if mirrored else reference
        for matrix in (*_whole(query, picture), _placed(query, picture)):
            if matrix is not None:
                sizes = (picture.shape[1], picture.shape[0]), (query.shape[1], query.shape[0])
                registration = Registration(matrix, mirrored, 0, *sizes)
                if np.isfinite(matrix).all() and registration.covers:
                    found.append(registration)
    return found


def _whole(query: Gray, reference: Gray) -> list[NDArray[np.float64]]:
    """The reference over all of the query: as it is, then turned anticlockwise by 90, 180 and 270 degrees."""
    height, width = reference.shape
    turns = (
        np.array([[1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 0], [-1, 0, width - 1]]),
        np.array([[-1, 0, width - 1], [0, -1, height - 1]]), np.array([[0, -1, height - 1], [1, 0, 0]]),
    )  # fmt: skip
    tall, wide = query.shape
    sizes = (width, height), (height, width), (width, height), (height, width)
    return [np.diag([wide / across, tall / down]) @ turn for turn, (across, down) in zip(turns, sizes, strict=True)]


def _placed(query: Gray, reference: Gray) -> NDArray[np.float64] | None:
    """The best of all sizes and places, refined; ``None`` where the pictures are too small to say."""
    scale = min(1.0, _SIDE / max(query.shape))
    small = _scaled(query, scale, scale)
    best, place = -1.0, None
    for size in _SIZES:
        factor = size * small.shape[1] / reference.shape[1]
        if factor > 1.5 or min(reference.shape[:2]) * factor < _SMALLEST:
            continue
        template = _scaled(reference, factor, factor)
        for inner, outer, inside in ((template, small, True), (small, template, False)):
            if inner.shape[0] > outer.shape[0] or inner.shape[1] > outer.shape[1] or min(inner.shape) < _SMALLEST:
                continue
            if inner.std() < 1.0:
                continue
            scores = cv2.matchTemplate(outer, inner, cv2.TM_CCOEFF_NORMED)
            _, score, _, (left, top) = cv2.minMaxLoc(scores)
            if np.isfinite(score) and score > best:
                best, place = score, (factor, left, top) if inside else (factor, -left, -top)
            break
    if place is None:
        return None
    factor, left, top = place
    matrix = np.array([[factor, 0, left], [0, factor, top]], np.float64) / scale
    return _refined(query, reference, matrix)


def _refined(query: Gray, reference: Gray, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The affine map near ``matrix`` at which both pictures correlate best; ``matrix`` itself where there is none."""
    down, across = min(1.0, 2 * _SIDE / max(query.shape)), min(1.0, 2 * _SIDE / max(reference.shape))
    start = matrix.copy()
    start[:, :2] *= down / across
    start[:, 2] *= down
    try:
        _, found = cv2.findTransformECC(
            _scaled(reference, across, across), _scaled(query, down, down), start.astype(np.float32),
            cv2.MOTION_AFFINE, _ECC,
        )  # fmt: skip
    except cv2.error:
        return matrix
    result = np.asarray(found, np.float64)
    result[:, :2] *= across / down
    result[:, 2] /= down
    return result


def _scaled(picture: Gray, across: float, down: float) -> Gray:
    size = max(2, round(picture.shape[1] * across)), max(2, round(picture.shape[0] * down))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
