"""Small corpora for the tests of training: pictures with a licence table."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

COLUMNS = ("file", "work_id", "title", "rights_holder", "licence", "acts", "territories", "ends", "reservations")
#: A work that may be learned from everywhere.
FREE = {"title": "A work", "rights_holder": "Ada", "licence": "CC0-1.0", "acts": "match train", "territories": "*"}


def picture(path: Path, number: int, size: tuple[int, int] = (24, 36)) -> Path:
    """A picture of one colour with some noise, another one for each number."""
    draw = np.random.default_rng(number)
    colour = draw.integers(30, 220, 3)
    noise = draw.integers(-20, 20, (*size, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((colour + noise).clip(0, 255).astype(np.uint8)).save(path)
    return path


def table(path: Path, rows: Mapping[str, Mapping[str, str]]) -> Path:
    """A licence table: file name to what differs from ``FREE``."""
    lines = [";".join(COLUMNS)]
    for file, changes in rows.items():
        row = {**FREE, "file": file, **changes}
        lines.append(";".join(row.get(column, "") for column in COLUMNS))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def corpus(folder: Path, count: int = 6, **changes: str) -> tuple[Path, Path]:
    """A table of ``count`` pictures and their folder."""
    names = [picture(folder / "works" / f"{number}.png", number).name for number in range(count)]
    return table(folder / "works.csv", dict.fromkeys(names, changes)), folder / "works"
