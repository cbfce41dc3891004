"""Importing a corpus into an index of works, in batches, so that a stopped import goes on where it was.

There is no journal: what is registered is what the index itself says, by work and digest, so that neither a crash nor an
index that was made anew can leave the two at odds. Taking up again costs reading the files, not looking at them.
"""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from auditor.canonical import sha256_file
from auditor.corpus.licences import LicenceRow, LicenceTable
from auditor.corpus.register import LicenceRegister, Registered
from auditor.corpus.sources import ArchiveBombError, Source, SourceFile
from auditor.errors import BadInputError, CancelledError
from auditor.index import BatchEntry, WorkIndex
from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress

#: Files of one publication: enough that publishing costs little, few enough that stopping loses little.
BATCH_FILES = 16
#: Bytes of archive entries that lie in the temporary folder before they are registered.
BATCH_BYTES = 2 * 1024**3

#: ``registered`` now; ``already`` there; ``refused`` with a reason; ``unlisted``: in the source, not in the table, left out.
Outcome = Literal["registered", "already", "refused", "unlisted"]


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file of the source. ``sha256`` and ``work_id`` are ``None`` where it was not read."""

    file: str
    outcome: Outcome
    work_id: str | None = None
    sha256: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file, "outcome": self.outcome, "work_id": self.work_id, "sha256": self.sha256,
            "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One result for each file of the source, the files that the table lists and the source lacks, and the works whose
    licence was another before."""

    results: tuple[FileResult, ...]
    missing: tuple[str, ...]
    relicensed: tuple[str, ...]

    def count(self, outcome: Outcome) -> int:
        return Counter(result.outcome for result in self.results)[outcome]

    @property
    def complete(self) -> bool:
        """Whether all that the table lists is registered, and nothing else was met."""
        return not self.missing and not self.count("refused") and not self.count("unlisted")

    def as_dict(self) -> dict[str, Any]:
        outcomes: tuple[Outcome, ...] = ("registered", "already", "refused", "unlisted")
        return {
            "counts": {**{outcome: self.count(outcome) for outcome in outcomes}, "missing": len(self.missing)},
            "files": [result.as_dict() for result in self.results],
            "missing": list(self.missing),
            "relicensed": list(self.relicensed),
        }


def import_corpus(
    index: WorkIndex,
    source: Source,
    table: LicenceTable,
    *,
    unlisted: bool = False,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> ImportReport:
    """Register the files of ``source`` that ``table`` lists, each with its licence; with ``unlisted`` the others too, each
    as a work of its own, without a licence.

    ``on_progress`` counts the files of the table, and the bytes that were read (their sum is not known before). Raises
    ``BadInputError`` for a source that is too large, damaged or a bomb, and ``CancelledError`` between files; what earlier
    batches registered stays then, and importing again goes on from there.
    """
    work = _Import(index, table, LicenceRegister(index.directory), on_progress, cancelled)
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:  # made with mode 0700
        place = Path(folder)
        for file in source.files():
            if cancelled():
                raise CancelledError(f"{source.path}: the import was stopped; import again to go on")
            work.take(file, place, unlisted=unlisted)
        work.publish(last=True)
    missing = tuple(name for name in table.rows if name not in work.met)
    return ImportReport(tuple(work.results), missing, tuple(sorted(work.relicensed)))


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A file that is read and not yet registered."""

    name: str
    work_id: str
    sha256: str
    path: Path
    ours: bool
    row: LicenceRow | None


@dataclass(slots=True)
class _Import:
    index: WorkIndex
    table: LicenceTable
    register: LicenceRegister
    on_progress: OnProgress
    cancelled: Cancelled
    results: list[FileResult] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    relicensed: set[str] = field(default_factory=set)
    waiting: list[_Waiting] = field(default_factory=list)
    stated: dict[str, Registered] = field(default_factory=dict)
    licensed: set[str] | None = None
    read: int = 0
    held: int = 0

    def take(self, file: SourceFile, folder: Path, *, unlisted: bool) -> None:
        """Look at one file; publish the batch when it is full."""
        if file.refused is not None:
            self._result(file.name, "refused", reason=file.refused)
            return
        row = self.table.rows.get(file.name)
        if row is None and not unlisted:
            self._result(file.name, "unlisted", reason=f"{self.table.path.name} does not list it; add it there")
            return
        if row is None and file.name in self._licensed():
            reason = f"it is not listed, and a work {file.name!r} has a licence; list it with a work_id"
            self._result(file.name, "refused", reason=reason)
            return
        self.met.add(file.name)
        suffix = PurePosixPath(file.name).suffix
        place = folder / f"{len(self.results) + len(self.waiting)}{suffix if suffix[1:].isalnum() else ''}"
        work_id = row.work_id if row else file.name
        try:
            path = file.fetch(place)
            sha256, size = sha256_file(path), path.stat().st_size
        except ArchiveBombError:
            raise
        except (BadInputError, OSError) as error:
            self._result(file.name, "refused", work_id=work_id, reason=str(error))
            return
        self.read += size
        self.on_progress(Progress("read", self.read, 0, "bytes"))
        waiting = _Waiting(file.name, work_id, sha256, path, path == place, row)
        self.waiting.append(waiting)
        self.held += size if waiting.ours else 0
        if len(self.waiting) >= BATCH_FILES or self.held >= BATCH_BYTES:
            self.publish()

    def publish(self, *, last: bool = False) -> None:
        """Register what waits, in one publication, and keep its licences. Where nothing is new the licences wait for the
        next publication, or for the last: going on with a long import must not write them all at each step."""
        batch, self.waiting, self.held = self.waiting, [], 0
        held = self.index.assets()
        new = [file for file in batch if file.sha256 not in held.get(file.work_id, ())]
        entries = [BatchEntry(file.work_id, file.path, _title(file)) for file in new]
        registered, errors = self._registered(entries)
        for file in batch:
            if reason := errors.get(file.path):
                self._result(file.name, "refused", work_id=file.work_id, sha256=file.sha256, reason=reason)
                continue
            digest = registered.get(file.path, file.sha256)
            outcome: Outcome = "registered" if file.path in registered else "already"
            self._result(file.name, outcome, work_id=file.work_id, sha256=digest)
            if file.row is not None:
                assets = self.stated[file.work_id].assets if file.work_id in self.stated else frozenset()
                self.stated[file.work_id] = Registered(file.row.licence, assets | {digest})
        if registered or last:
            self.relicensed |= set(self.register.record(self.stated))
            self.stated = {}
        self.on_progress(Progress("register", len(self.met), len(self.table.rows), "files"))
        for file in batch:
            if file.ours:
                file.path.unlink(missing_ok=True)

    def _registered(self, entries: list[BatchEntry]) -> tuple[dict[Path, str], dict[Path, str]]:
        """The digests of the files that the index took, and why it did not take the others."""
        if not entries:
            return {}, {}
        before = len(self.met) - len(entries)

        def show(progress: Progress) -> None:
            self.on_progress(Progress("register", before + progress.done, len(self.table.rows), "files"))

        results = self.index.add_batch(entries, on_progress=show, cancelled=self.cancelled)
        taken = {r.entry.media: r.reference.asset_sha256 for r in results if r.reference is not None}
        return taken, {r.entry.media: r.error for r in results if r.error is not None}

    def _licensed(self) -> set[str]:
        """Works with a licence, which a file that nobody listed must not join."""
        if self.licensed is None:
            self.licensed = {row.work_id for row in self.table.rows.values()} | self.register.read().keys()
        return self.licensed

    def _result(self, name: str, outcome: Outcome, **values: Any) -> None:
        self.results.append(FileResult(name, outcome, **values))


def _title(file: _Waiting) -> str:
    return file.row.licence.title if file.row else PurePosixPath(file.name).stem
