"""What deciding returns: the outcome, and for every check what was asked, what was found, and who can mend it how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from auditor.canonical import sha256_json

Outcome = Literal["allow", "review", "block"]
#: ``block`` stops, ``review`` asks for a person; ``warn`` and ``info`` are shown and stop nothing.
Severity = Literal["block", "review", "warn", "info"]

_RANK: dict[Severity, int] = {"info": 0, "warn": 1, "review": 2, "block": 3}


def outcome_of(severities: Iterable[Severity]) -> Outcome:
    """What failed checks of these severities come to; ``allow`` where none of them stops anything."""
    found = set(severities)
    return "block" if "block" in found else "review" if "review" in found else "allow"


def moment(at: datetime) -> str:
    """``at`` as UTC, RFC 3339 with a Z and microseconds where there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check on one item. ``segment`` is the stretch of the asset, in seconds, that it speaks about.

    ``error`` is true where the check could not be evaluated; then ``passed`` is false and ``severity`` is the policy's
    ``on_error``. ``item`` says which record it was (``matches[0]``) and ``about`` carries its work or subject.
    """

    policy: str
    version: int
    check: str
    title: str
    severity: Severity
    passed: bool
    plain: str
    cite: str
    remedy: str
    who_can_fix: str
    segment: tuple[float, float] | None = None
    item: str | None = None
    about: str | None = None
    error: bool = False
    overridable: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "version": self.version,
            "check": self.check,
            "title": self.title,
            "severity": self.severity,
            "passed": self.passed,
            "plain": self.plain,
            "cite": self.cite,
            "remedy": self.remedy,
            "who_can_fix": self.who_can_fix,
            "segment": None if self.segment is None else [round(value, 3) for value in self.segment],
            "item": self.item,
            "about": self.about,
            "error": self.error,
            "overridable": self.overridable,
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for one set of facts under one bundle at one moment; the same three give the same bytes again."""

    outcome: Outcome
    point: str
    at: datetime
    checks: tuple[CheckResult, ...]
    facts_sha256: str
    bundle_sha256: str
    engine: str
    policies: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that did not pass, blocking ones first, in the order of the bundle."""
        return tuple(sorted((check for check in self.checks if not check.passed), key=lambda c: -_RANK[c.severity]))

    @property
    def stopping(self) -> tuple[CheckResult, ...]:
        """Those among them that stop it or ask for a person; the rest is said and stops nothing."""
        return tuple(check for check in self.failed if check.severity in ("block", "review"))

    def as_dict(self) -> dict[str, Any]:
        """The ``decide`` document of the command line."""
        return {
            "outcome": self.outcome,
            "point": self.point,
            "at": moment(self.at),
            "checks": [check.as_dict() for check in self.checks],
            "policies": list(self.policies),
            "facts_sha256": self.facts_sha256,
            "bundle_sha256": self.bundle_sha256,
            "engine": self.engine,
        }

    def sha256(self) -> str:
        """SHA-256 of the decision's canonical JSON: what a replay must reproduce."""
        return sha256_json(self.as_dict())
