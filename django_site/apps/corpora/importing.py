"""Registering a corpus for an organisation: each work of a licence table with its files, its holder and its licence."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.db import DataError, IntegrityError
from django.utils import timezone

from auditor.canonical import sha256_file
from auditor.corpus import ArchiveBombError, LicenceRow, LicenceTable, Source
from auditor.errors import AuditorError, BadInputError
from auditor.media import probe
from auditor.media.types import OnProgress, Progress, no_progress
from django_site.apps.accounts.models import Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.corpora.models import WorkAsset, WorkKind
from django_site.apps.corpora.services import work_register
from django_site.errors import InputError, SiteError

#: From here a moving picture is called a film: a feature is longer than 40 minutes (rules of the Academy Awards, rule 2).
FILM_SECONDS = 40 * 60


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: ``registered``, ``already`` there, ``refused``, ``unlisted`` or ``missing``."""

    file: str
    outcome: str
    work: str = ""
    reason: str = ""


def corpus_import(
    *, organisation: Organisation, by: User, source: Source, table: LicenceTable, on_progress: OnProgress = no_progress
) -> Iterator[Imported]:
    """Register each work as soon as all its files were met, and say of each file what became of it.

    A file that is an asset of one of the organisation's works already is left alone, so that importing again goes on where
    it stopped. One failure keeps nothing from the rest. Raises ``NotAllowedError``, and ``BadInputError`` for a source that
    can't be read any further.
    """
    require(by, "corpora.change", organisation)
    lacking = Counter(row.work_id for row in table.rows.values())
    waiting: dict[str, list[tuple[LicenceRow, Path]]] = {}
    missing = dict(table.rows)
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        for number, file in enumerate(source.files()):
            row = missing.pop(file.name, None) if file.refused is None else None
            if file.refused is not None or row is None:
                unlisted = "the table does not list it; add it there"
                yield Imported(file.name, "refused" if file.refused else "unlisted", reason=file.refused or unlisted)
                continue
            suffix = PurePosixPath(file.name).suffix
            try:
                path = file.fetch(Path(folder) / f"{number}{suffix if suffix[1:].isalnum() else ''}")
                held = _held(organisation, sha256_file(path))
            except ArchiveBombError:
                raise
            except (BadInputError, OSError) as error:
                lacking[row.work_id] -= 1
                yield Imported(row.file, "refused", reason=str(error))
            else:
                lacking[row.work_id] -= 1
                if held is None:
                    waiting.setdefault(row.work_id, []).append((row, path))
                else:
                    yield Imported(row.file, "already", work=held)
            if not lacking[row.work_id]:
                yield from _register(organisation, by, waiting.pop(row.work_id, []), Path(folder))
            on_progress(Progress("register", len(table.rows) - len(missing), len(table.rows), "files"))
        for files in waiting.values():  # works some of whose files the source lacks
            yield from _register(organisation, by, files, Path(folder))
    for name in missing:
        yield Imported(name, "missing", reason=f"the table lists it, but it is not in {source.path}")


def _held(organisation: Organisation, sha256: str) -> str | None:
    """The work of the organisation that holds these bytes."""
    found = (
        WorkAsset.objects.filter(work__organisation=organisation, asset__sha256=sha256).values_list("work_id").first()
    )
    return str(found[0]) if found else None


def _register(
    organisation: Organisation, by: User, files: list[tuple[LicenceRow, Path]], folder: Path
) -> Iterator[Imported]:
    """One work with its files; what was unpacked for it goes away."""
    if not files:
        return
    row, paths = files[0][0], [path for _, path in files]
    licence = row.licence
    try:
        if not licence.active(timezone.now()):
            raise InputError(f"its licence ended at {licence.ends:%Y-%m-%d %H:%M} UTC; give the one that is in force")
        work = work_register(
            organisation=organisation,
            title=licence.title,
            kind=_kind(paths[0]),
            rights_holder=licence.rights_holder,
            media=paths,
            acts=licence.acts,
            by=by,
            spdx_id=licence.spdx_id,
            terms="" if licence.spdx_id else licence.licence,
            territories=licence.territories,
            ends=licence.ends,
            source=row.file[:500],
            identifiers={"corpus": row.work_id},
        )
    except (AuditorError, SiteError, IntegrityError, DataError, OSError) as error:
        yield from (Imported(row.file, "refused", reason=str(error)) for row, _ in files)
    else:
        yield from (Imported(row.file, "registered", work=str(work.pk)) for row, _ in files)
    finally:
        for path in paths:
            if path.is_relative_to(folder):
                path.unlink(missing_ok=True)


def _kind(path: Path) -> WorkKind:
    info = probe(path)
    if info.is_still:
        return WorkKind.PHOTOGRAPH
    return WorkKind.FILM if info.duration >= FILM_SECONDS else WorkKind.CLIP
