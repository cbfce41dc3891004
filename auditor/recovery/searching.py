"""One search for one file's manifest: each means adds what it finds, surest first."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from auditor.canonical import sha256_file
from auditor.errors import CancelledError
from auditor.fingerprints.iscc import BITS, FRAMES_PER_SECOND, SIDE, VideoCoder
from auditor.index import WorkIndex
from auditor.matching import Matcher
from auditor.matching.sound import SoundLibrary, sound_print
from auditor.media import MediaInfo, Progress, content_digest, sample_frames
from auditor.media.shots import thumbnail
from auditor.media.types import Cancelled, Interval, OnProgress, never_cancelled, no_progress
from auditor.recovery.answers import MEANS, Means, Recovered
from auditor.recovery.codes import ISCC_BITS, VideoCodes
from auditor.recovery.moving import MOVES_ALIKE, Motion, motion_agreement
from auditor.recovery.store import Output, OutputStore
from auditor.report import Finding
from auditor.watermark.watermarker import Pixels, Watermarker, WatermarkReading

#: Grey levels (standard deviation of a 16 x 16 thumbnail) below which a frame is too plain to be told from others.
_PLAIN = 6.0
#: Share of a film's frames that must not be plain, or its Video-Code is that of any other plain film.
_TEXTURED = 0.5
#: Share of the file's seconds that must show the output. All our films end on one card: less would let it speak for all.
PICTURES_SHARE = 0.5
#: Or so many seconds of it, wherever they stand in a longer film: longer than title and end card together.
PICTURES_SECONDS = 10.0
#: Share of the file's seconds that must show the output where nothing in them was seen moving: cards and stills alone.
RESTING_SHARE = 0.9
#: Seconds of a film in which a near code is confirmed by what moves.
MOTION_SECONDS = 60.0
#: The least that counts at all: what moves must be seen moving.
_LEAST_SECONDS = 1.0
#: The same for sound without pictures, where a jingle may be shared by many recordings.
SOUND_SHARE, SOUND_SECONDS = 0.5, 20.0


@dataclass(frozen=True, slots=True)
class Looked:
    """A film seen once: its Video-Code (``None`` where it is too plain for one), the payload that was read in it, and what
    moves in its first ``MOTION_SECONDS``."""

    code: str | None
    reading: WatermarkReading | None
    motion: Motion


def looked_at(
    path: Path,
    *,
    watermarker: Watermarker | None = None,
    seconds: float = 0.0,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> Looked:
    """Decode a film once for its code and its watermark. Raises ``MediaError`` and ``CancelledError``."""
    with VideoCoder(path.name) as coder:
        textured: list[bool] = []
        motion = Motion()

        def frames() -> Iterator[Pixels]:
            for frame in sample_frames(path, fps=FRAMES_PER_SECOND, max_side=SIDE):
                if cancelled():
                    raise CancelledError(f"{path.name}: the search was cancelled")
                on_progress(Progress("look", frame.seconds, seconds, "seconds"))
                coder.observe(frame.seconds, frame.pixels)
                if frame.seconds <= MOTION_SECONDS:
                    motion.observe(frame.seconds, frame.pixels)
                textured.append(float(thumbnail(frame.pixels).std()) > _PLAIN)
                yield frame.pixels

        seen = frames()
        reading = watermarker.read(seen) if watermarker is not None else None
        for _ in seen:  # the reader may have stopped early
            pass
        code = coder.conclude()
    return Looked(code if np.mean(textured) >= _TEXTURED else None, reading, motion)


class Search:
    """Looks for the manifests of ``path`` among ``outputs``; ``answers`` says what was found so far."""

    def __init__(
        self, path: Path, *, store: OutputStore, outputs: tuple[Output, ...], codes: VideoCodes, works: WorkIndex
    ) -> None:
        self._path, self._store, self._outputs = path, store, outputs
        self._codes, self._works = codes, works
        self._named = {output.manifest_id for output in outputs}
        self._found: list[Recovered] = []

    @property
    def answered(self) -> bool:
        return bool(self._found)

    def answers(self) -> tuple[Recovered, ...]:
        """One for each manifest, by the surest means that found it; the surest first."""
        by_manifest: dict[str, list[Recovered]] = defaultdict(list)
        for one in sorted(self._found, key=lambda one: (MEANS.index(one.by), -one.score)):
            by_manifest[one.manifest_id].append(one)
        merged = []
        for found in by_manifest.values():
            also = tuple(dict.fromkeys(one.by for one in found[1:] if one.by != found[0].by))
            merged.append(replace(found[0], also=also))
        return tuple(merged)

    def by_digest(self) -> None:
        for manifest_id in self._store.by_digest(sha256_file(self._path)):
            self._note(manifest_id, "digest", "The file is the output itself, byte for byte.")

    def by_content(self) -> None:
        for manifest_id in self._store.by_content(content_digest(self._path)):
            self._note(
                manifest_id,
                "content",
                "The coded pictures are the output's own; only its container or metadata changed.",
            )

    def by_fingerprints(
        self, info: MediaInfo, watermarker: Watermarker | None, on_progress: OnProgress, cancelled: Cancelled
    ) -> None:
        """Its watermark and, of a film, its Video-Code."""
        if watermarker is not None and not self._store.has_watermarks(watermarker.alg):
            watermarker = None
        if info.is_still:
            if watermarker is not None:
                pictures = (frame.pixels for frame in sample_frames(self._path, fps=0))
                self._by_reading(watermarker, watermarker.read(pictures))
            return
        looked = looked_at(
            self._path, watermarker=watermarker, seconds=info.duration, on_progress=on_progress, cancelled=cancelled
        )
        if watermarker is not None:
            self._by_reading(watermarker, looked.reading)
        if looked.code is not None:
            self.by_code(looked.code, looked.motion)

    def by_code(self, code: str, motion: Motion | None = None) -> None:
        """Outputs with a code near to ``code``; with ``motion`` only those in which the same moves: other recordings of a
        scene at rest have codes as near as copies have. What can't be confirmed is left to the pictures."""
        for place, bits in self._codes.within(code, ISCC_BITS):
            if motion is not None and not self._moves_alike(self._outputs[place], motion):
                continue
            self._found.append(
                Recovered(
                    self._outputs[place].manifest_id, "iscc", score=1 - bits / (BITS / 2), figure=float(bits),
                    unit=f"bits of {BITS} differ", threshold=float(ISCC_BITS),
                    plain=f"Its ISCC Video-Code differs from the output's in {bits} of {BITS} bits; of unrelated films in "
                    "about half.",
                )
            )  # fmt: skip

    def _moves_alike(self, output: Output, motion: Motion) -> bool:
        named = (output.manifest_id, output.sha256)
        references = (one for one in self._works.references() if (one.work_id, one.asset_sha256) == named)
        reference = next(references, None)
        agreement = None if reference is None else motion_agreement(motion, reference.proxy)
        return agreement is not None and agreement >= MOVES_ALIKE

    def _by_reading(self, watermarker: Watermarker, reading: WatermarkReading | None) -> None:
        if reading is None:
            return
        for manifest_id in self._store.by_watermark(watermarker.alg, reading.payload):
            self._found.append(
                Recovered(
                    manifest_id, "watermark", score=reading.confidence, figure=reading.confidence,
                    unit="share of the code's bits", threshold=0.0, mirrored=reading.mirrored,
                    plain=f"Its pictures carry the output's watermark {reading.payload.hex()}: {reading.confidence:.0%} of "
                    f"the code's bits were read so; the checksum holds (by chance: {reading.false_positive:.0e}).",
                )
            )  # fmt: skip

    def by_pictures(self, info: MediaInfo, seconds: float, on_progress: OnProgress, cancelled: Cancelled) -> None:
        """Lay its pictures, those of the first ``seconds``, over the outputs'."""
        info = replace(info, duration=min(info.duration, seconds))
        matcher = Matcher(self._works)
        for frame in sample_frames(self._path, fps=float(FRAMES_PER_SECOND), max_side=SIDE, end=seconds):
            if cancelled():
                raise CancelledError(f"{self._path.name}: the search was cancelled")
            on_progress(Progress("look", frame.seconds, info.duration, "seconds"))
            matcher.observe(frame)
        findings = matcher.conclude(self._path, info, on_progress=on_progress, cancelled=cancelled)
        by_manifest: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.kind == "copy" and finding.work_id in self._named:
                by_manifest[str(finding.work_id)].append(finding)
        for manifest_id, found in by_manifest.items():
            if (one := _shown(manifest_id, found, info)) is not None:
                self._found.append(one)

    def by_sound(self, library: SoundLibrary, cancelled: Cancelled) -> None:
        """For recordings without pictures: the same sound."""
        arrays = sound_print(self._path, cancelled=cancelled)
        if arrays is None or not len(library) or not len(arrays["codes_at"]):
            return
        seconds = float(arrays["codes_at"][-1])
        for match in library.find(arrays):
            needed = min(SOUND_SECONDS, SOUND_SHARE * seconds)
            if match.key in self._named and match.query.duration >= needed:
                self._found.append(
                    Recovered(
                        match.key, "sound", score=match.score, figure=match.query.duration, unit="seconds heard",
                        threshold=round(needed, 2), query=match.query, reference=match.reference,
                        plain=f"Its seconds {match.query.start:.1f} to {match.query.end:.1f} sound as the output's "
                        f"{match.reference.start:.1f} to {match.reference.end:.1f}; by chance 10^"
                        f"{match.log10_false_alarms:.0f} such stretches would be met.",
                    )
                )  # fmt: skip

    def _note(self, manifest_id: str, by: Means, plain: str) -> None:
        self._found.append(Recovered(manifest_id, by, 1.0, 0.0, "bits of SHA-256 differ", 0.0, plain))


def _shown(manifest_id: str, found: list[Finding], info: MediaInfo) -> Recovered | None:
    """What copies of one output add up to, if it is enough to call the file a copy of it."""
    best = max(found, key=lambda one: (one.log10_lr or 0.0, one.score))
    if info.is_still:
        return Recovered(
            manifest_id, "pictures", score=best.score, figure=best.score, unit="calibrated score, 0 to 1", threshold=0.0,
            plain=f"The picture is one of the output's, laid over it{_how(best)}.", log10_lr=best.log10_lr,
            query=best.query, reference=best.reference, region=best.region, mirrored=best.mirrored,
        )  # fmt: skip
    shown = _covered([one.query for one in found])
    moving = _covered([one.query for one in found if "motion" in one.measured])
    needed = max(_LEAST_SECONDS, min(PICTURES_SECONDS, PICTURES_SHARE * info.duration))
    # films of one maker share their cards, which rest: seconds at rest count only where they are nearly all there is
    if moving < min(needed, RESTING_SHARE * info.duration) and shown < max(needed, RESTING_SHARE * info.duration):
        return None
    return Recovered(
        manifest_id, "pictures", score=best.score, figure=shown, unit="seconds show the output", threshold=round(needed, 2),
        plain=f"{shown:.1f} of its {info.duration:.1f} seconds show the output, laid over it frame by frame{_how(best)}.",
        log10_lr=best.log10_lr, query=best.query, reference=best.reference, region=best.region, mirrored=best.mirrored,
    )  # fmt: skip


def _how(finding: Finding) -> str:
    ratio = (
        "" if finding.log10_lr is None else f", {10 ** min(finding.log10_lr, 9):,.0f} times likelier in a copy than not"
    )
    return (", mirrored" if finding.mirrored else "") + ratio


def _covered(stretches: list[Interval]) -> float:
    """Seconds that the stretches cover together."""
    total, reached = 0.0, -np.inf
    for stretch in sorted(stretches, key=lambda one: one.start):
        total += max(0.0, stretch.end - max(stretch.start, reached))
        reached = max(reached, stretch.end)
    return float(total)
