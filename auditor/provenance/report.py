"""What verifying a file returns: one state for the whole chain, and every reason for it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from auditor.provenance.reasons import Reason

#: ``Trusted``: unchanged, and signed by someone on the trust list, all the way down. ``Valid``: unchanged, but a signer is
#: unknown. ``Changed``: something does not fit. ``NoCredentials``: nothing is signed. ``Unreadable``: not such a file.
State = Literal["Trusted", "Valid", "Changed", "NoCredentials", "Unreadable"]
#: Of whoever vouches beside the signer: ``trusted`` (on the trust list), ``unknown`` (fits, but anyone could have made it),
#: ``invalid`` (does not fit).
Standing = Literal["trusted", "unknown", "invalid"]


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A time that a time stamp authority (RFC 3161) put its name to; believe it where ``standing`` is trusted."""

    time: str | None
    authority: str | None
    standing: Standing

    def as_dict(self) -> dict[str, Any]:
        return {"time": self.time, "authority": self.authority, "standing": self.standing}


@dataclass(frozen=True, slots=True)
class Identity:
    """An organisation or person that a record names beside its signer (CAWG identity assertion)."""

    name: str
    standing: Standing
    kind: str = ""
    roles: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "standing": self.standing, "kind": self.kind, "roles": list(self.roles)}


@dataclass(frozen=True, slots=True)
class Redaction:
    """A statement (``label``) of the record titled ``of`` that was blacked out by whoever made ``by`` from it."""

    label: str
    of: str
    by: str

    def as_dict(self) -> dict[str, str]:
        return {"label": self.label, "of": self.of, "by": self.by}


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One ingredient, at ``depth`` 1 for what went into the file itself. All text is plain: cleaned and capped."""

    title: str
    relationship: str
    state: State
    depth: int
    media_type: str = ""
    manifest_label: str | None = None
    signer: str | None = None
    reasons: tuple[Reason, ...] = ()
    organisation: str | None = None
    generator: str | None = None
    digital_source_type: str | None = None
    timestamp: TimeStamp | None = None
    identities: tuple[Identity, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "relationship": self.relationship,
            "state": self.state,
            "depth": self.depth,
            "media_type": self.media_type,
            "manifest_label": self.manifest_label,
            "signer": self.signer,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "organisation": self.organisation,
            "generator": self.generator,
            "digital_source_type": self.digital_source_type,
            "timestamp": self.timestamp.as_dict() if self.timestamp else None,
            "identities": [identity.as_dict() for identity in self.identities],
        }


@dataclass(frozen=True, slots=True)
class Statements:
    """What the signed record says, read back: hostile until the state is Trusted, and plain text even then."""

    digital_source_type: str | None = None
    actions: tuple[str, ...] = ()
    disclosure: dict[str, Any] | None = None
    soft_binding: str | None = None
    mining: dict[str, Any] | None = None
    audit: dict[str, Any] | None = None
    review: dict[str, Any] | None = None
    consents: tuple[str, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "digital_source_type": self.digital_source_type,
            "actions": list(self.actions),
            "disclosure": self.disclosure,
            "soft_binding": self.soft_binding,
            "mining": self.mining,
            "audit": self.audit,
            "review": self.review,
            "consents": list(self.consents),
            "sources": list(self.sources),
        }


@dataclass(frozen=True, slots=True)
class UncoveredBytes:
    """A stretch that the signature leaves out, by the standard's design or the signer's wish: changing it leaves the
    state as it is. ``box`` names it (a box of the file, or ``record`` for the signed record itself),
    ``holds`` says what is in it."""

    box: str
    offset: int
    bytes: int
    holds: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"box": self.box, "offset": self.offset, "bytes": self.bytes, "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Change:
    """A place where the file is not what was signed. Seconds from the start of the film, as a player counts them; frames
    from 0 in the order of showing. ``track`` is ``video``, ``sound``, …, or ``structure``, which has no time (``None``)."""

    start_seconds: float | None
    end_seconds: float | None
    track: str
    first_frame: int | None
    last_frame: int | None
    offset: int
    bytes: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "start_seconds": self.start_seconds,
            "end_seconds": self.end_seconds,
            "track": self.track,
            "first_frame": self.first_frame,
            "last_frame": self.last_frame,
            "offset": self.offset,
            "bytes": self.bytes,
        }

    @property
    def plain(self) -> str:
        if self.track == "structure":
            return "The structure of the file changed (lengths, times or descriptions of its tracks)."
        if self.start_seconds is None or self.end_seconds is None:
            return f"Changed in {self.bytes} bytes that no track shows or sounds."
        frames = "" if self.first_frame is None else f", frames {self.first_frame} to {self.last_frame}"
        return f"Changed in the {self.track} from {self.start_seconds:.2f} s to {self.end_seconds:.2f} s{frames}."


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The verdict on one file. ``signed_at`` comes from a trusted time stamp authority; ``claimed_at`` is the signer's word.

    ``notes`` are things to know that are no failure: what was blacked out, what the signature leaves out.
    """

    state: State
    reasons: tuple[Reason, ...]
    title: str | None = None
    signer: str | None = None
    organisation: str | None = None
    signed_at: str | None = None
    claimed_at: str | None = None
    generator: str | None = None
    manifest_label: str | None = None
    chain: tuple[ChainLink, ...] = ()
    statements: Statements = field(default_factory=Statements)
    uncovered: tuple[UncoveredBytes, ...] = ()
    notes: tuple[Reason, ...] = ()
    timestamp: TimeStamp | None = None
    identities: tuple[Identity, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    changes: tuple[Change, ...] = ()
    media_type: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The ``verify`` document of the command line."""
        return {
            "state": self.state,
            "reasons": [reason.as_dict() for reason in self.reasons],
            "title": self.title,
            "signer": self.signer,
            "organisation": self.organisation,
            "signed_at": self.signed_at,
            "claimed_at": self.claimed_at,
            "generator": self.generator,
            "manifest_label": self.manifest_label,
            "media_type": self.media_type,
            "chain": [link.as_dict() for link in self.chain],
            "statements": self.statements.as_dict(),
            "uncovered": [part.as_dict() for part in self.uncovered],
            "notes": [note.as_dict() for note in self.notes],
            "timestamp": self.timestamp.as_dict() if self.timestamp else None,
            "identities": [identity.as_dict() for identity in self.identities],
            "redactions": [redaction.as_dict() for redaction in self.redactions],
            "changes": [change.as_dict() for change in self.changes],
        }
