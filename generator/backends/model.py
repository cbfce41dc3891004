"""What a backend says about itself (its card) and what it hands over (a take)."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

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
    """

    name: str
    version: str
    licence: str
    digest: str
    training_data: str
    commercial_use: bool
    kind: Literal["renderer", "trained-model"]
    components: tuple[ModelComponent, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The card as JSON has it: what a generation record keeps, and what its digest is taken of."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Take:
    """A finished rendering of a shot: the file, its SHA-256 (hex), and how it came to be."""

    path: Path
    sha256: str
    request: ShotRequest
    card: ModelCard
    frames: int
    seconds: float
    metadata: Mapping[str, str]
