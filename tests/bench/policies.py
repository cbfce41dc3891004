"""How fast the policies decide, on one core: rules a second with hashing, and a whole decision.

python -m tests.bench.policies [--seconds S]

Peers in the same run: the bare engine (the same compiled expressions over one context, no facts checked, no digests, no
sentences), and the same conditions written as Python closures. Facts are the fixtures of ``policies/``, and a crowded film:
200 matches, 100 people, 200 takes. A *rule evaluation* is one check of one policy asked of one record or of the whole.
"""

import argparse
import copy
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.policy import PolicyBundle
from auditor.policy.document import read_file, read_yaml
from auditor.policy.expressions import Expression, Scope

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"
NOW = datetime(2026, 12, 3, 12, 0, tzinfo=UTC)


def fixture(name: str) -> dict[str, Any]:
    return read_yaml(read_file(POLICIES / "fixtures" / f"{name}.yaml", name), name)


def crowded() -> dict[str, Any]:
    """A cut with as much in it as a feature film may have."""
    document = fixture("cut")
    matches = fixture("import")["matches"]
    document["matches"] = [copy.deepcopy(matches[n % len(matches)]) | {"start": float(n)} for n in range(200)]
    people = fixture("take")["people"]
    document["people"] = [copy.deepcopy(people[n % len(people)]) | {"subject_id": f"s{n}"} for n in range(100)]
    takes = document["generations"]
    document["generations"] = [copy.deepcopy(takes[n % len(takes)]) | {"take_id": f"t{n}"} for n in range(200)]
    return document


def asked(bundle: PolicyBundle, facts: dict[str, Any]) -> int:
    """Rule evaluations that these facts cause: conditions of applicability, filters and checks, each record by itself."""
    count = 0
    few = {name: value for name, value in facts.items() if name not in bundle.facts.record_lists}
    whole = Scope(facts, now=NOW)
    for policy in bundle.applicable(facts["point"], facts.get("territories", []), NOW):
        if policy.applies_when is not None:
            count += 1
            if not policy.applies_when.truth(whole):
                continue
        for check in policy.checks:
            if check.variable is None or check.records is None:
                count += 1
                continue
            for item in facts.get(check.records, []):
                count += 1
                if check.where is not None:
                    count += 1
                    if not check.where.truth(Scope({**few, check.variable: item}, now=NOW)):
                        count -= 1
    return count


def timed(work: Callable[[], Any], seconds: float) -> list[float]:
    """Seconds of each call, for about so long."""
    work()
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(taken) < 5:
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return taken


def bare_engine(bundle: PolicyBundle, seconds: float) -> float:
    """Evaluations a second of compiled expressions over one context that is made once: what the engine alone could do."""
    facts = fixture("take")
    scope = Scope(facts, now=NOW)
    expressions = [
        check.expr
        for policy in bundle.policies
        for check in policy.checks
        if check.variable is None and "take" in policy.points and check.expr.names() <= facts.keys()
    ]

    def work() -> None:
        for expression in expressions:
            expression.truth(scope)

    return len(expressions) / statistics.median(timed(work, seconds))


def closures(seconds: float) -> float:
    """The same kind of question as a Python function, for scale."""
    facts = fixture("take")
    questions: list[Callable[[dict[str, Any]], bool]] = [
        lambda f: f["audit"]["complete"],
        lambda f: f["audit"]["index_current"],
        lambda f: len(f["audit"]["missing_detectors"] or ()) == 0,
        lambda f: len(f["generations"]) > 0,
    ]

    def work() -> None:
        for _ in range(100):
            for question in questions:
                question({**facts, "audit": {"missing_detectors": (), **facts["audit"]}})

    return 400 / statistics.median(timed(work, seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="time for each measurement")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one core
    bundle = PolicyBundle.load(POLICIES)
    rows = []
    cases = {name: fixture(name) for name in ("prompt", "take", "import", "cut", "release")} | {
        "crowded cut": crowded()
    }
    for name, facts in cases.items():
        taken = timed(lambda facts=facts: bundle.decide(facts, at=NOW).sha256(), arguments.seconds)
        evaluations = asked(bundle, facts)
        rows.append(
            {
                "facts": name,
                "policies": len(bundle.applicable(facts["point"], facts.get("territories", []), NOW)),
                "evaluations": evaluations,
                "median_ms": round(statistics.median(taken) * 1e3, 2),
                "p95_ms": round(sorted(taken)[int(len(taken) * 0.95) - 1] * 1e3, 2),
                "evaluations_per_s": round(evaluations / statistics.median(taken)),
            }
        )
    every = sum(row["evaluations"] for row in rows) / sum(row["median_ms"] / 1e3 for row in rows)
    bare = bare_engine(bundle, arguments.seconds)
    document = {
        "policies": len(bundle.policies),
        "rows": rows,
        "evaluations_per_s_over_all": round(every),
        "bare_engine_per_s": round(bare),
        "bare_engine_ratio": round(bare / every, 2),
        "python_closures_per_s": round(closures(arguments.seconds)),
        "compile_ms": round(statistics.median(timed(lambda: Expression("size(a) > 0 && b.c"), 0.5)) * 1e3, 3),
        "load_bundle_ms": round(statistics.median(timed(lambda: PolicyBundle.load(POLICIES), 1.0)) * 1e3, 1),
    }
    if arguments.json:
        print(json.dumps(document, indent=2))
        return
    print(
        f"{document['policies']} policies; one core; decisions with validation, canonical JSON, SHA-256 and sentences"
    )
    for row in rows:
        print(
            f"  {row['facts']:12} {row['policies']:3} policies {row['evaluations']:5} evaluations  "
            f"median {row['median_ms']:8.2f} ms  p95 {row['p95_ms']:8.2f} ms  {row['evaluations_per_s']:7} a second"
        )
    print(
        f"  over all {document['evaluations_per_s_over_all']} a second; the bare engine {document['bare_engine_per_s']}"
    )
    print(f"  (x{document['bare_engine_ratio']}); Python closures {document['python_closures_per_s']} a second")
    print(f"  compiling one expression {document['compile_ms']} ms; loading the bundle {document['load_bundle_ms']} ms")


if __name__ == "__main__":
    main()
