"""Perceptual hashes of single frames (imagehash's DCT pHash after Zauner, "Implementation and Benchmarking of Perceptual
Image Hash Functions", 2010), kept beside an asset so that a near-identical file is recognised without any model."""

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: Name and version of what a stored hash means; hashes of different versions are never compared.
PHASH_VERSION = "imagehash-4.3 phash 8x8"
#: Bits that may differ between re-encodes of one picture (of 64); unrelated pictures differ in about 32.
NEAR_IDENTICAL_BITS = 8


def phash(pixels: NDArray[np.uint8]) -> str:
    """The 64-bit pHash of an RGB picture, (height, width, 3) uint8, as 16 hexadecimal digits."""
    return str(imagehash.phash(Image.fromarray(pixels)))


def hamming(one: str, other: str) -> int:
    """How many of 64 bits differ between two hashes from ``phash``; raises ``ValueError`` if they are none."""
    return (int(one, 16) ^ int(other, 16)).bit_count()
