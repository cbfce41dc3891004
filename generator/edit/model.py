"""A cut as plain values: the file and where each take lies in it."""

from dataclasses import dataclass
from pathlib import Path

from generator.sound.loudness import Loudness


@dataclass(frozen=True, slots=True)
class CutItem:
    """Where one take is seen in the cut, in seconds from its start; dissolving neighbours overlap. ``clip`` is its id."""

    take: Path
    start: float
    end: float
    clip: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A finished film. ``duration`` in seconds, titles included; ``sha256`` in hex; ``loudness`` of its sound, if any."""

    path: Path
    sha256: str
    duration: float
    items: tuple[CutItem, ...]
    loudness: Loudness | None = None
