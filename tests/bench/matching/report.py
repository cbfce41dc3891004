"""Tables and plots from the lines of answers; needs no media and no system."""

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from auditor.media import Interval
from tests.bench.matching import metrics
from tests.bench.matching.run import read_lines


def _interval(pair: list[float]) -> Interval:
    return Interval(pair[0], max(pair))


class Answers:
    """All answers of one system on one split."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.lines = lines
        self.copies = [line for line in lines if line["kind"] == "copy"]
        self.negatives = [line for line in lines if line["kind"] == "negative"]
        self.hard = [line for line in lines if line["kind"] == "hard negative"]
        self.threshold = lines[0]["threshold"]

    def right_scores(self, line: dict[str, Any]) -> list[float]:
        works = {truth["reference_id"] for truth in line["truth"]}
        return [c["score"] for c in line["claims"] if c["kind"] == "copy" and c["reference_id"] in works]

    def false_scores(self, lines: list[dict[str, Any]]) -> list[float]:
        found = []
        for line in lines:
            works = {truth["reference_id"] for truth in line["truth"]}
            found += [c["score"] for c in line["claims"] if c["kind"] == "copy" and c["reference_id"] not in works]
        return found

    def strict(self) -> float:
        """The score above which no false claim lies, on negatives of either kind and wrong works of copies."""
        return metrics.strictest_threshold(self.false_scores(self.lines))

    def recall(self, threshold: float, *, strictly: bool, lines: list[dict[str, Any]] | None = None) -> tuple[int, int]:
        chosen = self.copies if lines is None else lines
        found = 0
        for line in chosen:
            best = max(self.right_scores(line), default=-math.inf)
            found += best > threshold if strictly else best >= threshold and best > -math.inf
        return found, len(chosen)

    def by_edit(self) -> dict[str, list[dict[str, Any]]]:
        groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
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

    def claims(self, lines: list[dict[str, Any]]) -> list[metrics.Segment]:
        return [
            metrics.Segment(
                (line["trial"], c["reference_id"]), _interval(c["query"]), _interval(c["reference"]), c["score"]
            )
            for line in lines
            for c in line["claims"]
            if c["kind"] == "copy" and c["reference"] is not None
        ]

    def truths(self, lines: list[dict[str, Any]]) -> list[metrics.Segment]:
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
        errors: list[float] = []
        for line in self.copies:
            kept = [c for c in self.claims([line]) if c.score >= self.threshold]
            for truth in self.truths([line]):
                errors += metrics.boundary_errors(kept, truth) or ()
        return float(np.median(errors)) if errors else math.nan

    def false_films(self, lines: list[dict[str, Any]]) -> int:
        """Queries with at least one false claim at the system's own threshold."""
        return sum(any(score >= self.threshold for score in self.false_scores([line])) for line in lines)

    def hours(self) -> float:
        return sum(line["seconds"] for line in self.negatives + self.hard) / 3600


def answers_of(path: Path) -> dict[str, Answers]:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in read_lines(path):
        groups[line["system"]].append(line)
    return {system: Answers(lines) for system, lines in groups.items()}


def show(path: Path) -> None:
    """The summary of one file of answers on the terminal."""
    console = Console()
    every = answers_of(path)
    table = Table("system", "copies", "negatives", "hard", "found", "found at 0 false", "µAP", "segment AP", "boundary s",
                  "false: plain, hard", "false an hour", "CPU s a query", title=path.stem)  # fmt: skip
    for system, a in every.items():
        found, strict = a.recall(a.threshold, strictly=False), a.recall(a.strict(), strictly=True)
        films = a.lines[0]["medium"] == "videos"
        events = a.false_films(a.negatives) + a.false_films(a.hard)
        rate = metrics.poisson_rate(events, a.hours()) if films else None
        table.add_row(
            system, str(len(a.copies)), str(len(a.negatives)), str(len(a.hard)), f"{found[0] / max(1, found[1]):.3f}",
            f"{strict[0] / max(1, strict[1]):.3f}", f"{a.micro_ap():.3f}", f"{a.segment_ap():.3f}" if films else "",
            f"{a.boundary_error():.2f}" if films else "", f"{a.false_films(a.negatives)}, {a.false_films(a.hard)}",
            f"{rate[0]:.1f} ({rate[1]:.1f} to {rate[2]:.1f})" if rate else "",
            f"{np.mean([line['cpu'] for line in a.lines]):.2f}",
        )  # fmt: skip
    console.print(table)
    edits = list(dict.fromkeys(line["edit"] for a in every.values() for line in a.copies))
    detail = Table("edit", *every, title="found at the system's own threshold / with no false positive")
    for edit in edits:
        row = []
        for a in every.values():
            lines = a.by_edit().get(edit, [])
            own, strict = (
                a.recall(a.threshold, strictly=False, lines=lines),
                a.recall(a.strict(), strictly=True, lines=lines),
            )
            row.append(f"{own[0]}/{own[1]}  {strict[0]}/{strict[1]}")
        detail.add_row(edit, *row)
    console.print(detail)
