"""Chromaprint: 32 bits for each eighth of a second, by which identical recordings are known again.

Computed by the chromaprint muxer of the ffmpeg binary inside the imageio-ffmpeg wheel. That binary never sees a file from
outside: it is fed raw samples that the decoder's cell has already read. Algorithm: L. Lalinský, "How does Chromaprint
work?" (2011), after Ke, Hoiem and Sukthankar, "Computer vision for music identification", CVPR 2005.

Known limit: it is made for identical recordings. A change of speed or pitch of a few per cent breaks it; see
``auditor.fingerprints.landmarks`` for what survives that.
"""

import os
import subprocess
import tempfile

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from auditor.errors import UnavailableError
from auditor.media.errors import MediaLimitError

#: Stored beside the codes; codes of another algorithm can't be compared.
ALGORITHM = 1
VERSION = f"chromaprint/{ALGORITHM}"
#: Samples a second that chromaprint works at; others would be resampled by it.
RATE = 11025
#: Seconds from one code to the next: a third of a frame of 4096 samples.
STEP_SECONDS = 4096 // 3 / RATE
#: Seconds of sound that one code looks at: 16 chroma frames and the smoothing before them. Less gives no code.
SPAN_SECONDS = 2.6
#: Share of bits that differ: unrelated sound about 0.5. Below this two stretches are taken for the same recording (the value
#: that AcoustID's matcher uses for a segment: 10 of 32 bits).
MATCH_SHARE = 10 / 32
#: Four hours take about ten seconds; one that takes longer hangs.
_LIMIT_SECONDS = 120


def chromaprint(samples: NDArray[np.float32]) -> NDArray[np.uint32]:
    """The codes of mono ``samples`` (n,) float32 within -1..1 at ``RATE``; (0,) where there is too little sound.

    Raises ``UnavailableError`` without the binary, ``MediaLimitError`` if it takes too long or fails.
    """
    if samples.size < SPAN_SECONDS * RATE:
        return np.empty(0, np.uint32)
    try:
        binary = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise UnavailableError("the ffmpeg binary of imageio-ffmpeg is missing: pip install imageio-ffmpeg") from error
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
    out = ["-f", "chromaprint", "-algorithm", str(ALGORITHM), "-fp_format", "raw", "pipe:1"]
    with tempfile.TemporaryDirectory(prefix="reelproof-chromaprint-") as folder:
        try:
            done = subprocess.run(
                [binary, "-hide_banner", "-loglevel", "error", *raw, *out],
                input=np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env={"PATH": os.devnull, "HOME": folder, "LC_ALL": "C"},
                timeout=_LIMIT_SECONDS,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired as error:
            raise MediaLimitError("the fingerprint of the sound takes too long; shorten the film") from error
    if done.returncode != 0:
        raise MediaLimitError(f"the fingerprint of the sound stopped with status {done.returncode}; shorten the film")
    return np.frombuffer(done.stdout[: len(done.stdout) // 4 * 4], "<u4").astype(np.uint32)


def differing_share(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    """The share of bits, 0..1, in which two runs of codes of the same length differ; 1 for empty runs."""
    if one.shape != other.shape:
        raise ValueError(f"runs of codes need the same length, got {one.size} and {other.size}")
    return float(np.bitwise_count(one ^ other).mean()) / 32 if one.size else 1.0


def best_alignment(
    query: NDArray[np.uint32], reference: NDArray[np.uint32], *, shortest: int = 16
) -> tuple[int, float]:
    """The shift at which ``query`` lies best on ``reference`` (codes, may be negative) and the differing share there.

    Only overlaps of at least ``shortest`` codes count (16: two seconds); without one the answer is ``(0, 1.0)``.
    Tries every shift: for a whole library this is the peer that benchmarks compare with, not a search.
    """
    best = (0, 1.0)
    for shift in range(shortest - query.size, reference.size - shortest + 1):
        begin, end = max(0, shift), min(reference.size, shift + query.size)
        if end - begin < shortest:
            continue
        share = differing_share(query[begin - shift : end - shift], reference[begin:end])
        if share < best[1]:
            best = (shift, share)
    return best
