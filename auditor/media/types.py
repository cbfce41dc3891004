"""Plain values about media that every room of the house shares: intervals, regions, progress, what a file holds.

``generator`` may import this module (and ``auditor.media`` alone): keep it free of heavy imports.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time in seconds from the start of the file; ``0 <= start <= end``."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"an interval needs 0 <= start <= end, got {self.start} to {self.end}")

    @property
    def duration(self) -> float:
        return self.end - self.start

    def as_list(self) -> list[float]:
        """``[start, end]`` rounded to milliseconds, as the JSON contracts carry it."""
        return [round(self.start, 3), round(self.end, 3)]


@dataclass(frozen=True, slots=True)
class Region:
    """A box in a frame: ``x, y, width, height``, each a fraction 0..1 of the frame's width or height, origin top left."""

    x: float
    y: float
    width: float
    height: float

    def as_list(self) -> list[float]:
        return [round(value, 4) for value in (self.x, self.y, self.width, self.height)]


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a probed file holds. Width and height are stored pixels, rotation applied; duration in seconds."""

    duration: float
    width: int
    height: int
    fps: float
    video_codec: str
    audio_codec: str | None
    frames: int
    media_type: str
    rotation: int = 0

    @property
    def is_still(self) -> bool:
        return self.media_type.startswith("image/")

    @property
    def is_sound(self) -> bool:
        """A recording without pictures: width, height, fps and frames are 0."""
        return self.media_type.startswith("audio/")

    def as_dict(self) -> dict[str, Any]:
        """The ``probe`` document of the command line."""
        return {
            "duration": round(self.duration, 3),
            "width": self.width,
            "height": self.height,
            "fps": round(self.fps, 3),
            "video_codec": self.video_codec,
            "audio_codec": self.audio_codec,
            "frames": self.frames,
            "media_type": self.media_type,
            "rotation": self.rotation,
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stage is: ``done`` of ``total`` in ``unit`` (frames, seconds, bytes, shots); ``total`` 0 if unknown."""

    stage: str
    done: float
    total: float
    unit: str = "frames"

    @property
    def fraction(self) -> float:
        """0..1, 0 while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


#: Told how far the work is, from the thread that does it; it must be cheap and must not raise.
OnProgress = Callable[[Progress], None]
#: Asked between frames whether to stop; ``True`` makes the work raise ``CancelledError``.
Cancelled = Callable[[], bool]


def no_progress(progress: Progress) -> None:
    """The default listener: hears and forgets."""


def never_cancelled() -> bool:
    """The default question: never stops the work."""
    return False
