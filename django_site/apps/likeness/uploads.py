"""Pictures, recordings and proofs that people hand in: on disk under names of ours, bounded, gone after the answer."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django_site.pages.names import file_label

#: All files of one form together: a dozen photographs of a telephone, or ten minutes of its video.
MAX_BYTES = 300_000_000


@contextmanager
def handed_in(upload: Any) -> Iterator[tuple[Path, str]]:
    """The upload as a file with a name of ours, and the name that the person gave it, fit to be shown."""
    with tempfile.TemporaryDirectory(prefix="reelproof-hand-") as folder:
        path = Path(folder) / "handed-in"
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        yield path, file_label(upload.name)


def said_of(error: Exception, *, path: Path, name: str) -> str:
    """An error's words with the person's own name for the file, and no path of ours."""
    return str(error).replace(str(path), name).replace(path.name, name)
