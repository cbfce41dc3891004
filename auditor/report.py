"""What an audit says: findings, each with its times, its score, its evidence and a sentence that anyone can read."""

from dataclasses import dataclass, field
from typing import Any, Literal

from auditor.media.types import Interval, MediaInfo, Region

#: ``copy`` the same recording; ``scene`` the same place or people in another recording; ``style`` made alike;
#: ``semantic`` of the same content, told apart from copying; ``audio`` the same sound; ``text`` the same words; ``face`` a
#: registered person; ``voice`` speech that resembles a registered person's.
FindingKind = Literal["copy", "scene", "style", "semantic", "audio", "text", "face", "voice"]
#: Kinds told apart from the others and never judged: being alike is no copying, and its measures are not calibrated.
RESEMBLANCE_KINDS: frozenset[FindingKind] = frozenset({"style", "semantic"})


@dataclass(frozen=True, slots=True)
class EvidencePair:
    """A frame of the audited file beside the frame of the work (or the enrolled portrait's absence) that it resembles.

    Both pictures are JPEG bytes with the matched region already outlined; the reference is ``None`` for faces, whose
    enrolled pictures never leave the gallery. ``hash_bits``: how many of 64 perceptual-hash bits differ between the two
    (0..8: near identical; about 32: unrelated).
    """

    query_seconds: float
    query_jpeg: bytes
    reference_seconds: float | None = None
    reference_jpeg: bytes | None = None
    hash_bits: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person or a policy must know about a stretch of the audited file.

    ``score`` is 0..1 (higher: more alike). ``log10_lr`` is the base-10 logarithm of the likelihood ratio "same source"
    against "unrelated", where it is calibrated, else ``None``. ``speed`` is reference seconds per query second, above
    zero; ``reversed`` says that the reference plays backwards. ``measured`` holds the figures that the verdict rests on,
    by name. ``matrix_png`` is the alignment matrix as a picture: query time to the right, reference time downwards, the
    brighter the more alike, the aligned path drawn over it. ``known_by`` is what a dismissal knows a finding without
    pictures by: of sound ``matching.sound_key``, of words the words; empty where there is nothing.
    """

    kind: FindingKind
    query: Interval
    score: float
    plain: str
    work_id: str | None = None
    reference: Interval | None = None
    subject_id: str | None = None
    log10_lr: float | None = None
    region: Region | None = None
    mirrored: bool = False
    speed: float = 1.0
    reversed: bool = False
    measured: dict[str, float] = field(default_factory=dict)
    curve: tuple[tuple[float, float], ...] = ()
    evidence: tuple[EvidencePair, ...] = field(default=(), repr=False)
    matrix_png: bytes | None = field(default=None, repr=False)
    known_by: bytes = field(default=b"", repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the evidence's and ``known_by``'s bytes; evidence appears as its times."""
        return {
            "kind": self.kind,
            "work_id": self.work_id,
            "subject": self.subject_id,
            "query": self.query.as_list(),
            "reference": self.reference.as_list() if self.reference else None,
            "score": round(self.score, 4),
            "log10_lr": None if self.log10_lr is None else round(self.log10_lr, 2),
            "region": self.region.as_list() if self.region else None,
            "mirrored": self.mirrored,
            "speed": round(self.speed, 4),
            "reversed": self.reversed,
            "measured": {name: round(value, 4) for name, value in sorted(self.measured.items())},
            "plain": self.plain,
            "curve": [[round(seconds, 3), round(score, 4)] for seconds, score in self.curve],
            "evidence": [
                {
                    "query_seconds": round(pair.query_seconds, 3),
                    "reference_seconds": None if pair.reference_seconds is None else round(pair.reference_seconds, 3),
                    "hash_bits": pair.hash_bits,
                }
                for pair in self.evidence
            ],
        }


@dataclass(frozen=True, slots=True)
class Quieted:
    """A finding that a dismissal keeps quiet, with the reason that was given for it then. ``at`` is ISO 8601."""

    finding: Finding
    negative_id: str
    reason: str
    by: str
    at: str

    def as_dict(self) -> dict[str, Any]:
        """The finding as elsewhere, and under ``dismissed`` who dismissed it, when and why."""
        return {
            **self.finding.as_dict(),
            "dismissed": {"id": self.negative_id, "reason": self.reason, "by": self.by, "at": self.at},
        }


#: What could be measured of a stretch: something that moves, something at rest, a single picture.
Circumstance = Literal["moving", "resting", "picture"]


@dataclass(frozen=True, slots=True)
class Considered:
    """A stretch that was compared closely with a work: what was measured, and the kind it was found to be.

    ``measured`` lacks ``agreement`` where the pictures could not be laid over each other; ``kind`` is ``None`` where nothing
    was worth saying. So a report tells why something matched, and why something did not.
    """

    work_id: str
    query: Interval
    circumstance: Circumstance
    measured: dict[str, float]
    kind: FindingKind | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "work_id": self.work_id,
            "query": self.query.as_list(),
            "circumstance": self.circumstance,
            "measured": {name: round(value, 4) for name, value in sorted(self.measured.items())},
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True)
class UnknownPerson:
    """Somebody who recurs in a film and resembles nobody registered: to be cleared by whoever made it.

    ``spans`` are the stretches on screen, ``tracks`` of them, ``seconds`` together. ``similarity`` is the least and the most
    that two of the stretches are alike (score, 0..1), ``None`` for a single one: the lower the least, the likelier it
    is that two people were taken for one. ``picture_jpeg`` shows the clearest look, boxed, at ``picture_seconds``;
    ``region`` says where in the frame. There is no vector here and none is kept: these people did not agree to be
    recognised.
    """

    number: int
    spans: tuple[Interval, ...]
    seconds: float
    tracks: int
    similarity: tuple[float, float] | None
    region: Region
    picture_seconds: float
    plain: str
    picture_jpeg: bytes = field(default=b"", repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the picture, which appears as its moment."""
        return {
            "number": self.number,
            "spans": [span.as_list() for span in self.spans],
            "seconds": round(self.seconds, 3),
            "tracks": self.tracks,
            "similarity": None if self.similarity is None else [round(value, 4) for value in self.similarity],
            "region": self.region.as_list(),
            "picture_seconds": round(self.picture_seconds, 3),
            "plain": self.plain,
        }


@dataclass(frozen=True, slots=True)
class DetectorVersion:
    """Which detector looked: name, version, the digest of its weights or ``""``, and the digest of what it searched."""

    name: str
    version: str
    weights_sha256: str = ""
    searched_sha256: str = ""

    def as_dict(self) -> dict[str, str]:
        return {
            "name": self.name,
            "version": self.version,
            "weights_sha256": self.weights_sha256,
            "searched_sha256": self.searched_sha256,
        }


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The result of one pass over one file. ``seconds`` is wall time per stage.

    ``quieted`` is what was found again after somebody had dismissed it as a false alarm: no finding, but never silent.
    ``considered`` is every stretch that was compared closely with a work, found or not. ``unknown_people`` recur and
    resemble nobody registered; empty where no gallery of faces was searched.
    """

    asset_sha256: str
    media: MediaInfo
    findings: tuple[Finding, ...]
    detectors: tuple[DetectorVersion, ...]
    frames_examined: int
    iscc: str | None
    seconds: dict[str, float]
    cannot_detect: tuple[str, ...] = ()
    quieted: tuple[Quieted, ...] = ()
    considered: tuple[Considered, ...] = ()
    unknown_people: tuple[UnknownPerson, ...] = ()

    @property
    def matches(self) -> tuple[Finding, ...]:
        """The findings that somebody must judge."""
        return tuple(finding for finding in self.findings if finding.kind not in RESEMBLANCE_KINDS)

    @property
    def resemblances(self) -> tuple[Finding, ...]:
        """The findings that say "alike, and no evidence of copying"."""
        return tuple(finding for finding in self.findings if finding.kind in RESEMBLANCE_KINDS)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document of the report; its canonical form (RFC 8785) is what manifests and decisions hash."""
        return {
            "asset_sha256": self.asset_sha256,
            "media": self.media.as_dict(),
            "findings": [finding.as_dict() for finding in self.findings],
            "detectors": [detector.as_dict() for detector in self.detectors],
            "frames_examined": self.frames_examined,
            "iscc": self.iscc,
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
            "cannot_detect": list(self.cannot_detect),
            "dismissed": [quieted.as_dict() for quieted in self.quieted],
            "considered": [considered.as_dict() for considered in self.considered],
            "unknown_people": [person.as_dict() for person in self.unknown_people],
        }
