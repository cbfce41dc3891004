"""Safe reading of untrusted media: what a file holds (``probe``), its pictures and its sound.

>>> info = probe(Path("take.mp4"))                                          # doctest: +SKIP
>>> for frame in sample_frames(Path("take.mp4"), fps=2): ...                # doctest: +SKIP
>>> for block in sample_sound(Path("take.mp4")): ...                        # doctest: +SKIP
>>> digest = content_digest(Path("take.mp4"))                               # doctest: +SKIP

Each runs the decoder in a process of its own (``auditor.media.cells``) that can neither open files nor sockets.
"""

import json
import math
import os
import select
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.media import errors
from auditor.media.cells import Cell, cell
from auditor.media.errors import MediaError, MediaLimitError, MediaUnreadableError
from auditor.media.limits import DEFAULT_LIMITS, MediaLimits
from auditor.media.types import MediaInfo

#: Threads of one decoder process. Frame threading costs memory and little CPU.
DECODER_THREADS = 2
#: Samples a second: what chromaprint works at, and 5.5 kHz of bandwidth hold what identifies speech and music.
SOUND_RATE = 11025
MIN_RATE, MAX_RATE = 4000, 96_000
#: A header from the decoder is a few hundred bytes; anything larger is not ours.
_MAX_HEADER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded picture: ``pixels`` is (height, width, 3) uint8 RGB, upright; ``seconds`` counts from the first frame."""

    seconds: float
    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SoundBlock:
    """Mono sound: ``samples`` is (n,) float32 within -1..1; ``seconds``, the moment of the first, counts as frames do.

    ``seconds`` is below zero where the sound starts before the first picture.
    """

    seconds: float
    samples: NDArray[np.float32]


def probe(path: Path, limits: MediaLimits = DEFAULT_LIMITS) -> MediaInfo:
    """Say what ``path`` holds after decoding its first frame.

    Raises ``MediaUnsupportedError``, ``MediaLimitError`` or ``MediaUnreadableError``, each naming the file and a remedy.
    """
    with _worker(path, {"command": "probe"}, limits, cpu_seconds=limits.cpu_floor) as messages:
        for header, _ in messages:
            info = MediaInfo(**header["info"])
            limits.check_info(path.name, info)
            return info
    raise MediaUnreadableError(f"{path.name}: the decoder gave no answer")


def content_digest(path: Path, limits: MediaLimits = DEFAULT_LIMITS) -> str:
    """What stays of a file when only its container or its metadata are changed: SHA-256, in hex, of the coded pictures of a
    film (its first video stream, packet by packet, not decoded) or of the pixels of a still picture.

    A copy that lost its manifest, or was put from MP4 into Matroska, has the digest of its source; any other encoding has
    not. Raises ``MediaError`` subclasses as ``probe`` does.
    """
    with _worker(path, {"command": "content"}, limits, cpu_seconds=limits.cpu_floor) as messages:
        for header, _ in messages:
            return str(header["content"])
    raise MediaUnreadableError(f"{path.name}: the decoder gave no answer")


def sample_frames(
    path: Path,
    *,
    fps: float,
    max_side: int = 640,
    start: float = 0.0,
    end: float = math.inf,
    limits: MediaLimits = DEFAULT_LIMITS,
    threads: int = DECODER_THREADS,
) -> Iterator[Frame]:
    """Yield frames of ``path`` between ``start`` and ``end`` seconds, about ``fps`` a second (0: every frame).

    Times are the frames' own, so their spacing varies by up to a few frames. Pictures are scaled down to ``max_side``
    pixels on the longer side, never up. A still picture yields one frame at 0 s. Memory does not grow with length.
    Raises ``MediaError`` subclasses; a file cut short raises after its last good frame.
    """
    span = min(end, limits.seconds) - start
    job = {
        "command": "frames", "fps": fps, "max_side": max_side, "start": start, "threads": threads,
        "end": end if math.isfinite(end) else 1e12,
    }  # fmt: skip
    budget = limits.cpu_floor + limits.cpu_per_second * (min(span, 60.0) if math.isfinite(end) else limits.seconds)
    with _worker(path, job, limits, cpu_seconds=budget) as messages:
        for header, payload in messages:
            if "seconds" not in header:
                return
            if header["seconds"] > limits.seconds:
                raise MediaLimitError(f"{path.name}: longer than the limit of {limits.seconds / 3600:.0f} h; split it")
            shape = (header["height"], header["width"], 3)
            yield Frame(header["seconds"], np.frombuffer(payload, np.uint8).reshape(shape))


def sample_sound(path: Path, rate: int = SOUND_RATE, *, limits: MediaLimits = DEFAULT_LIMITS) -> Iterator[SoundBlock]:
    """Yield the first audio stream of ``path`` as mono blocks of about a second, at ``rate`` samples a second.

    Zero is the first picture, as for frames, or the first sound of a file without pictures. Blocks come in order; where
    the file has a gap in its sound, so have the blocks. A file without sound yields nothing. Memory does not grow with
    length. Raises ``MediaError`` subclasses; a file cut short raises after its last good block.
    """
    if not MIN_RATE <= rate <= MAX_RATE:
        raise ValueError(f"sound is sampled at {MIN_RATE} to {MAX_RATE} Hz, not {rate}")
    budget = limits.cpu_floor + limits.sound_cpu_per_second * limits.seconds
    with _worker(path, {"command": "sound", "rate": rate}, limits, cpu_seconds=budget) as messages:
        for header, payload in messages:
            if "seconds" not in header:
                return
            samples = np.frombuffer(payload, np.float32)
            if abs(header["seconds"]) + samples.size / rate > limits.seconds:
                raise MediaLimitError(f"{path.name}: longer than the limit of {limits.seconds / 3600:.0f} h; split it")
            yield SoundBlock(header["seconds"], samples)


def probe_sound(path: Path, limits: MediaLimits = DEFAULT_LIMITS) -> MediaInfo:
    """Say what a file of sound alone holds (wav, flac, mp3, m4a, ogg) after decoding all of it: its exact duration, the
    codec, and a media type of ``audio/``; a cover picture in it doesn't count.

    Raises ``MediaUnsupportedError`` (a film or a picture too), ``MediaLimitError`` or ``MediaUnreadableError``.
    """
    budget = limits.cpu_floor + limits.sound_cpu_per_second * limits.seconds
    job = {"command": "recording", "max_seconds": limits.seconds}
    with _worker(path, job, limits, cpu_seconds=budget) as messages:
        for header, _ in messages:
            return MediaInfo(**header["info"])
    raise MediaUnreadableError(f"{path.name}: the decoder gave no answer")


def stereo_sound(path: Path, rate: int, *, limits: MediaLimits = DEFAULT_LIMITS) -> Iterator[NDArray[np.float32]]:
    """Yield the first audio stream of ``path`` as (n, 2) float32 blocks of about a second within -1..1, at ``rate`` samples
    a second, from its first sample on and without its gaps. Raises as ``sample_sound``."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise ValueError(f"sound is sampled at {MIN_RATE} to {MAX_RATE} Hz, not {rate}")
    budget = limits.cpu_floor + limits.sound_cpu_per_second * limits.seconds
    job = {"command": "sound", "rate": rate, "channels": 2}
    with _worker(path, job, limits, cpu_seconds=budget) as messages:
        for header, payload in messages:
            if "seconds" not in header:
                return
            yield np.frombuffer(payload, np.float32).reshape(-1, 2)


@contextmanager
def _worker(
    path: Path, job: dict[str, Any], limits: MediaLimits, *, cpu_seconds: float
) -> Iterator[Iterator[tuple[dict[str, Any], bytes]]]:
    """Start a decoder on ``path`` and hand over its messages; it is gone when the block ends, however it ends."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO must not make us wait
    except OSError as error:
        raise MediaError(f"{path}: can't be opened ({error.strerror})") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise MediaError(f"{path}: not a file; hand in a film or a picture")
        limits.check_size(path.name, status.st_size)
        arguments = {
            **job, "max_pixels": limits.pixels, "max_frames": limits.frames,
            "memory_bytes": limits.memory_bytes, "cpu_seconds": int(cpu_seconds),
        }  # fmt: skip
        with cell(arguments, descriptor) as decoder:
            os.close(descriptor)
            descriptor = -1
            yield _messages(path.name, decoder, limits.silence_seconds)
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _messages(name: str, decoder: Cell, silence: float) -> Iterator[tuple[dict[str, Any], bytes]]:
    pipe = decoder.output
    while True:
        if not select.select([pipe], [], [], silence)[0]:
            raise MediaLimitError(f"{name}: the decoder said nothing for {silence:.0f} s; the file is made to hang it")
        prefix = pipe.read(4)
        if len(prefix) < 4:
            raise _death(name, decoder.wait())
        length = struct.unpack(">I", prefix)[0]
        if length > _MAX_HEADER:
            raise MediaUnreadableError(f"{name}: the decoder sent nonsense; the file may be made to break it")
        header = json.loads(pipe.read(length))
        if "error" in header:
            kind = getattr(errors, header["error"], MediaUnreadableError)
            raise kind(f"{name}: {header['message']}")
        size = header.get("bytes", 0)
        payload = pipe.read(size) if size else b""
        if len(payload) < size:
            raise _death(name, decoder.wait())
        yield header, payload


def _death(name: str, status: int) -> MediaError:
    if status == -24:  # SIGXCPU
        return MediaLimitError(f"{name}: decoding it takes too long; export it again in a common format")
    return MediaUnreadableError(
        f"{name}: the decoder stopped (status {status}); the file is damaged or made to break it"
    )
