"""PDQ, the 256-bit perceptual hash of single frames that platforms exchange (Facebook, "The TMK+PDQF video-hashing algorithm
and the PDQ image-hashing algorithm", 2019), in numpy and OpenCV, so that nothing has to be compiled.

Steps and constants are the paper's: luminance, two passes of a box filter sized for 64 x 64 samples, a 16 x 16 block of DCT
coefficients without the constant, one bit each for "above the median". Against the reference implementation a few bits
differ, where a coefficient lies at the median.
"""

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

#: Name and version of what a stored hash means; hashes of different versions are never compared.
PDQ_VERSION = "pdq 256 numpy-1"
BYTES = 32
#: Bits that may differ between copies, the threshold that the authors publish; unrelated pictures differ in about 128.
MATCH_BITS = 31
#: Quality below which the authors advise not to trust a hash: featureless pictures hash at random.
MIN_QUALITY = 50
_SIDE, _COEFFICIENTS = 64, 16
#: Signs that reversing an axis gives to coefficients 1 to 16: the odd ones change theirs.
_ALTERNATE = np.where(np.arange(1, _COEFFICIENTS + 1) % 2, -1, 1).astype(np.float32)
#: Luminance weights (ITU-R BT.601), as in the reference.
_LUMA = np.array([[0.299, 0.587, 0.114]], np.float32)


class Pdq(NamedTuple):
    """``bits`` (32,) uint8, the hash packed most significant bit first; ``quality`` 0..100, how much texture there was.

    A tuple, so that whoever stores hashes of any kind can take it apart without knowing this one.
    """

    bits: NDArray[np.uint8]
    quality: int


def pdq(pixels: NDArray[np.uint8]) -> Pdq:
    """The hash of an RGB picture, (height, width, 3) uint8 of any size."""
    small = _samples(pixels)
    return Pdq(_bits(_coefficients(small)), _quality(small))


def dihedral(pixels: NDArray[np.uint8]) -> tuple[Pdq, ...]:
    """The hashes of the picture's eight turns for the price of one: as it is, then turned anticlockwise by 90, 180 and 270
    degrees, then the same four of its mirror image (left and right exchanged).

    Turning a picture transposes its coefficients and changes the sign of every other one (section "Dihedral" of the
    paper). The sampling grid is not quite symmetric, so bits differ from
    those of the turned picture itself: up to 16 of 256 on our photographs, half the published threshold.
    """
    small = _samples(pixels)
    coefficients, quality = _coefficients(small), _quality(small)
    turns = []
    for start in (coefficients, coefficients * _ALTERNATE[None, :]):
        turned = start
        for _ in range(4):
            turns.append(Pdq(_bits(turned), quality))
            turned = turned.T * _ALTERNATE[:, None]  # rot90: exchange the axes, then run the new first one backwards
    return tuple(turns)


def _samples(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The smoothed luminance at 64 x 64 places."""
    # not by a matrix product, which would wake threads for so little
    luma = np.asarray(cv2.transform(pixels.astype(np.float32), _LUMA), np.float32)
    height, width = luma.shape
    for _ in range(2):  # the paper's "Jarosz" filter: two passes of a box as wide as half a sample's distance
        luma = _box(luma)
    rows = ((np.arange(_SIDE) + 0.5) * height / _SIDE).astype(int)
    columns = ((np.arange(_SIDE) + 0.5) * width / _SIDE).astype(int)
    return np.asarray(luma[np.ix_(rows, columns)], np.float32)


def _coefficients(small: NDArray[np.float32]) -> NDArray[np.float32]:
    transform = _dct()
    return np.asarray(transform @ small @ transform.T, np.float32)


def _bits(coefficients: NDArray[np.float32]) -> NDArray[np.uint8]:
    bits = coefficients > np.median(coefficients)
    return np.packbits(bits.reshape(-1)[::-1])  # the reference numbers bits from the last byte on


def _box(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over a box that shrinks at the edges; boxes of even width reach one pixel further right and down."""
    width, height = ((side + 2 * _SIDE - 1) // (2 * _SIDE) for side in (luma.shape[1], luma.shape[0]))
    anchor = width - (width + 2) // 2, height - (height + 2) // 2

    summed = cv2.boxFilter(luma, -1, (width, height), anchor=anchor, normalize=False, borderType=cv2.BORDER_CONSTANT)
    counts = [
        np.minimum(np.arange(side) - at + box, side) - np.maximum(np.arange(side) - at, 0)
        for side, at, box in ((luma.shape[0], anchor[1], height), (luma.shape[1], anchor[0], width))
    ]
    return np.asarray(summed / np.outer(*counts).astype(np.float32), np.float32)


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    """How many of 256 bits differ."""
    return int(np.bitwise_count(one ^ other).sum())


def _quality(small: NDArray[np.float32]) -> int:
    """Sum of gradients over the 64 x 64 samples, scaled as in the reference: 100 is richly textured."""
    total = 0
    for axis in (0, 1):
        steps = np.diff(small, axis=axis) * 100 / 255
        total += int(np.abs(steps.astype(int)).sum())
    return min(100, total // 90)


@cache
def _dct() -> NDArray[np.float32]:
    """Rows 1 to 16 of the 64-point DCT-II."""
    k, n = np.arange(1, _COEFFICIENTS + 1)[:, None], np.arange(_SIDE)[None, :]
    return np.asarray(np.sqrt(2 / _SIDE) * np.cos(np.pi * k * (2 * n + 1) / (2 * _SIDE)), np.float32)
