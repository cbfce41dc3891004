"""Verbatim runs that two texts share, found through a sample of their word shingles.

Every stretch of ``SHINGLE`` words is hashed; of every ``WINDOW`` neighbouring hashes the least is kept (winnowing:
Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", 2003). It is MinHash taken
locally, with what a MinHash of whole texts can't promise: any run of at least ``SURE`` equal words shares a kept hash, so
none is missed. Each shared hash is then extended word by word, so what is reported is equal text and nothing estimated.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Name and version of what a stored fingerprint means.
TEXT_VERSION = "words nfkc casefold, shingle 5, winnow 8, blake2b-64"
SHINGLE = 5
WINDOW = 8
#: Equal words from which a shared run can't be missed.
SURE = SHINGLE + WINDOW - 1
#: Words by which a run may be interrupted, on either side, and still belong to one passage: a word exchanged, a name cut.
GAP = 6
#: Equal words from which a passage goes on after a gap: three in a row are met by chance.
MIN_AFTER_GAP = 4
_GAPS = sorted(
    ((aside, along) for aside in range(GAP + 1) for along in range(GAP + 1) if aside or along),
    key=lambda gap: (max(gap), abs(gap[0] - gap[1])),
)
#: Words from which a run stands as evidence by itself. Idioms, oaths and rights warnings repeat up to about ten words.
MIN_RUN = 12
#: Words of the longest run from which an interrupted passage counts, if it has ``MIN_PASSAGE`` equal words in all.
MIN_PART, MIN_PASSAGE = 7, 20
#: Shared hashes followed for one pair of texts: a text that repeats one sentence forever must not take forever.
MAX_SEEDS = 200_000

#: Letters and digits with apostrophes inside; scripts that are written without spaces count by the character.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]|[^\W_\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+(?:'[^\W_]+)*"
)


@dataclass(frozen=True, slots=True)
class Run:
    """``words`` equal words: from ``query`` in one text, from ``reference`` in the other, counted in words."""

    query: int
    reference: int
    words: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Runs that follow one another in both texts with small gaps."""

    runs: tuple[Run, ...]

    @property
    def words(self) -> int:
        return sum(run.words for run in self.runs)

    @property
    def longest(self) -> int:
        return max(run.words for run in self.runs)

    @property
    def query(self) -> tuple[int, int]:
        """First word and one past the last, in the query."""
        return self.runs[0].query, self.runs[-1].query + self.runs[-1].words

    @property
    def reference(self) -> tuple[int, int]:
        return self.runs[0].reference, self.runs[-1].reference + self.runs[-1].words


def words_of(text: str) -> list[str]:
    """The words of a line as they are compared: case, accents' encoding and typographic apostrophes evened out."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _WORD.findall(
        plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\N{MODIFIER LETTER APOSTROPHE}", "'")
    )


def shingle_hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    """The 64-bit hash of each ``SHINGLE`` words in a row, (len(words) - SHINGLE + 1,)."""
    ends = range(SHINGLE, len(words) + 1)
    digests = b"".join(
        hashlib.blake2b("\0".join(words[end - SHINGLE : end]).encode("utf-8", "replace"), digest_size=8).digest()
        for end in ends
    )
    return np.frombuffer(digests, "<u8").astype(np.uint64)


def winnowed(hashes: NDArray[np.uint64]) -> NDArray[np.intp]:
    """The places whose hash is the least of some ``WINDOW`` neighbours (the last of several that are equal), rising."""
    if len(hashes) <= WINDOW:
        return np.array([len(hashes) - 1 - int(np.argmin(hashes[::-1]))] if len(hashes) else [], np.intp)
    windows = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW)
    least = WINDOW - 1 - np.argmin(windows[:, ::-1], axis=1)
    return np.unique(least + np.arange(len(windows)))


def passages(query: Sequence[str], reference: Sequence[str], seeds: NDArray[np.intp]) -> list[Passage]:
    """The passages around ``seeds`` (n, 2): places in query and reference where the same shingle begins."""
    found = []
    covered: dict[int, int] = {}  # diagonal -> where in the query the last run on it ends
    for q, r in seeds[np.lexsort((seeds[:, 1], seeds[:, 0]))][:MAX_SEEDS].tolist():
        if q < covered.get(q - r, 0) or query[q] != reference[r]:
            continue  # known already, or two shingles with one hash
        runs = _around(query, reference, q, r)
        for run in runs:
            diagonal = run.query - run.reference
            covered[diagonal] = max(covered.get(diagonal, 0), run.query + run.words)
        passage = Passage(runs)
        if passage.longest >= MIN_RUN or (passage.longest >= MIN_PART and passage.words >= MIN_PASSAGE):
            found.append(passage)
    return _strongest(found)


def _around(query: Sequence[str], reference: Sequence[str], q: int, r: int) -> tuple[Run, ...]:
    """The run through a seed, and those that go on from its ends across small gaps."""
    before, after = _equal(query, reference, q - 1, r - 1, -1), _equal(query, reference, q, r, 1)
    runs = [Run(q - before, r - before, before + after)]
    while (
        found := _beyond(query, reference, runs[-1].query + runs[-1].words, runs[-1].reference + runs[-1].words, 1)
    ) is not None:
        runs.append(Run(*found))
    while (found := _beyond(query, reference, runs[0].query - 1, runs[0].reference - 1, -1)) is not None:
        last_q, last_r, words = found
        runs.insert(0, Run(last_q - words + 1, last_r - words + 1, words))
    return tuple(runs)


def _equal(query: Sequence[str], reference: Sequence[str], q: int, r: int, step: int) -> int:
    """How many words are equal from here on, forwards or backwards."""
    words = 0
    while 0 <= q < len(query) and 0 <= r < len(reference) and query[q] == reference[r]:
        q, r, words = q + step, r + step, words + 1
    return words


def _beyond(query: Sequence[str], reference: Sequence[str], q: int, r: int, step: int) -> tuple[int, int, int] | None:
    """Where equality begins again within ``GAP`` words, and for how many; the smallest gap first."""
    for aside, along in _GAPS:
        words = _equal(query, reference, q + step * aside, r + step * along, step)
        if words >= MIN_AFTER_GAP:
            return q + step * aside, r + step * along, words
    return None


def _strongest(found: list[Passage]) -> list[Passage]:
    """Of passages about the same words of the query the longest: a phrase that a script repeats is one finding."""
    kept: list[Passage] = []
    starts: list[int] = []  # of those kept, which never overlap, in order
    for passage in sorted(found, key=lambda p: (-p.words, p.query, p.reference)):
        place = bisect_left(starts, passage.query[0])
        before = place > 0 and kept[place - 1].query[1] > passage.query[0]
        after = place < len(kept) and kept[place].query[0] < passage.query[1]
        if not before and not after:
            kept.insert(place, passage)
            starts.insert(place, passage.query[0])
    return kept
