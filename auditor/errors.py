"""The auditor's errors: each names the thing, the reason and the remedy in one line."""


class AuditorError(Exception):
    """Base of every failure that the auditor anticipates; its message is fit to be shown to a user."""


class BadInputError(AuditorError):
    """What was handed in can't be used: a wrong file, value or option (exit status 2)."""


class UnavailableError(AuditorError):
    """Something that the auditor needs is missing here: a model, a package, a server (exit status 2)."""


class CancelledError(AuditorError):
    """The caller asked the work to stop; nothing half-written is left behind."""
