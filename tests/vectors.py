"""Made-up vectors that lie as those of film frames do: neighbours in a shot all but equal, shots of a film related.

A film has a centre on the sphere; each shot starts near it and wanders, frame by frame, by an angle of about 0.2
(similarity 0.98 between neighbours); a cut comes every twelve frames or so.
They are random walks, not pictures: figures made with them say how an index copes with such a distribution, nothing about
recognition.
"""

import numpy as np
from numpy.typing import NDArray

_FILM_FRAMES = 240
_SHOT_FRAMES = 12


def films(count: int, dimensions: int, *, seed: int) -> NDArray[np.float32]:
    """(count, dimensions) unit vectors, film after film of 240 frames."""
    generator = np.random.default_rng(seed)
    out = np.empty((count, dimensions), np.float32)
    at = 0
    while at < count:
        batch = min(256, -(-(count - at) // _FILM_FRAMES))
        centre = _unit(generator.standard_normal((batch, dimensions), np.float32))
        rows = np.empty((batch, _FILM_FRAMES, dimensions), np.float32)
        for frame in range(_FILM_FRAMES):
            start = _unit(0.6 * centre + 0.8 * _unit(generator.standard_normal((batch, dimensions), np.float32)))
            if frame:
                step = 0.2 * _unit(generator.standard_normal((batch, dimensions), np.float32))
                cut = generator.random(batch) < 1 / _SHOT_FRAMES
                start = np.where(cut[:, None], start, _unit(rows[:, frame - 1] + step))
            rows[:, frame] = start
        filled = rows.reshape(-1, dimensions)[: count - at]
        out[at : at + len(filled)] = filled
        at += len(filled)
    return out


def near(
    vectors: NDArray[np.float32], count: int, *, seed: int, noise: tuple[float, float] = (0.2, 1.0)
) -> NDArray[np.float32]:
    """(count, dimensions) queries: stored vectors with noise of a length drawn from ``noise`` added, as an edit would;
    1.0 leaves a similarity of about 0.7."""
    generator = np.random.default_rng(seed)
    picked = vectors[generator.integers(0, len(vectors), count)]
    amount = generator.uniform(*noise, (count, 1)).astype(np.float32)
    return _unit(picked + amount * _unit(generator.standard_normal(picked.shape, np.float32)))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)
