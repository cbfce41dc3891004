"""What the works of an index are licensed for: ``licences.json`` beside its manifest, and what it means in words.

A record names the files that it was stated for. If a work holds a file that its record does not name, the licence is not
said: whoever adds files to a work does not license them by that.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from auditor.canonical import sha256_json
from auditor.corpus.licences import ACTS, WorkLicence
from auditor.errors import BadInputError
from auditor.files import locked, replacing

FORMAT = 1
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


class LicenceRegister:
    """The licences of the index in ``directory``. Changes are whole or absent, and shut out other writers."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "licences.json"
        self._lock = directory / "licences.lock"

    def read(self) -> dict[str, Registered]:
        """All records by work id; none if the index has none. Raises ``BadInputError`` for a damaged file."""
        if not self.path.exists():
            return {}
        try:
            document = json.loads(self.path.read_bytes())
            if document["format"] != FORMAT or sha256_json(document["licences"]) != document["sha256"]:
                raise ValueError("its digest or format is not the one expected")
            return {work_id: _registered(record) for work_id, record in document["licences"].items()}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadInputError(
                f"{self.path}: damaged ({error}); delete it and import the corpus again with its table"
            ) from error

    def record(self, stated: Mapping[str, Registered]) -> list[str]:
        """Keep what was stated of these works; the works whose licence was another before. A licence that is stated again
        keeps the files that it was stated for."""
        if not stated:
            return []
        with locked(self._lock):
            before = self.read()
            records, changed = dict(before), []
            for work_id, new in stated.items():
                old = records.get(work_id)
                if old is not None and old.licence != new.licence:
                    changed.append(work_id)
                elif old is not None:
                    new = replace(new, assets=new.assets | old.assets)
                records[work_id] = new
            if records != before:
                self._write(records)
        return changed

    def restate(self, work_id: str, assets: Iterable[str] | None) -> None:
        """Say that a work's licence holds for these files now; with ``None`` forget it."""
        with locked(self._lock):
            records = self.read()
            if work_id not in records:
                return
            if assets is None:
                del records[work_id]
            else:
                records[work_id] = replace(records[work_id], assets=frozenset(assets))
            self._write(records)

    def _write(self, records: Mapping[str, Registered]) -> None:
        licences = {
            work_id: {**record.licence.as_dict(), "assets": sorted(record.assets)}
            for work_id, record in sorted(records.items())
        }
        document = {"format": FORMAT, "sha256": sha256_json(licences), "licences": licences}
        with replacing(self.path) as temporary:
            temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")


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
        ),
        frozenset(record["assets"]),
    )
