"""The same sound in a query and in registered works: at which seconds, at which speed, and how sure.

>>> library = SoundLibrary.build([("work-1", sound_print(Path("work.mp4")))])        # doctest: +SKIP
>>> for match in library.find(sound_print(Path("take.mp4"))): ...                    # doctest: +SKIP

Triples of spectral peaks (``auditor.fingerprints.landmarks``) vote for lines, an offset and a speed; lines are then followed
and counted against chance (``auditor.matching.sound_lines``).

Known limits: the first audio stream only; speeds outside ``SPEED_RANGE``; sound whose pitch is shifted at an unchanged
tempo by more than 2 %; other performances of the same piece are not found and are not meant to be.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError, CancelledError
from auditor.fingerprints import chromaprint, landmarks
from auditor.fingerprints.landmarks import SPEED_RANGE, Peaks
from auditor.matching.sound_lines import TIME_TOLERANCE, Line, Stretch, grown
from auditor.media.decoder import SoundBlock, sample_sound
from auditor.media.types import Cancelled, Interval, never_cancelled
from auditor.report import Finding

#: Version of what ``sound_print`` returns; a library refuses prints of another one.
VERSION = landmarks.VERSION
#: Seconds of sound whose peaks are found at once, and what they are told of their neighbours.
_CHUNK, _CONTEXT = 30.0, 2.5
#: Gaps up to this many seconds are bridged with silence, longer ones start anew.
_BRIDGE = 0.5
#: Query seconds that vote together, and the step: a 5 s excerpt fills most of one.
_WINDOW, _STEP = 6.0, 3.0
#: Cells of the vote: speed (of 1) and offset (seconds).
_SPEED_CELL, _OFFSET_CELL = 0.02, 0.15
#: A hash that so many triples share says nothing (a long tone, a loop).
_COMMON = 400
#: Votes, counted as different first peaks of the query, below which a line is not followed, and lines that are, a window.
_VOTES, _LINES = 3, 12
#: Octaves by which the pitch may differ from both what the speed explains and from none.
_PITCH_SLACK = 0.03
#: Expected false alarms for each query under the model of ``sound_lines``.
FALSE_ALARMS = 1e-3
#: Seconds below which no stretch is reported: jingles and door bells are everywhere.
SHORTEST = 1.5


@dataclass(frozen=True, slots=True)
class SoundMatch:
    """The same sound. ``speed`` is reference seconds for each query second.

    ``matched`` peaks of one lie where the other has them, chance alone would give ``expected``; ``score``, 0..1, is the
    share of its peaks found beyond chance. ``log10_false_alarms``: the logarithm of how many stretches as good as this the
    query would meet by chance. ``pitch`` is the query's frequency over the reference's. ``differing_bits``: the share of
    chromaprint's bits that differ, 0 identical, about 0.5 unrelated, ``None`` where the speed is not 1 or the stretch too
    short for it.
    """

    key: str
    query: Interval
    reference: Interval
    speed: float
    score: float
    matched: int
    expected: float
    log10_false_alarms: float
    pitch: float
    differing_bits: float | None = None


def sound_print(path: Path, *, cancelled: Cancelled = never_cancelled) -> dict[str, NDArray[np.generic]] | None:
    """What identifies the sound of ``path``, as arrays for an npz file; ``None`` without sound (see ``blocks_print``).

    Raises ``MediaError`` for what can't be decoded, ``UnavailableError`` without the ffmpeg binary, ``CancelledError`` when
    asked to stop (asked every half minute of sound).
    """
    return blocks_print(sample_sound(path, rate=landmarks.RATE), name=path.name, cancelled=cancelled)


def blocks_print(
    blocks: Iterable[SoundBlock], *, name: str, cancelled: Cancelled = never_cancelled
) -> dict[str, NDArray[np.generic]] | None:
    """The print of sound at ``landmarks.RATE`` that has been decoded already; ``None`` where there is none.

    ``version`` (), ``seconds``, ``pitch``, ``strength`` (n,) float32 (see ``landmarks.Peaks``), ``codes`` (m,) uint32 and
    ``codes_at`` (m,) float32, the moment at which each chromaprint code starts. Of silence ``seconds``,
    ``pitch`` and ``strength`` are empty. Raises as ``sound_print`` does; errors name ``name``.
    """
    peaks: list[Peaks] = []
    codes: list[NDArray[np.uint32]] = []
    codes_at: list[NDArray[np.float32]] = []
    heard = False
    for begin, samples, kept_from, kept_to in _chunks(blocks):
        heard = True
        if cancelled():
            raise CancelledError(f"{name}: reading its sound was cancelled")
        found = landmarks.find_peaks(samples, begin=begin)
        first, last = np.searchsorted(found.seconds, [kept_from, kept_to])
        peaks.append(found.part(int(first), int(last)))
        run = chromaprint.chromaprint(samples)
        at = begin + np.arange(run.size) * chromaprint.STEP_SECONDS
        inside = (at >= kept_from) & (at < kept_to)
        codes.append(run[inside])
        codes_at.append(at[inside].astype(np.float32))
    if not heard:
        return None
    joined = Peaks.joined(peaks)
    return {
        "version": np.array(VERSION), "seconds": joined.seconds, "pitch": joined.pitch, "strength": joined.strength,
        "codes": np.concatenate(codes), "codes_at": np.concatenate(codes_at),
    }  # fmt: skip


def _chunks(blocks: Iterable[SoundBlock]) -> Iterator[tuple[float, NDArray[np.float32], float, float]]:
    """Runs of sound of bounded length: first moment, samples, and between which moments their peaks count."""
    rate = landmarks.RATE
    begin, kept_from = 0.0, -math.inf
    held: list[NDArray[np.float32]] = []
    count = 0
    for block in blocks:
        gap = block.seconds - (begin + count / rate)
        if held and gap > _BRIDGE:
            yield begin, np.concatenate(held), kept_from, math.inf
            held, count, kept_from = [], 0, -math.inf
        elif held and gap > 1.5 / rate:
            silence = np.zeros(round(gap * rate), np.float32)
            held.append(silence)
            count += silence.size
        if not held:
            begin = block.seconds
        held.append(block.samples)
        count += block.samples.size
        if count >= (_CHUNK + 2 * _CONTEXT) * rate:
            samples = np.concatenate(held)
            kept_to = begin + count / rate - _CONTEXT
            yield begin, samples, kept_from, kept_to
            tail = samples[-round(2 * _CONTEXT * rate) :]
            begin += (count - tail.size) / rate
            held, count, kept_from = [tail], tail.size, kept_to
    if held:
        yield begin, np.concatenate(held), kept_from, math.inf


def _peaks_of(arrays: dict[str, NDArray[np.generic]], key: str) -> Peaks:
    version = int(arrays["version"])
    if version != VERSION:
        raise BadInputError(f"{key}: its sound print has version {version}, not {VERSION}; register the work again")
    return Peaks(
        np.asarray(arrays["seconds"], np.float32), np.asarray(arrays["pitch"], np.float32),
        np.asarray(arrays["strength"], np.float32),
    )  # fmt: skip


class SoundLibrary:
    """Prints of works, ready to be searched: 20 bytes for each of some 400 triples a second, 60 MB for two hours."""

    def __init__(
        self,
        keys: list[str],
        works: list[Peaks],
        codes: list[tuple[NDArray[np.uint32], NDArray[np.float32]]],
    ) -> None:
        self._keys, self._works, self._codes = keys, works, codes
        hashes, owners, firsts, lasts = [], [], [], []
        for number, peaks in enumerate(works):
            triples = landmarks.stored_triples(peaks)
            hashes.append(triples.hashes)
            owners.append(np.full(triples.hashes.size, number, np.int32))
            firsts.append(triples.peaks[:, 0])
            lasts.append(triples.peaks[:, 2])
        none = np.empty(0, np.int64)
        every = np.concatenate([none, *hashes])
        order = np.argsort(every, kind="stable")
        self._hashes = every[order]
        self._owners = np.concatenate([none, *owners])[order].astype(np.int32)
        offsets = np.concatenate([[0], np.cumsum([len(peaks) for peaks in works])]).astype(np.int64)
        self._firsts = (np.concatenate([none, *firsts])[order] + offsets[self._owners]).astype(np.int32)
        self._lasts = (np.concatenate([none, *lasts])[order] + offsets[self._owners]).astype(np.int32)
        joined = [np.empty(0, np.float32)]
        self._seconds = np.concatenate(joined + [peaks.seconds for peaks in works]).astype(np.float64)
        self._pitch = np.concatenate(joined + [peaks.pitch for peaks in works]).astype(np.float64)

    @classmethod
    def build(cls, prints: Iterable[tuple[str, dict[str, NDArray[np.generic]]]]) -> "SoundLibrary":
        """A library of (key, arrays of ``sound_print``). Raises ``BadInputError`` for prints of another version."""
        keys, works, codes = [], [], []
        for key, arrays in prints:
            keys.append(key)
            works.append(_peaks_of(arrays, key))
            codes.append((np.asarray(arrays["codes"], np.uint32), np.asarray(arrays["codes_at"], np.float32)))
        return cls(keys, works, codes)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, arrays: dict[str, NDArray[np.generic]]) -> list[SoundMatch]:
        """Stretches of the query that sound like a work's, in order of time; raises ``BadInputError`` as ``build`` does."""
        query = _peaks_of(arrays, "the query")
        needed = self._needed(query)
        kept: list[tuple[int, Stretch]] = []
        for work, line, start, end in self._candidates(query):
            if any(w == work and _follows(s, line, start, end) for w, s in kept):
                continue
            stretch = grown(query, self._works[work], line, start, end)
            if stretch is not None and stretch.score >= needed and stretch.end - stretch.start >= SHORTEST:
                kept.append((work, stretch))
        kept.sort(key=lambda pair: -pair[1].score)
        chosen: list[tuple[int, Stretch]] = []
        for work, stretch in kept:
            if not any(w == work and _overlap(s, stretch) > 0.3 for w, s in chosen):
                chosen.append((work, stretch))
        matches = [self._match(arrays, work, stretch, query) for work, stretch in chosen]
        return sorted(matches, key=lambda match: (match.query.start, -match.score))

    def _tests(self, query: Peaks) -> float:
        """Lines in the library times moments of the query at which a stretch may begin."""
        seconds = sum(float(np.ptp(peaks.seconds)) + 1 for peaks in self._works if len(peaks))
        speeds = (SPEED_RANGE[1] - SPEED_RANGE[0]) / 0.01
        return max(1.0, 2 * speeds * seconds / TIME_TOLERANCE * max(1, len(query)))

    def _needed(self, query: Peaks) -> float:
        return math.log(self._tests(query) / FALSE_ALARMS)

    def _candidates(self, query: Peaks) -> Iterator[tuple[int, Line, float, float]]:
        """Lines with enough votes: the work, the line, and the query seconds that voted."""
        if not len(query) or not self._hashes.size:
            return
        start, last = float(query.seconds[0]), float(query.seconds[-1])
        while start <= last:
            begin, end = np.searchsorted(query.seconds, [start, start + _WINDOW])
            for work, line in self._voted(query.part(int(begin), int(end)), start + _WINDOW / 2):
                yield work, line, start, start + _WINDOW
            start += _STEP

    def _voted(self, part: Peaks, pivot: float) -> Iterator[tuple[int, Line]]:
        asked = landmarks.asked_triples(part)
        begins = np.searchsorted(self._hashes, asked.hashes)
        counts = np.searchsorted(self._hashes, asked.hashes, side="right") - begins
        counts[counts > _COMMON] = 0
        rows = np.repeat(np.arange(counts.size), counts)
        if rows.size == 0:
            return
        stored = np.arange(rows.size) - np.repeat(np.cumsum(counts) - counts, counts) + begins[rows]
        first, last = asked.peaks[rows, 0], asked.peaks[rows, 2]
        theirs, their_last = self._firsts[stored], self._lasts[stored]
        times = part.seconds.astype(np.float64)
        speed = (self._seconds[their_last] - self._seconds[theirs]) / (times[last] - times[first])
        pitch = part.pitch[first] - self._pitch[theirs]
        likely = (speed > SPEED_RANGE[0]) & (speed < SPEED_RANGE[1])
        likely &= np.minimum(np.abs(pitch), np.abs(pitch - np.log2(np.maximum(speed, 1e-3)))) < _PITCH_SLACK
        first, theirs, stored = first[likely], theirs[likely], stored[likely]
        speed, pitch = speed[likely], pitch[likely]
        if speed.size == 0:
            return
        at = self._seconds[theirs] + speed * (pivot - times[first])
        owner = self._owners[stored].astype(np.int64)
        yield from self._peaks_of_votes(owner, speed, at, pitch, first, pivot)

    def _peaks_of_votes(
        self,
        owner: NDArray[np.int64],
        speed: NDArray[np.float64],
        at: NDArray[np.float64],
        pitch: NDArray[np.float64],
        voter: NDArray[np.int32],
        pivot: float,
    ) -> Iterator[tuple[int, Line]]:
        """The lines on which most voters agree. A vote counts in its own cell and in the next ones of both grids."""
        speeds = np.floor(speed / _SPEED_CELL).astype(np.int64)
        offsets = np.floor(at / _OFFSET_CELL).astype(np.int64) + 1000
        cells, voters = [], []
        for up in (0, 1):
            for right in (0, 1):
                cells.append((owner * 256 + speeds + up) * (1 << 24) + offsets + right)
                voters.append(voter)
        pairs = np.unique(np.stack([np.concatenate(cells), np.concatenate(voters).astype(np.int64)], axis=1), axis=0)
        cell, votes = np.unique(pairs[:, 0], return_counts=True)
        order = np.argsort(-votes, kind="stable")
        taken: list[tuple[int, float, float]] = []
        for index in order[: 8 * _LINES]:
            if votes[index] < _VOTES or len(taken) >= _LINES:
                return
            code = int(cell[index])
            work, step = divmod(code >> 24, 256)
            mine = (owner == work) & ((speeds == step) | (speeds == step - 1))
            mine &= (offsets == code & 0xFFFFFF) | (offsets == (code & 0xFFFFFF) - 1)
            line = Line(pivot, float(np.median(at[mine])), float(np.median(speed[mine])), float(np.median(pitch[mine])))
            if any(w == work and abs(s - line.speed) < 0.02 and abs(a - line.at) < 0.1 for w, s, a in taken):
                continue
            taken.append((work, line.speed, line.at))
            yield work, line

    def _match(self, arrays: dict[str, NDArray[np.generic]], work: int, stretch: Stretch, query: Peaks) -> SoundMatch:
        line = stretch.line
        ends = line.reference(np.array([stretch.start, stretch.end]))
        start = max(0.0, stretch.start)
        beyond = (stretch.matched - stretch.expected) / max(1.0, stretch.count - stretch.expected)
        return SoundMatch(
            key=self._keys[work],
            query=Interval(start, max(start, stretch.end)),
            reference=Interval(max(0.0, float(ends[0])), max(0.0, float(ends[1]))),
            speed=line.speed,
            score=min(1.0, max(0.0, beyond)),
            matched=stretch.matched,
            expected=stretch.expected,
            log10_false_alarms=(math.log(self._tests(query)) - stretch.score) / math.log(10),
            pitch=float(np.exp2(line.pitch)),
            differing_bits=self._differing_bits(arrays, work, stretch),
        )

    def _differing_bits(self, arrays: dict[str, NDArray[np.generic]], work: int, stretch: Stretch) -> float | None:
        """The share of chromaprint's bits that differ along a line at the same speed, best within a code either way."""
        if abs(stretch.line.speed - 1) > 0.005:
            return None
        codes, at = self._codes[work]
        mine, mine_at = np.asarray(arrays["codes"], np.uint32), np.asarray(arrays["codes_at"], np.float64)
        inside = (mine_at >= stretch.start) & (mine_at <= stretch.end - chromaprint.SPAN_SECONDS)
        if not inside.any() or not codes.size:
            return None
        nearest = np.searchsorted(at, stretch.line.reference(mine_at[inside]))
        shares = []
        for shift in (-1, 0, 1):
            index = nearest + shift
            good = (index >= 0) & (index < codes.size)
            if good.any():
                shares.append(chromaprint.differing_share(mine[inside][good], codes[index[good]]))
        return min(shares) if shares else None


def _follows(stretch: Stretch, line: Line, start: float, end: float) -> bool:
    """Whether a line that was voted for between two moments is one that is known already."""
    middle = (start + end) / 2
    there = stretch.line.reference(np.array([middle]))[0]
    return stretch.start - 1 <= middle <= stretch.end + 1 and abs(float(there) - line.at) < 0.3


def _overlap(one: Stretch, other: Stretch) -> float:
    """The share of the shorter stretch that lies within the other, in query time."""
    common = min(one.end, other.end) - max(one.start, other.start)
    return common / max(1e-6, min(one.end - one.start, other.end - other.start))


def sound_finding(match: SoundMatch, title: str, work_id: str) -> Finding:
    """The finding that a report shows for a match."""
    measured = {
        "matched_peaks": float(match.matched), "peaks_expected_by_chance": match.expected,
        "log10_false_alarms": match.log10_false_alarms, "pitch": match.pitch,
    }  # fmt: skip
    if match.differing_bits is not None:
        measured["chromaprint_differing_bits"] = match.differing_bits
    query, reference = match.query, match.reference
    speed = f", {match.speed:.2f} times as fast" if abs(match.speed - 1) >= 0.005 else ""
    return Finding(
        kind="audio",
        query=query,
        score=match.score,
        plain=f"Seconds {query.start:.1f} to {query.end:.1f} sound like “{title}” "
        f"(its seconds {reference.start:.1f} to {reference.end:.1f}){speed}.",
        work_id=work_id,
        reference=reference,
        speed=match.speed,
        measured=measured,
    )
