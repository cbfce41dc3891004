"""The ISCC Video-Code (ISO 24138): 256 bits that survive re-encoding and scaling, by which a lost manifest is found again.

Computed from MPEG-7 frame signatures, as iscc-sdk does (5 frames a second), with the ``signature`` filter of the ffmpeg
binary inside the imageio-ffmpeg wheel (PyAV's wheels lack it). That binary never sees a file from outside: it is fed raw
grey pixels that the decoder's cell has already read, so the film is decoded once for the detectors and the code alike.

Known limits: of 256 bits unrelated films differ in 104 to 129, a mirrored copy in about 98; it does not survive mirroring.
"""

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import imageio_ffmpeg
import iscc_core
import numpy as np
from numpy.typing import NDArray

from auditor.errors import CancelledError, UnavailableError
from auditor.media.decoder import sample_frames
from auditor.media.errors import MediaLimitError, MediaUnreadableError
from auditor.media.types import Cancelled, never_cancelled

#: Frames a second that are signed, as iscc-sdk does; the code is a statistic over them.
FRAMES_PER_SECOND = 5
#: Bits of the code; the longest that ISO 24138 defines.
BITS = 256
#: Pixels on the longer side that are enough: the filter reduces every frame to 32 x 32 averages.
SIDE = 640
#: Seconds that the binary may take to write its signatures once it has all frames.
_FINISH_SECONDS = 120
_SIGNATURE = re.compile(rb"<FrameSignature>([0-2 ]+)</FrameSignature>")


class VideoCoder:
    """Observe frames in order, then ``conclude`` with the code. Use it as a context manager: it runs a process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None
        self._size = (0, 0)
        self._written = 0

    def __enter__(self) -> "VideoCoder":
        self._directory = tempfile.TemporaryDirectory(prefix="reelproof-iscc-")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._directory.cleanup()

    def observe(self, seconds: float, pixels: NDArray[np.uint8]) -> None:
        """Sign a frame, RGB (height, width, 3) uint8, at its moment; a frame stands until the next one comes."""
        due = int(seconds * FRAMES_PER_SECOND + 1e-3) + 1
        if due <= self._written:
            return
        gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        if self._process is None:
            self._size = (gray.shape[1], gray.shape[0])
            self._process = self._start()
        elif (gray.shape[1], gray.shape[0]) != self._size:
            gray = cv2.resize(gray, self._size, interpolation=cv2.INTER_AREA)
        assert self._process.stdin is not None  # noqa: S101 (a pipe was asked for)
        data = np.ascontiguousarray(gray).tobytes()
        try:
            while self._written < due:
                self._process.stdin.write(data)
                self._written += 1
        except BrokenPipeError as error:
            raise MediaLimitError(f"{self._name}: the fingerprint needs more than it may; shorten the film") from error

    def conclude(self) -> str:
        """The code, ``ISCC:`` and base32. Raises ``MediaUnreadableError`` if no frame was observed."""
        if self._process is None or self._process.stdin is None:
            raise MediaUnreadableError(f"{self._name} holds no frame that can be signed; check that it is a video")
        self._process.stdin.close()
        try:
            status = self._process.wait(_FINISH_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise MediaLimitError(f"{self._name}: the fingerprint takes too long; shorten the film") from error
        if status != 0:
            raise MediaLimitError(f"{self._name}: the fingerprint stopped with status {status}; shorten the film")
        frames = list(_signatures(Path(self._directory.name) / "signature.xml"))
        return str(iscc_core.gen_video_code(frames, bits=BITS)["iscc"])

    def _start(self) -> "subprocess.Popen[bytes]":
        try:
            binary = imageio_ffmpeg.get_ffmpeg_exe()
        except RuntimeError as error:
            remedy = "the ffmpeg binary of imageio-ffmpeg is missing: pip install imageio-ffmpeg"
            raise UnavailableError(remedy) from error
        width, height = self._size
        raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-video_size", f"{width}x{height}", "-r", str(FRAMES_PER_SECOND)]
        graph = "signature=format=xml:filename=signature.xml"
        return subprocess.Popen(
            [binary, "-hide_banner", "-loglevel", "error", *raw, "-i", "pipe:0", "-vf", graph, "-f", "null", "-"],
            cwd=self._directory.name,
            env={"PATH": "/nonexistent", "HOME": self._directory.name, "LC_ALL": "C"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _signatures(xml: Path) -> Iterator[tuple[int, ...]]:
    """The 380 ternary values of each frame, read line by line (ffmpeg writes one signature a line)."""
    with xml.open("rb") as stream:
        for line in stream:
            if found := _SIGNATURE.search(line):
                yield tuple(map(int, found.group(1).split()))


def video_code(path: Path, *, cancelled: Cancelled = never_cancelled) -> str:
    """The file's ISCC Video-Code, ``ISCC:`` and base32, 256 bits.

    Raises ``MediaError`` for what can't be decoded, ``UnavailableError`` without the binary, ``CancelledError`` when
    asked to stop.
    """
    with VideoCoder(path.name) as coder:
        for frame in sample_frames(path, fps=FRAMES_PER_SECOND, max_side=SIDE):
            if cancelled():
                raise CancelledError(f"{path.name}: the fingerprint was cancelled")
            coder.observe(frame.seconds, frame.pixels)
        return coder.conclude()


def distance(one: str, other: str) -> int:
    """How many of the bits of two codes differ: 0 the same, about half of 256 unrelated."""
    return int(iscc_core.iscc_distance(one, other)) if one != other else 0
