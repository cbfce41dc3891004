"""Which registered works does a film show, and when? Observe its frames once, then conclude.

>>> matcher = Matcher(index)                                                        # doctest: +SKIP
>>> for frame in sample_frames(path, fps=2): matcher.observe(frame)                 # doctest: +SKIP
>>> findings = matcher.conclude(path, info)                                         # doctest: +SKIP
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.errors import CancelledError
from auditor.index import WorkIndex
from auditor.matching.candidates import CANDIDATE_SIMILARITY, NEIGHBOURS, Candidate, Sighting, find_candidates, tiles
from auditor.matching.comparison import compare
from auditor.matching.judgement import judge
from auditor.media import Frame, MediaInfo, Progress
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from auditor.report import Finding

#: Seconds between looks with half-size tiles where the picture does not cut; a cut brings the next look at once.
_TILES_EVERY = 2.0
#: Seconds between looks with tiles of a third: small pictures in the picture stay longer than they are looked for.
_FINE_TILES_EVERY = 6.0
#: Frames less alike than this (inner product) lie on two sides of a cut.
_CUT_SIMILARITY = 0.5
#: Candidates compared in one film, strongest first: floods are cut off and said.
_MAX_CANDIDATES = 64


class Matcher:
    """One film against one index."""

    def __init__(self, index: WorkIndex) -> None:
        self._index = index
        self._sightings: list[Sighting] = []
        self._last_vector: NDArray[np.float32] | None = None
        self._last_tiles = self._last_fine = -np.inf
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
            fine = cut or frame.seconds - self._last_fine >= _FINE_TILES_EVERY - 1e-3
            self._last_tiles = frame.seconds
            self._last_fine = frame.seconds if fine else self._last_fine
            vectors = np.concatenate([vector, embedder.embed(tiles(frame.pixels, fine=fine))])
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
            finding = judge(info, candidate, compare(path, info, candidate))
            if finding is not None:
                findings.append(finding)
        return tuple(sorted(findings, key=lambda finding: finding.query.start))


def _explained(candidate: Candidate, findings: list[Finding]) -> bool:
    """Whether a finding about the same work already covers the candidate's instants."""
    return any(
        finding.work_id == candidate.reference.work_id
        and finding.query.start - 0.5 <= candidate.start
        and candidate.end <= finding.query.end + 0.5
        for finding in findings
    )
