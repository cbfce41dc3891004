"""Sound of files that are bad, odd or made to mislead: one clear answer, the right times, and nothing hidden."""

import itertools
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.media import (
    MediaError,
    MediaLimitError,
    MediaLimits,
    MediaUnreadableError,
    MediaUnsupportedError,
    SoundBlock,
    probe,
    sample_frames,
    sample_sound,
)
from tests.clips import BIKES, BUNNY, ffmpeg

RATE = 11025


def tone(seconds: float, hertz: float = 440.0, rate: int = RATE) -> NDArray[np.float32]:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write_wav(path: Path, channels: NDArray[np.float32], rate: int = RATE) -> Path:
    """``channels`` is (n,) or (n, channels), -1..1."""
    data = np.atleast_2d(channels.T).T
    with wave.open(str(path), "wb") as out:
        out.setparams((data.shape[1], 2, rate, 0, "NONE", ""))
        out.writeframes((data * 32767).astype("<i2").tobytes())
    return path


def heard(path: Path) -> tuple[float, NDArray[np.float32]]:
    """The first moment and all samples of a file whose sound has no gap."""
    blocks = list(sample_sound(path))
    position = blocks[0].seconds
    for block in blocks:
        assert block.seconds == pytest.approx(position, abs=2 / RATE)
        position += block.samples.size / RATE
    return blocks[0].seconds, np.concatenate([block.samples for block in blocks])


def loudest(samples: NDArray[np.float32]) -> float:
    """Hertz of the strongest component."""
    return float(np.argmax(np.abs(np.fft.rfft(samples * np.hanning(samples.size)))) * RATE / samples.size)


def burst_begins(blocks: list[SoundBlock]) -> float:
    """The moment at which the sound first gets loud."""
    for block in blocks:
        above = np.flatnonzero(np.abs(block.samples) > 0.1)
        if above.size:
            return block.seconds + float(above[0]) / RATE
    raise AssertionError("no burst")


def with_sound_at(path: Path, seconds: float, offset: str, tmp_path: Path) -> Path:
    """The bikes with a tone that begins ``seconds`` into its own track, the track itself shifted by ``offset``."""
    wav = write_wav(tmp_path / "burst.wav", np.concatenate([np.zeros(round(seconds * RATE), np.float32), tone(1.0)]))
    ffmpeg(
        "-i", BIKES, "-itsoffset", offset, "-i", wav, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", path
    )
    return path


def test_sound_of_a_film() -> None:
    begin, samples = heard(BUNNY)
    assert begin == pytest.approx(0, abs=0.05)
    assert samples.dtype == np.float32
    assert samples.size / RATE == pytest.approx(5.3, abs=0.1)
    assert 0.01 < np.abs(samples).max() <= 1


def test_a_file_without_sound_yields_nothing(corpus: Path) -> None:
    assert list(sample_sound(BIKES)) == []
    assert list(sample_sound(corpus / "good.mp4")) == []
    assert list(sample_sound(corpus / "picture_named_film.mp4")) == []


@pytest.mark.parametrize("suffix", ["wav", "mp3", "m4a", "flac", "ogg", "aiff", "mka", "aac"])
def test_files_of_sound_alone_can_be_heard_and_still_are_no_film(tmp_path: Path, suffix: str) -> None:
    wav = write_wav(tmp_path / "tone.wav", tone(2.0, rate=44100), rate=44100)
    path = tmp_path / f"same.{suffix}"
    ffmpeg("-i", wav, *(["-c:a", "libopus"] if suffix == "ogg" else []), path)
    begin, samples = heard(path)
    assert begin == pytest.approx(0, abs=0.06)
    assert samples.size / RATE == pytest.approx(2.0, abs=0.12)
    assert loudest(samples) == pytest.approx(440, abs=2)
    with pytest.raises(MediaUnsupportedError):
        probe(path)


@pytest.mark.parametrize(
    ("suffix", "offset", "begins"), [("mp4", "0", 0.5), ("mkv", "1.25", 1.75), ("mp4", "1.25", 1.75)]
)
def test_sound_counts_from_the_first_picture(tmp_path: Path, suffix: str, offset: str, begins: float) -> None:
    path = with_sound_at(tmp_path / f"late.{suffix}", 0.5, offset, tmp_path)
    assert burst_begins(list(sample_sound(path))) == pytest.approx(begins, abs=0.03)


def test_pictures_that_start_late_do_not_move_or_hide_the_sound(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "tone.wav", tone(4.0))
    path = tmp_path / "early.mkv"
    ffmpeg(
        "-itsoffset", "1.5", "-i", BIKES, "-i", wav, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "flac", path
    )
    begin, samples = heard(path)
    assert begin == pytest.approx(-1.5, abs=0.05)
    assert samples.size / RATE == pytest.approx(4.0, abs=0.05)
    assert next(iter(sample_frames(path, fps=1))).seconds == pytest.approx(0, abs=0.01)


def test_a_gap_in_the_sound_is_a_gap_between_blocks(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "tone.wav", tone(4.0))
    path = tmp_path / "gap.mkv"
    ffmpeg("-i", wav, "-af", "aselect='not(between(t,1,3))'", "-c:a", "flac", path)
    blocks = list(sample_sound(path))
    jumps = [b.seconds - (a.seconds + a.samples.size / RATE) for a, b in itertools.pairwise(blocks)]
    assert max(jumps) == pytest.approx(2.0, abs=0.15)
    assert sum(b.samples.size for b in blocks) / RATE == pytest.approx(2.0, abs=0.25)


def test_channels_that_cancel_each_other_do_not_hide(tmp_path: Path) -> None:
    wave_ = tone(1.0)
    path = write_wav(tmp_path / "antiphase.wav", np.stack([wave_, -wave_], axis=1))
    _, samples = heard(path)
    assert np.abs(samples).max() > 0.4
    assert loudest(samples) == pytest.approx(440, abs=3)


def test_six_channels_become_one(tmp_path: Path) -> None:
    path = tmp_path / "six.wav"
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=880:duration=1", "-ac", "6", path)
    assert loudest(heard(path)[1]) == pytest.approx(880, abs=3)


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    data = tone(1.0).astype("<f4")
    data[100:200], data[300], data[400] = np.nan, np.inf, 1e30
    body = data.tobytes()
    chunk = struct.pack("<HHIIHH", 3, 1, RATE, RATE * 4, 4, 32)
    path = tmp_path / "nan.wav"
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(body)) + b"WAVEfmt " + struct.pack("<I", 16) + chunk
        + b"data" + struct.pack("<I", len(body)) + body
    )  # fmt: skip
    samples = heard(path)[1]
    assert np.isfinite(samples).all()
    assert np.abs(samples).max() <= 1
    assert not samples[120:180].any()


REFUSED = [
    "empty.mp4", "cut_short.mp4", "noise.mp4", "text.mp4", "program.mp4", "playlist.m3u8", "playlist_as_film.mp4",
    "padded_playlist.mp4", "concat.mp4", "manifest.mpd", "remote.m3u8", "drawing.svg",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_bad_file_is_refused_with_its_name(corpus: Path, name: str) -> None:
    with pytest.raises(MediaError, match=rf"^{name}: [^\n]+$"):
        list(sample_sound(corpus / name))


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp4"])
def test_sound_cut_short_raises_after_its_good_part(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole.{suffix}"
    fast = ["-movflags", "+faststart"] if suffix == "mp4" else []
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=duration=10:seed=3", *fast, whole)
    path = tmp_path / f"cut.{suffix}"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    seen = []
    with pytest.raises(MediaUnreadableError, match=rf"^cut\.{suffix}: its sound"):
        seen.extend(block.seconds for block in sample_sound(path))
    assert len(seen) >= 3


def test_damaged_sound_is_an_error_and_no_silence(tmp_path: Path) -> None:
    whole = tmp_path / "whole.m4a"
    ffmpeg("-f", "lavfi", "-i", "anoisesrc=duration=10:seed=3", "-movflags", "+faststart", whole)
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = bytes((i * 197) % 256 for i in range(4000))
    path = tmp_path / "damaged.m4a"
    path.write_bytes(data)
    with pytest.raises(MediaUnreadableError, match=r"^damaged\.m4a: its sound"):
        list(sample_sound(path))


def test_limits(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "long.wav", tone(5.0))
    with pytest.raises(MediaLimitError, match=r"^long\.wav: longer"):
        list(sample_sound(path, limits=MediaLimits(seconds=2.0)))
    with pytest.raises(MediaLimitError, match="limit"):
        list(sample_sound(path, limits=MediaLimits(bytes=100)))


def test_a_rate_of_one_sample_a_second_is_no_bomb(tmp_path: Path) -> None:
    """20,000 samples that claim to last five and a half hours stop at the limit."""
    path = write_wav(tmp_path / "slow.wav", np.zeros(20_000, np.float32), rate=1)
    with pytest.raises(MediaError, match=r"^slow\.wav: "):
        list(sample_sound(path, limits=MediaLimits(seconds=120.0)))


def test_a_rate_beyond_all_use_is_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "fast.wav", tone(1.0), rate=2_000_000_000)
    with pytest.raises(MediaError, match=r"^fast\.wav: "):
        list(sample_sound(path))


def test_sampling_rate_is_checked() -> None:
    with pytest.raises(ValueError, match="Hz"):
        list(sample_sound(BUNNY, rate=10))
