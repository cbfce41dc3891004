"""The end of a run: the model's folder, written beside its place and moved there when it is whole."""

import contextlib
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.encoding import sha256_of
from generator.errors import DivergedError, TrainingError
from generator.training.examples import Gathered
from generator.training.files import cant_write, write_bytes, write_json
from generator.training.folder import Plan, fail, png_of
from generator.training.lineage import lineage_of
from generator.training.recipe import Recipe

#: Version of a model that nobody has published yet.
UNPUBLISHED = "0"


def write_model(
    run_dir: Path,
    plan: Plan,
    recipe: Recipe,
    gathered: Gathered,
    sheet: NDArray[np.uint8],
    *,
    energy: Mapping[str, Any],
    seconds: float,
) -> Path:
    """``weights.safetensors``, ``config.json``, ``samples.png``, what the recipe exports, and ``lineage.json`` with the
    digests of them. Raises ``TrainingError`` where the disk is full, ``DivergedError`` for weights that are no numbers."""
    from safetensors.torch import save as packed

    weights = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in sorted(recipe.weights().items())}
    for name, tensor in weights.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            message = f"the weight {name} of {plan.name} is no number; begin another run with a lower learning rate"
            fail(run_dir, plan.steps, message)
            raise DivergedError(message)
    part, model = run_dir / ".model.part", run_dir / "model"
    shutil.rmtree(part, ignore_errors=True)
    try:
        write_bytes(part / "weights.safetensors", packed(weights, {"format": "pt"}))
        config = {
            "format": 1,
            "kind": plan.kind,
            "name": plan.name,
            "version": UNPUBLISHED,
            "recipe": dict(recipe.config()),
        }
        write_json(part / "config.json", config)
        write_bytes(part / "samples.png", png_of(sheet))
        if (export := getattr(recipe, "export", None)) is not None:
            export(part)
        digests = {path.name: sha256_of(path) for path in sorted(part.iterdir())}
        lineage = lineage_of(
            name=plan.name,
            kind=plan.kind,
            settings=plan.settings,
            seed=plan.seed,
            steps=plan.steps,
            training_set=plan.training_set,
            examples=gathered.examples,
            held_out=gathered.held_out,
            drawn_sha256=gathered.drawn_sha256,
            recipe=recipe,
            files=digests,
            energy=energy,
            seconds=seconds,
            device=plan.own.device,
            threads=plan.own.threads,
            created=plan.created,
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        write_bytes(part / "lineage.json", lineage.content)
        shutil.rmtree(model, ignore_errors=True)
        part.replace(model)
    except OSError as error:
        raise cant_write(model, error) from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(part, ignore_errors=True)
    if not (model / "lineage.json").exists():
        raise TrainingError(f"{model} could not be written whole; resume the run to write it again")
    return model
