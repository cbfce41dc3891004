"""What a backend says about itself (its card) and what it hands over (a take)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from auditor.media.types import Cancelled, OnProgress, never_cancelled, no_progress
from generator.backends.licences import LicenceTerms
from generator.shots.model import ShotRequest

#: What part of a model a component is; ``model`` where a card names no parts.
Role = Literal[
    "model", "renderer", "transformer", "text_encoder", "image_encoder", "vae", "lora", "control", "upscaler", "audio",
    "other",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelComponent:
    """A part of a model that has a licence of its own: a transformer, a text encoder, a LoRA, a whole renderer.

    ``licence`` is an SPDX expression or a ``LicenseRef-…``, ``terms`` what somebody read in it (``None``: nobody has, and
    no rule lets the component pass then). ``digest`` is the SHA-256 (hex) of its weights or source, ``trained`` whether it
    was learnt from data, ``training_data`` what its makers attest of that data.
    """

    name: str
    role: Role
    licence: str
    digest: str
    trained: bool
    terms: LicenceTerms | None
    training_data: str = ""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The disclosure that travels with everything a backend makes.

    ``digest`` is the SHA-256 (hex) of what decides the pictures: the weights of a model, the source of a renderer.
    ``licence`` is an SPDX expression. ``kind`` says whether the pictures are computed by rules or by a trained model.
    ``components`` are its parts with the licence of each; without any the card itself counts as the one part.
    ``card_sha256`` names the card of the model's family that this was made from, empty where there is none.
    """

    name: str
    version: str
    licence: str
    digest: str
    training_data: str
    commercial_use: bool
    kind: Literal["renderer", "trained-model"]
    components: tuple[ModelComponent, ...] = ()
    card_sha256: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The card as JSON has it: what a generation record keeps, and what its digest is taken of."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A model on disk with its card. ``weights_sha256`` is the digest of the folder when it was added."""

    path: Path
    card: ModelCard
    weights_sha256: str


@dataclass(frozen=True, slots=True)
class Take:
    """A finished rendering of a shot: the file, its SHA-256 (hex), and how it came to be. ``record`` is what a trained model
    adds: precision, device, versions, measures against a lack of memory, the digest of its frames; fit for JSON."""

    path: Path
    sha256: str
    request: ShotRequest
    card: ModelCard
    frames: int
    seconds: float
    metadata: Mapping[str, str]
    record: Mapping[str, Any] = field(default_factory=dict)


class VideoBackend(Protocol):
    """What makes takes. The card's digest is of everything that decides the pictures beside the shot, so that the same
    request and the same digest are the same take; a take comes whole or not at all."""

    @property
    def card(self) -> ModelCard: ...

    def render(
        self,
        request: ShotRequest,
        out: Path,
        *,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Take:
        """Renders to ``out`` (H.264 in MP4). Raises the generator's errors; ``CancelledError`` soon after it is asked."""
        ...
