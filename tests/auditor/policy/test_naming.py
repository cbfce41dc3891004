"""Registered names in texts: found in disguise, not found in other words, and told apart by what is asked of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.policy import RegisteredName, names_in
from auditor.policy.naming import MAX_TEXT

PEOPLE = (
    RegisteredName("s1", "Alex Rivera", ("Alex Rivera",), ("Lexi R", "El Río")),
    RegisteredName("s2", "Jo Öz", ("Jo Öz",)),
)


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("Alex Rivera waits at the harbour", "name"),
        ("ALEX   RIVERA", "name"),
        ("alex-rivera", "name"),
        ("Álex Ríverá", "name"),
        ("Аlex Rіverа", "name"),  # Cyrillic А, і and а
        ("Al\u200bex Ri\u00advera", "name"),
        ("AlexRivera", "name"),
        ("Ａｌｅｘ Ｒｉｖｅｒａ", "name"),
        ("el rio runs past", "alias"),
        ("a portrait in the style of Alex Rivera", "style"),
        ("Alex Rivera-esque", "style"),
        ("in the voice of Alex Rivera", "voice"),
        ("narrated by Alex Rivera", "voice"),
        ("someone who sounds just like Alex Rivera", "voice"),
        ("Alex Rivera's voice", "voice"),
        ("a stranger who looks like Alex Rivera", "look"),
    ],
)
def test_found(text: str, manner: str) -> None:
    found = names_in({"prompt": text}, PEOPLE)
    assert [(mention.subject_id, mention.manner, mention.source) for mention in found] == [("s1", manner, "prompt")]


@pytest.mark.parametrize(
    "text", ["", "Alexander Riverarch", "a river and an axle", "Rivera Alex", "the harbour at night"]
)
def test_not_found(text: str) -> None:
    assert names_in({"brief": text}, PEOPLE) == ()


def test_short_foreign_names() -> None:
    assert [mention.subject_id for mention in names_in({"brief": "Then Jo Oz enters."}, PEOPLE)] == ["s2"]


def test_what_was_found_becomes_a_fact() -> None:
    (mention,) = names_in({"brief": "Tonight: Álex Rivera\u202e!"}, PEOPLE)
    unknown = {"biometric": None, "approval": "missing", "cast": None, "content": (), "alterations": ()}
    fact = mention.as_fact(None, **unknown, minor=False, deceased=False, refused_elsewhere="")
    assert (fact.matched, fact.source, fact.how, fact.grant) == ("Álex Rivera", "brief", "name", None)
    assert fact.where == "The brief names 'Álex Rivera' (Alex Rivera)"
    assert "\u202e" not in fact.quote


def test_a_text_beyond_the_limit_is_refused() -> None:
    with pytest.raises(BadInputError, match="shorten"):
        names_in({"brief": "a" * (MAX_TEXT + 1)}, PEOPLE)


@settings(max_examples=150, deadline=None)
@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_no_surroundings_hide_a_name_that_stands_by_itself(before: str, after: str) -> None:
    found = names_in({"prompt": f"{before}. Alex Rivera. {after}"}, PEOPLE)
    assert "s1" in {mention.subject_id for mention in found}
