"""An adapter (LoRA) of a video model that was added here: a performer, or a work's style, from clips with captions.

Rectified flow as the base model learned it: between a clip's latents x0 and noise e, x(s) = (1 - s) x0 + s e, and the
transformer gives the direction e - x0 (Lipman et al., ICLR 2023; Wan Team 2025, section 4.2). Only low-rank matrices beside
its attention are learned (Hu et al., ICLR 2022); text encoder, autoencoder and everything else stay as they are. Each clip
is encoded once.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from auditor.media.types import Cancelled, never_cancelled
from generator.backends.diffusion.engine import load, pictures_of
from generator.backends.diffusion.mapping import Grid
from generator.backends.diffusion.watching import watching
from generator.errors import ModelError, TrainingError
from generator.models.folder import ModelFolder, read_folder
from generator.models.registry import AddedModel, ModelRegistry
from generator.training.files import write_bytes
from generator.training.recipe import Examples

Clip = NDArray[np.uint8]
#: The pipelines whose loss this is. Image-to-video models want their first frame beside the noise: another loss.
PIPELINES = ("WanPipeline",)
#: What is learned beside: the projections of self- and cross-attention, as in the makers' own examples.
TARGETS = ("to_q", "to_k", "to_v", "to_out.0")
#: Timesteps go to 1000 in every flow model of diffusers.
TIMESTEPS = 1000.0


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """``model`` is the name of a model that was added, ``models`` the registry's folder. ``rank`` of the matrices; ``batch``
    clips a step; ``shift`` moves the noise levels up (0: as the model's own scheduler does); ``no_caption``: share of steps
    without words, so that guidance goes on working; samples take ``sample_steps``. ``device`` is cpu or cuda."""

    model: str
    models: str = "models"
    rank: int = 16
    rate: float = 1e-4
    batch: int = 1
    shift: float = 0.0
    no_caption: float = 0.1
    sample_steps: int = 20
    device: str = "cpu"

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "LoraSettings":
        """From plain values; raises ``TrainingError`` for one that is unknown, missing or out of bounds."""
        known = {one.name for one in fields(cls)}
        if unknown := sorted(set(given) - known):
            raise TrainingError(f"there is no setting {unknown[0][:40]!r}; there are {', '.join(sorted(known))}")
        if not isinstance(given.get("model"), str):
            raise TrainingError("a lora needs the setting model: the name of a model that was added")
        for name, (least, most) in _BOUNDS.items():
            value = given.get(name, least)
            whole = isinstance(least, int)
            if (
                not isinstance(value, int if whole else int | float)
                or isinstance(value, bool)
                or not least <= value <= most
            ):
                raise TrainingError(f"the setting {name} is {str(value)[:40]!r}; give a number from {least} to {most}")
        return cls(**given)


_BOUNDS: Mapping[str, tuple[float, float]] = {
    "rank": (1, 256), "rate": (0.0, 1.0), "batch": (1, 64), "shift": (0.0, 100.0), "no_caption": (0.0, 1.0),
    "sample_steps": (1, 1000),
}  # fmt: skip


class LoraRecipe:
    """See ``Recipe``. Network: ``adapter``, the low-rank matrices alone."""

    kind = "lora"
    least = 1
    places = frozenset({"models"})

    def __init__(self, examples: Examples, settings: Mapping[str, Any], seed: int) -> None:
        import torch
        from peft import LoraConfig

        self.cancelled: Cancelled = never_cancelled
        self._torch, self._settings = torch, LoraSettings.of(settings)
        self._added, folder = _base(self._settings)
        device = self._settings.device
        dtype = "bfloat16" if device.startswith("cuda") else "float32"
        self._pipe = load(folder, self._added.weights_sha256, device, dtype).pipe
        self._device = torch.device(device)
        self._transformer = self._pipe.transformer
        for part in (self._pipe.vae, self._pipe.text_encoder, self._transformer):
            part.requires_grad_(False)
        self._clips, self._grid = examples.clips, Grid.of(self._pipe)
        self._captions = examples.captions
        self._latents = [self._encoded(clip) for clip in examples.clips]
        words = dict.fromkeys((*examples.captions, ""))
        self._words = {text: self._embedded(text) for text in words}
        self._pipe.register_modules(text_encoder=None, tokenizer=None)  # every word is known: several gigabytes less
        torch.manual_seed(seed)
        rank = self._settings.rank
        self._transformer.add_adapter(
            LoraConfig(r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=list(TARGETS))
        )
        learned = {name: one for name, one in self._transformer.named_parameters() if one.requires_grad}
        for one in learned.values():
            one.data = one.data.float()  # steps of 1e-4 vanish in bfloat16
        self._adapter = torch.nn.ParameterDict({name.replace(".", "/"): one for name, one in learned.items()})
        self._optimiser = torch.optim.AdamW(learned.values(), lr=self._settings.rate, weight_decay=0.01)
        if device.startswith("cuda"):
            self._transformer.enable_gradient_checkpointing()
        self._transformer.train()

    @staticmethod
    def check(settings: Mapping[str, Any]) -> None:
        """Refuses settings, and models that may not be adapted, before anything is loaded. Raises ``TrainingError``,
        ``ModelError`` and its kinds."""
        _base(LoraSettings.of(settings))

    @property
    def base_model(self) -> Mapping[str, Any]:
        """The model that is adapted, as its card has it."""
        card = self._added.card
        return {
            "name": card.id,
            "version": card.version,
            "makers": card.makers,
            "weights_sha256": self._added.weights_sha256,
            "card_sha256": card.digest,
            "licences": sorted({part.licence for part in card.components}),
        }

    def networks(self) -> Mapping[str, Any]:
        return {"adapter": self._adapter}

    def optimisers(self) -> Mapping[str, Any]:
        return {"adapter": self._optimiser}

    def step(self, number: int, seed: int) -> Mapping[str, float]:
        torch = self._torch
        # the generator of the processor gives the same noise on every device
        chance = torch.Generator().manual_seed(seed)
        self._optimiser.zero_grad(set_to_none=True)
        total = 0.0
        for _ in range(self._settings.batch):
            chosen = int(torch.randint(len(self._latents), (1,), generator=chance))
            level, without = (float(one) for one in torch.rand(2, generator=chance))
            shift = self._shift()
            level = shift * level / (1.0 + (shift - 1.0) * level)
            clean = self._latents[chosen].to(self._device)
            noise = torch.randn(clean.shape, generator=chance).to(self._device)
            words = self._words["" if without < self._settings.no_caption else self._captions[chosen]].to(self._device)
            made = self._transformer(
                hidden_states=((1.0 - level) * clean + level * noise).to(self._transformer.dtype),
                timestep=torch.tensor([level * TIMESTEPS], device=self._device),
                encoder_hidden_states=words,
                return_dict=False,
            )[0]
            loss = ((made.float() - (noise - clean)) ** 2).mean() / self._settings.batch
            loss.backward()
            total += float(loss.detach())
        # a norm of 1 is what diffusers' own training scripts hold gradients to
        norm = torch.nn.utils.clip_grad_norm_(list(self._adapter.values()), 1.0)
        self._optimiser.step()
        return {"flow": total, "gradient": float(norm)}

    def sheet(self) -> Clip:
        """A frame of up to four clips above, what the adapted model makes of their words below."""
        count = min(4, len(self._clips))
        above = [self._fitted(clip)[len(clip) // 2] for clip in self._clips[:count]]
        below = [clip[len(clip) // 2] for clip in self.samples(count, seed=0)]
        height = min(picture.shape[0] for picture in above)
        return np.vstack([np.hstack([_high(one, height) for one in row]) for row in (above, below)])

    def samples(self, count: int, seed: int) -> Iterator[Clip]:
        torch = self._torch
        self._transformer.eval()
        try:
            for number in range(count):
                clip = number % len(self._clips)
                frames, height, width = self._fitted(self._clips[clip]).shape[:3]
                with torch.no_grad(), watching(self._pipe, _nobody_hears, self.cancelled, steps=0):
                    made = self._pipe(
                        prompt_embeds=self._words[self._captions[clip]].to(self._device, self._transformer.dtype),
                        negative_prompt_embeds=self._words[""].to(self._device, self._transformer.dtype),
                        height=height,
                        width=width,
                        num_frames=frames,
                        num_inference_steps=self._settings.sample_steps,
                        generator=torch.Generator().manual_seed(seed + number),
                        output_type="np",
                    )
                yield pictures_of(made)
        finally:
            self._transformer.train()

    def weights(self) -> Mapping[str, Any]:
        from peft.utils import get_peft_model_state_dict

        return {f"transformer.{name}": value for name, value in get_peft_model_state_dict(self._transformer).items()}

    def config(self) -> Mapping[str, Any]:
        plain = {name: getattr(self._settings, name) for name in ("rank", "rate", "batch", "no_caption")}
        return {"pipeline": type(self._pipe).__name__, "base": dict(self.base_model), "targets": list(TARGETS),
                "shift": self._shift(), **plain}  # fmt: skip

    def export(self, folder: Path) -> None:
        """``adapter.safetensors``, which ``generator.backends.diffusion`` lays over the same base model."""
        from safetensors.torch import save

        tensors = {name: value.detach().cpu().contiguous().clone() for name, value in self.weights().items()}
        write_bytes(folder / "adapter.safetensors", save(tensors, {"format": "pt"}))

    def _shift(self) -> float:
        if self._settings.shift:
            return self._settings.shift
        config = self._pipe.scheduler.config
        return float(config.get("flow_shift") or config.get("shift") or 1.0)

    def _fitted(self, clip: Clip) -> Clip:
        """The clip on the pipeline's canvas; the last frames go where their number does not fit."""
        span = self._grid.span
        frames = clip[: (len(clip) - 1) // span * span + 1]
        width, height = self._grid.sides(clip.shape[2], clip.shape[1], math.inf)
        if (width, height) == (clip.shape[2], clip.shape[1]):
            return frames
        return np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA) for one in frames]).astype(
            np.uint8
        )

    def _encoded(self, clip: Clip) -> Any:
        """Latents (1, channels, frames, height, width) float32, with the mean and spread that the transformer knows."""
        torch, vae = self._torch, self._pipe.vae
        pixels = (
            torch.from_numpy(self._fitted(clip)).permute(3, 0, 1, 2)[None].to(self._device, vae.dtype) / 127.5 - 1.0
        )
        with torch.no_grad():
            found = vae.encode(pixels).latent_dist.mode().float()
        mean, spread = (
            torch.tensor(one, device=self._device).view(1, -1, 1, 1, 1)
            for one in (vae.config.latents_mean, vae.config.latents_std)
        )
        return ((found - mean) / spread).cpu()

    def _embedded(self, text: str) -> Any:
        with self._torch.no_grad():
            words, _ = self._pipe.encode_prompt(prompt=text, do_classifier_free_guidance=False, max_sequence_length=512)
        return words.cpu()


def _base(settings: LoraSettings) -> tuple[AddedModel, ModelFolder]:
    """The model that is adapted, after its card and every byte of it were looked at."""
    added = ModelRegistry(Path(settings.models)).get(settings.model)
    folder = read_folder(added.path)
    if folder.pipeline not in PIPELINES or any(name == "transformer_2" for name, _ in folder.components):
        raise ModelError(
            f"{settings.model} is a {folder.pipeline}; adapters are learned for {', '.join(PIPELINES)} with one transformer"
        )
    for part in added.chosen().card.components:
        if part.terms is None:
            raise ModelError(
                f"nobody has checked what the licence of {settings.model}'s {part.name} asks; read it and state its terms "
                "on a card of your own before the model is adapted"
            )
        if not part.terms.fine_tuning:
            raise ModelError(
                f"the licence of {settings.model}'s {part.name} ({part.licence}, {part.terms.source}) does not let it "
                "be fine-tuned; ask its makers, or adapt another model"
            )
    return added, folder


def _nobody_hears(stage: str, done: int, total: int) -> None:
    """Samples are a step of a run, and the run tells of its steps."""


def _high(picture: Clip, height: int) -> Clip:
    width = max(1, round(picture.shape[1] * height / picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
