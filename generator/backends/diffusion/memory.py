"""What is done when memory runs out: a ladder of measures, each kept and recorded, instead of a failed render."""

import contextlib
import gc
from collections.abc import Callable
from typing import Any, Literal

Rung = Literal["vae-tiling", "model-offload", "fp8-weights", "smaller-canvas"]
#: In this order: what leaves the pictures (nearly) as they are first, a smaller picture last.
LADDER: tuple[Rung, ...] = (
    "vae-tiling", "model-offload", "fp8-weights", "smaller-canvas", "smaller-canvas", "smaller-canvas",
)  # fmt: skip
#: What one rung leaves of the canvas's pixels: three of them are an eighth.
CANVAS_STEP = 0.5


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on whatever device: they have no common class."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(
        words in str(error).lower() for words in ("out of memory", "can't allocate memory", "not enough memory")
    )


def take_rung(rung: Rung, pipe: Any, device: str) -> bool:
    """Does what the rung says to the pipeline; whether it could be done. ``smaller-canvas`` is up to the caller."""
    import torch

    if rung == "smaller-canvas":
        return True
    if rung == "vae-tiling":
        vae = getattr(pipe, "vae", None)
        if vae is None or not hasattr(vae, "enable_tiling") or getattr(vae, "use_tiling", False):
            return False
        with contextlib.suppress(NotImplementedError):
            vae.enable_tiling()
        return bool(getattr(vae, "use_tiling", False))
    if rung == "model-offload":
        if not device.startswith("cuda") or not hasattr(pipe, "enable_model_cpu_offload"):
            return False  # on the processor everything lies in the same memory
        pipe.enable_model_cpu_offload(device=device)
        return True
    cast = False
    for name in ("transformer", "transformer_2", "unet"):
        part = getattr(pipe, name, None)
        if part is not None and hasattr(part, "enable_layerwise_casting") and not getattr(part, "_in_fp8", False):
            part.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=part.dtype)
            part._in_fp8 = cast = True
    return cast


def climbing[T](
    attempt: Callable[[float], T],
    pipe: Any,
    device: str,
    *,
    taken: list[str],
    on_rung: Callable[[str], None],
) -> T:
    """What ``attempt(scale)`` gives, ``scale`` being the part of the canvas's pixels that is left; whenever memory runs out
    the next rung is taken and told to ``on_rung`` and ``taken``. The last error stands when there is none left.

    Measures that stay on the pipeline stay in ``taken`` for later takes; smaller canvases are the take's own."""
    scale = 1.0
    ladder = list(LADDER)
    while True:
        try:
            return attempt(scale)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            reason = error
        free()
        while ladder:
            rung = ladder.pop(0)
            if take_rung(rung, pipe, device):
                break
        else:
            raise reason
        scale *= CANVAS_STEP if rung == "smaller-canvas" else 1.0
        taken.append(rung)
        on_rung(rung)


def free() -> None:
    """Gives back what nobody holds."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
