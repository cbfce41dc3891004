"""Loudness: measured as broadcasters and platforms do, brought to a target, and kept from clipping.

Measured by ffmpeg's ``ebur128`` filter, in a process of its own: programme loudness with gating (ITU-R BS.1770-4,
EBU R 128) and true peak by fourfold oversampling (BS.1770-4, annex 2).
"""

import math
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import imageio_ffmpeg
import numpy as np
import scipy

from auditor.media.types import Cancelled, never_cancelled
from generator.encoding import SOUND_RATE
from generator.errors import CancelledError, SoundError

Target = Literal["broadcast", "web", "as it is"]
#: Programme loudness in LUFS. Broadcast: EBU R 128 (2020), clause i. Web: what the large platforms play film and speech at
#: (AES TD1008 recommends -18 for speech and -16 for music; -16 is where both meet).
TARGETS: dict[str, float | None] = {"broadcast": -23.0, "web": -16.0, "as it is": None}
#: dBTP; EBU R 128 allows -1, and a lossy codec adds up to about half a decibel to what it is given (EBU Tech 3344).
CEILING = -1.0
CODEC_MARGIN = 0.7
#: How near the target a mix has to come, in LU: EBU R 128 allows 0.5 for programmes whose loudness can't be set exactly.
TOLERANCE = 0.2
#: Decibels that a mix is raised at most: an empty room at the loudness of speech would be nothing but hiss.
MAX_BOOST = 24.0
#: Looked ahead and let go over this time by the limiter, in samples (5 ms): shorter distorts bass, longer pumps.
_LOOK = 240
_BLOCK = SOUND_RATE * 10
_INTEGRATED = re.compile(r"I:\s+(-?[\d.]+|-?inf|nan) LUFS")
_PEAK = re.compile(r"Peak:\s+(-?[\d.]+|-?inf|nan) dBFS")
#: What ebur128 reports when nothing passes its absolute gate of -70 LUFS.
SILENCE = -70.0

type Samples = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Loudness:
    """``lufs`` is programme loudness (-70 where there is nothing but silence), ``peak`` the true peak in dBTP."""

    lufs: float
    peak: float


def measure(raw: Path) -> Loudness:
    """Measures interleaved stereo float32 at 48 kHz that lies in a file, whatever its length.

    Raises ``SoundError`` if the measuring program fails.
    """
    source = ["-f", "f32le", "-ar", str(SOUND_RATE), "-ch_layout", "stereo", "-i", f"file:{raw}"]
    filters = ["-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", *source, *filters]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    lufs, peaks = _INTEGRATED.findall(done.stderr), _PEAK.findall(done.stderr)
    if done.returncode or not lufs or not peaks:
        raise SoundError(f"the loudness of the mix can't be measured ({done.stderr[-200:].strip()}); try again")
    return Loudness(max(_number(lufs[-1]), SILENCE), max(_number(peaks[-1]), -120.0))


def _number(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else -120.0


def bring_to(mix: Path, target: Target, *, cancelled: Cancelled = never_cancelled) -> Loudness:
    """Changes the mix (interleaved stereo float32 in a file) to the target's loudness, peaks limited; returns what it has.

    Limiting takes a little loudness away, so the gain is found in up to four rounds. Silence stays silence, and what is
    nearly silent is raised by ``MAX_BOOST`` only.
    """
    now = measure(mix)
    wanted = TARGETS[target]
    if now.lufs <= SILENCE + 1e-6:
        return now
    aim = None if wanted is None else min(wanted, now.lufs + MAX_BOOST)
    for _ in range(4):
        gain = 0.0 if aim is None else aim - now.lufs
        if abs(gain) <= TOLERANCE and now.peak <= CEILING - CODEC_MARGIN + 0.05:
            break
        _limit(mix, 10 ** (gain / 20), 10 ** ((CEILING - CODEC_MARGIN) / 20), cancelled)
        now = measure(mix)
    return now


def _limit(mix: Path, gain: float, ceiling: float, cancelled: Cancelled) -> None:
    """Gain over the file, then a look-ahead limiter: the least gain that each neighbourhood needs, smoothed by a Hann window
    (so that gain never jumps), by blocks with the context that both windows look at: the same as over the whole."""
    samples: Any = np.memmap(mix, np.float32, "r+").reshape(-1, 2)
    window = scipy.signal.windows.hann(2 * _LOOK + 1)
    window /= window.sum()
    context = 4 * _LOOK
    tail = np.zeros((0, 2), np.float32)  # what lay before the block, before it was changed
    for first in range(0, len(samples), _BLOCK):
        if cancelled():
            raise CancelledError("the mix was cancelled")
        last = min(first + _BLOCK, len(samples))
        ahead = np.array(samples[last : last + context])
        body = np.array(samples[first:last])
        block = np.concatenate([tail, body, ahead]) * gain
        tail = np.concatenate([tail, body])[-context:]
        need = np.minimum(1.0, ceiling / np.maximum(true_peaks(block), 1e-9))
        least = scipy.ndimage.minimum_filter1d(need, 2 * _LOOK + 1, mode="nearest")
        smooth = np.convolve(np.pad(least, _LOOK, mode="edge"), window, mode="valid")
        start = len(block) - len(ahead) - len(body)
        out = block[start : start + len(body)] * smooth[start : start + len(body), None]
        samples[first:last] = out.astype(np.float32)
    samples.flush()


def true_peaks(samples: Samples) -> Samples:
    """The largest absolute value of either channel around each sample, between samples too: four times oversampled
    (ITU-R BS.1770-4, annex 2); (n,) for (n, 2)."""
    fine = np.abs(scipy.signal.resample_poly(samples.astype(np.float32), 4, 1, axis=0)).max(axis=1)
    around = fine[: 4 * len(samples)].reshape(-1, 4).max(axis=1)
    return np.asarray(np.maximum(around, np.abs(samples).max(axis=1)))
