"""Takes to a cut: where each take lies, what the picture holds, what is refused."""

from pathlib import Path

import av
import numpy as np
import pytest

from generator.edit import EditError, assemble
from generator.edit.titles import end_card, title_card
from generator.encoding import writing
from generator.errors import CancelledError

FPS = 8


def _take(
    path: Path, colour: tuple[int, int, int], frames: int = 16, *, width: int = 96, height: int = 54, fps: int = FPS
) -> Path:
    with writing(path, width=width, height=height, fps=fps, metadata={}) as writer:
        for _ in range(frames):
            writer.add(np.full((height, width, 3), colour, np.uint8))
    return path


def _read(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


@pytest.fixture
def takes(tmp_path: Path) -> list[Path]:
    return [
        _take(tmp_path / f"{n}.mp4", colour) for n, colour in enumerate([(200, 30, 30), (30, 200, 30), (30, 30, 200)])
    ]


def test_items_say_where_each_take_lies_and_the_picture_agrees(takes: list[Path], tmp_path: Path) -> None:
    cut = assemble(takes, tmp_path / "cut.mp4", title="Tidewater", credits=["Nobody"], dissolves=[False, True])
    frames = _read(cut.path)
    assert cut.duration == pytest.approx(len(frames) / FPS)
    assert [item.take for item in cut.items] == takes
    assert cut.items[1].start == pytest.approx(cut.items[0].end)
    assert cut.items[2].start == pytest.approx(cut.items[1].end - 0.5)
    for item, channel in zip(cut.items, range(3), strict=True):
        middle = frames[round((item.start + item.end) / 2 * FPS)].mean(axis=(0, 1))
        assert int(middle.argmax()) == channel
        assert middle.max() > 150
    mixed = frames[round((cut.items[2].start + 0.25) * FPS)].mean(axis=(0, 1))
    assert 60 < mixed[1] < 175
    assert 60 < mixed[2] < 175


def test_the_cut_repeats_byte_for_byte(takes: list[Path], tmp_path: Path) -> None:
    one = assemble(takes, tmp_path / "a.mp4", title="T")
    two = assemble(takes, tmp_path / "b.mp4", title="T")
    assert one.sha256 == two.sha256


@pytest.mark.parametrize(
    "title", ["", "A" * 400, "حارس المنارة", "A title with <b>markup</b> & ampersands", "One\ntwo\tthree"]
)
def test_any_title_can_be_drawn(title: str) -> None:
    card = title_card(title, "A previsualisation", 96, 54)
    assert card.shape == (54, 96, 3)
    assert card.max() > 100


def test_the_end_card_carries_the_disclosure_and_differs_with_credits() -> None:
    plain, credited = end_card((), 320, 180), end_card(("Pictures by a renderer",), 320, 180)
    assert plain.max() > 150
    assert np.abs(plain.astype(int) - credited).mean() > 0.5


def test_cancelling_leaves_nothing(takes: list[Path], tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CancelledError):
        assemble(takes, tmp_path / "cut.mp4", title="T", cancelled=lambda: True)
    assert sorted(tmp_path.iterdir()) == before


def test_takes_of_different_shapes_are_refused(takes: list[Path], tmp_path: Path) -> None:
    wide = _take(tmp_path / "wide.mp4", (9, 9, 9), width=128)
    with pytest.raises(EditError, match=r"wide\.mp4 is 128x54"):
        assemble([*takes, wide], tmp_path / "cut.mp4", title="T")


def test_what_is_no_take_is_refused(tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n")
    broken = _take(tmp_path / "broken.mp4", (1, 2, 3))
    broken.write_bytes(broken.read_bytes()[:700])
    for bad in (playlist, broken, tmp_path / "absent.mp4", tmp_path):
        with pytest.raises(EditError):
            assemble([bad], tmp_path / "cut.mp4", title="T")
    with pytest.raises(EditError, match="no takes"):
        assemble([], tmp_path / "cut.mp4", title="T")
    assert not (tmp_path / "cut.mp4").exists()
