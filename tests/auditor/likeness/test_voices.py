"""Registered voices are found with their seconds, others are not, and bad recordings are refused with a reason.

The voices are synthetic (``tests.sounds.speech`` played slower and faster, so that pitch and vocal tract differ); real
people are in the benchmark.
"""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from auditor.audit import Auditor
from auditor.cli.main import main
from auditor.errors import BadInputError, CancelledError
from auditor.likeness import RecordingError, VoiceEncoder, VoiceGallery, VoiceTracker, recordings, vault_beside
from auditor.likeness.crypto import SealBrokenError
from auditor.media import MediaError, SoundBlock, sample_sound
from auditor.report import Finding
from tests.clips import COFFEE, ffmpeg
from tests.sounds import RATE, Samples, music, noisy, resampled, speech, write_wav

ENCODER = VoiceEncoder()


def deep(begin: float, end: float) -> Samples:
    return resampled(speech(5, 30.0), 0.8)[round(begin * RATE) : round(end * RATE)]


def high(begin: float, end: float) -> Samples:
    return resampled(speech(2, 40.0), 1.2)[round(begin * RATE) : round(end * RATE)]


def pause(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


def opened(folder: Path, *, create: bool = False) -> VoiceGallery:
    keys = vault_beside(folder / "key", create=create)
    return VoiceGallery.open(folder / "gallery", keys, create=create, encoder=ENCODER)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three recordings of the deep voice."""
    folder = tmp_path_factory.mktemp("own")
    return [write_wav(folder / f"{n}.wav", deep(7 * n, 7 * n + 7)) for n in range(3)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """High voice 0 to 8 s, the deep one 9 to 17 s, the high one 18 to 26 s."""
    sound = np.concatenate([high(0, 8), pause(1), deep(22, 30), pause(1), high(10, 18)])
    return write_wav(tmp_path_factory.mktemp("film") / "film.wav", sound)


@pytest.fixture(scope="module")
def voices(own: list[Path], tmp_path_factory: pytest.TempPathFactory) -> VoiceGallery:
    gallery = opened(tmp_path_factory.mktemp("voices"), create=True)
    gallery.enrol("rivera", own[:2])
    return gallery


def found(gallery: VoiceGallery, path: Path) -> tuple[Finding, ...]:
    tracker = VoiceTracker(gallery)
    return tracker.findings(tracker.listen(sample_sound(path, rate=16_000)))


def test_registered_voice_is_found_at_its_seconds(voices: VoiceGallery, film: Path) -> None:
    (finding,) = found(voices, film)
    assert finding.kind == "voice"
    assert finding.subject_id == "rivera"
    assert finding.query.as_list() == pytest.approx([9, 17], abs=0.9)
    assert "resembles the voice of rivera" in finding.plain
    assert " is the voice" not in finding.plain
    assert finding.log10_lr is None
    assert finding.measured["spoken_seconds"] > 5


def test_two_registered_voices_are_told_apart(own: list[Path], film: Path, tmp_path: Path) -> None:
    gallery = opened(tmp_path, create=True)
    gallery.enrol("rivera", own)
    gallery.enrol("moss", [write_wav(tmp_path / "moss.wav", high(20, 30))])
    assert [finding.subject_id for finding in found(gallery, film)] == ["moss", "rivera", "moss"]


def test_another_voice_and_no_voice_are_nothing(voices: VoiceGallery, tmp_path: Path) -> None:
    assert found(voices, write_wav(tmp_path / "high.wav", high(0, 12))) == ()
    assert found(voices, write_wav(tmp_path / "silence.wav", pause(6))) == ()
    assert found(voices, write_wav(tmp_path / "music.wav", music(3, 12.0))) == ()
    assert found(voices, COFFEE) == ()


def test_an_empty_gallery_finds_nobody(film: Path) -> None:
    assert found(VoiceGallery.from_templates({}), film) == ()


def test_the_order_of_recordings_does_not_matter(own: list[Path], tmp_path: Path) -> None:
    vectors = [one.vector for one in recordings.encode_recordings(own, ENCODER)]
    galleries = [VoiceGallery.from_templates({"a": list(order)}) for order in permutations(vectors)]
    assert len({gallery.info().digest for gallery in galleries}) == 1
    other = recordings.encode_recordings([write_wav(tmp_path / "x.wav", high(0, 6))], ENCODER)[0].vector[None]
    assert len({gallery.similarities(other).tobytes() for gallery in galleries}) == 1


def test_a_person_enrolled_twice_is_pointed_out(own: list[Path], tmp_path: Path) -> None:
    gallery = opened(tmp_path, create=True)
    assert gallery.enrol("rivera", own[:1]).resembles == ()
    again = gallery.enrol("rivera-2", own[1:2])
    assert [one.subject_id for one in again.resembles] == ["rivera"]
    assert gallery.enrol("rivera", own[2:]).templates == 2


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (pause(8), "silence"),
        (np.concatenate([deep(0, 2), pause(6)]), r"s of speech found, at least 3"),
        (noisy(deep(0, 8), 3), "too noisy"),
        (np.random.default_rng(2).normal(0, 0.1, 8 * RATE).astype(np.float32), "too noisy"),
        (np.concatenate([deep(0, 8), pause(0.5), high(0, 8)]), "two different voices"),
    ],
    ids=["silence", "too short", "noisy", "noise alone", "two voices"],
)
def test_bad_recordings_are_refused(voices: VoiceGallery, tmp_path: Path, sound: Samples, reason: str) -> None:
    before = voices.info()
    with pytest.raises(RecordingError, match=rf"bad\.wav: .*{reason}"):
        voices.enrol("rivera", [write_wav(tmp_path / "bad.wav", sound)])
    assert voices.info() == before


def test_files_that_are_no_recordings_are_refused(voices: VoiceGallery, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"coffee\.png: it has no sound"):
        voices.enrol("rivera", [COFFEE])
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF\xff\xff\xff\x7fWAVEfmt " + bytes(40))
    with pytest.raises(MediaError, match=r"broken\.wav"):
        voices.enrol("rivera", [broken])
    with pytest.raises(RecordingError, match="at least one"):
        voices.enrol("rivera", [])


def test_a_three_hour_file_is_refused_without_hearing_it_all(voices: VoiceGallery, tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=200:sample_rate=8000:duration=10800", "-compression_level", "0", path)
    with pytest.raises(RecordingError, match=r"long\.flac: longer than 10 minutes"):
        voices.enrol("rivera", [path])


def test_recordings_of_two_people_are_refused(voices: VoiceGallery, own: list[Path], tmp_path: Path) -> None:
    other = write_wav(tmp_path / "other.wav", high(0, 8))
    with pytest.raises(RecordingError, match=r"0\.wav and other\.wav: two different voices"):
        voices.enrol("both", [own[0], other])
    assert "both" not in voices.subjects()


def test_templates_never_rest_in_the_clear(own: list[Path], tmp_path: Path) -> None:
    gallery = opened(tmp_path, create=True)
    gallery.enrol("rivera", own[:1])
    vector = recordings.encode_recordings(own[:1], ENCODER)[0].vector
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    place, data_key = int(np.argmax(vector)), vault_beside(tmp_path / "key").key("voices/rivera")
    for plain in (vector.tobytes(), vector[place : place + 3].tobytes(), f"{vector[place]:.6f}".encode(), data_key):
        assert plain not in stored
    assert own[0].name.encode() not in stored


def test_gallery_needs_its_key_and_its_kind(own: list[Path], tmp_path: Path) -> None:
    from auditor.likeness import FaceGallery

    opened(tmp_path, create=True).enrol("rivera", own[:1])
    with pytest.raises(BadInputError, match="not of faces"):
        FaceGallery.open(tmp_path / "gallery", vault_beside(tmp_path / "key"))
    (tmp_path / "key").unlink()
    with pytest.raises(SealBrokenError, match="key"):
        opened(tmp_path, create=True)


def test_erased_person_is_not_found(own: list[Path], film: Path, tmp_path: Path) -> None:
    gallery = opened(tmp_path, create=True)
    gallery.enrol("rivera", own)
    gallery.remove("rivera")
    assert found(opened(tmp_path), film) == ()
    assert b"rivera" not in (tmp_path / "gallery" / "gallery.json").read_bytes()
    with pytest.raises(BadInputError, match="not enrolled"):
        gallery.remove("rivera")


def test_listening_can_be_cancelled(voices: VoiceGallery) -> None:
    with pytest.raises(CancelledError):
        VoiceTracker(voices).listen([SoundBlock(0.0, deep(0, 2))], cancelled=lambda: True)


def test_an_audit_tells_of_voices_only_if_it_was_asked_to(voices: VoiceGallery, film: Path, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=gray:size=64x64:rate=10:duration=26", "-i", film, "-shortest", clip)
    silent = Auditor(index=None, gallery=None, fingerprint=False).audit(clip)
    assert silent.findings == ()
    assert any("no gallery of voices" in blind for blind in silent.cannot_detect)
    report = Auditor(index=None, gallery=None, fingerprint=False, voices=voices).audit(clip)
    (finding,) = report.findings
    assert (finding.kind, finding.subject_id) == ("voice", "rivera")
    assert report.matches == (finding,)
    assert not any("no gallery of voices" in blind for blind in report.cannot_detect)
    (detector,) = [one for one in report.detectors if one.name == "voices"]
    assert detector.weights_sha256
    assert detector.searched_sha256 == voices.info().digest


def test_command_line(own: list[Path], film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gallery = str(tmp_path / "voices")

    def told(*words: str | Path) -> tuple[int, dict]:  # type: ignore[type-arg]
        status = main([str(word) for word in (*words, "--json")])
        return status, json.loads(capsys.readouterr().out or "{}")

    status, enrolled = told("voices", "enrol", gallery, "--subject", "rivera", *own)
    assert (status, enrolled["templates"]) == (0, 3)
    assert told("voices", "list", gallery)[1]["subjects"] == [{"subject": "rivera", "templates": 3}]
    status, heard = told("voices", "find", gallery, film)
    assert status == 1
    assert [(run["subject"], round(run["start"]), round(run["end"])) for run in heard["runs"]] == [("rivera", 9, 17)]
    assert told("voices", "erase", gallery, "--subject", "rivera")[0] == 0
    assert told("voices", "find", gallery, film) == (0, {"runs": [], "spoken_seconds": 0.0})
    assert main(["voices", "find", str(tmp_path / "none"), str(film)]) == 2
    assert "key" in capsys.readouterr().err
