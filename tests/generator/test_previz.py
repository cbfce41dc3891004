"""The previsualisation renderer: what it shows, that it repeats itself, that cancelling leaves nothing."""

import dataclasses
import hashlib
from pathlib import Path

import av
import numpy as np
import pytest

from auditor.media.types import Progress
from generator.backends.previz import PrevizBackend
from generator.backends.previz.frames import render_frames
from generator.errors import CancelledError, RenderError
from generator.narrative import write_screenplay
from generator.shots import ShotRequest, plan_shots

COAST = (
    "A lighthouse keeper, Mara, finds a letter on the shore at sunset. Her brother Jon comes by boat, "
    "but the tide is rising."
)
CITY = "In a rainy city at night a taxi driver named Tomas finds a suitcase. A stranger follows him until morning."


def _shots(brief: str = COAST, *, seconds: float = 6.0) -> tuple[ShotRequest, ...]:
    return plan_shots(write_screenplay(brief, seed=4), total_seconds=seconds, width=96, height=54, fps=4, seed=4)


def _frames(shot: ShotRequest, *, threads: int | None = None) -> np.ndarray:
    return np.stack(list(render_frames(shot, threads=threads)))


@pytest.fixture(scope="module")
def shot() -> ShotRequest:
    return _shots()[0]


def test_the_same_shot_gives_the_same_bytes_whatever_the_threads(shot: ShotRequest) -> None:
    one, many = _frames(shot, threads=1), _frames(shot, threads=4)
    assert one.shape == (shot.frames, 54, 96, 3)
    assert one.dtype == np.uint8
    assert one.tobytes() == many.tobytes()


def test_another_seed_gives_another_picture(shot: ShotRequest) -> None:
    other = dataclasses.replace(shot, seed=shot.seed + 1)
    assert np.abs(_frames(shot).astype(int) - _frames(other)).mean() > 4.0


def test_the_camera_moves_and_the_picture_is_neither_flat_nor_burnt_out() -> None:
    for shot in _shots():
        frames = _frames(shot).astype(float)
        luma = frames.mean(axis=3)
        assert luma.std() > 8.0, shot.id
        assert 12.0 < luma.mean() < 235.0, shot.id
        assert (luma > 250.0).mean() < 0.35, shot.id
        still = np.abs(frames[-1] - frames[0]).mean()
        assert still > 1.0, shot.id


def test_two_briefs_give_visibly_different_films() -> None:
    one = np.stack([_frames(shot)[0] for shot in _shots()[:5]]).astype(float)
    two = np.stack([_frames(shot)[0] for shot in _shots(CITY)[:5]]).astype(float)
    assert np.abs(one - two).mean() > 20.0


@pytest.mark.parametrize("light", ["dawn", "day", "night"])
def test_the_hour_changes_the_light(shot: ShotRequest, light: str) -> None:
    changed = dataclasses.replace(shot, light=light, duration=0.25)
    reference = dataclasses.replace(shot, light="sunset", duration=0.25)
    assert np.abs(_frames(changed).astype(int) - _frames(reference)).mean() > 6.0


@pytest.mark.parametrize(
    "change",
    [
        {"place": "nowhere in particular", "elements": ("unheard-of", "lighthouse")},
        {"characters": (), "roles": (), "focus": ""},
        {"width": 32, "height": 32},
        {"width": 130, "height": 34},
        {"lens_mm": 10.0},
        {"lens_mm": 200.0, "size": "close-up"},
        {"interior": True, "place": "kitchen"},
        {"place": "sea", "weather": "storm"},
        {"place": "forest", "weather": "snow", "light": "night"},
        {"place": "city", "elements": ("blocks",), "size": "extreme wide", "move": "crane up"},
    ],
)
def test_any_valid_shot_renders(shot: ShotRequest, change: dict[str, object]) -> None:
    odd = dataclasses.replace(shot, duration=0.25, **change)  # type: ignore[arg-type]
    frames = _frames(odd)
    assert frames.shape == (1, odd.height, odd.width, 3)
    assert frames.std() > 3.0


def test_a_take_is_an_mp4_that_says_what_it_is(shot: ShotRequest, tmp_path: Path) -> None:
    heard: list[Progress] = []
    take = PrevizBackend().render(shot, tmp_path / "take.mp4", on_progress=heard.append)
    assert (take.frames, take.seconds) == (shot.frames, shot.frames / shot.fps)
    assert take.sha256 == hashlib.sha256(take.path.read_bytes()).hexdigest()
    assert [progress.done for progress in heard] == list(range(shot.frames + 1))
    with av.open(str(take.path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.codec_context.width, stream.codec_context.height, stream.frames) == (96, 54, shot.frames)
        assert "previsualisation" in container.metadata["comment"]
        assert container.metadata["previsualisation"] == "true"
    content = take.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert [path.name for path in tmp_path.iterdir()] == ["take.mp4"]


def test_a_cancelled_render_leaves_nothing(shot: ShotRequest, tmp_path: Path) -> None:
    asked = iter([False, False, True])
    with pytest.raises(CancelledError, match="2 of"):
        PrevizBackend().render(shot, tmp_path / "take.mp4", cancelled=lambda: next(asked))
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_render_keeps_the_older_take(shot: ShotRequest, tmp_path: Path) -> None:
    old = tmp_path / "take.mp4"
    old.write_bytes(b"older")
    with pytest.raises(CancelledError):
        PrevizBackend().render(shot, old, cancelled=lambda: True)
    assert old.read_bytes() == b"older"


def test_a_place_that_does_not_exist_is_a_clear_error(shot: ShotRequest, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="not a directory"):
        PrevizBackend().render(shot, tmp_path / "missing" / "take.mp4")


def test_the_card_discloses_the_renderer() -> None:
    card = PrevizBackend().card
    assert len(card.digest) == 64
    assert card.kind == "renderer"
    assert card.commercial_use is True
    assert "no data was used" in card.training_data
    assert card == PrevizBackend().card
