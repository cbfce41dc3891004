"""The logic of an expression, read apart: the same answers as the engine gives, and what decided them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy.branches import conditions_of, decide, failing, logic_of
from auditor.policy.errors import ExpressionError
from auditor.policy.expressions import Expression, Scope
from tests.auditor.policy.test_bundle import BUNDLE

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = ("a", "b", "c", "d")
leaves = st.sampled_from([*NAMES, "a == true", "['x', 'y && z'].exists(v, v == 'x' && b)", "size('(') > 0 == c"])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), leaves).map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]}) ? ({p[1]}) : ({p[2]})"),
        inner.map(lambda one: f"(({one}))"),
    ),
    max_leaves=8,
)


def scope(**values: object) -> Scope:
    return Scope(values, now=NOW)


@given(source=expressions, truths=st.tuples(*[st.booleans()] * 4))
def test_it_answers_as_the_engine_does(source: str, truths: tuple[bool, ...]) -> None:
    values = scope(**dict(zip(NAMES, truths, strict=True)))
    truth, asked = decide(logic_of(source), values)
    assert truth is Expression(source).truth(values)
    assert all(condition.expression.truth(values) is answer for condition, answer in asked)
    known = {condition.source for condition in conditions_of(logic_of(source))}
    assert {condition.source for condition, _ in asked} <= known


@given(source=expressions, truths=st.tuples(*[st.booleans()] * 4))
def test_what_failed_is_named_exactly_where_something_failed(source: str, truths: tuple[bool, ...]) -> None:
    values = scope(**dict(zip(NAMES, truths, strict=True)))
    logic = logic_of(source)
    truth, _ = decide(logic, values)
    reasons = failing(logic, values)
    assert bool(reasons) is not truth
    assert all(condition.expression.truth(values) is not wanted for condition, wanted in reasons)


@pytest.mark.parametrize(
    ("source", "conditions"),
    [
        ("a && b || !c", ["a", "b", "!c"]),
        ("!(a || b)", ["a", "b"]),
        ("a ? b : c ? d : a", ["a", "b", "c", "d", "a"]),
        ("x == '&& (' && b", ["x == '&& ('", "b"]),
        ('x == "\\"||" || b', ['x == "\\"||"', "b"]),
        ("[1, 2].all(v, v > 0 && v < 3) && a", ["[1, 2].all(v, v > 0 && v < 3)", "a"]),
        ("{'k': a ? 1 : 2}['k'] == 1", ["{'k': a ? 1 : 2}['k'] == 1"]),
        ("(a) == (b) && c", ["(a) == (b)", "c"]),
    ],
)
def test_conditions_are_what_stands_between_the_operators(source: str, conditions: list[str]) -> None:
    assert [condition.source for condition in conditions_of(logic_of(source))] == conditions


def test_a_question_without_an_answer_does_not_compile() -> None:
    for source in ("a ? b", "a && ", "", "("):
        with pytest.raises(ExpressionError):
            logic_of(source)


def test_every_expression_of_the_studio_can_be_read() -> None:
    for policy in BUNDLE.policies:
        for check in policy.checks:
            assert list(conditions_of(logic_of(check.expr.source)))
