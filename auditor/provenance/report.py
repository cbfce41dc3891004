"""What verifying a file returns: one state for the whole chain, and every reason for it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from auditor.provenance.reasons import Reason

#: ``Trusted``: unchanged, and signed by someone on the trust list, all the way down. ``Valid``: unchanged, but a signer is
#: unknown. ``Changed``: something does not fit. ``NoCredentials``: nothing is signed. ``Unreadable``: not such a file.
State = Literal["Trusted", "Valid", "Changed", "NoCredentials", "Unreadable"]


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
    """A stretch that the signature leaves out by the standard's design: changing it leaves the state as it is."""

    box: str
    offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The verdict on one file. ``signed_at`` comes from a time stamp authority; ``claimed_at`` is the signer's word."""

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
            "chain": [link.as_dict() for link in self.chain],
            "statements": self.statements.as_dict(),
            "uncovered": [{"box": part.box, "offset": part.offset, "bytes": part.bytes} for part in self.uncovered],
        }
