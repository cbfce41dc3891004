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
