"""What runs in a cell: it reads one open descriptor and writes media to standard output.

``auditor.media.nursery`` forks the process that calls ``main`` with a job: the descriptor's number, the limits, and one of
``{"command": "probe"}``, ``{"command": "frames", ...}``, ``{"command": "content"}``, ``{"command": "recording"}`` and
``{"command": "sound", ...}`` (see ``sound_worker``). Every
message on standard output is a 4-byte big-endian length, a JSON object of that length, and, where it says ``"bytes": n``,
n raw bytes (RGB, 8 bits, rows top to bottom; or float32 samples).

Why so careful: an uploaded playlist once made FFmpeg read other local files and open sockets. So the container must be
on a whitelist (no playlist, no concat, no image sequence), the only protocol is the open descriptor itself, and all of
it runs inside ``sandbox.enter_sandbox``.
"""

import contextlib
import hashlib
import importlib
import io
import json
import math
import os
import pkgutil
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import av.error
import av.video.reformatter
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from auditor.media.refusal import CONTAINERS, Refused, unknown_container
from auditor.media.sandbox import enter_sandbox
from auditor.media.sound_worker import Sound

#: Still pictures that Pillow may open, by Pillow's names.
STILLS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")
#: A sample this sparse (frames of the film for each one taken) can do without frames that no other frame needs.
_SPARSE = 4
_MEDIA_TYPES = {
    "mov": "video/mp4", "matroska": "video/x-matroska", "avi": "video/x-msvideo", "mpegts": "video/mp2t",
    "mpeg": "video/mpeg", "ogg": "video/ogg", "gif": "image/gif", "mxf": "application/mxf", "flv": "video/x-flv",
}  # fmt: skip


def send(out: BinaryIO, header: dict[str, Any], payload: bytes = b"") -> None:
    """Write one message to the parent."""
    if payload:
        header = {**header, "bytes": len(payload)}
    text = json.dumps(header).encode()
    out.write(struct.pack(">I", len(text)) + text + payload)
    out.flush()


def check_pixels(width: int, height: int, limit: int) -> None:
    if width < 1 or height < 1:
        raise Refused("MediaUnreadableError", "its pictures have no size; export it again")
    if width * height > limit:
        raise Refused(
            "MediaLimitError", f"{width} x {height} pixels is more than the limit of {limit:,}; scale it down"
        )


class Still:
    """A still picture, upright (EXIF orientation applied)."""

    def __init__(self, stream: BinaryIO, job: dict[str, Any]) -> None:
        self.picture = Image.open(stream, formats=STILLS)
        check_pixels(*self.picture.size, job["max_pixels"])
        self.codec = (self.picture.format or "").lower()

    def probe(self) -> dict[str, Any]:
        upright = self._decode()
        return {
            "duration": 0.0, "width": upright.width, "height": upright.height, "fps": 0.0, "video_codec": self.codec,
            "audio_codec": None, "frames": 1, "media_type": f"image/{self.codec}", "rotation": 0,
        }  # fmt: skip

    def frames(self, job: dict[str, Any]) -> Iterator[tuple[float, np.ndarray[Any, Any]]]:
        self.picture.draft(
            None, (2 * job["max_side"], 2 * job["max_side"])
        )  # a JPEG is read at an eighth, a quarter or half
        upright = self._decode()
        size = fitted(upright.width, upright.height, job["max_side"])
        yield 0.0, np.asarray(upright.resize(size, Image.Resampling.LANCZOS) if size != upright.size else upright)

    def content(self) -> str:
        """SHA-256 of its size and its pixels, upright RGB."""
        upright = self._decode()
        digest = hashlib.sha256(f"rgb {upright.width} {upright.height} ".encode())
        digest.update(upright.tobytes())
        return digest.hexdigest()

    def _decode(self) -> Image.Image:
        try:
            return ImageOps.exif_transpose(self.picture).convert("RGB")
        except (OSError, SyntaxError, ValueError) as error:
            raise Refused("MediaUnreadableError", f"the picture is damaged or cut short ({error})") from error


class Film:
    """A moving picture in one of the allowed containers."""

    def __init__(self, descriptor: int, job: dict[str, Any]) -> None:
        options = {"fd": str(descriptor), "protocol_whitelist": "fd", "format_whitelist": CONTAINERS}
        try:
            self.container = av.open("fd:", container_options=options)
        except (av.error.FFmpegError, ValueError) as error:
            raise Refused("MediaUnsupportedError", unknown_container(error)) from error
        if not self.container.streams.video:
            sound = "only sound" if self.container.streams.audio else "no pictures"
            raise Refused("MediaUnsupportedError", f"it holds {sound}; a take or a work needs a video stream")
        self.stream = self.container.streams.video[0]
        self.job = job
        context = self.stream.codec_context
        check_pixels(context.width, context.height, job["max_pixels"])
        self.origin = float((self.stream.start_time or 0) * (self.stream.time_base or 0))
        self.fps = float(self.stream.average_rate or self.stream.guessed_rate or 0)

    def declared_seconds(self) -> float:
        if self.stream.duration and self.stream.time_base:
            return float(self.stream.duration * self.stream.time_base)
        return float(self.container.duration or 0) / av.time_base

    def probe(self) -> dict[str, Any]:
        duration, frames = self.declared_seconds(), self.stream.frames
        first = next(self._decoded(), None)
        if first is None:
            raise Refused("MediaUnreadableError", "it holds no frame that can be decoded; export it again")
        width, height = self._turned(first.width, first.height, first)
        if not frames or not duration:
            last, frames = self._count_packets()
            duration = duration or last
        audio = self.container.streams.audio
        return {
            "duration": duration, "width": width, "height": height, "fps": self.fps,
            "video_codec": self.stream.codec_context.codec.canonical_name,
            "audio_codec": audio[0].codec_context.codec.canonical_name if audio else None,
            "frames": frames, "media_type": self._media_type(), "rotation": int(first.rotation) % 360,
        }  # fmt: skip

    def frames(self, job: dict[str, Any]) -> Iterator[tuple[float, np.ndarray[Any, Any]]]:
        """Frames from ``start`` to ``end`` seconds, at most ``fps`` a second, at most ``max_side`` pixels long."""
        start, end, rate = job["start"], job["end"], job["fps"]
        context = self.stream.codec_context
        context.thread_type = "AUTO"
        context.thread_count = job["threads"]
        sparse = bool(self.fps and rate and self.fps / rate >= _SPARSE)
        context.skip_frame = "NONREF" if sparse else "DEFAULT"
        if start > 0 and self.stream.time_base:
            seconds = max(0.0, start - 0.001) + self.origin
            with contextlib.suppress(av.error.FFmpegError):
                self.container.seek(int(seconds / self.stream.time_base), stream=self.stream)
        interval = 1.0 / rate if rate else 0.0
        due, last, count = start, -1.0, 0
        reformatter = av.video.reformatter.VideoReformatter()
        for frame in self._decoded():
            seconds = frame.time - self.origin if frame.time is not None else count / (self.fps or 25.0)
            count += 1
            if count > job["max_frames"]:
                raise Refused("MediaLimitError", f"more than {job['max_frames']:,} frames; split it")
            last = max(last, seconds)
            if seconds < due - 1e-4:
                continue
            if seconds > end:
                break
            if sparse and seconds > due + interval:  # too few reference frames: decode them all from here on
                sparse, context.skip_frame = False, "DEFAULT"
            due = max(due + interval, seconds - interval) if interval else seconds
            yield seconds, self._upright(frame, reformatter, job["max_side"])
        if count == 0:
            raise Refused("MediaUnreadableError", "it holds no frame that can be decoded; export it again")
        self._check_complete(last, end)

    def content(self) -> str:
        """SHA-256 of its coded pictures: the codec's name and every packet of the first video stream, in their order."""
        digest = hashlib.sha256(f"{self.stream.codec_context.codec.canonical_name} ".encode())
        count = 0
        try:
            for packet in self.container.demux(self.stream):
                digest.update(bytes(packet))
                count += bool(packet.size)
                if count > self.job["max_frames"]:
                    raise Refused("MediaLimitError", f"more than {self.job['max_frames']:,} frames; split it")
        except av.error.FFmpegError as error:
            raise Refused("MediaUnreadableError", f"it can't be read to its end ({error}); export it again") from error
        if not count:
            raise Refused("MediaUnreadableError", "it holds no coded picture; export it again")
        return digest.hexdigest()

    def _check_complete(self, last: float, end: float) -> None:
        """A file that stops well before its declared end was cut short: saying nothing of the rest would be a lie."""
        declared = min(self.declared_seconds(), end)
        slack = max(1.0, 2.0 / self.fps if self.fps else 0.0)
        if math.isfinite(declared) and last + slack < declared:
            raise Refused(
                "MediaUnreadableError",
                f"its pictures end after {last:.1f} of {declared:.1f} s: it is cut short or damaged; export it again",
            )

    def _decoded(self) -> Iterator[Any]:
        try:
            for frame in self.container.decode(self.stream):
                check_pixels(frame.width, frame.height, self.job["max_pixels"])
                yield frame
        except (av.error.FFmpegError, MemoryError) as error:
            reason = "decoding it needs too much memory" if isinstance(error, MemoryError) else str(error)
            raise Refused("MediaUnreadableError", f"its pictures can't be decoded ({reason})") from error

    def _display_size(self, frame: Any) -> tuple[int, int]:
        """Width and height as shown: square pixels, rotation applied."""
        aspect = self.stream.sample_aspect_ratio
        width = round(frame.width * float(aspect)) if aspect and 0.1 < float(aspect) < 10 else frame.width
        return self._turned(width, frame.height, frame)

    @staticmethod
    def _turned(width: int, height: int, frame: Any) -> tuple[int, int]:
        return (height, width) if int(frame.rotation) % 180 == 90 else (width, height)

    def _upright(self, frame: Any, reformatter: Any, max_side: int) -> np.ndarray[Any, Any]:
        rotation = int(frame.rotation) % 360
        width, height = fitted(*self._display_size(frame), max_side)
        if rotation % 180 == 90:
            width, height = height, width
        scaled = reformatter.reformat(frame, width=width, height=height, format="rgb24", interpolation="BILINEAR")
        pixels = scaled.to_ndarray()
        return np.ascontiguousarray(np.rot90(pixels, rotation // 90)) if rotation else pixels

    def _count_packets(self) -> tuple[float, int]:
        """The end of the last packet in seconds and how many packets there are, for containers that declare neither."""
        end, count = 0.0, 0
        self.container.seek(0)
        for packet in self.container.demux(self.stream):
            if packet.pts is not None and packet.time_base:
                end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base) - self.origin)
                count += 1
            if count > self.job["max_frames"]:
                raise Refused("MediaLimitError", f"more than {self.job['max_frames']:,} frames; split it")
        return end, count

    def _media_type(self) -> str:
        name = self.container.format.name.split(",")[0]
        if name == "matroska":
            vpx = self.stream.codec_context.codec.canonical_name in {"vp8", "vp9", "av1"}
            return "video/webm" if vpx else "video/x-matroska"
        return _MEDIA_TYPES.get(name, "application/octet-stream")


def fitted(width: int, height: int, max_side: int) -> tuple[int, int]:
    """The size within ``max_side`` pixels that keeps the aspect; never enlarges; both sides at least 2 pixels."""
    scale = min(1.0, max_side / max(width, height))
    return max(2, round(width * scale)), max(2, round(height * scale))


def open_media(job: dict[str, Any]) -> "Still | Film | Sound":
    """Pillow for what it knows as a still picture, FFmpeg for the rest."""
    stream = os.fdopen(os.dup(job["descriptor"]), "rb")
    if stream.seek(0, io.SEEK_END) == 0:
        raise Refused("MediaUnreadableError", "the file is empty")
    stream.seek(0)
    if stream.read(16).lstrip().startswith((b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD", b"[playlist]")):
        raise Refused("MediaUnsupportedError", "it is a playlist that points at other files; hand in the film itself")
    stream.seek(0)
    if job["command"] == "recording":
        os.lseek(job["descriptor"], 0, os.SEEK_SET)
        return Sound(job["descriptor"], job)
    try:
        return Still(stream, job)
    except UnidentifiedImageError:
        os.lseek(job["descriptor"], 0, os.SEEK_SET)
        return Sound(job["descriptor"], job) if job["command"] == "sound" else Film(job["descriptor"], job)


def import_everything() -> None:
    """PyAV and Pillow import parts of themselves on first use, which the sandbox would refuse."""
    av.logging.set_level(None)
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    Image.init()


def run(job: dict[str, Any], out: BinaryIO) -> None:
    media = open_media(job)
    if isinstance(media, Sound) and job["command"] == "recording":
        send(out, {"info": media.info()})
        return
    if isinstance(media, Sound):
        for seconds, samples in media.blocks():
            send(out, {"seconds": seconds}, samples.tobytes())
    elif job["command"] == "probe":
        send(out, {"info": media.probe()})
        return
    elif job["command"] == "content":
        send(out, {"content": media.content()})
        return
    elif job["command"] == "frames":
        for seconds, pixels in media.frames(job):
            height, width = pixels.shape[:2]
            send(out, {"seconds": seconds, "width": width, "height": height}, pixels.tobytes())
    send(out, {"end": True})


def main(job: dict[str, Any]) -> int:
    """Enter the sandbox for good and do the job; the status to exit with. ``import_everything`` must have run before."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    Image.MAX_IMAGE_PIXELS = job["max_pixels"]
    try:
        enter_sandbox(memory_bytes=job["memory_bytes"], cpu_seconds=job["cpu_seconds"])
        run(job, out)
    except Refused as error:
        send(out, {"error": error.kind, "message": str(error)})
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        send(out, {"error": "MediaLimitError", "message": f"{error}; scale it down"})
    except MemoryError:
        send(out, {"error": "MediaLimitError", "message": "decoding it needs more memory than allowed; scale it down"})
    except BrokenPipeError:
        return 0
    except OSError as error:
        send(out, {"error": "MediaUnreadableError", "message": f"it can't be read ({error.strerror or error})"})
    return 0
