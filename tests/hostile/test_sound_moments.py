"""Sound keeps its moments, whatever container, rate or company it comes in."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.media import (
    MediaUnreadableError,
    probe,
    sample_sound,
)
from auditor.media.decoder import SOUND_RATE
from tests.clips import BUNNY, COFFEE, ffmpeg

RATE = 44_100


def click_at(*moments: float, length: float = 4.0, rate: int = RATE) -> NDArray[np.float64]:
    """Silence with short bursts of noise that begin at the given moments."""
    sound = np.zeros(round(length * rate))
    burst = np.random.default_rng(1).uniform(-0.9, 0.9, round(0.02 * rate))
    for moment in moments:
        sound[round(moment * rate) : round(moment * rate) + len(burst)] = burst
    return sound


def write_wav(path: Path, samples: NDArray[np.float64], rate: int = RATE) -> Path:
    """``samples`` (n,) or (n, channels), full scale 1, in 16 bits."""
    with wave.open(str(path), "wb") as out:
        out.setparams((samples.ndim if samples.ndim == 1 else samples.shape[1], 2, rate, 0, "NONE", ""))
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def onsets(path: Path, rate: int = SOUND_RATE) -> list[float]:
    """When loud stretches begin, in seconds."""
    found: list[float] = []
    for block in sample_sound(path, rate):
        for place in np.flatnonzero(np.abs(block.samples) > 0.1):
            moment = block.seconds + place / rate
            if not found or moment > found[-1] + 0.5:
                found.append(moment)
    return found


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.m4a", "a.ogg", "a.aac", "a.mkv", "a.aiff"])
def test_recordings_of_every_kind_keep_their_moments(tmp_path: Path, name: str) -> None:
    source = write_wav(tmp_path / "source.wav", click_at(1.0, 2.5))
    ffmpeg("-i", source, tmp_path / name)
    assert onsets(tmp_path / name) == pytest.approx([1.0, 2.5], abs=0.06)


@pytest.mark.parametrize("rate", [8_000, SOUND_RATE, 22_050, 48_000])
def test_blocks_follow_one_another_at_the_rate_asked_for(tmp_path: Path, rate: int) -> None:
    path = write_wav(tmp_path / "a.wav", click_at(1.0, 3.5))
    blocks = list(sample_sound(path, rate))
    ends = [block.seconds + len(block.samples) / rate for block in blocks]
    assert [block.seconds for block in blocks[1:]] == pytest.approx(ends[:-1], abs=1e-6)
    assert ends[-1] == pytest.approx(4.0, abs=0.01)
    assert all(block.samples.dtype == np.float32 and block.samples.ndim == 1 for block in blocks)
    assert onsets(path, rate) == pytest.approx([1.0, 3.5], abs=0.005)


def test_a_real_film_is_heard_to_its_end() -> None:
    blocks = list(sample_sound(BUNNY))
    assert blocks[0].seconds == pytest.approx(0.0, abs=0.05)
    assert blocks[-1].seconds + len(blocks[-1].samples) / SOUND_RATE == pytest.approx(probe(BUNNY).duration, abs=0.1)


def test_cover_art_is_no_film(tmp_path: Path) -> None:
    sound = write_wav(tmp_path / "a.wav", click_at(1.0))
    ffmpeg("-i", sound, "-i", COFFEE, "-map", "0", "-map", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic",
           tmp_path / "a.mp3")  # fmt: skip
    assert onsets(tmp_path / "a.mp3") == pytest.approx([1.0], abs=0.06)


def test_a_recording_written_as_a_stream_has_no_length_and_is_read(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", click_at(1.0, 2.5))
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert onsets(path) == pytest.approx([1.0, 2.5], abs=0.005)


def test_damage_throughout_is_refused(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "source.wav", np.random.default_rng(2).uniform(-0.5, 0.5, 10 * RATE))
    ffmpeg("-i", source, tmp_path / "a.m4a")
    data = np.frombuffer((tmp_path / "a.m4a").read_bytes(), np.uint8).copy()
    data[2000 : len(data) - 4000] = np.random.default_rng(3).integers(0, 256, len(data) - 6000)
    (tmp_path / "damaged.m4a").write_bytes(data.tobytes())
    with pytest.raises(MediaUnreadableError, match=r"damaged\.m4a: its sound can't be decoded"):
        list(sample_sound(tmp_path / "damaged.m4a"))
