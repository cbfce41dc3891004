"""Asking policies about one set of facts: which apply, what each check says, and what counts where one can't be told."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from auditor.plaintext import plain_text
from auditor.policy.decision import CheckResult
from auditor.policy.document import Check, Policy
from auditor.policy.errors import ExpressionError
from auditor.policy.expressions import Expression, Scope


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


def refusal(check: str, title: str, plain: str) -> CheckResult:
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


class Judge:
    """Asks policies about one set of facts; contexts are made once and used again."""

    def __init__(self, facts: Mapping[str, Any], at: datetime, lists: frozenset[str]) -> None:
        """``lists``: names of the facts that are lists of records, which a check sees one at a time."""
        self._facts = facts
        self._few = {name: value for name, value in facts.items() if name not in lists}
        self._whole = _lazily(lambda: Scope(dict(facts), now=at))
        self._bound: tuple[str, int] | None = None
        self._each = _lazily(lambda: Scope(self._few, now=at))

    def applies(self, policy: Policy) -> bool:
        """Whether the policy's own condition holds; one that can't be told does not."""
        try:
            return policy.applies_when is None or policy.applies_when.truth(self._whole())
        except ExpressionError:
            return False

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
