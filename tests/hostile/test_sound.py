"""Sound of files from strangers: at the right moment, or one clear answer; nothing leaves the decoder's cell."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from auditor.media import (
    SOUND_RATE,
    MediaError,
    MediaLimitError,
    MediaLimits,
    MediaUnreadableError,
    MediaUnsupportedError,
    probe,
    sample_sound,
)
from tests.clips import BIKES, BUNNY, COFFEE, ffmpeg

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


@pytest.mark.parametrize("late", [0.0, 1.25, -0.5])
@pytest.mark.parametrize("name", ["film.mp4", "film.mkv"])
def test_seconds_count_from_the_first_picture(tmp_path: Path, name: str, late: float) -> None:
    sound = write_wav(tmp_path / "a.wav", click_at(1.0, 2.0))
    shifted = ("-itsoffset", str(late), "-i", sound) if late >= 0 else ("-i", sound)
    pictures = ("-itsoffset", str(-late), "-i", BIKES) if late < 0 else ("-i", BIKES)
    ffmpeg(*pictures, *shifted, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", tmp_path / name)
    assert onsets(tmp_path / name) == pytest.approx([1.0 + late, 2.0 + late], abs=0.06)


def test_a_gap_is_said_and_not_closed(tmp_path: Path) -> None:
    """Two stretches of sound in one stream, the second three seconds late."""
    import av

    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for start, moment in ((0.0, 0.5), (5.0, 0.25)):
            samples = (click_at(moment, length=2.0) * 32767).astype(np.int16)
            for place in range(0, len(samples), 4096):
                frame = av.AudioFrame.from_ndarray(samples[None, place : place + 4096], format="s16", layout="mono")
                frame.sample_rate, frame.pts = RATE, round(start * RATE) + place
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert onsets(path) == pytest.approx([0.5, 5.25], abs=0.02)


def test_channels_are_averaged(tmp_path: Path) -> None:
    both = np.stack([click_at(1.0), click_at(3.0)], axis=1)
    assert onsets(write_wav(tmp_path / "a.wav", both)) == pytest.approx([1.0, 3.0], abs=0.005)


@pytest.mark.parametrize("path", [BIKES, COFFEE], ids=["film without sound", "photograph"])
def test_what_has_no_sound_yields_nothing(path: Path) -> None:
    assert list(sample_sound(path)) == []


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


REFUSED = {
    "empty.mp4": (MediaUnreadableError, "empty"),
    "noise.mp4": (MediaUnsupportedError, "no film or recording"),
    "text.mp4": (MediaUnsupportedError, "no film or recording"),
    "program.mp4": (MediaUnsupportedError, "no film or recording"),
    "playlist.m3u8": (MediaUnsupportedError, "playlist"),
    "playlist_as_film.mp4": (MediaUnsupportedError, "playlist"),
    "concat.mp4": (MediaUnsupportedError, "playlist"),
    "remote.m3u8": (MediaUnsupportedError, "playlist"),
    "drawing.svg": (MediaUnsupportedError, "no film or recording"),
    "wide_bomb.png": (MediaError, "wide_bomb.png"),
    "missing.mp4": (MediaError, "can't be opened"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_file_is_refused_with_its_name_and_a_reason(corpus: Path, name: str) -> None:
    kind, words = REFUSED[name]
    with pytest.raises(kind) as caught:
        list(sample_sound(corpus / name))
    message = str(caught.value)
    assert name in message
    assert words in message
    assert "\n" not in message


def test_sound_only_is_heard_though_probe_refuses_it(corpus: Path) -> None:
    assert sum(len(block.samples) for block in sample_sound(corpus / "sound_only.m4a")) > SOUND_RATE // 2


@pytest.mark.parametrize("name", ["a.wav", "a.m4a", "a.flac"])
def test_recording_cut_short_is_refused_when_its_sound_ends(tmp_path: Path, name: str) -> None:
    source = write_wav(tmp_path / "source.wav", np.random.default_rng(2).uniform(-0.5, 0.5, 10 * RATE))
    whole = tmp_path / f"whole-{name}"
    ffmpeg("-i", source, *(("-movflags", "+faststart") if name == "a.m4a" else ()), whole)
    data = whole.read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    heard: list[int] = []
    with pytest.raises(MediaUnreadableError, match=rf"{name}: .*(cut short|decoded)"):
        heard.extend(len(block.samples) for block in sample_sound(tmp_path / name))
    assert sum(heard) > 3 * SOUND_RATE, "its good half is still heard before the error"


def test_damage_throughout_is_refused(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "source.wav", np.random.default_rng(2).uniform(-0.5, 0.5, 10 * RATE))
    ffmpeg("-i", source, tmp_path / "a.m4a")
    data = np.frombuffer((tmp_path / "a.m4a").read_bytes(), np.uint8).copy()
    data[2000 : len(data) - 4000] = np.random.default_rng(3).integers(0, 256, len(data) - 6000)
    (tmp_path / "damaged.m4a").write_bytes(data.tobytes())
    with pytest.raises(MediaUnreadableError, match=r"damaged\.m4a: its sound can't be decoded"):
        list(sample_sound(tmp_path / "damaged.m4a"))


def test_numbers_that_are_none_become_silence(tmp_path: Path) -> None:
    samples = np.full(RATE, 0.25, "<f4")
    samples[::7], samples[1::7], samples[2::7] = np.nan, np.inf, -1e30
    (tmp_path / "a.raw").write_bytes(samples.tobytes())
    ffmpeg("-f", "f32le", "-ar", RATE, "-ac", "1", "-i", tmp_path / "a.raw", "-c:a", "pcm_f32le", tmp_path / "a.wav")
    heard = np.concatenate([block.samples for block in sample_sound(tmp_path / "a.wav")])
    assert np.isfinite(heard).all()


def test_rates_that_no_sound_has_are_refused(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", click_at(1.0))
    data = bytearray(path.read_bytes())
    data[24:28] = (7).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(MediaError, match=r"a\.wav: "):
        list(sample_sound(path))


def test_length_and_size_are_limited(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", click_at(1.0))
    with pytest.raises(MediaLimitError, match=r"a\.wav: longer than"):
        list(sample_sound(path, limits=MediaLimits(seconds=2.0)))
    with pytest.raises(MediaLimitError, match="GiB"):
        list(sample_sound(path, limits=MediaLimits(bytes=100)))


def test_a_rate_out_of_range_is_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rate"):
        next(sample_sound(BUNNY, 100))
