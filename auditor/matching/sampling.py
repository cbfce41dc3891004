"""Which frames to look at: every shot, what changes within it, and never less than one a second.

Frames at fixed distances miss short shots and look again and again at pictures at rest, a known weakness of fingerprinting
at one frame a second. Here frames are compared with the last one looked at, on a thumbnail, which costs next to nothing
beside decoding.
"""

from dataclasses import dataclass, field

import numpy as np

from auditor.media import Frame
from auditor.media.shots import CutDetector, Thumbnail, thumbnail

#: Seconds after which a frame is looked at whatever it shows: one a second is the floor.
FLOOR = 1.0
#: Seconds between looks while the picture moves.
MOVING = 0.5
#: Mean absolute grey levels between thumbnails from which on the picture has moved.
_MOVED = 2.0
#: Grey levels and ratio of a cut between frames a fifth of a second apart: fast pans are no cuts.
_CUT, _STANDS_OUT = 20.0, 2.5


@dataclass(frozen=True, slots=True)
class Look:
    """Why a frame is worth looking at: a new shot, a new picture in a part of the frame, or the same one some time later."""

    cut: bool
    part: bool = False


@dataclass(slots=True)
class ShotSampler:
    """Asked about every frame in order; says which ones to look at."""

    _last_looked: Thumbnail | None = None
    _looked_at: float = -np.inf
    _cuts: CutDetector = field(default_factory=lambda: CutDetector(_CUT, _STANDS_OUT))
    _part: bool = False

    def look(self, frame: Frame) -> Look | None:
        """Whether to look at ``frame``; ``None`` if it shows nothing that was not looked at just before."""
        seen = thumbnail(frame.pixels)
        change = self._cuts.change(seen)
        cut, self._part = change.cut or self._last_looked is None, self._part or change.part
        elapsed = frame.seconds - self._looked_at
        moved = self._last_looked is None or float(np.abs(seen - self._last_looked).mean()) > _MOVED
        if not cut and elapsed < (MOVING if moved or self._part else FLOOR) - 1e-3:
            return None
        self._last_looked, self._looked_at = seen, frame.seconds
        part, self._part = self._part, False
        return Look(cut, part)
