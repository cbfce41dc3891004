"""Loading a model and making a shot's frames with it. Runs in the worker's process, on whatever device it has."""

import contextlib
import hashlib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.backends.diffusion.cache import LoadedModel, ModelCache
from generator.backends.diffusion.conditions import Array, Conditions, Lora, Settings
from generator.backends.diffusion.mapping import Call, Grid, Signature, plan_call
from generator.backends.diffusion.memory import climbing, free, is_out_of_memory, take_rung
from generator.backends.diffusion.watching import watching
from generator.errors import ChangedModelError, GeneratorError, ModelError, RenderError
from generator.models.folder import ModelFolder, digest_of, read_folder, refuse_code_in_file
from generator.shots.model import ShotRequest

#: What loaded models may take where nobody says: most of a workstation's card; a larger model is loaded alone.
DEFAULT_CACHE_BYTES = 48 * 2**30
VERSIONS = ("torch", "diffusers", "transformers", "accelerate", "peft", "numpy")


@dataclass(frozen=True, slots=True)
class Frames:
    """What a model made: (n, h, w, 3) uint8 at ``fps``, and the record of how, fit for JSON."""

    pictures: Array
    fps: int
    record: Mapping[str, Any]


class DiffusionEngine:
    """Models of diffusers in this process. Not for several threads at once."""

    def __init__(self, *, cache_bytes: int = DEFAULT_CACHE_BYTES, threads: int | None = None) -> None:
        import torch

        if threads is not None:
            torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(True, warn_only=True)
        self.cache = ModelCache(cache_bytes, drop=_drop)

    def render(
        self,
        model: Path,
        request: ShotRequest,
        conditions: Conditions,
        settings: Settings,
        *,
        digest: str | None = None,
        on_progress: OnProgress = no_progress,
        cancelled: Cancelled = never_cancelled,
    ) -> Frames:
        """The frames of a shot by the model in folder ``model``, whose digest is held to ``digest`` before it is opened.

        Raises ``ModelError`` and its kinds for models that can't be used, ``CancelledError`` within a step, ``RenderError``
        when memory does not suffice by any measure."""
        stage = f"render {request.id}"
        on_progress(Progress(f"{stage}: load", 0, 1, "models"))
        loaded = self._load(model, settings, digest)
        on_progress(Progress(f"{stage}: load", 1, 1, "models"))
        taken = list(loaded.rungs)

        def tell(name: str, done: int, total: int) -> None:
            on_progress(Progress(f"{stage}: {name}", done, total, "steps"))

        def attempt(scale: float) -> tuple[Array, Call]:
            return self._run(loaded, request, conditions, settings, scale, tell, cancelled)

        with _with_loras(loaded.pipe, conditions.loras):
            pictures, call = climbing(
                attempt, loaded.pipe, loaded.device, taken=taken,
                on_rung=lambda rung: on_progress(Progress(f"{stage}: out of memory, {rung}", 1, 1, "measures")),
            )  # fmt: skip
        loaded.rungs = [rung for rung in taken if rung != "smaller-canvas"]
        return Frames(pictures, call.fps, self._record(loaded, request, conditions, settings, call, taken, pictures))

    def _run(
        self,
        loaded: LoadedModel,
        request: ShotRequest,
        conditions: Conditions,
        settings: Settings,
        scale: float,
        on_stage: Callable[[str, int, int], None],
        cancelled: Cancelled,
    ) -> tuple[Array, Call]:
        import torch

        pipe = loaded.pipe
        signature = Signature.of(pipe)
        pixels = scale * min(settings.max_pixels or request.width * request.height, request.width * request.height)
        call = plan_call(signature, Grid.of(pipe), request, conditions, settings, pixels=pixels)
        arguments = dict(call.arguments)
        # the generator of the processor gives the same noise on every device
        arguments["generator"] = torch.Generator("cpu").manual_seed(request.seed)
        if "output_type" in signature.defaults:
            arguments["output_type"] = "np"
        if getattr(pipe, "blocks", None) is not None:
            arguments["output"] = "videos" if signature.makes_video else "images"
        steps = int(settings.steps or signature.defaults.get("num_inference_steps") or 0)
        with torch.no_grad(), watching(pipe, on_stage, cancelled, steps=steps):
            try:
                made = pipe(**arguments)
            except (TypeError, ValueError, KeyError) as error:
                raise ModelError(
                    f"{signature.pipeline} refused shot {request.id} ({' '.join(str(error).split())[:300]}); "
                    "change the size, length or conditions of the shot, or choose another model"
                ) from error
            except RuntimeError as error:
                if is_out_of_memory(error):
                    raise
                raise ModelError(
                    f"{signature.pipeline} failed at shot {request.id} ({' '.join(str(error).split())[:300]}); give it all "
                    "the conditions that it was made for, or choose another model"
                ) from error
        return pictures_of(made)[: call.keep], call

    def _load(self, path: Path, settings: Settings, digest: str | None) -> LoadedModel:
        folder = read_folder(path)
        found = folder.digest
        if digest is not None and found != digest:
            raise ChangedModelError(
                f"the model in {path} is not the one that was added (its digest is {found[:12]}…, not {digest[:12]}…); "
                "put the right weights back, or add the model anew"
            )
        device, dtype = _device(settings), _dtype(settings)
        key = f"{found} {device} {dtype}"
        return self.cache.get(key, lambda: load(folder, found, device, dtype), size=folder.bytes)

    def _record(
        self,
        loaded: LoadedModel,
        request: ShotRequest,
        conditions: Conditions,
        settings: Settings,
        call: Call,
        taken: list[str],
        pictures: Array,
    ) -> dict[str, Any]:
        shown = {name: value for name, value in call.arguments.items() if isinstance(value, str | int | float | bool)}
        return {
            "weights_sha256": loaded.digest,
            "pipeline": type(loaded.pipe).__name__,
            "seed": request.seed,
            "arguments": shown,
            "canvas": [call.width, call.height],
            "model_frames": call.frames,
            "model_fps": call.fps,
            "conditions": {
                name: hashlib.sha256(block.tobytes()).hexdigest() for name, block in conditions.arrays().items()
            },
            "loras": [{"sha256": digest_of(lora.path), "strength": lora.strength} for lora in conditions.loras],
            "memory": taken,
            "frames_sha256": frames_digest(pictures),
            "environment": environment(loaded.device, loaded.dtype),
        }


def load(folder: ModelFolder, digest: str, device: str, dtype: str) -> LoadedModel:
    """Opens a model that ``read_folder`` has looked at: safetensors only, from the folder only, no code of its own."""
    import torch
    from diffusers import DiffusionPipeline, ModularPipeline

    classic: Any = DiffusionPipeline  # its methods are not typed
    modular: Any = ModularPipeline
    kind = getattr(torch, dtype)
    with _quiet():
        try:
            if folder.kind == "modular":
                pipe = modular.from_pretrained(str(folder.path), local_files_only=True, trust_remote_code=False)
                pipe.load_components(dtype=kind, local_files_only=True)
            else:
                pipe = classic.from_pretrained(
                    str(folder.path), dtype=kind, use_safetensors=True, local_files_only=True, trust_remote_code=False
                )
        except (OSError, ValueError, TypeError, AttributeError, KeyError, ImportError) as error:
            raise ModelError(
                f"the model in {folder.path} can't be loaded ({' '.join(str(error).split())[:300]}); is it whole, and of "
                f"a version that diffusers {version('diffusers')} knows?"
            ) from error
    if hasattr(pipe, "set_progress_bar_config"):
        pipe.set_progress_bar_config(disable=True)
    rungs = []
    try:
        pipe.to(device)
    except RuntimeError as error:
        if "out of memory" not in str(error).lower() or not take_rung("model-offload", pipe, device):
            raise
        rungs.append("model-offload")
    return LoadedModel(pipe, digest, device, dtype, _bytes(pipe), rungs)


def environment(device: str, dtype: str) -> dict[str, str]:
    """What else the same seed depends on: device, precision, versions, threads."""
    import torch

    values = {"device": device, "dtype": dtype, "threads": str(torch.get_num_threads())}
    if device.startswith("cuda"):
        values |= {"accelerator": torch.cuda.get_device_name(device), "cuda": str(torch.version.cuda)}
    return values | versions()


@cache
def versions() -> dict[str, str]:
    """The versions of what computes; they do not change while a process runs."""
    found = {}
    for name in VERSIONS:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def frames_digest(pictures: Array) -> str:
    """SHA-256 (hex) of shape and pixels."""
    return hashlib.sha256(repr(pictures.shape).encode() + np.ascontiguousarray(pictures).tobytes()).hexdigest()


def pictures_of(made: Any) -> Array:
    """A pipeline's output as (n, h, w, 3) uint8. Raises ``RenderError`` for what is no picture, or holds NaN."""
    for name in ("frames", "images", "videos", "image", "video"):
        made = getattr(made, name, made)
    if isinstance(made, list | tuple) and made and not isinstance(made[0], np.ndarray):
        first = made[0]
        made = np.stack([np.asarray(one) for one in (first if isinstance(first, list | tuple) else made)])
    pictures = made.float().cpu().numpy() if hasattr(made, "cpu") else np.asarray(made)
    while pictures.ndim > 4 or (pictures.ndim == 5 and len(pictures) == 1):
        pictures = pictures[0]
    if pictures.ndim == 3:
        pictures = pictures[None]
    if pictures.ndim != 4 or not pictures.size or pictures.shape[-1] not in (1, 3, 4):
        raise RenderError(f"the model gave no pictures but an array of {pictures.shape}; choose another model")
    pictures = np.repeat(pictures, 3, axis=3) if pictures.shape[-1] == 1 else pictures[..., :3]
    if pictures.dtype == np.uint8:
        return np.ascontiguousarray(pictures)
    if not np.isfinite(pictures).all():
        raise RenderError("the model gave values that are no numbers; use another precision (float32 or bfloat16)")
    return np.asarray(np.clip(pictures * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8))


@contextlib.contextmanager
def _with_loras(pipe: Any, loras: tuple[Lora, ...]) -> Any:
    if not loras:
        yield
        return
    for lora in loras:
        refuse_code_in_file(lora.path)
    if not hasattr(pipe, "load_lora_weights"):
        raise ModelError(f"{type(pipe).__name__} takes no LoRA; choose another model, or leave it out")
    names = [f"lora{number}" for number in range(len(loras))]
    try:
        for lora, name in zip(loras, names, strict=True):
            with _quiet():
                try:
                    pipe.load_lora_weights(str(lora.path.parent), weight_name=lora.path.name, adapter_name=name)
                except (ValueError, KeyError, RuntimeError, OSError) as error:
                    raise ModelError(
                        f"{lora.path.name} does not fit {type(pipe).__name__} ({' '.join(str(error).split())[:200]}); "
                        "use it with the model that it was trained on"
                    ) from error
        present = {name for found in pipe.get_list_adapters().values() for name in found}
        for lora, name in zip(loras, names, strict=True):
            if name not in present:
                raise ModelError(f"{lora.path.name} holds nothing for {type(pipe).__name__}; use it with its own model")
        pipe.set_adapters(names, [lora.strength for lora in loras])
        yield
    finally:
        with _quiet():
            pipe.unload_lora_weights()


@contextlib.contextmanager
def _quiet() -> Any:
    """Loading bars and advice of the libraries are nothing for a log."""
    from importlib import import_module

    for library in ("diffusers", "transformers"):
        log = import_module(f"{library}.utils.logging")
        log.disable_progress_bar()
        log.set_verbosity_error()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


def _device(settings: Settings) -> str:
    import torch

    if settings.device != "auto":
        if settings.device.startswith("cuda") and not torch.cuda.is_available():
            raise ModelError(f"there is no {settings.device} here; set the device to auto or cpu")
        return settings.device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _dtype(settings: Settings) -> str:
    """bfloat16 where the device computes it, float32 elsewhere."""
    if settings.dtype != "auto":
        return settings.dtype
    return "bfloat16" if _device(settings).startswith("cuda") else "float32"


def _bytes(pipe: Any) -> int:
    import torch

    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    tensors = [tensor for part in parts for tensor in (*part.parameters(), *part.buffers())]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _drop(model: LoadedModel) -> None:
    with contextlib.suppress(Exception):
        model.pipe.remove_all_hooks()
    model.pipe = None
    free()


def said(error: Exception) -> str:
    """An error's own words if they are for people, else what kind it was."""
    if isinstance(error, GeneratorError):
        return str(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())[:500]}"
