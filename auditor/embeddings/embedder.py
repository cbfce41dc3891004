"""The port through which everything that compares pictures sees a model."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError

#: Pictures that go through a model at once: enough to fill it, few enough to fit beside a film's frames.
BATCH = 32


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Everything that decides what a vector means; an index made by one identity refuses vectors of another."""

    name: str
    version: str
    weights_sha256: str
    preprocessing: str
    dimensions: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Embedder(Protocol):
    """Pictures to unit vectors whose inner product is their similarity.

    An embedder may be used in a process forked from the one that made it: its model is made anew there.
    """

    @property
    def identity(self) -> EmbedderIdentity: ...

    def embed(self, pictures: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Embed RGB pictures, each (height, width, 3) uint8 of any size from 1 x 1.

        Returns (n, ``identity.dimensions``) float32, rows of length 1, in order; (0, dimensions) for no pictures. What
        stands beside a picture in the list does not change its vector. Raises ``BadInputError`` for another shape.
        """
        ...


def checked(pictures: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    """The same pictures; raises ``BadInputError`` for one that is no RGB picture of 8 bits."""
    for picture in pictures:
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
            raise BadInputError(
                f"a picture must be (height, width, 3) uint8, not {picture.shape} {picture.dtype}; convert it to RGB"
            )
    return pictures


def unit_rows(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """Rows scaled to length 1, in float32; a row of zeros stays one."""
    rows = np.asarray(vectors, np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), np.float32)
