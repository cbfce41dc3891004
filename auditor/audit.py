"""The audit: one decoding pass over a file, fanned out to every detector, gathered in one report.

>>> auditor = Auditor(index=WorkIndex.open(...), gallery=FaceGallery.open(...))    # doctest: +SKIP
>>> report = auditor.audit(Path("take.mp4"))                                       # doctest: +SKIP
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor import __version__
from auditor.canonical import sha256_file
from auditor.errors import BadInputError, CancelledError
from auditor.fingerprints.iscc import FRAMES_PER_SECOND, VideoCoder
from auditor.index import WorkIndex
from auditor.likeness import FaceGallery, FaceTracker, VoiceGallery, VoiceTracker
from auditor.likeness.rates import RateTable, face_rates, voice_rates
from auditor.likeness.tracks import SIDE
from auditor.likeness.voice_encoder import RATE
from auditor.matching import Matcher
from auditor.matching.fusion import fuse
from auditor.matching.lines import FASTEST
from auditor.matching.negatives import NegativeBank
from auditor.matching.work_sounds import SOUND_VERSION, WorkSounds
from auditor.media import Progress, probe, probe_sound, sample_frames, sample_sound
from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from auditor.report import AuditReport, DetectorVersion, Finding, Quieted, UnknownPerson
from auditor.resemblance import ResemblanceLibrary, ResemblanceWatch

#: Frames a second that are decoded for a look: as many as the film's own fingerprint needs. The matcher chooses among them.
LOOK_FPS = float(FRAMES_PER_SECOND)
#: Frames a second in which faces are looked for. Half a second is the shortest shot that a viewer takes in.
SAMPLE_FPS = 2.0
#: Rounding of a frame's time.
_TOLERANCE = 1e-3

_WORKS_BLIND = (
    f"copies played at more than {FASTEST:g} times the original's speed, or less than 1/{FASTEST:g} of it",
    "copies shorter than about half a second, or smaller than a tenth of the picture",
    "spoken words and text",
    "drawings or paintings made after a work",
)
_SOUND_BLIND = ("sound at less than 0.87 or more than 1.15 times its speed, under louder speech, or in a second track",)
_RESEMBLANCE_BLIND = (
    "most works of a similar style or content: likeness is ranked against unrelated pictures and not calibrated, and shots "
    "shorter than half a second are not looked at for it",
)
#: How the names of detectors begin that listen.
_LISTENING = ("sound", "voices", "dismissals")
#: Why style and content were not looked at, unless a caller knows a better reason.
NO_LOOKS = "no library of looks was searched"
_NO_LIKENESS = "works of a similar style or content: "
_LOOKS_LOST = "the library of looks was changed or damaged while the file was looked at"
_FACES_BLIND = ("faces in profile, covered, turned away, or narrower than about an eighth of the picture",)
_VOICES_BLIND = (
    "voices that sing, whisper, shout, play a part in another voice, or are heard for less than about two seconds, under "
    "louder music or noise, together with others, or in a second track; imitations of a voice are not told from it",
)


class Auditor:
    """Looks at files with whatever it was given: an index of works, a gallery of faces, a gallery of voices.

    With ``fingerprint`` the report carries the film's ISCC Video-Code, by which it is recognised later. ``negatives`` are
    false alarms that somebody dismissed: found again, they stand in the report as quieted and not as findings. ``sounds`` is
    the library of what the index's works sound like, made from the index if it is not given. With ``resemblance``, made from
    the same index, works that are merely alike are told apart; ``without_resemblance`` says why there is none. Voices are
    listened for only if ``voices`` is given.
    """

    def __init__(
        self,
        *,
        index: WorkIndex | None,
        gallery: FaceGallery | None,
        fingerprint: bool = True,
        negatives: NegativeBank | None = None,
        sounds: WorkSounds | None = None,
        resemblance: ResemblanceLibrary | None = None,
        without_resemblance: str = NO_LOOKS,
        voices: VoiceGallery | None = None,
    ) -> None:
        self._index = index
        self._gallery = gallery
        self._voices = voices
        self._negatives = negatives
        self._fingerprint = fingerprint
        self._resemblance = resemblance if index is not None else None
        self._without_resemblance = without_resemblance
        self._sounds = sounds if sounds is not None or index is None else WorkSounds.of(index)

    def audit(
        self, path: Path, *, on_progress: OnProgress = no_progress, cancelled: Cancelled = never_cancelled
    ) -> AuditReport:
        """Audit one film or picture. Raises ``MediaError`` for unusable files and ``CancelledError``."""
        seconds: dict[str, float] = {}
        with _timed(seconds, "probe"):
            info, digest = probe(path), sha256_file(path)
        matcher = Matcher(self._index) if self._index is not None else None
        tracker = FaceTracker(self._gallery) if self._gallery is not None else None
        watch = ResemblanceWatch(self._resemblance, self._index) if self._resemblance and self._index else None
        without = self._without_resemblance
        fingerprint = self._fingerprint and not info.is_still
        frames, due, iscc = 0, 0.0, None
        with _timed(seconds, "look"), VideoCoder(path.name) as coder:
            for frame in sample_frames(path, fps=LOOK_FPS, max_side=SIDE):
                if cancelled():
                    raise CancelledError(f"{path.name}: the audit was cancelled")
                on_progress(Progress("look", frame.seconds, info.duration, "seconds"))
                if fingerprint:
                    coder.observe(frame.seconds, frame.pixels)
                if matcher is not None:
                    matcher.observe(frame)
                if watch is not None:
                    watch.observe(frame)
                if frame.seconds < due - _TOLERANCE:
                    continue
                due = max(due + 1 / SAMPLE_FPS, frame.seconds - 1 / SAMPLE_FPS)
                if tracker is not None:
                    tracker.observe(frame)
                frames += 1
            if fingerprint:
                iscc = coder.conclude()
        findings: list[Finding] = []
        unknown: tuple[UnknownPerson, ...] = ()
        quieted: tuple[Quieted, ...] = ()
        if matcher is not None and self._index is not None:
            with _timed(seconds, "compare"):
                matches = matcher.conclude(path, info, on_progress=on_progress, cancelled=cancelled)
                if self._negatives is not None:
                    matches, quieted = self._negatives.quiet(matches, self._index.embedder)
                findings += matches
        if self._sounds and info.audio_codec is not None:
            with _timed(seconds, "sound"):
                on_progress(Progress("listen", 0, 1, "files"))
                findings = fuse([*findings, *self._sounds.findings(path, cancelled=cancelled)])
                if self._negatives is not None and self._index is not None:  # after: pictures still say what is in step
                    heard = [finding for finding in findings if finding.kind == "audio"]
                    _, known = self._negatives.quiet(heard, self._index.embedder)
                    quieted += known
                    findings = [finding for finding in findings if all(finding is not one.finding for one in known)]
        if self._voices is not None and info.audio_codec is not None:
            with _timed(seconds, "voices"):
                on_progress(Progress("listen", 0, 1, "files"))
                listener = VoiceTracker(self._voices)
                findings += listener.findings(listener.listen(sample_sound(path, rate=RATE), cancelled=cancelled))
        if tracker is not None:
            with _timed(seconds, "faces"):
                findings += tracker.findings(tracker.conclude(path, info), info)
                unknown = tracker.unknown_people(info)
        if watch is not None and self._index is not None:
            with _timed(seconds, "resemblance"):
                on_progress(Progress("resemblance", 0, 1, "files"))
                try:
                    alike = tuple(watch.conclude(info, [*findings, *(one.finding for one in quieted)]))
                except (
                    BadInputError
                ):  # rebuilt or damaged meanwhile: nothing follows from likeness, so no audit fails for it
                    watch, without = None, _LOOKS_LOST
                    alike = ()
                if self._negatives is not None:
                    alike, again = self._negatives.quiet(alike, self._index.embedder)
                    quieted += again
                findings += alike
        on_progress(Progress("done", 1, 1, "files"))
        return AuditReport(
            asset_sha256=digest,
            media=info,
            findings=tuple(sorted(findings, key=lambda finding: finding.query.start)),
            detectors=self._detectors(alike=watch is not None),
            frames_examined=max(frames, matcher.frames if matcher is not None else 0),
            iscc=iscc,
            seconds=seconds,
            cannot_detect=self._blind_spots(
                flooded=matcher is not None and matcher.flooded,
                likeness=_likeness_blind(watch.unseen) if watch is not None else (_NO_LIKENESS + without,),
            ),
            quieted=quieted,
            considered=tuple(matcher.considered) if matcher is not None else (),
            unknown_people=unknown,
        )

    def audit_sound(
        self, path: Path, *, on_progress: OnProgress = no_progress, cancelled: Cancelled = never_cancelled
    ) -> AuditReport:
        """Audit a recording without pictures: registered works that it sounds like, registered voices in it. What looks at
        pictures is not among the report's detectors. Raises ``MediaError`` for unusable files and ``CancelledError``."""
        seconds: dict[str, float] = {}
        with _timed(seconds, "probe"):
            info, digest = probe_sound(path), sha256_file(path)
        findings: list[Finding] = []
        quieted: tuple[Quieted, ...] = ()
        if self._sounds:
            with _timed(seconds, "sound"):
                on_progress(Progress("listen", 0, 1, "files"))
                findings = list(self._sounds.findings(path, cancelled=cancelled))
                if self._negatives is not None and self._index is not None:
                    _, quieted = self._negatives.quiet(findings, self._index.embedder)
                    findings = [one for one in findings if all(one is not known.finding for known in quieted)]
        if self._voices is not None:
            with _timed(seconds, "voices"):
                listener = VoiceTracker(self._voices)
                findings += listener.findings(listener.listen(sample_sound(path, rate=RATE), cancelled=cancelled))
        detectors = [one for one in self._detectors() if one.name.startswith(_LISTENING)]
        if self._index is not None and not self._sounds:
            # no registered work has sound: there was nothing to be like, and that is known
            detectors.insert(0, DetectorVersion("sound", SOUND_VERSION, searched_sha256=self._index.info().digest))
        voices = _VOICES_BLIND if self._voices is not None else ("voices: no gallery of voices was searched",)
        on_progress(Progress("done", 1, 1, "files"))
        return AuditReport(
            asset_sha256=digest,
            media=info,
            findings=tuple(sorted(findings, key=lambda finding: finding.query.start)),
            detectors=tuple(detectors),
            frames_examined=0,
            iscc=None,
            seconds=seconds,
            cannot_detect=(*(_SOUND_BLIND if self._index is not None else ("sound: no index was searched",)), *voices),
            quieted=tuple(quieted),
        )

    def _detectors(self, *, alike: bool = True) -> tuple[DetectorVersion, ...]:
        found = []
        if self._index is not None:
            info = self._index.info()
            name = f"works ({info.embedder.name}, registration)"
            found.append(DetectorVersion(name, __version__, info.embedder.weights_sha256, info.digest))
            if self._sounds:
                found.append(DetectorVersion("sound", SOUND_VERSION, searched_sha256=info.digest))
        if alike and self._resemblance is not None:
            for measure, identity in self._resemblance.describer.identities().items():
                weights, searched = identity.weights_sha256, self._resemblance.digest
                found.append(DetectorVersion(measure, f"{identity.name} {identity.version}", weights, searched))
        if self._negatives is not None:
            found.append(DetectorVersion("dismissals", __version__, searched_sha256=self._negatives.digest))
        if self._gallery is not None:
            encoder = self._gallery.encoder
            searched = self._gallery.info().digest
            version = _with_rates(encoder.version, face_rates(encoder.version))
            found.append(DetectorVersion("faces", version, encoder.weights_sha256, searched))
        if self._voices is not None:
            listener, searched = self._voices.encoder, self._voices.info().digest
            version = _with_rates(listener.version, voice_rates(listener.version))
            found.append(DetectorVersion("voices", version, listener.weights_sha256, searched))
        return tuple(found)

    def _blind_spots(self, *, flooded: bool, likeness: tuple[str, ...]) -> tuple[str, ...]:
        """What a reader of the report must not conclude from its silence."""
        works = _WORKS_BLIND if self._index is not None else ("copies of works: no index was searched",)
        sound = _SOUND_BLIND if self._sounds else ("sound: no registered sound was searched",)
        faces = _FACES_BLIND if self._gallery is not None else ("faces: no gallery was searched",)
        voices = _VOICES_BLIND if self._voices is not None else ("voices: no gallery of voices was searched",)
        flood = ("further matches: there were too many to compare; only the strongest were",) if flooded else ()
        return works + sound + likeness + faces + voices + flood


def _with_rates(version: str, table: RateTable | None) -> str:
    """The encoder's version with the digest of the counts that its findings quote."""
    return version if table is None else f"{version}, rates {table.digest[:16]}"


def _likeness_blind(unseen: int) -> tuple[str, ...]:
    late = (f"style and content of {unseen} works that the library of looks has not seen yet",) if unseen else ()
    return (*_RESEMBLANCE_BLIND, *late)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
