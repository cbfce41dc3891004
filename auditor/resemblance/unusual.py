"""How unusual a likeness is, against pictures that have nothing to do with any corpus, and against the corpus itself.

Drawings on white paper are alike to all drawings on white paper. So the likeness of two pictures is read against how alike
each of them is to the pictures of a background set and to one picture of each registered work: symmetric score
normalisation, the mean of the two z-scores (Shum, Dehak, Dehak and Glass, "Unsupervised Speaker Adaptation based on the
Cosine Similarity for Text-Independent Speaker Verification", Odyssey 2010). The result ranks; it is no likelihood ratio,
because nobody has shown how its values are distributed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from auditor.embeddings.embedder import unit_rows
from auditor.errors import BadInputError
from auditor.resemblance.describing import MEASURES, Describer, Measure, Pixels

Vectors = NDArray[np.float32]

#: Fewer background pictures say little about what is usual.
LEAST_BACKGROUND = 24
#: More alike than this, it is the background picture itself (registered, or audited): that says nothing of what is usual.
_ITSELF = 0.97
#: A spread below this would make anything unusual.
_LEAST_SPREAD = 0.02
#: From which z-score on a resemblance is told if one work is compared, and how much is added for each tenfold of works, so
#: that chance resemblances stay about as rare (docs/benchmarks/resemblance.md: the tails of unrelated pictures).
_TOLD: dict[Measure, tuple[float, float]] = {"style": (2.5, 0.5), "semantic": (3.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Background:
    """Descriptions of unrelated pictures, (n, dimensions) float32 for each measure, made by one describer; the last
    ``works`` rows are of registered works."""

    vectors: dict[Measure, Vectors]
    works: int = 0

    def __post_init__(self) -> None:
        counts = {len(self.vectors[measure]) for measure in MEASURES}
        if len(counts) != 1 or min(counts) < LEAST_BACKGROUND:
            raise BadInputError(f"a background needs {LEAST_BACKGROUND} pictures or more; {min(counts)} were given")
        if not all(np.isfinite(self.vectors[measure]).all() for measure in MEASURES):
            raise BadInputError("a background holds what is no number; make it anew")

    def __len__(self) -> int:
        return len(self.vectors["style"])

    @property
    def unrelated(self) -> int:
        """How many rows have nothing to do with any work."""
        return len(self) - self.works

    def joined(self, typical: dict[Measure, Vectors]) -> "Background":
        """With rows for works as well, one each: in a corpus of drawings, being a drawing is usual."""
        rows = {m: np.concatenate([self.vectors[m], typical[m].astype(np.float32)]) for m in MEASURES}
        return Background(rows, self.works + len(typical["style"]))

    @classmethod
    def of(cls, pictures: Sequence[Pixels], describer: Describer) -> "Background":
        """Of these pictures. Raises ``BadInputError`` for fewer than ``LEAST_BACKGROUND``."""
        return cls(describer.describe(list(pictures)))


class Scale:
    """One measure against its background. ``units`` are made of vectors first, then compared."""

    def __init__(self, measure: Measure, background: Background) -> None:
        self.measure = measure
        vectors = background.vectors[measure]
        self._centre = np.zeros(vectors.shape[1], np.float32)
        self._spread = np.ones(vectors.shape[1], np.float32)
        if measure == "style":  # statistics of different kinds: each counts by how much it varies
            self._centre, spread = vectors.mean(axis=0), vectors.std(axis=0)
            self._spread = spread + np.float32(1e-3) * vectors.std() + np.float32(1e-6)
        self._background = self.units(vectors)
        self._unrelated = self._background[: background.unrelated]

    def units(self, vectors: NDArray[np.floating]) -> Vectors:
        """Rows whose inner product is their likeness, -1..1."""
        return unit_rows((np.asarray(vectors, np.float32) - self._centre) / self._spread)

    def usual(self, units: Vectors) -> tuple[Vectors, Vectors]:
        """For each row: mean and deviation of its likeness to the background, (n,) each."""
        alike = units @ self._background.T
        alike = np.where(alike > _ITSELF, np.nan, alike)
        few = np.isfinite(alike).sum(axis=1) < LEAST_BACKGROUND // 2
        alike[few] = 1.0  # like everything in the background: nothing is unusual for it
        return np.nanmean(alike, axis=1), np.maximum(np.nanstd(alike, axis=1), _LEAST_SPREAD)

    def compare(self, queries: Vectors, references: Vectors) -> tuple[Vectors, Vectors]:
        """Likeness and z-score of each query with each reference, (q, r) float32; what is given and taken is symmetric."""
        alike = queries @ references.T
        (mean, spread), (their_mean, their_spread) = self.usual(queries), self.usual(references)
        one = (alike - mean[:, None]) / spread[:, None]
        other = (alike - their_mean[None]) / their_spread[None]
        return alike, np.asarray((one + other) / 2, np.float32)

    def as_alike(self, unit: Vectors, likeness: float) -> int:
        """How many unrelated pictures are at least as alike to a row (dimensions,)."""
        alike = self._unrelated @ unit
        return int(((alike >= likeness) & (alike <= _ITSELF)).sum())

    def told_from(self, works: int) -> float:
        """The z-score from which a resemblance is told, if so many works are compared."""
        base, tenfold = _TOLD[self.measure]
        return base + tenfold * float(np.log10(max(1, works)))


@cache
def shipped_background() -> Background:
    """What comes with the package, made with the backbone (``python -m tests.bench.resemblance background``; the sources
    stand in THIRD_PARTY.md). Raises ``BadInputError`` if it is damaged."""
    resource = files("auditor.resemblance").joinpath("background.npz")
    try:
        with as_file(resource) as path, np.load(path, allow_pickle=False) as arrays:
            return Background({measure: arrays[measure].astype(np.float32) for measure in MEASURES})
    except (OSError, ValueError, KeyError) as error:
        raise BadInputError(
            f"auditor/resemblance/background.npz: it is damaged ({error}); reinstall reelproof"
        ) from error
