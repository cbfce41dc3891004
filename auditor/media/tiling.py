"""Parts of a picture: where a picture in the picture would lie, and what a crop of it would show."""

import numpy as np
from numpy.typing import NDArray


def tiles(pixels: NDArray[np.uint8], *, fine: bool = False) -> list[NDArray[np.uint8]]:
    """Overlapping parts of a picture (height, width, 3): nine of half its sides; with ``fine`` 25 more of a third."""
    return _grid(pixels, 1 / 2, 3) + (_grid(pixels, 1 / 3, 5) if fine else [])


def turned(pixels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """A picture (height, width, 3) on its sides and on its head, as a film shot or a page scanned that way would show it."""
    return [np.ascontiguousarray(np.rot90(pixels, quarter)) for quarter in (1, 2, 3)]


def _grid(pixels: NDArray[np.uint8], part: float, along: int) -> list[NDArray[np.uint8]]:
    height, width = pixels.shape[:2]
    tall, wide = max(1, round(height * part)), max(1, round(width * part))
    rows, columns = np.linspace(0, height - tall, along), np.linspace(0, width - wide, along)
    return [pixels[int(top) : int(top) + tall, int(left) : int(left) + wide] for top in rows for left in columns]
