"""Progress of a pipeline, and a way to stop it within a step, without the pipeline's help.

``callback_on_step_end`` is missing in some pipelines, and ``_interrupt`` goes on to decode. Every pipeline calls its
scheduler's ``step``, and every component's ``forward``: those are watched. A raise leaves the pipeline usable.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from generator.errors import CancelledError

#: Told the stage (``encode``, ``step``, ``decode``), what is done of it, and of how much.
OnStage = Callable[[str, int, int], None]


@contextlib.contextmanager
def watching(pipe: Any, on_stage: OnStage, cancelled: Callable[[], bool], *, steps: int) -> Iterator[None]:
    """While open, ``on_stage`` hears of every step of ``pipe``, and ``cancelled()`` is asked before each step and each call
    of a component, and ends it with ``CancelledError``. ``steps`` is the total where the scheduler does not say."""
    count, last = 0, object()

    def check() -> None:
        if cancelled():
            raise CancelledError(f"the render was cancelled after {count} steps")

    def stepped(scheduler: Any, timestep: Any) -> None:
        nonlocal count, last
        moment = float(timestep) if getattr(timestep, "numel", lambda: 1)() == 1 else float(timestep.flatten()[0])
        if moment != last:  # a second scheduler (of the sound) steps through the same moments
            count, last = count + 1, moment
        planned = getattr(scheduler, "timesteps", None)
        on_stage("step", count, max(len(planned) if planned is not None else steps, count))
        check()

    def decoding() -> None:
        check()
        on_stage("decode", 0, 1)

    with contextlib.ExitStack() as stack:
        on_stage("encode", 0, 1)
        scheduler = getattr(pipe, "scheduler", None)
        if scheduler is not None:
            stack.enter_context(_watched_scheduler(scheduler, stepped))
        for part in _modules(pipe):
            hook = part.register_forward_pre_hook(lambda *_: check())
            stack.callback(hook.remove)
        vae = getattr(pipe, "vae", None)
        if vae is not None and hasattr(vae, "decode"):
            stack.enter_context(_watched_decode(vae, decoding))
        yield
        on_stage("decode", 1, 1)


@contextlib.contextmanager
def _watched_scheduler(scheduler: Any, stepped: Callable[[Any, Any], None]) -> Iterator[None]:
    """The scheduler's class is exchanged for one that tells of its steps: copies that a pipeline makes of it tell too, and
    keep a state of their own."""
    own = type(scheduler)

    @functools.wraps(own.step)
    def step(self: Any, model_output: Any, timestep: Any, *arguments: Any, **named: Any) -> Any:
        result = own.step(self, model_output, timestep, *arguments, **named)
        stepped(self, timestep)
        return result

    scheduler.__class__ = type(own.__name__, (own,), {"step": step, "__module__": own.__module__})
    try:
        yield
    finally:
        scheduler.__class__ = own


@contextlib.contextmanager
def _watched_decode(vae: Any, decoding: Callable[[], None]) -> Iterator[None]:
    own = vae.decode

    @functools.wraps(own)
    def decode(*arguments: Any, **named: Any) -> Any:
        decoding()
        return own(*arguments, **named)

    had = "decode" in vars(vae)  # offloading puts one of its own there
    vae.decode = decode
    try:
        yield
    finally:
        if had:
            vae.decode = own
        else:
            del vae.decode


def _modules(pipe: Any) -> list[Any]:
    """The components that compute, and the halves of the autoencoder, which are called for every few frames."""
    import torch

    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    halves = [getattr(part, name, None) for part in parts for name in ("encoder", "decoder")]
    return parts + [half for half in halves if isinstance(half, torch.nn.Module)]
