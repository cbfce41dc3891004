"""The words of works: screenplays, subtitles and other texts, registered so that they are known again."""

import tempfile
from pathlib import Path, PurePosixPath

from django.conf import settings

from auditor.errors import BadInputError
from auditor.text import TextLibrary
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_store
from django_site.apps.corpora.models import Work, WorkScript
from django_site.apps.corpora.services import index_snapshot_record
from django_site.errors import InputError, WrongStateError
from django_site.pages.names import file_label

#: Endings that say what a text is; any other is told apart by its content.
_ENDINGS = (".fountain", ".spmd", ".srt", ".vtt", ".txt")


def script_register(*, work: Work, content: bytes, name: str, by: User) -> WorkScript:
    """Register a text of a work. The same text again changes nothing.

    Raises ``InputError`` for what is no text or holds too few words, and ``WrongStateError`` where the work is out.
    """
    require(by, "corpora.change", work.organisation)
    if work.withdrawn_at:
        raise WrongStateError(f"'{work}' was taken out; nothing is compared with it any more")
    if not content:
        raise InputError("the file is empty; give a screenplay or subtitles")
    label = file_label(name)
    ending = PurePosixPath(label.lower()).suffix
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"script{ending if ending in _ENDINGS else '.txt'}"
        path.write_bytes(content)
        library = TextLibrary.open(settings.SCRIPTS_ROOT, create=True)
        try:
            library.add(str(work.pk), path, title=work.title)
        except BadInputError as error:
            raise InputError(str(error).replace(path.name, label)) from error
    script, _ = WorkScript.objects.get_or_create(
        work=work, asset=asset_store(source=content, media_type="text/plain"), defaults={"name": label}
    )
    index_snapshot_record()
    return script
