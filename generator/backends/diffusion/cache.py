"""Loaded models, kept until others need their memory: the one that was used longest ago goes first."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class LoadedModel:
    """A pipeline in memory. ``bytes`` is what its parameters and buffers take; ``rungs`` what was done to it to fit."""

    pipe: Any
    digest: str
    device: str
    dtype: str
    bytes: int
    rungs: list[str] = field(default_factory=list)


class ModelCache:
    """At most ``limit`` bytes of loaded models, the newest whatever its size. ``drop`` is told of each that goes."""

    def __init__(self, limit: int, *, drop: Callable[[LoadedModel], None] = lambda model: None) -> None:
        self.limit = limit
        self._drop = drop
        self._models: OrderedDict[str, LoadedModel] = OrderedDict()

    @property
    def bytes(self) -> int:
        return sum(model.bytes for model in self._models.values())

    @property
    def keys(self) -> tuple[str, ...]:
        """From the one used longest ago to the newest."""
        return tuple(self._models)

    def get(self, key: str, load: Callable[[], LoadedModel], *, size: int) -> LoadedModel:
        """The model of that key, loaded if need be; ``size`` bytes are made free for it before it is."""
        if key in self._models:
            self._models.move_to_end(key)
            return self._models[key]
        self._make_room(size)
        model = load()
        self._make_room(model.bytes)
        self._models[key] = model
        return model

    def clear(self) -> None:
        """Drops all of them."""
        self._make_room(self.limit + 1)

    def _make_room(self, size: int) -> None:
        while self._models and self.bytes + size > self.limit:
            _, model = self._models.popitem(last=False)
            self._drop(model)
