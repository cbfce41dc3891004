"""What is, what is allowed, on what authority, who mends it, and which grant would do."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.policy.explaining import Explanation, explain
from auditor.policy.facts import POINTS
from tests.auditor.policy.test_bundle import BUNDLE, NOW, facts


def explained(document: dict[str, Any], **options: Any) -> dict[str, Explanation]:
    decision = BUNDLE.decide(document, at=NOW)
    return {one.check: one for one in explain(BUNDLE, decision, document, **options)}


def take(**limits: Any) -> dict[str, Any]:
    document = facts("take")
    document["people"][0]["grant"].update(limits)
    return document


@pytest.mark.parametrize(
    ("document", "check", "compared"),
    [
        (take(territories=["US"]), "grant-covers-use", ("territories", "US, DE", "only within", "US")),
        (take(media=["cinema"]), "grant-covers-media", ("intended media", "streaming", "each one of", "cinema")),
        (take(active=False), "grant-active", ("active of the grant", "no", "must be", "yes")),
    ],
)
def test_actual_stands_against_allowed(document: dict[str, Any], check: str, compared: tuple[str, ...]) -> None:
    (comparison,) = explained(document)[check].compared
    assert (comparison.fact, comparison.actual, comparison.relation, comparison.allowed) == compared


def test_the_sentence_holds_everything_that_was_asked_for() -> None:
    document = facts("import")
    document["matches"][0]["licence"]["acts"] = ["match"]
    (explanation,) = explained(document).values()
    said = explanation.sentence
    for part in (
        "its licence does not permit reproduction",
        "Acts of the licence: match, must include reproduce",
        "17 U.S.C. §§ 106(1)-(3)",
        "Replace those seconds",
        explanation.who_can_fix,
        "2 people can set this aside together, neither of them who asks for it",
    ):
        assert part in said
    assert explanation.as_dict()["sentence"] == said


def test_the_nearest_grant_is_the_one_under_which_least_fails() -> None:
    document = take(territories=["US"], media=["cinema"])
    held = document["people"][0]["grant"]
    wide = {**held, "id": "wide", "version": 7, "territories": ["*"], "media": ["*"]}
    nearly = {**wide, "id": "nearly", "version": 9, "territories": ["US"]}
    people = document["people"][0]["subject_id"]
    by_both = explained(document, grants={people: [held, nearly, wide]})["grant-covers-media"]
    assert by_both.nearest is not None
    assert (by_both.nearest.grant_id, by_both.nearest.permits) == ("wide", True)
    assert "Version 7 of grant wide would permit it." in by_both.sentence
    without = explained(document, grants={people: [held, nearly]})["grant-covers-media"].nearest
    assert without is not None
    assert (without.grant_id, len(without.lacks)) == ("nearly", 1)
    assert "not film in US, DE" in without.lacks[0]
    assert explained(document, grants={"somebody-else": [wide]})["grant-covers-media"].nearest is None


def test_what_could_not_be_judged_is_explained_too() -> None:
    document = facts("release")
    del document["standing"]["outcome"]
    (explanation,) = explained(document).values()
    assert explanation.compared == ()
    assert "It can't be set aside" in explanation.sentence


def test_what_is_allowed_needs_no_explanation() -> None:
    assert explained(facts("take")) == {}


@settings(max_examples=60, deadline=None)
@given(point=st.sampled_from(list(POINTS)), data=st.data())
def test_every_refusal_of_ours_can_be_explained(point: str, data: st.DataObject) -> None:
    """Empty or turn around some facts: whatever fails, the explanation is a sentence and never an error."""
    document = facts(point)

    def shake(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shake(entry) for key, entry in value.items()}
        if isinstance(value, bool):
            return value ^ data.draw(st.sampled_from([False, False, False, True]))
        if isinstance(value, list) and data.draw(st.sampled_from([False] * 6 + [True])):
            return []
        return [shake(entry) for entry in value] if isinstance(value, list) else value

    shaken = shake(copy.deepcopy(document))
    for explanation in explained(shaken).values():
        assert explanation.sentence.strip()
        assert "Error" not in explanation.sentence or "could not be checked" in explanation.plain
