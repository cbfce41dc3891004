"""A trailer and stills of a finished film, cut from the film itself."""

from pathlib import Path

import av
import numpy as np
import pytest

from auditor.media import sample_frames
from auditor.watermark import open_watermarker
from generator.edit import render
from generator.edit.released import Stretch, film_stills, film_trailer
from generator.encoding import writing
from generator.errors import EditError
from tests.clips import BUNNY, frames_of

#: Four shots of two seconds at 10 frames/s, each of its own grey, in which a bright square moves.
SHOTS = [Stretch(str(n), n * 2.0, n * 2.0 + 2.0) for n in range(4)]


def film(path: Path, *, sound: bool = True, video: str = "h264") -> Path:
    with writing(path, width=64, height=48, fps=10, metadata={}, video=video, audio="aac" if sound else None) as writer:
        for number in range(80):
            frame = np.full((48, 64, 3), 40 + 45 * (number // 20), np.uint8)
            at = 2 + number % 20
            frame[10:30, at : at + 20] = np.random.default_rng(3).integers(0, 255, (20, 20, 3), np.uint8)
            writer.add(frame)
            if sound:
                beep = np.sin(np.arange(4800) * 2 * np.pi * (220 + 110 * (number // 20)) / 48000) * 0.3
                writer.add_sound(np.repeat(beep[:, None], 2, axis=1).astype(np.float32))
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("film") / "film.mp4")


def test_a_trailer_shows_and_sounds_what_the_film_does_and_none_of_its_ending(made: Path, tmp_path: Path) -> None:
    chosen = film_trailer(made, SHOTS, title="Harbour", seconds=4.5)
    assert {piece.id for piece in chosen.pieces} <= {"0", "1", "2", "3"}
    assert all(piece.film_start < 0.8 * 8 for piece in chosen.pieces)
    assert [piece.film_start for piece in chosen.pieces] == sorted(piece.film_start for piece in chosen.pieces)
    cut = render(chosen.timeline, chosen.files, tmp_path / "trailer.mp4")
    assert cut.loudness is not None
    with av.open(str(cut.path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for piece in chosen.pieces:
        middle = pictures[round((piece.start + piece.end) / 2 * 10)]
        assert abs(int(middle[44, 60, 0]) - (40 + 45 * int(piece.id))) < 12, piece


def test_what_is_left_out_of_the_shots_is_not_shown(made: Path) -> None:
    chosen = film_trailer(made, [SHOTS[0], SHOTS[2]], title="Harbour", seconds=3)
    assert {piece.id for piece in chosen.pieces} <= {"0", "2"}


def test_two_shots_that_are_seen_at_once_give_neither(made: Path) -> None:
    overlapping = [Stretch("a", 0.0, 2.5), Stretch("b", 1.5, 4.0), Stretch("c", 4.0, 8.0)]
    chosen = film_trailer(made, overlapping, title="Harbour", seconds=3)
    for piece in chosen.pieces:
        assert not 1.5 <= piece.film_start < 2.5
        assert not 1.5 < piece.film_start + piece.end - piece.start <= 2.5


def test_a_silent_film_has_a_silent_trailer(tmp_path: Path) -> None:
    chosen = film_trailer(film(tmp_path / "silent.mp4", sound=False), SHOTS, title="Harbour", seconds=3)
    assert chosen.timeline.tracks == ()


def test_the_best_stills_come_first_and_are_of_the_film(made: Path) -> None:
    found = film_stills(made, SHOTS, count=3)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.seconds < 0.8 * 8 for one in found)


@pytest.mark.parametrize("shots", [[], [Stretch("a", 9.0, 12.0)], [Stretch("a", 0.0, 1.0), Stretch("b", 0.0, 1.0)]])
def test_a_film_without_these_shots_is_refused(made: Path, shots: list[Stretch]) -> None:
    with pytest.raises(EditError, match="none of these shots"):
        film_trailer(made, shots, title="Harbour")


def test_a_watermark_is_read_from_av1(tmp_path: Path) -> None:
    """The default watermark survives the other codec that a cut may be encoded as."""
    watermarker = open_watermarker("dwtDctSvd")
    assert watermarker is not None
    payload, path = bytes(range(1, 7)), tmp_path / "marked.mp4"
    with writing(path, width=640, height=360, fps=10, metadata={}, video="av1") as writer:
        for picture in frames_of(BUNNY, end=1.0, size=(640, 360))[:16]:
            writer.add(watermarker.embed(picture, payload))
    with av.open(str(path)) as container:
        assert "av1" in container.streams.video[0].codec_context.codec.canonical_name
    reading = watermarker.read(frame.pixels for frame in sample_frames(path, fps=5.0))
    assert reading is not None
    assert reading.payload == payload
