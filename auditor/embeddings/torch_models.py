"""What the embedders on PyTorch share: the device, and a model that is made once in each process."""

import os
from collections.abc import Callable
from typing import Any

from auditor.errors import UnavailableError


def need_torch(name: str) -> None:
    """Raise ``UnavailableError`` with the remedy if an embedder's packages are missing."""
    try:
        import open_clip  # noqa: F401
        import timm  # noqa: F401
        import torch  # noqa: F401
        import torchvision  # noqa: F401
    except ImportError as error:
        raise UnavailableError(f"embedder {name!r} needs {error.name}; install reelproof[models]") from error


class ModelPerProcess:
    """A model made on first use and made anew in a forked process, where the parent's threads are gone."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        self._make = make
        self._born_in = os.getpid()
        self._made_in = -1
        self._model: Any = None
        self.device = "cpu"

    def get(self) -> Any:
        if self._made_in != os.getpid():
            import torch

            forked = os.getpid() != self._born_in
            if forked:
                torch.set_num_threads(1)  # the parent's OpenMP threads are gone: waiting for them would hang for good
            # CUDA can't be started anew in a forked process
            self.device = "cuda" if torch.cuda.is_available() and not forked else "cpu"
            self._model = self._make(self.device)
            self._made_in = os.getpid()
        return self._model
