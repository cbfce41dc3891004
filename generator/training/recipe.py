"""The port of everything that can be trained: a look, plates, an adapter. The loop around it is the same for all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Examples:
    """What a recipe learns from. ``real``: pictures of the works, (height, width, 3) uint8 sRGB, of any sizes; ``drawn``:
    frames of our own renderer in the same form; ``clips``: moving pictures (frames, height, width, 3) with the words for
    each in ``captions``. ``held_out`` are pictures of the works that no step sees: quality is measured on them."""

    real: tuple[NDArray[np.uint8], ...] = ()
    drawn: tuple[NDArray[np.uint8], ...] = ()
    clips: tuple[NDArray[np.uint8], ...] = ()
    captions: tuple[str, ...] = ()
    held_out: tuple[NDArray[np.uint8], ...] = ()


class Recipe(Protocol):
    """One kind of training. Everything random comes from the generators that ``step`` is given a seed for, so that the same
    examples, settings and seeds make the same weights on the same kind of machine. Nothing is remembered from step to step
    but in the networks and optimisers: a checkpoint keeps no more.

    ``kind`` names it; ``least`` is the fewest pictures (or clips) of works that it learns from; both stand on the class,
    which is made with ``(examples, settings, seed)``; ``device`` is among the settings where it is not the processor.

    A recipe may also have: ``check(settings)`` on the class, which refuses settings before anything is begun;
    ``export(folder)``, which writes further files of the model (ONNX, an adapter); ``base_model``, a mapping that names the
    model that it goes on from (``weights_sha256`` among it); ``places``, the names of settings that say where something lies
    on this machine, which no lineage keeps; ``cancelled``, which a run sets to what says whether to stop: a sheet that takes
    long asks it and raises ``CancelledError``.
    """

    kind: str
    least: int

    def networks(self) -> Mapping[str, Any]:
        """All networks by name (``torch.nn.Module``), averaged copies included: what a checkpoint keeps."""
        ...

    def optimisers(self) -> Mapping[str, Any]:
        """All optimisers by name (``torch.optim.Optimizer``)."""
        ...

    def step(self, number: int, seed: int) -> Mapping[str, float]:
        """Step ``number`` (from 1) with all its random choices from ``seed``; gives the losses by name."""
        ...

    def sheet(self) -> NDArray[np.uint8]:
        """Samples as they are now, beside what they were made from: (height, width, 3) uint8 sRGB. The same at every call
        but for what was learned meanwhile."""
        ...

    def samples(self, count: int, seed: int) -> Iterator[NDArray[np.uint8]]:
        """``count`` pictures (or clips) that the networks make now, for the audit of memory and the measure of quality."""
        ...

    def weights(self) -> Mapping[str, Any]:
        """The tensors that are published, by name ``<network>.<parameter>``."""
        ...

    def config(self) -> Mapping[str, Any]:
        """What is needed to build the networks anew, fit for JSON."""
        ...
