"""What people may set aside, and what never."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.policy.overriding import refusal, steady_sha256
from tests.auditor.policy.test_bundle import BUNDLE, facts

COPY = BUNDLE.policy("copyright/unlicensed-copy")
assert COPY is not None
CHECK = COPY.checks[0].id
OVERRIDABLE = [policy for policy in BUNDLE.policies if policy.override.allowed]


def with_person(point: str = "take", **fields: Any) -> dict[str, Any]:
    document = facts(point)
    document["people"] = [{**copy.deepcopy(facts("take")["people"][0]), **fields}]
    return document


def test_what_a_policy_allows_can_be_set_aside() -> None:
    assert refusal(COPY, CHECK, facts("import")) is None
    assert refusal(COPY, CHECK, with_person()) is None


def test_what_a_policy_does_not_allow_says_why() -> None:
    for policy in BUNDLE.policies:
        if not policy.override.allowed:
            assert refusal(policy, policy.checks[0].id, facts("take")) == policy.override.why_not.rstrip(".")
    assert "has no check" in str(refusal(COPY, "nothing", facts("import")))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"content": [{"topic": "nudity", "source": "declared"}]}, "intimate content"),
        ({"content": [{"topic": "intimacy", "source": "prompt"}]}, "intimate content"),
        ({"content": None}, "can't be told"),
        ({"minor": True}, "a minor"),
        ({"minor": None}, "a minor"),
        ({"grant": None}, "missing signature"),
    ],
)
def test_never_means_never(fields: dict[str, Any], said: str) -> None:
    for policy in OVERRIDABLE:
        assert said in str(refusal(policy, policy.checks[0].id, with_person(**fields)))


def test_a_word_that_nobody_knows_refuses() -> None:
    odd = replace(COPY, override=replace(COPY.override, never_for=("acts of God",)))
    assert "acts of God" in str(refusal(odd, CHECK, facts("import")))


@settings(max_examples=150, deadline=None)
@given(
    policy=st.sampled_from(OVERRIDABLE),
    spoiled=st.sampled_from(
        ["nudity", "intimacy", "minor", "grant", "signed_at", "separately_signed", "content", "people"]
    ),
    others=st.integers(0, 3),
    data=st.data(),
)
def test_one_such_person_among_many_is_enough(policy: Any, spoiled: str, others: int, data: st.DataObject) -> None:
    document = with_person()
    document["people"] = [copy.deepcopy(document["people"][0]) for _ in range(others + 1)]
    assert refusal(policy, policy.checks[0].id, document) is None
    person = document["people"][data.draw(st.integers(0, others))]
    match spoiled:
        case "nudity" | "intimacy":
            person["content"].append({"topic": spoiled, "source": "declared"})
        case "minor":
            person["minor"] = data.draw(st.sampled_from([True, None, "no", 1]))
        case "grant":
            person["grant"] = data.draw(st.sampled_from([None, "yes", []]))
        case "content":
            person["content"] = data.draw(st.sampled_from([None, "none", 0, ["nudity"]]))
        case "people":
            document["people"] = data.draw(st.sampled_from([None, "nobody", ["somebody"], {"0": {}}]))
        case field:
            person["grant"][field] = data.draw(st.sampled_from([None, False, ""]))
    assert refusal(policy, policy.checks[0].id, document) is not None


def test_signing_again_is_the_same_film_and_anything_else_is_another() -> None:
    first = facts("release")
    again = copy.deepcopy(first)
    again["asset"]["sha256"] = "77" * 32
    again["signature"] = {**again["signature"], "asset_sha256": "77" * 32, "reread_at": "2026-12-24T00:00:00Z"}
    assert steady_sha256(again) == steady_sha256(first)
    for field, value in (("outcome", "block"), ("overridden", True), ("uncleared_people", 1)):
        other = copy.deepcopy(again)
        other["standing"][field] = value
        assert steady_sha256(other) != steady_sha256(first), field
    again["disclosure"]["audience_notice"] = False
    assert steady_sha256(again) != steady_sha256(first)
    cut, other = facts("cut"), facts("cut")
    other["asset"]["sha256"] = "77" * 32
    assert steady_sha256(cut) != steady_sha256(other)
