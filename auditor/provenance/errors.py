"""What can go wrong when signing; verifying never raises about a file, it reports."""

from auditor.errors import AuditorError, BadInputError


class ProvenanceError(AuditorError):
    """Base of the failures of this package."""


class IdentityError(ProvenanceError, BadInputError):
    """A signing identity or trust list that can't be used. The key itself is never part of the message."""


class DraftError(ProvenanceError, BadInputError):
    """A manifest draft that would not tell the truth, or not in the field's vocabulary."""


class HistoryError(ProvenanceError, BadInputError):
    """Signing would erase the history that the source already carries."""


class SigningError(ProvenanceError):
    """The signature could not be made; nothing was left at the destination."""


class RereadError(SigningError):
    """The signed file did not read as Trusted with a fresh reader; it was thrown away."""


class TimestampUnavailableError(SigningError):
    """No time stamp could be had, although one was asked for; try again later, nothing was left at the destination."""
