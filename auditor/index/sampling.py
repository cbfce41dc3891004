"""Which frames of a registered film become vectors: one each half second, and the first after each cut.

A shot shorter than half a second would otherwise fall between two samples and never be found.
"""

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media import Frame

#: Frames a second of a registered work that become vectors; the proxy keeps the instants in between.
REFERENCE_FPS = 2.0
#: A cut: the mean difference to the frame before (grey levels of 255, at 32 x 32) is at least this ...
_CUT_LEAST = 10.0
#: ... and so many times the median of the last differences, so that a moving camera is not one cut after another.
_CUT_RATIO, _REMEMBERED = 3.0, 12
#: Cuts closer than this many seconds count once: flashes and strobes would make every frame one.
_CUT_GAP = 0.1
_SIDE = 32


class ReferenceSampler:
    """Asked about every frame in order of time."""

    def __init__(self) -> None:
        self._before: NDArray[np.float32] | None = None
        self._differences: deque[float] = deque(maxlen=_REMEMBERED)
        self._last = self._last_cut = -1e9

    def wants(self, frame: Frame) -> bool:
        """Whether this frame should become a vector."""
        cut = self._is_cut(frame) and frame.seconds >= self._last_cut + _CUT_GAP
        if cut:
            self._last_cut = frame.seconds
        if not cut and frame.seconds < self._last + 1 / REFERENCE_FPS - 1e-3:
            return False
        self._last = frame.seconds
        return True

    def _is_cut(self, frame: Frame) -> bool:
        small = cv2.resize(frame.pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
        before, self._before = self._before, grey
        if before is None:
            return False
        difference = float(np.abs(grey - before).mean())
        usual = float(np.median(self._differences)) if self._differences else 0.0
        self._differences.append(difference)
        return difference >= max(_CUT_LEAST, _CUT_RATIO * usual)
