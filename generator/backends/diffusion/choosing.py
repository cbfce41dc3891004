"""A backend from a line of settings, as the site and the command line have it."""

from typing import cast, get_args

from generator.backends.diffusion.backend import DiffusersBackend
from generator.backends.diffusion.conditions import GuideUse, Settings
from generator.backends.diffusion.process import RenderWorker
from generator.errors import ModelError
from generator.models.registry import ModelRegistry


def backend_of(line: str, registry: ModelRegistry, *, worker: RenderWorker | None = None) -> DiffusersBackend:
    """The backend of ``NAME[:GUIDES[:STEPS]]``: a model that was added, what previsualisation gives to it (a ``GuideUse``,
    ``none`` if it is not said), and how many steps it takes. Raises ``ModelError`` for what can't be used."""
    name, _, rest = line.partition(":")
    guides, _, steps = rest.partition(":")
    if guides and guides not in get_args(GuideUse):
        raise ModelError(f"{guides[:40]!r} is nothing that guides give; choose one of {', '.join(get_args(GuideUse))}")
    if steps and not (steps.isascii() and steps.isdigit()):
        raise ModelError(f"{steps[:40]!r} is no number of steps; write one, or leave it out")
    added = registry.get(name)
    settings = Settings(steps=int(steps) if steps else None, model_fps=added.card.model_fps)
    return DiffusersBackend(added.chosen(), settings=settings, guides=cast(GuideUse, guides or "none"), worker=worker)
