"""Files with HTTP ranges (RFC 9110, section 14), which players need to seek and Django's FileResponse lacks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import parse_etags

#: Bytes handed to the server at once.
BLOCK = 256 * 1024
_ONE_RANGE = re.compile(r"^bytes=(?:(?P<first>\d{1,19})-(?P<last>\d{0,19})|-(?P<suffix>\d{1,19}))$", re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes ``start`` up to but without ``end`` of a file."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


class UnsatisfiableError(Exception):
    """The range lies outside the file: 416."""


def parse_range(header: str, size: int) -> ByteRange | None:
    """The range that a ``Range`` header asks of a file of ``size`` bytes; ``None`` where it is to be ignored.

    Ignored (so answered with the whole file, as section 14.2 allows): other units, several ranges, malformed values.
    Raises ``UnsatisfiableError`` where the range is well-formed and starts beyond the end.
    """
    match = _ONE_RANGE.match(header.strip())
    if match is None:
        return None
    if match["suffix"] is not None:
        suffix = int(match["suffix"])
        if suffix == 0 or size == 0:
            raise UnsatisfiableError
        return ByteRange(max(0, size - suffix), size)
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else size - 1
    if match["last"] and last < first:
        return None
    if first >= size:
        raise UnsatisfiableError
    return ByteRange(first, min(last, size - 1) + 1)


def _pieces(path: Path, part: ByteRange) -> Iterator[bytes]:
    with path.open("rb") as stream:
        stream.seek(part.start)
        left = part.length
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            left -= len(block)
            yield block


def file_response(request: HttpRequest, path: Path, *, sha256: str, media_type: str) -> HttpResponseBase:
    """200, 206, 304 or 416 for a GET or HEAD of an immutable file. The entity tag is its digest."""
    size = path.stat().st_size
    etag = f'"{sha256}"'
    wanted = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in wanted or etag in [tag.removeprefix("W/") for tag in wanted]:
        response: HttpResponseBase = HttpResponseNotModified()
        response["ETag"] = etag
        return response
    part = None
    condition = request.headers.get("If-Range")
    # If-Range compares strongly (13.1.5); a date never matches, because a digest is all that we vouch for.
    if request.method == "GET" and (condition is None or condition.strip() == etag):
        try:
            part = parse_range(request.headers.get("Range", ""), size)
        except UnsatisfiableError:
            response = HttpResponse(status=416, content_type="text/plain")
            response["Content-Range"] = f"bytes */{size}"
            response["Accept-Ranges"] = "bytes"
            return response
    whole = ByteRange(0, size)
    if request.method == "HEAD":
        response = HttpResponse(content_type=media_type)
    else:
        response = StreamingHttpResponse(
            _pieces(path, part or whole), status=206 if part else 200, content_type=media_type
        )
    response["Content-Length"] = str((part or whole).length)
    if part:
        response["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response
