"""A shot and its conditions as the arguments of a pipeline's ``__call__``, found by looking at its signature.

Only ``prompt``, ``negative_prompt``, ``num_inference_steps`` and ``generator`` are called alike everywhere in diffusers;
the rest goes by several names, which are listed here once.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from generator.backends.diffusion.conditions import Array, Conditions, Settings
from generator.errors import ModelError
from generator.shots.model import ShotRequest

#: Names that pipelines give to the same thing, best first.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "frames": ("num_frames", "frames", "video_length"),
    "rate": ("frame_rate", "fps"),
    "first frame": ("image", "first_image", "input_image"),
    "last frame": ("last_image", "end_image", "image_end"),
    "video": ("video", "control_video", "control_frames", "conditioning_frames"),
    "mask": ("mask", "mask_video"),
    "references": ("reference_images", "ref_images", "subject_images"),
    "control_scale": ("conditioning_scale", "controlnet_conditioning_scale"),
    "guidance": ("guidance_scale",),
    "size": ("height",),
}
#: What to do where a pipeline does not take something.
_INSTEAD = {
    "first frame": "choose an image-to-video model",
    "last frame": "choose a model for first and last frames",
    "video": "choose a video-to-video or control model",
    "mask": "choose a model that edits videos (VACE)",
    "references": "choose a model for references (VACE)",
}
#: Grey that control models read as "draw this".
_OPEN = 127


@dataclass(frozen=True, slots=True)
class Signature:
    """What a pipeline takes: each argument with its default, ``...`` where it must be given."""

    pipeline: str
    defaults: Mapping[str, Any]

    def name_of(self, what: str) -> str | None:
        """What this pipeline calls it, if it takes it at all."""
        return next((name for name in _NAMES[what] if name in self.defaults), None)

    @property
    def makes_video(self) -> bool:
        return self.name_of("frames") is not None or self.name_of("video") is not None

    @classmethod
    def of(cls, pipe: Any) -> "Signature":
        """Of a classic pipeline's ``__call__``, or of a modular one's blocks."""
        name = type(pipe).__name__
        blocks = getattr(pipe, "blocks", None)
        if blocks is not None:
            taken = {one.name: ... if one.required else one.default for one in blocks.inputs if one.name}
            return cls(name, taken)
        empty = inspect.Parameter.empty
        parameters = list(inspect.signature(type(pipe).__call__).parameters.values())[1:]
        return cls(name, {one.name: ... if one.default is empty else one.default for one in parameters})


@dataclass(frozen=True, slots=True)
class Grid:
    """In which steps a pipeline's canvas grows: sides in multiples of ``side``, frames ``span`` apart and one."""

    side: int
    span: int

    @classmethod
    def of(cls, pipe: Any) -> "Grid":
        spatial = _first(pipe, ("vae_scale_factor_spatial", "vae_spatial_compression_ratio", "vae_scale_factor"), 8)
        temporal = _first(pipe, ("vae_scale_factor_temporal", "vae_temporal_compression_ratio"), 1)
        config = getattr(getattr(pipe, "transformer", None) or getattr(pipe, "transformer_2", None), "config", None)
        patch = getattr(config, "patch_size", 1) or 1
        over_time = getattr(config, "patch_size_t", 1) or 1
        sides = patch[-1] if isinstance(patch, list | tuple) else patch
        return cls(int(spatial) * int(sides), int(temporal) * int(over_time))

    def sides(self, width: int, height: int, pixels: float) -> tuple[int, int]:
        """The nearest canvas (width, height) of about that many pixels."""
        scale = min(1.0, (pixels / (width * height)) ** 0.5)
        fitted = [max(self.side, round(side * scale / self.side) * self.side) for side in (width, height)]
        return fitted[0], fitted[1]

    def frames(self, wanted: int) -> int:
        """The next number of frames that the pipeline makes."""
        return wanted if self.span <= 1 else -(-(wanted - 1) // self.span) * self.span + 1


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments for one call, without the generator; the canvas, frames and rate they ask for, and how many to keep."""

    arguments: Mapping[str, Any]
    width: int
    height: int
    frames: int
    keep: int
    fps: int


def plan_call(
    signature: Signature,
    grid: Grid,
    request: ShotRequest,
    conditions: Conditions,
    settings: Settings,
    *,
    pixels: float,
) -> Call:
    """The call that makes ``request``; ``pixels`` bounds a frame. Raises ``ModelError`` for what the pipeline can't take."""
    width, height = grid.sides(request.width, request.height, pixels)
    fps = settings.model_fps or request.fps
    keep = max(1, round(request.duration * fps)) if signature.makes_video else 1
    frames = grid.frames(keep) if signature.makes_video else 1
    prompt = request.prompt or request.description
    arguments: dict[str, Any] = {"prompt": prompt, "width": width, "height": height}
    if request.negative_prompt:
        arguments["negative_prompt"] = request.negative_prompt
    if settings.steps is not None:
        arguments["num_inference_steps"] = settings.steps
    if settings.guidance is not None:
        arguments["guidance_scale"] = settings.guidance
    _named(arguments, signature, "frames", frames)
    _named(arguments, signature, "rate", fps)
    _conditioned(arguments, signature, conditions, (width, height, frames))
    for name, value in settings.extra.items():
        if name not in signature.defaults:
            raise ModelError(f"{signature.pipeline} takes no {name[:60]!r}; remove it from the settings")
        arguments[name] = value
    arguments = {name: value for name, value in arguments.items() if name in signature.defaults}
    if "prompt" not in arguments and "prompt" in signature.defaults:
        raise ModelError(f"{signature.pipeline} needs words; write a prompt or a description for shot {request.id}")
    _complete(signature, arguments)
    return Call(arguments, width, height, frames, keep, fps)


def _conditioned(
    arguments: dict[str, Any], signature: Signature, conditions: Conditions, canvas: tuple[int, int, int]
) -> None:
    """Puts pictures into the arguments, fitted to the canvas (width, height, frames)."""
    width, height, frames = canvas
    first, last, video, mask = conditions.first_frame, conditions.last_frame, conditions.video, conditions.mask
    if (first is not None or last is not None) and signature.name_of("first frame") is None and _edits(signature):
        if video is not None:
            raise ModelError(f"{signature.pipeline} takes either a video or first and last frames; give one of them")
        video, mask = _held(first, last, canvas)
        first = last = None
    given: dict[str, Any] = {"first frame": first, "last frame": last, "video": video, "mask": mask}
    for what, value in (given | {"references": conditions.references or None}).items():
        if value is None:
            continue
        name = signature.name_of(what)
        if name is None:
            raise ModelError(f"{signature.pipeline} takes no {what}; {_INSTEAD[what]}")
        if what == "references":
            arguments[name] = [_image(cover(picture, width, height)) for picture in value]
        elif what in ("video", "mask"):
            arguments[name] = [_image(cover(frame, width, height)) for frame in retimed(value, frames)]
        else:
            arguments[name] = _image(cover(value, width, height))
    if conditions.strength is not None:
        if "strength" not in signature.defaults:
            raise ModelError(f"{signature.pipeline} takes no strength; leave it out")
        arguments["strength"] = conditions.strength
    if conditions.control_scale is not None:
        name = signature.name_of("control_scale")
        if name is None:
            raise ModelError(f"{signature.pipeline} takes no strength of control; leave it out")
        arguments[name] = conditions.control_scale


def _complete(signature: Signature, arguments: Mapping[str, Any]) -> None:
    """Raises ``ModelError`` where something that the pipeline can't do without is missing."""
    needed = {name for name, default in signature.defaults.items() if default is ...}
    video = signature.name_of("video")
    if video is not None and signature.name_of("frames") is None:
        needed.add(video)  # a pipeline that is told no number of frames takes it from the video
    for name in sorted(needed - set(arguments)):
        if name in ("args", "kwargs", "self", "generator"):
            continue
        what = next((what for what, names in _NAMES.items() if name in names), name)
        raise ModelError(f"{signature.pipeline} needs a {what}; give one (the guides of previsualisation make one)")


def _edits(signature: Signature) -> bool:
    return signature.name_of("video") is not None and signature.name_of("mask") is not None


def _held(first: Array | None, last: Array | None, canvas: tuple[int, int, int]) -> tuple[Array, Array]:
    """First and last frames as editing models take them: a grey video with those in it, and a mask that keeps them."""
    width, height, frames = canvas
    video = np.full((frames, height, width, 3), _OPEN, np.uint8)
    mask = np.full((frames, height, width), 255, np.uint8)
    for at, picture in ((0, first), (frames - 1, last)):
        if picture is not None:
            video[at], mask[at] = cover(picture, width, height), 0
    return video, mask


def cover(picture: Array, width: int, height: int) -> Array:
    """The picture at that size, filled by cutting what overhangs; Lanczos up, area down."""
    rows, columns = picture.shape[:2]
    if (columns, rows) == (width, height):
        return picture
    scale = max(width / columns, height / rows)
    wide, high = max(width, round(columns * scale)), max(height, round(rows * scale))
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LANCZOS4
    resized = cv2.resize(picture, (wide, high), interpolation=how)
    left, top = (wide - width) // 2, (high - height) // 2
    return np.ascontiguousarray(resized[top : top + height, left : left + width])


def retimed(video: Array, frames: int) -> Array:
    """``frames`` frames spread over the video, each the nearest that there is."""
    if len(video) == frames:
        return video
    at = np.round(np.linspace(0, len(video) - 1, frames)).astype(int)
    return np.asarray(video[at])


def _image(picture: Array) -> Any:
    from PIL import Image

    return Image.fromarray(picture)


def _named(arguments: dict[str, Any], signature: Signature, what: str, value: Any) -> None:
    name = signature.name_of(what)
    if name is not None:
        arguments[name] = value


def _first(pipe: Any, names: tuple[str, ...], default: int) -> int:
    return next((int(value) for name in names if isinstance(value := getattr(pipe, name, None), int | float)), default)
