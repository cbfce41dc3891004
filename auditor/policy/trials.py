"""The tests that stand inside each policy file: facts from ``fixtures/``, changed, and the outcome they must have.

Beyond them every policy owes: a test that it passes and one that it fails, a failure of every check, both answers of every
condition in its expressions, and a legal basis that somebody looked up lately.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from auditor.policy.coverage import PolicyCoverage
from auditor.policy.decision import Decision
from auditor.policy.document import Policy, Trial, read_file, read_yaml
from auditor.policy.errors import PolicyError
from auditor.policy.messages import UNKNOWN

if TYPE_CHECKING:
    from auditor.policy.bundle import PolicyBundle

#: The moment at which a test without ``at`` decides.
DEFAULT_MOMENT = "2026-12-01T12:00:00Z"
#: After so many days a legal basis has to be looked up again: statutes change in sessions of half a year. A house rule.
MAX_CHECKED_DAYS = 180


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One test of one policy; ``plain`` says what went wrong, or ``""``."""

    policy: str
    name: str
    passed: bool
    plain: str = ""


@dataclass(frozen=True, slots=True)
class TrialReport:
    """All tests of a bundle. ``ok`` is true where every test passed and no policy is untested."""

    results: tuple[TrialResult, ...]
    bundle_sha256: str
    #: Branches of each policy's expressions (two a condition) that its tests took, and all that there are.
    coverage: tuple[tuple[str, int, int], ...] = ()

    @property
    def branches(self) -> tuple[int, int]:
        """Branches taken and all branches, over every policy."""
        return sum(taken for _, taken, _ in self.coverage), sum(every for _, _, every in self.coverage)

    @property
    def ok(self) -> bool:
        return bool(self.results) and all(result.passed for result in self.results)

    @property
    def failed(self) -> tuple[TrialResult, ...]:
        return tuple(result for result in self.results if not result.passed)

    def as_dict(self) -> dict[str, Any]:
        """The ``policies test`` document of the command line."""
        return {
            "ok": self.ok,
            "bundle_sha256": self.bundle_sha256,
            "tests": [
                {"policy": result.policy, "name": result.name, "passed": result.passed, "plain": result.plain}
                for result in self.results
            ],
            "coverage": [
                {"policy": policy, "taken": taken, "branches": every} for policy, taken, every in self.coverage
            ],
        }


def _reach(facts: Any, path: str, name: str) -> tuple[Any, str | int]:
    """The container and the last step of a dotted path such as ``matches.0.licence.acts``."""
    *steps, last = path.split(".")
    try:
        for step in steps:
            facts = facts[int(step)] if isinstance(facts, list) else facts[step]
        return facts, int(last) if isinstance(facts, list) else last
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise PolicyError(
            name, "tests", f"the path {path!r} leads nowhere in the fixture", "correct the path"
        ) from error


def _facts(bundle: "PolicyBundle", policy: Policy, trial: Trial) -> dict[str, Any]:
    fixture = f"fixtures/{trial.given}.yaml"
    if bundle.directory is None:
        raise PolicyError(policy.file, "tests", "a bundle of an earlier day has no fixtures", "test today's")
    document = read_yaml(read_file(bundle.directory / fixture, fixture), fixture)
    facts = copy.deepcopy(document)
    for path, value in trial.changes.items():
        holder, last = _reach(facts, path, policy.file)
        holder[last] = copy.deepcopy(value)
    for path in trial.removals:
        holder, last = _reach(facts, path, policy.file)
        try:
            del holder[last]
        except (KeyError, IndexError) as error:
            raise PolicyError(policy.file, "tests", f"there is no {path!r} to remove", "correct the path") from error
    return facts


def _verdict(trial: Trial, decision: Decision | None) -> str:
    """What differs from the expectation, or ``""``."""
    outcome = "not_applicable" if decision is None else decision.outcome
    failed = () if decision is None else decision.failed
    if outcome != trial.expect:
        reasons = "; ".join(check.plain for check in failed[:3])
        return f"expected {trial.expect}, got {outcome}" + (f" ({reasons})" if reasons else "")
    if trial.fails is not None and {check.check for check in failed} != set(trial.fails):
        return f"expected the checks {sorted(trial.fails)} to fail, got {sorted({check.check for check in failed})}"
    if trial.says is not None and not any(trial.says in check.plain for check in failed):
        return f"no sentence contains {trial.says!r}: " + "; ".join(check.plain for check in failed)
    for check in failed:
        if UNKNOWN in check.plain + check.remedy:
            return f"the sentence of {check.check} names a fact that is not there: {check.plain}"
    return ""


def run_trials(bundle: "PolicyBundle", *, today: date) -> TrialReport:
    """Run the tests of every policy, and demand what every policy owes."""
    results: list[TrialResult] = []
    coverage: list[tuple[str, int, int]] = []
    for policy in bundle.policies:
        passing, failing = False, set[str]()
        watched = PolicyCoverage(policy, bundle.facts.record_lists)
        for trial in policy.trials:
            at = datetime.fromisoformat(trial.at or DEFAULT_MOMENT)
            try:
                facts = _facts(bundle, policy, trial)
                decision = bundle.decide_alone(policy, facts, at=at)
                problem = _verdict(trial, decision)
                watched.watch(facts, at)
            except PolicyError as error:
                decision, problem = None, str(error)
            if decision is not None:
                passing = passing or not decision.failed
                failing |= {check.check for check in decision.failed if not check.error}
            results.append(TrialResult(policy.id, trial.name, not problem, problem))
        results += _owed(policy, watched, passing, failing, today)
        coverage.append((policy.id, watched.branches - len(watched.uncovered), watched.branches))
    return TrialReport(tuple(results), bundle.sha256, tuple(coverage))


def _owed(
    policy: Policy, watched: PolicyCoverage, passing: bool, failing: set[str], today: date
) -> Iterator[TrialResult]:
    """What a policy lacks beyond its own tests."""
    if not passing or not failing:
        yield TrialResult(policy.id, "has a test that passes and one that fails", False, "add the missing one")
    if untested := [check.id for check in policy.checks if check.id not in failing]:
        yield TrialResult(policy.id, "every check fails in some test", False, f"never fails: {', '.join(untested)}")
    for branch in watched.uncovered:
        yield TrialResult(policy.id, "every branch is taken in some test", False, branch.plain)
    if policy.status == "retired":
        return
    for basis in policy.basis:
        age = (today - date.fromisoformat(basis.checked)).days
        if age > MAX_CHECKED_DAYS:
            plain = f"{basis.cite} was looked up {age} days ago, more than {MAX_CHECKED_DAYS}: look it up again"
            yield TrialResult(policy.id, "its legal basis was looked up lately", False, plain)
        elif age < 0:
            plain = f"{basis.cite} was looked up on {basis.checked}, which is still to come: write the day it was"
            yield TrialResult(policy.id, "its legal basis was looked up lately", False, plain)
