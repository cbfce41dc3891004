"""Frames and sound to a file, through PyAV: H.264 or AV1, AAC or Opus, in MP4; written beside the target and moved into
place when complete."""

import contextlib
import hashlib
import os
import platform
import secrets
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np

from generator.errors import RenderError

VideoCodec = Literal["h264", "av1"]
AudioCodec = Literal["aac", "opus"]
#: libx264's constant rate factor: 18 is visually lossless for film with grain.
CRF = 18
#: Samples a second of all sound that is written; the rate of film and of Opus.
SOUND_RATE = 48_000
#: One thread of the encoder, and of its routines those that every x86-64 processor since 2008 has: the same frames give the
#: same file. With AVX-512 the x264 in PyAV 19's wheels encodes the same frames differently now and then (measured at
#: 320x180: 10 files of 25 encodings; without AVX-512 1 of 25), for 5 % (640x360) to 17 % (1080p) of its time.
_X264 = "threads=1:lookahead-threads=1" + (
    ":asm=SSE2Fast,SSSE3,SSE4.2" if platform.machine() in {"x86_64", "AMD64"} else ""
)
_OPTIONS: Mapping[str, tuple[str, dict[str, str]]] = {
    "h264": (
        "libx264",
        {"crf": str(CRF), "preset": "medium", "threads": "1", "x264-params": _X264},
    ),
    # SVT-AV1's rate factor 30 is about as good as 18 of x264 by its authors' own tables; preset 8 is the quickest that
    # keeps its tools for film
    "av1": ("libsvtav1", {"crf": "30", "preset": "8", "svtav1-params": "lp=1"}),
}
#: Encoder and bits a second for stereo: transparent to most listeners for each codec.
_SOUND: Mapping[str, tuple[str, int]] = {"aac": ("aac", 192_000), "opus": ("libopus", 128_000)}
DISCLOSURE = "Computer-generated previsualisation; no camera and no real person or place."


class FrameWriter:
    """Takes 8-bit RGB frames (height, width, 3) one at a time, and stereo sound in blocks; nothing is kept in memory."""

    def __init__(
        self,
        path: Path,
        *,
        width: int,
        height: int,
        fps: int | Fraction,
        metadata: Mapping[str, str],
        video: VideoCodec = "h264",
        audio: AudioCodec | None = None,
    ) -> None:
        self.frames = self.samples = 0
        self._name = path.name
        self._container: Any = av.open(
            str(path), "w", format="mp4", options={"movflags": "+faststart+use_metadata_tags"}
        )
        self._container.metadata.update(metadata)
        codec, settings = _OPTIONS[video]
        stream: Any = self._container.add_stream(codec, rate=fps, options=dict(settings))
        self._stream = stream
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._tick = 1 / Fraction(fps)
        self._stream.time_base = self._stream.codec_context.time_base = self._tick
        self._stream.codec_context.bit_rate = 0
        self._sound: Any = None
        if audio is not None:
            encoder, bits = _SOUND[audio]
            self._sound = self._container.add_stream(encoder, rate=SOUND_RATE, layout="stereo")
            self._sound.codec_context.bit_rate = bits
            self._sound.codec_context.time_base = Fraction(1, SOUND_RATE)

    def add(self, frame: np.ndarray[Any, Any]) -> None:
        """The next frame. Raises ``RenderError`` when the file can't take more."""
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        # the muxer may choose a finer clock for the stream once the header is written; ours stays
        picture.pts, picture.time_base = self.frames, self._tick
        self.frames += 1
        self._mux(self._stream, picture)

    def add_sound(self, samples: np.ndarray[Any, Any]) -> None:
        """The next samples, (n, 2) float32 in -1..1 at 48 kHz. Raises ``RenderError`` when the file can't take more."""
        if not len(samples):
            return
        block = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.astype(np.float32, copy=False).T), format="fltp", layout="stereo"
        )
        block.sample_rate, block.pts, block.time_base = SOUND_RATE, self.samples, Fraction(1, SOUND_RATE)
        self.samples += len(samples)
        self._mux(self._sound, block)

    def _mux(self, stream: Any, content: Any) -> None:
        try:
            for packet in stream.encode(content):
                self._container.mux(packet)
        except (OSError, av.error.FFmpegError) as error:
            raise RenderError(
                f"writing stopped after {self.frames} frames ({getattr(error, 'strerror', None) or error}); "
                "is the disk full? Make room and start again, nothing was left behind"
            ) from error

    def close(self, *, finish: bool) -> None:
        """Ends the file; ``finish`` writes what the encoders still hold."""
        if finish:
            self._mux(self._stream, None)
            if self._sound is not None:
                self._mux(self._sound, None)
        self._container.close()


@contextlib.contextmanager
def writing(
    out: Path,
    *,
    width: int,
    height: int,
    fps: int | Fraction,
    metadata: Mapping[str, str],
    video: VideoCodec = "h264",
    audio: AudioCodec | None = None,
) -> Iterator[FrameWriter]:
    """A ``FrameWriter`` for ``out``: the finished file appears there at once, or, if anything fails, nothing does."""
    if not out.parent.is_dir():
        raise RenderError(f"{out.parent} is not a directory; create it before writing {out.name} there")
    part = out.with_name(f".{out.name}.{secrets.token_hex(6)}.part")
    try:
        try:
            writer = FrameWriter(part, width=width, height=height, fps=fps, metadata=metadata, video=video, audio=audio)
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
            _whole(part, writer.frames)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(out)
        except (OSError, av.error.FFmpegError) as error:
            raise RenderError(f"{out} can't be finished ({error}); is the disk full?") from error
    finally:
        part.unlink(missing_ok=True)


def _whole(path: Path, frames: int) -> None:
    """Raises ``OSError`` if the file isn't all there: a disk that fills up at the very end shows only on reading again."""
    if not frames:
        return
    with av.open(str(path), format="mp4", options={"protocol_whitelist": "file"}) as container:
        kept = container.streams.video[0].frames
        if kept != frames:
            raise OSError(f"{kept} of {frames} frames are in the file")
        container.seek(container.duration or 0)
        next(container.demux(container.streams.video[0]))


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
