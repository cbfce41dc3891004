"""Photographs that have nothing in common, of the packages that we depend on (public domain and CC0)."""

from functools import cache
from typing import Any

import cv2
import numpy as np
import skimage.data

Picture = np.ndarray[Any, Any]
NAMES = (
    "astronaut", "camera", "chelsea", "coffee", "rocket", "clock",
    "coins", "hubble_deep_field", "moon", "page", "retina",
    "brick", "gravel", "text", "immunohistochemistry",
)  # fmt: skip


@cache
def photograph(number: int, side: int = 384) -> Picture:
    """The photograph of that number, ``side`` pixels wide, (height, width, 3) uint8."""
    picture = getattr(skimage.data, NAMES[number])()
    picture = np.repeat(picture[:, :, None], 3, axis=2) if picture.ndim == 2 else picture[:, :, :3]
    size = side, round(side * picture.shape[0] / picture.shape[1])
    shown: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    shown.flags.writeable = False
    return shown
