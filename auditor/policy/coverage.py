"""Which branches of a policy's expressions its own tests have taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.policy.branches import Logic, conditions_of, decide, logic_of
from auditor.policy.document import Policy
from auditor.policy.errors import ExpressionError
from auditor.policy.expressions import Expression, Scope


@dataclass(frozen=True, slots=True)
class UncoveredBranch:
    """A condition that no test made ``answer``; ``where`` is ``applies_when``, ``CHECK.where`` or ``CHECK.expr``."""

    where: str
    condition: str
    answer: bool

    @property
    def plain(self) -> str:
        return f"{self.where}: no test makes `{self.condition}` {'true' if self.answer else 'false'}"


class PolicyCoverage:
    """Watches a policy's expressions through its tests. A condition counts as covered once it was true and once false."""

    def __init__(self, policy: Policy, lists: frozenset[str]) -> None:
        """``lists``: names of the facts that are lists of records."""
        self._policy, self._lists = policy, lists
        self._parts: dict[str, tuple[Expression, Logic]] = {
            where: (expression, logic_of(expression.source)) for where, expression in _expressions(policy)
        }
        self._seen: dict[str, dict[str, set[bool]]] = {
            where: {condition.source: set() for condition in conditions_of(logic)}
            for where, (_, logic) in self._parts.items()
        }

    @property
    def branches(self) -> int:
        """How many there are: two a condition."""
        return sum(2 for conditions in self._seen.values() for _ in conditions)

    @property
    def uncovered(self) -> tuple[UncoveredBranch, ...]:
        return tuple(
            UncoveredBranch(where, condition, answer)
            for where, conditions in self._seen.items()
            for condition, seen in conditions.items()
            for answer in (True, False)
            if answer not in seen
        )

    def watch(self, facts: Mapping[str, Any], at: datetime) -> None:
        """Evaluate what the engine would evaluate for these facts, and note each condition's answer. Raises
        ``AssertionError`` where our reading of an expression's logic and the engine's differ."""
        whole = Scope(dict(facts), now=at)
        if "applies_when" in self._parts and not self._note("applies_when", whole):
            return
        few = {name: value for name, value in facts.items() if name not in self._lists}
        for check in self._policy.checks:
            if check.variable is None or check.records is None:
                self._note(f"{check.id}.expr", whole)
                continue
            for item in facts.get(check.records) or ():
                scope = Scope({**few, check.variable: item}, now=at)
                if check.where is None or self._note(f"{check.id}.where", scope):
                    self._note(f"{check.id}.expr", scope)

    def _note(self, where: str, scope: Scope) -> bool:
        expression, logic = self._parts[where]
        try:
            truth, asked = decide(logic, scope)
        except ExpressionError:
            return False  # an expression that can't be evaluated covers nothing
        if truth is not expression.truth(scope):
            raise AssertionError(f"{self._policy.id}, {where}: its logic was read wrongly")
        for condition, answer in asked:
            self._seen[where][condition.source].add(answer)
        return truth


def _expressions(policy: Policy) -> Iterator[tuple[str, Expression]]:
    if policy.applies_when is not None:
        yield "applies_when", policy.applies_when
    for check in policy.checks:
        if check.where is not None:
            yield f"{check.id}.where", check.where
        yield f"{check.id}.expr", check.expr
