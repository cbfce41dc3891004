"""From similar frames to stretches worth a closer look: votes for a time line, contiguous runs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auditor.index import Hit, Reference
from auditor.matching.lines import RATES, UNUSUAL_ADVANTAGE, Line

#: Similarity from which a frame is a candidate. Unrelated photographs stay below 0.17 and heavy edits (small pictures in
#: the picture, 50 % blends) reach down to 0.24; registration sorts out what this lets through.
CANDIDATE_SIMILARITY = 0.24
#: Bits of 256 in which the hashes of unrelated pictures differ on average.
UNRELATED_BITS = 128
#: Bits in which near hashes may differ: of 48,000 unrelated pairs, in eight turns each, none differed in less than 84.
NEAR_BITS = 64
#: Instants of the corpus that one frame may point at.
NEIGHBOURS = 12
#: Width in seconds of a vote. References are sampled twice a second, so a true line is off by up to 0.5 s.
_BIN = 1.0
#: Lines tried for each run, most voted first; a true copy of any length is among the first few.
_LINES_TRIED = 16
#: Fewer sightings than this can't tell a changed speed from chance.
_MIN_VOTES_FOR_RATE = 4
#: Runs of one registered file looked at in one query: a clip reused more often than this is stopped by the first ones.
_RUNS_PER_ASSET = 24
#: A gap this long within one run is bridged: frames with a hand before the lens, a flash, a caption.
_BRIDGE = 2.1


@dataclass(frozen=True, slots=True)
class Sighting:
    """A query instant and a registered instant that it resembles; ``typicality`` is how alike it is to anything at all.

    ``hash_bits``: seen by hashes that differ in so many bits of 256; ``hit.similarity`` is then on their scale, 1 at no bit
    and 0 at unrelated ones.
    """

    seconds: float
    hit: Hit
    typicality: float = 0.0
    hash_bits: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of the query that may show ``reference`` along ``line``; ``rate_known`` if enough frames told its rate.

    ``similarity`` is the best of its descriptors, 0 if none saw it; ``hash_bits`` the fewest in which hashes differ.
    """

    reference: Reference
    start: float
    end: float
    line: Line
    similarity: float
    votes: int
    rate_known: bool = False
    typicality: float = 0.0
    hash_bits: int | None = None

    @property
    def hashes_are_near(self) -> bool:
        """Whether hashes alone make it more than chance."""
        return self.hash_bits is not None and self.hash_bits <= NEAR_BITS


def find_candidates(sightings: Sequence[Sighting]) -> list[Candidate]:
    """Group sightings of one registered file that agree on a line into contiguous stretches, strongest first."""
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
    return sorted(candidates, key=lambda c: c.votes * max(c.similarity, _like(c.hash_bits)), reverse=True)


def _like(hash_bits: int | None) -> float:
    return 0.0 if hash_bits is None else 1 - hash_bits / UNRELATED_BITS


def _strongest(group: list[Sighting]) -> tuple[Candidate, list[Sighting]]:
    """The run of sightings with the greatest summed similarity for one line, and what is left without it."""
    reference = group[0].hit.reference
    if reference.info.is_still:
        run, line = max(_runs(group), key=_weight), Line(1.0, 0.0)
    else:
        run, line = _along_a_line(group)
    start, end = run[0].seconds, run[-1].seconds
    beside = [s for s in group if start <= s.seconds <= end and _near(line, s)]
    bits = [s.hash_bits for s in beside if s.hash_bits is not None]
    described = [s for s in beside if s.hash_bits is None]
    most = max(described, key=lambda sighting: sighting.hit.similarity, default=None)
    candidate = Candidate(
        reference, start, end, line, most.hit.similarity if most else 0.0, len(run),
        rate_known=len(run) >= 2 * _MIN_VOTES_FOR_RATE, typicality=most.typicality if most else 0.0,
        hash_bits=min(bits, default=None),
    )  # fmt: skip
    # Sightings of the same instants on other lines (a static shot resembles itself all along) belong to this run.
    return candidate, [s for s in group if not start <= s.seconds <= end]


def _near(line: Line, sighting: Sighting) -> bool:
    reference = sighting.hit.reference
    return reference.info.is_still or abs(sighting.hit.seconds - line.at(sighting.seconds)) <= _BIN


def _along_a_line(group: list[Sighting]) -> tuple[list[Sighting], Line]:
    """The best run along any line; equal speed wins unless another explains clearly more with enough sightings."""
    seconds = np.array([s.seconds for s in group])
    shown = np.array([s.hit.seconds for s in group])
    weights = np.array([s.hit.similarity for s in group])
    plain: tuple[float, list[Sighting], Line] = (-1.0, [], Line(1.0, 0.0))
    other = plain
    distinct = len(set(seconds.tolist()))
    for rate in RATES:
        usual = rate == 1.0
        if not usual and distinct < _MIN_VOTES_FOR_RATE:
            continue
        offsets = shown - rate * seconds
        for centre in _likely(offsets, weights, _LINES_TRIED if usual else 2):
            near = np.flatnonzero(np.abs(offsets - centre) <= _BIN / 2)
            for run in _runs([group[i] for i in near]):
                weight = _weight(run)
                if usual and weight > plain[0]:
                    plain = (weight, run, _fitted(run, 1.0))
                elif not usual and len(run) >= _MIN_VOTES_FOR_RATE and weight > other[0]:
                    other = (weight, run, _fitted(run, float(rate)))
    _, run, line = other if other[0] > plain[0] * UNUSUAL_ADVANTAGE else plain
    return run, line


def _weight(run: Sequence[Sighting]) -> float:
    return sum(sighting.hit.similarity for sighting in run)


def _fitted(run: Sequence[Sighting], rate: float) -> Line:
    weights = [s.hit.similarity for s in run]
    return Line(rate, float(np.average([s.hit.seconds - rate * s.seconds for s in run], weights=weights)))


def _likely(offsets: NDArray[np.float64], weights: NDArray[np.float64], count: int) -> list[float]:
    """The offsets with the most weight, in steps of half a bin."""
    step = _BIN / 2
    bins = np.round(offsets / step).astype(np.int64)
    positions, inverse = np.unique(bins, return_inverse=True)
    votes = np.bincount(inverse, weights=weights)
    return [float(positions[i] * step) for i in np.argsort(-votes, kind="stable")[:count]]


def _runs(sightings: Sequence[Sighting]) -> list[list[Sighting]]:
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
