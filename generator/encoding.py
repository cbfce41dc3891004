"""Frames to a file: H.264 in MP4 through PyAV, written beside the target and moved into place when complete."""

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from generator.errors import RenderError

#: libx264's constant rate factor: 18 is visually lossless for film with grain.
CRF = 18
#: One thread of the encoder: the same frames give the same file, whatever machine it runs on.
_OPTIONS = {"crf": str(CRF), "preset": "medium", "threads": "1", "x264-params": "threads=1:lookahead-threads=1"}
DISCLOSURE = "Computer-generated previsualisation; no camera and no real person or place."


class FrameWriter:
    """Takes 8-bit RGB frames (height, width, 3) one at a time and encodes them; nothing is kept in memory."""

    def __init__(self, path: Path, *, width: int, height: int, fps: int, metadata: Mapping[str, str]) -> None:
        self.frames = 0
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags"})
        self._container.metadata.update(metadata)
        self._stream: Any = self._container.add_stream("libx264", rate=fps, options=dict(_OPTIONS))
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._tick = Fraction(1, fps)
        self._stream.time_base = self._stream.codec_context.time_base = self._tick
        self._stream.codec_context.bit_rate = 0

    def add(self, frame: np.ndarray[Any, Any]) -> None:
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        # the muxer may choose a finer clock for the stream once the header is written; ours stays
        picture.pts, picture.time_base = self.frames, self._tick
        self.frames += 1
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    def close(self, *, finish: bool) -> None:
        if finish:
            for packet in self._stream.encode(None):
                self._container.mux(packet)
        self._container.close()


@contextlib.contextmanager
def writing(out: Path, *, width: int, height: int, fps: int, metadata: Mapping[str, str]) -> Iterator[FrameWriter]:
    """A ``FrameWriter`` for ``out``: the finished file appears there at once, or, if anything fails, nothing does."""
    if not out.parent.is_dir():
        raise RenderError(f"{out.parent} is not a directory; create it before writing {out.name} there")
    part = out.with_name(f".{out.name}.{secrets.token_hex(6)}.part")
    try:
        try:
            writer = FrameWriter(part, width=width, height=height, fps=fps, metadata=metadata)
        except (OSError, av.error.FFmpegError) as error:
            raise RenderError(f"{out} can't be written ({error.strerror or error}); choose another place") from error
        try:
            yield writer
        except BaseException:
            with contextlib.suppress(OSError, av.error.FFmpegError):
                writer.close(finish=False)
            raise
        try:
            writer.close(finish=True)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(out)
        except (OSError, av.error.FFmpegError) as error:
            raise RenderError(f"{out} can't be finished ({error}); is the disk full?") from error
    finally:
        part.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
