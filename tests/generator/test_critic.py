"""The critic: its marks of frames and takes, pairs for a person to judge, and how far both agree."""

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from scipy.stats import kendalltau

from generator.__main__ import main
from generator.edit.scoring import score_take
from generator.encoding import writing
from generator.errors import ChangedModelError, EditError, IncompleteModelError, TrainingError
from generator.training.critic import Critic, agreement, rank_correlation, read_judgements, write_pairs
from tests.generator.tiny_looks import relist, write_bundle


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "swap")


def _take(path: Path, levels: Any) -> Path:
    """A take whose frames are of one grey each."""
    with writing(path, width=64, height=48, fps=8, metadata={}) as writer:
        for level in levels:
            writer.add(np.full((48, 64, 3), level, np.uint8))
    return path


@pytest.fixture
def takes(tmp_path: Path) -> list[Path]:
    return [_take(tmp_path / f"{level}.mp4", [level] * 8) for level in (40, 90, 140, 190, 240)]


# marks


def test_frames_and_takes_are_marked(bundle: Path, tmp_path: Path) -> None:
    """The tiny critic's mark is a frame's mean brightness, 0..1."""
    critic = Critic(bundle)
    assert (critic.name, critic.version) == ("swap", "1.0")
    assert critic.frame(np.full((48, 64, 3), 51, np.uint8)) == pytest.approx(0.2, abs=1e-5)
    assert critic.frame(np.full((50, 2000, 3), 51, np.uint8)) == pytest.approx(0.2, abs=1e-5)
    half = _take(tmp_path / "half.mp4", [50] * 20 + [150] * 20)
    assert critic.take(half) == pytest.approx(100 / 255, abs=0.02)
    with pytest.raises(EditError, match="does not exist"):
        critic.take(tmp_path / "none.mp4")


def test_a_mark_stands_in_the_score_and_changes_no_rank(bundle: Path, takes: list[Path]) -> None:
    without, with_critic = score_take(takes[3]), score_take(takes[3], critic=Critic(bundle).take)
    assert without.realism is None
    assert "realism" not in without.as_dict()
    assert with_critic.as_dict()["realism"] == pytest.approx(190 / 255, abs=0.02)
    assert with_critic.total == without.total


def test_a_critic_is_verified_as_its_look_is(bundle: Path) -> None:
    content = (bundle / "critic.onnx").read_bytes()
    (bundle / "critic.onnx").write_bytes(content + b" ")
    with pytest.raises(ChangedModelError, match=r"critic\.onnx in .* is not the one that was published"):
        Critic(bundle)
    (bundle / "critic.onnx").unlink()
    relist(bundle)
    with pytest.raises(IncompleteModelError, match=r"has no critic\.onnx; choose a look that was published with"):
        Critic(bundle)


# agreement


def test_agreement_is_a_share_and_a_rank_correlation() -> None:
    found = rank_correlation([(0.9, 0.1, "left"), (0.2, 0.8, "right"), (0.6, 0.5, "right"), (0.7, 0.7, "left"),
                              (0.3, 0.2, "same")])  # fmt: skip
    assert (found.judged, found.decided, found.agreed, found.accuracy) == (5, 4, 2, 0.5)
    assert found.interval == pytest.approx((0.1500, 0.8500), abs=1e-4)
    assert found.tau == pytest.approx((2 - 1) / np.sqrt(4 * 4))


def test_over_all_pairs_of_a_ranking_tau_is_kendalls() -> None:
    chance = np.random.default_rng(3)
    for _ in range(20):
        marks, ranks = chance.integers(0, 6, 9), chance.integers(0, 5, 9)
        pairs = [
            (float(marks[a]), float(marks[b]), ("right", "same", "left")[1 + np.sign(ranks[a] - ranks[b])])
            for a in range(9)
            for b in range(a)
        ]  # fmt: skip
        expected = kendalltau(marks, ranks, variant="b").statistic
        assert rank_correlation(pairs).tau == pytest.approx(expected)  # type: ignore[arg-type]


def test_nothing_judged_and_nothing_decided() -> None:
    with pytest.raises(TrainingError, match="no pair is judged yet; write left, right, same into the column better"):
        rank_correlation([])
    same = rank_correlation([(0.1, 0.2, "same")])
    assert (same.tau, same.decided, same.interval) == (None, 0, (0.0, 1.0))


# pairs


def _judged(table: Path, judge: Any) -> None:
    rows = list(csv.DictReader(table.read_text().splitlines()))
    for row in rows:
        left, right = (cv2.imread(str(table.parent / row[side])).mean() for side in ("left", "right"))
        row["better"] = judge(left, right)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_pairs_are_written_judged_and_agreed_with(
    bundle: Path, takes: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["critic", "pairs", str(out), "--takes", *map(str, takes), "--pairs", "12", "--json"]) == 0
    table = Path(json.loads(capsys.readouterr().out)["table"])
    assert table.read_text().splitlines()[0] == "pair,left,right,better"
    assert len(list((out / "pairs").iterdir())) == 36
    for name in ("pairs/01.png", "sheet.png"):
        assert cv2.imread(str(out / name)) is not None
    assert "swap" not in table.read_text()
    _judged(table, lambda left, right: "left" if left > right else "right")
    assert main(["critic", "agree", str(table), "--look", str(bundle), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["critic"], found["judged"], found["agreed"], found["tau"]) == ("swap", 12, 12, 1.0)
    # a person who prefers the dark
    _judged(table, lambda left, right: "right" if left > right else "left")
    assert main(["critic", "agree", str(table), "--look", str(bundle)]) == 0
    assert "swap 1.0 agrees in 0 of 12 decided pairs (0%, 95 % interval 0% to 24%)" in capsys.readouterr().out


def test_the_same_seed_draws_the_same_pairs_of_different_takes(takes: list[Path], tmp_path: Path) -> None:
    one, other, third = (
        write_pairs(takes, tmp_path / name, count=9, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    pictures = [
        [(table.parent / "pairs" / f"{number:02d}.png").read_bytes() for number in range(1, 10)]
        for table in (one, other, third)
    ]
    assert pictures[0] == pictures[1] != pictures[2]
    for number in range(1, 10):
        left, right = (cv2.imread(str(one.parent / f"pairs/{number:02d}-{side}.png")) for side in ("left", "right"))
        assert abs(left.mean() - right.mean()) > 20


def test_pairs_are_not_written_over(takes: list[Path], tmp_path: Path) -> None:
    write_pairs(takes[:1], tmp_path / "out", count=2)
    with pytest.raises(TrainingError, match="holds pairs already, maybe judged ones"):
        write_pairs(takes, tmp_path / "out", count=2)
    with pytest.raises(TrainingError, match="give takes, and 1 to 500 pairs"):
        write_pairs([], tmp_path / "other")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n", "has not the columns pair, left, right, better"),
        ("pair,left,right,better\n1,a.png,b.png,both\n", "line 2: better is 'both'; write left, right or same"),
        ("pair,left,right,better\n1,a.png,b.png,left\n", "line 2: there is no picture"),
        ("pair,left,right,better\n1,../../etc/hostname,b.png,left\n", "line 2: there is no picture"),
    ],
)
def test_a_table_that_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(TrainingError, match=says):
        read_judgements(tmp_path / "t.csv")


def test_a_table_of_a_spreadsheet_is_read(takes: list[Path], bundle: Path, tmp_path: Path) -> None:
    table = write_pairs(takes, tmp_path / "out", count=3)
    _judged(table, lambda left, right: "Left " if left > right else "RIGHT")
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes().replace(b",", b";"))
    assert agreement(table, Critic(bundle)).agreed == 3


def test_takes_are_scored_with_a_critic_on_the_command_line(
    bundle: Path, takes: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timeline", "score", *map(str, takes[:2]), "--look", str(bundle), "--json"]) == 0
    assert all(0 < one["realism"] < 1 for one in json.loads(capsys.readouterr().out))
