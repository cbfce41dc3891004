"""Labels burnt into the picture: where, how large, how long, and what can't be drawn."""

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.edit import EditError, Label, assemble
from generator.edit.labels import MARGIN, Burner, overlay
from generator.encoding import writing

SIZES = st.sampled_from([(320, 180), (640, 360), (1280, 720), (360, 640), (1920, 816)])


@given(
    SIZES,
    st.sampled_from(
        [("AI-generated",), ("人工智能生成", "AI 생성"), ("Immagine generata al computer", "计算机生成画面")]
    ),
    st.sampled_from(["", "AI", "KI"]),
    st.floats(0.03, 0.07),
)
def test_a_label_stands_low_on_the_left_within_the_safe_area(size, words, letters, height):
    width, tall = size
    drawn = overlay(Label(words, letters, height), width, tall)[..., 3] > 0
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    edge = int(MARGIN * min(size)) - 1
    assert rows[0] >= 0
    assert rows[-1] < tall - edge
    assert columns[0] >= edge
    assert columns[-1] < width - edge


@pytest.mark.parametrize("height", [0.05, 0.06, 0.1])
def test_its_letters_are_as_tall_as_was_asked_for(height):
    ink = overlay(Label(("H",), height=height), 1280, 720)
    white = (ink[..., :3].min(axis=-1) > 200) & (ink[..., 3] > 250)
    rows = np.flatnonzero(white.any(axis=1))
    assert abs((rows[-1] - rows[0] + 1) - height * 720) <= 2


def test_long_words_are_wrapped_and_never_made_smaller():
    wide = overlay(Label(("Imagem gerada por computador",), height=0.06), 1280, 720)[..., 3] > 0
    narrow = overlay(Label(("Imagem gerada por computador",), height=0.06), 405, 720)[..., 3] > 0
    assert narrow.any(axis=1).sum() > 1.5 * wide.any(axis=1).sum() * 405 / 720


def test_chinese_breaks_between_letters_and_fills_its_lines():
    wide = overlay(Label(("计算机生成画面",), height=0.06), 1280, 720)[..., 3] > 0
    narrow = overlay(Label(("计算机生成画面",), height=0.15), 360, 640)[..., 3] > 0
    assert narrow.any(axis=1).sum() > 1.5 * wide.any(axis=1).sum() * 0.15 * 360 / (0.06 * 720)
    assert narrow.any(axis=0).sum() <= 360 * (1 - 2 * MARGIN) + 2


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Label(()), "needs words"),
        (lambda: Label(("x",), height=0.9), "0.9"),
        (lambda: Label(("x",), seconds=0), "no time"),
        (lambda: overlay(Label(("ಕೃತಕ",)), 640, 360), "no letter"),
        (lambda: overlay(Label(("W" * 60,), height=0.2), 640, 360), "shorter words"),
        (lambda: overlay(Label(("a b " * 15,), height=0.2), 64, 64), "fit"),
    ],
)
def test_what_can_not_be_drawn_is_refused_with_the_reason(make, says):
    with pytest.raises(EditError, match=says):
        make()


def test_an_opening_label_goes_and_a_lasting_one_stays():
    burner = Burner([Label(("AI",), seconds=2), Label(("stays",), shown="throughout")], 320, 180, 12)
    grey = np.full((180, 320, 3), 128, np.uint8)
    both, one = burner.burn(grey, 23), burner.burn(grey, 24)
    assert (both != 128).any(axis=(1, 2)).sum() > (one != 128).any(axis=(1, 2)).sum() > 0
    assert (grey == 128).all(), "the frame that came in is not drawn on"


def test_without_a_label_the_frame_is_the_same_object():
    grey = np.full((180, 320, 3), 128, np.uint8)
    assert Burner([Label(("AI",), seconds=1)], 320, 180, 12).burn(grey, 12) is grey


def test_a_cut_carries_its_label_from_the_first_frame(tmp_path):
    take = tmp_path / "take.mp4"
    with writing(take, width=320, height=180, fps=12, metadata={}) as writer:
        for _ in range(36):
            writer.add(np.full((180, 320, 3), 90, np.uint8))
    film = assemble([take], tmp_path / "cut.mp4", title="Tidewater", labels=[Label(("AI-generated",), "AI", 0.06)])
    with av.open(str(film.path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    corner = [frame[150:170, 12:60].max() for frame in frames]
    assert min(corner[:48]) > 200, "white of the mark, from the first frame for four seconds"
    assert max(corner[49:60]) < 160
