"""Which registered works a film resembles without being a copy: observe its frames once, then conclude."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from auditor.errors import BadInputError
from auditor.index import Reference, WorkIndex
from auditor.media import Frame, Interval, MediaInfo
from auditor.media.proxy import read_film_proxy, read_still_proxy
from auditor.plaintext import plain_text
from auditor.report import RESEMBLANCE_KINDS, EvidencePair, Finding
from auditor.resemblance.describing import MEASURES, Measure, Pixels
from auditor.resemblance.library import ResemblanceLibrary
from auditor.resemblance.sampling import LookSampler
from auditor.resemblance.unusual import Scale, Vectors

#: Looks that are described at once.
_BATCH = 8
#: Resemblances of each measure that are told, the most unusual first: more would be read by nobody.
MOST_TOLD = 12
#: Pictures shown for a resemblance, and pixels on their longer side.
_SHOWN, _SHOWN_SIDE = 3, 320


@dataclass(frozen=True, slots=True)
class _Look:
    """A frame that was looked at: the seconds that it stands for begin at ``start``."""

    start: float
    seconds: float
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class _Closest:
    """The work that a look resembles most unusually, by one measure."""

    look: int
    asset: str
    work_id: str
    seconds: float
    likeness: float
    unusual: float
    as_alike: int


class ResemblanceWatch:
    """One film against one library, for the works that the index holds now."""

    def __init__(self, library: ResemblanceLibrary, index: WorkIndex) -> None:
        self._library = library
        self._references: dict[str, list[Reference]] = {}
        for reference in sorted(index.references(), key=lambda r: (r.asset_sha256, r.work_id)):
            self._references.setdefault(reference.asset_sha256, []).append(reference)
        self._sampler = LookSampler()
        self._looks: list[_Look] = []
        self._waiting: list[Pixels] = []
        self._vectors: dict[Measure, list[Vectors]] = {measure: [] for measure in MEASURES}

    @property
    def unseen(self) -> int:
        """Works of the index with files that the library has not looked at."""
        lacking = self._references.keys() - self._library.assets
        return len({reference.work_id for asset in lacking for reference in self._references[asset]})

    def observe(self, frame: Frame) -> None:
        """Take the next frame; frames come in order of time, five a second or so."""
        start = self._sampler.wants(frame)
        if start is not None:
            self._take(frame, start)

    def _take(self, frame: Frame, start: float) -> None:
        self._looks.append(_Look(start, frame.seconds, _jpeg(frame.pixels)))
        self._waiting.append(np.array(frame.pixels))  # the decoder may use its frame's memory again
        if len(self._waiting) >= _BATCH:
            self._describe()

    def _describe(self) -> None:
        if self._waiting:
            for measure, vectors in self._library.describer.describe(self._waiting).items():
                self._vectors[measure].append(vectors)
            self._waiting = []

    def conclude(self, info: MediaInfo, found: Sequence[Finding] = ()) -> list[Finding]:
        """The resemblances, in order of time. What ``found`` says already of a work in those seconds (that it is a copy,
        the same scene …) is not told again as a resemblance of the same work."""
        self._describe()
        told: list[Finding] = []
        works = len({reference.work_id for references in self._references.values() for reference in references})
        for measure in MEASURES if self._looks and works else ():
            scale = Scale(measure, self._library.background)
            closest = self._closest(scale, np.concatenate(self._vectors[measure]), found, scale.told_from(works))
            runs = sorted(_runs(closest), key=lambda run: (-_median(run, "unusual"), run[0].look))
            told += [self._finding(measure, run, info) for run in runs[:MOST_TOLD]]
        return sorted(told, key=lambda finding: (finding.query.start, finding.kind, finding.work_id or ""))

    def _closest(self, scale: Scale, vectors: Vectors, found: Sequence[Finding], least: float) -> list[_Closest]:
        queries = scale.units(vectors)
        best: dict[int, _Closest] = {}
        for asset, looks in self._library.looks(sorted(self._references)):
            if not len(looks.times):
                continue
            likeness, unusual = scale.compare(queries, scale.units(looks.vectors[scale.measure]))
            at = unusual.argmax(axis=1)
            for look in map(int, np.flatnonzero(unusual.max(axis=1) >= least)):
                row, z = int(at[look]), float(unusual[look, at[look]])
                if look in best and best[look].unusual >= z:
                    continue
                work_id = self._unexplained(asset, self._looks[look], found)
                if work_id is not None:
                    alike = float(likeness[look, row])
                    best[look] = _Closest(
                        look,
                        asset,
                        work_id,
                        float(looks.times[row]),
                        alike,
                        z,
                        scale.as_alike(queries[look], alike),
                    )
        return [best[look] for look in sorted(best)]

    def _unexplained(self, asset: str, look: _Look, found: Sequence[Finding]) -> str | None:
        """A work with that file about which nothing weightier was found at that moment."""
        said = {
            finding.work_id
            for finding in found
            if finding.kind not in RESEMBLANCE_KINDS and finding.query.start <= look.seconds <= finding.query.end
        }
        return next((r.work_id for r in self._references[asset] if r.work_id not in said), None)

    def _finding(self, measure: Measure, run: list[_Closest], info: MediaInfo) -> Finding:
        strongest = max(run, key=lambda one: (one.unusual, -one.look))
        reference = next(r for r in self._references[strongest.asset] if r.work_id == strongest.work_id)
        query = self._interval(run, info)
        return Finding(
            kind=measure,
            query=query,
            reference=None if reference.info.is_still else Interval(strongest.seconds, strongest.seconds),
            work_id=strongest.work_id,
            score=min(1.0, max(0.0, _median(run, "likeness"))),
            measured={
                "likeness": _median(run, "likeness"),
                "unusual": _median(run, "unusual"),
                "background_as_alike": float(max(one.as_alike for one in run)),
                "background": float(self._library.background.unrelated),
                "looks": float(len(run)),
            },
            plain=_sentence(measure, query, reference, strongest.seconds, info),
            evidence=tuple(self._shown(one) for one in _spread(run, strongest)),
        )

    def _interval(self, run: list[_Closest], info: MediaInfo) -> Interval:
        if info.is_still:
            return Interval(0.0, 0.0)
        first, last = self._looks[run[0].look], run[-1].look
        end = self._looks[last + 1].start if last + 1 < len(self._looks) else info.duration
        return Interval(first.start, max(end, self._looks[last].seconds))

    def _shown(self, one: _Closest) -> EvidencePair:
        look = self._looks[one.look]
        reference = self._references[one.asset][0]
        still = reference.info.is_still
        return EvidencePair(look.seconds, look.jpeg, None if still else one.seconds, _picture(reference, one.seconds))


def _runs(closest: list[_Closest]) -> list[list[_Closest]]:
    """Looks in a row that resemble one work."""
    runs: list[list[_Closest]] = []
    for one in closest:
        before = runs[-1][-1] if runs else None
        if before is not None and before.work_id == one.work_id and before.look + 1 == one.look:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _median(run: list[_Closest], name: str) -> float:
    return float(np.median([getattr(one, name) for one in run]))


def _spread(run: list[_Closest], strongest: _Closest) -> list[_Closest]:
    """The strongest and some others, in order of time."""
    others = [one for one in run if one is not strongest]
    chosen = others[:: max(1, len(others) // (_SHOWN - 1))][: _SHOWN - 1]
    return sorted([strongest, *chosen], key=lambda one: one.look)


def _sentence(measure: Measure, query: Interval, reference: Reference, seconds: float, info: MediaInfo) -> str:
    title = plain_text(reference.title, 120)
    when = "The picture" if info.is_still else f"Seconds {query.start:.1f} to {query.end:.1f}"
    verb = "resembles" if info.is_still else "resemble"
    there = "" if reference.info.is_still else f" (its second {seconds:.1f})"
    what = "the look of" if measure == "style" else "in what they show"
    if measure == "semantic":
        what = "in what it shows" if info.is_still else what
        return f"{when} {verb} “{title}”{there} {what}; this is not evidence of copying."
    return f"{when} {verb} {what} “{title}”{there}; this is not evidence of copying."


def _picture(reference: Reference, seconds: float) -> bytes | None:
    """The frame of the work; ``None`` if it was removed meanwhile."""
    try:
        if reference.info.is_still:
            return _jpeg(read_still_proxy(reference.proxy).pixels)
        frames = read_film_proxy(reference.proxy, start=seconds, end=seconds + 0.5, fps=0)
        first = next(iter(frames), None)
    except BadInputError:
        return None
    return None if first is None else _jpeg(first.pixels)


def _jpeg(pixels: Pixels) -> bytes:
    height, width = pixels.shape[:2]
    factor = min(1.0, _SHOWN_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])[1])
