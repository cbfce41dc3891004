"""The negative bank: what a reviewer has once marked as a false alarm stays quiet, and says why.

A negative remembers the frames of the film that were taken for a work (their descriptors, never their pictures), which work
that was, and the reason. A later finding about the same work is quiet if the frames that it rests on are the remembered
ones. Other excerpts of that work are found as before, and so is the same excerpt where it resembles another work.

Of sound it remembers the film's own sound there and the stretch of the work: a later finding is quiet if it is about no
more than that stretch, and every few seconds of it are that sound (``auditor.matching.sound_key``). Of words it remembers
the words: a later finding is quiet if it has no others.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.canonical import sha256_json
from auditor.embeddings import Embedder, EmbedderIdentity
from auditor.errors import BadInputError
from auditor.files import replacing
from auditor.matching.sound_key import same_sound
from auditor.report import Finding, Quieted

FORMAT = 1
#: Kinds that rest on no frames.
_WITHOUT_FRAMES = ("audio", "text")
#: Inner product from which two frames are the same frame: an excerpt of "Bikes" scaled down and encoded again at three
#: rates reaches 0.87 to 0.98 (SSCD, distilled), neighbouring shots of one scene 0.8.
SAME_FRAME = 0.87
#: Seconds by which a later finding may begin before the stretch that was dismissed, or end after it: where sound begins to
#: match differs a little after each encoding. What lies beyond has to be the same sound all the same.
_EDGE = 1.0
#: A reason shorter than this explains nothing to whoever reads it later.
_MIN_REASON = 3
_LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Negative:
    """One false alarm. ``frames`` are unit vectors of the film's frames that were taken for ``work_id``; a finding without
    frames is known by ``known_by``, base64 of ``Finding.known_by``, and by the ``stretch`` of the work in seconds."""

    id: str
    work_id: str
    kind: str
    reason: str
    by: str
    at: str
    frames: tuple[tuple[float, ...], ...] = ()
    known_by: str = ""
    stretch: tuple[float, float] | None = None


def evidence_vectors(finding: Finding, embedder: Embedder) -> NDArray[np.float32]:
    """Descriptors of the film's frames that a finding shows as evidence, (n, d) float32; n is 0 without evidence."""
    pictures = []
    for pair in finding.evidence:
        pixels = cv2.imdecode(np.frombuffer(pair.query_jpeg, np.uint8), cv2.IMREAD_COLOR)
        if pixels is not None:
            pictures.append(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8))
    return embedder.embed(pictures)


def negative_of(finding: Finding, embedder: Embedder, *, reason: str, by: str, at: datetime) -> Negative:
    """What to remember of a false alarm. Raises ``BadInputError`` without a reason, a work or evidence to know it by."""
    reason = reason.strip()
    if not _MIN_REASON <= len(reason) <= _LONGEST_REASON:
        raise BadInputError(f"a dismissal needs a reason of {_MIN_REASON} to {_LONGEST_REASON} characters")
    if finding.work_id is None:
        raise BadInputError(
            f"a finding of kind {finding.kind!r} names no work; only matches with works can be dismissed"
        )
    about = (secrets.token_hex(8), finding.work_id, finding.kind, reason, by, at.isoformat())
    if finding.kind in _WITHOUT_FRAMES:
        if not finding.known_by:
            raise BadInputError(f"this {finding.kind} finding has too little, or too much, to know it by; "
                                "decide it in review instead")  # fmt: skip
        stretch = (finding.reference.start, finding.reference.end) if finding.reference else None
        return Negative(*about, known_by=b64encode(finding.known_by).decode(), stretch=stretch)
    frames = evidence_vectors(finding, embedder)
    if not len(frames):
        raise BadInputError(f"this {finding.kind} shows no frames to know it by; decide it in review instead")
    return Negative(*about, frames=tuple(tuple(round(float(value), 5) for value in row) for row in frames))


class NegativeBank:
    """Negatives made with one embedder. ``quiet`` parts findings into those that stand and those that are known."""

    def __init__(self, identity: EmbedderIdentity, negatives: Iterable[Negative] = ()) -> None:
        self.identity = identity
        self.negatives = tuple(negatives)

    def quiet(self, findings: Sequence[Finding], embedder: Embedder) -> tuple[tuple[Finding, ...], tuple[Quieted, ...]]:
        """Findings that stand, and those that a negative explains. Raises ``BadInputError`` for another embedder."""
        if embedder.identity != self.identity:
            raise BadInputError(
                f"the dismissals were made with embedder {self.identity.name}, not {embedder.identity.name}; "
                "audit with that one or dismiss again"
            )
        standing, quieted = [], []
        for finding in findings:
            known = self._explains(finding, embedder)
            if known is None:
                standing.append(finding)
            else:
                quieted.append(Quieted(finding, known.id, known.reason, known.by, known.at))
        return tuple(standing), tuple(quieted)

    def _explains(self, finding: Finding, embedder: Embedder) -> Negative | None:
        about = [n for n in self.negatives if n.work_id == finding.work_id and n.kind == finding.kind]
        if finding.kind in _WITHOUT_FRAMES:
            return next((negative for negative in about if finding.known_by and _same(negative, finding)), None)
        if not about or not finding.evidence:
            return None
        frames = evidence_vectors(finding, embedder)
        for negative in about:
            alike = frames @ np.array(negative.frames, np.float32).T
            if len(frames) and bool((alike.max(axis=1) >= SAME_FRAME).all()):
                return negative
        return None

    @property
    def digest(self) -> str:
        """SHA-256 of what the bank holds, for the record of an audit that used it."""
        return sha256_json({"negatives": sorted(negative.id for negative in self.negatives)})


def _same(negative: Negative, finding: Finding) -> bool:
    """Whether a finding without frames is the one that was dismissed, or a part of it."""
    known = b64decode(negative.known_by)
    if finding.kind == "text":
        return b" " + finding.known_by + b" " in b" " + known + b" "
    if negative.stretch is None or finding.reference is None:
        return False
    start, end = negative.stretch
    if finding.reference.start < start - _EDGE or finding.reference.end > end + _EDGE:
        return False
    return same_sound(known, finding.known_by, later_by=(finding.reference.start - start) / finding.speed)


def _stretch(value: Sequence[float] | None) -> tuple[float, float] | None:
    if value is None:
        return None
    start, end = value
    return float(start), float(end)


class NegativeFile:
    """A bank in a JSON file, for the command line; written whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, identity: EmbedderIdentity) -> NegativeBank:
        """The bank in the file, an empty one without a file. Raises ``BadInputError`` if it is damaged or another's."""
        if not self.path.exists():
            return NegativeBank(identity)
        bank = self.load()
        if bank.identity != identity:
            raise BadInputError(
                f"{self.path}: made with embedder {bank.identity.name}, not {identity.name}; "
                "use another file or dismiss again"
            )
        return bank

    def load(self) -> NegativeBank:
        """The bank in the file, whichever embedder made it. Raises ``BadInputError`` without a file or if it is damaged."""
        try:
            document = json.loads(self.path.read_text())
            if document["format"] != FORMAT:
                raise BadInputError(f"{self.path}: format {document['format']} is not {FORMAT}; dismiss again")
            made_by = EmbedderIdentity(**document["embedder"])
            negatives = [
                Negative(**{**entry, "frames": tuple(tuple(map(float, row)) for row in entry["frames"]),
                            "stretch": _stretch(entry.get("stretch"))})
                for entry in document["negatives"]
            ]  # fmt: skip
            for negative in negatives:
                b64decode(negative.known_by, validate=True)
        except FileNotFoundError as error:
            raise BadInputError(f"{self.path}: no such file; nothing was dismissed in it yet") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInputError(f"{self.path}: the dismissals are damaged ({error}); restore or delete it") from error
        return NegativeBank(made_by, negatives)

    def add(self, negative: Negative, identity: EmbedderIdentity) -> NegativeBank:
        """Write the bank with one more negative."""
        return self._write(NegativeBank(identity, [*self.read(identity).negatives, negative]))

    def remove(self, negative_id: str, identity: EmbedderIdentity) -> NegativeBank:
        """Take a dismissal back. Raises ``BadInputError`` if the file does not know it."""
        bank = self.read(identity)
        kept = [negative for negative in bank.negatives if negative.id != negative_id]
        if len(kept) == len(bank.negatives):
            raise BadInputError(f"{self.path}: no dismissal {negative_id!r}; they are listed in the file")
        return self._write(NegativeBank(identity, kept))

    def _write(self, bank: NegativeBank) -> NegativeBank:
        document = {
            "format": FORMAT,
            "embedder": bank.identity.as_dict(),
            "negatives": [asdict(negative) for negative in bank.negatives],
        }
        with replacing(self.path) as temporary:
            temporary.write_text(json.dumps(document, indent=1))
        return bank
