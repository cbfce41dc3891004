"""Registering a corpus for an organisation: each work of a licence table with its files, its holder and its licence."""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from auditor.canonical import sha256_file
from auditor.corpus import ArchiveBombError, LicenceRow, LicenceTable, Source, SourceFile, WorkLicence, licence_in_words
from auditor.errors import AuditorError, BadInputError, CancelledError, UnavailableError
from auditor.media import probe
from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from django_site import wiring
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.corpora.models import Work, WorkAsset, WorkKind
from django_site.apps.corpora.services import index_snapshot_record, work_kind, work_register
from django_site.errors import InputError, SiteError

_UNLISTED = "the table does not list it; add it there"
_NO_LICENCE = "No licence"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: ``registered``, ``already`` there, ``refused``, ``unlisted`` or ``missing``; ``addable``
    where it was only looked at. ``work_key`` is the work by the table, ``work`` the id of the registered one."""

    file: str
    outcome: str
    work: str = ""
    reason: str = ""
    work_key: str = ""
    title: str = ""
    licence: str = ""


def corpus_import(
    *,
    organisation: Organisation,
    by: User,
    source: Source,
    table: LicenceTable | None,
    rights_holder: str = "",
    register: bool = True,
    called: str = "",
    scratch: Path | None = None,
    fence: Callable[[], AbstractContextManager] = transaction.atomic,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Iterator[Imported]:
    """Register each work as soon as all its files were met, and say of each file what became of it.

    Without a ``table`` each file is a work of ``rights_holder`` of its own, without a licence. Without ``register``
    everything is read and nothing kept. ``called`` is what people know the source as. ``fence`` is the transaction in
    which rows are written: one that refuses writes nothing. A file that one of the organisation's works holds already is
    left alone, so that importing again goes on where it stopped; should the index lack it, because somebody died in
    between, it is put there. What was taken out comes back as a work of its own. One failure keeps nothing from the rest.

    Raises ``NotAllowedError``, ``CancelledError`` between files, and ``BadInputError`` for a source that can't be read
    any further.
    """
    require(by, "corpora.change", organisation)
    if table is None and not rights_holder.strip():
        raise InputError("say whose the works are, or bring a table that does")
    with tempfile.TemporaryDirectory(prefix="corpus-", dir=scratch) as folder:
        work = _Import(
            organisation=organisation, by=by, source=source, rights_holder=rights_holder.strip(), register=register,
            called=called or str(source.path), fence=fence, on_progress=on_progress, cancelled=cancelled,
            folder=Path(folder), rows=None if table is None else dict(table.rows), indexed=wiring.work_index().assets(),
        )  # fmt: skip
        for file in source.files():
            if cancelled():
                raise CancelledError("the import was stopped; going on takes it up from here")
            yield from work.take(file)
        yield from work.rest()


@dataclass(slots=True)
class _Import:
    organisation: Organisation
    by: User
    source: Source
    rights_holder: str
    register: bool
    called: str
    fence: Callable[[], AbstractContextManager]
    on_progress: OnProgress
    cancelled: Cancelled
    folder: Path
    rows: dict[str, LicenceRow] | None
    indexed: dict[str, frozenset[str]]
    lacking: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, list[tuple[LicenceRow, Path]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    met: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        self.lacking.update(row.work_id for row in (self.rows or {}).values())
        self.total = len(self.rows or {})

    def take(self, file: SourceFile) -> Iterator[Imported]:
        """Look at one file; once all files of its work were met the work is registered."""
        self.met += 1
        if file.refused is not None:
            yield Imported(file.name, "refused", reason=file.refused)
            return
        row = self._row(file.name)
        if row is None:
            yield Imported(file.name, "unlisted", reason=_UNLISTED)
            return
        self.lacking[row.work_id] -= 1
        suffix = PurePosixPath(file.name).suffix
        place = self.folder / f"{self.met}{suffix if suffix[1:].isalnum() else ''}"
        try:
            path = file.fetch(place)
            digest = sha256_file(path)
        except (ArchiveBombError, UnavailableError):
            raise
        except (BadInputError, OSError) as error:
            yield _of(row, "refused", reason=_said(error, place, row))
        else:
            if digest in self.seen:
                yield _of(row, "already", reason="another file of the corpus has the same content")
                self._drop(path)
            elif held := self._held(digest):
                yield self._there(row, held)
                self._drop(path)
            else:
                self.waiting.setdefault(row.work_id, []).append((row, path))
            self.seen.add(digest)
        if not self.lacking[row.work_id]:
            yield from self._work(self.waiting.pop(row.work_id, []))
        done, what = (self.total - len(self.rows), self.total) if self.rows is not None else (self.met, 0)
        self.on_progress(Progress("register" if self.register else "look", done, what, "files"))

    def rest(self) -> Iterator[Imported]:
        """Works some of whose files the source lacks, and what the table lists and the source lacks."""
        for files in self.waiting.values():
            if self.cancelled():
                raise CancelledError("the import was stopped; going on takes it up from here")
            yield from self._work(files)
        for row in (self.rows or {}).values():
            yield _of(row, "missing", reason=f"the table lists it, but it is not in {self.called}")

    def _row(self, name: str) -> LicenceRow | None:
        if self.rows is not None:
            return self.rows.pop(name, None)
        title = PurePosixPath(name).stem[:300]
        licence = WorkLicence(title, self.rights_holder, "", "", (), ("*",), None)
        return LicenceRow(name, name, licence, 0)

    def _held(self, sha256: str) -> Work | None:
        """The work of the organisation that these bytes stand for now."""
        rows = WorkAsset.objects.filter(
            work__organisation=self.organisation, work__withdrawn_at__isnull=True, asset__sha256=sha256, pending=False,
            replaced_at__isnull=True,
        )  # fmt: skip
        found = rows.select_related("work").first()
        return found.work if found else None

    def _there(self, row: LicenceRow, held: Work) -> Imported:
        """Held already: what a killed import left unfinished is finished."""
        rows = held.assets.filter(pending=False, replaced_at__isnull=True).select_related("asset")
        wanted = {row.asset.sha256: row.asset for row in rows}
        lacking = wanted.keys() - self.indexed.get(str(held.pk), frozenset())
        if self.register and lacking:
            try:
                for digest in lacking:
                    wiring.work_index().add(
                        str(held.pk), asset_path(wanted[digest]), title=held.title, cancelled=self.cancelled
                    )
            except CancelledError:
                raise
            except (AuditorError, SiteError, OSError) as error:
                return _of(row, "refused", work=str(held.pk), reason=_said(error, asset_path(wanted[digest]), row))
            index_snapshot_record()
        self.indexed[str(held.pk)] = frozenset(wanted)
        return _of(row, "already", work=str(held.pk), reason="a registered work holds this file")

    def _work(self, files: list[tuple[LicenceRow, Path]]) -> Iterator[Imported]:
        """One work with its files; what was unpacked for it goes away."""
        if not files:
            return
        row, paths = files[0][0], [path for _, path in files]
        place, work = paths[0], ""
        try:
            if not row.licence.active(timezone.now()):
                ended = f"{row.licence.ends:%Y-%m-%d %H:%M}"
                raise InputError(f"its licence ended at {ended} UTC; give the one that is in force")
            kinds = []
            for place in paths:
                kinds.append(work_kind(probe(place).as_dict()))
            place = paths[0]
            work = str(self._registered(row, paths, kinds[0]).pk) if self.register else ""
        except CancelledError:
            raise
        except (AuditorError, SiteError, IntegrityError, DataError, OSError) as error:
            outcome, reason = "refused", _said(error, place, row)
            if len(paths) > 1:
                name = next(r.file for r, path in files if path == place)
                reason = f"{name} of the same work: {reason}" if name != row.file else reason
        else:
            outcome, reason = "registered" if self.register else "addable", ""
        finally:
            for path in paths:
                self._drop(path)
        yield from (_of(row, outcome, work=work, reason=reason) for row, _ in files)

    def _registered(self, row: LicenceRow, paths: list[Path], kind: WorkKind) -> Work:
        licence = row.licence
        return work_register(
            organisation=self.organisation,
            title=licence.title,
            kind=kind,
            rights_holder=licence.rights_holder,
            media=paths,
            acts=licence.acts,
            by=self.by,
            spdx_id=licence.spdx_id,
            terms="" if licence.spdx_id else licence.licence,
            territories=licence.territories,
            ends=licence.ends,
            reservations=licence.reservations,
            source=row.file[:500],
            identifiers={"corpus": row.work_id},
            fence=self.fence,
            cancelled=self.cancelled,
        )

    def _drop(self, path: Path) -> None:
        if path.is_relative_to(self.folder):
            path.unlink(missing_ok=True)


def _of(row: LicenceRow, outcome: str, *, work: str = "", reason: str = "") -> Imported:
    return Imported(
        row.file, outcome, work=work, reason=reason, work_key=row.work_id, title=row.licence.title,
        licence=_licence_words(row.licence, timezone.now()),
    )  # fmt: skip


def _licence_words(licence: WorkLicence, at: datetime) -> str:
    return licence_in_words(licence, at) if licence.licence or licence.spdx_id else f"{_NO_LICENCE}."


def _said(error: Exception, path: Path, row: LicenceRow) -> str:
    """The failure without the names that the file has here and in storage: it stands beside the file's own."""
    stored = rf"{re.escape(str(settings.QUARANTINE_ROOT))}\S*?[0-9a-f]{{64}}|\b[0-9a-f]{{64}}\b"
    text = re.sub(stored, row.file, str(error).replace(str(path), row.file))
    return text.removeprefix(f"{path.name}: ").removeprefix(f"{row.file}: ")
