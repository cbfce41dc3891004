"""Which registered works does a film show, and when? Observe its frames once, then conclude.

>>> matcher = Matcher(index)                                                        # doctest: +SKIP
>>> for frame in sample_frames(path, fps=5): matcher.observe(frame)                 # doctest: +SKIP
>>> findings = matcher.conclude(path, info)                                         # doctest: +SKIP
"""

from pathlib import Path

import numpy as np

from auditor.errors import CancelledError
from auditor.fingerprints.pdq import MIN_QUALITY, dihedral
from auditor.index import Hit, WorkIndex
from auditor.matching.background import Background, shipped_background
from auditor.matching.candidates import (
    CANDIDATE_SIMILARITY,
    NEIGHBOURS,
    UNRELATED_BITS,
    Candidate,
    Sighting,
    find_candidates,
)
from auditor.matching.comparison import compare
from auditor.matching.footage import Footage
from auditor.matching.judgement import considered, judge
from auditor.matching.likelihood import Calibration, shipped_calibration
from auditor.matching.sampling import ShotSampler
from auditor.media import Frame, MediaInfo, Progress
from auditor.media.tiling import tiles, turned
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from auditor.report import Considered, Finding

#: Seconds between looks with half-size tiles within a shot, and at least between two such looks however often it cuts or
#: an inset comes or goes.
_TILES_EVERY, _TILES_APART = 4.0, 1.0
#: The same for tiles of a third, which cost nearly three times as much.
_FINE_EVERY, _FINE_APART = 8.0, 8.0
#: Grey levels (standard deviation) of a tile of wall or sky: plain tiles are all alike and tell nothing.
_PLAIN = 4.0
#: Bits of 256 by which hashes may differ to make a candidate: six standard deviations (8 bits) below unrelated ones, which
#: differ in 128. Blends and captions differ in 40 to 70, re-encodes in less than 31.
_HASH_BITS = 72
#: Candidates compared in one film, strongest first: floods are cut off and said.
_MAX_CANDIDATES = 64


class Matcher:
    """One film against one index.

    A whole frame finds re-encodes, crops and mirrors; a work that fills only part of the frame (a picture in the picture, a
    screen in the scene) is found by tiles, which cost more and are therefore taken less often.
    """

    def __init__(self, index: WorkIndex) -> None:
        self._index = index
        self._empty = not index.info().vectors
        self._sightings: list[Sighting] = []
        self._calibration = _fitting(shipped_calibration(), index)
        self._background = _fitting(shipped_background(), index)
        self._sampler = ShotSampler()
        self._first: Frame | None = None
        self._last_tiles = self._last_fine = -np.inf
        self._new_shot = self._new_shot_fine = False
        self.flooded = False
        self.frames = 0
        #: Every candidate that was compared closely, found or not: why something matched, and why something did not.
        self.considered: list[Considered] = []

    def observe(self, frame: Frame) -> None:
        """Take the next frame; frames come in order of time, five a second or more; it is chosen here which to look at."""
        self._first = self._first or frame
        look = self._sampler.look(frame)
        if look is None:
            return
        self.frames += 1
        if self._empty:
            return
        embedder = self._index.embedder
        changed = look.cut or look.part
        self._new_shot, self._new_shot_fine = self._new_shot or changed, self._new_shot_fine or changed
        self._compare_hashes(frame)
        pictures = [frame.pixels]
        if self._due(frame.seconds - self._last_tiles, self._new_shot, _TILES_EVERY, _TILES_APART):
            fine = self._due(frame.seconds - self._last_fine, self._new_shot_fine, _FINE_EVERY, _FINE_APART)
            self._last_tiles, self._new_shot = frame.seconds, False
            if fine:
                self._last_fine, self._new_shot_fine = frame.seconds, False
            pictures += [tile for tile in tiles(frame.pixels, fine=fine) if float(tile[::8, ::8].std()) > _PLAIN]
            pictures += turned(frame.pixels) if fine else []
        vectors = embedder.embed(pictures)
        typical = self._background.typicality(vectors) if self._background is not None else np.zeros(len(vectors))
        found = self._index.search(vectors, count=NEIGHBOURS, at_least=CANDIDATE_SIMILARITY)
        for hits, typicality in zip(found, typical, strict=True):
            self._sightings += [Sighting(frame.seconds, hit, float(typicality)) for hit in hits]

    def _compare_hashes(self, frame: Frame) -> None:
        """Hashes see through captions and blends that descriptors do not; the frame in all eight turns of a square."""
        rows = [one.bits for one in dihedral(frame.pixels) if one.quality >= MIN_QUALITY]
        if not rows:
            return
        for hits in self._index.search_hashes(np.stack(rows), at_most_bits=_HASH_BITS, count=NEIGHBOURS):
            self._sightings += [
                Sighting(
                    frame.seconds, Hit(hit.reference, hit.seconds, 1 - hit.bits / UNRELATED_BITS), hash_bits=hit.bits
                )
                for hit in hits
            ]

    @staticmethod
    def _due(elapsed: float, new_shot: bool, every: float, apart: float) -> bool:
        return elapsed >= (apart if new_shot else every) - 1e-3

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
        film = Footage(path, info, self._first)
        findings: list[Finding] = []
        for position, candidate in enumerate(candidates[:_MAX_CANDIDATES]):
            if cancelled():
                raise CancelledError(f"{path.name}: the audit was cancelled")
            on_progress(Progress("compare", position, min(len(candidates), _MAX_CANDIDATES), "candidates"))
            if _explained(candidate, findings):
                continue
            comparison = compare(film, candidate)
            finding = judge(info, candidate, comparison, self._calibration)
            self.considered.append(considered(info, candidate, comparison, finding))
            if finding is not None:
                findings.append(finding)
        return tuple(sorted(findings, key=lambda finding: finding.query.start))


def _fitting[T: (Calibration, Background)](shipped: T | None, index: WorkIndex) -> T | None:
    """What ships was made with one embedder and says nothing about the scores of another."""
    return shipped if shipped is not None and shipped.embedder == index.embedder.identity.name else None


def _explained(candidate: Candidate, findings: list[Finding]) -> bool:
    """Whether a finding about the same work already covers the candidate's instants."""
    return any(
        finding.work_id == candidate.reference.work_id
        and finding.query.start - 0.5 <= candidate.start
        and candidate.end <= finding.query.end + 0.5
        for finding in findings
    )
