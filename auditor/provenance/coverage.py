"""Which bytes of a file the signature leaves out, and what they hold.

A hard binding never covers the signed record itself (it can't hold its own hash), and the standard lets the signer leave
out more: in an ISO base media file the ``ftyp``, ``free``, ``skip`` and ``mfra`` boxes, anywhere a stretch of bytes. Who
smuggles something in there is not found out by any reader, so it is listed. Source: C2PA 2.4, "Hard bindings", annex A.
"""

import base64
import binascii
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from auditor.plaintext import plain_text
from auditor.provenance.boxes import Box, at_path, boxes_between, read_body
from auditor.provenance.report import UncoveredBytes

#: The extended type of the box that carries a record (C2PA 2.4, A.5).
RECORD_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
#: How much of a left-out box is looked into; a longer one is named by its length.
_LOOK_BYTES = 16 * 1024**2
#: Most places that are listed.
_MAX_PARTS = 500
_RECORD = "the signed record itself: what it states is sealed by its own signature, its padding and frame are not"


def uncovered(
    path: Path, bindings: list[tuple[str, Mapping[str, Any]]], *, embedded: bool
) -> tuple[UncoveredBytes, ...]:
    """What the hard bindings (``(label, data)`` of the active record) leave out of the file at ``path``, in its order.

    ``embedded`` says whether the file carries its own record. Empty where there is no binding whose gaps are known.
    """
    size = path.stat().st_size
    found: list[UncoveredBytes] = []
    with path.open("rb") as stream:
        for label, data in bindings:
            if label.startswith("c2pa.hash.bmff"):
                found += _of_boxes(stream, size, data)
            elif label.startswith("c2pa.hash.data"):
                found += _of_ranges(stream, size, data)
            elif label.startswith("c2pa.hash.boxes") and embedded:
                found += [
                    UncoveredBytes("record", start, length, _RECORD) for start, length in record_ranges(stream, size)
                ]
    unique = {(part.offset, part.bytes): part for part in found}
    return tuple(sorted(unique.values(), key=lambda part: part.offset)[:_MAX_PARTS])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def excluded_whole(stream: BinaryIO, size: int, data: Mapping[str, Any]) -> set[int]:
    """Where the top-level boxes begin that a BMFF binding leaves out whole; their places are not hashed either."""
    found = set()
    for exclusion in _list(data.get("exclusions"))[:100]:
        if not isinstance(exclusion, Mapping) or not isinstance(exclusion.get("xpath"), str):
            continue
        if exclusion["xpath"].count("/") == 1 and not exclusion.get("subset"):
            found |= {box.offset for box in at_path(stream, size, exclusion["xpath"]) if _fits(stream, box, exclusion)}
    return found


def _number(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 62 else 0


def _of_boxes(stream: BinaryIO, size: int, data: Mapping[str, Any]) -> list[UncoveredBytes]:
    found = []
    for exclusion in _list(data.get("exclusions"))[:100]:
        if not isinstance(exclusion, Mapping) or not isinstance(exclusion.get("xpath"), str):
            continue
        if exclusion["xpath"] == "/mdat" and data.get("merkle"):
            continue  # left out of the one hash because the leaves of the tree cover it
        for box in at_path(stream, size, exclusion["xpath"])[:_MAX_PARTS]:
            if not _fits(stream, box, exclusion):
                continue
            ranges = [
                (min(_number(one.get("offset")), box.bytes), _number(one.get("length")))
                for one in _list(exclusion.get("subset"))
                if isinstance(one, Mapping)
            ]
            if not ranges:
                found.append(UncoveredBytes(_name(box), box.offset, box.bytes, _holds(stream, box)))
            for start, length in ranges:
                length = min(length or box.bytes, box.bytes - start)
                found.append(UncoveredBytes(_name(box), box.offset + start, length, "a part left out by the signer"))
    return found


def _fits(stream: BinaryIO, box: Box, exclusion: Mapping[str, Any]) -> bool:
    """Whether an exclusion with conditions (length, bytes at an offset) means this box."""
    if isinstance(exclusion.get("length"), int) and exclusion["length"] != box.bytes:
        return False
    for condition in _list(exclusion.get("data")):
        wanted = as_bytes(condition.get("value")) if isinstance(condition, Mapping) else None
        if wanted is None:
            continue
        stream.seek(box.offset + _number(condition.get("offset")))
        if stream.read(len(wanted)) != wanted:
            return False
    return True


def as_bytes(value: Any) -> bytes | None:
    """Bytes as the reader writes them: base64, or a list of numbers."""
    try:
        if isinstance(value, str):
            return base64.b64decode(value, validate=True)
        return bytes(value) if isinstance(value, list) else None
    except (binascii.Error, ValueError, TypeError):
        return None


def _name(box: Box) -> str:
    return "record" if box.kind == "uuid" else plain_text(box.kind, 8) or "unnamed"


def _holds(stream: BinaryIO, box: Box) -> str:
    contents = box.bytes - box.header
    if box.kind == "uuid":
        return _RECORD
    if box.kind == "ftyp":
        body = read_body(stream, box, 1024)
        brand, minor = plain_text(body[:4].decode("latin-1"), 4), int.from_bytes(body[4:8])
        others = [plain_text(body[at : at + 4].decode("latin-1"), 4) for at in range(8, len(body) - 3, 4)]
        return f"the file's type: {brand}, version {minor}" + (f", fit for {', '.join(others)}" if others else "")
    if box.kind == "mfra":
        return f"an index of fragments, {contents} bytes"
    article = f"a {plain_text(box.kind, 8)} box"
    if contents == 0:
        return f"an empty {plain_text(box.kind, 8)} box"
    if contents > _LOOK_BYTES:
        return f"{article} with {contents} bytes, not looked into"
    body = read_body(stream, box, contents)
    filled = len(body) - body.count(0)
    return f"{article} with {contents} bytes, " + (f"{filled} of which aren't zero" if filled else "all zero")


def _of_ranges(stream: BinaryIO, size: int, data: Mapping[str, Any]) -> list[UncoveredBytes]:
    records = record_ranges(stream, size)
    found = []
    for exclusion in _list(data.get("exclusions"))[:_MAX_PARTS]:
        if not isinstance(exclusion, Mapping):
            continue
        start = min(_number(exclusion.get("start")), size)
        length = min(_number(exclusion.get("length")), size - start)
        of_record = any(start < at + count and at < start + length for at, count in records)
        stream.seek(start)
        of_record = of_record or b"jumb" in stream.read(min(length, 4096))
        words = _RECORD if of_record else f"{length} bytes that the signer left out"
        found.append(UncoveredBytes("record" if of_record else "bytes", start, length, words))
    return found


def record_ranges(stream: BinaryIO, size: int) -> list[tuple[int, int]]:
    """``(offset, bytes)`` of the parts of a JPEG, PNG, RIFF or ISO base media file that carry its signed record."""
    stream.seek(0)
    head = stream.read(16)
    if head.startswith(b"\xff\xd8"):
        return _in_jpeg(stream, size)
    if head.startswith(b"\x89PNG"):
        return _in_chunks(stream, 8, size, ">I4s", b"caBX", 12, even=False)
    if head.startswith(b"RIFF"):
        return _in_chunks(stream, 12, size, "<4sI", b"C2PA", 8, even=True)
    if head[4:8] == b"ftyp":
        boxes = [box for box in boxes_between(stream, 0, size) if box.kind == "uuid"]
        return [(box.offset, box.bytes) for box in boxes if read_body(stream, box, 16) == RECORD_UUID]
    return []


def _in_jpeg(stream: BinaryIO, size: int) -> list[tuple[int, int]]:
    """APP11 segments with JUMBF in them (ISO/IEC 19566-5, annex D)."""
    found, at = [], 2
    for _ in range(5000):
        stream.seek(at)
        header = stream.read(6)
        if len(header) < 6 or header[0] != 0xFF or header[1] in (0xDA, 0xD9):
            break
        length = struct.unpack(">H", header[2:4])[0] + 2
        if header[1] == 0xEB and header[4:6] == b"JP":
            found.append((at, min(length, size - at)))
        at += length
    return found


def _in_chunks(
    stream: BinaryIO, at: int, size: int, layout: str, wanted: bytes, frame: int, *, even: bool
) -> list[tuple[int, int]]:
    found = []
    for _ in range(20_000):
        stream.seek(at)
        header = stream.read(8)
        if len(header) < 8:
            break
        first, second = struct.unpack(layout, header)
        kind, length = (first, second) if isinstance(first, bytes) else (second, first)
        length += frame + (length & 1 if even else 0)
        if kind == wanted:
            found.append((at, min(length, size - at)))
        at += length
    return found
