"""Two clips from outside, made on the spot, that must not get through: a hidden copy and a stranger's face."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.files import replacing
from auditor.media import sample_frames
from django_site.demo.samples import film, photograph, portrait

Pixels = NDArray[np.uint8]
SIZE = (640, 360)
FPS = 25


@dataclass(frozen=True, slots=True)
class ForeignClip:
    """A made clip, and what is hidden in it from ``start`` to ``end`` seconds."""

    path: Path
    what: str
    start: float
    end: float


def make_hidden_copy(path: Path) -> ForeignClip:
    """Seconds 2 to 5 of a registered clip, mirrored, scaled and re-encoded, within a travelling shot of a rocket."""
    rocket = list(_travel(_still(photograph("rocket.jpg")), 175, zoom=(1.0, 1.35)))
    frames = [frame.pixels for frame in sample_frames(film("bikes.mp4"), fps=0, start=2.0, end=4.999)]
    copied = [cv2.resize(pixels[:, ::-1], SIZE, interpolation=cv2.INTER_AREA) for pixels in frames]
    _write(path, [*rocket[:100], *copied, *rocket[100:]])
    start = 100 / FPS
    return ForeignClip(path, "3 s of a registered clip, mirrored, scaled, re-encoded", start, start + len(copied) / FPS)


def make_stolen_face(path: Path) -> ForeignClip:
    """The performer's portrait, mirrored, graded and under a moving camera, after two seconds of the same rocket."""
    rocket = list(_travel(_still(photograph("rocket.jpg")), 100, zoom=(1.35, 1.0)))
    face = _travel(_still(portrait()), 75, zoom=(1.3, 1.7), centre=(0.43, 0.25))
    graded = [np.clip(f[:, ::-1] * np.array([1.05, 0.95, 0.85]) + 6, 0, 255).astype(np.uint8) for f in face]
    _write(path, [*rocket[:50], *graded, *rocket[50:]])
    start = 50 / FPS
    return ForeignClip(path, "the face of a performer who has granted nothing", start, start + len(graded) / FPS)


def _still(path: Path) -> Pixels:
    return next(iter(sample_frames(path, fps=1, max_side=2000))).pixels


def _travel(
    picture: Pixels, count: int, *, zoom: tuple[float, float], centre: tuple[float, float] = (0.5, 0.5)
) -> Iterator[Pixels]:
    """``count`` frames of a camera that moves over a photograph from one magnification to another."""
    height, width = picture.shape[:2]
    for number in range(count):
        factor = zoom[0] + (zoom[1] - zoom[0]) * number / count
        wide, tall = width / factor, width / factor * SIZE[1] / SIZE[0]
        left = min(max(centre[0] * width - wide / 2, 0), width - wide)
        top = min(max(centre[1] * height - tall / 2, 0), height - tall)
        scale = np.array([[SIZE[0] / wide, 0, -left * SIZE[0] / wide], [0, SIZE[1] / tall, -top * SIZE[1] / tall]])
        yield np.asarray(cv2.warpAffine(picture, scale, SIZE, flags=cv2.INTER_AREA), np.uint8)


def _write(path: Path, frames: Iterable[Pixels]) -> None:
    """Encode as a hurried re-uploader would: H.264 at a visibly lossy quality."""
    with replacing(path) as temporary, av.open(str(temporary), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "30", "preset": "veryfast"}
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode())
