"""The tests that stand inside each policy file: facts from ``fixtures/``, changed, and the outcome they must have."""

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from auditor.policy.decision import Decision
from auditor.policy.document import Policy, Trial, read_yaml
from auditor.policy.errors import PolicyError
from auditor.policy.messages import UNKNOWN

if TYPE_CHECKING:
    from auditor.policy.bundle import PolicyBundle

#: The moment at which a test without ``at`` decides.
DEFAULT_MOMENT = "2026-12-01T12:00:00Z"


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
    document, _ = read_yaml(bundle.directory / fixture, fixture)
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


def run_trials(bundle: "PolicyBundle") -> TrialReport:
    """Run the tests of every policy, and demand of each one that allows, one that refuses, every check failing once."""
    results: list[TrialResult] = []
    for policy in bundle.policies:
        outcomes: set[str] = set()
        failing: set[str] = set()
        for trial in policy.trials:
            at = datetime.fromisoformat(trial.at or DEFAULT_MOMENT)
            try:
                decision = bundle.decide_alone(policy, _facts(bundle, policy, trial), at=at)
                problem = _verdict(trial, decision)
            except PolicyError as error:
                decision, problem = None, str(error)
            if decision is not None:
                outcomes.add(decision.outcome)
                failing |= {check.check for check in decision.failed if not check.error}
            results.append(TrialResult(policy.id, trial.name, not problem, problem))
        if "allow" not in outcomes or outcomes == {"allow"}:
            results.append(
                TrialResult(policy.id, "has a test that allows and one that refuses", False, "add the missing one")
            )
        if untested := [check.id for check in policy.checks if check.id not in failing]:
            results.append(
                TrialResult(policy.id, "every check fails in some test", False, f"never fails: {', '.join(untested)}")
            )
    return TrialReport(results=tuple(results), bundle_sha256=bundle.sha256)
