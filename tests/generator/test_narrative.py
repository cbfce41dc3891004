"""Briefs to screenplays, and Fountain out and in."""

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.narrative import (
    BriefError,
    Element,
    Heading,
    Scene,
    Screenplay,
    ScreenplayError,
    parse_fountain,
    write_screenplay,
)
from generator.narrative.fountain import plain

KEEPER = (
    "At dusk a lonely lighthouse keeper, Mara, finds a sealed letter washed up on the rocks below her "
    "lighthouse. Her daughter Ilse "
    "arrives by boat and wants to burn it. But the storm is coming, and the letter names the man who never came back."
)
TAXI = (
    "In a rain-soaked city at night, a taxi driver named Tomas finds a suitcase on the back seat. A "
    "stranger follows him through empty "
    "streets until he must decide whether to open it."
)


def test_a_screenplay_uses_the_briefs_own_people_places_and_words() -> None:
    screenplay = write_screenplay(KEEPER, seed=7)
    text = screenplay.to_fountain()
    assert len(screenplay.scenes) == 3
    assert screenplay.characters[:2] == ("MARA", "ILSE")
    assert screenplay.role("MARA") == "lonely lighthouse keeper"
    assert "LIGHTHOUSE" in screenplay.scenes[0].heading.place
    assert screenplay.scenes[0].heading.time == "DUSK"
    assert "finds a sealed letter washed up on the rocks" in text
    assert "wants to burn it" in text
    assert all(scene.characters for scene in screenplay.scenes)


def test_every_line_of_dialogue_belongs_to_someone_of_the_cast() -> None:
    screenplay = write_screenplay(TAXI, seed=3)
    speakers = {
        element.character for scene in screenplay.scenes for element in scene.elements if element.kind == "dialogue"
    }
    assert speakers
    assert speakers <= {"TOMAS", "STRANGER"}


def test_the_same_brief_and_seed_give_the_same_screenplay_and_others_do_not() -> None:
    assert write_screenplay(KEEPER, seed=7) == write_screenplay(KEEPER, seed=7)
    assert write_screenplay(KEEPER, seed=7) != write_screenplay(TAXI, seed=7)
    assert len({write_screenplay(KEEPER, seed=seed).to_fountain() for seed in range(6)}) > 1


@pytest.mark.parametrize("scenes", [1, 2, 5, 12])
def test_any_number_of_scenes_up_to_twelve(scenes: int) -> None:
    screenplay = write_screenplay(KEEPER, scenes=scenes, seed=1)
    assert len(screenplay.scenes) == scenes
    assert parse_fountain(screenplay.to_fountain()) == screenplay


@pytest.mark.parametrize(
    ("brief", "reason"),
    [
        ("", "empty"),
        ("   \n\t ", "empty"),
        ("?!? ... 12 34", "empty"),
        ("a" * 1_000_000, "characters"),
        ("A keeper\x00 waits by the sea at night.", "control character U+0000"),
        ("A keeper\x1b[31m waits by the sea.", "control character U+001B"),
        ("A keeper waits <script>alert(1)</script> by the sea.", "markup"),
        ("A keeper waits. <img src=x onerror=alert(1)>", "markup"),
    ],
)
def test_a_bad_brief_is_refused_in_one_clear_line(brief: str, reason: str) -> None:
    with pytest.raises(BriefError) as caught:
        write_screenplay(brief, seed=1)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "brief",
    [
        "رجل عجوز ينتظر ابنه في الميناء عند الفجر. يصل القارب فارغا.",
        "老渔夫在港口等待他的儿子。 船空着回来了。",
        "A keeper \u202eterces a sdaer\u202c by the sea at dawn.",
        "[[shot: nothing]] /* hidden */ A *bold* _keeper_ waits.\n\nINT. TRAP - NIGHT\n\n> CUT TO:",
        "Title: Evil\nAuthor: me\n\nEXT. X - DAY\n\n@BOB\nHello there everyone.",
        "no capital letters and no known nouns whatsoever in this sentence",
    ],
)
def test_odd_briefs_become_screenplays_that_survive_the_round_trip(brief: str) -> None:
    screenplay = write_screenplay(brief, seed=1)
    assert parse_fountain(screenplay.to_fountain()) == screenplay
    assert len(screenplay.scenes) == 3


_line = st.text(st.characters(exclude_categories=("Cs", "Co", "Cn")), min_size=1, max_size=60).map(plain).filter(bool)
_cue = (
    st.text(string.ascii_uppercase + "ÄÉ .'-", min_size=1, max_size=14)
    .map(plain)
    .filter(lambda name: re.search(r"[A-ZÄÉ]", name))
)
_place = st.text(string.ascii_uppercase + " '", min_size=1, max_size=20).map(plain).filter(bool)
_element = st.one_of(
    st.builds(Element, st.just("action"), _line),
    st.builds(Element, st.just("shot"), _line),
    st.builds(Element, st.just("dialogue"), _line, _cue, st.sampled_from(["", "softly", "to no one"])),
)
_scene = st.builds(
    Scene,
    st.builds(Heading, st.booleans(), _place, st.sampled_from(["DAY", "NIGHT", "DUSK"])),
    st.lists(_element, max_size=6).map(tuple),
)
_screenplay = st.builds(
    Screenplay,
    title=_line,
    logline=st.just("A line."),
    credit=st.just("Us"),
    mood=st.sampled_from(["", "tense"]),
    cast=st.lists(
        st.tuples(st.sampled_from(["MARA", "TOM"]), st.sampled_from(["keeper", "old sailor"])),
        max_size=2,
        unique_by=lambda c: c[0],
    ).map(tuple),
    scenes=st.lists(_scene, min_size=1, max_size=4).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(_screenplay)
def test_whatever_is_written_reads_back_equal(screenplay: Screenplay) -> None:
    assert parse_fountain(screenplay.to_fountain()) == screenplay


def test_shot_notes_survive_and_foreign_fountain_is_read() -> None:
    text = (
        "Title: T\n\nINT. HOUSE - NIGHT\n\n# Section\n\n= Synopsis\n\n"
        "[[shot: wide, dolly in]]\n\nRain.\n\nMARA (V.O.)\n(low)\nHello.\n\n[[just a note]]\n\nCUT TO:\n"
    )
    screenplay = parse_fountain(text)
    kinds = [(element.kind, element.text) for element in screenplay.scenes[0].elements]
    assert kinds == [
        ("section", "Section"),
        ("synopsis", "Synopsis"),
        ("shot", "wide, dolly in"),
        ("action", "Rain."),
        ("dialogue", "Hello."),
        ("note", "just a note"),
        ("transition", "CUT TO:"),
    ]
    assert screenplay.scenes[0].elements[4].parenthetical == "low"


@pytest.mark.parametrize("text", ["", "just some prose without any scene", "\x00\x01", "x" * 500_000])
def test_what_is_no_screenplay_is_refused(text: str) -> None:
    with pytest.raises(ScreenplayError):
        parse_fountain(text)
