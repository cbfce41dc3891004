"""Copies whose place in the frame changes: a shaken camera before a screen, a camera that travels over a photograph.

Each frame is registered by itself and brought back onto the work's own canvas, where agreement and motion are measured as
for any other copy. This costs a registration a frame, so fewer frames are looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.matching.lines import Line
from auditor.matching.registration import (
    Features,
    Registration,
    agreement,
    describe,
    gray,
    paired_correlation,
    register,
)
from auditor.matching.track import Track, nearest
from auditor.media import Frame, Interval

#: Frames a second that are registered by themselves, and the most of them.
_FPS, _MAX_FRAMES = 5.0, 100
#: Pixels on the longer side of the canvas on which frames are compared, and cells along each side.
_SIDE, _CELLS = 96, 4
#: Part of the canvas that a frame must show to count.
_MIN_SHOWN = 0.05


@dataclass(frozen=True, slots=True)
class Followed:
    """The track, and for each of its frames the frame, its counterpart and how they were laid over each other."""

    track: Track
    frames: tuple[Frame, ...]
    references: tuple[Frame, ...]
    registrations: tuple[Registration | None, ...]

    def best_within(self, bounds: Interval) -> tuple[Frame, Frame, Registration] | None:
        """The frame of the segment that agrees best."""
        inside = [
            (float(self.track.agreement[i]), i)
            for i, seconds in enumerate(self.track.times)
            if bounds.start - 1e-6 <= seconds <= bounds.end and self.registrations[i] is not None
        ]
        if not inside:
            return None
        _, i = max(inside)
        registration = self.registrations[i]
        return None if registration is None else (self.frames[i], self.references[i], registration)


def track_each_frame(frames: Sequence[Frame], references: Sequence[Frame], line: Line) -> Followed | None:
    """Register frames one by one with the reference frames that ``line`` names; ``None`` if none can be."""
    moments = [frame.seconds for frame in references]
    span = frames[-1].seconds - frames[0].seconds
    step = max(1 / _FPS, span / _MAX_FRAMES)
    picked: list[Frame] = []
    for frame in frames:
        if not picked or frame.seconds >= picked[-1].seconds + step - 1e-3:
            picked.append(frame)
    described: dict[int, Features] = {}
    registrations: list[Registration | None] = []
    shown: list[Frame] = []
    mirrored: bool | None = None
    for frame in picked:
        index = nearest(moments, line.at(frame.seconds))
        if index not in described:
            described[index] = describe(gray(references[index].pixels))
        registration = register([(describe(gray(frame.pixels)), described[index])], mirrored=mirrored)
        mirrored = registration.mirrored if registration is not None and mirrored is None else mirrored
        registrations.append(registration)
        shown.append(references[index])
    if not any(registrations):
        return None
    times = np.array([frame.seconds for frame in picked])
    canvas = _Canvas(references[0])
    agreement = np.zeros(len(picked), np.float32)
    change, moved = np.zeros(len(picked), np.float32), np.zeros(len(picked), np.float32)
    laid = [
        canvas.lay(f, r, g) if g is not None else None for f, r, g in zip(picked, shown, registrations, strict=True)
    ]
    for i, one in enumerate(laid):
        if one is None:
            continue
        agreement[i] = canvas.agreement(*one)
        following = laid[i + 1] if i + 1 < len(laid) else None
        if following is not None and len(references) > 1:
            moved[i], change[i] = canvas.change(one, following)
    return Followed(Track(times, agreement, change, moved), tuple(picked), tuple(shown), tuple(registrations))


Laid = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


class _Canvas:
    """The work's own frame, small: query frames are brought back onto it."""

    def __init__(self, reference: Frame) -> None:
        height, width = reference.pixels.shape[:2]
        scale = _SIDE / max(height, width)
        self._scale = scale
        self._size = max(4, round(width * scale)), max(4, round(height * scale))
        rows, columns = np.indices((self._size[1], self._size[0]))
        self._cell = (rows * _CELLS // self._size[1]) * _CELLS + columns * _CELLS // self._size[0]

    def lay(self, frame: Frame, reference: Frame, registration: Registration) -> Laid | None:
        """Query and reference pixels on the canvas, and where both are."""
        back = cv2.invertAffineTransform(registration.matrix) * self._scale
        query = gray(frame.pixels)
        picture = cv2.warpAffine(query, back, self._size, flags=cv2.INTER_AREA)
        inside = cv2.warpAffine(np.full(query.shape, 255, np.uint8), back, self._size) > 250
        if inside.mean() < _MIN_SHOWN:
            return None
        other = gray(reference.pixels)
        other = other[:, ::-1] if registration.mirrored else other
        resized = cv2.resize(np.ascontiguousarray(other), self._size, interpolation=cv2.INTER_AREA)
        return picture.astype(np.float32), resized.astype(np.float32), inside

    def agreement(self, query: NDArray[np.float32], reference: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
        """Median over the cells of the correlation of both pictures where both are."""
        order = np.argsort(self._cell[inside], kind="stable")
        cells = np.flatnonzero(np.diff(self._cell[inside][order], prepend=-1))
        return float(agreement(query[inside][order][None], reference[inside][order][None], cells)[0])

    @staticmethod
    def change(one: Laid, following: Laid) -> tuple[float, float]:
        """Grey levels that both change by, and the correlation of their changes."""
        inside = one[2] & following[2]
        if not inside.any():
            return 0.0, 0.0
        left, right = (following[0] - one[0])[inside], (following[1] - one[1])[inside]
        return min(float(np.abs(left).mean()), float(np.abs(right).mean())), float(
            paired_correlation(left[None], right[None])[0]
        )
