"""Whoever recurs and resembles nobody registered is listed once, with their seconds and a picture, and no vector."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.audit import Auditor
from auditor.likeness import DlibFaceEncoder, FaceGallery, FaceTracker
from auditor.likeness.strangers import MOST_PEOPLE, Appearance, Look, unknown_people
from auditor.media import Interval, MediaInfo, probe, sample_frames
from auditor.report import AuditReport, UnknownPerson
from tests.clips import ASTRONAUT, CAR, COFFEE, ROCKET, frames_of, still, travel, write_clip

ENCODER = DlibFaceEncoder()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A man in a car 0 to 3 s, no face to 5 s, an astronaut to 8 s, no face to 10 s, the man again to 12 s."""
    man = frames_of(CAR, size=(640, 360))
    empty = list(travel(still(ROCKET), 50, zoom=(1.0, 1.2)))
    astronaut = list(travel(still(ASTRONAUT), 75, zoom=(1.3, 1.7), centre=(0.43, 0.25)))
    frames = [*man[:75], *empty, *astronaut, *empty, *man[75:125]]
    return write_clip(tmp_path_factory.mktemp("film") / "film.mp4", frames, crf=26)


@pytest.fixture(scope="module")
def report(film: Path, gallery: FaceGallery) -> AuditReport:
    return Auditor(index=None, gallery=gallery, fingerprint=False).audit(film)


def people_in(path: Path, gallery: FaceGallery) -> tuple[UnknownPerson, ...]:
    tracker, info = FaceTracker(gallery), probe(path)
    for frame in sample_frames(path, fps=2, max_side=640):
        tracker.observe(frame)
    tracker.conclude(path, info)
    return tracker.unknown_people(info)


def test_one_person_in_two_shots_is_one_unknown_person(report: AuditReport) -> None:
    assert {finding.subject_id for finding in report.findings} == {"collins"}
    (person,) = report.unknown_people
    assert (person.number, person.tracks) == (1, 2)
    assert person.spans[0].as_list() == pytest.approx([0, 3], abs=0.8)
    assert person.spans[1].as_list() == pytest.approx([10, 12], abs=0.6)
    assert person.seconds == pytest.approx(5, abs=1.1)
    assert person.similarity is not None
    assert 0.4 < person.similarity[0] <= person.similarity[1] <= 1


def test_the_picture_shows_the_face_in_its_box(report: AuditReport, film: Path, gallery: FaceGallery) -> None:
    (person,) = report.unknown_people
    assert any(span.start <= person.picture_seconds <= span.end for span in person.spans)
    picture = cv2.imdecode(np.frombuffer(person.picture_jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert len(gallery.encoder.detect(np.ascontiguousarray(picture[:, :, ::-1]))) == 1
    yellow = (np.abs(picture.astype(int) - (40, 200, 255)).max(axis=2) < 60).sum()
    assert yellow > 100


def test_people_are_told_apart_and_numbered_as_they_come(film: Path) -> None:
    man, astronaut = people_in(film, FaceGallery.from_templates({}))
    assert (man.number, man.tracks, astronaut.number, astronaut.tracks) == (1, 2, 2, 1)
    assert astronaut.spans[0].as_list() == pytest.approx([5, 8], abs=0.6)
    assert astronaut.similarity is None


def test_the_document_has_no_picture_and_no_vector(report: AuditReport) -> None:
    (document,) = json.loads(json.dumps(report.as_dict()))["unknown_people"]
    assert set(document) == {
        "number", "spans", "seconds", "tracks", "similarity", "region", "picture_seconds", "plain"
    }  # fmt: skip
    assert "resembles nobody registered" in document["plain"]
    numbers = [value for value in document.values() if isinstance(value, float)]
    assert len(numbers) < 10


def test_a_picture_lists_everybody_in_it(gallery: FaceGallery) -> None:
    (person,) = people_in(ASTRONAUT, FaceGallery.from_templates({}))
    assert person.seconds == 0
    assert "The picture shows" in person.plain
    assert people_in(ASTRONAUT, gallery) == ()
    assert people_in(COFFEE, gallery) == ()


def test_without_a_gallery_nobody_is_listed(film: Path) -> None:
    report = Auditor(index=None, gallery=None, fingerprint=False).audit(film)
    assert report.unknown_people == ()


# joining, on made-up vectors


def info(seconds: float) -> MediaInfo:
    return MediaInfo(
        duration=seconds,
        width=640,
        height=360,
        fps=25.0,
        frames=int(seconds * 25),
        video_codec="h264",
        audio_codec=None,
        media_type="video/mp4",
    )


def appearance(start: float, end: float, vector: np.ndarray) -> Appearance:
    return Appearance(Interval(start, end), [vector.astype(np.float32)], Look(clearness=end))


def person_at(place: int, wobble: float = 0.0) -> np.ndarray:
    vector = np.zeros(128)
    vector[place], vector[127] = 1.0, wobble
    return vector


def test_a_short_look_is_no_recurring_person() -> None:
    assert unknown_people([appearance(3, 3.5, person_at(0))], info(10), ENCODER, step=0.5) == ()
    assert len(unknown_people([appearance(3, 5, person_at(0))], info(10), ENCODER, step=0.5)) == 1
    two = [appearance(3, 3, person_at(0)), appearance(8, 8, person_at(0, 0.1))]
    assert [one.tracks for one in unknown_people(two, info(10), ENCODER, step=0.5)] == [2]
    assert unknown_people([], info(10), ENCODER, step=0.5) == ()


def test_a_span_ends_with_the_film() -> None:
    (person,) = unknown_people([appearance(7, 9.9, person_at(0))], info(10), ENCODER, step=0.5)
    assert person.spans[0].end == 10
    assert person.seconds == pytest.approx(3)


@settings(max_examples=25, deadline=None)
@given(
    shots=st.lists(st.integers(0, 5), min_size=1, max_size=30),
    seed=st.integers(0, 99),
)
def test_whatever_the_order_each_person_is_one(shots: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    looks = [appearance(10 * n, 10 * n + 5, person_at(who, rng.uniform(0, 0.2))) for n, who in enumerate(shots)]
    shuffled = [looks[place] for place in rng.permutation(len(looks))]
    people = unknown_people(shuffled, info(10 * len(shots)), ENCODER, step=0.5)
    assert sorted(one.tracks for one in people) == sorted(shots.count(who) for who in set(shots))
    assert [one.number for one in people] == list(range(1, len(people) + 1))
    assert [one.spans[0].start for one in people] == sorted(one.spans[0].start for one in people)
    assert sum(one.seconds for one in people) == pytest.approx(
        sum(min(5.5, 10 * len(shots) - 10 * n) for n in range(len(shots)))
    )


def test_a_crowd_is_cut_to_those_longest_on_screen() -> None:
    rng = np.random.default_rng(1)
    crowd = [appearance(n, n + 2 + n / 1000, rng.normal(0, 1, 128)) for n in range(MOST_PEOPLE + 40)]
    people = unknown_people(crowd, info(1000), ENCODER, step=0.0)
    assert len(people) == MOST_PEOPLE
    assert people[0].spans[0].start == 40
