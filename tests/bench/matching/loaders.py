"""Public data sets for those who have them: DISC21 (pictures), VSC2022 and VCSL (films).

None of them can be had where this benchmark is developed (they need accounts, agreements or downloads from film platforms),
so these loaders are tested on tiny folders of the same layout and have never met the whole sets. Each gives what is
registered and the queries with their truth:

    disc21(folder)   references/**/*.jpg  dev_queries/ or final_queries/**/*.jpg  dev_ground_truth.csv: query,reference or ""
    vsc2022(folder)  reference/R*.mp4  query/Q*.mp4  *matching_ground_truth.csv:
                     query_id,ref_id,query_start,query_end,ref_start,ref_end
    vcsl(folder)     videos/<uuid>.mp4  label_file_uuid_total.json: {"<uuid>-<uuid>": [[s1, s2, e1, e2], …]}
                     split_meta_json.json: {"train" | "val" | "test": ["<uuid>-<uuid>", …]}
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import BadInputError
from auditor.media import Interval
from tests.bench.matching.trials import Registered, Trial, Truth


@dataclass(frozen=True, slots=True)
class DataSet:
    """What is registered and what is asked."""

    references: tuple[Registered, ...]
    trials: tuple[Trial, ...]


def disc21(folder: Path, queries: str = "dev") -> DataSet:
    """DISC21 (Douze et al., "The 2021 Image Similarity Dataset and Challenge"); ``queries`` is ``dev`` or ``final``."""
    references = _files(folder / "references", ".jpg")
    pictures = _files(folder / f"{queries}_queries", ".jpg")
    truth: dict[str, list[str]] = defaultdict(list)
    for row in csv.reader(_text(_one(folder, f"{queries}_*ground_truth.csv")).splitlines()):
        if len(row) >= 2 and row[1] in references:
            truth[row[0]].append(row[1])
    whole = Interval(0, 0)
    trials = tuple(
        Trial(
            name, "copy" if truth[name] else "negative", "unknown", {}, path,
            tuple(Truth(work, whole, whole) for work in truth[name]), real=True,
        )
        for name, path in pictures.items()
    )  # fmt: skip
    return DataSet(tuple(Registered(name, path) for name, path in references.items()), trials)


def vsc2022(folder: Path) -> DataSet:
    """The matching track of the Video Similarity Challenge (Pizzi et al., "The 2023 Video Similarity Dataset and
    Challenge")."""
    references, films = _files(folder / "reference", ".mp4"), _files(folder / "query", ".mp4")
    truth: dict[str, list[Truth]] = defaultdict(list)
    table = _one(folder, "*matching_ground_truth.csv")
    for row in csv.DictReader(_text(table).splitlines()):
        try:
            truth[row["query_id"]].append(
                Truth(
                    row["ref_id"],
                    Interval(float(row["query_start"]), float(row["query_end"])),
                    Interval(float(row["ref_start"]), float(row["ref_end"])),
                )
            )
        except (KeyError, ValueError) as error:
            raise BadInputError(f"{table}: a line is not as VSC2022 has it ({error}); check the file") from error
    return DataSet(
        tuple(Registered(name, path) for name, path in references.items()),
        tuple(_film_trial(name, path, truth.get(name, [])) for name, path in films.items()),
    )


def vcsl(folder: Path, part: str = "test") -> DataSet:
    """VCSL (He et al., CVPR 2022): pairs of films; the second of each pair is registered, the first is asked."""
    films = _files(folder / "videos", ".mp4")
    labels = json.loads(_text(folder / "label_file_uuid_total.json"))
    pairs = json.loads(_text(folder / "split_meta_json.json"))[part]
    truth: dict[str, list[Truth]] = defaultdict(list)
    works: dict[str, Path] = {}
    for pair in pairs:
        # Names are UUIDs, or have no hyphen: the pair is parted in the middle.
        half = len(pair) // 2
        query, work = pair[:half], pair[half + 1 :]
        if query not in films or work not in films:
            continue  # films vanish from the platforms; the set is what is left
        works[work] = films[work]
        truth[query] += [Truth(work, Interval(q0, q1), Interval(r0, r1)) for q0, r0, q1, r1 in labels.get(pair, [])]
    return DataSet(
        tuple(Registered(name, path) for name, path in works.items()),
        tuple(_film_trial(name, films[name], found) for name, found in truth.items()),
    )


def _film_trial(name: str, path: Path, truth: list[Truth]) -> Trial:
    return Trial(name, "copy" if truth else "negative", "unknown", {}, path, tuple(truth), real=True)


def _files(folder: Path, ending: str) -> dict[str, Path]:
    found = {path.stem: path for path in _walk(folder) if path.suffix.lower() == ending}
    if not found:
        raise BadInputError(f"{folder}: there are no {ending} files here; unpack the data set there")
    return found


def _walk(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.rglob("*"))) if folder.is_dir() else iter(())


def _one(folder: Path, pattern: str) -> Path:
    found = sorted(folder.rglob(pattern))
    if not found:
        raise BadInputError(f"{folder}: there is no {pattern} here; it comes with the data set")
    return found[0]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise BadInputError(f"{path}: can't be read ({error.strerror}); it comes with the data set") from error
