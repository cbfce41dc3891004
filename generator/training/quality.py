"""How near pictures that a model makes come to pictures that it never saw: KID, precision and recall, with anchors.

KID is the squared maximum mean discrepancy with a polynomial kernel (Bińkowski, Sutherland, Arbel and Gretton,
"Demystifying MMD GANs", ICLR 2018), unbiased, so that it is about 0 for two samples of one distribution and may be a little
below. Precision and recall are those of Kynkäänniemi, Karras, Laine, Lehtinen and Aila ("Improved precision and recall
metric for assessing generative models", NeurIPS 2019). Both usually stand on Inception's features; ours are those of the
packaged EfficientNet-Lite0, so the figures compare models measured here with each other and with their anchors, not with
figures from papers.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Features = NDArray[np.float64]
#: Side in pixels of the windows that are compared: what the backbone looks at without scaling, so that texture counts.
WINDOW = 224
#: Subsets over which KID is averaged (as in the paper's own code), and the size of each where there is enough.
SUBSETS, SUBSET = 100, 100
#: The neighbour whose distance is the radius of a point's sphere: the paper's own choice.
NEIGHBOUR = 3
#: Windows of each kind that are compared; more cost 60 ms each and change the second digit.
MOST = 400


@dataclass(frozen=True, slots=True)
class Kid:
    """The mean of KID over subsets and its standard deviation over them; ``size`` is how many of each there were in one."""

    mean: float
    deviation: float
    size: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Pictures of one kind against held-out ones: 0 and 1 and 1 would be pictures of the same kind."""

    kid: Kid
    precision: float
    recall: float
    windows: int


@dataclass(frozen=True, slots=True)
class Quality:
    """``made`` by the model, ``drawn`` (what it was made from; ``None`` for plates) and ``works`` (what it learned from,
    against works that it did not: the best that can be asked for), each against ``held_out`` windows of unseen works."""

    made: Compared
    drawn: Compared | None
    works: Compared
    held_out: int
    pictures: int
    window: int

    def as_dict(self) -> dict[str, Any]:
        """For records, rounded to what the deviation leaves of it."""
        return dict(_rounded(asdict(self)))


def measure(
    *,
    made: Sequence[Picture],
    drawn: Sequence[Picture],
    works: Sequence[Picture],
    held_out: Sequence[Picture],
    embed: Callable[[list[Picture]], NDArray[np.float32]],
    seed: int = 0,
) -> Quality:
    """Measures ``made`` against ``held_out``. ``embed`` gives unit vectors (n, d). Pictures are cut into windows as large as
    fits all of them, so that small ones (plates) are compared with works of the same size.

    Raises ``ValueError`` where a kind has fewer than ``NEIGHBOUR`` + 1 windows.
    """
    side = min(WINDOW, *(min(one.shape[:2]) for one in (*made, *held_out)))
    chance = np.random.default_rng(seed)

    def features(pictures: Sequence[Picture]) -> Features:
        cut = windows(pictures, side)
        if len(cut) > MOST:
            cut = [cut[place] for place in np.sort(chance.permutation(len(cut))[:MOST])]
        return np.asarray(embed(cut), np.float64)

    unseen = features(held_out)

    def compared(pictures: Sequence[Picture]) -> Compared:
        found = features(pictures)
        precision, recall = precision_recall(unseen, found)
        return Compared(kid(unseen, found, seed=seed), precision, recall, len(found))

    return Quality(
        compared(made), compared(drawn) if len(drawn) else None, compared(works), len(unseen), len(held_out), side
    )


def windows(pictures: Sequence[Picture], side: int) -> list[Picture]:
    """Squares of ``side`` pixels that do not overlap, from the middle of each picture outwards: as many as fit. A picture
    whose shorter side is smaller is scaled up to it."""
    found = []
    for picture in pictures:
        height, width = picture.shape[:2]
        if min(height, width) < side:
            scale = side / min(height, width)
            size = max(side, round(width * scale)), max(side, round(height * scale))
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
            height, width = picture.shape[:2]
        rows, columns = height // side, width // side
        top, left = (height - rows * side) // 2, (width - columns * side) // 2
        found += [
            np.ascontiguousarray(picture[y : y + side, x : x + side])
            for y in range(top, top + rows * side, side)
            for x in range(left, left + columns * side, side)
        ]
    return found


def mmd2(one: Features, other: Features) -> float:
    """The unbiased estimate of the squared MMD of two samples (m, d) and (n, d), m and n at least 2, with the kernel
    (x·y + 1)³ for unit vectors: the paper's (x·y/d + 1)³ for vectors of length √d."""
    if min(len(one), len(other)) < 2:
        raise ValueError("an unbiased estimate needs two of each")
    within = [
        (kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1))
        for kernel in (_kernel(one, one), _kernel(other, other))
    ]
    return float(within[0] + within[1] - 2 * _kernel(one, other).mean())


def kid(one: Features, other: Features, *, seed: int = 0) -> Kid:
    """KID of two samples of unit vectors, over ``SUBSETS`` random subsets of each."""
    size = min(SUBSET, len(one), len(other))
    chance = np.random.default_rng(seed)
    found = [
        mmd2(one[chance.permutation(len(one))[:size]], other[chance.permutation(len(other))[:size]])
        for _ in range(SUBSETS)
    ]
    return Kid(float(np.mean(found)), float(np.std(found)), size)


def precision_recall(real: Features, made: Features, k: int = NEIGHBOUR) -> tuple[float, float]:
    """Which part of ``made`` lies within the spheres around ``real``, and the other way round, 0..1 each. A point's sphere
    reaches to its ``k``-th neighbour of its own kind. Raises ``ValueError`` for fewer than k + 1 points."""
    if min(len(real), len(made)) <= k:
        raise ValueError(
            f"precision and recall need {k + 1} pictures of each kind; there are {len(real)} and {len(made)}"
        )
    between = _distances(real, made)

    def radii(points: Features) -> Features:
        own = _distances(points, points)
        np.fill_diagonal(own, 0.0)
        return np.asarray(np.sort(own, axis=1)[:, k])

    precision = (between <= radii(real)[:, None]).any(axis=0).mean()
    recall = (between <= radii(made)[None]).any(axis=1).mean()
    return float(precision), float(recall)


def grid(rows: Sequence[Sequence[Picture]], *, width: int = 320, gap: int = 4) -> Picture:
    """Pictures as a sheet, row by row, each scaled to ``width`` pixels (sharply where it is enlarged) and to the shape of
    the first one; gaps are white. (height, width, 3) uint8."""
    first = rows[0][0]
    size = width, max(1, round(width * first.shape[0] / first.shape[1]))
    columns = max(len(row) for row in rows)
    sheet = np.full((len(rows) * (size[1] + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            how = cv2.INTER_AREA if picture.shape[1] >= width else cv2.INTER_CUBIC
            top, left = y * (size[1] + gap), x * (width + gap)
            sheet[top : top + size[1], left : left + width] = cv2.resize(
                _shaped(picture, size), size, interpolation=how
            )
    return sheet


def _shaped(picture: Picture, size: tuple[int, int]) -> Picture:
    """The middle of a picture in the shape of ``size`` (width, height)."""
    height, width = picture.shape[:2]
    wide, high = min(width, round(height * size[0] / size[1])), min(height, round(width * size[1] / size[0]))
    top, left = (height - high) // 2, (width - wide) // 2
    return picture[top : top + high, left : left + wide]


def _kernel(one: Features, other: Features) -> Features:
    return np.asarray((one @ other.T + 1.0) ** 3)


def _distances(one: Features, other: Features) -> Features:
    squared = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * one @ other.T
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    return {key: _rounded(one) for key, one in value.items()} if isinstance(value, dict) else value
