"""The body of a request as a file on disk: under a name of ours, never beyond the limit, gone after the answer."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.http import HttpRequest

from django_site.errors import InputError

_BLOCK = 256 * 1024


class BodyTooLargeError(InputError):
    """The body is longer than may be."""


@contextmanager
def body_file(request: HttpRequest, *, limit: int) -> Iterator[Path]:
    """The body in a temporary file. Raises ``BodyTooLargeError`` beyond ``limit`` bytes, ``InputError`` for none at all."""
    refusal = f"the file is larger than {limit // 1024**2} MiB; look it up with the command line"
    declared = request.headers.get("Content-Length") or "0"
    if not declared.isdigit() or int(declared) > limit:
        raise BodyTooLargeError(refusal)
    with tempfile.TemporaryDirectory(prefix="reelproof-body-") as folder:
        path, received = Path(folder) / "file", 0
        with path.open("xb") as target:
            while block := request.read(_BLOCK):
                received += len(block)
                if received > limit:
                    raise BodyTooLargeError(refusal)
                target.write(block)
        if not received:
            raise InputError("there was no file, or it was empty; send it as the body of the request")
        yield path
