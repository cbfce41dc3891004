"""What a stretch of sound is known by when somebody has called it a false alarm: its own peaks, all of them.

Whatever can silence an alarm can also hide a copy, so two stretches are the same sound only if each has nearly all peaks
of the other at the same moments, in every few seconds of the new one: the same recording encoded again is, another
performance, another speed, or speech laid over it is not. Peaks are those of ``auditor.fingerprints.landmarks``.
"""

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError
from auditor.fingerprints.landmarks import VERSION, Peaks
from auditor.matching.sound_lines import Line, between, hits

#: Ten minutes are 100 kB; whoever uses more of a work than that is no false alarm of a detector.
LONGEST_SECONDS = 600.0
#: Fewer peaks say nothing.
FEWEST = 12
#: Share of each one's peaks that the other has, over all and in every window. Measured on music, speech and Big Buck
#: Bunny, encoded again as AAC (24 to 128 kbit/s) and MP3 (64): at least 0.74 over all, 0.62 in the worst window. Speech as
#: loud laid over it: at most 0.44 and 0.31; other music on the same beat, or 2 % faster: 0.13 and 0.05; half of it
#: another's: 0.52 and 0.02.
SAME_SHARE, SAME_WINDOW = 0.7, 0.5
#: Seconds of a window, and by how much the moment may be off that the two findings' places in the work make one expect.
_WINDOW, _SHIFT = 3.0, 0.6
_STEP = 0.02
#: A peak as stored: milliseconds since the stretch began and thousandths of an octave (log2 of hertz).
_PEAK = np.dtype([("ms", "<u4"), ("millioctaves", "<u2")])


def sound_key(arrays: dict[str, NDArray[np.generic]], start: float, end: float) -> bytes:
    """The peaks of a sound print (``matching.sound.sound_print``) from ``start`` to ``end`` seconds, as bytes: the version
    of the peaks, then 6 bytes a peak. Empty where the stretch is too long or has too few to know it by."""
    seconds, pitch, strength = (np.asarray(arrays[name], np.float32) for name in ("seconds", "pitch", "strength"))
    part = between(Peaks(seconds, pitch, strength), start, end)
    if len(part) < FEWEST or end - start > LONGEST_SECONDS:
        return b""
    packed = np.empty(len(part), _PEAK)
    packed["ms"] = np.round(1000 * np.maximum(0, part.seconds.astype(np.float64) - start))
    packed["millioctaves"] = np.round(1000 * part.pitch.astype(np.float64))
    return bytes([VERSION]) + packed.tobytes()


def _unpacked(key: bytes) -> Peaks:
    if len(key) < 1 + _PEAK.itemsize or (len(key) - 1) % _PEAK.itemsize or key[0] != VERSION:
        raise BadInputError("a dismissed sound is damaged; take the dismissal back and dismiss it again")
    packed = np.frombuffer(key[1:], _PEAK)
    seconds = (packed["ms"] / 1000).astype(np.float32)
    return Peaks(seconds, (packed["millioctaves"] / 1000).astype(np.float32), np.zeros(len(packed), np.float32))


def likeness(remembered: bytes, heard: bytes, *, later_by: float) -> tuple[float, float]:
    """How much of ``heard`` is ``remembered``, where it begins ``later_by`` seconds (give or take ``_SHIFT``) after it: the
    lesser share over all and in the worst window, 0..1 each. Raises ``BadInputError`` for damaged keys."""
    known, new = _unpacked(remembered), _unpacked(heard)
    best = (0.0, 0.0)
    for shift in np.arange(later_by - _SHIFT, later_by + _SHIFT + _STEP / 2, _STEP):
        best = max(best, _shares(known, new, float(shift)))
    return best


def same_sound(remembered: bytes, heard: bytes, *, later_by: float) -> bool:
    """Whether every few seconds of ``heard`` are ``remembered``, and nothing that is remembered there is lacking. Keys of
    another version are never the same: what was dismissed then is an alarm again. Raises as ``likeness`` does."""
    if remembered[:1] != heard[:1]:
        return False
    overall, worst = likeness(remembered, heard, later_by=later_by)
    return overall >= SAME_SHARE and worst >= SAME_WINDOW


def _shares(known: Peaks, new: Peaks, shift: float) -> tuple[float, float]:
    line = Line(0.0, shift, 1.0, 0.0)
    there = between(known, shift + float(new.seconds[0]), shift + float(new.seconds[-1]))
    if len(there) < FEWEST:
        return 0.0, 0.0
    forth, back = hits(new, known, line) >= 0, hits(there, new, line.turned()) >= 0
    at = there.seconds.astype(np.float64) - shift
    worst = min(_worst(new.seconds.astype(np.float64), forth), _worst(at, back))
    return min(float(forth.mean()), float(back.mean())), worst


def _worst(seconds: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    """The least share in any window that has enough peaks to speak of."""
    window = ((seconds - seconds[0]) / _WINDOW).astype(np.int64)
    counts = np.bincount(window)
    shares = np.bincount(window, weights=hit) / np.maximum(1, counts)
    told = shares[counts >= FEWEST]
    return float(told.min()) if told.size else float(hit.mean())
