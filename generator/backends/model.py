"""What a backend says about itself (its card) and what it hands over (a take)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from generator.shots.model import ShotRequest


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The disclosure that travels with everything a backend makes.

    ``digest`` is the SHA-256 (hex) of what decides the pictures: the weights of a model, the source of a renderer.
    ``licence`` is an SPDX expression. ``kind`` says whether the pictures are computed by rules or by a trained model.
    """

    name: str
    version: str
    licence: str
    digest: str
    training_data: str
    commercial_use: bool
    kind: Literal["renderer", "trained-model"]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


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
