"""How much of an untrusted file we are willing to look at. Each limit is a named constant with its reason."""

from dataclasses import dataclass

from auditor.media.errors import MediaLimitError
from auditor.media.types import MediaInfo

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """Limits on one file; the defaults let a four-hour 8K feature through and stop bombs."""

    #: A four-hour DCP-quality proxy at 60 Mbit/s is 108 GB; uploads beyond 16 GiB belong in object storage.
    bytes: int = 16 * GIB
    #: 8192 x 4320 (8K DCI). A 100 kB PNG can claim 10^9 pixels: checked before anything is allocated.
    pixels: int = 8192 * 4320
    #: Four hours: longer than any feature that is released in one file.
    seconds: float = 4 * 3600.0
    #: Four hours at 120 frames a second.
    frames: int = 4 * 3600 * 120
    #: Address space of the decoder process: 8K frames with two decoding threads need about 1.5 GiB.
    memory_bytes: int = 4 * GIB
    #: A decoder that has said nothing for so long hangs on purpose; one 8K frame takes well under a second.
    silence_seconds: float = 60.0
    #: CPU seconds that a decoder may burn for each second of film (8K HEVC in software: about 10) ...
    cpu_per_second: float = 40.0
    #: ... on top of a start-up allowance for imports, probing and short files.
    cpu_floor: float = 60.0
    #: CPU seconds for each second of sound (six AAC channels, decoded and resampled: about 0.02), reading past the
    #: pictures of the same file included.
    sound_cpu_per_second: float = 0.5

    def check_size(self, name: str, size: int) -> None:
        """Raise ``MediaLimitError`` if a file of ``size`` bytes is too large."""
        if size > self.bytes:
            raise MediaLimitError(
                f"{name}: {size / GIB:.1f} GiB is more than the limit of {self.bytes / GIB:.0f} GiB; export a smaller file"
            )

    def check_info(self, name: str, info: MediaInfo) -> None:
        """Raise ``MediaLimitError`` if what a file declares is beyond a limit."""
        if info.width * info.height > self.pixels:
            raise MediaLimitError(
                f"{name}: {info.width} x {info.height} pixels is more than the limit of {self.pixels:,}; scale it down"
            )
        if info.duration > self.seconds:
            raise MediaLimitError(
                f"{name}: {info.duration / 3600:.1f} h is longer than the limit of {self.seconds / 3600:.0f} h; split it"
            )
        if info.frames > self.frames:
            raise MediaLimitError(f"{name}: {info.frames:,} frames is more than the limit of {self.frames:,}; split it")


DEFAULT_LIMITS = MediaLimits()
