"""A brief to a film on the command line: the JSON contract, exit statuses, one-line errors."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from generator.__main__ import main
from generator.errors import CancelledError, UnknownBackendError
from generator.film import make_film
from generator.narrative import parse_fountain

BRIEF = (
    "A lighthouse keeper, Mara, finds a letter on the shore at dusk. Her brother Jon comes by boat, but "
    "the tide is rising."
)
SMALL = ["--width", "96", "--height", "54", "--fps", "4", "--seconds", "6", "--seed", "5"]


@pytest.fixture
def brief(tmp_path: Path) -> Path:
    path = tmp_path / "brief.txt"
    path.write_text(BRIEF, encoding="utf-8")
    return path


def test_a_brief_becomes_a_film_and_one_json_document(
    brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["film", str(brief), str(tmp_path / "out"), "--json", *SMALL]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert Path(document["film"]).is_file()
    screenplay = parse_fountain(Path(document["screenplay"]).read_text(encoding="utf-8"))
    assert screenplay.title == document["title"]
    assert 5 <= len(document["shots"]) <= 7
    assert all(Path(shot["take"]).is_file() for shot in document["shots"])
    starts = [shot["start"] for shot in document["shots"]]
    assert starts == sorted(starts)
    assert starts[0] > 0
    assert document["shots"][-1]["end"] < document["duration"]
    assert not [path for path in (tmp_path / "out").rglob("*") if path.name.endswith(".part")]


def test_it_runs_as_a_program(brief: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "generator", "film", str(tmp_path / "absent.txt"), str(tmp_path / "out"), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert "absent.txt" in ran.stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00nonsense\x80", "UTF-8"),
        (b"a" * 1_000_000, "larger"),
        (b"A keeper \x07 waits at sea.", "control"),
    ],
)
def test_a_bad_brief_is_one_line_and_status_two(
    content: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(content)
    assert main(["film", str(path), str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "extra",
    [
        ["--backend", "imax"],
        ["--width", "97"],
        ["--fps", "0"],
        ["--seconds", "nan"],
        ["--seconds", "1"],
        ["--seed", "x"],
        ["--nonsense"],
    ],
)
def test_bad_options_are_one_line_and_status_two(
    extra: list[str], brief: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["film", str(brief), str(tmp_path / "out"), *SMALL, *extra]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_out_that_is_a_file_is_refused(brief: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["film", str(brief), str(brief), *SMALL]) == 2
    assert "can't be written" in capsys.readouterr().err


def test_a_cancelled_film_leaves_no_half_written_file(tmp_path: Path) -> None:
    count = iter(range(1000))
    with pytest.raises(CancelledError):
        make_film(
            BRIEF, tmp_path, seed=5, total_seconds=6.0, width=96, height=54, fps=4, cancelled=lambda: next(count) > 5
        )
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]
    assert not (tmp_path / "film.mp4").exists()


def test_an_unknown_backend_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownBackendError, match="imax"):
        make_film(BRIEF, tmp_path, backend="imax")
