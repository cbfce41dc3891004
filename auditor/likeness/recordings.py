"""Recordings that enrol a voice: one vector for each, once it is clear that it holds enough clean speech of one person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError
from auditor.likeness.speech import Loudness, SpeechFinder
from auditor.likeness.voice_encoder import RATE, Vector, VoiceEncoder
from auditor.media import SoundBlock, sample_sound

#: Seconds of speech that a recording must hold: fewer windows than these make no steady mean.
MIN_SPOKEN = 3.0
#: Seconds beyond which a file is no recording of a person but a programme, in which others speak as well.
MAX_SECONDS = 600.0
#: Decibels of full scale that the loudest moment must reach.
_SILENT_DB = -50.0
#: Decibels between loud and quiet moments (see ``Loudness``) that speech must have over what lies beneath it.
MIN_SPREAD_DB = 20.0
#: Two groups of windows in one recording that are less alike than this (cosine) are two voices ...
_ONE_VOICE_WITHIN = 0.74
#: ... and so are two recordings, whose rooms and days may differ as well.
_ONE_VOICE_BETWEEN = 0.70
#: Seconds of speech and share of it that a second voice must have to be told from an odd moment of the first.
_SECOND_SECONDS, _SECOND_SHARE = 1.6, 0.15
_HOP_SECONDS = 0.4


class RecordingError(BadInputError):
    """A recording that can't enrol a voice: no sound, silence, too short, too long, too noisy, two voices."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file says of a voice: its unit vector (256,) and the seconds of speech that it is the mean of."""

    vector: Vector
    spoken: float


def encode_recordings(paths: Sequence[Path], encoder: VoiceEncoder) -> tuple[Recording, ...]:
    """One ``Recording`` for each file. Raises ``RecordingError`` naming the file, the reason and the remedy."""
    if not paths:
        raise RecordingError("enrolling needs at least one recording")
    recordings = tuple(_encode(path, encoder) for path in paths)
    for (path, one), (other_path, other) in combinations(zip(paths, recordings, strict=True), 2):
        if (alike := float(one.vector @ other.vector)) < _ONE_VOICE_BETWEEN:
            raise RecordingError(
                f"{path.name} and {other_path.name}: two different voices (similarity {alike:.2f}, at least "
                f"{_ONE_VOICE_BETWEEN} is needed); give recordings of one person"
            )
    return recordings


def _encode(path: Path, encoder: VoiceEncoder) -> Recording:
    finder = SpeechFinder()
    stretches = list(finder.stretches(_bounded(path)))  # before any is encoded: what is refused should cost little
    spoken = sum(stretch.spoken for stretch in stretches)
    _check(path.name, finder.loudness(), spoken)
    vectors = np.concatenate([encoder.encode(stretch.windows()[0]) for stretch in stretches])
    if not len(vectors):
        raise RecordingError(f"{path.name}: only single words with long pauses; record whole sentences")
    if (alike := _least_alike(vectors)) < _ONE_VOICE_WITHIN:
        raise RecordingError(
            f"{path.name}: two different voices (similarity {alike:.2f}, at least {_ONE_VOICE_WITHIN} is needed); cut it to "
            "one person"
        )
    return Recording(unit(vectors.sum(axis=0)), spoken)


def _bounded(path: Path) -> Iterator[SoundBlock]:
    """The sound of a file, refused as soon as it turns out to be too long: hours are never decoded."""
    begin: float | None = None
    for block in sample_sound(path, rate=RATE):
        begin = block.seconds if begin is None else begin
        if block.seconds - begin > MAX_SECONDS:
            raise RecordingError(
                f"{path.name}: longer than {MAX_SECONDS / 60:.0f} minutes; cut it to a minute or two of this person alone"
            )
        yield block


def _check(name: str, loudness: Loudness, spoken: float) -> None:
    if not loudness.seconds:
        raise RecordingError(f"{name}: it has no sound; give a recording of the voice")
    if loudness.peak_db < _SILENT_DB:
        raise RecordingError(f"{name}: silence (its loudest moment is {loudness.peak_db:.0f} dB); record it again")
    if loudness.seconds >= MIN_SPOKEN and loudness.spread_db < MIN_SPREAD_DB:
        raise RecordingError(
            f"{name}: too noisy (speech stands {loudness.spread_db:.0f} dB above the rest, at least {MIN_SPREAD_DB:.0f} are "
            "needed); record it in a quiet room"
        )
    if spoken < MIN_SPOKEN:
        raise RecordingError(
            f"{name}: {spoken:.1f} s of speech found, at least {MIN_SPOKEN:.0f} are needed; use a longer recording"
        )


def _least_alike(vectors: NDArray[np.float32]) -> float:
    """How alike (cosine) the two voices are that the windows (n, 256) part into best; 1 where there is no second voice.

    Spherical 2-means (Dhillon and Modha 2001) from the two windows least alike, each smoothed over its neighbours.
    """
    smooth = smoothed(vectors, 1)
    likeness = smooth @ smooth.T
    centres = smooth[list(np.unravel_index(int(likeness.argmin()), likeness.shape))]
    for _ in range(8):
        second = (smooth @ centres.T).argmax(axis=1) == 1
        if second.all() or not second.any():
            return 1.0
        centres = np.stack([unit(smooth[~second].sum(axis=0)), unit(smooth[second].sum(axis=0))])
    fewer = min(int(second.sum()), int((~second).sum()))
    if fewer < max(_SECOND_SECONDS / _HOP_SECONDS, _SECOND_SHARE * len(smooth)):
        return 1.0
    return float(centres[0] @ centres[1])


def smoothed(vectors: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Each vector (n, d) averaged with ``reach`` neighbours on both sides where there are so many, unit length again."""
    sums = np.cumsum(np.vstack([np.zeros((1, vectors.shape[1])), vectors]), axis=0)
    places = np.arange(len(vectors))
    first, last = np.maximum(places - reach, 0), np.minimum(places + reach + 1, len(vectors))
    mean = sums[last] - sums[first]
    return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12), np.float32)


def unit(vector: NDArray[np.floating]) -> Vector:
    """At unit length; a vector of zeros stays one."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), np.float32)
