"""Does what moves in a file move as it does in an output? Two recordings of one scene at rest have nearly the same
fingerprint, since it is a mean over all frames; what moves in them differs."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.fingerprints.iscc import FRAMES_PER_SECOND
from auditor.media.proxy import read_film_proxy
from auditor.watermark.watermarker import Pixels

#: Width and height that changes are compared at: coarse, so that a crop of some per cent moves them by less than a pixel.
_SIZE = (32, 18)
#: Seconds by which frames of the two may be apart to be taken for the same: half a frame of 15 a second.
_APART = 0.035
#: Mean grey levels that a picture must change by in a fifth of a second, or there is nothing to compare.
_RESTS = 0.25
#: Pairs of changes that are needed, at least: a second and a half.
_LEAST = 6
#: Correlation from which on they move alike; other takes of the same people in one room reach 0.43 (``matching.judgement``).
MOVES_ALIKE = 0.5


@dataclass(slots=True)
class Motion:
    """The frames of a film, small and grey, at their moments."""

    seconds: list[float] = field(default_factory=list)
    frames: list[NDArray[np.float32]] = field(default_factory=list)

    def observe(self, seconds: float, pixels: Pixels) -> None:
        small = cv2.resize(pixels, _SIZE, interpolation=cv2.INTER_AREA)
        self.seconds.append(seconds)
        self.frames.append(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32))


def motion_agreement(film: Motion, proxy: Path) -> float | None:
    """How alike a film changes to what lies in ``proxy``, begun at the same moment: the correlation (-1..1) of differences
    between frames a fifth of a second apart. ``None`` where one of them hardly changes, or too little of both is there.

    Measured: copies 0.98 and more, re-encoded, scaled, recoloured; other seconds of a scene at rest 0.06 at most.
    """
    other = Motion()
    end = film.seconds[-1] + 1 if film.seconds else 0.0
    for frame in read_film_proxy(proxy, start=0.0, end=end, fps=2.0 * FRAMES_PER_SECOND):
        other.observe(frame.seconds, frame.pixels)
    if len(film.seconds) < 2 or len(other.seconds) < 2:
        return None
    times = np.array(other.seconds)
    own, theirs = [], []
    before: tuple[int, int] | None = None
    for place, at in enumerate(film.seconds):
        nearest = int(np.argmin(np.abs(times - at)))
        if abs(times[nearest] - at) > _APART:
            before = None
            continue
        if before is not None:
            own.append(film.frames[place] - film.frames[before[0]])
            theirs.append(other.frames[nearest] - other.frames[before[1]])
        before = place, nearest
    if len(own) < _LEAST:
        return None
    one, two = np.stack(own), np.stack(theirs)
    if min(float(np.abs(one).mean()), float(np.abs(two).mean())) < _RESTS:
        return None
    return float(np.sum(one * two) / np.sqrt(np.sum(one**2) * np.sum(two**2)))
