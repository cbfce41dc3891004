"""Taking a fact away never opens what was shut: whatever a policy refuses, it refuses with less evidence as well."""

import copy
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from auditor.policy import Policy
from auditor.policy.trials import DEFAULT_MOMENT
from tests.auditor.policy.test_bundle import BUNDLE, facts

REFUSING = [policy for policy in BUNDLE.policies if any(one.expect in ("block", "review") for one in policy.trials)]


def changed(document: dict[str, Any], path: str, value: Any) -> None:
    holder: Any = document
    *steps, last = path.split(".")
    for step in steps:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    holder[int(last) if isinstance(holder, list) else last] = copy.deepcopy(value)


def poorer(value: Any, names: frozenset[str]) -> Iterator[None]:
    """The document without one of the fields of these names, for each such field at any depth; restored afterwards."""
    if isinstance(value, dict):
        for name in list(value):
            yield from poorer(value[name], names)
            if name in names:
                rest = list(value.items())
                del value[name]
                yield None
                value.clear()
                value.update(rest)
    elif isinstance(value, list):
        for item in value:
            yield from poorer(item, names)


def read_by(policy: Policy) -> frozenset[str]:
    """Every word in the policy's expressions: the names of the facts that it reads are among them."""
    expressions = [policy.applies_when, *(one for check in policy.checks for one in (check.where, check.expr))]
    return frozenset(word for one in expressions if one for word in re.findall(r"\w+", one.source)) | {
        check.records for check in policy.checks if check.records
    }


@pytest.mark.parametrize("policy", REFUSING, ids=lambda policy: policy.id)
def test_what_is_refused_stays_refused_without_any_one_fact(policy: Policy) -> None:
    names = read_by(policy)
    for trial in policy.trials:
        if trial.expect not in ("block", "review") or trial.removals:
            continue
        at, document = datetime.fromisoformat(trial.at or DEFAULT_MOMENT), facts(trial.given)
        for path, value in trial.changes.items():
            changed(document, path, value)
        whole = BUNDLE.decide_alone(policy, document, at=at)
        assert whole is not None
        assert whole.outcome == trial.expect
        for _ in poorer(document, names):
            decision = BUNDLE.decide_alone(policy, document, at=at)
            assert decision is not None, (trial.name, document)
            assert decision.outcome != "allow", (trial.name, document)
