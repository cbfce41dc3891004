"""From similar frames to stretches worth a closer look: tiles of the query, offset votes, contiguous runs.

A whole frame finds re-encodes, crops and mirrors; a work that fills only part of the frame (picture in picture, a screen
in the scene) is found by tiles, which cost more and are therefore taken less often.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.index import Hit, Reference

#: Similarity from which a frame is a candidate. Unrelated photographs stay below 0.17 and heavy edits (half-size picture
#: in picture, 50 % blends) reach down to it; registration sorts out what this lets through.
CANDIDATE_SIMILARITY = 0.28
#: Instants of the corpus that one frame may point at.
NEIGHBOURS = 12
#: Width in seconds of an offset vote. References are sampled twice a second, so a true offset is off by up to 0.5 s.
_OFFSET_BIN = 1.0
#: Offsets tried for each run, most voted first; a true copy of any length is among the first few.
_OFFSETS_TRIED = 16
#: Runs of one registered file looked at in one query: a clip reused more often than this is stopped by the first ones.
_RUNS_PER_ASSET = 24
#: A gap this long within one run is bridged: frames with a hand before the lens, a flash, a caption.
_BRIDGE = 2.1


@dataclass(frozen=True, slots=True)
class Sighting:
    """A query instant and a registered instant that it resembles."""

    seconds: float
    hit: Hit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of the query that may show ``reference`` shifted by ``offset`` (reference seconds minus query seconds)."""

    reference: Reference
    start: float
    end: float
    offset: float
    similarity: float
    votes: int


def tiles(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Nine overlapping half-size tiles of a picture (height, width, 3): where a picture in picture would lie."""
    height, width = pixels.shape[:2]
    tall, wide = max(1, height // 2), max(1, width // 2)
    return [
        pixels[top : top + tall, left : left + wide]
        for top in (0, (height - tall) // 2, height - tall)
        for left in (0, (width - wide) // 2, width - wide)
    ]


def find_candidates(sightings: Sequence[Sighting]) -> list[Candidate]:
    """Group sightings of one registered file that agree on an offset into contiguous stretches, strongest first."""
    by_asset: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_asset[sighting.hit.reference.work_id, sighting.hit.reference.asset_sha256].append(sighting)
    candidates: list[Candidate] = []
    for group in by_asset.values():
        remaining = group
        for _ in range(_RUNS_PER_ASSET):
            if not remaining:
                break
            candidate, remaining = _strongest(remaining)
            candidates.append(candidate)
    return sorted(candidates, key=lambda c: c.votes * c.similarity, reverse=True)


def _strongest(group: list[Sighting]) -> tuple[Candidate, list[Sighting]]:
    """The run of sightings with the greatest summed similarity for one offset, and what is left without it."""
    reference = group[0].hit.reference
    still = reference.info.is_still
    best: list[Sighting] = []
    for centre in [0.0] if still else _likely_offsets(group):
        agreeing = group if still else [s for s in group if abs(_offset(s) - centre) <= _OFFSET_BIN / 2]
        for run in _runs(agreeing):
            if sum(s.hit.similarity for s in run) > sum(s.hit.similarity for s in best):
                best = run
    offset = 0.0 if still else float(np.average([_offset(s) for s in best], weights=[s.hit.similarity for s in best]))
    start, end = best[0].seconds, best[-1].seconds
    candidate = Candidate(reference, start, end, offset, max(s.hit.similarity for s in best), len(best))
    # Sightings of the same instants at other offsets (a static shot resembles itself all along) belong to this run.
    return candidate, [s for s in group if not start <= s.seconds <= end]


def _likely_offsets(group: list[Sighting]) -> list[float]:
    """The offsets with the most votes, in steps of half a bin."""
    votes: Counter[int] = Counter()
    step = _OFFSET_BIN / 2
    for sighting in group:
        votes[round(_offset(sighting) / step)] += 1
    return [position * step for position, _ in votes.most_common(_OFFSETS_TRIED)]


def _offset(sighting: Sighting) -> float:
    return sighting.hit.seconds - sighting.seconds


def _runs(sightings: list[Sighting]) -> list[list[Sighting]]:
    """Split into runs without a gap; of several sightings at one instant the most similar counts."""
    best: dict[float, Sighting] = {}
    for sighting in sightings:
        if sighting.seconds not in best or sighting.hit.similarity > best[sighting.seconds].hit.similarity:
            best[sighting.seconds] = sighting
    runs: list[list[Sighting]] = []
    for seconds in sorted(best):
        if runs and seconds - runs[-1][-1].seconds <= _BRIDGE:
            runs[-1].append(best[seconds])
        else:
            runs.append([best[seconds]])
    return runs
