"""A corpus of scripts that somebody has licensed, measured one by one and together.

A licence is said for each script: in a table ``licences.csv`` (``file,licence``) beside them, or in a file
``NAME.licence.txt`` beside one. What has none is refused, not skipped: a figure must not hide where it comes from.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from generator.errors import CorpusError, ScreenplayError
from generator.narrative.analysis import ScriptAnalysis, analyse_script
from generator.narrative.fdx import MAX_BYTES
from generator.narrative.fountain import plain

#: Scripts of one corpus: they are measured in seconds, and read into memory one after the other.
MAX_SCRIPTS = 2_000
MAX_TABLE_BYTES, MAX_STATEMENT = 2_000_000, 2_000
SUFFIXES = frozenset((".fountain", ".fdx", ".txt", ".spmd"))
TABLE = "licences.csv"
_SIDECAR = ".licence.txt"


@dataclass(frozen=True, slots=True)
class CorpusAnalysis:
    """Scripts with their file names, and what they have in common."""

    scripts: tuple[tuple[str, ScriptAnalysis], ...]

    def summary(self) -> dict[str, Any]:
        """Median and quartiles of what was measured, shapes counted, and the licences under which."""
        all_of = [analysis for _, analysis in self.scripts]

        def spread(values: Sequence[float]) -> list[float]:
            return [round(float(v), 4) for v in np.percentile(values, (25, 50, 75))]

        return {
            "scripts": len(all_of),
            "scenes": spread([len(a.scenes) for a in all_of]),
            "scene_words": spread([s.words for a in all_of for s in a.scenes]),
            "minutes": spread([a.seconds / 60 for a in all_of]),
            "dialogue_share": spread([a.dialogue_share for a in all_of]),
            "characters": spread([len(a.characters) for a in all_of]),
            "first_speaker_share": spread([a.characters[0].share if a.characters else 0.0 for a in all_of]),
            "reading_ease": spread([a.reading_ease for a in all_of]),
            "shapes": dict(Counter(a.shape for a in all_of).most_common()),
            "mean_arc": [round(float(v), 4) for v in np.mean([a.arc for a in all_of], axis=0)],
            "licences": dict(Counter(a.licence for a in all_of).most_common()),
        }

    def as_dict(self) -> dict[str, Any]:
        """Values for JSON."""
        return {"summary": self.summary(), "scripts": [{"file": name, **a.as_dict()} for name, a in self.scripts]}


def scripts_in(folder: Path) -> tuple[Path, ...]:
    """The scripts of a folder, not of folders in it, by name. Raises ``CorpusError`` if there is none, or too many."""
    if not folder.is_dir():
        raise CorpusError(f"{folder} is no folder; name one that holds .fountain, .fdx or .txt scripts")
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES
        and not path.name.endswith(_SIDECAR)
        and path.is_file()
        and not path.is_symlink()
    )
    if not found:
        raise CorpusError(f"{folder} holds no script; put .fountain, .fdx or .txt files there")
    if len(found) > MAX_SCRIPTS:
        raise CorpusError(
            f"{folder} holds {len(found)} scripts; at most {MAX_SCRIPTS} are measured at once, so part it"
        )
    return tuple(found)


def licences_in(folder: Path, table: Path | None = None) -> dict[str, str]:
    """File name -> licence statement, from the table and the files beside the scripts. Raises ``CorpusError``."""
    found: dict[str, str] = {}
    path = table or folder / TABLE
    if table is not None or path.is_file():
        rows = csv.DictReader(io.StringIO(_read(path, MAX_TABLE_BYTES).decode("utf-8-sig", "replace")))
        if not rows.fieldnames or not {"file", "licence"} <= set(rows.fieldnames):
            raise CorpusError(f"{path} has no columns 'file' and 'licence'; write one row for each script")
        for row in rows:
            found[(row["file"] or "").strip()] = plain(row["licence"] or "")[:MAX_STATEMENT]
    for beside in folder.glob(f"*{_SIDECAR}"):
        text = _read(beside, MAX_TABLE_BYTES).decode("utf-8-sig", "replace")
        for script in folder.glob(f"{_escaped(beside.name.removesuffix(_SIDECAR))}.*"):
            if script.suffix.lower() in SUFFIXES and not script.name.endswith(_SIDECAR):
                found[script.name] = plain(text)[:MAX_STATEMENT]
    return found


def analyse_corpus(paths: Sequence[Path], *, licences: Mapping[str, str]) -> CorpusAnalysis:
    """Measures licensed scripts. Raises ``CorpusError`` that names the first script without a licence statement, or that
    can't be read."""
    bare = [path.name for path in paths if not licences.get(path.name, "").strip()]
    if bare:
        more = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
        raise CorpusError(
            f"{bare[0]}{more} has no licence statement; say by which right it is read, in {TABLE} (file,licence) or in "
            f"{Path(bare[0]).stem}{_SIDECAR} beside it"
        )
    measured = []
    for path in paths:
        try:
            measured.append((path.name, analyse_script(_read(path, MAX_BYTES), licence=licences[path.name].strip())))
        except ScreenplayError as error:
            raise CorpusError(f"{path.name} can't be measured: {error}") from error
    return CorpusAnalysis(tuple(measured))


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise CorpusError(f"{path} can't be read ({error.strerror}); check its name and rights") from error
    if len(data) > most:
        raise CorpusError(f"{path} is larger than {most} bytes; part it")
    return data


def _escaped(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)
