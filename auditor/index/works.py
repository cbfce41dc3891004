"""The values that go into an index of works and come out of it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.embeddings import EmbedderIdentity
from auditor.media import MediaInfo

#: Arrays that describe the sound of a file, or ``None`` if it has none.
SoundPrint = Callable[[Path], dict[str, NDArray[Any]] | None]


@dataclass(frozen=True, slots=True)
class FrameHasher:
    """A perceptual hash of 256 bits: ``hash`` takes an RGB picture (height, width, 3) uint8 and returns the bits, (32,)
    uint8, and the picture's quality, 0..100. Hashes of different ``version`` are never compared."""

    version: str
    hash: Callable[[NDArray[np.uint8]], tuple[NDArray[np.uint8], int]]


@dataclass(frozen=True, slots=True)
class Reference:
    """One registered file: whose it is, what it holds and where its proxy (and the print of its sound) lies."""

    work_id: str
    title: str
    asset_sha256: str
    info: MediaInfo
    proxy: Path
    sound: Path | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A registered instant that resembles a query vector; ``similarity`` is the inner product, -1..1."""

    reference: Reference
    seconds: float
    similarity: float


@dataclass(frozen=True, slots=True)
class HashHit:
    """A registered instant whose hash differs from the query's in ``bits`` of 256."""

    reference: Reference
    seconds: float
    bits: int


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index holds. ``digest`` changes whenever a work or its media does, and with nothing else."""

    digest: str
    embedder: EmbedderIdentity
    works: int
    media: int
    vectors: int

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "embedder": self.embedder.as_dict()}


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """A file to be registered as part of a work; the title defaults to the file's name."""

    work_id: str
    media: Path
    title: str | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of an entry: a reference, or the reason why there is none."""

    entry: BatchEntry
    reference: Reference | None
    error: str | None
