"""Rules as a form says them, and the drawing of where they lead. No film is made here."""

from fractions import Fraction

import pytest

from django_site.apps.audience.variant_drawing import drawing_of
from django_site.apps.audience.variant_rules import EMPTY, promises_kept, said
from django_site.apps.audience.variant_writing import choice_added, preference_added, rule_removed
from django_site.errors import InputError
from generator.audience import graph_from, planned
from generator.audience.coverage import joins
from generator.edit import Card, Clip, Media, Timeline, Transition


def clip(name: str) -> Clip:
    return Clip(name, Media("ab" * 32, f"{name}.mp4", 96), 48)


def parent(*names: str) -> Timeline:
    row = (Clip("head", Card("title", "T"), 24), *map(clip, names), Clip("end", Card("end"), 24))
    return Timeline("T", Fraction(24), 96, 54, row, (Transition(),) * (len(row) + 1))


def shorter(**changes):
    return {"kind": "length", "name": "", "option": "Shorter", "clips": ["s1-02"], **changes}


def door(**changes):
    given = {"question": "Which door?", "after": "s1-01", "seconds": "5", "first": "Left", "second": "Right"}
    return {**given, "first_play": ["s1-02"], "second_play": ["s9-01"], **changes}


def test_a_form_becomes_rules_that_a_film_can_follow():
    document = preference_added(EMPTY, shorter(), spare=[])
    document = preference_added(document, shorter(option="Shorter", clips=["s1-03"]), spare=[])
    document = choice_added(document, door(), spare=[clip("s9-01"), clip("s9-02")])
    assert [one["id"] for one in document["preferences"][0]["options"]] == ["as-made", "shorter", "shorter-2"]
    assert [one["id"] for one in document["spare"]] == ["s9-01"], "only what a rule names is kept"
    graph = graph_from(document)
    plan = planned(graph, parent("s1-01", "s1-02", "s1-03"))
    assert len(plan.variants) == 5, "where s1-02 is not chosen, leaving it out changes nothing"
    assert said(graph, plan.variants[-1].answers[0]) == "Shorter · Right"
    assert EMPTY["preferences"] == [], "what was given is not changed"


def test_a_rule_goes_with_its_last_option():
    document = preference_added(EMPTY, shorter(), spare=[])
    document = preference_added(document, shorter(option="Shortest", clips=["s1-03"]), spare=[])
    document = rule_removed(document, "length", "shorter")
    assert [one["id"] for one in document["preferences"][0]["options"]] == ["as-made", "shortest"]
    assert rule_removed(document, "length", "shortest")["preferences"] == []
    with pytest.raises(InputError, match="no such rule"):
        rule_removed(document, "gone")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (shorter(kind="smell"), "not about 'smell'"),
        (shorter(option="  "), "give the version a name"),
        (shorter(clips=[]), "choose the shots"),
        ({"kind": "pace", "option": "Quick", "factor": "very"}, "how much longer"),
        ({"kind": "ending", "option": "Open"}, "from which shot"),
    ],
)
def test_forms_that_say_too_little_are_refused(given, says):
    with pytest.raises(InputError, match=says):
        preference_added(EMPTY, given, spare=[])


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"question": ""}, "write the question"), ({"after": ""}, "after which shot"), ({"second": ""}, "both answers"),
     ({"seconds": "soon"}, "how many seconds")],
)  # fmt: skip
def test_choices_that_say_too_little_are_refused(changes, says):
    with pytest.raises(InputError, match=says):
        choice_added(EMPTY, door(**changes), spare=[])


def test_names_of_any_script_get_ids():
    document = preference_added(EMPTY, shorter(name="длина", option="<b>كوتاه</b>"), spare=[])
    assert graph_from(document).preferences[0].name == "длина"


def test_the_drawing_has_every_stretch_once_and_says_which_joins_nobody_saw():
    document = choice_added(EMPTY, door(), spare=[clip("s9-01")])
    plan = planned(graph_from(document), parent("s1-01", "s1-02", "s1-03"))
    drawing = drawing_of(plan, joins(plan.parent), {"s9-01": "9-1"})
    assert sorted(box.label for box in drawing.boxes) == ["9-1", "s1-01", "s1-02", "s1-03 – end"]
    assert [box.choice for box in drawing.boxes if box.choice] == ["Which door?"]
    assert [box.label for box in drawing.boxes if not box.in_film] == ["9-1"]
    assert sorted((way.label, way.seen) for way in drawing.ways) == [
        ("9-1 → s1-03", False), ("s1-01 → 9-1", False), ("s1-01 → s1-02", True), ("s1-02 → s1-03", True),
    ]  # fmt: skip
    for one in drawing.boxes:
        assert 0 <= one.x < drawing.width
        assert 0 <= one.y < drawing.height
    places = [(box.x, box.y) for box in drawing.boxes]
    assert len(set(places)) == len(places), "nothing lies on anything"


def test_a_promise_is_held_to_what_is_shown():
    document = preference_added(EMPTY, shorter(kind="content", without=["violence"]), spare=[])
    plan = planned(graph_from(document), parent("s1-01", "s1-02", "s1-03"))
    promises_kept(plan, {"s1-02": frozenset({"violence"})})
    with pytest.raises(InputError, match="'Shorter' promises to be without violence, but clip s1-03 shows it"):
        promises_kept(plan, {"s1-03": frozenset({"violence"})})
