"""How alike anything is to a picture: the similarity of a query to pictures that have nothing to do with any corpus.

A plain sky is somewhat alike to every other plain sky. So a descriptor's similarity is read beside its *typicality*, the
mean similarity to the nearest pictures of an independent background set (score normalisation, as in the descriptor track
of the Image Similarity Challenge 2021: Papakipos et al., "Results and findings of the 2021 Image Similarity Challenge",
PMLR 176, 2022). The set that ships holds descriptors only, made by ``python -m tests.bench.matching background`` from
pictures whose sources stand in THIRD_PARTY.md.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from auditor.errors import BadInputError

#: Nearest pictures of the set whose similarity is averaged.
_NEAREST = 3
#: More alike than this, the query is a copy of a background picture: that says nothing of how typical it is.
_ITSELF = 0.9


@dataclass(frozen=True, slots=True)
class Background:
    """Unit descriptors (n, d) of unrelated pictures, made by the embedder of that name."""

    vectors: NDArray[np.float32]
    embedder: str

    def typicality(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each row of ``vectors`` (n, d): its mean similarity to the nearest background pictures, -1..1."""
        # not by a matrix product: the threads that it wakes for so little were measured to cost as much as all the rest
        alike = np.einsum("nd,md->nm", np.asarray(vectors, np.float32), self.vectors)
        alike = np.where(alike > _ITSELF, -1.0, alike)
        return np.asarray(np.sort(alike, axis=1)[:, -_NEAREST:].mean(axis=1), np.float32)


@cache
def shipped_background() -> Background | None:
    """The background set that comes with the package, if one does. Raises ``BadInputError`` if it is damaged."""
    resource = files("auditor.matching").joinpath("background.npz")
    if not resource.is_file():
        return None
    try:
        with as_file(resource) as path, np.load(path, allow_pickle=False) as arrays:
            vectors = arrays["vectors"].astype(np.float32)
            return Background(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), str(arrays["embedder"]))
    except (OSError, ValueError, KeyError) as error:
        raise BadInputError(f"auditor/matching/background.npz: it is damaged ({error}); reinstall reelproof") from error
