"""A candidate looked at closely: the exact time line, how well each frame agrees, where the agreement starts and ends.

One way for all: a few frames are registered (``registration``), the similarity of every query frame to every reference frame
under that registration gives a matrix, the brightest line through it is the time line (``lines``), and the agreement along
the line gives the segment (``track``). Registered photographs, and copies whose place in the frame wanders, are registered
frame by frame instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from auditor.index import Reference
from auditor.matching.candidates import Candidate
from auditor.matching.footage import EDGE_FPS, Footage, reference_frames
from auditor.matching.guessing import guess
from auditor.matching.lines import FASTEST, RATES, Line, best_line, change_agreement, refined
from auditor.matching.registration import (
    Aligner,
    Registration,
    correlation,
    gray,
    register,
)
from auditor.matching.track import AGREES, AGREES_RELATIVE, Track, nearest
from auditor.matching.wandering import GUESSES_FROM, Follower
from auditor.media import Frame, Interval

#: Seconds looked at beyond a candidate's first and last sighting (sightings are half a second apart).
_MARGIN = 1.2
#: Seconds around each edge of a long segment that are looked at frame by frame.
_EDGE_WINDOW = 2.0
#: Query frames registered together, and seconds beside the voted line at which they look for counterparts if need be.
_ANCHORS, _BESIDE = 5, (-0.5, 0.5)
#: Reference frames that a guess is tried on, and how alike the frames must be to whichever they are most alike to.
_GUESSED, _GUESS_AGREES = 60, 0.45
#: A segment shorter than this can't tell speeds apart: two or three frames of drift.
_MIN_FOR_RATE = 0.8
#: Seconds of sightings from which on the rate that they voted for is to be trusted whatever comes of it: each is off by up
#: to half a second. Below, every rate is tried if what moves does not move alike at this one.
_TELLS_RATE, _SURE_MOTION = 8.0, 0.7
#: From this agreement on the fixed registration is good enough; below it, each frame is tried by itself.
_FIXED_ENOUGH = 0.85
#: Times that frames and line are chosen anew under a better registration.
_PASSES = 2
#: Similarity below which no frame shows the work, and frames in between that a run of showing frames bridges.
_SHOWS, _SHOWING_GAP = 0.3, 6
#: Part by which a rate may differ from the one that sightings voted for.
_NEAR_RATE = 0.12
#: Seconds from the edge of what was looked at within which a segment is taken to go on, and how often it is followed.
_AT_EDGE, _ROUNDS = 0.15, 6
#: By how much more each frame by itself must agree before a copy is said to wander within the frame.
_WANDERS = 0.1
#: Frames by frames kept of the similarity matrix for its picture.
_MATRIX = 160


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing a candidate with its work gave.

    ``agreement`` and ``motion`` are medians over the segment, -1..1; ``motion`` is ``None`` where too little moves.
    ``curve`` holds (query seconds, agreement) of each compared frame, the surroundings included; ``looked_at`` is the
    stretch of the query that was compared. ``matrix`` (r, q) is the similarity of reference to query frames at ``moments``
    and ``times``, or ``None`` for a still picture.
    """

    segment: Interval
    line: Line
    registration: Registration
    agreement: float
    motion: float | None
    curve: tuple[tuple[float, float], ...]
    pairs: tuple[tuple[Frame, Frame, Registration], ...]
    looked_at: tuple[float, float]
    matrix: NDArray[np.float32] | None = None
    times: tuple[float, ...] = ()
    moments: tuple[float, ...] = ()


def compare(film: Footage, candidate: Candidate) -> Comparison | None:
    """Compare ``candidate`` with its work's proxy; ``None`` where the pictures can't be brought into place.

    A copy that goes on to the edge of what was looked at is followed further, each time twice as far.
    """
    found = _compare_within(film, candidate, _MARGIN)
    short = candidate.end - candidate.start < _TELLS_RATE
    if candidate.rate_known and short and not film.info.is_still and not _moves_alike(found):
        doubted = replace(candidate, rate_known=False)
        found = max(found, _compare_within(film, doubted, _MARGIN), key=_moves_alike_by)
    for _ in range(_ROUNDS):
        if found is None or film.info.is_still or not _goes_on(found, film, candidate):
            break
        known = found.segment.duration >= _MIN_FOR_RATE
        wider = replace(
            candidate, start=found.segment.start, end=found.segment.end, line=found.line, rate_known=known
        )  # fmt: skip
        more = _compare_within(film, wider, max(_MARGIN, found.segment.duration))
        if more is None or more.segment.duration <= found.segment.duration:
            break
        found, candidate = more, wider
    return found


def _moves_alike_by(found: Comparison | None) -> float:
    return -1.0 if found is None or found.motion is None else found.motion


def _moves_alike(found: Comparison | None) -> bool:
    return _moves_alike_by(found) >= _SURE_MOTION


def _goes_on(found: Comparison, film: Footage, candidate: Candidate) -> bool:
    """Whether the segment ends where the window did, though film and work both go on."""
    first, last = found.looked_at
    shown = candidate.reference.info.duration
    before = found.segment.start <= first + _AT_EDGE < found.segment.start + 2 * _AT_EDGE and first > _AT_EDGE
    after = found.segment.end >= last - _AT_EDGE and last < film.info.duration - 2 * _AT_EDGE
    if candidate.reference.info.is_still:
        return before or after
    inside = [
        _AT_EDGE < found.line.at(moment) < shown - _AT_EDGE for moment in (found.segment.start, found.segment.end)
    ]
    return (before and inside[0]) or (after and inside[1])


def _compare_within(film: Footage, candidate: Candidate, margin: float) -> Comparison | None:
    info = film.info
    start, end = max(0.0, candidate.start - margin), candidate.end + margin
    frames = film.between(start, end)
    if not frames:
        return None
    if candidate.reference.info.is_still:
        photograph = reference_frames(candidate.reference, 0.0, 0.0)
        return _compare_each(film, frames, photograph, candidate, Line(1.0, 0.0), at_least=-1.0)
    low, high = _reference_window(candidate, start, end, still=info.is_still)
    references = reference_frames(candidate.reference, low, high)
    if not references:
        return None
    core, line = Interval(candidate.start, candidate.end), candidate.line
    anchors = _Anchors(film, candidate.reference, frames, references, core)
    registration = anchors.best(line) or _guess(anchors, references, line)
    if not registration.inliers and anchors.agree(registration) < _GUESS_AGREES:
        return None
    for _ in range(_PASSES):
        core, line = _line(frames, references, registration, candidate, core, line)
        anchors = _Anchors(film, candidate.reference, frames, references, core)
        registration = anchors.best(line, mirrored=registration.mirrored) or registration
    track = Track.along(frames, references, registration, line)
    bounds = track.segment(core.start, core.end)
    fixed = track.median(bounds) if bounds is not None else 0.0
    if fixed < _FIXED_ENOUGH:
        within = replace(candidate, start=core.start, end=core.end)
        wandering = _compare_each(film, frames, references, within, line, at_least=max(_SHOWS, fixed + _WANDERS))
        if wandering is not None and wandering.agreement > fixed + _WANDERS:
            return wandering
    if bounds is None:
        return None
    median, looked_at = track.median(bounds), (frames[0].seconds, frames[-1].seconds + track.step)
    if info.fps and track.step > 1.5 / EDGE_FPS:
        bounds = _refine_edges(film, candidate.reference, registration, line, bounds, median)
    pairs = tuple(
        (*_pair_at(frames, references, bounds, line, part), registration)
        for part in ((0.5,) if info.is_still else (0.15, 0.5, 0.85))
    )
    matrix, times, moments = _matrix(frames, references, registration)
    return Comparison(
        bounds, line, registration, median, track.motion(bounds), track.curve(), pairs, looked_at,
        None if info.is_still else matrix, times, moments,
    )  # fmt: skip


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

    def __init__(
        self, film: Footage, reference: Reference, frames: Sequence[Frame], references: Sequence[Frame], core: Interval
    ) -> None:
        near = [f for f in frames if core.start - 0.1 <= f.seconds <= core.end + 0.1] or list(frames)
        self._film, self._reference = film, reference
        self._frames = [near[i] for i in self._spread(near)]
        self._references = references
        self._moments = [frame.seconds for frame in references]

    def best(self, line: Line, *, mirrored: bool | None = None) -> Registration | None:
        """The registration with the most support; where the line gives none, moments beside it are tried."""
        for shifts in ((0.0,), _BESIDE):
            found = (self._registered(line, shift, mirrored) for shift in shifts)
            best = max((r for r in found if r), key=lambda r: r.inliers, default=None)
            if best is not None:
                return best
        return None

    def _spread(self, near: Sequence[Frame]) -> list[int]:
        """Positions evenly over ``near``; frames whose features are at hand are taken where they lie about there."""
        reach = (len(near) - 1) // (_ANCHORS * 3)
        picked = set()
        for wanted in np.linspace(0, len(near) - 1, _ANCHORS):
            around = sorted(range(round(wanted) - reach, round(wanted) + reach + 1), key=lambda i: abs(i - wanted))
            known = (i for i in around if 0 <= i < len(near) and self._film.is_described(near[i]))
            picked.add(next(known, round(wanted)))
        return sorted(picked)

    @property
    def middle(self) -> Frame:
        return self._frames[len(self._frames) // 2]

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
        for frame in self._frames:
            counterpart = self._references[nearest(self._moments, line.at(frame.seconds) + shift)]
            pairs.append((self._film.features(frame), self._film.features(counterpart, self._reference)))
        return register(pairs, mirrored=mirrored)


def _guess(anchors: _Anchors, references: Sequence[Frame], line: Line) -> Registration:
    """Where no features agree: whichever place, size and mirroring the anchors agree with best."""
    frame = anchors.middle
    counterpart = references[nearest([f.seconds for f in references], line.at(frame.seconds))]
    return max(guess(gray(frame.pixels), gray(counterpart.pixels)), key=anchors.agree)


def _line(
    frames: Sequence[Frame],
    references: Sequence[Frame],
    registration: Registration,
    candidate: Candidate,
    core: Interval,
    voted: Line,
) -> tuple[Interval, Line]:
    """Which frames show the work, and along which time line, to a fraction of a frame.

    Sightings are few and some are chance, so the frames are chosen anew: those that some reference frame agrees with.
    """
    aligner = Aligner(registration)
    left = np.stack([aligner.query(gray(frame.pixels)) for frame in frames])
    right = np.stack([aligner.reference(gray(frame.pixels)) for frame in references])
    alike = correlation(left, right)
    times = np.array([frame.seconds for frame in frames])
    moments = np.array([frame.seconds for frame in references])
    rows = _showing(alike.max(axis=1), times, core)
    core = Interval(float(times[rows[0]]), float(times[rows[-1]]))
    tried = RATES
    if len(rows) < 2:
        tried = np.array([1.0])
    elif candidate.rate_known:
        tried = RATES[np.abs(RATES / voted.rate - 1) < _NEAR_RATE]
    elif core.duration < _MIN_FOR_RATE:
        tried = np.array([1.0, -1.0])
    line = best_line(left[rows], right, times[rows], moments, tried)
    finer = refined(alike[rows], times[rows], moments, line)
    agreeing = [change_agreement(left[rows], right, times[rows], moments, one) for one in (line, finer)]
    return core, finer if agreeing[1] > agreeing[0] else line


def _showing(best: NDArray[np.float32], times: NDArray[np.float64], core: Interval) -> NDArray[np.intp]:
    """Positions of the run of frames that agree with some reference frame and overlap ``core`` most."""
    level = max(_SHOWS, AGREES_RELATIVE * float(np.percentile(best, 90)))
    good = np.flatnonzero(best >= level)
    if not len(good):
        return np.arange(len(best))
    runs = np.split(good, np.flatnonzero(np.diff(good) > _SHOWING_GAP) + 1)
    overlap = [
        (min(core.end, times[run[-1]]) - max(core.start, times[run[0]]), float(times[run[-1]] - times[run[0]]))
        for run in runs
    ]
    return runs[max(range(len(runs)), key=lambda i: (max(overlap[i][0], -0.01), overlap[i][1]))]


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
    film: Footage, reference: Reference, registration: Registration, line: Line, bounds: Interval, median: float
) -> Interval:
    """Place both edges of a long segment to the frame, by looking densely at two seconds around each."""
    edges = []
    for edge, is_start in ((bounds.start, True), (bounds.end, False)):
        low, high = max(0.0, edge - _EDGE_WINDOW), edge + _EDGE_WINDOW
        frames = film.between(low, high)
        first, last = line.span(low, high)
        first = max(0.0, first - 0.1)
        references = reference_frames(reference, first, max(first, last + 0.1))
        if not frames or not references:
            edges.append(edge)
            continue
        track = Track.along(frames, references, registration, line)
        inside = (edge, high) if is_start else (low, edge)
        found = track.run(*inside, max(AGREES, AGREES_RELATIVE * median))
        edges.append(edge if found is None else found.start if is_start else found.end)
    return Interval(min(edges), max(edges))


def _compare_each(
    film: Footage,
    frames: Sequence[Frame],
    references: Sequence[Frame],
    candidate: Candidate,
    line: Line,
    *,
    at_least: float,
) -> Comparison | None:
    """Frame by frame: the copy shakes, or the film moves over it. Given up if a few frames agree less than ``at_least``."""
    guesses = candidate.hashes_are_near or candidate.similarity >= GUESSES_FROM
    follower = Follower(film, candidate.reference, references, line, guesses=guesses)
    core = Interval(candidate.start, candidate.end)
    followed = follower.follow(frames) if follower.promises(frames, core, at_least) else None
    if followed is None:
        return None
    bounds = followed.track.segment(candidate.start, candidate.end)
    if bounds is None:
        return None
    thirds = np.linspace(bounds.start, bounds.end, 4)
    found = [followed.best_within(Interval(float(low), float(high))) for low, high in pairwise(thirds)]
    pairs = tuple({pair[0].seconds: pair for pair in found if pair is not None}.values())
    if not pairs:
        return None
    registration = max(pairs, key=lambda pair: pair[2].inliers)[2]
    return Comparison(
        bounds, line, registration, followed.track.median(bounds), followed.track.motion(bounds), followed.track.curve(),
        pairs, (frames[0].seconds, frames[-1].seconds + followed.track.step),
    )  # fmt: skip


def _pair_at(
    frames: Sequence[Frame], references: Sequence[Frame], bounds: Interval, line: Line, part: float
) -> tuple[Frame, Frame]:
    """The query frame at a fraction of the segment beside the reference frame of its moment."""
    frame = frames[nearest([f.seconds for f in frames], bounds.start + part * bounds.duration)]
    return frame, references[nearest([f.seconds for f in references], line.at(frame.seconds))]
