"""The critic of a look as a judge of realism: the network that learned to tell photographs of works from what is drawn.

What it says is a figure beside others. It does not rank takes: a critic's marks are only sure to tell *its own* generator
from *its own* works, and whether they follow what people see must be measured first (``agreement``). So its weight in a
take's total is nought (``generator.edit.scoring.WEIGHTS`` has no entry for it).
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media.types import Cancelled, never_cancelled
from generator.backends.looks import PictureNetwork, read_bundle
from generator.edit.sources import decode, probe
from generator.errors import CancelledError, IncompleteModelError, TrainingError
from generator.proportions import wilson
from generator.training.files import read_bytes, write_bytes
from generator.training.folder import png_of
from generator.training.quality import grid

Picture = NDArray[np.uint8]
NETWORK = "critic.onnx"
#: Frames of a take that are looked at, evenly over it, and how wide: as wide as those that the critic learned from.
FRAMES, WIDTH = 16, 640
#: What a person may say of a pair: which one looks more like a photograph.
Better = Literal["left", "right", "same"]
COLUMNS = ("pair", "left", "right", "better")
MAX_CSV = 1_000_000
TABLE, SHEET, FOLDER = "judgements.csv", "sheet.png", "pairs"


class Critic:
    """The critic in a look's bundle, opened and verified as the look is."""

    def __init__(self, folder: Path, *, draft: bool = False) -> None:
        config, listed = read_bundle(folder, kind="look", draft=draft)
        files: Mapping[str, str] = listed.get("files", {})
        if listed and NETWORK not in files:
            raise IncompleteModelError(f"{folder} has no {NETWORK}; choose a look that was published with its critic")
        self.name, self.version = str(config["name"]), str(listed.get("version", "draft"))
        self._network = PictureNetwork(folder / NETWORK, files.get(NETWORK), gives="score")

    def frame(self, picture: Picture) -> float:
        """The mark of one picture (height, width, 3) uint8: the higher, the more like its works. Without bounds or units."""
        height, width = picture.shape[:2]
        if width > WIDTH:
            picture = np.asarray(
                cv2.resize(picture, (WIDTH, round(height * WIDTH / width)), interpolation=cv2.INTER_AREA)
            )
        return self._network.score(picture)

    def take(self, path: Path, *, cancelled: Cancelled = never_cancelled) -> float:
        """The mean mark of a take's frames, ``FRAMES`` of them evenly over it. Raises ``EditError``, ``CancelledError``."""
        source = probe(path)
        wanted = set(np.linspace(0, max(source.frames - 1, 0), FRAMES).round().astype(int).tolist())
        marks = []
        for number, frame in enumerate(decode(source)):
            if cancelled():
                raise CancelledError(f"judging {path.name} was cancelled after {number} frames")
            if number in wanted:
                marks.append(self.frame(frame))
        if not marks:
            raise TrainingError(f"{path.name} has no frames to be judged; render it again")
        return float(np.mean(marks))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How marks follow judgements. ``accuracy`` is the part of decided pairs whose better picture has the higher mark
    (``interval``: Wilson's at 95 %), ``tau`` Kendall's tau-b over the judged pairs, -1..1 (0: nothing in common; ``None``
    where every pair was called the same)."""

    judged: int
    decided: int
    agreed: int
    accuracy: float
    interval: tuple[float, float]
    tau: float | None

    def as_dict(self) -> dict[str, Any]:
        """For a terminal or a record."""
        return {
            "judged": self.judged, "decided": self.decided, "agreed": self.agreed, "accuracy": round(self.accuracy, 4),
            "interval": [round(one, 4) for one in self.interval], "tau": None if self.tau is None else round(self.tau, 4),
        }  # fmt: skip


def rank_correlation(pairs: Iterable[tuple[float, float, Better]]) -> Agreement:
    """Agreement of marks with judgements, for (mark of the left, mark of the right, which is better).

    Kendall's tau-b (Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945) over the pairs that were
    judged: (C - D) / √((n - tₘ)(n - tⱼ)), n pairs, tₘ of them with equal marks and tⱼ called the same. Raises
    ``TrainingError`` where nothing was judged.
    """
    found = [(np.sign(left - right), {"left": 1, "right": -1, "same": 0}[better]) for left, right, better in pairs]
    if not found:
        raise TrainingError(f"no pair is judged yet; write {', '.join(get_args(Better))} into the column better")
    decided = [(mark, said) for mark, said in found if said]
    agreed = sum(bool(mark == said) for mark, said in decided)
    equal = sum(bool(mark == 0) for mark, _ in found)
    spread = (len(found) - equal) * len(decided)
    tau = float(sum(mark * said for mark, said in found)) / math.sqrt(spread) if spread else None
    share = agreed / len(decided) if decided else 0.0
    return Agreement(len(found), len(decided), agreed, share, wilson(agreed, len(decided)), tau)


def write_pairs(takes: Sequence[Path], out: Path, *, count: int = 50, seed: int = 1) -> Path:
    """Draws ``count`` pairs of frames of different takes (or moments of one), and writes each as a picture, a sheet of all,
    and a table to fill in. The critic's marks are nowhere in it: who judges must not see them.

    Gives the table. Raises ``EditError`` for unusable takes, ``TrainingError`` for a folder that holds pairs already.
    """
    if not takes or not 1 <= count <= 500:
        raise TrainingError(f"{count} pairs of {len(takes)} takes can't be drawn; give takes, and 1 to 500 pairs")
    if (out / TABLE).exists():
        raise TrainingError(f"{out} holds pairs already, maybe judged ones; choose another folder")
    sources = [probe(path) for path in takes]
    chance = np.random.default_rng(seed)
    chosen = []
    for _ in range(count):
        two = chance.permutation(len(sources))[:2] if len(sources) > 1 else np.zeros(2, int)
        chosen.append([(int(take), int(chance.integers(max(sources[take].frames, 1)))) for take in two])
    frames = _frames(takes, {one for pair in chosen for one in pair})
    rows, shown = [], []
    for number, (left, right) in enumerate(chosen, 1):
        names = []
        for side, one in (("left", left), ("right", right)):
            names.append(f"{FOLDER}/{number:02d}-{side}.png")
            write_bytes(out / names[-1], png_of(frames[one]))
        both = grid([[frames[left], frames[right]]], width=640)
        write_bytes(out / FOLDER / f"{number:02d}.png", png_of(both))
        shown.append(_numbered(grid([[frames[left], frames[right]]], width=240), number))
        rows.append((f"{number:02d}", *names, ""))
    sheet = grid([shown[place : place + 3] for place in range(0, len(shown), 3)], width=484, gap=12)
    write_bytes(out / SHEET, png_of(sheet))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    write_bytes(out / TABLE, text.getvalue().encode())
    return out / TABLE


def read_judgements(table: Path) -> tuple[tuple[Path, Path, Better], ...]:
    """The judged pairs of a table: left, right, which is better. Pairs without a judgement are left out. Raises
    ``TrainingError`` naming the row that is wrong."""
    try:
        text = read_bytes(table, MAX_CSV).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TrainingError(f"{table} is no text in UTF-8; save it as such") from error
    delimiter = ";" if ";" in text.partition("\n")[0] else ","  # what some spreadsheets write
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise TrainingError(f"{table} has not the columns {', '.join(COLUMNS)}; fill in the table that was written")
    found: list[tuple[Path, Path, Better]] = []
    for number, row in enumerate(rows, 2):
        said = (row["better"] or "").strip().lower()
        if not said:
            continue
        if said not in get_args(Better):
            raise TrainingError(f"{table}, line {number}: better is {said[:20]!r}; write left, right or same")
        pair = [table.parent / str(row[side]) for side in ("left", "right")]
        for path in pair:
            if not path.resolve().is_relative_to(table.parent.resolve()) or not path.is_file():
                raise TrainingError(f"{table}, line {number}: there is no picture {str(path)[:120]}; put it back")
        found.append((pair[0], pair[1], said))  # type: ignore[arg-type]
    return tuple(found)


def agreement(table: Path, critic: Critic) -> Agreement:
    """How the critic's marks follow the judgements in ``table``. Raises ``TrainingError``."""
    return rank_correlation(
        (critic.frame(_picture(left)), critic.frame(_picture(right)), better)
        for left, right, better in read_judgements(table)
    )


def _picture(path: Path) -> Picture:
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        raise TrainingError(f"{path} is no picture any more; write the pairs anew")
    return np.ascontiguousarray(found[:, :, ::-1], dtype=np.uint8)


def _frames(takes: Sequence[Path], wanted: set[tuple[int, int]]) -> dict[tuple[int, int], Picture]:
    found: dict[tuple[int, int], Picture] = {}
    for take, path in enumerate(takes):
        for number, frame in enumerate(decode(probe(path))):
            if (take, number) in wanted:
                found[take, number] = np.array(frame)
    if missing := wanted - found.keys():
        raise TrainingError(f"{takes[min(missing)[0]].name} ended before its last frame; render it again")
    return found


def _numbered(picture: Picture, number: int) -> Picture:
    shown = np.ascontiguousarray(picture)
    for colour, thickness in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(shown, f"{number:02d}", (6, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, thickness, cv2.LINE_AA)
    return shown
