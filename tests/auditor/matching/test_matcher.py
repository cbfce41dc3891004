"""A copied stretch is found at its seconds whatever was done to it; other footage and other takes are not."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from auditor.index import WorkIndex
from auditor.matching import Matcher
from auditor.media import probe, sample_frames
from auditor.report import Finding
from tests.clips import BIKES, CAR, COFFEE, PHOTOGRAPHS, ROCKET, Pixels, frames_of, still, travel, write_clip

SIZE = (640, 360)


def match(index: WorkIndex, path: Path) -> tuple[Finding, ...]:
    matcher, info = Matcher(index), probe(path)
    for frame in sample_frames(path, fps=5):
        matcher.observe(frame)
    return matcher.conclude(path, info)


def hidden(path: Path, excerpt: list[Pixels], *, crf: int = 26) -> Path:
    """Four seconds of a man in a car, the excerpt, three more seconds of him."""
    other = frames_of(CAR, size=SIZE)[:100]
    return write_clip(path, [*other, *excerpt, *other[:75]], crf=crf)


def excerpt() -> Iterator[Pixels]:
    """Seconds 2 to 5 of the registered film."""
    yield from frames_of(BIKES)[50:125]


def resized(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.resize(pixels, SIZE, interpolation=cv2.INTER_AREA), np.uint8)


def mirrored(pixels: Pixels) -> Pixels:
    return resized(pixels[:, ::-1])


def cropped(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    return resized(pixels[height // 6 : -height // 6, width // 5 : -width // 5])


def letterboxed(pixels: Pixels) -> Pixels:
    frame = np.zeros((360, 640, 3), np.uint8)
    frame[60:300, 40:600] = cv2.resize(pixels, (560, 240), interpolation=cv2.INTER_AREA)
    return frame


def graded(pixels: Pixels) -> Pixels:
    gray = pixels.mean(axis=2, keepdims=True)
    return resized(np.clip(gray * [0.7, 0.6, 0.5] + 40, 0, 255).astype(np.uint8))


def captioned(pixels: Pixels) -> Pixels:
    frame = resized(pixels)
    cv2.putText(frame, "COMING SOON", (60, 200), cv2.FONT_HERSHEY_DUPLEX, 2.4, (255, 255, 255), 5)
    return frame


EDITS = [resized, mirrored, cropped, letterboxed, graded, captioned]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_edited_excerpt_is_found_at_its_seconds(works: WorkIndex, tmp_path: Path, edit) -> None:  # type: ignore[no-untyped-def]
    path = hidden(tmp_path / "foreign.mp4", [edit(pixels) for pixels in excerpt()])
    (finding,) = match(works, path)
    assert (finding.kind, finding.work_id) == ("copy", "bikes")
    assert finding.query.as_list() == pytest.approx([4.0, 7.0], abs=0.2)
    assert finding.reference is not None
    assert finding.reference.as_list() == pytest.approx([2.0, 5.0], abs=0.2)
    assert finding.mirrored is (edit is mirrored)
    assert finding.score > 0.5
    assert len(finding.evidence) == 3
    assert all(pair.query_jpeg[:2] == pair.reference_jpeg[:2] == b"\xff\xd8" for pair in finding.evidence)  # type: ignore[index]


def at_speed(speed: float, seconds: float = 3.0) -> list[Pixels]:
    """The registered film from its second 2 on, played ``speed`` times as fast for so many seconds."""
    frames = frames_of(BIKES, size=SIZE)
    return [frames[50 + int(number * speed)] for number in range(int(25 * seconds))]


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.25, 1.5, 2.0])
def test_other_speeds_are_copies_and_are_told(works: WorkIndex, tmp_path: Path, speed: float) -> None:
    (finding,) = match(works, hidden(tmp_path / "speed.mp4", at_speed(speed)))
    assert (finding.kind, finding.work_id, finding.reversed) == ("copy", "bikes", False)
    assert finding.query.as_list() == pytest.approx([4.0, 7.0], abs=0.2)
    assert finding.reference is not None
    assert finding.reference.as_list() == pytest.approx([2.0, 2.0 + 3 * speed], abs=0.3)
    assert finding.speed == pytest.approx(speed, rel=0.03)
    assert ("times as fast" if speed > 1 else "slowed down") in finding.plain


def test_played_backwards_is_a_copy_and_is_told(works: WorkIndex, tmp_path: Path) -> None:
    (finding,) = match(works, hidden(tmp_path / "back.mp4", at_speed(1.0)[::-1]))
    assert (finding.kind, finding.reversed, finding.speed) == ("copy", True, 1.0)
    assert finding.query.as_list() == pytest.approx([4.0, 7.0], abs=0.2)
    assert finding.reference is not None
    assert finding.reference.as_list() == pytest.approx([2.0, 5.0], abs=0.2)
    assert "backwards" in finding.plain
    assert finding.matrix_png is not None
    assert finding.matrix_png.startswith(b"\x89PNG")


def test_one_second_is_enough(works: WorkIndex, tmp_path: Path) -> None:
    (finding,) = match(works, hidden(tmp_path / "second.mp4", at_speed(1.0, seconds=1.0)))
    assert finding.kind == "copy"
    assert finding.query.as_list() == pytest.approx([4.0, 5.0], abs=0.12)


def test_blended_with_other_footage_is_found(works: WorkIndex, tmp_path: Path) -> None:
    pairs = zip(at_speed(1.0), frames_of(CAR, size=SIZE), strict=False)
    blend = [((one.astype(np.uint16) + other) // 2).astype(np.uint8) for one, other in pairs]
    (finding,) = match(works, hidden(tmp_path / "blend.mp4", blend))
    assert (finding.kind, finding.work_id) == ("copy", "bikes")
    assert finding.query.as_list() == pytest.approx([4.0, 7.0], abs=0.3)
    assert finding.measured["motion"] > 0.7


def test_shaken_before_a_screen_is_found(works: WorkIndex, tmp_path: Path) -> None:
    """A hand-held camera films the work: each frame lies a little differently."""
    random, drift, shaken = np.random.default_rng(0), np.zeros((4, 2), np.float32), []
    corners = np.array([[0, 0], [640, 0], [640, 360], [0, 360]], np.float32)
    for frame in at_speed(1.0):
        drift = 0.8 * drift + random.normal(0, 6, (4, 2)).astype(np.float32)
        shaken.append(cv2.warpPerspective(frame, cv2.getPerspectiveTransform(corners, corners + drift), SIZE))
    (finding,) = match(works, hidden(tmp_path / "shaken.mp4", shaken))
    assert (finding.kind, finding.work_id) == ("copy", "bikes")
    assert finding.query.as_list() == pytest.approx([4.0, 7.0], abs=0.3)


def test_picture_in_picture_is_found_with_its_region(works: WorkIndex, tmp_path: Path) -> None:
    frames = []
    for other, pixels in zip(frames_of(CAR, size=SIZE)[:75], excerpt(), strict=True):
        frame = other.copy()
        frame[40:168, 300:600] = cv2.resize(pixels, (300, 128), interpolation=cv2.INTER_AREA)
        frames.append(frame)
    (finding,) = match(works, hidden(tmp_path / "pip.mp4", frames))
    assert finding.kind == "copy"
    assert finding.query.as_list() == pytest.approx([4.0, 7.0], abs=0.2)
    assert finding.region is not None
    assert finding.region.as_list() == pytest.approx([300 / 640, 40 / 360, 300 / 640, 128 / 360], abs=0.02)
    assert "of the frame" in finding.plain


def test_photograph_under_a_moving_camera_is_found(works: WorkIndex, tmp_path: Path) -> None:
    frames = [*frames_of(CAR, size=SIZE)[:50], *travel(still(COFFEE), 75, zoom=(1.0, 1.3))]
    (finding,) = match(works, write_clip(tmp_path / "photo.mp4", frames))
    assert (finding.kind, finding.work_id, finding.reference) == ("copy", "coffee", None)
    assert finding.query.as_list() == pytest.approx([2.0, 5.0], abs=0.3)


def test_still_taken_from_a_registered_film_is_found(works: WorkIndex, tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), frames_of(BIKES)[100][:, :, ::-1])
    (finding,) = match(works, path)
    assert (finding.kind, finding.work_id) == ("copy", "bikes")
    assert finding.reference is not None
    assert finding.reference.start == pytest.approx(4.0, abs=0.3)


def test_unrelated_footage_gives_nothing(works: WorkIndex, tmp_path: Path) -> None:
    frames = [*frames_of(CAR, size=SIZE)[:75], *travel(still(ROCKET), 75, zoom=(1.0, 1.2))]
    assert match(works, write_clip(tmp_path / "other.mp4", frames)) == ()


def test_same_scene_at_another_time_is_not_called_a_copy(tmp_path: Path, embedder) -> None:  # type: ignore[no-untyped-def]
    """The man in the car two seconds later: the same place and person, but what moves differs."""
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    frames = frames_of(CAR, size=SIZE)
    index.add("first", write_clip(tmp_path / "first.mp4", frames[:50], crf=18), title="First take")
    findings = match(index, write_clip(tmp_path / "second.mp4", frames[60:110], crf=18))
    assert [finding.kind for finding in findings] == ["scene"], [finding.plain for finding in findings]


def test_another_photograph_of_the_same_thing_is_no_copy(tmp_path: Path, embedder) -> None:  # type: ignore[no-untyped-def]
    """Both eyes of a stereo camera: nothing moves in a picture, so nothing is said of motion."""
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    index.add("left", PHOTOGRAPHS / "motorcycle_left.png", title="Left eye")
    (finding,) = match(index, PHOTOGRAPHS / "motorcycle_right.png")
    assert finding.kind == "scene"
    assert finding.plain.startswith("The picture shows what “Left eye” shows")
    assert "not so exactly" in finding.plain
    assert "moves" not in finding.plain
    (same,) = match(index, PHOTOGRAPHS / "motorcycle_left.png")
    assert same.kind == "copy"


def test_empty_index_gives_nothing(tmp_path: Path, embedder) -> None:  # type: ignore[no-untyped-def]
    assert match(WorkIndex.open(tmp_path, embedder, create=True), BIKES) == ()


def test_whole_film_is_found_whole(works: WorkIndex) -> None:
    (finding,) = match(works, BIKES)
    assert finding.query.as_list() == pytest.approx([0.0, 10.0], abs=0.2)
