"""Which frames are looked at: one in each shot, once it has settled, and one every few seconds of a long one.

Look and content change with the shot, not with the frame; each look runs two networks, so they are few.
"""

import numpy as np

from auditor.matching.sampling import ShotSampler
from auditor.media import Frame
from auditor.resemblance.describing import shows_nothing

#: Seconds between looks within a shot.
EVERY = 4.0
#: Seconds after a cut before the shot is looked at: dissolves and flashes have passed by then. Shorter shots are not seen.
SETTLE = 0.4
_ROUNDING = 1e-3


class LookSampler:
    """Asked about every frame in order of time, five a second or so."""

    def __init__(self) -> None:
        self._shots = ShotSampler()
        self._cut: float | None = None
        self._looked = -np.inf

    def wants(self, frame: Frame) -> float | None:
        """``None``, or that the frame is looked at: for the seconds from the number returned on (the cut before it)."""
        seen = self._shots.look(frame)
        if seen is not None and seen.cut:
            self._cut = (
                frame.seconds if np.isfinite(self._looked) else frame.seconds - SETTLE
            )  # the first need not settle
        settled = self._cut is not None and frame.seconds >= self._cut + SETTLE - _ROUNDING
        due = self._cut is None and frame.seconds >= self._looked + EVERY - _ROUNDING
        if not (settled or due) or shows_nothing(frame.pixels):
            return None
        start = frame.seconds if self._cut is None else min(max(self._cut, 0.0), frame.seconds)
        self._cut, self._looked = None, frame.seconds
        return start
