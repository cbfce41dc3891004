"""Small copies of reference works, made once when a work is registered: what candidates are compared with later.

A proxy keeps every instant of the film (up to 30 frames a second) at no more than 480 pixels, so that a match can be
timed to a frame without the original, which may lie in cold storage by then.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image

from auditor.errors import BadInputError
from auditor.media.decoder import Frame, sample_frames
from auditor.media.types import Cancelled, MediaInfo, OnProgress, Progress, never_cancelled, no_progress

PROXY_SIDE = 480
PROXY_FPS = 30
#: Milliseconds: the proxy's clock, so that each frame keeps its own time even in a film of variable frame rate.
_TIME_BASE = Fraction(1, 1000)


def proxy_frames(
    source: Path, info: MediaInfo, *, on_progress: OnProgress = no_progress, cancelled: Cancelled = never_cancelled
) -> Iterable[Frame]:
    """The frames that a proxy is made of, with progress told in seconds of film."""
    from auditor.errors import CancelledError

    for frame in sample_frames(source, fps=PROXY_FPS if info.fps > PROXY_FPS else 0, max_side=PROXY_SIDE):
        if cancelled():
            raise CancelledError(f"{source.name}: registration was cancelled")
        on_progress(Progress("proxy", frame.seconds, info.duration, "seconds"))
        yield frame


def write_still_proxy(frame: Frame, out: Path) -> None:
    """Write one frame as a JPEG of good quality."""
    Image.fromarray(frame.pixels).save(out, "JPEG", quality=92)


def read_still_proxy(path: Path) -> Frame:
    """The frame that ``write_still_proxy`` wrote. Raises ``BadInputError`` if it is gone or damaged."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise _damaged(path, "it is no picture")
    return Frame(0.0, np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8))


def read_film_proxy(path: Path, *, start: float, end: float, fps: float) -> Iterator[Frame]:
    """Frames that ``FilmProxyWriter`` wrote, between two moments, at most ``fps`` a second (0: every frame).

    Proxies are our own files, encoded by us from decoded pixels, so they are read without the cell that foreign media needs.
    Raises ``BadInputError`` if the proxy is gone or damaged.
    """
    try:
        with av.open(str(path), format="mp4") as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 2
            stream.codec_context.thread_type = "AUTO"
            if start > 0 and stream.time_base:
                container.seek(max(0, int((start - 0.001) / stream.time_base)), stream=stream)
            due = start - 1e-4
            for picture in container.decode(stream):
                seconds = float(picture.time or 0.0)
                if seconds > end + 1e-4:
                    return
                if seconds < due:
                    continue
                due = max(due + 1 / fps, seconds - 1 / fps) if fps else seconds
                yield Frame(seconds, np.asarray(picture.to_ndarray(format="rgb24"), np.uint8))
    except (av.error.FFmpegError, IndexError, OSError) as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, reason: str) -> BadInputError:
    return BadInputError(f"{path}: the proxy of a work can't be read ({reason}); remove the work and add it again")


class FilmProxyWriter:
    """Encodes frames as they come into an H.264 mp4 without sound; use it as a context manager."""

    def __init__(self, out: Path) -> None:
        self._container = av.open(str(out), "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=PROXY_FPS)
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": "26", "preset": "veryfast", "threads": "2"}
        self._stream.codec_context.time_base = _TIME_BASE
        self._size: tuple[int, int] | None = None
        self._last = -1

    def __enter__(self) -> "FilmProxyWriter":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and self._size is not None:
                self._container.mux(self._stream.encode())
        finally:
            self._container.close()

    def write(self, frame: Frame) -> None:
        """Add a frame; times must grow, sizes are brought to the first frame's (even numbers, as H.264 asks)."""
        height, width = frame.pixels.shape[:2]
        if self._size is None:
            self._size = (max(2, width - width % 2), max(2, height - height % 2))
            self._stream.width, self._stream.height = self._size
        pixels = frame.pixels
        if (width, height) != self._size:
            pixels = np.asarray(cv2.resize(pixels, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        self._last = max(self._last + 1, round(frame.seconds / float(_TIME_BASE)))
        picture.pts, picture.time_base = self._last, _TIME_BASE
        self._container.mux(self._stream.encode(picture))
