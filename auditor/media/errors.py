"""What can be wrong with a media file, each with its own class so that callers and tests can tell them apart."""

from auditor.errors import BadInputError, CancelledError

__all__ = ["CancelledError", "MediaError", "MediaLimitError", "MediaUnreadableError", "MediaUnsupportedError"]


class MediaError(BadInputError):
    """A file that can't be used as media."""


class MediaUnsupportedError(MediaError):
    """A container or content that we refuse on purpose: a playlist, audio without pictures, an unknown format."""


class MediaLimitError(MediaError):
    """A file beyond a limit: bytes, pixels, seconds, frames, or the time or memory that decoding it took."""


class MediaUnreadableError(MediaError):
    """A file that claims to be media and can't be decoded: truncated, damaged, empty."""
