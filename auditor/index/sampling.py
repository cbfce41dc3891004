"""Which frames of a registered film become vectors: one each half second, and the first after each cut.

A shot shorter than half a second would otherwise fall between two samples and never be found.
"""

from auditor.media import Frame
from auditor.media.shots import CutDetector, thumbnail

#: Frames a second of a registered work that become vectors; the proxy keeps the instants in between.
REFERENCE_FPS = 2.0
#: Grey levels and ratio of a cut between frames up to a thirtieth of a second apart.
_CUT, _STANDS_OUT = 10.0, 3.0
#: Cuts closer than this many seconds count once: flashes and strobes would make every frame one.
_CUT_GAP = 0.1


class ReferenceSampler:
    """Asked about every frame in order of time."""

    def __init__(self) -> None:
        self._cuts = CutDetector(_CUT, _STANDS_OUT)
        self._last = self._last_cut = -1e9

    def wants(self, frame: Frame) -> bool:
        """Whether this frame should become a vector."""
        cut = self._cuts.change(thumbnail(frame.pixels)).cut and frame.seconds >= self._last_cut + _CUT_GAP
        if cut:
            self._last_cut = frame.seconds
        if not cut and frame.seconds < self._last + 1 / REFERENCE_FPS - 1e-3:
            return False
        self._last = frame.seconds
        return True
