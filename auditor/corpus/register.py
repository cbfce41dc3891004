"""What the works of an index are licensed for: ``licences.json`` beside its manifest, and what it means in words.

A record names the files that it was stated for. If a work holds a file that its record does not name, the licence is not
said: whoever adds files to a work does not license them by that.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.corpus.licences import ACTS, WorkLicence
from auditor.errors import BadInputError
from auditor.files import locked, replacing

#: 1 was indented, with a digest over its canonical form.
FORMAT = 2
_WORDS = {
    "reproduce": "reproduction",
    "train": "training",
    "adapt": "adaptation",
    "reference": "serving as a reference",
    "match": "being searched for copies",
}


@dataclass(frozen=True, slots=True)
class Registered:
    """A licence and the digests of the files that it was stated for."""

    licence: WorkLicence
    assets: frozenset[str]


class _Records(Mapping[str, Registered]):
    """The records of a register as their lines, each read when it is asked for: a match asks for a few of many."""

    def __init__(self, path: Path, lines: dict[str, str]) -> None:
        self.lines = lines
        self._path = path

    def __getitem__(self, work_id: str) -> Registered:
        line = self.lines[work_id]
        try:
            return _registered(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise _damaged(self._path, error) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)


class LicenceRegister:
    """The licences of the index in ``directory``. Changes are whole or absent, and shut out other writers.

    The file is one JSON document with a line for each work, so that reading 100,000 of them is cutting lines and one digest
    over their bytes (0.2 s; as a document in canonical form it was 2.9 s). What was read is held for as long as the file
    is the same.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / "licences.json"
        self._lock = directory / "licences.lock"
        self._held: tuple[tuple[int, int, int], _Records] | None = None

    def read(self) -> Mapping[str, Registered]:
        """All records by work id; none if the index has none. Raises ``BadInputError`` for a damaged file."""
        return self._records()

    def _records(self) -> _Records:
        try:
            with self.path.open("rb") as stream:
                status = os.fstat(stream.fileno())
                mark = (status.st_ino, status.st_mtime_ns, status.st_size)
                if self._held is None or self._held[0] != mark:
                    self._held = (mark, _Records(self.path, _lines(stream.read())))
        except FileNotFoundError:
            return _Records(self.path, {})
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise _damaged(self.path, error) from error
        return self._held[1]

    def record(self, stated: Mapping[str, Registered]) -> list[str]:
        """Keep what was stated of these works; the works whose licence was another before. A licence that is stated again
        keeps the files that it was stated for."""
        if not stated:
            return []
        with locked(self._lock):
            before = self._records()
            lines, changed = dict(before.lines), []
            for work_id, new in stated.items():
                old = before.get(work_id)
                if old is not None and old.licence != new.licence:
                    changed.append(work_id)
                elif old is not None:
                    new = replace(new, assets=new.assets | old.assets)
                if new != old:
                    lines[work_id] = _line(new)
            if lines != before.lines:
                self._write(lines)
        return changed

    def restate(self, work_id: str, assets: Iterable[str] | None) -> None:
        """Say that a work's licence holds for these files now; with ``None`` forget it."""
        with locked(self._lock):
            records = self._records()
            if work_id not in records:
                return
            lines = dict(records.lines)
            if assets is None:
                del lines[work_id]
            else:
                lines[work_id] = _line(replace(records[work_id], assets=frozenset(assets)))
            self._write(lines)

    def _write(self, lines: Mapping[str, str]) -> None:
        body = ",\n".join(f"{json.dumps(work_id, ensure_ascii=False)}: {lines[work_id]}" for work_id in sorted(lines))
        head = f'{{"format": {FORMAT}, "sha256": "{_digest(body)}", "licences": {{'
        with replacing(self.path) as temporary:
            temporary.write_text(f"{head}\n{body}\n}}}}\n", encoding="utf-8", newline="\n")


def _lines(content: bytes) -> dict[str, str]:
    """The record of each work as its JSON text. Raises ``ValueError`` where the file is not as it was written."""
    head, *records, tail, end = content.decode("utf-8").split("\n")
    document = json.loads(head + "}}")
    if (document["format"], tail, end) != (FORMAT, "}}", "") or document["sha256"] != _digest("\n".join(records)):
        raise ValueError("its digest or format is not the one expected")
    decoder, lines = json.JSONDecoder(), {}
    for record in filter(None, records):
        work_id, at = decoder.raw_decode(record)
        lines[work_id] = record[at + 2 :].removesuffix(",")
    return lines


def _line(record: Registered) -> str:
    return json.dumps({**record.licence.as_dict(), "assets": sorted(record.assets)}, ensure_ascii=False)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def _damaged(path: Path, error: Exception) -> BadInputError:
    return BadInputError(f"{path}: damaged ({error}); delete it and import the corpus again with its table")


def licence_of(records: Mapping[str, Registered], work_id: str, assets: Iterable[str]) -> WorkLicence | None:
    """The licence of a work that holds these files; ``None`` if there is none, or if it does not name all of them."""
    record = records.get(work_id)
    held = set(assets)
    return record.licence if record is not None and held and held <= record.assets else None


def licence_in_words(licence: WorkLicence | None, at: datetime) -> str:
    """What a licence permits at that moment, in one sentence. No decision: the policies decide."""
    if licence is None:
        return "Not licensed: no licence is known for it, so nothing is permitted."
    name = licence.spdx_id or (licence.licence if len(licence.licence) <= 80 else f"{licence.licence[:79]}…")
    holder = f"{licence.rights_holder}, {name}"
    if not licence.active(at):
        return f"Not licensed: its licence ({holder}) ended at {licence.ends:%Y-%m-%d %H:%M} UTC."
    where = "everywhere" if "*" in licence.territories else "in " + ", ".join(licence.territories)
    until = f", until {licence.ends:%Y-%m-%d %H:%M} UTC" if licence.ends else ""
    acts = [act for act in ("reproduce", "train", "adapt") if act in licence.acts]
    if acts:
        return f"Licensed for {_and([_WORDS[act] for act in acts])} {where}{until} ({holder})."
    lesser = [_WORDS[act] for act in ACTS if act in licence.acts]
    permits = f"only {_and(lesser)}" if lesser else "nothing"
    return f"Not licensed for reproduction or training: its licence permits {permits} ({holder})."


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _registered(record: dict[str, Any]) -> Registered:
    acts, ends = tuple(record["acts"]), record["ends"]
    if not set(acts) <= set(ACTS):
        raise ValueError(f"unknown acts {acts}")
    return Registered(
        WorkLicence(
            title=str(record["title"]),
            rights_holder=str(record["rights_holder"]),
            licence=str(record["licence"]),
            spdx_id=str(record["spdx_id"]),
            acts=acts,
            territories=tuple(record["territories"]),
            ends=None if ends is None else datetime.fromisoformat(ends),
            reservations=tuple(record.get("reservations", ())),
        ),
        frozenset(record["assets"]),
    )
