"""The ISCC Video-Code (ISO 24138): 256 bits that survive re-encoding and scaling, by which a lost manifest is found again.

Computed from MPEG-7 frame signatures, as iscc-sdk does (5 frames a second), with the ``signature`` filter of the ffmpeg
binary inside the imageio-ffmpeg wheel (PyAV's wheels lack it). The file is hostile until proven otherwise, so that ffmpeg

* gets an open descriptor instead of a name, and may speak the protocol ``fd`` alone: a playlist can open nothing else;
* accepts the containers of ``FORMATS`` alone; runs with limits on memory, CPU, output and open files, and a timeout;
* inherits no environment, reads no configuration, and writes only into a directory made for this one call.

Known limits: of 256 bits unrelated films differ in 104 to 129, a mirrored copy in about 98; it does not survive mirroring.
"""

import os
import re
import resource
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import iscc_core

from auditor.errors import CancelledError, UnavailableError
from auditor.media.errors import MediaLimitError, MediaUnreadableError
from auditor.media.types import Cancelled, never_cancelled

#: Frames a second that are signed, as iscc-sdk does; the code is a statistic over them.
FRAMES_PER_SECOND = 5
#: Containers that ffmpeg may open. No playlists, no formats that name other files.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts"
#: Bits of the code; the longest that ISO 24138 defines.
BITS = 256
#: Seconds of wall time: decoding runs at 5x real time or better on one core for 1080p.
TIMEOUT_SECONDS = 1800
_MEMORY_BYTES = 4 * 1024**3
#: About 1.6 KB of XML for each signed frame: six hours of film.
_OUTPUT_BYTES = 256 * 1024**2
_SIGNATURE = re.compile(rb"<FrameSignature>([0-2 ]+)</FrameSignature>")


def _limits() -> None:
    """In the child, before ffmpeg starts."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (TIMEOUT_SECONDS, TIMEOUT_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_OUTPUT_BYTES, _OUTPUT_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _command(binary: str, descriptor: int, output: str) -> list[str]:
    graph = f"fps=fps={FRAMES_PER_SECOND},signature=format=xml:filename={output}"
    reading = ["-protocol_whitelist", "fd", "-format_whitelist", FORMATS, "-fd", str(descriptor), "-i", "fd:"]
    quiet = [binary, "-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "2"]
    return [*quiet, *reading, "-map", "0:v:0", "-an", "-sn", "-dn", "-vf", graph, "-f", "null", "-"]


def _run(path: Path, directory: Path, cancelled: Cancelled) -> None:
    try:
        binary = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise UnavailableError("the ffmpeg binary of imageio-ffmpeg is missing: pip install imageio-ffmpeg") from error
    with path.open("rb") as stream, (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            _command(binary, stream.fileno(), "signature.xml"),
            cwd=directory,
            env={"PATH": "/nonexistent", "HOME": str(directory), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=(stream.fileno(),),
            preexec_fn=_limits,
            start_new_session=True,
        )
        try:
            _wait(process, cancelled)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    if process.returncode < 0:
        raise MediaLimitError(f"{path.name} took more memory, time or output than a fingerprint may; shorten it")
    if process.returncode != 0:
        raise MediaUnreadableError(
            f"{path.name} can't be decoded as video, so it has no ISCC; check that it is complete"
        )


def _wait(process: subprocess.Popen[bytes], cancelled: Cancelled) -> None:
    waited = 0.0
    while True:
        if cancelled():
            raise CancelledError("the fingerprint was cancelled")
        try:
            process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            waited += 0.2
        else:
            return
        if waited > TIMEOUT_SECONDS:
            raise MediaLimitError(f"the fingerprint took more than {TIMEOUT_SECONDS} seconds; shorten the film")


def _signatures(xml: Path) -> Iterator[tuple[int, ...]]:
    """The 380 ternary values of each frame, read line by line (ffmpeg writes one signature a line)."""
    with xml.open("rb") as stream:
        for line in stream:
            if found := _SIGNATURE.search(line):
                yield tuple(map(int, found.group(1).split()))


def video_code(path: Path, *, cancelled: Cancelled = never_cancelled) -> str:
    """The file's ISCC Video-Code, ``ISCC:`` and base32, 256 bits.

    Raises ``MediaUnreadableError`` for what can't be decoded, ``MediaLimitError`` beyond a limit, ``UnavailableError``
    without the binary, ``CancelledError`` when asked to stop.
    """
    path = Path(path)
    if not path.is_file():
        raise MediaUnreadableError(f"{path} is not a file; pass a video file")
    with tempfile.TemporaryDirectory(prefix="reelproof-iscc-") as directory:
        _run(path, Path(directory), cancelled)
        xml = Path(directory) / "signature.xml"
        frames = list(_signatures(xml)) if xml.is_file() else []
    if not frames:
        raise MediaUnreadableError(f"{path.name} holds no frame that can be signed; check that it is a video")
    return str(iscc_core.gen_video_code(frames, bits=BITS)["iscc"])


def distance(one: str, other: str) -> int:
    """How many of the bits of two codes differ: 0 the same, about half of 256 unrelated."""
    return int(iscc_core.iscc_distance(one, other)) if one != other else 0
