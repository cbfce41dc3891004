"""Which frames to look at: every shot, what changes within it, and never less than one a second.

Frames at fixed distances miss short shots and look again and again at pictures at rest, a known weakness of fingerprinting
at one frame a second. Here frames are compared with the last one looked at, on a 16 x 16 thumbnail, which costs next to
nothing beside decoding.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media import Frame

#: Seconds after which a frame is looked at whatever it shows: one a second is the floor.
FLOOR = 1.0
#: Seconds between looks while the picture moves.
MOVING = 0.5
#: Mean absolute grey levels between thumbnails: from the first on the picture has moved, from the second on it has cut. Two
#: photographs taken at random differ by 40 to 80, frames of one shot a fifth of a second apart by 0 to 12.
_MOVED, _CUT = 2.0, 20.0
#: A cut also stands out among the last differences by this factor: fast pans are no cuts.
_STANDS_OUT = 2.5
_SIDE = 16
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Look:
    """Why a frame is worth looking at: a new shot, or the same one some time later."""

    cut: bool


@dataclass(slots=True)
class ShotSampler:
    """Asked about every frame in order; says which ones to look at."""

    _last_seen: NDArray[np.float32] | None = None
    _last_looked: NDArray[np.float32] | None = None
    _looked_at: float = -np.inf
    _differences: list[float] = field(default_factory=list)

    def look(self, frame: Frame) -> Look | None:
        """Whether to look at ``frame``; ``None`` if it shows nothing that was not looked at just before."""
        thumbnail = _thumbnail(frame.pixels)
        cut = self._is_cut(thumbnail)
        self._last_seen = thumbnail
        elapsed = frame.seconds - self._looked_at
        moved = self._last_looked is None or float(np.abs(thumbnail - self._last_looked).mean()) > _MOVED
        if not cut and elapsed < (MOVING if moved else FLOOR) - 1e-3:
            return None
        self._last_looked, self._looked_at = thumbnail, frame.seconds
        return Look(cut)

    def _is_cut(self, thumbnail: NDArray[np.float32]) -> bool:
        if self._last_seen is None:
            return True
        difference = float(np.abs(thumbnail - self._last_seen).mean())
        usual = float(np.median(self._differences)) if self._differences else 0.0
        self._differences = [*self._differences[-_REMEMBERED + 1 :], difference]
        return difference > max(_CUT, _STANDS_OUT * usual)


def _thumbnail(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)
