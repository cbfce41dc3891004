"""Where somebody speaks: sound to stretches of mel frames, silence left out, in constant memory however long the film is.

A frame counts as speech if its power between 100 Hz and 4 kHz stands out from the quietest of its surroundings, is not lost
beneath the loudest, and is not spread evenly over these frequencies as noise is (spectral flatness; Johnston 1988). Music
that is loud counts as speech too: what it resembles is for the encoder to say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from auditor.likeness.voice_encoder import FRAME, RATE, STEP, WINDOW, Mels, mel_filters
from auditor.media import SoundBlock

#: Frames a second.
FRAMES_PER_SECOND = RATE / STEP
#: Seconds of sound that are judged together: long enough for a pause, short enough for the scene not to change.
_CHUNK_SECONDS = 20.0
#: Power (dB of full scale) below which nothing is speech: the hiss of a good recording.
_SILENT_DB = -60.0
#: Decibels above the tenth-quietest percentile, and below the loudest, within which speech lies.
_ABOVE_FLOOR_DB, _BELOW_PEAK_DB = 6.0, 35.0
#: Spectral flatness 0 (a tone) to 1 (white noise; about 0.56 as measured on one frame): vowels lie below 0.1.
_MAX_FLATNESS = 0.4
#: Consonants and breath: pauses up to so many frames inside speech are speech, and islands shorter than this are clicks.
_BRIDGED, _CLICK = 15, 8
#: Steady noise is taken off every frame's power, twice as much as the pauses have of it (spectral subtraction with
#: over-subtraction; Boll 1979, Berouti et al. 1979), where there are pauses enough to know it by.
_SUBTRACTED, _NOISE_FRAMES = 2.0, 30
#: Frames of silence that end a stretch: whoever speaks after a second may be another.
_PAUSE = 100
#: A stretch is cut here, so that an hour of talk does not gather in memory.
_LONGEST = 6000
#: Frames from one window to the next: 0.4 s, as finely as a change of speakers can be placed.
_HOP = 40
#: A stretch of less than 0.8 s says too little about who speaks; one of less than a window is repeated to fill it.
_SHORTEST = 80
#: Mean square that every window is brought to (-25 dBFS): the network saw speech of about this level, and bands of power,
#: not of its logarithm, change with it. Chosen among -30, -25, -20 and none (see docs/benchmarks/voices.md).
_LEVEL = 10**-2.5


@dataclass(frozen=True, slots=True)
class Stretch:
    """Speech with pauses below a second, these left out: mel frames (n, 40) of power, each frame's mean square (n,) and
    moment in seconds (n,)."""

    mels: Mels
    squares: NDArray[np.float32]
    seconds: NDArray[np.float64]

    @property
    def spoken(self) -> float:
        """Seconds of speech."""
        return len(self.seconds) / FRAMES_PER_SECOND

    def windows(self) -> tuple[Mels, NDArray[np.intp]]:
        """Windows for the encoder, (n, ``WINDOW``, 40), brought to one level, and the frame in the middle of each, (n,)."""
        frames = len(self.seconds)
        if frames < _SHORTEST:
            return np.empty((0, WINDOW, self.mels.shape[1]), np.float32), np.empty(0, np.intp)
        if frames < WINDOW:
            filled = np.arange(WINDOW) % frames
            return self._levelled([filled]), np.array([frames // 2])
        starts = [*range(0, frames - WINDOW + 1, _HOP)]
        if frames - WINDOW - starts[-1] >= _HOP // 2:
            starts.append(frames - WINDOW)
        return self._levelled([np.arange(s, s + WINDOW) for s in starts]), np.array(starts) + WINDOW // 2

    def _levelled(self, places: list[NDArray[np.intp]]) -> Mels:
        gathered = np.stack(places)
        squares = np.maximum(self.squares[gathered].mean(axis=1), np.float32(1e-12))
        return np.asarray(self.mels[gathered] * (_LEVEL / squares)[:, None, None], np.float32)


@dataclass(frozen=True, slots=True)
class Loudness:
    """Of all frames so far, speech or not: the loudest (dB of full scale), and how far loud (95th percentile) is above
    quiet (10th). White noise alone has a spread of 2 dB, speech in a quiet room 30 and more."""

    peak_db: float
    spread_db: float
    seconds: float


class SpeechFinder:
    """``stretches`` of one recording; ``loudness`` says afterwards how loud and how clean it was."""

    def __init__(self) -> None:
        self._decibels: list[NDArray[np.float32]] = []

    def stretches(self, blocks: Iterable[SoundBlock]) -> Iterator[Stretch]:
        """Stretches in order of time; ``blocks`` are mono at ``RATE``."""
        held: list[Stretch] = []
        for begin, power in _spectra(blocks):
            decibels, spoken = _judged(power)
            self._decibels.append(decibels)
            power = _cleaned(power, decibels, spoken)
            places = np.flatnonzero(spoken)
            seconds = begin + places / FRAMES_PER_SECOND
            # Parseval: twice the power of half a spectrum, over the frame's length and the window's energy (3/8 of it)
            squares = np.asarray(power[places].sum(axis=1) * 2 / (FRAME * FRAME * 3 / 8), np.float32)
            chunk = Stretch(np.asarray(power[places] @ mel_filters(), np.float32), squares, seconds)
            for piece in _split(chunk):
                if held and piece.seconds[0] - held[-1].seconds[-1] > _PAUSE / FRAMES_PER_SECOND:
                    yield _joined(held)
                    held = []
                held.append(piece)
                if sum(len(one.seconds) for one in held) >= _LONGEST:
                    yield _joined(held)
                    held = []
        if held:
            yield _joined(held)

    def loudness(self) -> Loudness:
        """Of what was read so far; a spread of 0 where there was nothing."""
        if not self._decibels:
            return Loudness(-np.inf, 0.0, 0.0)
        decibels = np.concatenate(self._decibels)
        quiet, loud = np.percentile(np.maximum(decibels, _SILENT_DB - 20), (10, 95))
        return Loudness(float(decibels.max()), float(loud - quiet), len(decibels) / FRAMES_PER_SECOND)


def _split(chunk: Stretch) -> Iterator[Stretch]:
    """Frames parted where a pause ends a stretch."""
    cuts = np.flatnonzero(np.diff(chunk.seconds) > _PAUSE / FRAMES_PER_SECOND) + 1
    parts = (np.split(values, cuts) for values in (chunk.mels, chunk.squares, chunk.seconds))
    for mels, squares, seconds in zip(*parts, strict=True):
        if len(seconds):
            yield Stretch(mels, squares, seconds)


def _joined(parts: list[Stretch]) -> Stretch:
    return Stretch(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("mels", "squares", "seconds"))
    )


def _spectra(blocks: Iterable[SoundBlock]) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Power spectra (n, 201) of chunks with the moment of the first frame; frames are centred and never span a gap."""
    pending = np.zeros(0, np.float32)
    begin, expected = 0.0, -np.inf
    for block in blocks:
        if abs(block.seconds - expected) > 0.5 * STEP / RATE:
            if pending.size > FRAME // 2:
                yield begin, _powers(np.pad(pending, (0, FRAME // 2)))
            pending, begin = np.zeros(FRAME // 2, np.float32), block.seconds
        expected = block.seconds + block.samples.size / RATE
        pending = np.concatenate([pending, block.samples])
        if pending.size >= _CHUNK_SECONDS * RATE:
            power = _powers(pending)
            yield begin, power
            pending = pending[len(power) * STEP :]
            begin += len(power) * STEP / RATE
    if pending.size > FRAME // 2:
        yield begin, _powers(np.pad(pending, (0, FRAME // 2)))


def _powers(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """|FFT|^2 of frames under a periodic Hann window."""
    if samples.size < FRAME:
        return np.empty((0, FRAME // 2 + 1), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::STEP]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    return np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME), np.float32)


def _cleaned(
    power: NDArray[np.float32], decibels: NDArray[np.float32], spoken: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Power spectra without the noise that the quieter of the frames between speech have on the mean."""
    quiet = decibels[~spoken]
    if len(quiet) < _NOISE_FRAMES:
        return power
    noise = power[~spoken][quiet <= np.percentile(quiet, 60)].mean(axis=0)
    return np.asarray(np.maximum(power - _SUBTRACTED * noise, 0), np.float32)


def _judged(power: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Each frame's power in decibels of full scale, and whether it is speech."""
    low, high = 100 * FRAME // RATE, 4000 * FRAME // RATE
    band = power[:, low:high] + np.float32(1e-10)
    total = band.sum(axis=1)
    # a sine of full scale has a power of 1/2, and |FFT|^2 of (sum of the window / 2)^2 in each of its main bins, 1.5 in all
    decibels = np.asarray(10 * np.log10(total / (1.5 * (FRAME / 4) ** 2)), np.float32)
    if not len(decibels):
        return decibels, np.zeros(0, bool)
    flatness = np.exp(np.log(band).mean(axis=1)) / band.mean(axis=1)
    floor, peak = np.percentile(decibels, (10, 99))
    least = max(min(floor + _ABOVE_FLOOR_DB, peak - 3.0), peak - _BELOW_PEAK_DB, _SILENT_DB)
    spoken = (decibels >= least) & (flatness <= _MAX_FLATNESS)
    from scipy import (
        ndimage,
    )  # here, since loading it costs a quarter of a second that audits without voices need not pay

    spoken = ndimage.binary_closing(np.pad(spoken, _BRIDGED), np.ones(_BRIDGED, bool))[_BRIDGED:-_BRIDGED]
    return decibels, np.asarray(ndimage.binary_opening(spoken, np.ones(_CLICK, bool)), bool)
