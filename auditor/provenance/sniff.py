"""What kind of file is this? Its first bytes say so; its name may lie. And which bytes of an mp4 no signature covers."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

#: Most top-level boxes that are walked; a fragmented film has two for every few seconds.
_MAX_BOXES = 20_000


def media_type(head: bytes) -> str | None:
    """The media type by content (RFC 6838 name), from the first 16 bytes or more; ``None`` if it is none that we sign."""
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return "image/avif"
        if brand in (b"heic", b"heix", b"mif1"):
            return "image/heic"
        return "video/quicktime" if brand == b"qt  " else "audio/mp4" if brand == b"M4A " else "video/mp4"
    for magic, kind in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF8", "image/gif"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"%PDF-", "application/pdf"),
    ):
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/avi"}.get(head[8:12])
    return None


def top_level_boxes(stream: BinaryIO, size: int) -> Iterator[tuple[str, int, int]]:
    """``(type, offset, bytes)`` of each top-level box of an ISO base media file, until the structure ends or breaks."""
    offset = 0
    for _ in range(_MAX_BOXES):
        stream.seek(offset)
        header = stream.read(16)
        if len(header) < 8:
            return
        length, kind = struct.unpack(">I4s", header[:8])
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack(">Q", header[8:])
        elif length == 0:
            length = size - offset
        if length < 8 or offset + length > size:
            return
        yield kind.decode("latin-1"), offset, length
        offset += length


def uncovered(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Top-level boxes whose bytes the hard binding leaves out (``ftyp``, ``free``, ``skip``, ``mfra``): C2PA 2.4, A.5."""
    with path.open("rb") as stream:
        size = path.stat().st_size
        return tuple(box for box in top_level_boxes(stream, size) if box[0] in ("ftyp", "free", "skip", "mfra"))
