"""Asking policies about one set of facts: which apply, what each check says, and what counts where one can't be told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from auditor.plaintext import plain_text
from auditor.policy.decision import CheckResult
from auditor.policy.document import Check, Policy
from auditor.policy.errors import ExpressionError
from auditor.policy.expressions import Scope

#: What an evaluation may raise; each of them counts as not passed.
_UNTOLD = (ExpressionError, ValueError, TypeError, OverflowError)
#: A record's place in its list, and why it could not be told whether it passes, if it could not.
_Refused = tuple[int, str | None]


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
    """Asks policies about one set of facts.

    Binding a record copies it into the engine, which costs more than asking about it: each record is bound once, and every
    check of every policy that looks at such records is asked then.
    """

    def __init__(self, facts: Mapping[str, Any], at: datetime, lists: frozenset[str]) -> None:
        """``lists``: names of the facts that are lists of records, which a check sees one at a time."""
        self._facts, self._at = facts, at
        self._few = {name: value for name, value in facts.items() if name not in lists}
        self._scope: Scope | None = None

    def _whole(self) -> Scope:
        if self._scope is None:
            self._scope = Scope(dict(self._facts), now=self._at)
        return self._scope

    def applies(self, policy: Policy) -> bool:
        """Whether the policy's own condition holds; one that can't be told does not."""
        return self._applies(policy) is True

    def _applies(self, policy: Policy) -> bool | str:
        """The same, or why it can't be told."""
        try:
            return policy.applies_when is None or policy.applies_when.truth(self._whole())
        except _UNTOLD as error:
            return str(error)

    def ask(self, policies: Sequence[Policy]) -> Iterator[tuple[Policy, list[CheckResult]]]:
        """Each policy that applies, with the results of its checks, in the order given."""
        state = {policy.id: self._applies(policy) for policy in policies}
        refused = self._refused([policy for policy in policies if state[policy.id] is True])
        for policy in policies:
            applies = state[policy.id]
            if isinstance(applies, str):
                why = f"whether it applies could not be told ({applies})"
                yield policy, [_result(policy, policy.checks[0], self._facts, error=why)]
            elif applies:
                yield policy, [result for check in policy.checks for result in self._results(policy, check, refused)]

    def _refused(self, policies: Sequence[Policy]) -> dict[tuple[str, str], list[_Refused]]:
        """Which records did not pass which check of which policy, and why where that could not be told."""
        groups: dict[tuple[str, str], list[tuple[Policy, Check]]] = {}
        for policy in policies:
            for check in policy.checks:
                if check.variable is not None and check.records is not None:
                    groups.setdefault((check.variable, check.records), []).append((policy, check))
        refused: dict[tuple[str, str], list[_Refused]] = {}
        for (variable, records), asked in groups.items():
            items = self._facts.get(records)
            if not isinstance(items, list | tuple) or not items:
                continue
            scope = Scope(self._few, now=self._at)
            for index, item in enumerate(items):
                unbound = _bind(scope, variable, item)
                for policy, check in asked:
                    passed = unbound or _passes(check, scope)
                    if passed is not True:
                        said = passed if isinstance(passed, str) else None
                        refused.setdefault((policy.id, check.id), []).append((index, said))
        return refused

    def _results(
        self, policy: Policy, check: Check, refused: Mapping[tuple[str, str], list[_Refused]]
    ) -> Iterator[CheckResult]:
        if check.variable is None or check.records is None:
            passed = _passes(check, self._whole)
            error = passed if isinstance(passed, str) else None
            yield _result(policy, check, self._facts, passed=passed is True, error=error)
            return
        items = self._facts.get(check.records)
        if not isinstance(items, list | tuple):
            yield _result(policy, check, self._facts, error=f"the facts lack `{check.records}`")
            return
        found = refused.get((policy.id, check.id), ())
        if not found:
            yield _result(policy, check, self._facts, passed=True)
        for index, error in found:
            item = items[index]
            values = {**self._few, check.variable: item}
            yield _result(policy, check, values, item=item, place=f"{check.records}[{index}]", error=error)


def _bind(scope: Scope, variable: str, item: Any) -> str:
    """Why a record can't be handed to the engine; empty once it is."""
    try:
        scope.bind(variable, item)
    except (ValueError, TypeError, OverflowError) as error:
        return str(error) or type(error).__name__
    return ""


def _passes(check: Check, scope: Scope | Callable[[], Scope]) -> bool | str:
    """Whether the check passes or does not concern this; a string says why that could not be told."""
    try:
        made = scope if isinstance(scope, Scope) else scope()
        if check.where is not None and not check.where.truth(made):
            return True
        return check.expr.truth(made)
    except _UNTOLD as error:
        return str(error) or type(error).__name__


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
