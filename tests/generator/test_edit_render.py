"""A timeline rendered: each frame is the one that the timeline names, the sound is as long as the picture, and a failure
leaves nothing behind."""

import os
import resource
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from generator.edit import (
    Card,
    Clip,
    Cue,
    EditError,
    Encoding,
    Media,
    Mix,
    Sound,
    Timeline,
    Title,
    Track,
    Transition,
    render,
)
from generator.edit.sources import decode, probe
from generator.encoding import SOUND_RATE, sha256_of, writing
from generator.errors import CancelledError
from tests.clips import BIKES, frames_of
from tests.sounds import write_wav

RATE = Fraction(8)
CUT = Transition()


def _ramp(path: Path, low: int, frames: int, *, fps: int | Fraction = 8) -> tuple[Path, Media]:
    """A take whose every frame has its own brightness: ``low`` + 4 for each frame."""
    with writing(path, width=96, height=54, fps=fps, metadata={}) as writer:
        for n in range(frames):
            writer.add(np.full((54, 96, 3), low + 4 * n, np.uint8))
    return path, Media(sha256_of(path), path.name, frames)


def _levels(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.to_ndarray(format="rgb24").mean()) for frame in container.decode(video=0)]


def _heard(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=SOUND_RATE)
        blocks = [
            block.to_ndarray().reshape(-1, 2)
            for frame in (*container.decode(audio=0), None)
            for block in resampler.resample(frame)
        ]
    return np.concatenate(blocks)


@pytest.fixture
def ramps(tmp_path: Path) -> tuple[Timeline, dict[str, Path]]:
    (one, first), (two, second) = _ramp(tmp_path / "one.mp4", 20, 24), _ramp(tmp_path / "two.mp4", 130, 24)
    clips = (Clip("a", first, 12, 6), Clip("b", second, 10, 8))
    return Timeline("Ramps", RATE, 96, 54, clips, (CUT, CUT, CUT)), {first.sha256: one, second.sha256: two}


def test_each_frame_is_the_one_that_the_timeline_names(ramps: tuple[Timeline, dict[str, Path]], tmp_path: Path) -> None:
    timeline, files = ramps
    cut = render(timeline, files, tmp_path / "cut.mp4")
    expected = [20 + 4 * n for n in range(6, 18)] + [130 + 4 * n for n in range(8, 18)]
    assert _levels(cut.path) == pytest.approx(expected, abs=2.5)
    assert [(item.clip, item.start, item.end) for item in cut.items] == [("a", 0.0, 1.5), ("b", 1.5, 2.75)]
    assert cut.loudness is None


def test_dissolves_show_both_takes_beyond_their_clips(ramps: tuple[Timeline, dict[str, Path]], tmp_path: Path) -> None:
    timeline, files = ramps
    soft = replace(timeline, transitions=(CUT, Transition("dissolve", 3, 2), CUT))
    levels = _levels(render(soft, files, tmp_path / "cut.mp4").path)
    assert len(levels) == timeline.frames
    for k in range(5):
        a, b, amount = 20 + 4 * (15 + k), 130 + 4 * (5 + k), (k + 1) / 6
        assert levels[9 + k] == pytest.approx(a * (1 - amount) + b * amount, abs=3)
    assert levels[8] == pytest.approx(20 + 4 * 14, abs=2.5)
    assert levels[14] == pytest.approx(130 + 4 * 10, abs=2.5)


def test_a_fade_goes_through_black_and_a_wipe_uncovers_from_the_left(
    ramps: tuple[Timeline, dict[str, Path]], tmp_path: Path
) -> None:
    timeline, files = ramps
    faded = replace(
        timeline, transitions=(Transition("fade", 0, 4), Transition("fade", 3, 3), Transition("fade", 4, 0))
    )
    levels = _levels(render(faded, files, tmp_path / "fade.mp4").path)
    assert min(levels[10:14]) < 0.5 * levels[8]
    assert levels[0] < 0.4 * levels[4]
    assert levels[-1] < 0.4 * levels[-5]
    wiped = replace(timeline, transitions=(CUT, Transition("wipe", 2, 3), CUT))
    with av.open(str(render(wiped, files, tmp_path / "wipe.mp4").path)) as container:
        middle = list(container.decode(video=0))[12].to_ndarray(format="rgb24").mean(axis=(0, 2))
    assert middle[5] > 140 > 100 > middle[-5]


def test_far_in_points_are_found_by_seeking(tmp_path: Path) -> None:
    path, _ = _ramp(tmp_path / "long.mp4", 0, 60, fps=2)
    source = probe(path)
    for start in (15, 16, 17, 39, 59):
        levels = [float(frame.mean()) for frame in decode(source, start)]
        assert levels == pytest.approx([4 * n for n in range(start, 60)], abs=3)


def test_titles_and_captions_stand_where_they_hang(ramps: tuple[Timeline, dict[str, Path]], tmp_path: Path) -> None:
    timeline, files = ramps
    worded = replace(
        timeline,
        titles=(Title("t", "b", 10, 6, "HARBOUR", "centre"),),
        cues=(Cue("c", "a", 8, 4, "Who goes there?"),),
    )
    plain = _pictures(render(timeline, files, tmp_path / "a.mp4").path)
    shown = _pictures(render(worded, files, tmp_path / "b.mp4", burn_captions=True).path)
    changed = [float(np.abs(a.astype(int) - b).max()) > 15 for a, b in zip(plain, shown, strict=True)]
    assert [n for n, there in enumerate(changed) if there] == [2, 3, 4, 5, 14, 15, 16, 17, 18, 19]
    unburnt = _pictures(render(replace(worded, titles=()), files, tmp_path / "c.mp4").path)
    assert np.abs(np.stack(unburnt).astype(int) - np.stack(plain)).max() < 10


def _pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize("encoding", [Encoding(), Encoding("av1", "opus")])
@pytest.mark.parametrize("rate", [Fraction(8), Fraction(24000, 1001)])
def test_sound_lies_where_it_hangs_and_ends_with_the_picture(
    tmp_path: Path, encoding: Encoding, rate: Fraction
) -> None:
    path, take = _ramp(tmp_path / "take.mp4", 40, 47, fps=rate)
    tone = np.sin(2 * np.pi * 440 * np.arange(SOUND_RATE) / SOUND_RATE).astype(np.float32) * 0.25
    wav = write_wav(tmp_path / "tone.wav", np.stack([tone, tone], axis=1), SOUND_RATE)
    sound = Sound("s", "a", Media(sha256_of(wav), "tone.wav", 999), start=16, frames=8)
    timeline = Timeline("T", rate, 96, 54, (Clip("a", take, 40, 4),), (CUT, CUT), tracks=(Track("effects", (sound,)),))
    files = {take.sha256: path, sound.media.sha256: wav}
    cut = render(timeline, files, tmp_path / "cut.mp4", encoding=encoding, mix=Mix("as it is"))
    with av.open(str(cut.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.frames == 40
        assert float(video.duration * video.time_base) == pytest.approx(float(40 / rate), abs=2e-3)
        assert float(audio.duration * audio.time_base) == pytest.approx(float(40 / rate), abs=2e-3)
        names = (video.codec_context.name, audio.codec_context.name)
    assert names == {"h264": ("h264", "aac"), "av1": ("libdav1d", "opus")}[encoding.video]
    head = cut.path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
    heard = np.abs(_heard(cut.path)).max(axis=1)
    loud = np.flatnonzero(heard > 0.1) / SOUND_RATE
    assert loud[0] == pytest.approx(float(12 / rate), abs=0.03)
    assert loud[-1] == pytest.approx(float(20 / rate), abs=0.03)


def test_the_mix_repeats_and_ambience_gives_way_to_dialogue(tmp_path: Path) -> None:
    path, take = _ramp(tmp_path / "take.mp4", 40, 32)
    noise = np.random.default_rng(1).normal(0, 0.05, (2 * SOUND_RATE, 2)).astype(np.float32)
    quiet = np.zeros((SOUND_RATE, 2), np.float32)
    bed, line = write_wav(tmp_path / "bed.wav", noise, SOUND_RATE), write_wav(tmp_path / "line.wav", quiet, SOUND_RATE)
    ambience = Sound("bed", "a", Media(sha256_of(bed), "bed.wav", 16), fit=True)
    dialogue = Sound("line", "a", Media(sha256_of(line), "line.wav", 8), start=12, frames=8)
    tracks = (Track("ambience", (ambience,)), Track("dialogue", (dialogue,)))
    timeline = Timeline("T", RATE, 96, 54, (Clip("a", take, 32),), (CUT, CUT), tracks=tracks)
    files = {take.sha256: path, ambience.media.sha256: bed, dialogue.media.sha256: line}
    one = render(timeline, files, tmp_path / "a.mp4", mix=Mix("as it is"))
    two = render(timeline, files, tmp_path / "b.mp4", mix=Mix("as it is"))
    assert one.sha256 == two.sha256
    heard = _heard(one.path)
    level = [float(np.sqrt(np.mean(heard[int(t * SOUND_RATE) :][: SOUND_RATE // 4] ** 2))) for t in (0.5, 1.8, 3.5)]
    assert 20 * np.log10(level[1] / level[0]) == pytest.approx(-9, abs=0.7)
    assert 20 * np.log10(level[2] / level[0]) == pytest.approx(0, abs=0.7)


def test_files_are_taken_by_what_is_in_them(ramps: tuple[Timeline, dict[str, Path]], tmp_path: Path) -> None:
    timeline, files = ramps
    first, second = files
    with pytest.raises(EditError, match="no file was given for clip b"):
        render(timeline, {first: files[first]}, tmp_path / "cut.mp4")
    with pytest.raises(EditError, match=r"one\.mp4 is not the file that clip b names"):
        render(timeline, {**files, second: files[first]}, tmp_path / "cut.mp4")
    other, media = _ramp(tmp_path / "quick.mp4", 9, 24, fps=12)
    wrong = replace(timeline, clips=(timeline.clips[0], Clip("b", media, 5)))
    with pytest.raises(EditError, match=r"clip b shows quick\.mp4, 96x54 at 12 fps"):
        render(wrong, {**files, media.sha256: other}, tmp_path / "cut.mp4")
    greedy = replace(timeline.clips[1], source=replace(timeline.clips[1].source, frames=99))
    with pytest.raises(EditError, match="counts on 99 frames"):
        render(replace(timeline, clips=(timeline.clips[0], greedy)), files, tmp_path / "cut.mp4")
    silent = Sound("s", "a", Media(first, "one.mp4", 24), start=6, frames=4)
    with pytest.raises(EditError, match="has no sound"):
        render(replace(timeline, tracks=(Track("music", (silent,)),)), files, tmp_path / "cut.mp4")
    assert not (tmp_path / "cut.mp4").exists()


def test_cancelling_a_mix_leaves_nothing(ramps: tuple[Timeline, dict[str, Path]], tmp_path: Path) -> None:
    timeline, files = ramps
    wav = write_wav(tmp_path / "bed.wav", np.full((9000, 2), 0.1, np.float32), SOUND_RATE)
    bed = Sound("s", "a", Media(sha256_of(wav), "bed.wav", 1), fit=True)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CancelledError):
        render(
            replace(timeline, tracks=(Track("ambience", (bed,)),)),
            {**files, bed.media.sha256: wav},
            tmp_path / "cut.mp4",
            cancelled=lambda: True,
        )
    assert sorted(tmp_path.iterdir()) == before


FULL = """
import resource, sys
from fractions import Fraction
from pathlib import Path
import numpy as np
from generator.edit import Card, Clip, Timeline, Transition, render
from generator.errors import GeneratorError
clip = Clip("a", Card("title", "A long title"), 240)
timeline = Timeline("T", Fraction(24), 640, 360, (clip,), (Transition(), Transition()))
noise = np.random.default_rng(1)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    render(timeline, {}, Path(sys.argv[1]), mark=lambda f: noise.integers(0, 255, f.shape, np.uint8))
except GeneratorError as error:
    print(error)
    sys.exit(2)
"""


@pytest.mark.parametrize("room", [0, 50_000, 3_000_000])
def test_a_full_disk_is_said_and_leaves_nothing_and_loses_nothing(tmp_path: Path, room: int) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    out = tmp_path / "film.mp4"
    out.write_bytes(b"the film of before")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(out), str(room)], capture_output=True, text=True, cwd=Path.cwd(), check=False
    )
    assert done.returncode == 2, done.stderr
    assert "is the disk full?" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert out.read_bytes() == b"the film of before"


LOUD = """
import resource, sys
from fractions import Fraction
from pathlib import Path
from generator.edit import Card, Clip, Media, Sound, Timeline, Track, Transition, render
from generator.encoding import sha256_of
from generator.errors import GeneratorError
wav = Path(sys.argv[2])
sound = Sound("s", "", Media(sha256_of(wav), wav.name, 24), frames=2400)
timeline = Timeline("T", Fraction(24), 96, 54, (Clip("a", Card("black"), 2400),), (Transition(), Transition()),
                    tracks=(Track("music", (sound,)),))
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
try:
    render(timeline, {sound.media.sha256: wav}, Path(sys.argv[1]))
except GeneratorError as error:
    print(error)
    sys.exit(2)
"""


def test_a_disk_that_is_full_at_the_mix_is_said_too(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "tone.wav", np.full((SOUND_RATE, 2), 0.1, np.float32), SOUND_RATE)
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", LOUD, str(tmp_path / "film.mp4"), str(wav)],
        capture_output=True, text=True, cwd=Path.cwd(), check=False, env={**os.environ, "TMPDIR": str(rooms)},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "the mix can't be written" in done.stdout
    assert not list(rooms.iterdir())
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["tone.wav"]


@pytest.mark.parametrize("size", [(160, 90), (96, 54), (320, 180)])
def test_the_same_frames_are_the_same_file_whatever_their_size(tmp_path: Path, size: tuple[int, int]) -> None:
    films = set()
    for _ in range(8):
        with writing(tmp_path / "film.mp4", width=size[0], height=size[1], fps=12, metadata={}) as writer:
            for n, frame in enumerate(frames_of(BIKES, end=2.0, size=size)[:40]):
                writer.add((frame * min(n / 6, 1.0)).astype(np.uint8))
        films.add(sha256_of(tmp_path / "film.mp4"))
    assert len(films) == 1


def test_a_card_alone_is_a_film(tmp_path: Path) -> None:
    timeline = Timeline("T", RATE, 96, 54, (Clip("x", Card("black"), 8),), (CUT, CUT))
    assert max(_levels(render(timeline, {}, tmp_path / "black.mp4").path)) < 3
