"""Takes as they are read: what a file holds, and its frames one after the other."""

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from generator.errors import EditError

type Frame = np.ndarray[Any, Any]
#: Containers that a take may come in; a playlist or a picture sequence is never followed.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
#: Sound may come as a WAV, FLAC, Ogg or MP3 file too.
SOUND_FORMATS = f"{FORMATS},wav,flac,ogg,mp3"
#: Seeking costs a decoder's start; nearer frames are reached by decoding what lies before them.
_SEEK_FROM_SECONDS = 8


@dataclass(frozen=True, slots=True)
class Source:
    """A take that can be cut: its picture's size, rate and number of frames."""

    path: Path
    width: int
    height: int
    fps: Fraction
    frames: int
    sound: bool = False


def open_media(path: Path, formats: str = FORMATS) -> Any:
    """An open container. Raises ``EditError`` for anything that is no film (or sound) file of this machine."""
    try:
        return av.open(str(path), options={"format_whitelist": formats, "protocol_whitelist": "file"})
    except (OSError, av.error.FFmpegError) as error:
        raise EditError(
            f"{path.name} can't be opened as a take ({error.strerror or error}); render it again"
        ) from error


def probe(path: Path) -> Source:
    """What the take holds. Raises ``EditError`` if it is missing, damaged, or of a shape that can't be cut."""
    if not path.is_file():
        raise EditError(f"{path} does not exist; render the shot first")
    with open_media(path) as container:
        if not container.streams.video:
            raise EditError(f"{path.name} has no video; render it again")
        stream = container.streams.video[0]
        average = stream.average_rate
        rate = Fraction(average.numerator, average.denominator) if average else Fraction(0)
        if not 1 <= rate <= 120:
            raise EditError(f"{path.name} runs at {float(rate):g} frames a second; takes need a rate from 1 to 120")
        width, height = stream.codec_context.width, stream.codec_context.height
        if width % 2 or height % 2 or not 16 <= min(width, height) <= max(width, height) <= 4096:
            raise EditError(f"{path.name} is {width}x{height}; takes need even sides from 16 to 4096")
        try:
            frames = sum(1 for packet in container.demux(stream) if packet.size)
        except av.error.FFmpegError as error:
            raise EditError(f"{path.name} is damaged ({error}); render it again") from error
        sound = bool(container.streams.audio)
    if not frames:
        raise EditError(f"{path.name} has no frames; render it again")
    return Source(path, width, height, rate, frames, sound)


def decode(source: Source, start: int = 0) -> Generator[Frame]:
    """The take's frames from ``start`` on in order, (height, width, 3) uint8 RGB, up to its last."""
    count = 0
    with open_media(source.path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "SLICE"
        try:
            for number, frame in _numbered(container, stream, source, start):
                if start <= number < source.frames:
                    count += 1
                    yield frame.to_ndarray(format="rgb24")
        except av.error.FFmpegError as error:
            raise EditError(
                f"{source.path.name} is damaged after frame {start + count} ({error}); render it again"
            ) from error
    if count != source.frames - start:
        raise EditError(f"{source.path.name} holds {start + count} readable frames of {source.frames}; render it again")


def _numbered(container: Any, stream: Any, source: Source, start: int) -> Iterator[tuple[int, Any]]:
    if start < _SEEK_FROM_SECONDS * source.fps:
        yield from enumerate(container.decode(stream))
        return
    first = stream.start_time or 0
    # one frame early: rounding of the file's clock must not put us behind the frame that is asked for
    container.seek(first + int((start - 1) / source.fps / stream.time_base), stream=stream)
    for frame in container.decode(stream):
        if frame.pts is None:
            raise EditError(f"{source.path.name} has frames without a time; render it again")
        yield round((frame.pts - first) * stream.time_base * source.fps), frame


@contextlib.contextmanager
def frames_from(source: Source, start: int) -> Iterator[Iterator[Frame]]:
    """``decode`` that closes its file when the block ends, wherever it stopped."""
    with contextlib.closing(decode(source, start)) as frames:
        yield frames
