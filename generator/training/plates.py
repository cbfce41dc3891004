"""Plates: backgrounds out of noise, by a rectified flow (Liu, Gong and Liu, ICLR 2023) that has seen licensed works only.

The network learns the velocity of the straight line from noise to a picture; a plate is that line followed in ``STEPS``
steps. Small on purpose: a plate is a backdrop or a mood, to be enlarged and drawn over, not a photograph.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from generator.errors import TrainingError, TrainingSetError
from generator.training.looks import settings_of
from generator.training.networks import PlateFlow
from generator.training.recipe import Examples

Picture = NDArray[np.uint8]
#: Steps of Euler's method from noise to plate; straight lines need few.
STEPS = 24


@dataclass(frozen=True, slots=True)
class PlateSettings:
    """``width`` and ``height`` of a plate in pixels, multiples of 8; ``batch`` cuts a step; ``average`` as with looks."""

    channels: int = 48
    width: int = 64
    height: int = 32
    batch: int = 32
    rate: float = 4e-4
    average: float = 0.998

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "PlateSettings":
        """From plain values; raises ``TrainingError`` for one that is unknown or of another kind."""
        found = settings_of(cls, given)
        for side in (found.width, found.height):
            if side % 8 or not 16 <= side <= 512:
                raise TrainingError(f"a plate has sides of 16 to 512 pixels, multiples of 8; {side} is none")
        return found


class PlatesRecipe:
    """See ``Recipe``. Networks: ``flow`` and its average ``plates``, which is published."""

    kind = "plates"
    least = 4

    def __init__(self, examples: Examples, settings: Mapping[str, Any], seed: int) -> None:
        self.settings = PlateSettings.of(settings)
        if len(examples.real) < self.least:
            raise TrainingSetError(
                f"plates are learned from {self.least} pictures of works at least; there are {len(examples.real)}: add works"
            )
        self._works = [_fitted(picture, self.settings) for picture in examples.real]
        torch.manual_seed(seed)
        self._flow = PlateFlow(self.settings.channels)
        self._plates = PlateFlow(self.settings.channels)
        self._plates.load_state_dict(self._flow.state_dict())
        self._optimiser = torch.optim.Adam(self._flow.parameters(), lr=self.settings.rate, betas=(0.9, 0.99))

    @staticmethod
    def check(settings: Mapping[str, Any]) -> None:
        """Refuses settings before anything is begun: see ``PlateSettings.of``."""
        PlateSettings.of(settings)

    def networks(self) -> Mapping[str, torch.nn.Module]:
        return {"flow": self._flow, "plates": self._plates}

    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        return {"flow": self._optimiser}

    def step(self, number: int, seed: int) -> Mapping[str, float]:
        chance = np.random.default_rng(seed)
        clean = self._batch(chance)
        noise = torch.from_numpy(chance.standard_normal(clean.shape, np.float32))
        # times in the middle are the hard ones (logit-normal, Esser et al., ICML 2024)
        time = torch.sigmoid(torch.from_numpy(chance.standard_normal(len(clean)).astype(np.float32)))
        mixed = torch.lerp(noise, clean, time[:, None, None, None])
        loss = (self._flow(mixed, time) - (clean - noise)).square().mean()
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()
        stay = min(self.settings.average, (1.0 + number) / (10.0 + number))
        with torch.no_grad():
            for mine, theirs in zip(self._plates.parameters(), self._flow.parameters(), strict=True):
                mine.lerp_(theirs, 1.0 - stay)
        return {"flow": float(loss.detach())}

    def sheet(self) -> Picture:
        """Twenty-four plates, of the same noise each time."""
        made = [cv2.resize(one, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) for one in self.samples(24, 0)]
        return np.vstack([np.hstack(made[row : row + 6]) for row in range(0, 24, 6)])

    def samples(self, count: int, seed: int) -> Iterator[Picture]:
        """``count`` plates, (height, width, 3) uint8."""
        chosen = self.settings
        for start in range(0, count, chosen.batch):
            some = min(chosen.batch, count - start)
            yield from draw_plates(self._plates, some, seed + start, width=chosen.width, height=chosen.height)

    def weights(self) -> Mapping[str, torch.Tensor]:
        return {f"plates.{name}": value for name, value in self._plates.state_dict().items()}

    def config(self) -> Mapping[str, Any]:
        return asdict(self.settings)

    def _batch(self, chance: np.random.Generator) -> torch.Tensor:
        width, height = self.settings.width, self.settings.height
        cuts = []
        for _ in range(self.settings.batch):
            picture = self._works[int(chance.integers(len(self._works)))]
            # a window of the plate's shape, anywhere, from the whole width to half of it
            wide = int(width * chance.uniform(1.0, picture.shape[1] / width)) if picture.shape[1] > width else width
            high = min(picture.shape[0], max(height, wide * height // width))
            top = int(chance.integers(picture.shape[0] - high + 1))
            left = int(chance.integers(picture.shape[1] - wide + 1))
            window = picture[top : top + high, left : left + wide]
            cut = cv2.resize(window, (width, height), interpolation=cv2.INTER_AREA)
            cuts.append(cut[:, ::-1] if chance.random() < 0.5 else cut)
        stacked = np.ascontiguousarray(np.stack(cuts).transpose(0, 3, 1, 2))
        return torch.from_numpy(stacked).float() / 127.5 - 1.0


def draw_plates(flow: PlateFlow, count: int, seed: int, *, width: int, height: int) -> list[Picture]:
    """``count`` plates out of the noise of ``seed``, each (height, width, 3) uint8 sRGB."""
    chance = np.random.default_rng(seed)
    x = torch.from_numpy(chance.standard_normal((count, 3, height, width), np.float32))
    with torch.no_grad():
        for step in range(STEPS):
            x = x + flow(x, torch.full((count,), step / STEPS)) / STEPS
    pixels = (127.5 * (x.permute(0, 2, 3, 1) + 1.0)).round().clamp(0.0, 255.0).byte().numpy()
    return [np.asarray(one, np.uint8) for one in pixels]


def _fitted(picture: Picture, settings: PlateSettings) -> Picture:
    """Twice as wide as a plate, or as high as one where it is narrow."""
    height, width = picture.shape[:2]
    scale = max(2.0 * settings.width / width, settings.height / height)
    if scale >= 1.0:
        scale = max(settings.width / width, settings.height / height, 1.0)
    size = (max(settings.width, round(width * scale)), max(settings.height, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
