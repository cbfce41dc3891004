"""Copies whose place in the frame changes: a shaken camera before a screen, a camera that travels over a photograph.

Each frame is registered by itself and brought back onto the work's own canvas, where agreement and motion are measured as
for any other copy. This costs a registration a frame, so fewer frames are looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.index import Reference
from auditor.matching.footage import Footage
from auditor.matching.guessing import guess
from auditor.matching.lines import Line
from auditor.matching.registration import (
    AGREEMENT_BLUR,
    Registration,
    agreement,
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
#: Frames whose place is guessed where they have no features in common with a photograph: a guess takes a tenth of a second.
_GUESSES = 12
#: Descriptor similarity from which a guess can make a copy at all (``judgement``).
GUESSES_FROM = 0.55
#: Frames that are registered before all are.
_PROBES = 5
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


class Follower:
    """Registers frames one by one with the frames of a work that ``line`` names.

    A copy that is mirrored in one frame is so in all. ``guesses``: whether places may be guessed where a photograph and a
    frame have no features in common.
    """

    def __init__(
        self, film: Footage, reference: Reference, references: Sequence[Frame], line: Line, *, guesses: bool
    ) -> None:
        self._film, self._reference, self._references, self._line = film, reference, references, line
        self._moments = [frame.seconds for frame in references]
        self._canvas = _Canvas(references[0])
        self._guesses = _GUESSES if guesses and len(references) == 1 else 0
        self._mirrored: bool | None = None
        self._known: dict[float, Registration | None] = {}

    def promises(self, frames: Sequence[Frame], core: Interval, at_least: float) -> bool:
        """Whether a few frames within ``core``, brought into place, agree at least so well (median): a look ahead."""
        inside = [frame for frame in frames if core.start - 0.1 <= frame.seconds <= core.end + 0.1] or list(frames)
        if len(inside) <= _PROBES:
            return True
        probes = [inside[i] for i in np.linspace(0, len(inside) - 1, _PROBES).astype(int)]
        laid = [self._laid(frame) for frame in probes]
        return float(np.median([0.0 if one is None else self._canvas.agreement(*one) for one in laid])) >= at_least

    def follow(self, frames: Sequence[Frame]) -> Followed | None:
        """Registers a few frames a second; ``None`` if none can be."""
        step = max(1 / _FPS, (frames[-1].seconds - frames[0].seconds) / _MAX_FRAMES)
        picked: list[Frame] = []
        for frame in frames:
            if not picked or frame.seconds >= picked[-1].seconds + step - 1e-3:
                picked.append(frame)
        laid = [self._laid(frame) for frame in picked]
        registrations = [self._known[frame.seconds] for frame in picked]
        if not any(registrations):
            return None
        agreement = np.zeros(len(picked), np.float32)
        change, moved = np.zeros(len(picked), np.float32), np.zeros(len(picked), np.float32)
        for i, one in enumerate(laid):
            if one is None:
                continue
            agreement[i] = self._canvas.agreement(*one)
            following = laid[i + 1] if i + 1 < len(laid) else None
            if following is not None and len(self._references) > 1:
                moved[i], change[i] = self._canvas.change(one, following)
        track = Track(np.array([frame.seconds for frame in picked]), agreement, change, moved)
        shown = tuple(self._counterpart(frame) for frame in picked)
        return Followed(track, tuple(picked), shown, tuple(registrations))

    def _counterpart(self, frame: Frame) -> Frame:
        return self._references[nearest(self._moments, self._line.at(frame.seconds))]

    def _laid(self, frame: Frame) -> "Laid | None":
        counterpart = self._counterpart(frame)
        if frame.seconds not in self._known:
            self._known[frame.seconds] = self._registered(frame, counterpart)
        registration = self._known[frame.seconds]
        return self._canvas.lay(frame, counterpart, registration) if registration is not None else None

    def _registered(self, frame: Frame, counterpart: Frame) -> Registration | None:
        pair = self._film.features(frame), self._film.features(counterpart, self._reference)
        registration = register([pair], mirrored=self._mirrored)
        if registration is None and self._guesses:
            self._guesses -= 1
            registration = self._canvas.best_guess(frame, counterpart)
        if registration is not None and self._mirrored is None:
            self._mirrored = registration.mirrored
        return registration


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
        query = gray(frame.pixels)
        picture = registration.brought_back(query, self._scale, self._size)
        inside = registration.brought_back(np.full(query.shape, 255, np.uint8), self._scale, self._size) > 250
        if inside.mean() < _MIN_SHOWN:
            return None
        other = gray(reference.pixels)
        other = other[:, ::-1] if registration.mirrored else other
        resized = cv2.resize(np.ascontiguousarray(other), self._size, interpolation=cv2.INTER_AREA)
        softened = (cv2.GaussianBlur(one, (0, 0), AGREEMENT_BLUR) for one in (picture, resized))
        one, two = (np.asarray(soft, np.float32) for soft in softened)
        return one, two, inside

    def agreement(self, query: NDArray[np.float32], reference: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
        """Median over the cells of the correlation of both pictures where both are."""
        order = np.argsort(self._cell[inside], kind="stable")
        cells = np.flatnonzero(np.diff(self._cell[inside][order], prepend=-1))
        return float(agreement(query[inside][order][None], reference[inside][order][None], cells)[0])

    def best_guess(self, frame: Frame, reference: Frame) -> Registration | None:
        """Where no features agree: whichever place, size and mirroring agrees best."""
        tried = [(self.lay(frame, reference, one), one) for one in guess(gray(frame.pixels), gray(reference.pixels))]
        rated = [(self.agreement(*laid), i) for i, (laid, _) in enumerate(tried) if laid is not None]
        return tried[max(rated)[1]][1] if rated else None

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
