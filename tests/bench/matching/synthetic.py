"""Pictures and films made by program, to fill up what real media can't: always labelled as synthetic.

A *collage* is a film of cut-outs that move over a photograph under a travelling camera with film grain. Another *take* of
the same collage has the same stage and players but other movements: what a second take on the same set looks like to a
descriptor, and therefore a hard negative.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.bench.matching.edits import cover

Pixels = NDArray[np.uint8]
FILM_SIZE = (640, 360)
FILM_FPS = 25
#: Standard deviation of the film grain, of 255.
_GRAIN = 4


def _noise(
    rng: np.random.Generator, size: tuple[int, int], octaves: Sequence[int], channels: int = 3
) -> NDArray[np.float32]:
    """Value noise 0..1, (height, width, channels), the octaves' cell counts given."""
    width, height = size
    total = np.zeros((height, width, channels), np.float32)
    weight = 0.0
    for number, cells in enumerate(octaves):
        coarse = rng.random((cells, max(1, cells * width // height), channels)).astype(np.float32)
        strength = 0.6**number
        total += strength * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).reshape(total.shape)
        weight += strength
    return np.clip(total / weight, 0, 1)


def _cells(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """A mosaic: each pixel has the colour of the nearest of some points."""
    width, height = size
    count = int(rng.integers(15, 120))
    points = rng.random((count, 2)) * (width / 4, height / 4)
    y, x = np.mgrid[0 : height // 4, 0 : width // 4]
    nearest = ((x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2).argmin(axis=2)
    colours = rng.random((count, 3)).astype(np.float32)
    return np.asarray(cv2.resize(colours[nearest], (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _stripes(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """Waves bent by noise between two colours."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width] / height
    bend = _noise(rng, size, (3, 6), 1)[..., 0] * rng.uniform(2, 14)
    angle = rng.uniform(0, np.pi)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * rng.uniform(15, 90) + bend)[..., None]
    one, two = rng.random((2, 3))
    return np.asarray(one + (two - one) * (wave + 1) / 2, np.float32)


def _shapes(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float32]:
    """Discs, boxes and lines thrown over a gradient."""
    width, height = size
    picture = (_noise(rng, size, (2,)) * 255).astype(np.uint8)
    for _ in range(int(rng.integers(12, 60))):
        colour = tuple(int(c) for c in rng.integers(0, 256, 3))
        a = (int(rng.integers(width)), int(rng.integers(height)))
        b = (a[0] + int(rng.integers(-width // 3, width // 3)), a[1] + int(rng.integers(-height // 3, height // 3)))
        match int(rng.integers(3)):
            case 0:
                cv2.circle(picture, a, int(rng.integers(4, height // 5)), colour, -1, cv2.LINE_AA)
            case 1:
                cv2.rectangle(picture, a, b, colour, -1)
            case _:
                cv2.line(picture, a, b, colour, int(rng.integers(1, 12)), cv2.LINE_AA)
    return picture.astype(np.float32) / 255


def texture(seed: int, size: tuple[int, int] = (640, 480)) -> Pixels:
    """A picture that resembles no other seed's: noise, mosaic, waves or shapes, half of them over one another."""
    rng = np.random.default_rng([77, seed])
    makers = (
        lambda: _noise(rng, size, sorted(int(c) for c in rng.choice([2, 4, 8, 16, 32, 64], 4, replace=False))),
        lambda: _cells(rng, size), lambda: _stripes(rng, size), lambda: _shapes(rng, size),
    )  # fmt: skip
    picture = makers[seed % 4]()
    if rng.integers(2):
        mask = (_noise(rng, size, (3, 6, 12), 1) > 0.5).astype(np.float32)
        picture = picture * mask + makers[int(rng.integers(4))]() * (1 - mask)
    grain = rng.normal(0, 0.02, (size[1], size[0], 1)).astype(np.float32)
    return np.clip((picture + grain) * 255, 0, 255).astype(np.uint8)


def laid(
    ground: Pixels, cut_out: NDArray[np.uint8], centre: tuple[float, float], height: float, degrees: float
) -> None:
    """Lay an RGBA cut-out onto ``ground`` in place: ``centre`` and ``height`` in pixels."""
    scale = height / cut_out.shape[0]
    matrix = cv2.getRotationMatrix2D((cut_out.shape[1] / 2, cut_out.shape[0] / 2), degrees, scale)
    half = int(np.hypot(*cut_out.shape[:2]) * scale / 2) + 2
    left, top = int(centre[0]) - half, int(centre[1]) - half
    matrix[:, 2] += (half - cut_out.shape[1] / 2, half - cut_out.shape[0] / 2)
    matrix[:, 2] += (centre[0] - int(centre[0]), centre[1] - int(centre[1]))
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(ground.shape[1], left + 2 * half), min(ground.shape[0], top + 2 * half)
    if x0 >= x1 or y0 >= y1:
        return
    patch = cv2.warpAffine(cut_out, matrix, (2 * half, 2 * half), flags=cv2.INTER_LINEAR)
    patch = patch[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = patch[..., 3:].astype(np.float32) / 255
    under = ground[y0:y1, x0:x1]
    under[:] = (under * (1 - alpha) + patch[..., :3] * alpha).astype(np.uint8)


class _Path:
    """A smooth movement: a sum of three slow waves around a place, different for each seed."""

    def __init__(self, rng: np.random.Generator, reach: float) -> None:
        self._rates = rng.uniform(0.2, 1.6, (3, 1))
        self._phases = rng.uniform(0, 2 * np.pi, (3, 4))
        self._sizes = rng.uniform(0.2, 1.0, (3, 4)) * reach / 1.5

    def __call__(self, seconds: float) -> NDArray[np.float64]:
        return np.asarray((self._sizes * np.sin(self._rates * seconds + self._phases)).sum(axis=0))


def collage(
    stages: Sequence[Pixels], players: Sequence[NDArray[np.uint8]], seed: int, take: int, seconds: float
) -> Iterator[Pixels]:
    """Frames of a film: one shot for each stage, ``players`` shared out among the shots.

    ``seed`` decides where things stand, ``take`` how they and the camera move.
    """
    count = round(seconds * FILM_FPS)
    share = max(1, len(players) // len(stages))
    cast = [players[n * share : (n + 1) * share] for n in range(len(stages))]
    width, height = FILM_SIZE
    room = (round(width * 1.25), round(height * 1.25))
    grounds = [cover(stage, room) for stage in stages]
    grain = np.random.default_rng([seed, take, 9]).normal(0, _GRAIN, (8, height, width, 1)).astype(np.int16)
    shot, camera, paths, places = -1, None, [], NDArray[np.float64]
    for number in range(count):
        now = number * len(stages) // count
        moment = number / FILM_FPS
        if now != shot:
            shot = now
            standing = np.random.default_rng([seed, shot])
            moving = np.random.default_rng([seed, shot, take + 100])
            places = standing.uniform((0.15, 0.3), (0.85, 0.8), (len(cast[shot]), 2)) * room
            heights = standing.uniform(0.25, 0.5, len(cast[shot])) * height
            paths = [_Path(moving, 70) for _ in cast[shot]]
            camera = _Path(moving, 30)
        frame = grounds[shot].copy()
        for player, place, tall, path in zip(cast[shot], places, heights, paths, strict=True):
            dx, dy, turn, grow = path(moment)
            laid(frame, player, (place[0] + dx, place[1] + dy), tall * (1 + grow / 400), turn / 4)
        assert camera is not None
        pan_x, pan_y, _, zoom = camera(moment)
        factor = 1.08 + abs(zoom) / 400
        matrix = np.array([
            [factor, 0, width / 2 - factor * (room[0] / 2 + pan_x)],
            [0, factor, height / 2 - factor * (room[1] / 2 + pan_y)],
        ])  # fmt: skip
        view = cv2.warpAffine(frame, matrix, FILM_SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        yield np.clip(view.astype(np.int16) + grain[(number * 5 + take) % 8], 0, 255).astype(np.uint8)
