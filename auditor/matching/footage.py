"""Frames to compare: of the film under audit, read in the decoder's cell, and of works, read from our own proxies."""

from collections import OrderedDict
from pathlib import Path

from auditor.index import Reference
from auditor.matching.registration import Features, describe, gray
from auditor.media import Frame, MediaInfo, sample_frames
from auditor.media.proxy import read_film_proxy, read_still_proxy

#: Pixels on the longer side at which candidates are compared; the proxies of works have the same size.
SIDE = 480
#: Frames a second wanted, all that most films have: a segment is then placed to a frame.
EDGE_FPS = 30.0
#: Frames of the film, and of the work, compared at once: a bound on memory.
_MAX_FRAMES, _MAX_REFERENCES = 250, 500
#: Frames whose local features are kept, 0.4 MB each: candidates and passes share their frames.
_DESCRIBED = 128


class Footage:
    """The film under audit. The window asked for last is kept, since candidates often share their seconds.

    ``first`` is the frame that was seen first; of a still picture nothing else is needed.
    """

    def __init__(self, path: Path, info: MediaInfo, first: Frame | None) -> None:
        self._path = path
        self.info = info
        self._window = (0.0, -1.0, 0.0)
        self._frames = [first] if info.is_still and first is not None else []
        self._described: OrderedDict[tuple[str, float], Features] = OrderedDict()

    def features(self, frame: Frame, reference: Reference | None = None) -> Features:
        """The local features of a frame of the film, or of ``reference``; looked for once while they are remembered."""
        key = reference.asset_sha256 if reference is not None else "", frame.seconds
        if key not in self._described:
            self._described[key] = describe(gray(frame.pixels))
            if len(self._described) > _DESCRIBED:
                self._described.popitem(last=False)
        self._described.move_to_end(key)
        return self._described[key]

    def is_described(self, frame: Frame) -> bool:
        """Whether the film's frame has its features at hand."""
        return ("", frame.seconds) in self._described

    def between(self, start: float, end: float) -> list[Frame]:
        """Frames between two moments, as many a second as the film has and memory allows. Raises ``MediaError``."""
        if self.info.is_still:
            return self._frames
        rate = _rate(start, end, self.info.fps, _MAX_FRAMES)
        low, high, known = self._window
        if not (low <= start and end <= high and known == rate):
            self._frames = list(sample_frames(self._path, fps=rate, max_side=SIDE, start=start, end=end))
            self._window = (start, end, rate)
        return [frame for frame in self._frames if start - 1e-3 <= frame.seconds <= end + 1e-3]


def reference_frames(reference: Reference, start: float, end: float) -> list[Frame]:
    """Frames of a work's proxy between two moments; of a photograph, the photograph. Raises ``BadInputError``."""
    if reference.info.is_still:
        return [read_still_proxy(reference.proxy)]
    rate = _rate(start, end, reference.info.fps, _MAX_REFERENCES)
    return list(read_film_proxy(reference.proxy, start=start, end=end, fps=rate))


def _rate(start: float, end: float, fps: float, most: int) -> float:
    """Frames a second to ask for; 0 for every frame."""
    own = fps or EDGE_FPS
    rate = min(own, EDGE_FPS, most / max(end - start, 0.1))
    return 0.0 if rate >= own * 0.99 else rate
