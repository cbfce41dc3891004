"""Pictures and sound that run in step say so; out of step, of other works, or backwards, they don't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.matching.fusion import fuse
from auditor.media import Interval
from auditor.report import Finding, FindingKind


def finding(kind: FindingKind, start: float, shown: float, *, work: str = "film", speed: float = 1.0) -> Finding:
    return Finding(
        kind=kind, query=Interval(start, start + 4), score=0.9, plain="Seconds show “Film”.", work_id=work,
        reference=Interval(shown, shown + 4 * speed), speed=speed,
    )  # fmt: skip


def test_a_copy_with_its_sound() -> None:
    copy, sound = fuse([finding("copy", 2, 10), finding("audio", 2.5, 10.6)])
    assert copy.plain.endswith("Its sound is there as well, in step.")
    assert sound.plain.endswith("The pictures of these seconds are the work's too.")
    assert copy.measured["sound_apart"] == pytest.approx(0.1)


def test_another_take_with_the_works_own_sound_deserves_a_second_look() -> None:
    scene, _ = fuse([finding("scene", 2, 10), finding("audio", 2, 10)])
    assert "look closely" in scene.plain
    assert scene.kind == "scene"


@pytest.mark.parametrize(
    "sound",
    [
        finding("audio", 2, 11),
        finding("audio", 2, 10, work="another"),
        finding("audio", 2, 10, speed=1.25),
        finding("audio", 5.8, 13.8),
    ],
    ids=["out of step", "another work", "another speed", "hardly overlapping"],
)
def test_what_is_not_in_step_stays_as_it_was(sound: Finding) -> None:
    before = [finding("copy", 2, 10), sound]
    assert fuse(before) == before


@given(
    st.permutations([finding("copy", 2, 10), finding("audio", 3, 11), finding("scene", 20, 1), finding("face", 2, 2)])
)
def test_the_order_of_findings_decides_nothing(findings: list[Finding]) -> None:
    plain = {finding.kind: finding.plain for finding in fuse(findings)}
    assert plain["copy"].endswith("in step.")
    assert plain["scene"] == plain["face"] == "Seconds show “Film”."
