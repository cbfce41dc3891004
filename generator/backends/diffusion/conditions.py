"""What a video model is shown beside the words: frames, a video, a mask, pictures of what must look alike, LoRAs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from generator.backends.previz.guides import NOTHING, Guides
from generator.errors import ModelError, RenderError

Array = np.ndarray[Any, Any]
#: What the guides of a shot give to a model: the picture that it begins with, or depth that it draws over.
GuideUse = Literal["none", "first-frame", "depth", "normals"]


@dataclass(frozen=True, slots=True)
class Lora:
    """Low-rank weights that are laid over a model's own. ``strength`` 0 (not at all) to about 1 (as trained)."""

    path: Path
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a take is conditioned on. Pictures are (h, w, 3) uint8 RGB, videos (n, h, w, 3), a mask (n, h, w) uint8 with 255
    where the model draws anew. ``strength`` 0..1 is how far a video may be left. Everything is resized to the canvas."""

    first_frame: Array | None = None
    last_frame: Array | None = None
    video: Array | None = None
    mask: Array | None = None
    references: tuple[Array, ...] = ()
    loras: tuple[Lora, ...] = ()
    strength: float | None = None
    control_scale: float | None = None

    def __post_init__(self) -> None:
        for name, dimensions in (("first_frame", 3), ("last_frame", 3), ("video", 4), ("mask", 3)):
            value = getattr(self, name)
            if value is not None and (value.ndim != dimensions or value.dtype != np.uint8 or not value.size):
                raise RenderError(f"{name} must be a uint8 array of {dimensions} dimensions, not {value.shape}")
        if self.video is not None and self.mask is not None and len(self.video) != len(self.mask):
            raise RenderError(
                f"the mask has {len(self.mask)} frames and the video {len(self.video)}; give one for each"
            )
        if self.strength is not None and not 0.0 <= self.strength <= 1.0:
            raise RenderError(f"a strength of {self.strength} is not from 0 to 1")

    @property
    def given(self) -> tuple[str, ...]:
        """What is there, in words: ``first frame``, ``video`` …"""
        names = ("first_frame", "last_frame", "video", "mask")
        there = [name.replace("_", " ") for name in names if getattr(self, name) is not None]
        return (*there, *(["references"] if self.references else []))

    def arrays(self) -> dict[str, Array]:
        """All pictures by name, as they travel."""
        single = {name: getattr(self, name) for name in ("first_frame", "last_frame", "video", "mask")}
        numbered = {f"reference_{number}": picture for number, picture in enumerate(self.references)}
        return {name: value for name, value in (single | numbered).items() if value is not None}

    def settings(self) -> dict[str, Any]:
        """The rest, as JSON has it."""
        loras = [{"path": str(lora.path), "strength": lora.strength} for lora in self.loras]
        return {"loras": loras, "strength": self.strength, "control_scale": self.control_scale}

    @classmethod
    def from_parts(cls, arrays: Mapping[str, Array], settings: Mapping[str, Any]) -> "Conditions":
        """What ``arrays`` and ``settings`` gave."""
        references = tuple(arrays[name] for name in sorted(arrays, key=_number) if name.startswith("reference_"))
        loras = tuple(Lora(Path(one["path"]), float(one["strength"])) for one in settings.get("loras", ()))
        single = {name: value for name, value in arrays.items() if not name.startswith("reference_")}
        rest = {name: settings.get(name) for name in ("strength", "control_scale")}
        return cls(references=references, loras=loras, **single, **rest)  # type: ignore[arg-type]


def _number(name: str) -> int:
    return int(name.rpartition("_")[2]) if name.startswith("reference_") else -1


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is run. ``steps`` and ``guidance`` of ``None`` are the pipeline's own. ``model_fps`` is the rate that it
    was trained at, ``None``: the shot's own. ``max_pixels`` bounds one frame of the canvas."""

    steps: int | None = None
    guidance: float | None = None
    model_fps: int | None = None
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    max_pixels: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.steps is not None and not 1 <= self.steps <= 1000:
            raise ModelError(f"{self.steps} steps can't be taken; choose 1 to 1000")


def guided(guides: Guides, use: GuideUse) -> Conditions:
    """What a shot's guides (``PrevizBackend.guides``) give to a model. Raises ``RenderError`` for files that are gone."""
    if use == "none":
        return Conditions()
    if use == "first-frame":
        return Conditions(first_frame=_picture(guides.first_frame))
    if use == "normals":
        return Conditions(video=np.stack([_picture(file) for file in guides.normals]))
    return Conditions(video=depth_video(guides.depth))


def depth_video(files: Sequence[Path]) -> Array:
    """Depth as control models have it: (n, h, w, 3) uint8, near is bright, the sky black, one scale for the whole shot.

    Disparity (1/z) between the 2nd and 98th percentile of all frames, as monocular depth estimators give it, which VACE and
    depth controls were trained on.
    """
    steps = [_read(file, cv2.IMREAD_UNCHANGED) for file in files]
    near = [1.0 / np.maximum(frame[frame != NOTHING].astype(np.float32), 1.0) for frame in steps]
    measured = np.concatenate([values[::16] for values in near]) if near else np.zeros(0, np.float32)
    low, high = np.percentile(measured, (2, 98)) if measured.size else (0.0, 1.0)
    frames = []
    for frame in steps:
        disparity = 1.0 / np.maximum(frame.astype(np.float32), 1.0)
        grey = np.clip((disparity - low) / max(float(high - low), 1e-9), 0.0, 1.0) * (frame != NOTHING)
        frames.append(np.repeat((255.0 * grey + 0.5).astype(np.uint8)[..., None], 3, axis=2))
    return np.stack(frames)


def _picture(file: Path) -> Array:
    return np.ascontiguousarray(_read(file, cv2.IMREAD_COLOR)[..., ::-1])


def _read(file: Path, how: int) -> Array:
    picture = cv2.imread(str(file), how)
    if picture is None:
        raise RenderError(f"{file} can't be read as a picture; write the guides again")
    return np.asarray(picture)
