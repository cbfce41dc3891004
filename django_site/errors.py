"""The site's anticipated failures: each says what was wrong, with which thing, and what to do.

``status`` is the HTTP answer that a view gives for it; nothing else maps errors to HTTP.
"""

import errno


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


class DiskFullError(SiteError):
    """There is no room left where files are kept: nothing of what was begun is."""

    status = 507


#: What a system says where it has no room, or grants none.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def disk_full(error: BaseException) -> DiskFullError | None:
    """The failure as a person is told of it, if it is one of room; else ``None``."""
    if not isinstance(error, OSError) or error.errno not in _NO_ROOM:
        return None
    return DiskFullError(
        "there is no room left on the studio's disk; nothing of this was kept. Ask whoever runs its machines to make room, "
        "then do it again"
    )
