"""Storyboard sheets as PDF and PNG, and the command that draws them."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.__main__ import main
from generator.errors import CancelledError
from generator.narrative import parse_fountain
from generator.shots import ShotError, ShotRequest, plan_shots
from generator.shots.storyboard import frame_of, storyboard_data, write_storyboard

SCRIPT = (
    "Title: The Ferry\n\nEXT. RIVER - DAWN\n\n[[shot: wide, dolly in]]\n\nAna waits on the bank.\n\n"
    "[[shot: close-up, static, on ANA]]\n\nANA\n(low)\nHe is late.\n\nBEN\nNever.\n"
)


def _shots(**options: object) -> tuple[ShotRequest, ...]:
    return plan_shots(parse_fountain(SCRIPT), seed=3, width=128, height=72, **options)  # type: ignore[arg-type]


def _grey(shot: ShotRequest) -> np.ndarray:
    return np.full((shot.height, shot.width, 3), 90, np.uint8)


def test_a_pdf_holds_every_shot_with_its_words(tmp_path: Path) -> None:
    import typst

    shots = _shots()
    (path,) = write_storyboard(shots, tmp_path / "board.pdf", title="The Ferry")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Subtype /Image") + content.count(b"/Subtype/Image") >= len(shots)
    again = write_storyboard(shots, tmp_path / "again.pdf", title="The Ferry")[0].read_bytes()
    assert again == content
    assert typst.__version__


def test_the_data_says_framing_lens_move_action_lines_and_sound() -> None:
    data = storyboard_data(_shots(), "The Ferry")
    last = data["panels"][-1]
    assert last["camera"] == "close-up, 75 mm, static"
    assert last["lines"][0] == ["ANA", "(low) He is late."]
    assert "river" in last["slug"].lower()
    assert data["panels"][0]["time"].startswith("0.0 to ")


def test_png_sheets_hold_six_shots_each_and_show_the_frames(tmp_path: Path) -> None:
    shots = _shots(count=8, total_seconds=24.0)
    paths = write_storyboard(shots, tmp_path / "board.png", title="The Ferry", frame=_grey)
    assert [path.name for path in paths] == ["board.png", "board-2.png"]
    sheet = np.asarray(Image.open(BytesIO(paths[0].read_bytes())).convert("RGB"))
    assert sheet.shape[1] > 1600
    assert (np.abs(sheet.astype(int) - 90).max(axis=2) < 3).mean() > 0.3


def test_the_frame_is_the_shots_own_middle() -> None:
    from generator.backends.previz.frames import render_frames

    shot = _shots()[0]
    assert np.array_equal(frame_of(shot), list(render_frames(shot))[shot.frames // 2])


def test_words_are_never_markup_and_unknown_letters_show_their_code(tmp_path: Path) -> None:
    text = SCRIPT.replace("Ana waits", 'Ana says #panic("no") and $x$ and 日本 and @ana')
    shots = plan_shots(parse_fountain(text), seed=3, width=128, height=72)
    assert "[U+65E5]" in storyboard_data(shots, "T")["panels"][0]["action"]
    assert write_storyboard(shots, tmp_path / "b.pdf", title='#panic("no")', frame=_grey)


def test_bad_requests_are_refused_and_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(ShotError, match="1 to 300"):
        write_storyboard((), tmp_path / "b.pdf", title="T")
    with pytest.raises(ShotError, match=r"neither \.pdf nor \.png"):
        write_storyboard(_shots(), tmp_path / "b.doc", title="T")
    with pytest.raises(CancelledError):
        write_storyboard(_shots(), tmp_path / "b.pdf", title="T", frame=_grey, cancelled=lambda: True)
    with pytest.raises(ShotError, match="can't be written"):
        write_storyboard(_shots(), tmp_path / "missing" / "b.pdf", title="T", frame=_grey)
    assert list(tmp_path.iterdir()) == []


def test_the_command_draws_a_board_whose_shots_can_be_edited_and_read_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ferry.fountain").write_text(SCRIPT)
    size = ["--width", "96", "--height", "54"]
    shots = str(tmp_path / "shots.json")
    assert (
        main(["board", str(tmp_path / "ferry.fountain"), str(tmp_path / "a.pdf"), "--shots", shots, *size, "--json"])
        == 0
    )
    assert json.loads(capsys.readouterr().out)["title"] == "The Ferry"
    document = json.loads(Path(shots).read_text("utf-8"))
    document["shots"][0]["move"] = "crane up"
    Path(shots).write_text(json.dumps(document))
    assert main(["board", shots, str(tmp_path / "b.png")]) == 0
    assert (tmp_path / "b.png").is_file()
    capsys.readouterr()
    document["shots"][0]["move"] = "teleport"
    Path(shots).write_text(json.dumps(document))
    assert main(["board", shots, str(tmp_path / "c.pdf")]) == 2
    assert "move" in capsys.readouterr().err
    assert main(["board", shots, str(tmp_path / "c.txt")]) == 2
