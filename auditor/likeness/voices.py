"""Who in a film resembles a registered voice, and when: sound in, runs of one person's seconds out.

>>> tracker = VoiceTracker(gallery)                                                 # doctest: +SKIP
>>> runs = tracker.listen(sample_sound(Path("take.mp4"), rate=RATE))                # doctest: +SKIP
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from auditor.errors import CancelledError
from auditor.likeness.rates import voice_rates
from auditor.likeness.recordings import smoothed, unit
from auditor.likeness.speech import FRAMES_PER_SECOND, SpeechFinder, Stretch
from auditor.likeness.voice_gallery import ALIKE, VoiceGallery
from auditor.media import Interval, SoundBlock
from auditor.media.types import Cancelled, never_cancelled
from auditor.report import Finding

#: Windows on each side that a window is averaged with: about three seconds of speech are judged together.
_REACH = 2
#: Seconds of speech that a run must have; less is chance.
_SHORTEST = 1.2
#: Seconds between two runs of a person that count as one: they paused.
_BRIDGED = 1.5


@dataclass(frozen=True, slots=True)
class VoiceRun:
    """Speech from ``span.start`` to ``span.end`` seconds that resembles one registered voice.

    ``similarity`` is the cosine, -1..1, of its mean vector with the voice; ``spoken`` the seconds of speech in it.
    """

    span: Interval
    subject_id: str
    similarity: float
    spoken: float


@dataclass(slots=True)
class _Run:
    start: float
    end: float
    person: int
    total: NDArray[np.float64]
    frames: int


def _until(cancelled: Cancelled, blocks: Iterable[SoundBlock]) -> Iterator[SoundBlock]:
    for block in blocks:
        if cancelled():
            raise CancelledError("listening for voices was cancelled")
        yield block


class VoiceTracker:
    """Listens to one film against one gallery. Loads the encoder first: raises ``UnavailableError`` without weights."""

    def __init__(self, gallery: VoiceGallery) -> None:
        self._gallery = gallery
        self._subjects = tuple(gallery.subjects())
        self._rates = voice_rates(gallery.encoder.version)
        self.spoken = 0.0
        gallery.encoder.load()

    def listen(self, blocks: Iterable[SoundBlock], *, cancelled: Cancelled = never_cancelled) -> tuple[VoiceRun, ...]:
        """All runs in order of time. ``blocks`` are mono at 16 kHz; ``spoken`` counts the seconds of speech in them.

        Raises ``CancelledError``, and whatever the blocks raise.
        """
        if not self._subjects:
            return ()
        open_runs: list[_Run] = []
        for stretch in SpeechFinder().stretches(_until(cancelled, blocks)):
            self.spoken += stretch.spoken
            for run in self._runs(stretch):
                last = open_runs[-1] if open_runs else None
                if last is not None and last.person == run.person and run.start - last.end <= _BRIDGED:
                    last.end, last.total, last.frames = run.end, last.total + run.total, last.frames + run.frames
                else:
                    open_runs.append(run)
        return tuple(found for run in open_runs if (found := self._concluded(run)) is not None)

    def findings(self, runs: tuple[VoiceRun, ...]) -> tuple[Finding, ...]:
        """A finding for each run. Its score is the cosine, not calibrated: ``log10_lr`` stays ``None``. Where pairs of the
        encoder were counted, ``measured`` says how often this similarity misleads."""
        return tuple(
            Finding(
                kind="voice",
                query=run.span,
                score=min(1.0, max(0.0, run.similarity)),
                subject_id=run.subject_id,
                plain=self._sentence(run),
                measured=self._measured(run),
            )
            for run in runs
        )

    def _measured(self, run: VoiceRun) -> dict[str, float]:
        figures = {"cosine": run.similarity, "threshold": ALIKE, "spoken_seconds": run.spoken}
        return figures | (self._rates.at(1 - run.similarity).as_dict() if self._rates else {})

    def _sentence(self, run: VoiceRun) -> str:
        name = self._gallery.label(run.subject_id)
        said = self._rates.at(1 - run.similarity).sentence("other people's speech") if self._rates else ""
        return (
            f"Seconds {run.span.start:.1f} to {run.span.end:.1f} have speech that resembles the voice of {name} "
            f"(similarity {run.similarity:.2f}; {ALIKE:.2f} and more counts as alike{'; ' if said else ''}{said})."
        )

    def _runs(self, stretch: Stretch) -> Iterator[_Run]:
        """Windows in a row that are most like one person and enough so; each frame goes with the window nearest to it."""
        windows, middles = stretch.windows()
        if not len(windows):
            return
        vectors = self._gallery.encoder.encode(windows)
        likeness = self._gallery.similarities(smoothed(vectors, _REACH))
        person = np.where(likeness.max(axis=1) >= ALIKE, likeness.argmax(axis=1), -1)
        edges = np.concatenate([[0], (middles[1:] + middles[:-1]) // 2, [len(stretch.seconds)]])
        starts = np.concatenate([[0], np.flatnonzero(np.diff(person)) + 1, [len(person)]])
        for first, after in pairwise(starts):
            if person[first] < 0:
                continue
            begin, end = int(edges[first]), int(edges[after])
            yield _Run(
                float(stretch.seconds[begin]), float(stretch.seconds[end - 1]) + 1 / FRAMES_PER_SECOND,
                int(person[first]), vectors[first:after].sum(axis=0, dtype=np.float64), end - begin,
            )  # fmt: skip

    def _concluded(self, run: _Run) -> VoiceRun | None:
        spoken = run.frames / FRAMES_PER_SECOND
        similarity = float(self._gallery.similarities(unit(run.total)[None])[0, run.person])
        if spoken < _SHORTEST or similarity < ALIKE:
            return None
        return VoiceRun(Interval(max(0.0, run.start), run.end), self._subjects[run.person], similarity, spoken)
