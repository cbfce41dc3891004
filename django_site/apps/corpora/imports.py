"""Importing a corpus on the site: brought, looked through, confirmed by a person, registered; and what became of it."""

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, ProtectedError
from django.utils import timezone
from django.utils.text import slugify

from auditor.corpus import LicenceTable, Source, open_source, read_licence_table
from auditor.corpus.licences import MAX_BYTES as MAX_TABLE_BYTES
from auditor.errors import AuditorError, CancelledError
from django_site import wiring
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Asset, Zone
from django_site.apps.audits.services.assets import asset_path, asset_record, asset_store, file_store
from django_site.apps.corpora.importing import Imported, corpus_import
from django_site.apps.corpora.models import CorpusFile, CorpusImport, CorpusState, FileOutcome
from django_site.apps.jobs import claims
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.errors import InputError, WrongStateError
from django_site.pages.names import file_label

#: Names of a server folder that a page offers; more can be gathered in one folder.
MAX_OFFERED = 500
#: Rows that are written together, and seconds after which they are written all the same.
_ROWS, _SECONDS = 100, 1.0
_ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz")
_NO_ARCHIVE = "no .zip and no .tar, .tar.gz, .tar.bz2 or .tar.xz; pack the files as one of these"


def corpora_offered(organisation: Organisation) -> list[str]:
    """Folders and archives that lie ready for this organisation on the server; none where settings allow none.

    Two organisations whose names read the same share no folder: neither has one.
    """
    home = _home(organisation)
    if home is None or not home.is_dir():
        return []
    entries = (entry for entry in home.iterdir() if not entry.name.startswith(".") and not entry.is_symlink())
    fit = (entry.name for entry in entries if entry.is_dir() or entry.name.lower().endswith(_ARCHIVES))
    return sorted(fit)[:MAX_OFFERED]


def _home(organisation: Organisation) -> Path | None:
    slug = slugify(organisation.name)
    if settings.CORPORA_ROOT is None or not slug:
        return None
    others = Organisation.objects.exclude(pk=organisation.pk).values_list("name", flat=True)
    return None if slug in map(slugify, others) else Path(settings.CORPORA_ROOT) / slug


def corpus_bring_in(
    *,
    organisation: Organisation,
    by: User,
    archive: BinaryIO | None = None,
    archive_name: str = "",
    folder: str = "",
    table: bytes | None = None,
    table_name: str = "",
    rights_holder: str = "",
) -> CorpusImport:
    """Keep a corpus and owe the look through it; nothing is registered yet. It is an ``archive`` or one of
    ``corpora_offered``; a ``table`` says whose the works are, else all are ``rights_holder``'s and have no licence.

    Raises ``InputError`` for anything that can't be one.
    """
    require(by, "corpora.change", organisation)
    rights_holder = " ".join(rights_holder.split())
    if (archive is None) == (not folder):
        raise InputError("give an archive or choose a folder, one of the two")
    if table is None and not rights_holder:
        raise InputError("say whose the works are, or bring a table that does")
    if folder and folder not in corpora_offered(organisation):
        raise InputError(f"{folder!r} does not lie ready on the server; choose one that does")
    if table is not None:
        table_name = file_label(table_name)
        with tempfile.TemporaryDirectory() as place:
            _table_read(table, table_name, Path(place))
    stored = file_store(source=archive) if archive is not None else None
    if stored is not None:
        try:
            open_source(wiring.zone(Zone.QUARANTINE).path(stored.sha256))
        except AuditorError:
            if not Asset.objects.filter(sha256=stored.sha256).exists():
                wiring.zone(Zone.QUARANTINE).remove(stored.sha256)
            raise InputError(f"{file_label(archive_name)}: {_NO_ARCHIVE}") from None
    with transaction.atomic():
        kept = asset_record(stored=stored, media_type="application/octet-stream") if stored else None
        listed = asset_store(source=table, media_type=_table_type(table_name)) if table is not None else None
        corpus = CorpusImport.objects.create(
            organisation=organisation, requested_by=by, name=folder or file_label(archive_name), archive=kept, folder=folder,
            table=listed, table_name=table_name, rights_holder="" if listed else rights_holder[:300],
        )  # fmt: skip
        _owe(corpus, JobKind.LOOK_CORPUS, by)
    return corpus


@transaction.atomic
def corpus_confirm(*, corpus: CorpusImport, by: User) -> CorpusImport:
    """Register what the look through it found fit. Raises ``WrongStateError`` unless it waits for that."""
    require(by, "corpora.change", corpus.organisation)
    if not corpus.files.filter(preview=True, outcome=FileOutcome.ADDABLE).exists():
        raise WrongStateError("nothing of this corpus can be added; see what was refused, and bring it again")
    _move(corpus, [CorpusState.READY], CorpusState.IMPORTING, confirmed_by=by, confirmed_at=timezone.now())
    _owe(corpus, JobKind.IMPORT_CORPUS, by)
    return corpus


@transaction.atomic
def corpus_resume(*, corpus: CorpusImport, by: User) -> CorpusImport:
    """Go on where it stopped: what is registered stays and is not done again."""
    require(by, "corpora.change", corpus.organisation)
    confirmed = corpus.confirmed_at is not None
    state = CorpusState.IMPORTING if confirmed else CorpusState.LOOKING
    _move(corpus, [CorpusState.STOPPED], state, reason="")
    _owe(corpus, JobKind.IMPORT_CORPUS if confirmed else JobKind.LOOK_CORPUS, by)
    return corpus


@transaction.atomic
def corpus_discard(*, corpus: CorpusImport, by: User) -> CorpusImport:
    """Put it aside for good; what was registered of it stays registered."""
    require(by, "corpora.change", corpus.organisation)
    _move(corpus, [CorpusState.READY, CorpusState.STOPPED], CorpusState.DISCARDED, finished_at=timezone.now())
    _archive_drop(corpus)
    return corpus


def _move(corpus: CorpusImport, sources: list[CorpusState], state: CorpusState, **values) -> None:
    if not CorpusImport.objects.filter(pk=corpus.pk, state__in=sources).update(state=state, **values):
        corpus.refresh_from_db()
        raise WrongStateError(f"this import is {corpus.get_state_display().lower()}; that can't be done to it now")
    corpus.refresh_from_db()


def _owe(corpus: CorpusImport, kind: JobKind, by: User) -> None:
    CorpusImport.objects.filter(pk=corpus.pk).update(round=F("round") + 1)
    corpus.refresh_from_db(fields=["round"])
    job_enqueue(
        kind=kind, key=f"{kind}:{corpus.pk}:{corpus.round}", organisation=corpus.organisation, target_id=corpus.pk,
        requested_by=by,
    )  # fmt: skip


def _archive_drop(corpus: CorpusImport) -> None:
    """The archive is no longer needed; its bytes go with the next sweep of the storage, unless something else is them."""
    archive = corpus.archive
    if archive is None:
        return
    CorpusImport.objects.filter(pk=corpus.pk).update(archive=None)
    try:
        with transaction.atomic():
            archive.delete()
    except ProtectedError:
        pass


# the jobs


def corpus_look(*, work: JobWork) -> None:
    """Read all of it and say what would become of each file; a person confirms it then."""
    corpus = _corpus(work, CorpusState.LOOKING)
    with work.fenced():
        corpus.files.filter(preview=True).delete()
    _walk(work, corpus, preview=True)
    with work.fenced():
        _move(corpus, [CorpusState.LOOKING], CorpusState.READY)
        work.finish(files=corpus.files.filter(preview=True).count())


def corpus_bring(*, work: JobWork) -> None:
    """Register what can be, and say of each file what became of it; what an earlier try registered stays said so."""
    corpus = _corpus(work, CorpusState.IMPORTING)
    with work.fenced():
        corpus.files.filter(preview=False).exclude(outcome=FileOutcome.REGISTERED).delete()
    _walk(work, corpus, preview=False)
    with work.fenced():
        _move(corpus, [CorpusState.IMPORTING], CorpusState.DONE, finished_at=timezone.now())
        _archive_drop(corpus)
        work.finish(registered=corpus.files.filter(preview=False, outcome=FileOutcome.REGISTERED).count())


def corpus_stopped(*, target_id, reason: str) -> None:
    """Its job was called off or failed; it can go on later."""
    owed = CorpusImport.objects.filter(pk=target_id, state__in=[CorpusState.LOOKING, CorpusState.IMPORTING])
    owed.update(state=CorpusState.STOPPED, reason=reason)


def _corpus(work: JobWork, state: CorpusState) -> CorpusImport:
    rows = CorpusImport.objects.select_related("organisation", "archive", "table", "requested_by", "confirmed_by")
    corpus = rows.get(pk=work.job.target_id)
    if corpus.state != state:
        raise WrongStateError(f"this import is {corpus.get_state_display().lower()}; there is nothing to do")
    return corpus


def _walk(work: JobWork, corpus: CorpusImport, *, preview: bool) -> None:
    source = _source(corpus)
    added = set(corpus.files.filter(preview=False, outcome=FileOutcome.REGISTERED).values_list("file", flat=True))
    try:
        results = corpus_import(
            organisation=corpus.organisation,
            by=(None if preview else corpus.confirmed_by) or corpus.requested_by,
            source=source,
            table=_table(corpus, work.directory),
            rights_holder=corpus.rights_holder,
            register=not preview,
            called=corpus.name,
            scratch=work.directory,
            fence=lambda: claims.fenced(work.job),
            on_progress=work.on_progress,
            cancelled=work.cancelled,
        )
        rows = (r for r in results if preview or r.outcome != FileOutcome.ALREADY or r.file not in added)
        _write(work, corpus, rows, preview=preview)
    except CancelledError:
        raise
    except AuditorError as error:
        raise InputError(str(error).replace(str(source.path), corpus.name)) from error


def _write(work: JobWork, corpus: CorpusImport, results: Iterable[Imported], *, preview: bool) -> None:
    """Rows as they come, a hundred or a second together: a page shows them while the work goes on."""
    last = corpus.files.filter(preview=preview).aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    waiting: list[CorpusFile] = []
    written = time.monotonic()

    def flush() -> None:
        nonlocal written
        with claims.fenced(work.job):  # what happened is said, also where the job was called off meanwhile
            CorpusFile.objects.bulk_create(waiting)
            work.cancel_requested |= Job.objects.filter(pk=work.job.pk, cancel_requested=True).exists()
        waiting.clear()
        written = time.monotonic()

    for result in results:
        waiting.append(
            CorpusFile(
                corpus=corpus, preview=preview, position=position, file=result.file, outcome=result.outcome,
                reason=result.reason, work_key=result.work_key, title=result.title[:300], licence=result.licence,
                work_id=result.work or None,
            )
        )  # fmt: skip
        position += 1
        registered = result.outcome == FileOutcome.REGISTERED  # said at once: a later try would call it skipped
        if registered or len(waiting) >= _ROWS or time.monotonic() - written >= _SECONDS:
            flush()
    flush()


def _source(corpus: CorpusImport) -> Source:
    if corpus.folder:
        home = _home(corpus.organisation)
        if home is None or corpus.folder not in corpora_offered(corpus.organisation):
            raise InputError(
                f"{corpus.folder} no longer lies ready on the server; put it back and go on, or discard this"
            )
        return open_source(home / corpus.folder)
    if corpus.archive is None:
        raise WrongStateError("the archive of this import is gone; bring it again")
    return open_source(asset_path(corpus.archive))


def _table(corpus: CorpusImport, directory: Path) -> LicenceTable | None:
    if corpus.table is None:
        return None
    return _table_read(asset_path(corpus.table).read_bytes(), corpus.table_name, directory)


def _table_read(content: bytes, name: str, directory: Path) -> LicenceTable:
    """The table, with its own name in whatever is wrong with it."""
    if not content or len(content) > MAX_TABLE_BYTES:
        size = f"more than {MAX_TABLE_BYTES // 1024**2} MB" if content else "empty"
        raise InputError(f"{name}: it is {size}; give a table with a row for each file")
    path = directory / ("table.json" if _table_type(name) == "application/json" else "table.csv")
    path.write_bytes(content)
    try:
        return read_licence_table(path)
    except AuditorError as error:
        raise InputError(str(error).replace(f"{path}, line", f"{name}: line").replace(str(path), name)) from error


def _table_type(name: str) -> str:
    return "application/json" if name.lower().endswith(".json") else "text/csv"
