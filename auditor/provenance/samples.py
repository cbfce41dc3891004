"""Where each frame and each piece of sound lies in a film, from the tables of its ``moov`` box (ISO/IEC 14496-12, clause 8).

Every count is held against the bytes that are there before anything is made of it, so that a forged table costs no memory.
"""

from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from auditor.provenance.boxes import Box, boxes_between, find, inside, read_body

#: Longest ``moov`` box that is read. Ten hours at 60 frames a second need some 40 MB.
MAX_MOOV_BYTES = 256 * 1024**2
#: Most frames or pieces of sound of one track; a table may repeat one size for 4 billion of them in 20 bytes.
MAX_SAMPLES = 8_000_000
MAX_TRACKS = 64
_KINDS = {
    "vide": "video",
    "soun": "sound",
    "text": "text",
    "sbtl": "subtitles",
    "subt": "subtitles",
    "clcp": "captions",
}


@dataclass(frozen=True, slots=True)
class Track:
    """One track: per sample, in the order of decoding, its place in the file (``starts``, ``ends``: int64 bytes) and
    when it is shown (``shown``, ``until``: float64 seconds of the film); ``places[i]`` is its rank
    in the order of showing."""

    number: int
    kind: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    shown: NDArray[np.float64]
    until: NDArray[np.float64]
    places: NDArray[np.int64]

    def between(self, start: int, end: int) -> NDArray[np.intp]:
        """Which samples have bytes in ``start`` to ``end``."""
        return np.flatnonzero((self.starts < end) & (self.ends > start))


def tracks(stream: BinaryIO, size: int) -> list[Track]:
    """The tracks of a film that is not fragmented; those whose tables don't hold together are left out."""
    moov = next((box for box in boxes_between(stream, 0, size) if box.kind == "moov"), None)
    if moov is None or moov.bytes > MAX_MOOV_BYTES:
        return []
    movie = _timescale(stream, find(stream, moov, "mvhd"))
    found = []
    for number, trak in enumerate([box for box in inside(stream, moov) if box.kind == "trak"][:MAX_TRACKS], 1):
        try:
            track = _track(stream, trak, number, movie)
        except (ValueError, IndexError, OverflowError):  # tables that contradict each other
            continue
        if track is not None:
            found.append(track)
    return found


def _track(stream: BinaryIO, trak: Box, number: int, movie: int) -> Track | None:
    table = find(stream, trak, "mdia", "minf", "stbl")
    handler = find(stream, trak, "mdia", "hdlr")
    scale = _timescale(stream, find(stream, trak, "mdia", "mdhd"))
    if table is None or handler is None or scale == 0:
        return None
    parts = {box.kind: box for box in inside(stream, table)}
    kind = read_body(stream, handler, 12)[8:12].decode("latin-1")
    sizes = _sizes(stream, parts)
    count = len(sizes)
    if count == 0:
        return None
    starts = _starts(stream, parts, sizes)
    lasts = _spread(_rows(stream, parts.get("stts"), ">u4", 2), count)
    begins = np.concatenate(([0], np.cumsum(lasts[:-1], dtype=np.int64)))
    shown = begins + _delays(stream, parts.get("ctts"), count)
    seconds = (shown - _skipped(stream, find(stream, trak, "edts", "elst"), scale, movie)) / scale
    places = np.empty(count, dtype=np.int64)
    places[np.argsort(shown, kind="stable")] = np.arange(count)
    return Track(number, _KINDS.get(kind, "other"), starts, starts + sizes, seconds, seconds + lasts / scale, places)


def _timescale(stream: BinaryIO, box: Box | None) -> int:
    """Ticks a second of an ``mvhd`` or ``mdhd`` box; 0 where there is none."""
    if box is None:
        return 0
    body = read_body(stream, box, 32)
    at = 20 if body[:1] == b"\x01" else 12
    return int.from_bytes(body[at : at + 4])


def _rows(stream: BinaryIO, box: Box | None, kind: str, columns: int, *, skip: int = 4) -> NDArray[Any]:
    """The rows of a full box's table, no more than its bytes hold; ``skip`` bytes lie between the flags and the count."""
    if box is None:
        raise ValueError("a table is missing")
    body = read_body(stream, box, box.bytes)
    head = skip + 4
    count = int.from_bytes(body[skip:head])
    width = np.dtype(kind).itemsize * columns
    if count * width > len(body) - head:
        raise ValueError("a table is shorter than it says")
    return np.frombuffer(body, dtype=kind, count=count * columns, offset=head).reshape(count, columns).astype(np.int64)


def _sizes(stream: BinaryIO, parts: dict[str, Box]) -> NDArray[np.int64]:
    box = parts.get("stsz")
    if box is None:
        raise ValueError("compact sizes are not read")
    body = read_body(stream, box, 12)
    every, count = int.from_bytes(body[4:8]), int.from_bytes(body[8:12])
    if count > MAX_SAMPLES:
        raise ValueError("too many samples")
    if every:
        return np.full(count, every, dtype=np.int64)
    return _rows(stream, box, ">u4", 1, skip=8)[:, 0]


def _starts(stream: BinaryIO, parts: dict[str, Box], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each sample begins: samples follow each other inside a chunk, and the table says how many each chunk holds."""
    chunks = (
        _rows(stream, parts["co64"], ">i8", 1)[:, 0]
        if "co64" in parts
        else _rows(stream, parts.get("stco"), ">u4", 1)[:, 0]
    )
    runs = _rows(stream, parts.get("stsc"), ">u4", 3)
    if len(chunks) == 0 or len(runs) == 0 or runs[0, 0] != 1 or (np.diff(runs[:, 0]) <= 0).any():
        raise ValueError("the chunks don't hold together")
    ends = np.append(runs[1:, 0], len(chunks) + 1)
    lengths = np.minimum(ends, len(chunks) + 1) - runs[:, 0]
    per_chunk = np.repeat(runs[:, 1], np.maximum(lengths, 0))
    if per_chunk.sum() != len(sizes) or len(per_chunk) != len(chunks):
        raise ValueError("the chunks hold another number of samples")
    before = np.concatenate(([0], np.cumsum(sizes[:-1])))
    firsts = np.concatenate(([0], np.cumsum(per_chunk[:-1])))
    nonempty = per_chunk > 0
    offset_in_chunk = before - np.repeat(before[firsts[nonempty]], per_chunk[nonempty])
    starts: NDArray[np.int64] = np.repeat(chunks, per_chunk) + offset_in_chunk
    return starts


def _spread(rows: NDArray[Any], count: int) -> NDArray[np.int64]:
    """``(how many, value)`` rows as one value per sample."""
    if rows[:, 0].sum() != count or (rows[:, 0] < 0).any():
        raise ValueError("a table speaks of another number of samples")
    spread: NDArray[np.int64] = np.repeat(rows[:, 1], rows[:, 0])
    return spread


def _delays(stream: BinaryIO, box: Box | None, count: int) -> NDArray[np.int64]:
    """How much later than decoded each sample is shown (``ctts``)."""
    if box is None:
        return np.zeros(count, dtype=np.int64)
    delays = _spread(_rows(stream, box, ">u4", 2), count)
    return np.where(delays > 0x7FFFFFFF, delays - (1 << 32), delays)  # negative in version 1, and by habit in version 0


def _skipped(stream: BinaryIO, box: Box | None, scale: int, movie: int) -> float:
    """Ticks by which the first edit moves the track: what it skips, less the pause in front of it (``elst``)."""
    if box is None:
        return 0.0
    body = read_body(stream, box, 8 + 20 * 8)
    wide = body[:1] == b"\x01"
    count, step, half = int.from_bytes(body[4:8]), (20 if wide else 12), (8 if wide else 4)
    pause = 0.0
    for row in range(min(count, 8)):
        at = 8 + row * step
        lasts = int.from_bytes(body[at : at + half])
        begins = int.from_bytes(body[at + half : at + 2 * half], signed=True)
        if begins >= 0:
            return begins - pause
        pause += lasts * scale / movie if movie else 0.0
    return 0.0
