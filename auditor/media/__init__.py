"""Media, opened as if every file were hostile: what it holds (``probe``), its pictures (``sample_frames``), its sound."""

from auditor.media.decoder import (
    Frame,
    SoundBlock,
    content_digest,
    probe,
    probe_sound,
    sample_frames,
    sample_sound,
    stereo_sound,
)
from auditor.media.errors import MediaError, MediaLimitError, MediaUnreadableError, MediaUnsupportedError
from auditor.media.limits import DEFAULT_LIMITS, MediaLimits
from auditor.media.types import Interval, MediaInfo, Progress, Region

__all__ = [
    "DEFAULT_LIMITS", "Frame", "Interval", "MediaError", "MediaInfo", "MediaLimitError", "MediaLimits",
    "MediaUnreadableError", "MediaUnsupportedError", "Progress", "Region", "SoundBlock", "content_digest", "probe",
    "probe_sound", "sample_frames", "sample_sound", "stereo_sound",
]  # fmt: skip
