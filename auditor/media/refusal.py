"""How a decoder process says no, and which containers it opens: shared by the parts that read pictures and sound."""

#: FFmpeg demuxers that hold their own media and refer to nothing else.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,ogg,gif,mxf,flv"
#: The same for files that hold sound alone.
SOUND_CONTAINERS = CONTAINERS + ",wav,w64,mp3,flac,aac,aiff,au,caf"


class Refused(Exception):
    """Stops the job with an error class name of ``auditor.media.errors`` and a sentence."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def unknown_container(error: Exception, *, sound: bool = False) -> str:
    """Why a file could not be opened, in words for whoever handed it in."""
    if sound:
        return "it is not sound that we read, or it is damaged (wav, flac, mp3, m4a, ogg)"
    if "Invalid" in str(error):  # unknown data, or a container that is not on the whitelist
        return "it is not a film or picture that we read, or it is damaged (mp4, mov, mkv, webm, avi, mpeg, jpeg, png)"
    return f"it can't be opened as a film or picture ({error})"
