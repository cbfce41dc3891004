"""The site's anticipated failures: each says what was wrong, with which thing, and what to do.

``status`` is the HTTP answer that a view gives for it; nothing else maps errors to HTTP.
"""


class SiteError(Exception):
    """Base of every failure that the site anticipates; its message is fit to be shown to a user."""

    status = 400


class NotAllowedError(SiteError):
    """The person may not do this."""

    status = 403


class InputError(SiteError):
    """What was given can't be used."""

    status = 400


class WrongStateError(SiteError):
    """The thing exists, but not in a state in which this can be done."""

    status = 409


class StaleError(WrongStateError):
    """What a release relies on has changed since it was decided: it must be audited and decided again."""


class NotTrustedError(WrongStateError):
    """A signed file was re-read and is not Trusted."""


class StorageDamagedError(SiteError):
    """Bytes on disk are missing or are not those that their digest promises."""

    status = 500
