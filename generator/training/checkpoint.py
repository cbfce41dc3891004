"""Where a training stands: networks and optimisers in safetensors, the rest in JSON; no pickle.

``state.json`` names the tensors' file and its digest and is replaced in one move, so a checkpoint is always whole: the
former one until the move, the new one after it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.errors import TrainingError
from generator.training.files import read_bytes, read_json, write_bytes, write_json
from generator.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is kept beside the tensors: the step, seconds and energy so far, losses since the last report."""

    step: int
    seconds: float
    energy: Mapping[str, Any]
    pending: Mapping[str, Any]


def save(folder: Path, recipe: Recipe, checkpoint: Checkpoint) -> None:
    """Keeps the recipe's state. Raises ``TrainingError`` when it can't be written (the former checkpoint stays)."""
    from safetensors.torch import save as packed

    tensors: dict[str, Any] = {}
    for name, network in recipe.networks().items():
        tensors |= {f"network/{name}/{key}": _plain(value) for key, value in network.state_dict().items()}
    optimisers: dict[str, Any] = {}
    for name, optimiser in recipe.optimisers().items():
        state = optimiser.state_dict()
        others: dict[str, dict[str, Any]] = {}
        for number, values in state["state"].items():
            for key, value in values.items():
                if hasattr(value, "detach"):
                    tensors[f"optimiser/{name}/{number}/{key}"] = _plain(value)
                else:
                    others.setdefault(str(number), {})[key] = value
        optimisers[name] = {"groups": state["param_groups"], "others": others}
    content = packed(tensors)
    digest = hashlib.sha256(content).hexdigest()
    file = folder / f"state-{digest[:16]}.safetensors"
    write_bytes(file, content)
    document = {
        "format": 1, "step": checkpoint.step, "seconds": checkpoint.seconds, "energy": dict(checkpoint.energy),
        "pending": dict(checkpoint.pending), "optimisers": optimisers, "file": file.name, "sha256": digest,
    }  # fmt: skip
    try:
        write_json(folder / "state.json", document)
    except (TypeError, ValueError) as error:
        raise TrainingError(
            f"the optimisers' state can't be kept ({error}); this is a mistake of the recipe"
        ) from error
    for former in folder.glob("state-*.safetensors"):
        if former != file:
            former.unlink(missing_ok=True)


def peek(folder: Path) -> Checkpoint | None:
    """The checkpoint without its tensors; ``None`` where there is none yet. Raises ``TrainingError`` for a damaged one."""
    if not (folder / "state.json").exists():
        return None
    return _checkpoint(folder, read_json(folder / "state.json"))


def load(folder: Path, recipe: Recipe) -> Checkpoint | None:
    """Puts the recipe where it stood; ``None``, and nothing done, where there is no checkpoint yet.

    Raises ``TrainingError`` for one that is damaged, or of other networks."""
    from safetensors import SafetensorError
    from safetensors.torch import load as unpacked

    if not (folder / "state.json").exists():
        return None
    document = read_json(folder / "state.json")
    checkpoint = _checkpoint(folder, document)
    content = read_bytes(folder / Path(document["file"]).name)
    if hashlib.sha256(content).hexdigest() != document["sha256"]:
        raise TrainingError(f"the checkpoint in {folder} was changed or damaged; begin the run anew")
    try:
        tensors = unpacked(content)
        for name, network in recipe.networks().items():
            network.load_state_dict(_below(tensors, f"network/{name}/"))
        for name, optimiser in recipe.optimisers().items():
            _restore(optimiser, document["optimisers"][name], _below(tensors, f"optimiser/{name}/"))
    except (SafetensorError, RuntimeError, KeyError, ValueError, TypeError) as error:
        raise TrainingError(
            f"the checkpoint in {folder} does not fit this recipe ({' '.join(str(error).split())[:200]}); begin the run anew"
        ) from error
    return checkpoint


def _checkpoint(folder: Path, document: Any) -> Checkpoint:
    try:
        return Checkpoint(
            int(document["step"]), float(document["seconds"]), dict(document["energy"]), dict(document["pending"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(f"the checkpoint in {folder} is damaged ({error}); begin the run anew") from error


def _restore(optimiser: Any, kept: Mapping[str, Any], tensors: Mapping[str, Any]) -> None:
    groups = [
        # JSON knows no tuples, optimisers do
        {key: tuple(value) if isinstance(now.get(key), tuple) else value for key, value in group.items()}
        for group, now in zip(kept["groups"], optimiser.state_dict()["param_groups"], strict=True)
    ]
    state: dict[int, dict[str, Any]] = {int(number): dict(values) for number, values in kept["others"].items()}
    for name, value in tensors.items():
        number, _, key = name.partition("/")
        state.setdefault(int(number), {})[key] = value
    optimiser.load_state_dict({"state": state, "param_groups": groups})


def _below(tensors: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _plain(tensor: Any) -> Any:
    """A copy of its own in the processor's memory: tied weights share theirs, which the format does not know."""
    return tensor.detach().cpu().contiguous().clone()
