"""A recipe of a few parameters that really learns: the mean colours of pictures, by a linear layer and a normalisation.

``python -m tests.generator.tiny_recipe RUN`` runs a folder in a process of its own.
"""

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import TrainingError
from generator.training import kinds
from generator.training.recipe import Examples

SIDE = 8


def register() -> None:
    """Makes the kind ``tiny`` known in this process."""
    kinds.RECIPES["tiny"] = f"{__name__ if __name__ != '__main__' else 'tests.generator.tiny_recipe'}:TinyRecipe"


class TinyRecipe:
    """Learns to give back pictures of 8x8 from their means. Settings: ``rate``; ``breaks_at``, ``poisoned_at``: the step
    whose loss, or after which a weight, is no number; ``pause``: seconds before each step."""

    kind = "tiny"
    least = 2

    def __init__(self, examples: Examples, settings: Mapping[str, Any], seed: int) -> None:
        import torch

        self.check(settings)
        self._settings = settings
        pictures = [self._small(one) for one in (*examples.real, *examples.drawn)]
        self._pictures = torch.from_numpy(np.stack(pictures))
        self._network = torch.nn.Sequential(
            torch.nn.Linear(3, 16), torch.nn.BatchNorm1d(16), torch.nn.ReLU(), torch.nn.Linear(16, 3 * SIDE * SIDE)
        )
        self._network[3].weight.data.normal_(0, 0.01, generator=torch.Generator().manual_seed(seed))
        self._optimiser = torch.optim.AdamW(self._network.parameters(), lr=float(settings.get("rate", 0.01)))

    @staticmethod
    def check(settings: Mapping[str, Any]) -> None:
        if unknown := set(settings) - {"rate", "breaks_at", "poisoned_at", "pause", "device"}:
            raise TrainingError(f"there is no setting {min(unknown)!r}")

    def networks(self) -> Mapping[str, Any]:
        return {"painter": self._network}

    def optimisers(self) -> Mapping[str, Any]:
        return {"painter": self._optimiser}

    def step(self, number: int, seed: int) -> Mapping[str, float]:
        import torch

        time.sleep(float(self._settings.get("pause", 0)))
        draw = torch.Generator().manual_seed(seed)
        wanted = self._pictures[torch.randint(len(self._pictures), (4,), generator=draw)]
        noise = 0.1 * torch.randn(4, 3, generator=draw)
        made = self._network(wanted.mean((2, 3)) + noise).view(4, 3, SIDE, SIDE)
        loss = ((made - wanted) ** 2).mean()
        self._optimiser.zero_grad()
        loss.backward()
        self._optimiser.step()
        if number == self._settings.get("poisoned_at"):
            self._network[1].running_mean[0] = float("nan")
        broken = number == self._settings.get("breaks_at")
        return {"fit": float("nan") if broken else float(loss.detach())}

    def sheet(self) -> NDArray[np.uint8]:
        return np.concatenate(list(self.samples(2, 0)), axis=1)

    def samples(self, count: int, seed: int) -> Iterator[NDArray[np.uint8]]:
        import torch

        draw = torch.Generator().manual_seed(seed)
        self._network.eval()
        with torch.no_grad():
            made = self._network(torch.rand(count, 3, generator=draw)).view(count, 3, SIDE, SIDE).clamp(0, 1)
        self._network.train()
        for one in made:
            yield (one.permute(1, 2, 0).numpy() * 255).astype(np.uint8)

    def weights(self) -> Mapping[str, Any]:
        return {f"painter.{name}": value for name, value in self._network.state_dict().items()}

    def config(self) -> Mapping[str, Any]:
        return {"side": SIDE}

    @staticmethod
    def _small(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        import cv2

        small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return np.asarray(small.transpose(2, 0, 1), np.float32) / 255


if __name__ == "__main__":
    from generator.training.runner import run

    register()
    run(Path(sys.argv[1]))
