"""The signed record that a file carries, as bytes: what is handed to whoever holds a copy that lost it."""

import struct
from pathlib import Path

from auditor.provenance import sniff
from auditor.provenance.boxes import boxes_between

#: The box of ISO BMFF that holds a C2PA manifest store (C2PA 2.4, "Embedding manifests into BMFF-based assets").
_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_PURPOSE = b"manifest\0"
#: The chunk of PNG that holds one (C2PA 2.4, "Embedding manifests into PNG").
_CHUNK, _PNG = b"caBX", b"\x89PNG\r\n\x1a\n"
#: No record of ours is near it; nothing larger is read into memory.
MAX_BYTES = 64 * 1024**2


def embedded_record(path: Path) -> bytes | None:
    """The manifest store in an MP4 or a PNG file, as JUMBF; ``None`` without one, or in another kind of file."""
    with path.open("rb") as stream:
        head = stream.read(sniff.HEAD_BYTES)
        size = path.stat().st_size
        if head.startswith(_PNG):
            return _in_png(path, size)
        for box in boxes_between(stream, 0, size):
            if box.kind != "uuid" or not 40 < box.bytes <= MAX_BYTES:
                continue
            stream.seek(box.body)
            body = stream.read(box.bytes - box.header)
            # identifier, version and flags, purpose, where the Merkle boxes begin, then the store
            if body.startswith(_BOX) and body[20 : 20 + len(_PURPOSE)] == _PURPOSE:
                return body[20 + len(_PURPOSE) + 8 :]
    return None


def _in_png(path: Path, size: int) -> bytes | None:
    with path.open("rb") as stream:
        offset = len(_PNG)
        while offset + 12 <= size:
            stream.seek(offset)
            length, kind = struct.unpack(">I4s", stream.read(8))
            if kind == _CHUNK and length <= MAX_BYTES:
                return stream.read(length)
            offset += 12 + length
    return None
