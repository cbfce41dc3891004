"""What the decoder process answers instead of media: an error class and a sentence. Nothing here reads a file."""


class Refused(Exception):
    """Stops the job with an error class name of ``auditor.media.errors`` and a sentence."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def unknown_container(error: Exception) -> str:
    if "Invalid" in str(error):  # unknown data, or a container that is not on the whitelist
        return "it is not a film or picture that we read, or it is damaged (mp4, mov, mkv, webm, avi, mpeg, jpeg, png)"
    return f"it can't be opened as a film or picture ({error})"


def unknown_sound(error: Exception) -> str:
    if "Invalid" in str(error):
        return (
            "it is no film or recording that we read, or it is damaged (mp4, mov, mkv, webm, wav, mp3, m4a, flac, ogg)"
        )
    return f"it can't be opened as a film or recording ({error})"
