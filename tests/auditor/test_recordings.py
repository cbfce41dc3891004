"""Recordings without pictures: what they hold, what is refused, and that stereo stays stereo."""

from pathlib import Path

import av
import numpy as np
import pytest

from auditor.media import MediaError, MediaLimits, MediaUnsupportedError, probe, probe_sound, stereo_sound
from tests.clips import COFFEE, still, travel, write_clip

RATE = 44_100


def tone(seconds: float, hertz: float = 440.0, rate: int = RATE) -> np.ndarray:
    """Left a tone, right half as loud, an octave above: (n, 2) int16."""
    at = np.arange(round(seconds * rate)) / rate
    both = np.stack([np.sin(2 * np.pi * hertz * at), 0.5 * np.sin(4 * np.pi * hertz * at)], axis=1)
    return np.round(both * 20_000).astype(np.int16)


def written(path: Path, samples: np.ndarray, codec: str, container: str) -> Path:
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=48_000 if codec == "libopus" else RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(
            format=stream.format, layout="stereo", rate=stream.rate, frame_size=stream.codec_context.frame_size or 1024
        )
        for one in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(one))
        out.mux(stream.encode(None))
    return path


KINDS = [
    ("pcm_s16le", "wav", "audio/wav"),
    ("flac", "flac", "audio/flac"),
    ("libmp3lame", "mp3", "audio/mpeg"),
    ("aac", "mp4", "audio/mp4"),
    ("libopus", "ogg", "audio/ogg"),
]


@pytest.mark.parametrize(("codec", "container", "media_type"), KINDS)
def test_every_kind_is_read_to_its_end_and_stays_stereo(tmp_path, codec, container, media_type):
    path = written(tmp_path / "sound", tone(2.5), codec, container)
    info = probe_sound(path)
    assert info.media_type == media_type
    assert info.is_sound
    assert (info.width, info.height, info.frames) == (0, 0, 0)
    assert info.duration == pytest.approx(2.5, abs=0.1)
    sound = np.concatenate(list(stereo_sound(path, 48_000)))
    assert sound.dtype == np.float32
    assert len(sound) / 48_000 == pytest.approx(2.5, abs=0.1)
    left, right = np.sqrt(np.mean(np.square(sound[4800:-9600]), axis=0))
    assert left / right == pytest.approx(2.0, rel=0.05)


def test_films_pictures_and_anything_else_are_no_recordings(tmp_path):
    film = write_clip(tmp_path / "film.mp4", travel(still(COFFEE), 12, zoom=(1.0, 1.2)), fps=12)
    with pytest.raises(MediaUnsupportedError, match="holds pictures"):
        probe_sound(film)
    picture = tmp_path / "picture.png"
    from PIL import Image

    Image.new("RGB", (32, 32)).save(picture)
    for path in (picture, tmp_path / "text", tmp_path / "list"):
        if not path.exists():
            path.write_text("#EXTM3U\nfile:///etc/passwd\n" if path.name == "list" else "no sound at all " * 100)
        with pytest.raises(MediaError):
            probe_sound(path)
    recording = written(tmp_path / "sound.wav", tone(1), "pcm_s16le", "wav")
    with pytest.raises(MediaUnsupportedError, match="not a film"):
        probe(recording)


def test_a_recording_that_is_cut_short_or_too_long_is_refused(tmp_path):
    path = written(tmp_path / "sound.wav", tone(3), "pcm_s16le", "wav")
    with pytest.raises(MediaError, match="longer than the limit"):
        probe_sound(path, MediaLimits(seconds=2))
    short = tmp_path / "short.wav"
    short.write_bytes(path.read_bytes()[:100_000])
    with pytest.raises(MediaError, match="cut short"):
        probe_sound(short)


def test_not_a_number_becomes_silence(tmp_path):
    path = tmp_path / "odd.wav"
    loud = tone(0.5).astype(np.float32) / 32_768
    loud[100:200] = np.nan
    with av.open(str(path), "w", format="wav") as out:
        stream = out.add_stream("pcm_f32le", rate=RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(loud.reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate = RATE
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    sound = np.concatenate(list(stereo_sound(path, RATE)))
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 1
