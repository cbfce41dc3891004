"""A film for streaming: the same pictures in fragments, and the playlists by which players find them.

HLS (RFC 8216, section 4.3.2.2, byte ranges) and DASH (ISO/IEC 23009-1, ``SegmentList`` with ``mediaRange``) may both point
into one file. So the package stays one fragmented MP4 that can be signed whole and verified by anybody who has it all; the
playlists are written after signing, because a signature moves what comes after it. A player that fetches fragments one by
one can't verify each of them: that takes a record in every fragment, which the library that signs does not offer in Python.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

import av

from generator.errors import EditError

#: Most fragments of a package; at one key frame in ten seconds that is more than a day.
MAX_FRAGMENTS = 10_000
_FLAGS = "+frag_keyframe+empty_moov+default_base_moof+use_metadata_tags"


@dataclass(frozen=True, slots=True)
class Fragment:
    """Bytes that play for ``duration`` seconds from ``start``, beginning with a key frame."""

    offset: int
    bytes: int
    start: float
    duration: float


@dataclass(frozen=True, slots=True)
class Package:
    """A fragmented film. ``head`` bytes at its beginning are what a player needs before any fragment. ``codecs`` as RFC 6381
    writes them; ``rate`` in bits a second, at its highest."""

    head: int
    fragments: tuple[Fragment, ...]
    width: int
    height: int
    fps: float
    codecs: str
    rate: int

    @property
    def duration(self) -> float:
        first, last = self.fragments[0], self.fragments[-1]
        return last.start + last.duration - first.start


def fragment(source: Path, out: Path) -> None:
    """Write ``source``'s streams, as they are, into a fragmented MP4 with a fragment for each key frame. Nothing is encoded
    again. Raises ``EditError``; then nothing is left at ``out``."""
    try:
        with (
            av.open(str(source), options={"protocol_whitelist": "file"}) as reading,
            av.open(str(out), "w", format="mp4", options={"movflags": _FLAGS}) as writing,
        ):
            writing.metadata.update(reading.metadata)
            streams = {stream.index: writing.add_stream_from_template(stream) for stream in reading.streams}
            for packet in reading.demux():
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    writing.mux(packet)
    except (OSError, ValueError, av.error.FFmpegError) as error:
        out.unlink(missing_ok=True)
        raise EditError(f"{source.name} can't be put into fragments ({error}); is it an MP4 with H.264?") from error


def _boxes(stream: BinaryIO, size: int) -> Iterator[tuple[str, int, int]]:
    offset = 0
    while offset + 8 <= size:
        stream.seek(offset)
        length, kind = struct.unpack(">I4s", stream.read(8))
        if length == 1:
            (length,) = struct.unpack(">Q", stream.read(8))
        elif length == 0:
            length = size - offset
        if length < 8 or offset + length > size:
            raise EditError("the package's boxes do not fit into it; make it again")
        yield kind.decode("latin-1"), offset, length
        offset += length


def read_package(path: Path) -> Package:
    """Where the fragments of a file lie that ``fragment`` made, signed since or not. Raises ``EditError``."""
    spans: list[tuple[int, int]] = []
    size = path.stat().st_size
    with path.open("rb") as file:
        begun: int | None = None
        for kind, offset, length in _boxes(file, size):
            if kind == "moof":
                begun = offset
            elif kind == "mdat" and begun is not None:
                spans.append((begun, offset + length - begun))
                begun = None
    if not spans or len(spans) > MAX_FRAGMENTS:
        raise EditError(f"{path.name} has {len(spans)} fragments; a package has 1 to {MAX_FRAGMENTS}")
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        tick = float(stream.time_base or 0)
        starts: list[float] = []
        end = 0.0
        for packet in container.demux(stream):
            if packet.pts is None:
                continue
            if packet.is_keyframe:
                starts.append(packet.pts * tick)
            end = max(end, (packet.pts + (packet.duration or 0)) * tick)
        codec = stream.codec_context
        codecs, width, height = _codecs(codec), codec.width, codec.height
        fps = float(stream.average_rate or 0)
    if len(starts) != len(spans):
        raise EditError(f"{path.name} has {len(spans)} fragments but {len(starts)} key frames; make it again")
    ends = [*starts[1:], end]
    fragments = tuple(
        Fragment(offset, length, start, stop - start)
        for (offset, length), start, stop in zip(spans, starts, ends, strict=True)
    )
    rate = max(math.ceil(8 * one.bytes / max(one.duration, 1e-3)) for one in fragments)
    return Package(spans[0][0], fragments, width, height, fps, codecs, rate)


def _codecs(codec: Any) -> str:
    """H.264's profile, constraints and level, from its configuration record (ISO/IEC 14496-15, 5.3.3.1.2)."""
    extra = bytes(codec.extradata or b"")
    if codec.name not in ("h264", "libx264") or len(extra) < 4:
        raise EditError(f"the film is {codec.name}; packages for streaming are made of H.264")
    return f"avc1.{extra[1:4].hex().upper()}"


def hls_playlist(package: Package, media: str) -> str:
    """The HLS media playlist (version 7: fragmented MP4) of a package that lies at the address ``media``."""
    longest = max(math.ceil(one.duration) for one in package.fragments)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{longest}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{media}",BYTERANGE="{package.head}@0"',
    ]
    for one in package.fragments:
        lines += [f"#EXTINF:{one.duration:.6f},", f"#EXT-X-BYTERANGE:{one.bytes}@{one.offset}", media]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def dash_manifest(package: Package, media: str) -> str:
    """The DASH presentation (profile ``isoff-main``) of a package that lies at the address ``media``."""
    scale = 1_000_000
    times = "".join(
        f'<S t="{round(one.start * scale)}" d="{round(one.duration * scale)}"/>' for one in package.fragments
    )
    ranges = "".join(
        f'<SegmentURL mediaRange="{one.offset}-{one.offset + one.bytes - 1}"/>' for one in package.fragments
    )
    longest = max(one.duration for one in package.fragments)
    offset = round(package.fragments[0].start * scale)  # pictures that wait for others shift the file's clock
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-main:2011" type="static" '
        f'mediaPresentationDuration="PT{package.duration:.3f}S" minBufferTime="PT{longest:.3f}S">'
        '<Period><AdaptationSet contentType="video" segmentAlignment="true" startWithSAP="1">'
        f'<Representation id="1" mimeType="video/mp4" codecs="{package.codecs}" bandwidth="{package.rate}" '
        f'width="{package.width}" height="{package.height}" frameRate="{round(package.fps * 1000)}/1000">'
        f"<BaseURL>{quoteattr(media)[1:-1]}</BaseURL>"
        f'<SegmentList timescale="{scale}" presentationTimeOffset="{offset}"><Initialization range="0-{package.head - 1}"/>'
        f"<SegmentTimeline>{times}</SegmentTimeline>{ranges}</SegmentList>"
        "</Representation></AdaptationSet></Period></MPD>\n"
    )
