"""The cut: title, takes joined by dissolves, end card. Streams: one frame of each of two takes is in memory at a time.

There is no sound yet: the cut has a video stream only.
"""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.edit.model import Cut, CutItem
from generator.edit.titles import end_card, title_card
from generator.encoding import DISCLOSURE, sha256_of, writing
from generator.errors import CancelledError, EditError

#: Containers that a take may come in; a playlist or a picture sequence is never followed.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
TITLE_SECONDS, END_SECONDS, DISSOLVE_SECONDS, FADE_SECONDS = 2.0, 3.0, 0.5, 0.5
MAX_TAKES = 500

type Frame = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    width: int
    height: int
    fps: int
    frames: int


def assemble(
    takes: Sequence[Path],
    out: Path,
    *,
    title: str,
    credits: Sequence[str] = (),
    subtitle: str = "",
    dissolves: Sequence[bool] | None = None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Cut:
    """Cuts the takes together, in order, to ``out`` (H.264 in MP4, silent) and returns the cut with each take's place.

    All takes share one size and one whole frame rate. ``dissolves`` says for each join (``len(takes) - 1``) whether it
    is a dissolve of half a second instead of a cut; by default every second join is one. The first take fades in from
    the title, the last fades out to the end card, which carries ``credits`` and the disclosure sentence. Raises
    ``EditError`` for unusable takes and ``CancelledError`` on request; nothing is left behind then.
    """
    if not takes:
        raise EditError("there are no takes to cut; render at least one shot first")
    if len(takes) > MAX_TAKES:
        raise EditError(f"{len(takes)} takes were given; a cut holds at most {MAX_TAKES}")
    sources = [_probe(Path(take)) for take in takes]
    first = sources[0]
    for source in sources[1:]:
        if (source.width, source.height, source.fps) != (first.width, first.height, first.fps):
            raise EditError(
                f"{source.path.name} is {source.width}x{source.height} at {source.fps} fps but {first.path.name} is "
                f"{first.width}x{first.height} at {first.fps}; render all shots of a film alike"
            )
    joins = [n % 2 == 1 for n in range(len(sources) - 1)] if dissolves is None else list(dissolves)
    if len(joins) != len(sources) - 1:
        raise EditError(f"{len(joins)} joins were given for {len(sources)} takes; give {len(sources) - 1}")
    fps = first.fps
    overlaps = [_overlap(a, b, fps) if soft else 0 for soft, a, b in zip(joins, sources, sources[1:], strict=False)]
    head, tail = round(TITLE_SECONDS * fps), round(END_SECONDS * fps)
    total = head + sum(source.frames for source in sources) - sum(overlaps) + tail
    opening = title_card(title, subtitle, first.width, first.height)
    closing = end_card(tuple(credits), first.width, first.height)
    fade = max(round(FADE_SECONDS * fps), 1)
    metadata = {"title": title[:200], "comment": DISCLOSURE, "previsualisation": "true"}
    items: list[CutItem] = []
    with writing(out, width=first.width, height=first.height, fps=fps, metadata=metadata) as writer:

        def put(frame: Frame) -> None:
            if cancelled():
                raise CancelledError(f"cutting {out.name} was cancelled after {writer.frames} of {total} frames")
            writer.add(frame)
            on_progress(Progress("cut", writer.frames, total))

        for n in range(head):
            put(_blend(np.zeros_like(opening), opening, min((n + 1) / fade, (head - n) / fade, 1.0)))
        for number, frame in _join(sources, overlaps, items, head, fps):
            start, end = number, sum(s.frames for s in sources) - sum(overlaps) - number
            light = min((start + 1) / fade, end / fade, 1.0)
            put(_blend(np.zeros_like(frame), frame, light) if light < 1.0 else frame)
        for n in range(tail):
            put(_blend(np.zeros_like(closing), closing, min((n + 1) / fade, (tail - n) / fade, 1.0)))
        frames = writer.frames
    return Cut(path=out, sha256=sha256_of(out), duration=frames / fps, items=tuple(items))


def _overlap(a: _Source, b: _Source, fps: int) -> int:
    return max(min(round(DISSOLVE_SECONDS * fps), a.frames // 3, b.frames // 3), 0)


def _blend(a: Frame, b: Frame, amount: float) -> Frame:
    mixed = a.astype(np.float32) * (1.0 - amount) + b.astype(np.float32) * amount
    return np.asarray((mixed + 0.5).astype(np.uint8))


def _join(
    sources: Sequence[_Source], overlaps: Sequence[int], items: list[CutItem], head: int, fps: int
) -> Iterator[tuple[int, Frame]]:
    """Numbered frames of all takes in a row, dissolving where they overlap; notes each take's place in ``items``."""
    at = 0
    held: list[Frame] = []
    for order, source in enumerate(sources):
        lead = overlaps[order - 1] if order else 0
        trail = overlaps[order] if order < len(overlaps) else 0
        items.append(CutItem(source.path, (head + at) / fps, (head + at + source.frames) / fps))
        next_held: list[Frame] = []
        with contextlib.closing(_decode(source)) as frames:
            for n, frame in enumerate(frames):
                if n < lead:
                    frame = _blend(held[n], frame, (n + 1) / (lead + 1))
                if n >= source.frames - trail:
                    next_held.append(frame)
                    continue
                yield at, frame
                at += 1
        held = next_held


def _open(path: Path) -> Any:
    try:
        return av.open(str(path), options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"})
    except (OSError, av.error.FFmpegError) as error:
        raise EditError(
            f"{path.name} can't be opened as a take ({error.strerror or error}); render it again"
        ) from error


def _probe(path: Path) -> _Source:
    if not path.is_file():
        raise EditError(f"{path} does not exist; render the shot first")
    with _open(path) as container:
        if not container.streams.video:
            raise EditError(f"{path.name} has no video; render it again")
        stream = container.streams.video[0]
        average = stream.average_rate
        rate = Fraction(average.numerator, average.denominator) if average else Fraction(0)
        if rate.denominator != 1 or not 1 <= rate <= 120:
            raise EditError(
                f"{path.name} runs at {float(rate):g} frames a second; takes need a whole frame rate up to 120"
            )
        width, height = stream.codec_context.width, stream.codec_context.height
        if width % 2 or height % 2 or not 16 <= min(width, height) <= max(width, height) <= 4096:
            raise EditError(f"{path.name} is {width}x{height}; takes need even sides from 16 to 4096")
        try:
            frames = sum(1 for packet in container.demux(stream) if packet.size)
        except av.error.FFmpegError as error:
            raise EditError(f"{path.name} is damaged ({error}); render it again") from error
    if not frames:
        raise EditError(f"{path.name} has no frames; render it again")
    return _Source(path, width, height, int(rate), frames)


def _decode(source: _Source) -> Generator[Frame]:
    """The take's frames in order as RGB; exactly ``source.frames`` of them."""
    count = 0
    with _open(source.path) as container:
        try:
            for frame in container.decode(video=0):
                if count < source.frames:
                    yield frame.to_ndarray(format="rgb24")
                    count += 1
        except av.error.FFmpegError as error:
            raise EditError(f"{source.path.name} is damaged after frame {count} ({error}); render it again") from error
    if count != source.frames:
        raise EditError(f"{source.path.name} holds {count} readable frames of {source.frames}; render it again")
