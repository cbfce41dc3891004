"""A look: a conditional generator that turns a previs frame into one that keeps its content and looks photographed.

Two lessons in each step. From pairs: a photograph of a licensed work is simplified to what our renderer could have drawn
(flat areas, no texture, softer light), and the generator learns the way back (pix2pix, Isola et al., CVPR 2017; L1 and
adversarial). Without pairs: frames of our own renderer go through the same generator, the critic holds them against
photographs, and what was in the frame must stay: its colours at a distance and its edges. No network that others trained
takes part, not even as a measure of likeness: the look knows nothing but the works in its lineage.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from generator.errors import TrainingError, TrainingSetError
from generator.training.files import write_bytes
from generator.training.networks import CELL, LookGenerator, PatchCritic
from generator.training.onnx_export import critic_onnx, look_onnx
from generator.training.recipe import Examples

Picture = NDArray[np.uint8]
#: Works are looked at as wide as previs frames are: a texture has the size then that it has in the film.
WIDTH = 640
#: The critic looks at patches as they are, and at halves and quarters of their resolution.
SCALES = (1, 2, 4)
SMOOTH_EVERY = 8


@dataclass(frozen=True, slots=True)
class LookSettings:
    """``patch``: pixels a side that a step sees; ``batch``: pairs and frames a step, each; ``adversarial``, ``pairs``,
    ``colours``, ``edges``: what each loss counts, ``smooth`` the critic's slope; ``ahead``: steps in which the critic learns
    and nobody heeds it yet (who follows a critic that knows nothing learns nothing that lasts); ``average``: how much of
    the averaged generator stays at each step."""

    channels: int = 48
    blocks: int = 5
    critic_channels: int = 48
    patch: int = 128
    batch: int = 4
    rate: float = 1e-4
    critic_rate: float = 4e-4
    pairs: float = 2.0
    adversarial: float = 0.3
    colours: float = 3.0
    edges: float = 1.0
    smooth: float = 0.02
    ahead: int = 200
    average: float = 0.995

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "LookSettings":
        """From plain values; raises ``TrainingError`` for one that is unknown or of another kind."""
        found = settings_of(cls, given)
        if found.patch % 32:
            raise TrainingError(f"the setting patch is {found.patch}; it must be a multiple of 32")
        return found


def settings_of[T](kind: type[T], given: Mapping[str, Any]) -> T:
    """Settings from plain values, numbers as they are declared. Raises ``TrainingError`` naming the first that is wrong."""
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise TrainingError(f"there is no setting {str(name)[:40]!r}; there are {', '.join(known)}")
        whole = known[name].type in (int, "int")
        try:
            number = int(value) if whole else float(value)
        except (TypeError, ValueError) as error:
            raise TrainingError(f"the setting {name} is {str(value)[:40]!r}; write a number") from error
        if not math.isfinite(number) or number < 0 or (whole and not 1 <= number <= 4096):
            raise TrainingError(f"the setting {name} is {number}; it must be a positive number of sensible size")
        values[name] = number
    return kind(**values)


class LookRecipe:
    """See ``Recipe``. Networks: ``generator``, its average ``look`` (which is published), ``critic``."""

    kind = "look"
    least = 4

    def __init__(self, examples: Examples, settings: Mapping[str, Any], seed: int) -> None:
        self.settings = LookSettings.of(settings)
        if len(examples.real) < self.least or len(examples.drawn) < self.least:
            raise TrainingSetError(
                f"a look learns from {self.least} pictures of works and {self.least} frames of ours at least; there are "
                f"{len(examples.real)} and {len(examples.drawn)}: add works, or draw more frames"
            )
        self._works = [_fitted(picture, self.settings.patch) for picture in examples.real]
        self._simple = [simplified(picture) for picture in self._works]
        self._drawn = [_fitted(frame, self.settings.patch) for frame in examples.drawn]
        torch.manual_seed(seed)
        self._generator = LookGenerator(self.settings.channels, self.settings.blocks)
        self._look = LookGenerator(self.settings.channels, self.settings.blocks)
        self._look.load_state_dict(self._generator.state_dict())
        self._critic = PatchCritic(self.settings.critic_channels)
        betas = (0.5, 0.99)
        self._optimisers = {
            "generator": torch.optim.Adam(self._generator.parameters(), lr=self.settings.rate, betas=betas),
            "critic": torch.optim.Adam(self._critic.parameters(), lr=self.settings.critic_rate, betas=betas),
        }

    @staticmethod
    def check(settings: Mapping[str, Any]) -> None:
        """Refuses settings before anything is begun: see ``LookSettings.of``."""
        LookSettings.of(settings)

    def networks(self) -> Mapping[str, torch.nn.Module]:
        return {"generator": self._generator, "look": self._look, "critic": self._critic}

    def optimisers(self) -> Mapping[str, torch.optim.Optimizer]:
        return self._optimisers

    def step(self, number: int, seed: int) -> Mapping[str, float]:
        chance = np.random.default_rng(seed)
        simple, real = self._pairs(chance)
        drawn = self._frames(chance)
        chosen = self.settings
        made = self._generator(torch.cat([simple, drawn]))
        of_pairs, of_drawn = made[: len(simple)], made[len(simple) :]
        critic = self._learn_critic(number, self._works_alone(chance), of_drawn.detach())
        for one in self._critic.parameters():
            one.requires_grad_(False)
        losses = {
            "pairs": (of_pairs - real).abs().mean(),
            "adversarial": -self._marks(of_drawn) if number > chosen.ahead else torch.zeros(()),
            "colours": _far(of_drawn, drawn),
            "edges": _edges(of_drawn, drawn),
        }
        total = torch.stack([getattr(chosen, name) * loss for name, loss in losses.items()]).sum()
        optimiser = self._optimisers["generator"]
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        optimiser.step()
        for one in self._critic.parameters():
            one.requires_grad_(True)
        self._follow(number)
        said = {name: float(loss.detach()) for name, loss in losses.items()}
        return {"generator": float(total.detach()), "discriminator": critic, **said}

    def sheet(self) -> Picture:
        """Four previs frames above, the same through the look below."""
        before = self._drawn[:: max(1, len(self._drawn) // 4)][:4]
        shown = [cv2.resize(frame, (480, 272), interpolation=cv2.INTER_AREA) for frame in before]
        return np.vstack([np.hstack(shown), np.hstack([self.apply(np.asarray(one, np.uint8)) for one in shown])])

    def samples(self, count: int, seed: int) -> Iterator[Picture]:
        """Frames of ours as the look shows them."""
        for place in np.random.default_rng(seed).permutation(len(self._drawn))[:count]:
            yield self.apply(self._drawn[place])

    def apply(self, frame: Picture) -> Picture:
        """A frame, (h, w, 3) uint8 with sides that are multiples of ``CELL``, through the averaged generator."""
        with torch.no_grad():
            made = self._look(_tensor([frame]))[0]
        return np.asarray((255.0 * made.permute(1, 2, 0)).round().byte().numpy(), np.uint8)

    def weights(self) -> Mapping[str, torch.Tensor]:
        published: dict[str, torch.nn.Module] = {"look": self._look, "critic": self._critic}
        return {f"{part}.{name}": value for part, one in published.items() for name, value in one.state_dict().items()}

    def config(self) -> Mapping[str, Any]:
        return asdict(self.settings)

    def export(self, folder: Path) -> None:
        """Writes ``look.onnx`` and ``critic.onnx``, which need no torch to be run."""
        weights = {name: value.detach().numpy() for name, value in self.weights().items()}
        parts = {
            part: {name.partition(".")[2]: value for name, value in weights.items() if name.startswith(f"{part}.")}
            for part in ("look", "critic")
        }
        write_bytes(folder / "look.onnx", look_onnx(parts["look"], self.settings.blocks))
        write_bytes(folder / "critic.onnx", critic_onnx(parts["critic"]))

    def _pairs(self, chance: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        simple, real = [], []
        for _ in range(self.settings.batch):
            place = int(chance.integers(len(self._works)))
            cut = _cut(self._works[place].shape, self.settings.patch, chance)
            turn = slice(None, None, -1) if chance.random() < 0.5 else slice(None)
            simple.append(self._simple[place][cut][:, turn])
            real.append(self._works[place][cut][:, turn])
        return _tensor(simple), _tensor(real)

    def _frames(self, chance: np.random.Generator) -> torch.Tensor:
        chosen = [self._drawn[int(chance.integers(len(self._drawn)))] for _ in range(self.settings.batch)]
        return _tensor([frame[_cut(frame.shape, self.settings.patch, chance)] for frame in chosen])

    def _works_alone(self, chance: np.random.Generator) -> torch.Tensor:
        chosen = [self._works[int(chance.integers(len(self._works)))] for _ in range(self.settings.batch)]
        return _tensor([picture[_cut(picture.shape, self.settings.patch, chance)] for picture in chosen])

    def _learn_critic(self, number: int, real: torch.Tensor, made: torch.Tensor) -> float:
        """One step of the critic with the hinge loss (Lim and Ye, 2017), at three scales; every ``SMOOTH_EVERY`` steps its
        slope at the works is held down (R1: Mescheder et al., ICML 2018; lazily: Karras et al., CVPR 2020)."""
        loss = torch.zeros(())
        for size in SCALES:
            good, bad = self._critic(_smaller(real, size)), self._critic(_smaller(made, size))
            loss = loss + functional.relu(1.0 - good).mean() + functional.relu(1.0 + bad).mean()
        total = loss
        if number % SMOOTH_EVERY == 0:
            at = real.clone().requires_grad_(True)
            (slope,) = torch.autograd.grad(self._critic(at).mean(dim=(1, 2, 3)).sum(), at, create_graph=True)
            total = loss + SMOOTH_EVERY * self.settings.smooth * slope.square().sum(dim=(1, 2, 3)).mean()
        optimiser = self._optimisers["critic"]
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        optimiser.step()
        return float(loss.detach())

    def _marks(self, made: torch.Tensor) -> torch.Tensor:
        return torch.stack([self._critic(_smaller(made, size)).mean() for size in SCALES]).sum()

    def _follow(self, number: int) -> None:
        """The published generator follows slowly (an exponential mean of weights), at first faster."""
        stay = min(self.settings.average, (1.0 + number) / (10.0 + number))
        with torch.no_grad():
            for mine, theirs in zip(self._look.parameters(), self._generator.parameters(), strict=True):
                mine.lerp_(theirs, 1.0 - stay)


def simplified(picture: Picture) -> Picture:
    """A photograph as our renderer might have drawn it: areas of one colour where there was texture (mean shift, Comaniciu
    and Meer, PAMI 2002), light with less depth. (h, w, 3) uint8 to the same."""
    flat = cv2.pyrMeanShiftFiltering(np.ascontiguousarray(picture), sp=9, sr=28)
    soft = cv2.bilateralFilter(flat, 7, 40.0, 5.0).astype(np.float32)
    return np.asarray(np.clip(128.0 + 0.94 * (soft - 128.0), 0.0, 255.0).round(), np.uint8)


def _fitted(picture: Picture, patch: int) -> Picture:
    """At most ``WIDTH`` wide, at least a patch high and wide, sides multiples of ``CELL``."""
    height, width = picture.shape[:2]
    scale = max(min(1.0, WIDTH / width), patch / width, patch / height)
    size = tuple(max(patch, CELL * math.ceil(side * scale / CELL)) for side in (width, height))
    if size == (width, height):
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _cut(shape: tuple[int, ...], side: int, chance: np.random.Generator) -> tuple[slice, slice]:
    top, left = (int(chance.integers(length - side + 1)) for length in shape[:2])
    return slice(top, top + side), slice(left, left + side)


def _tensor(pictures: list[Picture]) -> torch.Tensor:
    stacked = np.ascontiguousarray(np.stack(pictures).transpose(0, 3, 1, 2))
    return torch.from_numpy(stacked).float() / 255.0


def _smaller(x: torch.Tensor, size: int) -> torch.Tensor:
    return x if size == 1 else functional.avg_pool2d(x, size)


def _far(made: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
    """How far colours are from what they were, seen from a distance: means of 16 pixels a side."""
    return (functional.avg_pool2d(made, 16) - functional.avg_pool2d(drawn, 16)).abs().mean()


def _edges(made: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
    """What is lost of the drawing's edges: where it has a step in luma (ITU-R BT.601), the picture must have one."""
    weights = torch.tensor([0.299, 0.587, 0.114])[None, :, None, None]
    lost = torch.zeros(())
    for axis in (2, 3):
        was = torch.diff((drawn * weights).sum(1, keepdim=True), dim=axis)
        now = torch.diff((made * weights).sum(1, keepdim=True), dim=axis)
        lost = lost + (was.abs() * (was - now).abs()).mean() * 20.0
    return lost
