"""Versions of a film by rules: what each answer leads to, what is equal before a choice, rules that can't be followed."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from generator.audience import Answers, Plan, coverage, graph_document, graph_from, planned
from generator.audience.coverage import joins
from generator.audience.graph import Branch, Choice, Drop, Ending, Graph, Option, Pace, Preference, Swap
from generator.audience.rows import SHORTEST_SHOT
from generator.audience.variants import MAX_VARIANTS
from generator.edit import Card, Clip, Cue, Media, Sound, Timeline, Track, Transition
from generator.edit.document import from_document
from generator.errors import GeneratorError, VariantError

SHA, RATE = "ab" * 32, Fraction(24)
IDS = "abcdefgh"


def _clip(id: str, *, start: int = 12, frames: int = 48, of: int = 96) -> Clip:
    return Clip(id, Media(SHA, f"{id}.mp4", of), frames, start)


def _parent(ids: str = IDS, dissolves: frozenset[int] = frozenset()) -> Timeline:
    row = (
        Clip("head", Card("title", "Tidewater"), 24),
        *(_clip(one) for one in ids),
        Clip("end", Card("end", "End", ("made by machine",)), 48),
    )
    inner = [Transition("dissolve", 4, 4) if n in dissolves else Transition() for n in range(len(ids) - 1)]
    return Timeline(
        title="Tidewater",
        rate=RATE,
        width=96,
        height=54,
        clips=row,
        transitions=(
            Transition("fade", 0, 6), Transition("fade", 6, 6), *inner, Transition("fade", 6, 6), Transition("fade", 6, 0),
        ),
        cues=(Cue("c1", "b", 14, 40, "Who goes there?", "MARA"),),
        tracks=(Track("ambience", (Sound("s1", "c", Media("cd" * 32, "rain.wav", 500), fit=True, fade_in=6, fade_out=6),)),),
    )  # fmt: skip


LENGTH = Preference(
    "length", "length", "Length", (Option("full", "Full"), Option("short", "Short", (Drop(("b", "f")),)))
)
CONTENT = Preference(
    "content", "content", "Violence",
    (Option("shown", "Shown"), Option("without", "Without", (Swap("c", ("y",)),), without=("violence",))),
)  # fmt: skip
ENDING = Preference(
    "ending", "ending", "Ending", (Option("open", "Open"), Option("calm", "Calm", (Ending("h", ("z",)),)))
)
DOOR = Choice("door", "Which door?", "c", (Branch("left", "Left", ("d",)), Branch("right", "Right", ("e", "x"))))
SPARE = (_clip("x"), _clip("y"), _clip("z"))


def _rows(plan: Plan) -> dict[str, str]:
    return {one.key: "".join(clip.id for clip in one.timeline.clips[1:-1]) for one in plan.variants}


def test_each_answer_leads_to_its_clips() -> None:
    plan = planned(Graph((LENGTH,), (DOOR,), SPARE), _parent())
    assert _rows(plan) == {
        "length=full;door=left": "abcdfgh",
        "length=full;door=right": "abcexfgh",
        "length=short;door=left": "acdgh",
        "length=short;door=right": "acexgh",
    }
    assert not any(one.is_parent for one in plan.variants)
    assert plan.chosen({"length": "short"}, {"door": "right"}).key == "length=short;door=right"
    assert plan.chosen({}, {}).key == "length=full;door=left", "who says nothing gets the first"
    assert plan.chosen({"length": "gone"}, {"other": "x"}).key == "length=full;door=left", (
        "what is not known counts as not said"
    )


def test_the_version_of_no_wishes_is_the_parent_itself_where_nothing_is_chosen() -> None:
    plan = planned(Graph((LENGTH, CONTENT), (), SPARE), _parent())
    assert [one.key for one in plan.variants if one.is_parent] == ["length=full,content=shown;"]
    assert plan.variants[0].timeline == _parent()


def test_answers_that_show_the_same_are_one_version() -> None:
    """Without b and f nothing is left for the second rule to take out."""
    other = Preference(
        "dark", "content", "Dark", (Option("yes", "Yes"), Option("no", "No", (Drop(("f",)),), ("violence",)))
    )
    plan = planned(Graph((LENGTH, other)), _parent())
    assert len(plan.variants) == 3
    short = plan.chosen({"length": "short"})
    assert [one.key for one in short.answers] == ["length=short,dark=yes;", "length=short,dark=no;"]
    assert short.without(plan.graph) == {"violence"}
    assert plan.variants[0].without(plan.graph) == frozenset()


def test_an_ending_replaces_everything_up_to_the_end_card_and_keeps_the_fade() -> None:
    plan = planned(Graph((ENDING,), (), SPARE), _parent())
    calm = plan.chosen({"ending": "calm"}).timeline
    assert [clip.id for clip in calm.clips] == ["head", *"abcdefg", "z", "end"]
    assert calm.transitions[-2] == Transition("fade", 6, 6)


def test_what_hung_on_a_clip_goes_with_it() -> None:
    plan = planned(Graph((LENGTH, CONTENT), (), SPARE), _parent())
    assert plan.chosen({"length": "short"}).timeline.cues == ()
    assert plan.chosen({"content": "without"}).timeline.tracks[0].sounds == ()
    assert plan.chosen({}).timeline.cues


def test_a_choice_in_a_choice_is_asked_only_there() -> None:
    inner = Choice("key", "Which key?", "e", (Branch("old", "Old", ("x",)), Branch("new", "New", ("y",))))
    door = replace(DOOR, branches=(Branch("left", "Left", ("d",)), Branch("right", "Right", ("e",))))
    plan = planned(Graph((), (inner, door), SPARE), _parent())  # the inner one stands first: order is found
    assert _rows(plan) == {
        ";door=left": "abcdfgh",
        ";key=old,door=right": "abcexfgh",
        ";key=new,door=right": "abceyfgh",
    }
    assert [one.choice for one in plan.moments(plan.answers({}, {}))] == ["door"]
    both = plan.moments(plan.answers({}, {"door": "right"}))
    assert [(one.choice, one.at) for one in both] == [("door", Fraction(7)), ("key", Fraction(9))]
    assert both[1].options == (("old", "Old", ";key=old,door=right"), ("new", "New", ";key=new,door=right"))
    assert both[0].options[0] == ("left", "Left", ";door=left")


def test_a_choice_is_made_at_a_cut_however_the_parent_joins_there() -> None:
    plan = planned(Graph((), (DOOR,), SPARE), _parent(dissolves=frozenset({0, 2})))
    for one in plan.variants:
        at = one.timeline.index("c")
        assert at is not None
        assert one.timeline.transitions[at + 1] == Transition()
        assert one.timeline.transitions[2].kind == "dissolve", "others stay"


@pytest.mark.parametrize("factor", [0.75, 0.9, 1.1, 4 / 3])
def test_pace_cuts_into_nothing_that_is_said_and_leaves_no_take(factor: float) -> None:
    pace = Preference("pace", "pace", "Pace", (Option("as-made", "As made"), Option("other", "Other", (Pace(factor),))))
    parent = _parent(dissolves=frozenset({0, 3}))
    paced = planned(Graph((pace,)), parent).chosen({"pace": "other"}).timeline
    assert (paced.frames < parent.frames) == (factor < 1)
    for old, new in zip(parent.clips, paced.clips, strict=True):
        if isinstance(new.source, Card):
            assert new == old
            continue
        assert new.end <= new.source.frames
        assert new.frames >= SHORTEST_SHOT * RATE
        if old.id == "b":
            assert new.end >= 14 + 40, "the caption is still shown whole"
        elif factor < 1:
            assert new.frames == round(old.frames * factor)


def test_the_document_reads_back_to_the_same_rules() -> None:
    pace = Preference("pace", "pace", "Pace", (Option("as-made", "As made"), Option("quick", "Quick", (Pace(0.8),))))
    graph = Graph((LENGTH, CONTENT, ENDING, pace), (replace(DOOR, after="a"),), SPARE)
    assert graph_from(json.loads(json.dumps(graph_document(graph)))) == graph


def _bad(**changes: Any) -> dict[str, Any]:
    return {**graph_document(Graph((LENGTH,), (DOOR,), SPARE)), **changes}


def _asked(**changes: Any) -> dict[str, Any]:
    return _bad(choices=[{"id": "a", "question": "?", "after": "a", "branches": [], **changes}])


def _wished(**changes: Any) -> dict[str, Any]:
    option = {"id": "x", "name": "X", **changes}
    return _bad(preferences=[{"id": "a", "kind": "pace", "name": "A", "options": [option]}])


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "must be a JSON object"),
        (_bad(format="other/1"), "are 'other/1'"),
        (_bad(more=1), "unknown field 'more'"),
        (_bad(preferences={}), "must be a list"),
        (_bad(preferences=[{"id": "length", "kind": "length", "name": "Length"}]), "lacks 'options'"),
        (_bad(preferences=[{"id": "a", "kind": "smell", "name": "A", "options": []}]), "about 'smell'"),
        (_bad(preferences=[{"id": "A B", "kind": "length", "name": "A", "options": []}]), "no id"),
        (_bad(preferences=[{"id": "a", "kind": "length", "name": "A", "options": [{"id": "x", "name": "X"}]}]), "no choice"),
        (_asked(seconds=float("nan")), "asked for nan"),
        (_asked(question="\x1b[2J"), "control character"),
        (_asked(question=7), "needs a name"),
        (_asked(branches=[{"id": "l", "name": "L", "play": [7]}]), "names"),
        (_bad(spare=[{"id": "x"}]), "a spare clip can't be read"),
        (_bad(choices=[1] * 13), "at most 12"),
        (_wished(edits=[{"do": "eval"}]), "can't 'eval'"),
    ],
)  # fmt: skip
def test_documents_that_are_no_rules_are_refused(document: object, says: str) -> None:
    with pytest.raises(VariantError, match=says):
        graph_from(document)


@pytest.mark.parametrize(
    ("graph", "says"),
    [
        (lambda: Graph((LENGTH, LENGTH)), "two with the id 'length'"),
        (lambda: Graph((LENGTH,), (replace(DOOR, after="b"),)), "takes out clip b, after which 'Which door"),
        (lambda: Graph((), (DOOR, replace(DOOR, id="two", after="g"))), "depends on 'Which door"),
        (lambda: Graph((), (replace(DOOR, after="d"),)), "would play clip d"),
        (lambda: Graph((), (replace(DOOR, seconds=1),)), "is asked for 1 s"),
        (lambda: Graph((replace(ENDING, options=(ENDING.options[0], Option("x", "X", (Ending("d", ("z",)),)))),), (DOOR,)),
         "not everybody sees"),
        (lambda: Graph((replace(ENDING, options=(ENDING.options[0], Option("x", "X", (Ending("h", ("d",)),)))),), (DOOR,)),
         "depends on a choice"),
        (lambda: Graph((replace(LENGTH, options=(LENGTH.options[0], Option("x", "X", (Pace(0.1),)))),)), "times as long"),
        (lambda: Graph((), (replace(DOOR, branches=(DOOR.branches[0], replace(DOOR.branches[0], id="b"))),)),
         "play the same"),
        (lambda: Graph(spare=(Clip("card", Card("black"), 24),)), "is a card"),
    ],
)  # fmt: skip
def test_rules_that_contradict_each_other_are_refused(graph: Any, says: str) -> None:
    with pytest.raises(VariantError, match=says):
        graph()


@pytest.mark.parametrize(
    ("graph", "says"),
    [
        (Graph((), (DOOR,)), "names clip 'x', which there isn't"),
        (Graph((), (DOOR,), (*SPARE, _clip("a"))), "in the film and among the spare"),
        (Graph((replace(LENGTH, options=(LENGTH.options[0], Option("x", "X", (Drop(("end",)),)))),)), "names the end card"),
        (Graph((replace(LENGTH, options=(LENGTH.options[0], Option("x", "X", (Drop(tuple(IDS)),)))),)), "shows no shot"),
        (Graph((), (replace(DOOR, after="g", branches=(Branch("l", "L", ("a",)), Branch("r", "R", ("h",)))),)),
         "asked after it was shown"),
        (Graph((), (Choice("one", "One?", "d", (Branch("l", "L", ("e",)), Branch("r", "R", ()))),
                    Choice("two", "Two?", "e", (Branch("l", "L", ("d",)), Branch("r", "R", ()))))), "only after itself"),
    ],
)  # fmt: skip
def test_rules_that_this_film_can_not_follow_are_refused(graph: Graph, says: str) -> None:
    with pytest.raises(VariantError, match=says):
        planned(graph, _parent())


def _dropping(id: str, *clips: str) -> Preference:
    options = (Option("all", "All"), *(Option(f"no-{clip}", f"No {clip}", (Drop((clip,)),)) for clip in clips))
    return Preference(id, "length", f"Rule {id}", options)


def test_too_many_versions_name_the_rule_that_makes_most() -> None:
    many = Graph((_dropping("one", "a"), _dropping("two", "b", "c", "d", "e"), _dropping("three", "f", "g", "h")))
    with pytest.raises(VariantError, match=rf"40 versions, more than the {MAX_VARIANTS} .*'Rule two' there would be 8"):
        planned(many, _parent())
    more = Graph(tuple(_dropping(f"r{n}", *IDS[:5]) for n in range(4)))
    with pytest.raises(VariantError, match="1296 combinations, more than 512; 'Rule r3' alone makes 6 times"):
        planned(more, _parent())


def test_coverage_says_what_nobody_has_seen() -> None:
    plan = planned(Graph((LENGTH,), (DOOR,), SPARE), _parent())
    first, second, third, fourth = (one.key for one in plan.variants)
    told = coverage(plan, {first: "released", second: "reviewed", third: "made"}, seen=[_parent()])
    assert told.total == 4
    assert told.released == (first,)
    assert told.never_reviewed == (third, fourth)
    assert told.never_released == (second, third, fourth)
    assert told.unseen_joins == {third: (("a", "c"), ("d", "g")), fourth: (("a", "c"), ("x", "g"))}
    assert (told.answers, told.answered, told.share) == (4, 1, 0.25)
    assert ("d", "g") in joins(plan.variant(third).timeline)


# --- any rules ---------------------------------------------------------------------------------------------------------


@st.composite
def _edits(draw: Any, free: list[str]) -> Any:
    kind = draw(st.sampled_from(["drop", "swap", "ending", "pace"]))
    if kind == "pace":
        return Pace(draw(st.sampled_from([0.75, 0.8, 1.0, 1.25])))
    if kind == "drop":
        return Drop(tuple(draw(st.lists(st.sampled_from(free), min_size=1, max_size=3, unique=True))))
    play = tuple(draw(st.lists(st.sampled_from([*"uvw"]), max_size=2, unique=True)))
    clip = draw(st.sampled_from([one for one in free if one in IDS]))
    return Swap(clip, play) if kind == "swap" else Ending(clip, play)


@st.composite
def _graphs(draw: Any) -> Graph:
    """Up to two choices at random clips (the second maybe in a branch of the first), and up to two preferences."""
    spare = [*"uvwxyz"]
    choices: list[Choice] = []
    taken: set[str] = set()
    for n in range(draw(st.integers(0, 2))):
        after = draw(st.sampled_from([one for one in (*IDS[:-1], "x") if one not in {c.after for c in choices}]))
        later = list(IDS[IDS.index(after) + 1 :]) if after in IDS else []
        pool = [one for one in (*later, *"xyz") if one not in taken and one != after]
        assume(len(pool) >= 2)
        picked = draw(st.lists(st.sampled_from(pool), min_size=2, max_size=4, unique=True))
        cut = draw(st.integers(1, len(picked) - 1))
        taken |= set(picked)
        choices.append(
            Choice(
                f"q{n}",
                f"Question {n}?",
                after,
                (Branch("l", "L", tuple(picked[:cut])), Branch("r", "R", tuple(picked[cut:]))),
            )
        )
    free = [one for one in IDS if one not in {c.after for c in choices} and one not in taken]
    assume(len(free) >= 2)
    preferences = tuple(
        Preference(
            f"p{n}", "length", f"Preference {n}",
            (
                Option("as-is", "As it is"),
                Option("other", "Other", tuple(draw(st.lists(_edits(free), min_size=1, max_size=2)))),
            ),
        )
        for n in range(draw(st.integers(0, 2)))
    )  # fmt: skip
    return Graph(preferences, tuple(choices), tuple(_clip(one, start=20) for one in spare))


def _until(timeline: Timeline, clip: str) -> Any:
    at = timeline.index(clip)
    assert at is not None
    kept = {one.id for one in timeline.clips[: at + 1]}
    return (
        timeline.clips[: at + 1],
        timeline.transitions[: at + 2],
        [one for one in timeline.hung() if one.clip in kept],
    )


@given(_graphs(), st.frozensets(st.integers(0, len(IDS) - 2)))
@settings(max_examples=150, deadline=None)
def test_any_rules_lead_to_valid_versions_each_answer_to_one_and_nothing_differs_before_a_choice(
    graph: Graph, dissolves: frozenset[int]
) -> None:
    parent = _parent(dissolves=dissolves)
    try:
        plan = planned(graph, parent)
    except VariantError:
        return  # said in words by the tests above
    everything = [answers for one in plan.variants for answers in one.answers]
    assert len(set(everything)) == len(everything), "no answers lead to two versions"
    assert len({one.digest for one in plan.variants}) == len({one.key for one in plan.variants}) == len(plan.variants)
    for one in plan.variants:
        assert from_document(json.loads(json.dumps(_document(one.timeline)))) == one.timeline
        assert one.timeline.clips[-1] == parent.clips[-1]
        assert one.timeline.rate == parent.rate
        for answers in one.answers:
            assert plan.chosen(dict(answers.preferences), dict(answers.path)) is one
            _moments_hold(plan, answers)


def _moments_hold(plan: Plan, answers: Answers) -> None:
    here = plan.chosen(dict(answers.preferences), dict(answers.path)).timeline
    moments = plan.moments(answers)
    assert [one.at for one in moments] == sorted(one.at for one in moments)
    assert {one.choice for one in moments} == {choice for choice, _ in answers.path}
    for moment in moments:
        choice = next(one for one in plan.graph.choices if one.id == moment.choice)
        assert 0 < moment.at <= here.seconds
        for _branch, _name, key in moment.options:
            assert _until(plan.variant(key).timeline, choice.after) == _until(here, choice.after)
        assert len({key for _, _, key in moment.options}) <= len(choice.branches)


def _document(timeline: Timeline) -> Any:
    from generator.edit.document import as_document

    return as_document(timeline)


_FIELDS = ["format", "preferences", "choices", "spare", "id", "name", "options", "branches", "do", "after"]
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_FIELDS), inner, max_size=5),
    max_leaves=20,
)


@given(_JSON)
@settings(max_examples=200, deadline=None)
def test_whatever_a_stranger_sends_is_read_or_refused_in_one_line(document: object) -> None:
    given_ = {**document, "format": "reelproof-variants/1"} if isinstance(document, dict) else document
    said = ""
    try:
        graph_from(given_)
    except GeneratorError as error:
        said = str(error)
    assert "\n" not in said
