"""A cut as plain values: the file and where each take lies in it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CutItem:
    """Where one take lies in the cut, in seconds from its start; dissolving neighbours overlap."""

    take: Path
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A finished film without sound. ``duration`` in seconds, titles included; ``sha256`` in hex."""

    path: Path
    sha256: str
    duration: float
    items: tuple[CutItem, ...]
