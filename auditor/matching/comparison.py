"""A candidate looked at closely: the exact time line, how well each frame agrees, where the agreement starts and ends.

One way for all: a few frames are registered (``registration``), the similarity of every query frame to every reference frame
under that registration gives a matrix, the brightest line through it is the time line (``lines``), and the agreement along
the line gives the segment (``track``). Registered photographs, and copies whose place in the frame wanders, are registered
frame by frame instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.index import Reference
from auditor.matching.candidates import Candidate
from auditor.matching.lines import FASTEST, RATES, Line, best_line, refined
from auditor.matching.registration import (
    Aligner,
    Features,
    Registration,
    correlation,
    describe,
    gray,
    register,
    whole_frame,
)
from auditor.matching.track import AGREES, AGREES_RELATIVE, Track, nearest
from auditor.matching.wandering import track_each_frame
from auditor.media import Frame, Interval, MediaInfo, sample_frames

#: Pixels on the longer side at which candidates are compared; the proxies of works have the same size.
SIDE = 480
#: Seconds looked at beyond a candidate's first and last sighting (sightings are half a second apart).
_MARGIN = 1.2
#: Frames of the film, and of the work, compared at once: a bound on memory.
_MAX_FRAMES, _MAX_REFERENCES = 250, 500
#: Frames a second wanted at the edges of a segment: 0.04 s, a frame of film.
_EDGE_FPS = 25.0
_EDGE_WINDOW = 2.0
#: Query frames registered together, and seconds beside the voted line at which they look for counterparts if need be.
_ANCHORS, _BESIDE = 5, (-0.5, 0.5)
#: Reference frames that a guess is tried on.
_GUESSED = 60
#: A segment shorter than this can't tell speeds apart: two or three frames of drift.
_MIN_FOR_RATE = 0.8
#: From this agreement on the fixed registration is good enough; below it, each frame is tried by itself.
_FIXED_ENOUGH = 0.85
#: Frames by frames kept of the similarity matrix for its picture.
_MATRIX = 160


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing a candidate with its work gave.

    ``agreement`` and ``motion`` are medians over the segment, -1..1; ``motion`` is ``None`` where too little moves.
    ``curve`` holds (query seconds, agreement) of each compared frame, the surroundings included. ``matrix`` (r, q) is the
    similarity of reference to query frames at ``moments`` and ``times``, or ``None`` for a still picture.
    """

    segment: Interval
    line: Line
    registration: Registration
    agreement: float
    motion: float | None
    curve: tuple[tuple[float, float], ...]
    pairs: tuple[tuple[Frame, Frame, Registration], ...]
    matrix: NDArray[np.float32] | None = None
    times: tuple[float, ...] = ()
    moments: tuple[float, ...] = ()


def compare(query: Path, info: MediaInfo, candidate: Candidate) -> Comparison | None:
    """Compare ``candidate`` with its work's proxy; ``None`` where the pictures can't be brought into place."""
    start, end = max(0.0, candidate.start - _MARGIN), candidate.end + _MARGIN
    frames = _frames(query, start, end, info.fps, still=info.is_still)
    if not frames:
        return None
    if candidate.reference.info.is_still:
        return _compare_with_still(frames, candidate)
    low, high = _reference_window(candidate, start, end, still=info.is_still)
    references = _frames(candidate.reference.proxy, low, high, candidate.reference.info.fps, most=_MAX_REFERENCES)
    if not references:
        return None
    anchors = _Anchors(frames, references, candidate)
    registration = anchors.best(candidate.line) or _guess(anchors, frames, references)
    core = Interval(candidate.start, candidate.end)
    line = _line(frames, references, registration, candidate.line, core, rates_known=candidate.rate_known)
    registration = anchors.best(line, mirrored=registration.mirrored) or registration
    line = _line(frames, references, registration, line, core, rates_known=candidate.rate_known)
    track = Track.along(frames, references, registration, line)
    bounds = track.segment(candidate.start, candidate.end)
    if bounds is not None and bounds.duration > core.duration and not info.is_still:
        line = _line(frames, references, registration, line, bounds, rates_known=candidate.rate_known)
        track = Track.along(frames, references, registration, line)
        bounds = track.segment(bounds.start, bounds.end)
    if bounds is None or track.median(bounds) < _FIXED_ENOUGH:
        wandering = _compare_each(frames, references, candidate, line)
        if wandering is not None and (bounds is None or wandering.agreement > track.median(bounds)):
            return wandering
    if bounds is None:
        return None
    median = track.median(bounds)
    if info.fps and track.step > 1.5 / _EDGE_FPS:
        bounds = _refine_edges(query, candidate.reference, registration, line, bounds, median)
    pairs = tuple(
        (*_pair_at(frames, references, bounds, line, part), registration)
        for part in ((0.5,) if info.is_still else (0.15, 0.5, 0.85))
    )
    matrix, times, moments = _matrix(frames, references, registration)
    return Comparison(
        bounds, line, registration, median, track.motion(bounds), track.curve(), pairs,
        None if info.is_still else matrix, times, moments,
    )  # fmt: skip


def _frames(
    path: Path, start: float, end: float, fps: float, *, still: bool = False, most: int = _MAX_FRAMES
) -> list[Frame]:
    """Frames between two moments, as many a second as the file has and ``most`` allows."""
    if still:
        return list(sample_frames(path, fps=1, max_side=SIDE))
    rate = min(fps or _EDGE_FPS, _EDGE_FPS, most / max(end - start, 0.1))
    wanted = 0.0 if rate >= (fps or _EDGE_FPS) * 0.99 else rate
    return list(sample_frames(path, fps=wanted, max_side=SIDE, start=start, end=end))


def _reference_window(candidate: Candidate, start: float, end: float, *, still: bool) -> tuple[float, float]:
    """The reference seconds that may be shown: along the known line, or at any speed either way around its middle."""
    if candidate.rate_known:
        low, high = candidate.line.span(start, end)
        reach = 1.0
    else:
        low = high = candidate.line.at((candidate.start + candidate.end) / 2)
        reach = 1.0 + (0.0 if still else FASTEST * (end - start) / 2)
    low = max(0.0, low - reach)
    return low, max(low + 0.5, high + reach)


class _Anchors:
    """A few moments of the candidate, registered with the frames of the work that a line names for them."""

    def __init__(self, frames: Sequence[Frame], references: Sequence[Frame], candidate: Candidate) -> None:
        core = [f for f in frames if candidate.start - 0.1 <= f.seconds <= candidate.end + 0.1] or list(frames)
        picked = sorted({round(p) for p in np.linspace(0, len(core) - 1, _ANCHORS)})
        self._frames = [core[i] for i in picked]
        self._anchors = [(frame.seconds, describe(gray(frame.pixels))) for frame in self._frames]
        self._references = references
        self._moments = [frame.seconds for frame in references]
        self._described: dict[int, Features] = {}

    def best(self, line: Line, *, mirrored: bool | None = None) -> Registration | None:
        """The registration with the most support; where the line gives none, moments beside it are tried."""
        for shifts in ((0.0,), _BESIDE):
            found = (self._registered(line, shift, mirrored) for shift in shifts)
            best = max((r for r in found if r), key=lambda r: r.inliers, default=None)
            if best is not None:
                return best
        return None

    def agree(self, registration: Registration) -> float:
        """How alike the anchors are to whichever reference frames they are most alike to, on average, -1..1."""
        aligner = Aligner(registration)
        thinned = self._references[:: max(1, len(self._references) // _GUESSED)]
        right = np.stack([aligner.reference(gray(frame.pixels)) for frame in thinned])
        left = np.stack([aligner.query(gray(frame.pixels)) for frame in self._frames])
        return float(correlation(left, right).max(axis=1).mean())

    def _registered(self, line: Line, shift: float, mirrored: bool | None) -> Registration | None:
        """All anchors together."""
        pairs = []
        for seconds, features in self._anchors:
            index = nearest(self._moments, line.at(seconds) + shift)
            if index not in self._described:
                self._described[index] = describe(gray(self._references[index].pixels))
            pairs.append((features, self._described[index]))
        return register(pairs, mirrored=mirrored)


def _guess(anchors: _Anchors, frames: Sequence[Frame], references: Sequence[Frame]) -> Registration:
    """Where no features agree (captions all over, blur): the whole frame, as it is or mirrored, whichever agrees better."""
    sizes = [(frame.pixels.shape[1], frame.pixels.shape[0]) for frame in (frames[0], references[0])]
    return max((whole_frame(*sizes, mirrored=mirrored) for mirrored in (False, True)), key=anchors.agree)


def _line(
    frames: Sequence[Frame],
    references: Sequence[Frame],
    registration: Registration,
    voted: Line,
    core: Interval,
    *,
    rates_known: bool,
) -> Line:
    """The time line of the frames within ``core``, to a fraction of a frame."""
    aligner = Aligner(registration)
    inner = [f for f in frames if core.start - 0.1 <= f.seconds <= core.end + 0.1] or list(frames)
    times = np.array([frame.seconds for frame in inner])
    moments = np.array([frame.seconds for frame in references])
    left = np.stack([aligner.query(gray(frame.pixels)) for frame in inner])
    right = np.stack([aligner.reference(gray(frame.pixels)) for frame in references])
    tried = RATES
    if len(times) < 2:
        tried = np.array([1.0])
    elif rates_known:
        tried = tried[np.abs(tried / voted.rate - 1) < 0.12]
    elif core.duration < _MIN_FOR_RATE:
        tried = np.array([voted.rate]) if voted.rate not in (1.0, -1.0) else np.array([1.0, -1.0])
    line = best_line(left, right, times, moments, tried)
    return refined(correlation(left, right), times, moments, line)


def _matrix(
    frames: Sequence[Frame], references: Sequence[Frame], registration: Registration
) -> tuple[NDArray[np.float32], tuple[float, ...], tuple[float, ...]]:
    """The similarity of reference frames (rows) to query frames (columns), thinned for a picture."""
    aligner = Aligner(registration)
    shown = [frames[i] for i in np.unique(np.linspace(0, len(frames) - 1, min(_MATRIX, len(frames))).astype(int))]
    rows = [
        references[i] for i in np.unique(np.linspace(0, len(references) - 1, min(_MATRIX, len(references))).astype(int))
    ]
    alike = correlation(
        np.stack([aligner.reference(gray(frame.pixels)) for frame in rows]),
        np.stack([aligner.query(gray(frame.pixels)) for frame in shown]),
    )
    return alike, tuple(frame.seconds for frame in shown), tuple(frame.seconds for frame in rows)


def _refine_edges(
    query: Path, reference: Reference, registration: Registration, line: Line, bounds: Interval, median: float
) -> Interval:
    """Place both edges of a long segment to the frame, by looking densely at two seconds around each."""
    edges = []
    for edge, is_start in ((bounds.start, True), (bounds.end, False)):
        low, high = max(0.0, edge - _EDGE_WINDOW), edge + _EDGE_WINDOW
        frames = _frames(query, low, high, _EDGE_FPS)
        first, last = line.span(low, high)
        first = max(0.0, first - 0.1)
        references = _frames(reference.proxy, first, max(first, last + 0.1), reference.info.fps)
        if not frames or not references:
            edges.append(edge)
            continue
        track = Track.along(frames, references, registration, line)
        inside = (edge, high) if is_start else (low, edge)
        found = track.run(*inside, max(AGREES, AGREES_RELATIVE * median))
        edges.append(edge if found is None else found.start if is_start else found.end)
    return Interval(min(edges), max(edges))


def _compare_each(
    frames: Sequence[Frame], references: Sequence[Frame], candidate: Candidate, line: Line
) -> Comparison | None:
    """Frame by frame: the copy shakes, or the film moves over it."""
    followed = track_each_frame(frames, references, line)
    if followed is None:
        return None
    bounds = followed.track.segment(candidate.start, candidate.end)
    if bounds is None:
        return None
    best = followed.best_within(bounds)
    if best is None:
        return None
    frame, reference, registration = best
    median = followed.track.median(bounds)
    return Comparison(
        bounds, line, registration, median, followed.track.motion(bounds), followed.track.curve(),
        ((frame, reference, registration),),
    )  # fmt: skip


def _compare_with_still(frames: list[Frame], candidate: Candidate) -> Comparison | None:
    """A registered photograph: each frame is registered on its own, as the camera may travel over it."""
    photograph = next(iter(sample_frames(candidate.reference.proxy, fps=1, max_side=SIDE)))
    return _compare_each(frames, [photograph], candidate, Line(1.0, 0.0))


def _pair_at(
    frames: Sequence[Frame], references: Sequence[Frame], bounds: Interval, line: Line, part: float
) -> tuple[Frame, Frame]:
    """The query frame at a fraction of the segment beside the reference frame of its moment."""
    frame = frames[nearest([f.seconds for f in frames], bounds.start + part * bounds.duration)]
    return frame, references[nearest([f.seconds for f in references], line.at(frame.seconds))]
