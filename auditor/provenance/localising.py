"""Where a film was changed, in seconds and frames.

A film that was signed for it (``sign(…, localisable=True)``) carries a digest of every 16 KiB of its media data instead
of one digest of it all. A changed byte then spoils one of them, and the film's own tables say which frame and which piece
of sound lie there. Source: C2PA 2.4, "BMFF-based hash", Merkle trees with ``fixedBlockSize``: leaf ``i`` is the digest of
block ``i`` of the ``mdat`` box, counted from 16 bytes after its start. Works for films of one ``mdat`` box that are not
fragmented; the first eight bytes of their media count as structure.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from auditor.errors import BadInputError
from auditor.provenance.boxes import Box, boxes_between
from auditor.provenance.coverage import as_bytes, excluded_whole
from auditor.provenance.reading import NoStore, hard_bindings, listing, mapping, read_store
from auditor.provenance.report import Change
from auditor.provenance.samples import Track, tracks
from auditor.provenance.streams import BUFFER_BYTES

#: Bytes of an ``mdat`` box that belong to the structure rather than to the leaves.
_MDAT_HEAD = 16
#: Most places that are listed; a film with more was not retouched but made anew.
MAX_CHANGES = 200
_ALGORITHMS = {"sha256", "sha384", "sha512"}


def locate_changes(path: Path) -> tuple[Change, ...]:
    """Where the film at ``path`` differs from what was signed; empty if nowhere, or if it was not signed for this.

    What the record says is believed here, whoever signed it and whether its signature fits: ``verify`` asks that first.
    Raises ``BadInputError`` where there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise BadInputError(f"{path} is not a file; pass the film to look into")
    try:
        store = read_store(path, trust=None, sidecar=None)
    except (NoStore, OSError):
        return ()
    return changes_of(path, hard_bindings(store))


def changes_of(path: Path, bindings: list[tuple[str, Mapping[str, Any]]]) -> tuple[Change, ...]:
    """The same for hard bindings (``(label, data)``) that are at hand; the caller has checked the record itself."""
    for label, data in bindings:
        maps = listing(data.get("merkle"))
        if label.startswith("c2pa.hash.bmff") and len(maps) == 1:
            return _changes(path, data, mapping(maps[0]))
    return ()


def film_seconds(path: Path) -> float | None:
    """How long the film at ``path`` is by its own tables, to its last frame or sound; ``None`` where they can't be read."""
    with path.open("rb") as stream:
        ends = [float(track.until.max()) for track in tracks(stream, path.stat().st_size)]
    return max(ends, default=None)


def _changes(path: Path, data: Mapping[str, Any], leaves: Mapping[str, Any]) -> tuple[Change, ...]:
    block = leaves.get("fixedBlockSize")
    algorithm = str(leaves.get("alg") or data.get("alg") or "sha256")
    wanted = [as_bytes(one) for one in listing(leaves.get("hashes"))]
    if not isinstance(block, int) or not 1024 <= block <= 1 << 30 or algorithm not in _ALGORITHMS:
        return ()
    if leaves.get("count") != len(wanted) or not wanted:
        return ()  # only some rows of the tree are stored: it tells whether, not where
    size = path.stat().st_size
    with path.open("rb", buffering=BUFFER_BYTES) as stream:
        boxes = list(boxes_between(stream, 0, size))
        media = [box for box in boxes if box.kind == "mdat"]
        if len(media) != 1:
            return (_structure(boxes),)
        spoilt = _spoilt(stream, media[0], wanted, block, algorithm)
        found: list[Change] = []
        if _structure_digest(stream, size, boxes, data, media[0]) != as_bytes(data.get("hash")):
            found.append(_structure(boxes))
        shown = tracks(stream, size) if spoilt else []
    for start, end in spoilt[:MAX_CHANGES]:
        found += _on_tracks(shown, start, end)
    return tuple(found[:MAX_CHANGES])


def _spoilt(
    stream: BinaryIO, media: Box, wanted: list[bytes | None], block: int, algorithm: str
) -> list[tuple[int, int]]:
    """``(start, end)`` in the file of every run of blocks that are not what was signed."""
    found: list[tuple[int, int]] = []
    start = media.offset + _MDAT_HEAD
    stream.seek(min(start, media.end))
    for place in range(max(len(wanted), -(-max(media.end - start, 0) // block))):
        at = start + place * block
        contents = stream.read(max(0, min(block, media.end - at)))
        fits = place < len(wanted) and hashlib.new(algorithm, contents).digest() == wanted[place]
        if fits:
            continue
        end = at + max(len(contents), 1)
        if found and found[-1][1] >= at:
            found[-1] = (found[-1][0], end)
        else:
            found.append((min(at, media.end), end))
    return found


def _structure_digest(stream: BinaryIO, size: int, boxes: list[Box], data: Mapping[str, Any], media: Box) -> bytes:
    """The digest of everything but the media data: of each box that is not left out, its place (8 bytes) and its bytes."""
    digest = hashlib.new(str(data.get("alg")) if data.get("alg") in _ALGORITHMS else "sha256")
    left_out = excluded_whole(stream, size, data)
    for box in boxes:
        if box.offset in left_out:
            continue
        digest.update(box.offset.to_bytes(8))
        stream.seek(box.offset)
        remaining = min(box.bytes, _MDAT_HEAD) if box == media else box.bytes
        while remaining and (chunk := stream.read(min(remaining, BUFFER_BYTES))):
            digest.update(chunk)
            remaining -= len(chunk)
    end = boxes[-1].end if boxes else 0
    stream.seek(end)
    while chunk := stream.read(BUFFER_BYTES):
        digest.update(chunk)
    return digest.digest()


def _structure(boxes: list[Box]) -> Change:
    """Something else than the media data changed; the tables of the film are where that usually is."""
    tables = next((box for box in boxes if box.kind == "moov"), None)
    at, length = (tables.offset, tables.bytes) if tables else (0, 0)
    return Change(None, None, "structure", None, None, at, length)


def _on_tracks(shown: list[Track], start: int, end: int) -> list[Change]:
    found = []
    for track in shown:
        touched = track.between(start, end)
        if len(touched) == 0:
            continue
        found.append(
            Change(
                round(max(0.0, float(track.shown[touched].min())), 3),
                round(max(0.0, float(track.until[touched].max())), 3),
                track.kind,
                int(track.places[touched].min()),
                int(track.places[touched].max()),
                start,
                end - start,
            )
        )
    return found or [Change(None, None, "unused", None, None, start, end - start)]
