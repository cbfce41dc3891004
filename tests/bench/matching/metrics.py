"""The figures: µAP, recall at no false positive and at a stated rate, segment AP, boundary errors, false positives an hour.

Every function takes plain lists, so that each can be checked by hand.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from auditor.media import Interval


@dataclass(frozen=True, slots=True)
class Scored:
    """A claim reduced to what counts: ``right`` if query and work truly belong together, ``pair`` names the two."""

    score: float
    right: bool
    pair: tuple[str, str]


def micro_average_precision(claims: Iterable[Scored], positives: int) -> float:
    """µAP (Perronnin et al., "A family of contextual measures of similarity", 2009; used by the DISC21 and VSC2022
    challenges): precision at each true pair that is found, over all queries in one ranking, divided by all true pairs.
    Claims of one pair count once, by the best score; of equal scores the wrong ones come first."""
    best: dict[tuple[str, str], Scored] = {}
    for claim in claims:
        if claim.pair not in best or claim.score > best[claim.pair].score:
            best[claim.pair] = claim
    ranking = sorted(best.values(), key=lambda claim: (-claim.score, claim.right))
    found, total = 0, 0.0
    for rank, claim in enumerate(ranking, 1):
        if claim.right:
            found += 1
            total += found / rank
    return total / positives if positives else math.nan


def strictest_threshold(false_scores: Iterable[float]) -> float:
    """The score above which no false claim lies: minus infinity if there is none."""
    return max(false_scores, default=-math.inf)


def wilson(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson, "Probable inference, the law of succession, and statistical inference",
    1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, z * z
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    half = z / (1 + square / trials) * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return max(0.0, centre - half), min(1.0, centre + half)


def poisson_rate(events: int, exposure: float, confidence: float = 0.95) -> tuple[float, float, float]:
    """Events for each unit of exposure with the exact interval (Garwood, "Fiducial limits for the Poisson distribution",
    1936)."""
    if exposure <= 0:
        return math.nan, 0.0, math.inf
    tail = (1 - confidence) / 2
    low = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(chi2.ppf(1 - tail, 2 * events + 2)) / 2
    return events / exposure, low / exposure, high / exposure


# -- segments ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """Query seconds and reference seconds that belong together, claimed (with a score) or true."""

    pair: tuple[str, str]
    query: Interval
    reference: Interval
    score: float = 0.0


def union_length(intervals: Iterable[tuple[float, float]]) -> float:
    """Seconds that at least one of the intervals covers."""
    total, end = 0.0, -math.inf
    for start, stop in sorted(intervals):
        if stop > end:
            total += stop - max(start, end)
            end = stop
    return total


def _overlap(one: Interval, other: Interval) -> tuple[float, float] | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return (start, end) if end > start else None


def segment_precision_recall(claims: Sequence[Segment], truths: Sequence[Segment]) -> tuple[float, float]:
    """P = √(Pq·Pr) and R = √(Rq·Rr): the shares of claimed and of true seconds that agree, in the query and in the
    reference. Only claims that meet a truth in both count as agreeing. After He et al., "A large-scale comprehensive
    dataset and copy-overlap aware evaluation protocol for segment-level video copy detection" (VCSL, CVPR 2022)."""
    sums = _Sums(truths)
    for claim in claims:
        sums.add(claim)
    return sums.precision(), sums.recall()


def segment_average_precision(claims: Iterable[Segment], truths: Sequence[Segment]) -> float:
    """Area under precision over recall as claims are admitted by falling score (after the VSC2022 matching track)."""
    sums = _Sums(truths)
    ranking = sorted(claims, key=lambda claim: -claim.score)
    area, before, place = 0.0, 0.0, 0
    while place < len(ranking):
        score = ranking[place].score
        while place < len(ranking) and ranking[place].score == score:
            sums.add(ranking[place])
            place += 1
        recall = sums.recall()
        area += max(0.0, recall - before) * sums.precision()
        before = max(before, recall)
    return area


class _Sums:
    """Lengths summed over all pairs, kept up as claims are added."""

    def __init__(self, truths: Sequence[Segment]) -> None:
        self._truths: dict[tuple[str, str], list[Segment]] = {}
        for truth in truths:
            self._truths.setdefault(truth.pair, []).append(truth)
        self._claims: dict[tuple[str, str], list[Segment]] = {}
        self._parts: dict[tuple[str, str], tuple[float, float, float, float]] = {}
        self._true = [
            sum(union_length((t.query.start, t.query.end) for t in group) for group in self._truths.values()),
            sum(union_length((t.reference.start, t.reference.end) for t in group) for group in self._truths.values()),
        ]
        self._sum = np.zeros(4)  # agreeing and claimed seconds of the query, then of the reference

    def add(self, claim: Segment) -> None:
        group = self._claims.setdefault(claim.pair, [])
        group.append(claim)
        both = [
            (_overlap(c.query, t.query), _overlap(c.reference, t.reference))
            for c in group
            for t in self._truths.get(claim.pair, [])
        ]
        agreeing = [(q, r) for q, r in both if q is not None and r is not None]
        part = (
            union_length(q for q, _ in agreeing),
            union_length((c.query.start, c.query.end) for c in group),
            union_length(r for _, r in agreeing),
            union_length((c.reference.start, c.reference.end) for c in group),
        )
        self._sum += np.subtract(part, self._parts.get(claim.pair, (0.0, 0.0, 0.0, 0.0)))
        self._parts[claim.pair] = part

    def precision(self) -> float:
        agree_q, said_q, agree_r, said_r = self._sum
        return math.sqrt(agree_q / said_q * (agree_r / said_r)) if said_q > 0 and said_r > 0 else 0.0

    def recall(self) -> float:
        true_q, true_r = self._true
        return math.sqrt(self._sum[0] / true_q * (self._sum[2] / true_r)) if true_q > 0 and true_r > 0 else 0.0


def boundary_errors(claims: Sequence[Segment], truth: Segment) -> tuple[float, float] | None:
    """Seconds by which the start and the end in the query are off: of the best-scored claim that meets the truth."""
    meeting = [c for c in claims if c.pair == truth.pair and _overlap(c.query, truth.query) is not None]
    if not meeting:
        return None
    best = max(meeting, key=lambda claim: claim.score)
    return abs(best.query.start - truth.query.start), abs(best.query.end - truth.query.end)
