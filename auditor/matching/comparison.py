"""A candidate looked at closely: the exact offset, how well each frame agrees, where the agreement starts and ends.

Frames that merely resemble each other (another take of the same people in the same room) agree in what stands still and
disagree in what moves. So besides the agreement of the pictures, the agreement of their *changes* is measured: the
correlation of temporal differences inside the registered region.
"""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.index import Reference
from auditor.matching.candidates import Candidate
from auditor.matching.registration import (
    Aligner,
    Features,
    Registration,
    agreement,
    correlation,
    describe,
    gray,
    register,
)
from auditor.media import Frame, Interval, MediaInfo, sample_frames

#: Pixels on the longer side at which candidates are compared; the proxies of works have the same size.
SIDE = 480
#: Seconds looked at beyond a candidate's first and last sighting (sightings are half a second apart).
_MARGIN = 1.2
#: Frames of a stretch compared at once: a bound on memory, 10 s of film at 25 frames a second.
_MAX_FRAMES = 250
#: Frames a second wanted at the edges of a segment: 0.04 s, a frame of film.
_EDGE_FPS = 25.0
_EDGE_WINDOW = 2.0
#: Seconds searched around the voted offset.
_OFFSET_SEARCH = 1.0
_OFFSET_STEP = 1 / 60
#: Query frames tried for registration.
_ANCHORS = 6
#: A frame belongs to a segment if it agrees at least this well, and this well relative to the segment's median.
_AGREES, _AGREES_RELATIVE = 0.5, 0.75
#: Mean absolute grey levels by which consecutive compared frames must differ to tell anything about motion.
_MOVES = 1.0
#: Frames a second at which a film that shows a still picture is compared: each is registered anew.
_STILL_FPS = 5.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing a candidate with its work gave.

    ``agreement`` and ``motion`` are medians over the segment, -1..1; ``motion`` is ``None`` where too little moves.
    ``curve`` holds (query seconds, agreement) of each compared frame, the surroundings included.
    """

    segment: Interval
    offset: float
    registration: Registration
    agreement: float
    motion: float | None
    curve: tuple[tuple[float, float], ...]
    pairs: tuple[tuple[Frame, Frame], ...]


def compare(query: Path, info: MediaInfo, candidate: Candidate) -> Comparison | None:
    """Compare ``candidate`` with its work's proxy; ``None`` where the pictures can't be brought into place."""
    start, end = max(0.0, candidate.start - _MARGIN), candidate.end + _MARGIN
    frames = _frames(query, start, end, info.fps, still=info.is_still)
    if candidate.reference.info.is_still:
        return _compare_with_still(frames, candidate)
    span = (start + candidate.offset - _OFFSET_SEARCH, end + candidate.offset + _OFFSET_SEARCH)
    references = _frames(candidate.reference.proxy, max(0.0, span[0]), span[1], candidate.reference.info.fps)
    if not frames or not references:
        return None
    anchors = _anchors(frames, candidate)
    registration = _anchor(anchors, references, candidate.offset)
    if registration is None:
        return None
    offset = _best_offset(frames, references, registration, candidate)
    closer = _anchor(anchors, references, offset, mirrored=registration.mirrored)
    if closer is not None and closer.inliers >= registration.inliers:
        registration = closer
        offset = _best_offset(frames, references, registration, candidate)
    track = _Track.along(frames, references, registration, offset)
    bounds = track.segment(candidate.start, candidate.end)
    if bounds is None:
        return None
    median = track.median(bounds)
    if info.fps and track.step > 1.5 / _EDGE_FPS:
        bounds = _refine_edges(query, candidate.reference, registration, offset, bounds, median)
    pairs = tuple(_pair_at(frames, references, bounds, offset, part) for part in (0.15, 0.5, 0.85))
    return Comparison(bounds, offset, registration, median, track.motion(bounds), track.curve(), pairs)


@dataclass(frozen=True, slots=True)
class _Track:
    """Agreement of each query frame with the reference frame of its moment."""

    times: NDArray[np.float64]
    agreement: NDArray[np.float32]
    change: NDArray[np.float32]
    moved: NDArray[np.float32]

    @classmethod
    def along(
        cls, frames: Sequence[Frame], references: Sequence[Frame], registration: Registration, offset: float
    ) -> "_Track":
        aligner = Aligner(registration)
        moments = [frame.seconds for frame in references]
        left = np.stack([aligner.query(gray(frame.pixels)) for frame in frames])
        warped: dict[int, NDArray[np.float32]] = {}
        rows = []
        for frame in frames:
            index = _nearest(moments, frame.seconds + offset)
            if index not in warped:
                warped[index] = aligner.reference(gray(references[index].pixels))
            rows.append(warped[index])
        right = np.stack(rows)
        times = np.array([frame.seconds for frame in frames])
        outside = (times + offset < moments[0] - 0.1) | (times + offset > moments[-1] + 0.1)
        agrees = agreement(left, right, aligner.cells)
        agrees[outside] = 0
        if len(frames) < 2:
            return cls(times, agrees, np.zeros(0, np.float32), np.zeros(0, np.float32))
        query_change, reference_change = np.diff(left, axis=0), np.diff(right, axis=0)
        moved = np.minimum(np.abs(query_change).mean(axis=1), np.abs(reference_change).mean(axis=1))
        return cls(times, agrees, _diagonal(query_change, reference_change), moved)

    @property
    def step(self) -> float:
        """Median seconds between compared frames."""
        return float(np.median(np.diff(self.times))) if len(self.times) > 1 else 0.0

    def segment(self, start: float, end: float) -> Interval | None:
        """The stretch around ``start`` to ``end`` in which frames agree; short dips are bridged."""
        core = (self.times >= start - 0.3) & (self.times <= end + 0.3)
        if not core.any():
            return None
        level = max(_AGREES, _AGREES_RELATIVE * float(np.percentile(self.agreement[core], 75)))
        return self._run(start, end, level)

    def _run(self, start: float, end: float, level: float) -> Interval | None:
        good = np.flatnonzero(self.agreement >= level)
        if not len(good):
            return None
        allowed = max(2, round(0.25 / self.step)) if self.step else 2
        runs = np.split(good, np.flatnonzero(np.diff(good) > allowed) + 1)
        overlap = [min(end, self.times[run[-1]]) - max(start, self.times[run[0]]) for run in runs]
        run = runs[int(np.argmax(overlap))]
        return Interval(float(self.times[run[0]]), float(self.times[run[-1]]) + self.step)

    def median(self, bounds: Interval) -> float:
        inside = (self.times >= bounds.start - 1e-6) & (self.times <= bounds.end)
        return float(np.median(self.agreement[inside])) if inside.any() else 0.0

    def motion(self, bounds: Interval) -> float | None:
        inside = (self.times[:-1] >= bounds.start - 1e-6) & (self.times[1:] < bounds.end) & (self.moved > _MOVES)
        if inside.sum() < 3:
            return None
        return float(np.median(self.change[inside]))

    def curve(self) -> tuple[tuple[float, float], ...]:
        return tuple((float(t), max(0.0, float(a))) for t, a in zip(self.times, self.agreement, strict=True))


def _frames(path: Path, start: float, end: float, fps: float, *, still: bool = False) -> list[Frame]:
    """Frames between two moments, as many a second as the file has and ``_MAX_FRAMES`` allows."""
    if still:
        return list(sample_frames(path, fps=1, max_side=SIDE))
    rate = min(fps or _EDGE_FPS, _EDGE_FPS, _MAX_FRAMES / max(end - start, 0.1))
    wanted = 0.0 if rate >= (fps or _EDGE_FPS) * 0.99 else rate
    return list(sample_frames(path, fps=wanted, max_side=SIDE, start=start, end=end))


def _nearest(moments: Sequence[float], seconds: float) -> int:
    right = bisect.bisect_left(moments, seconds)
    if right == 0:
        return 0
    if right == len(moments):
        return right - 1
    return right if moments[right] - seconds < seconds - moments[right - 1] else right - 1


def _anchors(frames: Sequence[Frame], candidate: Candidate) -> list[tuple[float, Features]]:
    """Moments spread over the candidate, with their features."""
    core = [frame for frame in frames if candidate.start - 0.1 <= frame.seconds <= candidate.end + 0.1] or list(frames)
    picked = [core[i] for i in sorted({round(p) for p in np.linspace(0, len(core) - 1, _ANCHORS)})]
    return [(frame.seconds, describe(gray(frame.pixels))) for frame in picked]


def _anchor(
    anchors: Sequence[tuple[float, Features]],
    references: Sequence[Frame],
    offset: float,
    *,
    mirrored: bool | None = None,
) -> Registration | None:
    """The registration with the most support among the anchors and the reference frames of their moments."""
    moments = [frame.seconds for frame in references]
    found = (
        register(features, gray(references[_nearest(moments, seconds + offset)].pixels), mirrored=mirrored)
        for seconds, features in anchors
    )
    return max((r for r in found if r), key=lambda r: r.inliers, default=None)


def _best_offset(
    frames: Sequence[Frame], references: Sequence[Frame], registration: Registration, candidate: Candidate
) -> float:
    """The offset at which the candidate's frames agree best, to a sixtieth of a second."""
    aligner = Aligner(registration)
    moments = [frame.seconds for frame in references]
    core = [frame for frame in frames if candidate.start <= frame.seconds <= candidate.end] or list(frames)
    alike = correlation(
        np.stack([aligner.query(gray(frame.pixels)) for frame in core]),
        np.stack([aligner.reference(gray(frame.pixels)) for frame in references]),
    )
    times = [frame.seconds for frame in core]
    rows = np.arange(len(core))

    def mean_agreement(offset: float) -> float:
        columns = [_nearest(moments, seconds + offset) for seconds in times]
        return float(alike[rows, columns].mean())

    steps = np.arange(-_OFFSET_SEARCH, _OFFSET_SEARCH + 1e-9, _OFFSET_STEP)
    scores = np.array([mean_agreement(candidate.offset + step) for step in steps])
    best = np.flatnonzero(scores >= scores.max() - 1e-6)  # frames are discrete: take the middle of the plateau
    return float(candidate.offset + steps[best[len(best) // 2]])


def _refine_edges(
    query: Path, reference: Reference, registration: Registration, offset: float, bounds: Interval, median: float
) -> Interval:
    """Place both edges of a long segment to the frame, by looking densely at two seconds around each."""
    edges = []
    for edge, is_start in ((bounds.start, True), (bounds.end, False)):
        low, high = max(0.0, edge - _EDGE_WINDOW), edge + _EDGE_WINDOW
        frames = _frames(query, low, high, _EDGE_FPS)
        references = _frames(reference.proxy, max(0.0, low + offset - 0.1), high + offset + 0.1, reference.info.fps)
        if not frames or not references:
            edges.append(edge)
            continue
        track = _Track.along(frames, references, registration, offset)
        inside = (edge, high) if is_start else (low, edge)
        found = track._run(*inside, max(_AGREES, _AGREES_RELATIVE * median))
        edges.append(edge if found is None else found.start if is_start else found.end)
    return Interval(min(edges), max(edges))


def _compare_with_still(frames: list[Frame], candidate: Candidate) -> Comparison | None:
    """A registered photograph: each frame is registered on its own, as the camera may travel over it."""
    still = next(iter(sample_frames(candidate.reference.proxy, fps=1, max_side=SIDE)))
    reference = gray(still.pixels)
    step = 1 / _STILL_FPS
    times: list[float] = []
    scores: list[float] = []
    registrations: list[Registration | None] = []
    kept: list[Frame] = []
    for frame in frames:
        if times and frame.seconds < times[-1] + step - 1e-3:
            continue
        registration = register(describe(gray(frame.pixels)), reference)
        times.append(frame.seconds)
        kept.append(frame)
        registrations.append(registration)
        scores.append(_agreement(frame, reference, registration) if registration else 0.0)
    empty = np.zeros(max(0, len(times) - 1), np.float32)
    track = _Track(np.array(times), np.array(scores, np.float32), empty, empty)
    bounds = track.segment(candidate.start, candidate.end)
    if bounds is None:
        return None
    inside = [i for i, t in enumerate(times) if bounds.start <= t <= bounds.end and registrations[i]]
    best = max(inside, key=lambda i: scores[i])
    registration = registrations[best]
    if registration is None:
        return None
    return Comparison(bounds, 0.0, registration, track.median(bounds), None, track.curve(), ((kept[best], still),))


def _agreement(frame: Frame, reference: NDArray[np.uint8], registration: Registration) -> float:
    aligner = Aligner(registration)
    left, right = aligner.query(gray(frame.pixels)), aligner.reference(reference)
    return float(agreement(left[None], right[None], aligner.cells)[0])


def _diagonal(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Correlation of each row of ``left`` with the same row of ``right``."""
    return np.array([correlation(one, other[None])[0, 0] for one, other in zip(left, right, strict=True)], np.float32)


def _pair_at(
    frames: Sequence[Frame], references: Sequence[Frame], bounds: Interval, offset: float, part: float
) -> tuple[Frame, Frame]:
    """The query frame at a fraction of the segment beside the reference frame of its moment."""
    frame = frames[_nearest([f.seconds for f in frames], bounds.start + part * bounds.duration)]
    return frame, references[_nearest([f.seconds for f in references], frame.seconds + offset)]


def outlined(pixels: NDArray[np.uint8], corners: NDArray[np.float64]) -> bytes:
    """A JPEG of ``pixels`` (h, w, 3) with the part of a convex polygon (n, 2) that lies inside the frame outlined."""
    picture = np.ascontiguousarray(pixels[:, :, ::-1])
    height, width = picture.shape[:2]
    thickness = max(2, width // 160)
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    _, inside = cv2.intersectConvexConvex(corners.astype(np.float32), frame)
    polygon = frame if inside is None else inside.reshape(-1, 2)
    polygon = np.clip(polygon, thickness // 2, (width - 1 - thickness // 2, height - 1 - thickness // 2))
    cv2.polylines(picture, [np.round(polygon).astype(np.int32)], True, (40, 200, 255), thickness, cv2.LINE_AA)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])[1])
