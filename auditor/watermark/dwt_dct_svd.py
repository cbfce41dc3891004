"""A watermark that needs no weights: singular values of the colour difference planes, quantised to odd or even steps.

After K. A. Navas, M. C. Ajay, M. Lekshmi, T. S. Archana and M. Sasikumar, "DWT-DCT-SVD based watermarking", COMSWARE 2008,
and the quantisation of B. Chen and G. W. Wornell, "Quantization index modulation", IEEE Trans. Inf. Theory 47(4), 2001.
Each frame is reduced to a grid of fixed size, so that scaling and a changed aspect leave it alone; the low band of a Haar
transform is cut into blocks of 4 x 4; the largest singular value of each carries a bit. Where the literature transforms
each block by DCT first, nothing is gained here: that transform is orthonormal, and the singular values are the same.

Each frame carries the whole code, so it is read from any place in the film; votes of all frames are added up.
"""

from collections.abc import Iterable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.watermark.errors import WatermarkError
from auditor.watermark.geometry import POSES, Pose, framings, kept_frames, posed, spread
from auditor.watermark.payload_code import PayloadCode
from auditor.watermark.watermarker import Pixels, WatermarkReading

#: Bits that a frame carries: 6 bytes of payload, 4 of checksum, 22 of parity.
CAPACITY = 256
#: The low band's grid, width and height: blocks of 4 x 4 in it, 24 x 16 of them, are 27 x 23 pixels of a frame of 640 x 360.
#: Three blocks carry each bit. A finer grid carries it more often, but encoders spare larger blocks.
GRID = (96, 64)
_BLOCK = 4
#: Pixels that a frame needs on either side: in smaller ones a block is five chroma samples, which crf 18 erases.
LEAST_SIDE = 160
#: The quantisation step of a singular value, about eight times the block mean; see ``docs/benchmarks/watermark.md``. At 40
#: there were blotches in skies and walls (CIEDE2000 after a blur of 9 pixels: 3.2 in the worst twentieth of a plain
#: picture); at 24 that is 1.8, under the 2.3 that people just notice (Mahy, Van Eycken and Oosterlinck, 1994).
STEP = 24.0
#: Rows of JFIF's conversion (ITU-T T.871): what blue and red differ from luma by, and how a change of them changes RGB.
_TO_CHROMA = np.array([[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
_FROM_CHROMA = np.array([[0.0, -0.344136, 1.772], [1.402, -0.714136, 0.0]], np.float32)
_ORDER_SEED = 2008
#: The low band of a grey picture: twice the 128 that JFIF adds, so that a block's largest singular value is its mean's.
_GRAY = np.float32(256)
#: Frames that are looked at for each crop: there are many, and every film without a mark pays for them.
_FEW = 24
#: Share of a block that must be in the picture for it to be heard: rounding leaves a little less than all.
_COMPLETE = 0.99
#: Power iterations for a block's largest singular value: it is a hundred times the next one.
_ITERATIONS = 3


class DwtDctSvdWatermarker:
    """The default. ``step`` trades visibility for survival."""

    alg = "org.reelproof.dwtdctsvd.1"
    capacity_bits = CAPACITY
    least_side = LEAST_SIDE

    def __init__(self, *, step: float = STEP) -> None:
        self._step = step
        self._code = PayloadCode(CAPACITY)
        self._bits: tuple[bytes, NDArray[np.uint8]] | None = None

    def embed(self, frame: Pixels, payload: bytes) -> Pixels:
        """See ``Watermarker``. Luma is left as it is but for rounding."""
        height, width = frame.shape[:2]
        if min(height, width) < LEAST_SIDE:
            raise WatermarkError(
                f"a frame of {width} x {height} pixels is too small for a watermark ({LEAST_SIDE} a side)"
            )
        if self._bits is None or self._bits[0] != payload:
            self._bits = payload, self._code.encode(payload)[_order()]
        small = np.asarray(cv2.resize(frame, GRID, interpolation=cv2.INTER_AREA), np.float32)
        blocks = _blocks(_bands(small))
        largest, left, right = _largest(blocks)
        aim = (0.25 + 0.5 * self._bits[1]) * self._step
        change = (np.round((largest - aim) / self._step) * self._step + aim) - largest
        bands = _unblocked(change[:, None, None] * left[:, :, None] * right[:, None, :]) / 2
        delta = np.tensordot(np.moveaxis(bands, 0, 2), _FROM_CHROMA, 1)
        grown = cv2.resize(delta, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.clip(np.rint(frame + grown), 0, 255).astype(np.uint8)

    def read(self, frames: Iterable[Pixels]) -> WatermarkReading | None:
        """See ``Watermarker``. With and without the black edges, a mirror, crops of up to a sixth around the middle and
        changes of saturation are tried."""
        tried = 0
        for kept in framings(kept_frames(frames)):
            size = (2 * GRID[0], 2 * GRID[1])
            small = [np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.float32) for one in kept]
            seen: dict[float, tuple[NDArray[np.float32], NDArray[np.bool_]]] = {}
            for pose in POSES:
                tried += 1
                if pose.crop not in seen:
                    seen[pose.crop] = _seen(list(spread(small, _FEW)) if pose.crop else small, pose.crop)
                found = self._code.decode(self._votes(*seen[pose.crop], pose))
                if found is not None:
                    chance = self._code.false_positive(tried)
                    return WatermarkReading(
                        found.payload, found.confidence, chance, len(kept), pose.mirrored, pose.crop
                    )
        return None

    def _votes(self, bands: NDArray[np.float32], whole: NDArray[np.bool_], pose: Pose) -> NDArray[np.float64]:
        """What all frames say of each bit; blocks that a crop took away say nothing. A mirror turns the grid over."""
        bands = bands[..., ::-1] if pose.mirrored else bands
        if pose.saturation != 1.0:
            bands = _GRAY + (bands - _GRAY) / np.float32(pose.saturation)
        blocks = _blocks(bands.reshape(-1, *bands.shape[2:]))
        largest, _, _ = _largest(blocks)
        votes = -np.sin(2 * np.pi * largest / self._step).reshape(len(bands), -1).sum(axis=0)
        return np.bincount(_order(), weights=np.where(whole, votes, 0.0), minlength=CAPACITY)


def _seen(frames: list[NDArray[np.float32]], crop: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The low bands (frames, 2, height, width) of frames put back to where a crop took them from, and which blocks it left
    whole; a crop around the middle leaves the same ones in the mirror."""
    placed = [posed(frame, Pose(crop=crop)) for frame in frames]
    bands = [_bands(np.asarray(cv2.resize(one, GRID, interpolation=cv2.INTER_AREA), np.float32)) for one, _ in placed]
    rows, columns = placed[0][1]
    inside = np.zeros(frames[0].shape[:2], np.float32)
    inside[rows, columns] = 1
    inside = np.asarray(cv2.resize(inside, GRID, interpolation=cv2.INTER_AREA), np.float32)
    return np.stack(bands), _blocks(np.stack([inside, inside])).min(axis=(1, 2)) > _COMPLETE


def _bands(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """The low bands (2, height, width) of both colour difference planes: Haar's is twice the mean of four pixels."""
    return np.asarray(2 * np.moveaxis(small @ _TO_CHROMA.T, 2, 0) + _GRAY, np.float32)


def _blocks(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    planes, height, width = bands.shape
    cut = bands.reshape(planes, height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).swapaxes(2, 3)
    return np.ascontiguousarray(cut.reshape(-1, _BLOCK, _BLOCK))


def _unblocked(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    width, height = GRID
    cut = blocks.reshape(2, height // _BLOCK, width // _BLOCK, _BLOCK, _BLOCK).swapaxes(2, 3)
    return np.ascontiguousarray(cut.reshape(2, height, width), np.float32)


def _largest(blocks: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The largest singular value of each block with its vectors."""
    right = np.full((len(blocks), _BLOCK), 0.5, np.float32)
    for _ in range(_ITERATIONS):
        left = np.einsum("nij,nj->ni", blocks, right)
        left /= np.sqrt(np.einsum("ni,ni->n", left, left))[:, None]
        right = np.einsum("nij,ni->nj", blocks, left)
        largest = np.sqrt(np.einsum("nj,nj->n", right, right))
        right /= largest[:, None]
    return largest, left, right


@cache
def _order() -> NDArray[np.int64]:
    """Which bit each block carries: as often as any other, and neighbours different ones."""
    count = 2 * GRID[0] * GRID[1] // _BLOCK**2
    return np.random.default_rng(_ORDER_SEED).permutation(np.arange(count) % CAPACITY)
