"""Which works may be learned from: every refusal with its reason and remedy, and what is left when they are left out."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.encoding import writing
from generator.errors import CancelledError, ForbiddenWorksError, TrainingSetError
from generator.training.data import (
    OwnRenders,
    PersonPermission,
    TrainingFile,
    TrainingSet,
    TrainingWork,
    permitted,
    person_of,
    refusals,
)
from generator.training.examples import Gathering, gather, random_shots
from tests.generator.training_sets import corpus, picture, table

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def _codes(found: TrainingSet, *territories: str) -> dict[str, str]:
    return {one.work_id: one.code for one in refusals(found, territories=territories or ("DE",), at=NOW)}


def test_a_table_of_free_works_is_permitted_and_keeps_what_it_said(tmp_path: Path) -> None:
    allowed = permitted(TrainingSet.of_table(*corpus(tmp_path)), territories=("DE", "FR"), at=NOW)
    assert [work.work_id for work in allowed.works] == [f"{number}.png" for number in range(6)]
    assert (allowed.left_out, allowed.territories) == ((), ("DE", "FR"))
    assert {work.spdx_id for work in allowed.works} == {"CC0-1.0"}
    assert all(len(work.licence_version) == len("sha256:") + 64 for work in allowed.works)
    assert TrainingSet.from_dict(allowed.as_dict(paths=True)) == allowed
    assert str(tmp_path) not in str(allowed.as_dict()), "records name no place on this machine"


def test_each_work_is_refused_for_its_own_reason_and_says_what_to_do(tmp_path: Path) -> None:
    rows = {
        "free.png": {},
        "looked-at.png": {"acts": "match reference"},
        "reserved.png": {"acts": "match", "reservations": "tdm"},
        "reserved-but-licensed.png": {"reservations": "tdm"},
        "ended.png": {"ends": "2026-11-26"},
        "last-day.png": {"ends": "2026-11-27"},
        "elsewhere.png": {"territories": "US"},
        "european.png": {"territories": "EU"},
        "gone.png": {},
        "broken.png": {},
        "changed.png": {},
    }
    for number, name in enumerate(rows):
        picture(tmp_path / "works" / name, number)
    (tmp_path / "works" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "works" / "gone.png").unlink()
    found = TrainingSet.of_table(table(tmp_path / "t.csv", rows), tmp_path / "works")
    picture(tmp_path / "works" / "changed.png", 99)
    assert _codes(found) == {
        "looked-at.png": "act",
        "reserved.png": "tdm",
        "ended.png": "ended",
        "elsewhere.png": "territory",
        "gone.png": "missing",
        "broken.png": "unreadable",
        "changed.png": "changed",
    }
    assert _codes(found, "DE", "JP")["european.png"] == "territory"
    assert _codes(found, "*")["european.png"] == "territory", "where nobody says where, everywhere is asked"
    for refusal in refusals(found, territories=("DE",), at=NOW):
        assert refusal.reason, refusal
        assert refusal.remedy, refusal
        assert (refusal.files != ()) == (refusal.code in ("missing", "unreadable", "changed"))
    with pytest.raises(
        ForbiddenWorksError, match=r"looked-at\.png, to train: .*and 6 more; or leave them out"
    ) as caught:
        permitted(found, territories=("DE",), at=NOW)
    assert len(caught.value.refusals) == 7
    allowed = permitted(found, territories=("DE",), at=NOW, leave_out=True)
    assert {work.work_id for work in allowed.works} == {
        "free.png", "reserved-but-licensed.png", "last-day.png", "european.png",
    }  # fmt: skip
    assert allowed.left_out == caught.value.refusals


def test_a_licence_for_one_act_is_none_for_another(tmp_path: Path) -> None:
    found = TrainingSet.of_table(*corpus(tmp_path, 1, acts="train"))
    assert refusals(found, territories=("DE",), at=NOW) == ()
    assert [one.act for one in refusals(found, territories=("DE",), at=NOW, act="adapt")] == ["adapt"]


def test_a_licence_that_has_not_begun_waits(tmp_path: Path) -> None:
    found = TrainingSet.of_table(*corpus(tmp_path, 1))
    later = dataclasses.replace(found.works[0], begins=NOW + timedelta(days=1))
    assert _codes(TrainingSet((later,))) == {"0.png": "not begun"}


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainingSetError, match="the training set is empty"):
        permitted(TrainingSet(), territories=("DE",), at=NOW)
    refused = TrainingSet.of_table(*corpus(tmp_path, 2, acts="none"))
    with pytest.raises(TrainingSetError, match="nothing that may be learned from is left"):
        permitted(refused, territories=("DE",), at=NOW, leave_out=True)


def test_a_link_out_of_the_folder_is_no_file_of_the_corpus(tmp_path: Path) -> None:
    outside = picture(tmp_path / "elsewhere.png", 1)
    (tmp_path / "works").mkdir()
    (tmp_path / "works" / "a.png").symlink_to(outside)
    found = TrainingSet.of_table(table(tmp_path / "t.csv", {"a.png": {}}), tmp_path / "works")
    assert _codes(found) == {"a.png": "missing"}


def test_files_that_are_the_same_count_once(tmp_path: Path) -> None:
    rows = {"a.png": {"work_id": "w1"}, "b.png": {"work_id": "w1"}, "c.png": {"work_id": "w2"}}
    for name in rows:
        picture(tmp_path / "works" / name, 1)
    allowed = TrainingSet.of_table(table(tmp_path / "t.csv", rows), tmp_path / "works")
    assert [file.label for file in allowed.files()] == ["a.png"]
    assert len(gather(allowed, how=Gathering(), seed=1).examples.real) == 1


def test_a_grant_that_has_ended_refuses_the_whole_set(tmp_path: Path) -> None:
    person = PersonPermission("s1", "g7", 2, "face", signed=date(2026, 1, 1), ends=date(2026, 11, 26))
    found = dataclasses.replace(TrainingSet.of_table(*corpus(tmp_path, 2)), people=(person,))
    with pytest.raises(ForbiddenWorksError, match="the grant of face ended on 2026-11-26"):
        permitted(found, territories=("DE",), at=NOW, leave_out=True)
    assert person_of(person.as_dict()) == person
    for wrong in ({}, {"subject_id": "s"}, {**person.as_dict(), "ends": "soon"}, {**person.as_dict(), "more": 1},
                  {**person.as_dict(), "grant_version": "2"}):  # fmt: skip
        with pytest.raises(TrainingSetError, match="a person's grant can't be read"):
            person_of(wrong)


def test_pictures_are_gathered_alike_every_time_and_whole_works_are_held_out(tmp_path: Path) -> None:
    rows = {f"{work}-{number}.png": {"work_id": f"w{work}"} for work in range(5) for number in range(3)}
    for number, name in enumerate(rows):
        picture(tmp_path / "works" / name, number)
    allowed = TrainingSet.of_table(table(tmp_path / "t.csv", rows), tmp_path / "works")
    one, two = (gather(allowed, how=Gathering(held_out=0.2), seed=4) for _ in range(2))
    assert (len(one.examples.real), len(one.examples.held_out)) == (12, 3)
    held = {work.work_id for work in allowed.works for file in work.files if file.sha256 in one.held_out}
    assert len(held) == 1, "all three of one work"
    assert all((a == b).all() for a, b in zip(one.examples.real, two.examples.real, strict=True))
    assert one.held_out == two.held_out
    assert gather(allowed, how=Gathering(held_out=0.0), seed=4).held_out == ()
    with pytest.raises(CancelledError):
        permitted(allowed, territories=("DE",), at=NOW, cancelled=lambda: True)
    with pytest.raises(CancelledError):
        gather(allowed, how=Gathering(), seed=4, cancelled=lambda: True)


def test_films_give_pictures_by_the_second_and_clips_with_captions(tmp_path: Path) -> None:
    (tmp_path / "works").mkdir()
    with writing(tmp_path / "works" / "a.mp4", width=64, height=36, fps=8, metadata={}) as writer:
        for number in range(30):
            writer.add(np.full((36, 64, 3), 8 * number, np.uint8))
    (tmp_path / "works" / "a.txt").write_text("it grows\nlight ")
    rows = {"a.mp4": {"title": "Dawn"}}
    found = TrainingSet.of_table(table(tmp_path / "t.csv", rows), tmp_path / "works")
    pictures = gather(found, how=Gathering(film_fps=2.0, max_side=32), seed=1).examples
    assert [one.shape for one in pictures.real] == [(18, 32, 3)] * 8
    lights = [float(one.mean()) for one in pictures.real]
    assert lights == sorted(lights)
    assert len(gather(found, how=Gathering(film_fps=8.0, most=5), seed=1).examples.real) == 5
    clips = gather(found, how=Gathering(clip_frames=9, clip_fps=8.0), seed=1, clips=True).examples
    assert [clip.shape for clip in clips.clips] == [(9, 36, 64, 3)] * 3, "the three frames that are left make no clip"
    assert clips.captions == ("it grows light",) * 3
    assert (clips.real, clips.held_out) == ((), ())


def test_own_renders_are_drawn_once_and_the_same_every_time(tmp_path: Path) -> None:
    renders = OwnRenders(seed=5, shots=2, frames_per_shot=2, width=64, height=36)
    found = TrainingSet(renders=renders)
    assert permitted(found, territories=("DE",), at=NOW).works == (), "they need no licence"
    one = gather(found, how=Gathering(), seed=1, cache=tmp_path / "renders")
    assert [frame.shape for frame in one.examples.drawn] == [(36, 64, 3)] * 4
    kept = sorted((tmp_path / "renders").iterdir())
    assert len(kept) == 2
    kept[0].write_bytes(b"torn")
    changed = kept[1].stat().st_mtime_ns
    two = gather(found, how=Gathering(), seed=1, cache=tmp_path / "renders")
    assert two.drawn_sha256 == one.drawn_sha256
    assert kept[1].stat().st_mtime_ns == changed, "what is there is not drawn again"
    frames = np.stack(one.examples.drawn).astype(float)
    assert np.abs(frames[0] - frames[2]).mean() > 2, "two shots are two pictures"


def test_own_shots_vary_and_repeat() -> None:
    renders = OwnRenders(seed=1, shots=200, frames_per_shot=1, width=64, height=36)
    shots = random_shots(renders)
    assert shots == random_shots(renders)
    assert shots != random_shots(dataclasses.replace(renders, seed=2))
    for name, least in (("place", 25), ("light", 7), ("weather", 7), ("mood", 8), ("size", 5), ("move", 13)):
        assert len({getattr(shot, name) for shot in shots}) >= least, name
    for wrong in ({"shots": 0}, {"width": 63}, {"seed": -1}, {"frames_per_shot": True}):
        with pytest.raises(TrainingSetError, match="own renders"):
            dataclasses.replace(renders, **wrong)  # type: ignore[arg-type]
    with pytest.raises(TrainingSetError, match="own renders of 4096x4096 take more than 8 GiB of memory"):
        OwnRenders(1, 200, 2, 4096, 4096)


_ACTS = st.lists(st.sampled_from(["match", "reference", "train", "reproduce", "adapt"]), unique=True).map(tuple)
_PLACES = st.lists(st.sampled_from(["DE", "EU", "US", "US-CA", "*", "JP"]), min_size=1, unique=True).map(tuple)
_DAYS = st.one_of(st.none(), st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days)))


@st.composite
def _works(draw: st.DrawFn) -> TrainingSet:
    files = draw(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3), min_size=1, max_size=5))
    works = [
        TrainingWork(
            f"w{number}", "t", "r", "l", "", "1", draw(_ACTS), draw(_PLACES), draw(_DAYS),
            draw(st.sampled_from([(), ("tdm",)])),
            tuple(TrainingFile(_PATHS[one], _DIGESTS[one], f"{number}-{at}-{one}.png") for at, one in enumerate(chosen)),
            draw(_DAYS),
        )
        for number, chosen in enumerate(files)
    ]  # fmt: skip
    return TrainingSet(tuple(works))


_PATHS: list[Path] = []
_DIGESTS: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def _five_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    from generator.encoding import sha256_of

    folder = tmp_path_factory.mktemp("five")
    _PATHS[:] = [picture(folder / f"{number}.png", number) for number in range(5)]
    _DIGESTS[:] = [sha256_of(path) for path in _PATHS]


@given(found=_works(), asked=_PLACES)
def test_no_picture_of_a_refused_work_is_ever_learned_from(found: TrainingSet, asked: tuple[str, ...]) -> None:
    refused = refusals(found, territories=asked, at=NOW, probe=False)
    try:
        allowed = permitted(found, territories=asked, at=NOW, leave_out=True, probe=False)
    except TrainingSetError:
        allowed = TrainingSet()
    assert refusals(allowed, territories=asked, at=NOW, probe=False) == (), "what is left is permitted"
    whole = {one.work_id for one in refused if not one.files}
    forbidden = {file.sha256 for work in found.works if work.work_id in whole for file in work.files}
    assert not forbidden & {file.sha256 for work in allowed.works for file in work.files}
    for work in allowed.works:
        assert "train" in work.acts
        assert work.ends is None or work.ends > NOW
        assert work.begins is None or work.begins <= NOW
    kept = {file.label for work in allowed.works for file in work.files}
    told = {name for one in refused for name in one.files}
    silent = {file.label for work in found.works if work.work_id not in whole for file in work.files} - kept - told
    assert not silent, "nothing is left out without being told"
    assert bool(refused) == (len(kept) < sum(len(work.files) for work in found.works))


@given(found=_works())
def test_a_set_reads_back_as_it_was_written(found: TrainingSet) -> None:
    again = TrainingSet.from_dict(found.as_dict(paths=True))
    assert again == found
    assert again.sha256 == found.sha256
