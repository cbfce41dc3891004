"""Views of panoramas, as a camera would have taken them: ``python docs/looks/views.py FOLDER PANORAMA.exr…``.

A panorama is equirectangular with linear light. Six views a panorama, level, 60 degrees apart, 80 degrees wide.
"""

import sys
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Linear = NDArray[np.float32]
WIDTH, HEIGHT, ACROSS, VIEWS = 640, 360, 80.0, 6
#: What the geometric mean of a view's light becomes, of 1: a little under middle grey, since skies are bright.
KEY = 0.12


def panorama(path: Path) -> Linear:
    """An EXR with three channels, (h, w, 3), red first."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    green, blue, red = (
        np.frombuffer(plane, np.float32).reshape(plane.height, -1)[:, : plane.width] for plane in frame.planes[:3]
    )
    return np.stack([red, green, blue], -1)


def view(light: Linear, yaw: float) -> Linear:
    """What a level camera that looks to ``yaw`` (radians) sees."""
    focal = WIDTH / 2 / np.tan(np.radians(ACROSS) / 2)
    right, down = np.meshgrid(np.arange(WIDTH) + 0.5 - WIDTH / 2, np.arange(HEIGHT) + 0.5 - HEIGHT / 2)
    longitude = (np.arctan2(right, focal) + yaw) / (2 * np.pi) + 0.5
    latitude = np.arctan2(down, np.hypot(right, focal)) / np.pi + 0.5
    where = ((longitude % 1) * light.shape[1] - 0.5, latitude * light.shape[0] - 0.5)
    across, along = (place.astype(np.float32) for place in where)
    return cv2.remap(light, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


def developed(light: Linear) -> NDArray[np.uint8]:
    """Light as sRGB: exposed for its mean, highlights rolled off (the ACES curve as Narkowicz fitted it, 2016)."""
    x = np.maximum(light, 0.0)
    x = x * KEY / np.exp(np.log(np.maximum(x.mean(-1), 1e-4)).mean())
    x = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)
    return np.round(255.0 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)).astype(np.uint8)


def main(folder: Path, panoramas: list[Path]) -> None:
    for path in panoramas:
        light = panorama(path)
        for number in range(VIEWS):
            picture = developed(view(light, number * 2 * np.pi / VIEWS))
            cv2.imwrite(str(folder / f"{path.stem}-{number}.png"), picture[..., ::-1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(one) for one in sys.argv[2:]])
