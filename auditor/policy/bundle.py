"""A directory of policies, loaded whole or not at all, and what it decides about facts.

::

    bundle = PolicyBundle.load(Path("policies"))
    decision = bundle.decide(facts.as_facts(), at=datetime.now(UTC))
    decision.outcome                                  # "allow" only where every applicable check is literally true

Same facts, same bundle, same moment: the same bytes (``decision.sha256()``), which is how a decision is replayed.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import rfc8785

from auditor.canonical import canonical_json, sha256_json
from auditor.errors import BadInputError
from auditor.plaintext import plain_text
from auditor.policy import schema
from auditor.policy.complaints import complaint
from auditor.policy.decision import CheckResult, Decision, Outcome, gravest
from auditor.policy.document import Check, Policy, load_policy
from auditor.policy.errors import ExpressionError, PolicyError
from auditor.policy.expressions import ENGINE as EXPRESSIONS
from auditor.policy.expressions import Expression, Scope
from auditor.policy.facts import POINTS
from auditor.policy.territories import reaches

if TYPE_CHECKING:
    from auditor.policy.trials import TrialReport

#: Name and version of what decides; part of every decision, because a replay needs the same one.
ENGINE = f"reelproof-policy 1; {EXPRESSIONS}"
#: Largest set of facts in bytes of canonical JSON.
MAX_FACTS_BYTES = 2 * 1024 * 1024
#: Folders of a bundle that hold no policies.
_APART = ("schema", "fixtures")


@cache
def _facts_validator(point: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema.point_schema(point))


def _complaint(facts: Mapping[str, Any]) -> str | None:
    """What is wrong with the facts as a document, in one clause, or ``None``."""
    point = facts.get("point")
    if not isinstance(point, str) or point not in POINTS:
        return f"`point` is {plain_text(repr(point), 60)}, not one of {', '.join(POINTS)}"
    if (found := complaint(_facts_validator(point).iter_errors(facts))) is None:
        return None
    return f"{found[0] or 'the document'}: {found[1]}"


def _segment(item: Any) -> tuple[float, float] | None:
    if not isinstance(item, Mapping):
        return None
    start, end = item.get("start"), item.get("end")
    return (float(start), float(end)) if isinstance(start, int | float) and isinstance(end, int | float) else None


def _about(item: Any) -> str | None:
    if isinstance(item, Mapping):
        for key in ("work_id", "subject_id", "take_id"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return None


@dataclass(frozen=True, slots=True)
class PolicyBundle:
    """Every policy of a directory and the digest of them all."""

    policies: tuple[Policy, ...]
    sha256: str
    directory: Path

    @classmethod
    def load(cls, directory: Path) -> "PolicyBundle":
        """Load ``directory/AREA/NAME.yaml``. Raises ``PolicyError`` at the first file that is wrong: all or nothing."""
        directory = Path(directory)
        if not directory.is_dir():
            raise PolicyError(
                str(directory), "directory", "it does not exist", "pass the directory that holds the policies"
            )
        names = sorted(
            path.relative_to(directory).as_posix()
            for pattern in ("*.yaml", "*/*.yaml", "*.yml", "*/*.yml")
            for path in directory.glob(pattern)
            if path.relative_to(directory).parts[0] not in _APART
        )
        policies = tuple(load_policy(directory / name, name) for name in names)
        if not policies:
            raise PolicyError(str(directory), "directory", "it holds no policy", "add AREA/NAME.yaml files")
        listing = {policy.file: policy.sha256 for policy in policies}
        digest = sha256_json({"policies": listing, "facts_schema": sha256_json(schema.facts_schema())})
        return cls(policies=policies, sha256=digest, directory=directory)

    def applicable(self, point: str, territories: list[str], at: datetime) -> tuple[Policy, ...]:
        """The policies in effect at this point, moment and place, before ``applies_when`` is asked."""
        return tuple(
            policy
            for policy in self.policies
            if point in policy.points and policy.in_effect(at) and reaches(policy.jurisdictions, territories)
        )

    def decide(self, facts: Mapping[str, Any], *, at: datetime) -> Decision:
        """Judge the facts as of ``at`` (an aware datetime).

        Whatever can't be judged is not allowed: facts that break the schema, expressions that fail and points that no
        policy covers end in ``block`` (or the policy's ``on_error``). Raises ``BadInputError`` only where the facts
        have no canonical JSON, so that no digest could stand in the record.
        """
        return self._decide(self.policies, facts, at)

    def decide_alone(self, policy: Policy, facts: Mapping[str, Any], *, at: datetime) -> Decision | None:
        """What one policy says by itself, whatever its status; ``None`` where it does not apply. For its own tests."""
        decision = self._decide((policy,), facts, at)
        return None if decision.checks and decision.checks[0].check == "covered" else decision

    def test(self) -> "TrialReport":
        """Run every policy's own tests against the bundle's fixtures."""
        from auditor.policy.trials import run_trials

        return run_trials(self)

    def _decide(self, policies: tuple[Policy, ...], facts: Mapping[str, Any], at: datetime) -> Decision:
        if at.tzinfo is None:
            raise BadInputError(
                "the moment of a decision needs a time zone: pass an aware datetime, UTC for preference"
            )
        at = at.astimezone(UTC)
        try:
            canonical = canonical_json(dict(facts))
        except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError, TypeError) as error:
            raise BadInputError(f"these facts can't be recorded: {error}") from error
        results: list[CheckResult] = []
        asked: list[str] = []
        complaint = _complaint(facts)
        if len(canonical) > MAX_FACTS_BYTES:
            complaint = f"they are {len(canonical)} bytes long, more than {MAX_FACTS_BYTES}"
        if complaint is not None:
            results.append(
                _refusal("valid", "The facts are complete and well-formed", f"The facts can't be judged: {complaint}.")
            )
        else:
            chosen = PolicyBundle(policies, self.sha256, self.directory).applicable(
                facts["point"], list(facts.get("territories", [])), at
            )
            judge = _Judge(facts, at)
            for policy in chosen:
                if answers := list(judge.ask(policy)):
                    asked.append(f"{policy.id}@{policy.version}")
                    results.extend(answers)
            if not results:
                results.append(
                    _refusal(
                        "covered",
                        "A policy covers this step",
                        f"No policy judged this {facts['point']}: nothing vouches for it.",
                    )
                )
        outcome: Outcome = gravest([result.severity for result in results if not result.passed])
        return Decision(
            outcome=outcome,
            point=str(facts.get("point", ""))[:40],
            at=at,
            checks=tuple(results),
            facts_sha256=hashlib.sha256(canonical).hexdigest(),
            bundle_sha256=self.sha256,
            engine=ENGINE,
            policies=tuple(asked),
        )


def _refusal(check: str, title: str, plain: str) -> CheckResult:
    return CheckResult(
        policy="engine/facts",
        version=1,
        check=check,
        title=title,
        severity="block",
        passed=False,
        plain=plain,
        cite="House rule: no verdict without evidence",
        remedy="Build the facts again with auditor.policy.facts; policies/schema/facts.json says what they hold.",
        who_can_fix="the studio's engineers",
        error=True,
    )


class _Judge:
    """Asks policies about one set of facts; contexts are made once and used again."""

    def __init__(self, facts: Mapping[str, Any], at: datetime) -> None:
        self._facts = facts
        lists = schema.record_lists()
        self._few = {name: value for name, value in facts.items() if name not in lists}
        self._whole = _lazily(lambda: Scope(dict(facts), now=at))
        self._bound: tuple[str, int] | None = None
        self._each = _lazily(lambda: Scope(self._few, now=at))

    def ask(self, policy: Policy) -> Iterator[CheckResult]:
        """The results of a policy's checks; none where it does not apply."""
        if policy.applies_when is not None:
            try:
                if not policy.applies_when.truth(self._whole()):
                    return
            except ExpressionError as error:
                yield _result(
                    policy, policy.checks[0], self._facts, error=f"whether it applies could not be told ({error})"
                )
                return
        for check in policy.checks:
            yield from self._check(policy, check)

    def _check(self, policy: Policy, check: Check) -> Iterator[CheckResult]:
        if check.variable is None or check.records is None:
            yield self._answer(policy, check, check.expr, self._whole, self._facts)
            return
        items = self._facts.get(check.records)
        if not isinstance(items, list | tuple):
            yield _result(policy, check, self._facts, error=f"the facts lack `{check.records}`")
            return
        failed = False
        for index, item in enumerate(items):
            values = {**self._few, check.variable: item}
            place = f"{check.records}[{index}]"
            try:
                if self._bound != (
                    check.variable,
                    id(item),
                ):  # binding copies the record: once an item, not once a check
                    self._each().bind(check.variable, item)
                    self._bound = (check.variable, id(item))
                if check.where is not None and not check.where.truth(self._each()):
                    continue
            except (ExpressionError, ValueError, TypeError, OverflowError) as error:
                failed = True
                yield _result(policy, check, values, item=item, place=place, error=str(error))
                continue
            answer = self._answer(policy, check, check.expr, self._each, values, item=item, place=place)
            if not answer.passed:
                failed = True
                yield answer
        if not failed:
            yield _result(policy, check, self._facts, passed=True)

    @staticmethod
    def _answer(
        policy: Policy,
        check: Check,
        expression: Expression,
        scope: "Callable[[], Scope]",
        values: Mapping[str, Any],
        *,
        item: Any = None,
        place: str | None = None,
    ) -> CheckResult:
        try:
            truth = expression.truth(scope())
        except (ExpressionError, ValueError, TypeError, OverflowError) as error:
            return _result(policy, check, values, item=item, place=place, error=str(error))
        return _result(policy, check, values, item=item, place=place, passed=truth)


def _lazily(make: Callable[[], Scope]) -> Callable[[], Scope]:
    made: list[Scope] = []

    def get() -> Scope:
        if not made:
            made.append(make())
        return made[0]

    return get


def _result(
    policy: Policy,
    check: Check,
    values: Mapping[str, Any],
    *,
    passed: bool = False,
    item: Any = None,
    place: str | None = None,
    error: str | None = None,
) -> CheckResult:
    if error is not None:
        plain = f"'{check.title}' could not be checked: {plain_text(error, 200)}."
        remedy = "Supply the missing fact, then decide again; until then it counts as not passed."
    else:
        plain = f"{check.title if passed else check.plain.render(values)}."
        remedy = "" if passed else check.remedy.render(values)
    return CheckResult(
        policy=policy.id,
        version=policy.version,
        check=check.id,
        title=check.title,
        severity=policy.on_error if error is not None else check.severity,
        passed=passed,
        plain=plain,
        cite=policy.cite,
        remedy=remedy,
        who_can_fix="" if passed else check.who_can_fix,
        segment=None if passed else _segment(item),
        item=None if passed else place,
        about=None if passed else _about(item),
        error=error is not None,
        overridable=not passed and error is None and policy.override.allowed,
    )
