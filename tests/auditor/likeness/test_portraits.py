"""Portraits that can't enrol are refused with a reason and a remedy; those that can are one person's, each picture once."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.likeness import DlibFaceEncoder, Face, FaceGallery, PortraitError, read_portraits, vault_beside
from auditor.likeness.portraits import MAX_TURN
from tests.clips import ASTRONAUT, CAR, COFFEE, Pixels, frames_of, still

ENCODER = DlibFaceEncoder()


def saved(pixels: Pixels, path: Path) -> Path:
    cv2.imwrite(str(path), pixels[:, :, ::-1])
    return path


@pytest.fixture(scope="module")
def astronaut() -> Pixels:
    return still(ASTRONAUT)


@pytest.fixture(scope="module")
def man(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(frames_of(CAR, size=(704, 576))[60], tmp_path_factory.mktemp("man") / "man.png")


@pytest.fixture
def gallery(tmp_path: Path) -> FaceGallery:
    keys = vault_beside(tmp_path / "key", create=True)
    gallery = FaceGallery.open(tmp_path / "gallery", keys, create=True, encoder=ENCODER)
    gallery.enrol("collins", [ASTRONAUT])
    return gallery


def nose_moved(picture: Pixels) -> Pixels:
    """The nose drawn to the side of the face, as in a face that is turned."""
    (face,) = ENCODER.detect(picture)
    eyes, nose = np.ptp(face.points[:2, 0]), face.points[2]
    y, x = np.indices(picture.shape[:2], np.float32)
    near = np.exp(-((x - nose[0]) ** 2 + (y - nose[1]) ** 2) / (2 * (0.5 * eyes) ** 2)).astype(np.float32)
    return np.asarray(cv2.remap(picture, x - 0.6 * eyes * near, y, cv2.INTER_LINEAR), np.uint8)


def pencilled(picture: Pixels) -> Pixels:
    """Lines alone, without any shade of a face: what a child draws."""
    blank = np.full_like(picture, 255)
    cv2.ellipse(blank, (256, 240), (110, 150), 0, 0, 360, (0, 0, 0), 4)
    for x in (216, 296):
        cv2.circle(blank, (x, 210), 14, (0, 0, 0), 4)
    cv2.ellipse(blank, (256, 310), (50, 20), 0, 0, 180, (0, 0, 0), 4)
    return blank


BAD: dict[str, tuple[Callable[[Pixels], Pixels], str]] = {
    "dark": (lambda p: (p * 0.12).astype(np.uint8), "too dark .* better lit"),
    "flat": (lambda p: (p * 0.1 + 60).astype(np.uint8), "too flat .* better lit"),
    "white": (lambda p: np.minimum(p * 1.8, 255).astype(np.uint8), r"overexposed \(\d+% .* less light"),
    "blurred": (lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 3), np.uint8), "blurred; use a sharper"),
    "turned": (nose_moved, r"turned to the side \(0\.\d\d, .*from the front"),
    "poster": (lambda p: cv2.pyrMeanShiftFiltering(np.ascontiguousarray(p), 20, 40), "drawing or cartoon .* unedited"),
    "drawing": (pencilled, "no face found; use .* no drawing"),
    "small": (
        lambda p: np.asarray(cv2.resize(p, (160, 160)), np.uint8),
        "no face found; .* 64 pixels wide",
    ),
    "nobody": (lambda p: still(COFFEE), "no face found"),
    "two": (lambda p: np.concatenate([p, p[:, ::-1]], axis=1), "several faces found; crop"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_portrait_is_refused_with_reason_and_remedy(
    gallery: FaceGallery, astronaut: Pixels, tmp_path: Path, name: str
) -> None:
    spoil, reason = BAD[name]
    before = gallery.info()
    with pytest.raises(PortraitError, match=rf"^{name}\.png: .*{reason}"):
        gallery.enrol("collins", [saved(spoil(astronaut), tmp_path / f"{name}.png")])
    assert gallery.info() == before


def test_a_small_face_behind_does_not_spoil_a_portrait(astronaut: Pixels, tmp_path: Path) -> None:
    large = np.asarray(cv2.resize(astronaut, (1024, 1024)), np.uint8)
    large[800:970, 20:190] = cv2.resize(astronaut[0:240, 100:340], (170, 170), interpolation=cv2.INTER_AREA)
    assert sum(face.confidence > 0.5 for face in ENCODER.detect(large)) == 2
    (portrait,) = read_portraits([saved(large, tmp_path / "poster-behind.png")], ENCODER)
    assert portrait.pixels > 150


def test_portraits_of_two_people_are_refused(
    gallery: FaceGallery, man: Path, astronaut: Pixels, tmp_path: Path
) -> None:
    mirrored = saved(astronaut[:, ::-1], tmp_path / "mirrored.png")
    with pytest.raises(
        PortraitError, match=r"man\.png: another face than astronaut\.png \(distance 0\.\d+, at most 0\.54"
    ):
        gallery.enrol("both", [ASTRONAUT, mirrored, man])
    assert "both" not in gallery.subjects()
    with pytest.raises(PortraitError, match=r"man\.png: another face than those enrolled before"):
        gallery.enrol("collins", [man])
    assert gallery.subjects() == {"collins": 1}


def test_the_same_photograph_is_one_template(gallery: FaceGallery, astronaut: Pixels, tmp_path: Path) -> None:
    smaller = tmp_path / "smaller.jpg"
    cv2.imwrite(str(smaller), cv2.resize(astronaut[:, :, ::-1], (420, 420), interpolation=cv2.INTER_AREA))
    mirrored = saved(astronaut[:, ::-1], tmp_path / "mirrored.png")
    enrolment = gallery.enrol("again", [ASTRONAUT, smaller, mirrored])
    assert enrolment.templates == 2
    assert enrolment.repeated == ("smaller.jpg",)
    enrolment = gallery.enrol("again", [ASTRONAUT])
    assert (enrolment.templates, enrolment.repeated) == (2, ("astronaut.png",))
    one, other, third = read_portraits([ASTRONAUT, smaller, mirrored], ENCODER)
    assert (one.repeats, other.repeats, third.repeats) == ("", "astronaut.png", "")
    assert len(ENCODER.encode_portraits([ASTRONAUT, smaller])) == 2


def test_a_person_enrolled_twice_is_pointed_out(
    gallery: FaceGallery, man: Path, astronaut: Pixels, tmp_path: Path
) -> None:
    assert gallery.enrol("driver", [man]).resembles == ()
    mirrored = saved(astronaut[:, ::-1], tmp_path / "mirrored.png")
    (other,) = gallery.enrol("collins-2", [mirrored]).resembles
    assert other.subject_id == "collins"
    assert 0 < other.distance <= ENCODER.threshold
    assert gallery.enrol("collins", [mirrored]).resembles[0].subject_id == "collins-2"
    (vector,) = ENCODER.encode_portraits([mirrored])
    assert {one.subject_id for one in gallery.resembling(vector[None])} == {"collins-2", "collins"}


def test_files_that_are_no_pictures_are_refused(gallery: FaceGallery, tmp_path: Path) -> None:
    text = tmp_path / "portrait.jpg"
    text.write_text("not a picture")
    with pytest.raises(BadInputError, match=r"portrait\.jpg"):
        gallery.enrol("collins", [text])
    with pytest.raises(PortraitError, match="at least one portrait"):
        gallery.enrol("collins", [])


@given(offset=st.floats(-0.6, 0.6), eyes=st.floats(8, 200), angle=st.floats(-3.1, 3.1), drop=st.floats(0.2, 1.5))
def test_a_turn_is_the_same_at_any_size_and_tilt(offset: float, eyes: float, angle: float, drop: float) -> None:
    across, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    left, right = -across / 2 * eyes, across / 2 * eyes
    nose = (offset * across + drop * down) * eyes
    face = Face((0, 0, 80, 80), 1.0, (np.stack([left, right, nose]) + 300).astype(np.float32))
    assert face.turn == pytest.approx(offset, abs=2e-3)


def test_a_mirrored_face_is_turned_the_other_way(astronaut: Pixels) -> None:
    (face,), (mirrored,) = ENCODER.detect(astronaut), ENCODER.detect(np.ascontiguousarray(astronaut[:, ::-1]))
    assert face.turn == pytest.approx(-mirrored.turn, abs=0.05)
    assert abs(face.turn) < MAX_TURN
