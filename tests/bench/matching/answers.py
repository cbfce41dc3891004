"""All answers of one system on one split, and what follows from them; needs no media and no system."""

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from auditor.media import Interval
from tests.bench.matching import metrics
from tests.bench.matching.run import read_lines

Line = dict[str, Any]
#: The stated false-positive rate at which recall is given too.
RATE = 0.01


class Answers:
    """``lines`` of one system, as ``run`` wrote them."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.copies = [line for line in lines if line["kind"] == "copy"]
        self.negatives = [line for line in lines if line["kind"] == "negative"]
        self.hard = [line for line in lines if line["kind"] == "hard negative"]
        self.threshold: float = lines[0]["threshold"]
        self.are_films = lines[0]["medium"] == "videos"

    def right_scores(self, line: Line) -> list[float]:
        works = {truth["reference_id"] for truth in line["truth"]}
        return [c["score"] for c in line["claims"] if c["kind"] == "copy" and c["reference_id"] in works]

    def false_scores(self, lines: list[Line]) -> list[float]:
        found = []
        for line in lines:
            works = {truth["reference_id"] for truth in line["truth"]}
            found += [c["score"] for c in line["claims"] if c["kind"] == "copy" and c["reference_id"] not in works]
        return found

    def strict(self) -> float:
        """The score above which no false claim lies, on negatives of either kind and wrong works of copies."""
        return metrics.strictest_threshold(self.false_scores(self.lines))

    def strict_of_unrelated(self) -> float:
        """The score above which no false claim on an unrelated query lies."""
        return metrics.strictest_threshold(self.false_scores(self.negatives))

    def at_rate(self, rate: float = RATE) -> float:
        """The score above which at most ``rate`` of all negatives (either kind) draw a false claim."""
        worst = sorted(
            (max(self.false_scores([n]), default=-math.inf) for n in self.negatives + self.hard), reverse=True
        )
        allowed = math.floor(rate * len(worst))
        return worst[allowed] if allowed < len(worst) else -math.inf

    def recall(self, threshold: float, *, strictly: bool, lines: list[Line] | None = None) -> tuple[int, int]:
        """(found, asked): copies whose right work is claimed above (``strictly``) or from ``threshold``."""
        chosen = self.copies if lines is None else lines
        found = 0
        for line in chosen:
            best = max(self.right_scores(line), default=-math.inf)
            found += best > threshold if strictly else best >= threshold and best > -math.inf
        return found, len(chosen)

    def by_edit(self) -> dict[str, list[Line]]:
        groups: dict[str, list[Line]] = defaultdict(list)
        for line in self.copies:
            groups[line["edit"]].append(line)
        return groups

    def micro_ap(self) -> float:
        scored = []
        for line in self.lines:
            works = {truth["reference_id"] for truth in line["truth"]}
            scored += [
                metrics.Scored(c["score"], c["reference_id"] in works, (line["trial"], c["reference_id"]))
                for c in line["claims"]
                if c["kind"] == "copy"
            ]
        return metrics.micro_average_precision(scored, sum(len(line["truth"]) for line in self.lines))

    def claims(self, lines: list[Line]) -> list[metrics.Segment]:
        return [
            metrics.Segment(
                (line["trial"], c["reference_id"]), _interval(c["query"]), _interval(c["reference"]), c["score"]
            )
            for line in lines
            for c in line["claims"]
            if c["kind"] == "copy" and c["reference"] is not None
        ]

    def truths(self, lines: list[Line]) -> list[metrics.Segment]:
        return [
            metrics.Segment((line["trial"], t["reference_id"]), _interval(t["query"]), _interval(t["reference"]))
            for line in lines
            for t in line["truth"]
        ]

    def segment_ap(self, edit: str | None = None) -> float:
        """Over everything, or over the copies of one edit together with all negatives."""
        lines = [line for line in self.lines if edit is None or line["kind"] != "copy" or line["edit"] == edit]
        return metrics.segment_average_precision(self.claims(lines), self.truths(lines))

    def boundary_error(self) -> float:
        """Median over starts and ends, of what the system claims from its own threshold on; NaN if it claims nothing."""
        errors: list[float] = []
        for line in self.copies:
            kept = [c for c in self.claims([line]) if c.score >= self.threshold]
            for truth in self.truths([line]):
                errors += metrics.boundary_errors(kept, truth) or ()
        return float(np.median(errors)) if errors else math.nan

    def false_films(self, lines: list[Line]) -> int:
        """Queries with at least one false claim at the system's own threshold."""
        return sum(any(score >= self.threshold for score in self.false_scores([line])) for line in lines)

    def called_scene(self) -> int:
        """Copies that are not claimed as copies, but named as the right work's scene."""
        return sum(
            not self.right_scores(line)
            and any(c["reference_id"] in {t["reference_id"] for t in line["truth"]} for c in line["claims"])
            for line in self.copies
        )

    def hours(self) -> float:
        """Of film without a copy."""
        return float(sum(line["seconds"] for line in self.negatives + self.hard)) / 3600

    def cpu(self) -> float:
        """CPU seconds a minute of film, or a picture."""
        total = float(sum(line["cpu"] for line in self.lines))
        return 60 * total / sum(line["seconds"] for line in self.lines) if self.are_films else total / len(self.lines)

    def failures(self) -> int:
        return sum(line["failure"] is not None for line in self.lines)


def answers_of(path: Path) -> dict[str, Answers]:
    """The answers in a file, by system."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in read_lines(path):
        groups[line["system"]].append(line)
    return {system: Answers(lines) for system, lines in groups.items()}


def _interval(pair: list[float]) -> Interval:
    return Interval(pair[0], max(pair))
