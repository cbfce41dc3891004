"""What a reviewer is shown: frames side by side with the matched region outlined, and the alignment matrix as a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.fingerprints.perceptual import hamming, phash
from auditor.matching.comparison import Comparison
from auditor.matching.lines import Line
from auditor.matching.registration import Registration
from auditor.media import Frame
from auditor.report import EvidencePair

#: Colour of the outline and of the path, as OpenCV orders it (blue, green, red).
_AMBER = (40, 200, 255)
#: Pixels on the longer side of the matrix picture.
_MATRIX_SIDE = 480
#: A matched region smaller than this, in pixels, is not hashed.
_MIN_HASHED = 16


def evidence_pairs(comparison: Comparison) -> tuple[EvidencePair, ...]:
    """The compared frames, outlined, in order of time."""
    return tuple(
        EvidencePair(
            query.seconds, outlined(query.pixels, registration.corners()),
            shown.seconds, outlined(shown.pixels, _seen_part(registration)),
            hash_bits=hash_bits(query, shown, registration),
        )
        for query, shown, registration in comparison.pairs
    )  # fmt: skip


def outlined(pixels: NDArray[np.uint8], corners: NDArray[np.float64]) -> bytes:
    """A JPEG of ``pixels`` (h, w, 3) with the part of a convex polygon (n, 2) that lies inside the frame outlined."""
    picture = np.ascontiguousarray(pixels[:, :, ::-1])
    height, width = picture.shape[:2]
    thickness = max(2, width // 160)
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    _, inside = cv2.intersectConvexConvex(corners.astype(np.float32), frame)
    polygon = frame if inside is None else inside.reshape(-1, 2)
    polygon = np.clip(polygon, thickness // 2, (width - 1 - thickness // 2, height - 1 - thickness // 2))
    cv2.polylines(picture, [np.round(polygon).astype(np.int32)], True, _AMBER, thickness, cv2.LINE_AA)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])[1])


def matrix_png(comparison: Comparison) -> bytes | None:
    """The similarity of film (to the right) and work (downwards) as a grey picture with the path drawn over it.

    ``None`` where there is no matrix: a still picture, or frames that were each registered by themselves.
    """
    if comparison.matrix is None or len(comparison.times) < 2 or len(comparison.moments) < 2:
        return None
    times, moments = np.array(comparison.times), np.array(comparison.moments)
    wide, tall = float(times[-1] - times[0]), float(moments[-1] - moments[0])
    scale = _MATRIX_SIDE / max(wide, tall)
    width, height = max(120, round(wide * scale)), max(120, round(tall * scale))
    levels = np.clip(comparison.matrix, 0, 1) * 255
    gray = cv2.resize(levels.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    picture = np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8)
    ends = (comparison.segment.start, comparison.segment.end)
    points = [_place(seconds, comparison.line, times, moments, (width, height)) for seconds in ends]
    # beside the diagonal, not on it: the brightness that the path follows must stay visible
    for shift in (-4, 4):
        one, other = ((x, y + shift) for x, y in points)
        cv2.line(picture, one, other, _AMBER, 1, cv2.LINE_AA)
    return bytes(cv2.imencode(".png", picture)[1])


def _place(
    seconds: float,
    line: Line,
    times: NDArray[np.float64],
    moments: NDArray[np.float64],
    size: tuple[int, int],
) -> tuple[int, int]:
    right = (seconds - times[0]) / (times[-1] - times[0]) * size[0]
    down = (line.at(seconds) - moments[0]) / (moments[-1] - moments[0]) * size[1]
    return round(float(right)), round(float(down))


def _seen_part(registration: Registration) -> NDArray[np.float64]:
    """The part of the reference frame that the query shows, as a polygon in reference pixels."""
    query_width, query_height = registration.query_size
    canvas = np.array([[0, 0], [query_width, 0], [query_width, query_height], [0, query_height]], np.float64)
    inverse = cv2.invertAffineTransform(registration.matrix)
    points = canvas @ inverse[:, :2].T + inverse[:, 2]
    if registration.mirrored:
        points = np.column_stack([registration.reference_size[0] - points[:, 0], points[:, 1]])
    return np.asarray(points, np.float64)


def hash_bits(query: Frame, shown: Frame, registration: Registration) -> int | None:
    """How many of 64 pHash bits differ between the matched region and the reference brought into place."""
    height, width = query.pixels.shape[:2]
    box = registration.region()
    top, left = int(box.y * height), int(box.x * width)
    bottom, right = round((box.y + box.height) * height), round((box.x + box.width) * width)
    if bottom - top < _MIN_HASHED or right - left < _MIN_HASHED:
        return None
    warped = registration.warp(shown.pixels)
    return hamming(phash(query.pixels[top:bottom, left:right]), phash(warped[top:bottom, left:right]))
