"""Screenplays to shots, and shot specifications as JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.narrative import parse_fountain, write_screenplay
from generator.shots import ShotError, ShotRequest, plan_shots

BRIEF = (
    "A lighthouse keeper, Mara, finds a letter on the shore at dusk in the fog. Her brother Jon comes by "
    "boat, but the tide is rising."
)


def _shots(**options: object) -> tuple[ShotRequest, ...]:
    return plan_shots(write_screenplay(BRIEF, seed=2), seed=2, **options)  # type: ignore[arg-type]


def test_a_twelve_second_film_has_five_to_seven_shots_of_every_scene() -> None:
    shots = _shots()
    assert 5 <= len(shots) <= 7
    assert {shot.scene for shot in shots} == {1, 2, 3}
    assert len({shot.id for shot in shots}) == len(shots)
    assert sum(shot.frames for shot in shots) == 144
    assert len({shot.move for shot in shots}) > 2


def test_shots_say_what_the_brief_said() -> None:
    first = _shots()[0]
    assert (first.place, first.light, first.weather) == ("coast", "dusk", "fog")
    assert "lighthouse" in first.elements
    assert "MARA" in first.characters
    assert "dusk" in first.prompt


@settings(max_examples=40, deadline=None)
@given(seconds=st.floats(3.0, 90.0), fps=st.sampled_from([8, 12, 24, 25, 30]))
def test_the_total_is_exact_to_the_frame(seconds: float, fps: int) -> None:
    shots = _shots(total_seconds=seconds, fps=fps)
    assert sum(shot.frames for shot in shots) == round(seconds * fps)
    assert abs(sum(shot.duration for shot in shots) - seconds) <= 0.5 / fps + 1e-9


def test_a_shot_survives_json() -> None:
    for shot in _shots():
        assert ShotRequest.from_dict(json.loads(json.dumps(shot.as_dict()))) == shot


def test_a_specification_of_before_there_was_sound_is_read():
    spec = {key: value for key, value in _shots()[0].as_dict().items() if key not in ("sound", "dialogue")}
    assert ShotRequest.from_dict(spec).dialogue == ()


def test_each_line_is_said_once_in_the_shot_that_it_stands_under():
    text = (
        "EXT. DESERT - NOON\n\n[[shot: wide, static]]\n\nAna waits.\n\nANA\n(low)\nWell.\n\n"
        "[[shot: close-up, static, on ANA]]\n\nShe turns.\n\nANA\nGo.\n"
    )
    shots = plan_shots(parse_fountain(text), seed=1)
    assert [[(line.character, line.manner, line.text) for line in shot.dialogue] for shot in shots] == [
        [("ANA", "low", "Well.")],
        [("ANA", "", "Go.")],
    ]


def test_notes_in_an_edited_screenplay_are_honoured() -> None:
    text = "Title: T\n\nEXT. DESERT - NOON\n\n[[shot: close-up, orbit left, on ANA]]\n\nAna waits.\n\nANA\nWell.\n"
    shot = plan_shots(parse_fountain(text), seed=1)[0]
    assert (shot.size, shot.move, shot.focus, shot.place, shot.light) == (
        "close-up",
        "orbit left",
        "ANA",
        "desert",
        "day",
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"move": "teleport"}, "move"),
        ({"size": None}, "size"),
        ({"width": 641}, "even"),
        ({"height": 10**9}, "height"),
        ({"fps": 0}, "fps"),
        ({"duration": float("nan")}, "duration"),
        ({"duration": 0.77}, "frames"),
        ({"seed": -1}, "seed"),
        ({"seed": "7"}, "seed"),
        ({"characters": "MARA"}, "characters"),
        ({"characters": ["A"] * 99}, "characters"),
        ({"elements": [3]}, "elements"),
        ({"dialogue": [["ANA", "Go."]]}, "dialogue"),
        ({"dialogue": [{"character": "ANA", "text": ""}]}, "dialogue"),
        ({"sound": 3}, "sound"),
        ({"prompt": "x" * 5000}, "prompt"),
        ({"description": "a\x00b"}, "control"),
        ({"interior": "yes"}, "interior"),
        ({"surprise": 1}, "surprise"),
        ({"lens_mm": 0.001}, "lens_mm"),
        ({"roles": []}, "roles"),
    ],
)
def test_a_bad_specification_is_refused_by_field(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ShotError, match=reason):
        ShotRequest.from_dict({**_shots()[0].as_dict(), **change})


def test_a_missing_field_and_a_foreign_object_are_refused() -> None:
    spec = _shots()[0].as_dict()
    del spec["lens_mm"]
    with pytest.raises(ShotError, match="lens_mm"):
        ShotRequest.from_dict(spec)
    with pytest.raises(ShotError, match="JSON object"):
        ShotRequest.from_dict([1, 2])  # type: ignore[arg-type]


def test_scenes_that_cannot_fit_are_refused() -> None:
    with pytest.raises(ShotError, match="don't fit"):
        plan_shots(write_screenplay(BRIEF, scenes=12, seed=1), total_seconds=2.0, seed=1)


TALK = (
    "EXT. HARBOUR - DUSK\n\nMara stands on the quay. The boat comes in. Jon waves.\n\n"
    "MARA\nYou came back.\n\nJON\nI said so.\n\n"
    "MARA\nNobody believed it.\n\nJON\nAnd you?\n\nThe letter lies on the crate.\n\n"
    "INT. KITCHEN - NIGHT\n\nMara pours tea. Jon sits down.\n\nJON\nRead it.\n\nMARA\n(slowly)\nNot tonight.\n\n"
    "EXT. COAST - DAWN\n\nThey walk along the shore. Birds circle.\n"
)


def test_two_minutes_are_twenty_shots_that_cover_talk_from_both_sides() -> None:
    screenplay = parse_fountain(TALK)
    shots = plan_shots(screenplay, total_seconds=120.0, seed=2)
    assert len(shots) == 20
    assert sum(shot.frames for shot in shots) == 1440
    assert min(shot.duration for shot in shots) > 2.0
    assert {shot.scene for shot in shots} == {1, 2, 3}
    said = [(line.character, line.text) for shot in shots for line in shot.dialogue]
    assert said == [
        ("MARA", "You came back."),
        ("JON", "I said so."),
        ("MARA", "Nobody believed it."),
        ("JON", "And you?"),
        ("JON", "Read it."),
        ("MARA", "Not tonight."),
    ]
    alone = [shot for shot in shots if len(shot.dialogue) == 1 and shot.size in ("medium", "close-up")]
    assert {shot.focus for shot in alone} == {"MARA", "JON"}
    assert all(shot.focus == shot.dialogue[0].character for shot in alone)
    assert len({(shot.size, shot.move) for shot in shots}) >= 8
    assert len({shot.id for shot in shots}) == 20


@settings(max_examples=40, deadline=None)
@given(count=st.integers(3, 40), seconds=st.floats(40.0, 90.0))
def test_any_count_of_shots_is_met_and_every_line_is_said_once(count: int, seconds: float) -> None:
    shots = plan_shots(parse_fountain(TALK), total_seconds=seconds, count=count, seed=2)
    assert len(shots) == count
    assert sum(shot.frames for shot in shots) == round(seconds * 12)
    said = [line.text for shot in shots for line in shot.dialogue]
    assert sorted(said) == sorted(set(said))
    assert len(said) == 6
    for shot in shots:
        assert ShotRequest.from_dict(json.loads(json.dumps(shot.as_dict()))) == shot


@pytest.mark.parametrize("count", [0, 2, 500])
def test_a_count_that_the_scenes_or_the_length_do_not_allow_is_refused(count: int) -> None:
    with pytest.raises(ShotError, match="shots, not"):
        plan_shots(parse_fountain(TALK), total_seconds=60.0, count=count, seed=1)


def test_shots_that_would_last_too_long_are_refused_by_their_number() -> None:
    with pytest.raises(ShotError, match="ask for more shots"):
        plan_shots(parse_fountain(TALK), total_seconds=600.0, count=4, seed=1)


def test_a_storm_in_the_snow_is_a_snowstorm_and_a_well_is_a_well_only_with_its_article() -> None:
    pass_ = parse_fountain(
        "EXT. MOUNTAIN PASS - DAY\n\nSnow. A dog pulls the sledge before the storm to the old well.\n"
    )
    shot = plan_shots(pass_, seed=1)[0]
    assert shot.weather == "snow"
    assert {"dog", "sledge", "fountain"} <= set(shot.elements)
    talk = parse_fountain("EXT. FIELD - DAY\n\nAna waits. Jon does not.\n\nANA\nWell, that went well.\n")
    assert not {"fountain", "deer"} & set(plan_shots(talk, seed=1)[0].elements)
