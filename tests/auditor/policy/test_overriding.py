"""What people may set aside, and what nobody may: intimate content, minors, missing signatures, what can't be told."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import PolicyBundle
from auditor.policy.overriding import refusal

BUNDLE = PolicyBundle.load(Path(__file__).parents[3] / "policies")
MAY = [policy for policy in BUNDLE.policies if policy.override.allowed]
GRANT = {"signed_at": "2026-01-01T00:00:00Z", "separately_signed": True}
PERSON = {"display_name": "Alex Rivera", "minor": False, "content": [], "grant": GRANT}


def facts_of(*people, topics=(), **more):
    return {"point": "cut", "people": list(people), "intended": {"topics": list(topics)}, **more}


def test_what_a_policy_allows_may_be_set_aside():
    assert MAY
    for policy in MAY:
        for check in policy.checks:
            assert refusal(policy, check.id, facts_of()) is None
            assert refusal(policy, check.id, facts_of(PERSON, PERSON, topics=["violence"])) is None


def test_what_a_policy_forbids_is_answered_with_its_own_reason():
    never = [policy for policy in BUNDLE.policies if not policy.override.allowed]
    assert never
    for policy in never:
        assert refusal(policy, policy.checks[0].id, facts_of()) == policy.override.why_not.strip().rstrip(".")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (facts_of({**PERSON, "minor": True}), "minors: Alex Rivera is a minor"),
        (facts_of({**PERSON, "content": [{"topic": "nudity"}]}), "intimate content: Alex Rivera is in such a scene"),
        (facts_of(topics=["intimacy"]), "intimate content: the film touches it"),
        (facts_of({**PERSON, "grant": None}), "missing signatures: no separately signed grant of Alex Rivera"),
        (facts_of({**PERSON, "grant": {**GRANT, "signed_at": None}}), "missing signatures"),
        (facts_of({**PERSON, "grant": {**GRANT, "separately_signed": False}}), "missing signatures"),
        (facts_of(point="release", signature=None), "not found Trusted"),
        (facts_of(point="release", signature={"state": "Valid"}), "not found Trusted"),
    ],
)
def test_what_is_never_set_aside_says_why(facts, says):
    assert says in refusal(MAY[0], MAY[0].checks[0].id, facts)


@pytest.mark.parametrize("facts", [{}, {"people": None}, {"people": [None]}, facts_of({}), {"people": []}])
def test_facts_that_do_not_say_let_nothing_pass(facts):
    assert "nobody can tell" in refusal(MAY[0], MAY[0].checks[0].id, facts)


def test_an_unknown_word_and_an_unknown_check_let_nothing_pass():
    stricter = replace(MAY[0], override=replace(MAY[0].override, never_for=("weather",)))
    assert "'weather' is unknown" in refusal(stricter, stricter.checks[0].id, facts_of())
    assert "no check called 'nothing'" in refusal(MAY[0], "nothing", facts_of())


bad = st.sampled_from(
    [
        {"minor": True},
        {"minor": None},
        {"content": [{"topic": "violence"}, {"topic": "intimacy"}]},
        {"content": [{"topic": "nudity"}]},
        {"grant": None},
        {"grant": {"signed_at": None, "separately_signed": True}},
        {"grant": {"signed_at": "2026-01-01T00:00:00Z", "separately_signed": False}},
        {"grant": {}},
    ]
)


@given(
    before=st.integers(0, 4),
    after=st.integers(0, 4),
    wrong=st.lists(bad, min_size=1, max_size=3),
    policy=st.sampled_from(BUNDLE.policies),
    data=st.data(),
)
def test_one_such_person_among_any_number_is_enough(before, after, wrong, policy, data):
    person = copy.deepcopy(PERSON)
    for change in wrong:
        person |= change
    people = [PERSON] * before + [person] + [PERSON] * after
    check = data.draw(st.sampled_from(policy.checks))
    assert refusal(policy, check.id, facts_of(*people))


junk = st.none() | st.booleans() | st.text(max_size=5) | st.lists(st.none() | st.integers(), max_size=3)


@given(facts=st.fixed_dictionaries({}, optional={"people": junk, "intended": junk, "point": junk, "signature": junk}))
def test_no_facts_whatever_make_it_fall_over(facts):
    assert refusal(MAY[0], MAY[0].checks[0].id, facts)  # "intended" is never a record here: nothing passes
