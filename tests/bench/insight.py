"""Insight held to known truths: how often intervals cover, how often comparisons and findings are wrong, and their power.

    python -m tests.bench.insight [--runs 2000] [--json]

Everything is simulated with fixed seeds. ``coverage`` should be the level or more (0.95, less what chance does to it: twice
the standard error is shown); ``false`` and ``told`` without a difference at most 0.05, looked at after every pair.
"""

import argparse
import json
import sys
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from generator.audience.betting import bounds, evidence_path
from generator.audience.engagement import read_spans
from generator.audience.statistics import difference, mean, median, proportion, proportion_exact, rate, rate_clustered
from generator.audience.survival import watch_through
from tests.generator.audiences import audience, spans

HAZARDS = (0.3, 0.1, 0.1, 0.1, 0.1, 0.1)


def coverage(runs: int, seed: int = 0) -> list[dict[str, Any]]:
    """How often each interval holds the truth."""
    chance = np.random.default_rng(seed)
    rows = []

    def row(name: str, held: list[bool]) -> None:
        share = float(np.mean(held))
        rows.append(
            {"what": name, "runs": len(held), "coverage": share, "two_se": 2 * (0.05 * 0.95 / len(held)) ** 0.5}
        )

    for n in (12, 40):
        shares = chance.uniform(0.03, 0.97, runs)
        found = [proportion(int(chance.binomial(n, p)), n) for p in shares]
        row(f"Wilson, n = {n}, any share", [one.low <= p <= one.high for one, p in zip(found, shares, strict=True)])
        for p in (0.1, 0.5):
            exact = [proportion_exact(int(chance.binomial(n, p)), n) for _ in range(runs)]
            row(f"Clopper-Pearson, n = {n}, share {p}", [one.low <= p <= one.high for one in exact])
        apart = [difference((int(chance.binomial(n, 0.7)), n), (int(chance.binomial(n, 0.4)), n)) for _ in range(runs)]
        row(f"Newcombe, n = {n}, 0.7 - 0.4", [one.low <= 0.3 <= one.high for one in apart])
        middles = [median(chance.exponential(1.0, n)) for _ in range(runs)]
        row(f"median, n = {n}, exponential", [one.low <= np.log(2) <= one.high for one in middles])
        skewed = [mean(chance.beta(4, 0.5, n), lowest=0.0, highest=1.0) for _ in range(min(runs, 500))]
        row(f"mean by betting, n = {n}, Beta(4, 0.5)", [one.low <= 4 / 4.5 <= one.high for one in skewed])
        t_held = []
        for _ in range(runs):
            values = chance.beta(4, 0.5, n)
            reach = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / n**0.5
            t_held.append(bool(abs(values.mean() - 4 / 4.5) <= reach))
        row(f"(Student's t, n = {n}, Beta(4, 0.5), for comparison)", t_held)
    counts = [rate(int(chance.poisson(3.0)), 10.0, people=20) for _ in range(runs)]
    row("Garwood, 3 expected", [one.low <= 0.3 <= one.high for one in counts])
    for n, spread in ((30, 0.0), (30, 2.0), (100, 2.0)):
        held, poisson = [], []
        for _ in range(runs):
            minutes = chance.uniform(0.5, 3.0, n)
            own = chance.gamma(1 / spread, spread, n) if spread else np.ones(n)
            events = chance.poisson(0.4 * own * minutes)
            one = rate_clustered(list(events), list(minutes))
            held.append(one.low <= 0.4 <= one.high)
            other = rate(int(events.sum()), float(minutes.sum()), people=n)
            poisson.append(other.low <= 0.4 <= other.high)
        row(f"rate by viewer, n = {n}, spread {spread:g}", held)
        row(f"(Garwood of all events, n = {n}, spread {spread:g}, for comparison)", poisson)
    for n, running in ((25, 0.0), (25, 0.3), (100, 0.3)):
        truths = {45.0: float(np.exp(-0.3 * 0.5 - 0.1 * 0.25)), 120.0: float(np.exp(-0.3 * 0.5 - 0.1 * 1.5))}
        curves = [watch_through(audience(chance, n, HAZARDS, running=running)) for _ in range(runs)]
        for moment, truth in truths.items():
            steps = [one.at(moment) for one in curves]
            row(
                f"watch-through at {moment:.0f} s, n = {n}, {running:.0%} running",
                [one.low <= truth <= one.high for one in steps],
            )
    paths = []
    for _ in range(min(runs, 400)):
        values = chance.binomial(1, 0.7, 120).astype(float)
        looked = [bounds(list(values[:seen]), alpha=0.05) for seen in range(5, 121, 5)]
        paths.append(all(low <= 0.7 <= high for low, high in looked))
    row("confidence sequence, looked at 24 times, all at once", paths)
    return rows


def comparisons(runs: int, seed: int = 1) -> list[dict[str, Any]]:
    """Tests of two arms that are looked at after every pair, up to 300 pairs; Fisher's test peeked at beside it."""
    chance = np.random.default_rng(seed)
    rows = []
    for one, other in ((0.5, 0.5), (0.8, 0.8), (0.1, 0.1), (0.5, 0.7), (0.8, 0.9)):
        told, naive, needed = [], [], []
        for _ in range(runs):
            first, second = chance.binomial(1, one, 300), chance.binomial(1, other, 300)
            path = evidence_path((1 + second - first) / 2, against=0.5)
            over = np.flatnonzero(path >= 20)
            told.append(len(over) > 0)
            needed.append(int(over[0]) + 1 if len(over) else 301)
            n = np.arange(1, 301)
            shares = np.cumsum(first) / n, np.cumsum(second) / n
            pooled = (shares[0] + shares[1]) / 2
            z = np.abs(shares[1] - shares[0]) / np.sqrt(np.maximum(2 * pooled * (1 - pooled) / n, 1e-12))
            naive.append(bool((z[9:] > 1.96).any()))
        rows.append(
            {
                "what": f"finishing {one:g} against {other:g}",
                "runs": runs,
                "told": float(np.mean(told)),
                "median_pairs": float(np.median(needed)),
                "z_test_peeked_at": float(np.mean(naive)),
                "truth": "none" if one == other else "apart",
            }
        )
    told = []
    for _ in range(runs):
        first, second = chance.beta(2, 1, 300), chance.beta(2, 1, 300)
        told.append(bool((evidence_path((1 + second - first) / 2, against=0.5) >= 20).any()))
    rows.append({"what": "share watched, both Beta(2, 1)", "runs": runs, "told": float(np.mean(told)), "truth": "none"})
    return rows


def findings(runs: int, seed: int = 2) -> list[dict[str, Any]]:
    """How often a film in which nothing stands out yields a finding, and how often a true one is found. With rewinds that
    some viewers make far more often than others."""
    chance = np.random.default_rng(seed)
    rows = []
    for name, n, hazards in (
        ("nothing stands out", 40, (0.2,) * 6),
        ("nothing stands out", 150, (0.2,) * 6),
        ("scene 1 is left five times as often", 40, (0.75, *(0.15,) * 5)),
        ("scene 1 is left five times as often", 150, (0.75, *(0.15,) * 5)),
    ):
        any_false, found = [], []
        for _ in range(runs):
            readings = read_spans(audience(chance, n, hazards, rewind_rate=0.5, spread=2.0), spans())
            standing = [(one.measure, one.span) for row in readings for one in row.measures if one.stands]
            true = [one for one in standing if hazards[0] > hazards[1] and one == ("left", "scene-1")]
            found.append(bool(true))
            any_false.append((len(standing) - len(true)) / max(1, len(standing)))
        rows.append(
            {
                "what": f"{name}, n = {n}",
                "runs": runs,
                "false": float(np.mean(any_false)),
                "found": float(np.mean(found)) if hazards[0] > hazards[1] else None,
            }
        )
    return rows


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    report = {
        "coverage": coverage(asked.runs),
        "comparisons": comparisons(asked.runs),
        "findings": findings(max(50, asked.runs // 4)),
    }
    if asked.json:
        print(json.dumps(report, indent=1))
        return 0
    console = Console(width=130)
    for name, rows in report.items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        table = Table(*columns, title=name)
        for row in rows:
            table.add_row(
                *(
                    f"{row.get(key):.3f}" if isinstance(row.get(key), float) else str(row.get(key, ""))
                    for key in columns
                )
            )
        console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
