"""The port of watermarks: a payload hidden in pictures, and read from them again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

#: Bytes of every payload: 48 bits, a number drawn at random for each output. Among 2**20 outputs two have the same one with
#: a chance of one in 500 (birthday bound, 2**39 / 2**48); whoever draws them keeps them unique.
PAYLOAD_BYTES = 6

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class WatermarkReading:
    """A payload that was read and passed its checksum.

    ``confidence``, 0..1, is the share of the code's bits that were read as the payload has them: 1 is undisturbed, 0.5
    would be chance. ``false_positive`` bounds the chance that pictures without a watermark are read as any payload at all;
    ``frames`` is how many were looked at; ``mirrored`` and ``crop`` (share of the sides that is missing, 0 none) say how the
    pictures had been changed.
    """

    payload: bytes
    confidence: float
    false_positive: float
    frames: int
    mirrored: bool = False
    crop: float = 0.0


class Watermarker(Protocol):
    """Hides ``PAYLOAD_BYTES`` bytes in each frame of a film or in a picture."""

    @property
    def alg(self) -> str:
        """Name and version of the method, as it stands in manifests and in the resolution API."""

    @property
    def capacity_bits(self) -> int:
        """Bits that one frame carries before error correction."""

    @property
    def least_side(self) -> int:
        """Pixels that a frame needs on either side to carry them."""

    def embed(self, frame: Pixels, payload: bytes) -> Pixels:
        """``frame`` (height, width, 3) uint8 RGB with the payload in it, of the same shape.

        Raises ``WatermarkError`` for a payload of another length, or a frame too small to carry it.
        """

    def read(self, frames: Iterable[Pixels]) -> WatermarkReading | None:
        """The payload of frames (height, width, 3) uint8 RGB of one film, in any order and from any place in it; ``None``
        where none passes its checksum. Frames may be scaled: all of one film alike."""
