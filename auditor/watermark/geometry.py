"""What was done to the pictures of a film before its watermark is read: bars around them, crops, a mirror."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.watermark.watermarker import Pixels

#: Frames of a film that are kept for reading, spread over all of it.
KEPT = 48
#: Pixels on the longer side that they are kept at.
_SIDE = 640
#: Grey levels that black bars may have after any encoder, and the least share of a side that must remain a picture.
_BLACK, _REMAINS = 20, 0.25
#: Shares of both sides that a crop may have taken, tried in turn: steps of a hundredth move a block at the picture's edge by
#: a fifth of its width at most.
CROPS = tuple(round(0.01 * step, 2) for step in range(1, 17))


@dataclass(frozen=True, slots=True)
class Pose:
    """How the frames are looked at: ``crop`` is the share of each side that is missing, half of it at either end;
    ``saturation`` by how much the colours were made stronger (1: not at all)."""

    mirrored: bool = False
    crop: float = 0.0
    saturation: float = 1.0


#: Changes of saturation that are tried: steps of a twentieth.
SATURATIONS = tuple(round(1 + sign * 0.05 * step, 2) for step in range(1, 9) for sign in (1, -1))
#: What is tried, the likeliest first.
POSES = (
    *(Pose(mirrored) for mirrored in (False, True)),
    *(Pose(mirrored, crop) for crop in CROPS for mirrored in (False, True)),
    *(Pose(mirrored, saturation=saturation) for saturation in SATURATIONS for mirrored in (False, True)),
)


def kept_frames(frames: Iterable[Pixels]) -> list[Pixels]:
    """Up to ``KEPT`` frames spread over all of them, without knowing how many there will be: whenever there are too many,
    every other one goes and half as many are taken from then on."""
    kept: list[Pixels] = []
    step = 1
    for number, frame in enumerate(frames):
        if number % step:
            continue
        kept.append(_shrunk(frame))
        if len(kept) > KEPT:
            kept, step = kept[::2], step * 2
    size = kept[0].shape if kept else ()
    return [frame for frame in kept if frame.shape == size]


def framings(frames: list[Pixels]) -> list[list[Pixels]]:
    """The frames as they are and, where all of them have black edges in common, without these: a film may have had them when
    it was marked, or somebody may have put them around it since. Nothing for no frames."""
    if not frames:
        return []
    inner = _without_bars(frames)
    return [frames] if inner[0].shape == frames[0].shape else [frames, inner]


def _without_bars(frames: list[Pixels]) -> list[Pixels]:
    brightest = np.max([frame.max(axis=2) for frame in frames], axis=0)
    height, width = brightest.shape
    # a bar is black all along; a few noisy pixels of the encoder's do not end it
    rows = np.flatnonzero(np.percentile(brightest, 98, axis=1) > _BLACK)
    columns = np.flatnonzero(np.percentile(brightest, 98, axis=0) > _BLACK)
    if len(rows) < _REMAINS * height or len(columns) < _REMAINS * width:
        return frames
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    return [frame[top:bottom, left:right] for frame in frames]


def posed(frame: NDArray[np.float32], pose: Pose) -> tuple[NDArray[np.float32], tuple[slice, slice]]:
    """A frame of the whole picture's size with what is left of it in its place, and where that is (rows, columns)."""
    upright = frame[:, ::-1] if pose.mirrored else frame
    height, width = frame.shape[:2]
    if not pose.crop:
        return np.ascontiguousarray(upright), (slice(0, height), slice(0, width))
    left, top = width * pose.crop / 2, height * pose.crop / 2
    share = 1 - pose.crop
    # pixel centres: x' + 0.5 = share * (x + 0.5) + left
    matrix = np.array([[share, 0, share * 0.5 + left - 0.5], [0, share, share * 0.5 + top - 0.5]], np.float64)
    whole = cv2.warpAffine(np.ascontiguousarray(upright), matrix, (width, height), flags=cv2.INTER_LINEAR)
    inside = (
        slice(int(np.ceil(top)), int(height - np.ceil(top))),
        slice(int(np.ceil(left)), int(width - np.ceil(left))),
    )
    return np.asarray(whole, np.float32), inside


def _shrunk(frame: Pixels) -> Pixels:
    height, width = frame.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    if scale == 1.0:
        return frame
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def spread[T](frames: list[T], count: int) -> Iterator[T]:
    """``count`` of them at most, evenly."""
    if frames:
        for number in np.unique(np.linspace(0, len(frames) - 1, min(count, len(frames))).round().astype(int)):
            yield frames[int(number)]
