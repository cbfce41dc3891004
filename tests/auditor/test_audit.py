"""One pass, every detector: the report says what was found, what was searched, and what can't be seen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.audit import Auditor
from auditor.canonical import sha256_file, sha256_json
from auditor.embeddings import Embedder
from auditor.errors import CancelledError
from auditor.fingerprints.iscc import distance, video_code
from auditor.index import WorkIndex
from auditor.likeness import FaceGallery
from auditor.matching.negatives import NegativeBank, negative_of
from auditor.matching.sound import sound_print
from auditor.media import Progress
from tests.clips import ASTRONAUT, BIKES, BUNNY, CAR, COFFEE, ffmpeg, frames_of, still, travel, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a registered film, then three of a registered face."""
    frames = [*frames_of(BIKES, start=3.0, end=4.999, size=(640, 360))]
    frames += travel(still(ASTRONAUT), 75, zoom=(1.3, 1.6), centre=(0.43, 0.25))
    return write_clip(tmp_path_factory.mktemp("audit") / "clip.mp4", frames)


def test_every_detector_sees_the_same_pass(works: WorkIndex, gallery: FaceGallery, clip: Path) -> None:
    told: list[Progress] = []
    report = Auditor(index=works, gallery=gallery).audit(clip, on_progress=told.append)
    assert [finding.kind for finding in report.findings] == ["copy", "face"]
    copy, face = report.findings
    assert copy.query.as_list() == pytest.approx([0.0, 2.0], abs=0.3)
    assert face.query.as_list() == pytest.approx([2.0, 5.0], abs=0.3)
    assert report.asset_sha256 == sha256_file(clip)
    assert [d.searched_sha256 for d in report.detectors] == [works.info().digest, gallery.info().digest]
    assert all(len(detector.weights_sha256) == 64 for detector in report.detectors)
    assert report.frames_examined == pytest.approx(10, abs=2)
    assert report.iscc is not None
    assert distance(report.iscc, video_code(clip)) <= 8
    assert {progress.stage for progress in told} >= {"look", "compare", "done"}
    assert told[-1].fraction == 1.0


def test_two_audits_of_one_file_agree(works: WorkIndex, gallery: FaceGallery, clip: Path) -> None:
    auditor = Auditor(index=works, gallery=gallery)
    one, other = (auditor.audit(clip).as_dict() for _ in range(2))
    one.pop("seconds"), other.pop("seconds")
    assert sha256_json(one) == sha256_json(other)


def test_silence_says_what_was_not_looked_for(works: WorkIndex, clip: Path) -> None:
    report = Auditor(index=works, gallery=None, fingerprint=False).audit(clip)
    assert any("no gallery" in blind for blind in report.cannot_detect)
    assert any("2 times the original's speed" in blind for blind in report.cannot_detect)
    assert report.iscc is None


def test_still_picture(works: WorkIndex, gallery: FaceGallery) -> None:
    report = Auditor(index=works, gallery=gallery).audit(COFFEE)
    assert [(finding.kind, finding.work_id) for finding in report.findings] == [("copy", "coffee")]
    assert report.iscc is None


def test_cancelling_stops_at_once(works: WorkIndex, clip: Path) -> None:
    with pytest.raises(CancelledError, match=r"clip\.mp4"):
        Auditor(index=works, gallery=None).audit(clip, cancelled=lambda: True)


def test_sound_of_a_work_under_other_pictures_is_found(tmp_path: Path, embedder: Embedder) -> None:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True, sound_print=sound_print)
    index.add("bunny", BUNNY, title="Big Buck Bunny")
    index.add("coffee", COFFEE)
    dubbed = tmp_path / "dubbed.mp4"
    ffmpeg("-stream_loop", "2", "-i", CAR, "-i", BUNNY, "-map", "0:v", "-map", "1:a", "-filter:a", "asetrate=48000*1.04",
           "-shortest", "-c:v", "libx264", "-c:a", "aac", dubbed)  # fmt: skip
    report = Auditor(index=index, gallery=None, fingerprint=False).audit(dubbed)
    (finding,) = report.findings
    assert (finding.kind, finding.work_id) == ("audio", "bunny")
    assert finding.speed == pytest.approx(1.04, abs=0.01)
    assert "sound like “Big Buck Bunny”" in finding.plain
    assert "sound" in [detector.name for detector in report.detectors]
    negative = negative_of(finding, embedder, reason="we made it", by="ines", at=datetime(2026, 11, 26, tzinfo=UTC))
    bank = NegativeBank(embedder.identity, [negative])
    again = Auditor(index=index, gallery=None, fingerprint=False, negatives=bank).audit(dubbed)
    assert again.findings == ()
    assert [(one.reason, one.finding.kind) for one in again.quieted] == [("we made it", "audio")]
    real = Auditor(index=index, gallery=None, fingerprint=False, negatives=bank).audit(BUNNY)
    assert "audio" in [one.kind for one in real.findings], "at its own speed it is another recording"


def test_a_copy_with_its_sound_is_told_as_one(tmp_path: Path, embedder: Embedder) -> None:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True, sound_print=sound_print)
    index.add("bunny", BUNNY, title="Big Buck Bunny")
    excerpt = tmp_path / "excerpt.mp4"
    ffmpeg("-ss", "1", "-i", BUNNY, "-vf", "hflip,scale=640:-2", "-c:v", "libx264", "-c:a", "aac", excerpt)
    copy, sound = sorted(
        Auditor(index=index, gallery=None, fingerprint=False).audit(excerpt).findings, key=lambda f: f.kind
    )[::-1]
    assert (copy.kind, sound.kind) == ("copy", "audio")
    assert copy.mirrored
    assert "Its sound is there as well, in step." in copy.plain
    assert copy.measured["sound_apart"] < 0.2


def test_what_was_compared_and_found_to_be_nothing_is_said(works: WorkIndex, clip: Path) -> None:
    report = Auditor(index=works, gallery=None, fingerprint=False).audit(clip)
    kinds = {(considered.work_id, considered.kind) for considered in report.considered}
    assert ("bikes", "copy") in kinds
    assert report.as_dict()["considered"][0]["measured"]["similarity"] > 0
