"""Which registered works does a film show, and when? Observe its frames once, then conclude.

>>> matcher = Matcher(index)                                                        # doctest: +SKIP
>>> for frame in sample_frames(path, fps=2): matcher.observe(frame)                 # doctest: +SKIP
>>> findings = matcher.conclude(path, info)                                         # doctest: +SKIP
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.errors import CancelledError
from auditor.fingerprints.perceptual import hamming, phash
from auditor.index import WorkIndex
from auditor.matching.candidates import CANDIDATE_SIMILARITY, NEIGHBOURS, Candidate, Sighting, find_candidates, tiles
from auditor.matching.comparison import Comparison, compare, outlined
from auditor.matching.registration import Registration
from auditor.media import Frame, Interval, MediaInfo, Progress
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from auditor.report import EvidencePair, Finding

#: Seconds between looks with tiles where the picture does not cut; a cut brings the next look at once.
_TILES_EVERY = 2.0
#: Frames less alike than this (inner product) lie on two sides of a cut.
_CUT_SIMILARITY = 0.5
#: A registered stretch is the same recording if its frames agree this well (median correlation) ...
_COPY_AGREEMENT = 0.75
#: ... and what moves, moves alike: other takes of the same people in the same room stay near 0.
_COPY_MOTION = 0.3
#: Where motion agrees as it does in copies only, captions, blends and grading may have changed the pictures more.
_SURE_MOTION, _SURE_AGREEMENT = 0.7, 0.5
#: Where nothing moves, only the residual speaks: the pictures must then agree much better.
_STILL_AGREEMENT = 0.88
#: Without registration only a descriptor similarity far above chance is worth a reviewer's time. SSCD's authors put 90 %
#: precision for copies at 0.75; from half of that on, unrelated pictures are rare and related ones common.
_SCENE_SIMILARITY = 0.5
#: Shorter stretches are a frame or two of chance.
_MIN_SECONDS = 0.35
#: Candidates compared in one film, strongest first: floods are cut off and said.
_MAX_CANDIDATES = 64


class Matcher:
    """One film against one index."""

    def __init__(self, index: WorkIndex) -> None:
        self._index = index
        self._sightings: list[Sighting] = []
        self._last_vector: NDArray[np.float32] | None = None
        self._last_tiles = -_TILES_EVERY
        self.flooded = False

    def observe(self, frame: Frame) -> None:
        """Look at the next frame; frames come in order of time."""
        if not self._index.info().vectors:
            return
        embedder = self._index.embedder
        vector = embedder.embed([frame.pixels])
        cut = self._last_vector is None or float(vector[0] @ self._last_vector) < _CUT_SIMILARITY
        self._last_vector = vector[0]
        vectors = vector
        if cut or frame.seconds - self._last_tiles >= _TILES_EVERY - 1e-3:
            self._last_tiles = frame.seconds
            vectors = np.concatenate([vector, embedder.embed(tiles(frame.pixels))])
        for hits in self._index.search(vectors, count=NEIGHBOURS, at_least=CANDIDATE_SIMILARITY):
            self._sightings += [Sighting(frame.seconds, hit) for hit in hits]

    def conclude(
        self,
        path: Path,
        info: MediaInfo,
        *,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> tuple[Finding, ...]:
        """Compare the candidates closely; findings in order of time. Raises ``CancelledError``."""
        candidates = find_candidates(self._sightings)
        self.flooded = len(candidates) > _MAX_CANDIDATES
        findings: list[Finding] = []
        for position, candidate in enumerate(candidates[:_MAX_CANDIDATES]):
            if cancelled():
                raise CancelledError(f"{path.name}: the audit was cancelled")
            on_progress(Progress("compare", position, min(len(candidates), _MAX_CANDIDATES), "candidates"))
            if _explained(candidate, findings):
                continue
            finding = _judge(path, info, candidate)
            if finding is not None:
                findings.append(finding)
        return tuple(sorted(findings, key=lambda finding: finding.query.start))


def _explained(candidate: Candidate, findings: list[Finding]) -> bool:
    """Whether a confirmed copy of the same work already covers the candidate's instants."""
    return any(
        finding.work_id == candidate.reference.work_id
        and finding.query.start - 0.5 <= candidate.start
        and candidate.end <= finding.query.end + 0.5
        for finding in findings
    )


def _judge(path: Path, info: MediaInfo, candidate: Candidate) -> Finding | None:
    comparison = compare(path, info, candidate)
    if comparison is None:
        return _unregistered(candidate) if candidate.similarity >= _SCENE_SIMILARITY else None
    is_copy = _is_copy(comparison, still=info.is_still or candidate.reference.info.is_still)
    if not is_copy and candidate.similarity < _SCENE_SIMILARITY:
        return None
    if not info.is_still and comparison.segment.duration < _MIN_SECONDS:
        return None
    return _finding(candidate, comparison, is_copy, info)


def _is_copy(comparison: Comparison, *, still: bool) -> bool:
    """The same recording, or another one of the same scene? A still picture has no motion to tell by."""
    if comparison.motion is None:
        return comparison.agreement >= (_COPY_AGREEMENT if still else _STILL_AGREEMENT)
    if comparison.motion >= _SURE_MOTION:
        return comparison.agreement >= _SURE_AGREEMENT
    return comparison.motion >= _COPY_MOTION and comparison.agreement >= _COPY_AGREEMENT


def _finding(candidate: Candidate, comparison: Comparison, is_copy: bool, info: MediaInfo) -> Finding:
    segment, registration = comparison.segment, comparison.registration
    reference = None
    if not candidate.reference.info.is_still:
        start = max(0.0, segment.start + comparison.offset)
        reference = Interval(start, max(start, segment.end + comparison.offset))
    evidence = tuple(
        EvidencePair(
            query.seconds, outlined(query.pixels, registration.corners()),
            shown.seconds, outlined(shown.pixels, _seen_part(registration)),
            hash_bits=_hash_bits(query, shown, registration),
        )
        for query, shown in comparison.pairs
    )  # fmt: skip
    return Finding(
        kind="copy" if is_copy else "scene",
        query=segment,
        reference=reference,
        work_id=candidate.reference.work_id,
        score=min(1.0, max(0.0, comparison.agreement if is_copy else candidate.similarity)),
        region=registration.region(),
        mirrored=registration.mirrored,
        plain=_sentence(candidate, comparison, is_copy, reference, info),
        curve=comparison.curve,
        evidence=evidence,
    )


def _unregistered(candidate: Candidate) -> Finding:
    title = candidate.reference.title
    return Finding(
        kind="scene",
        query=Interval(candidate.start, candidate.end),
        work_id=candidate.reference.work_id,
        score=min(1.0, candidate.similarity),
        plain=(
            f"Seconds {candidate.start:.1f} to {candidate.end:.1f} resemble “{title}”, but the pictures can't be laid over "
            "each other: another recording, or one that is blurred or changed too much to tell."
        ),
    )


def _sentence(
    candidate: Candidate, comparison: Comparison, is_copy: bool, reference: Interval | None, info: MediaInfo
) -> str:
    segment, title, region = comparison.segment, candidate.reference.title, comparison.registration.region()
    when = "The picture shows" if info.is_still else f"Seconds {segment.start:.1f} to {segment.end:.1f} show"
    source = f" (its seconds {reference.start:.1f} to {reference.end:.1f})" if reference else ""
    share = region.width * region.height
    how = [
        "mirrored" if comparison.registration.mirrored else "",
        f"in {share:.0%} of the frame" if share < 0.9 else "",
    ]
    manner = "".join(f", {part}" for part in how if part)
    if is_copy:
        return f"{when} “{title}”{source}{manner}."
    return f"{when} what “{title}” shows{source}{manner}, but in another recording: what moves differs."


def _seen_part(registration: Registration) -> NDArray[np.float64]:
    """The part of the reference frame that the query shows, as a polygon in reference pixels."""
    query_width, query_height = registration.query_size
    canvas = np.array([[0, 0], [query_width, 0], [query_width, query_height], [0, query_height]], np.float64)
    inverse = cv2.invertAffineTransform(registration.matrix)
    points = canvas @ inverse[:, :2].T + inverse[:, 2]
    if registration.mirrored:
        points = np.column_stack([registration.reference_size[0] - points[:, 0], points[:, 1]])
    return np.asarray(points, np.float64)


def _hash_bits(query: Frame, shown: Frame, registration: Registration) -> int | None:
    """How many of 64 pHash bits differ between the matched region and the reference brought into place."""
    height, width = query.pixels.shape[:2]
    box = registration.region()
    top, left = int(box.y * height), int(box.x * width)
    bottom, right = round((box.y + box.height) * height), round((box.x + box.width) * width)
    if bottom - top < 16 or right - left < 16:
        return None
    warped = registration.warp(shown.pixels)
    return hamming(phash(query.pixels[top:bottom, left:right]), phash(warped[top:bottom, left:right]))
