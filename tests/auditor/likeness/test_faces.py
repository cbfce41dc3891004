"""Registered people are found with their seconds; others are not; templates never rest in the clear."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from auditor.errors import BadInputError
from auditor.likeness import FaceGallery, FaceTracker, KeyMissingError, PortraitError, vault_beside
from auditor.likeness.crypto import SealBrokenError
from auditor.media import probe, sample_frames
from tests.clips import ASTRONAUT, CAR, COFFEE, ROCKET, Pixels, frames_of, still, travel, write_clip


def tracks_of(gallery: FaceGallery, path: Path):  # type: ignore[no-untyped-def]
    tracker, info = FaceTracker(gallery), probe(path)
    for frame in sample_frames(path, fps=2):
        tracker.observe(frame)
    return tracker, tracker.conclude(path, info), info


def portrait(pixels: Pixels, path: Path) -> Path:
    cv2.imwrite(str(path), pixels[:, :, ::-1])
    return path


def test_registered_face_is_found_at_its_seconds(gallery: FaceGallery, tmp_path: Path) -> None:
    face = [
        np.ascontiguousarray(f[:, ::-1]) for f in travel(still(ASTRONAUT), 75, zoom=(1.3, 1.7), centre=(0.43, 0.25))
    ]
    other = list(travel(still(ROCKET), 60, zoom=(1.0, 1.2)))
    path = write_clip(tmp_path / "clip.mp4", [*other, *face, *other[:50]], crf=28)
    tracker, tracks, info = tracks_of(gallery, path)
    (track,) = tracks
    assert track.subject_id == "collins"
    assert track.span.as_list() == pytest.approx([2.4, 5.4], abs=0.25)
    (finding,) = tracker.findings(tracks, info)
    assert "resembles collins" in finding.plain
    assert finding.evidence
    assert finding.evidence[0].reference_jpeg is None


def test_another_person_is_a_track_without_a_name(gallery: FaceGallery, tmp_path: Path) -> None:
    path = write_clip(tmp_path / "car.mp4", frames_of(CAR, size=(640, 480)))
    tracker, tracks, info = tracks_of(gallery, path)
    assert tracks
    assert {track.subject_id for track in tracks} == {None}
    assert tracker.findings(tracks, info) == ()


def test_nobody_is_nothing(gallery: FaceGallery) -> None:
    assert tracks_of(gallery, COFFEE)[1] == ()


def test_still_picture(gallery: FaceGallery) -> None:
    _, (track,), _ = tracks_of(gallery, ASTRONAUT)
    assert track.subject_id == "collins"
    assert track.score > 0.9


def test_refused_portrait_leaves_the_gallery_as_it_was(gallery: FaceGallery) -> None:
    before = gallery.info()
    with pytest.raises(PortraitError):
        gallery.enrol("collins", [ASTRONAUT, COFFEE])
    assert gallery.info() == before


def opened(folder: Path, *, create: bool = False) -> FaceGallery:
    return FaceGallery.open(folder / "gallery", vault_beside(folder / "key", create=create), create=create)


def test_templates_never_rest_in_the_clear(tmp_path: Path) -> None:
    gallery = opened(tmp_path, create=True)
    gallery.enrol("collins", [ASTRONAUT])
    (vector,) = gallery.encoder.encode_portraits([ASTRONAUT])
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    data_key = vault_beside(tmp_path / "key").key("faces/collins")
    for plain in (
        vector.tobytes(),
        vector[:8].tobytes(),
        f"{vector[0]:.6f}".encode(),
        data_key,
        data_key.hex().encode(),
    ):
        assert plain not in stored


def test_gallery_needs_its_key(tmp_path: Path) -> None:
    opened(tmp_path, create=True).enrol("collins", [ASTRONAUT])
    (tmp_path / "key").unlink()
    with pytest.raises(SealBrokenError, match="key"):
        opened(tmp_path, create=True)
    with pytest.raises(KeyMissingError, match="vault"):
        FaceGallery.open(tmp_path / "gallery", vault_beside(tmp_path / "other", create=True))


def test_removed_person_is_not_found(tmp_path: Path) -> None:
    gallery = opened(tmp_path, create=True)
    gallery.enrol("collins", [ASTRONAUT])
    gallery.remove("collins")
    _, (track,), _ = tracks_of(opened(tmp_path), ASTRONAUT)
    assert track.subject_id is None
    with pytest.raises(BadInputError, match="not enrolled"):
        gallery.remove("collins")
