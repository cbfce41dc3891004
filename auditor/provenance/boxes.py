"""The boxes of an ISO base media file (ISO/IEC 14496-12) and of JUMBF (ISO/IEC 19566-5), read with hostile files in mind:
no number from the file is believed beyond the bytes that are there, and no walk is longer than its limit."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: Most boxes that are walked at one level; a fragmented film has two for every few seconds.
MAX_BOXES = 20_000
#: How deep boxes nest in films that exist (moov/trak/mdia/minf/stbl/stsd is six); a hostile file nests a thousand.
MAX_DEPTH = 12
#: Boxes that hold boxes, and how many bytes of their own come before them.
CONTAINERS = {
    "moov": 0, "trak": 0, "mdia": 0, "minf": 0, "stbl": 0, "edts": 0, "dinf": 0, "udta": 0, "mvex": 0,
    "moof": 0, "traf": 0, "mfra": 0, "meta": 4, "iprp": 0, "ipco": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """``bytes`` count the header of ``header`` bytes (8, or 16 where the length needs 64 bits)."""

    kind: str
    offset: int
    bytes: int
    header: int

    @property
    def end(self) -> int:
        return self.offset + self.bytes

    @property
    def body(self) -> int:
        """Where its contents begin."""
        return self.offset + self.header


def boxes_between(stream: BinaryIO, start: int, end: int, *, limit: int = MAX_BOXES) -> Iterator[Box]:
    """The boxes that follow each other from ``start`` to ``end``, until the structure ends or breaks."""
    offset = start
    for _ in range(limit):
        if end - offset < 8:
            return
        stream.seek(offset)
        header = stream.read(16)
        if len(header) < 8:
            return
        length, kind = struct.unpack(">I4s", header[:8])
        size = 8
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack(">Q", header[8:])
            size = 16
        elif length == 0:
            length = end - offset
        if length < size or offset + length > end:
            return
        yield Box(kind.decode("latin-1"), offset, length, size)
        offset += length


def inside(stream: BinaryIO, box: Box) -> Iterator[Box]:
    """The boxes in a container; none in any other box."""
    skip = CONTAINERS.get(box.kind)
    if skip is not None:
        yield from boxes_between(stream, box.body + skip, box.end)


def find(stream: BinaryIO, box: Box, *path: str) -> Box | None:
    """The first box at ``path`` below ``box``."""
    for kind in path:
        below = next((one for one in inside(stream, box) if one.kind == kind), None)
        if below is None:
            return None
        box = below
    return box


def at_path(stream: BinaryIO, size: int, path: str) -> list[Box]:
    """Every box at an ``xpath`` of a C2PA exclusion: ``/free``, ``/moov/trak[2]/udta`` (C2PA 2.4, "BMFF-based hash").

    A number in brackets counts boxes of that type from 1; without one, all of them are meant.
    """
    steps = [step for step in path.split("/") if step]
    if not steps or len(steps) > MAX_DEPTH:
        return []
    found: list[Box] = []
    for depth, step in enumerate(steps):
        kind, _, place = step.partition("[")
        level: list[Box] = []
        for parent in [None] if depth == 0 else found:
            children = boxes_between(stream, 0, size) if parent is None else inside(stream, parent)
            fitting = [one for one in children if one.kind == kind]
            if place:
                number = int(place.rstrip("]")) if place.rstrip("]").isdigit() else 0
                fitting = fitting[number - 1 : number] if number > 0 else []
            level += fitting[: MAX_BOXES - len(level)]
        found = level
    return found


def read_body(stream: BinaryIO, box: Box, limit: int) -> bytes:
    """At most ``limit`` bytes of a box's contents."""
    stream.seek(box.body)
    return stream.read(min(box.bytes - box.header, limit))
