"""The kinds of training by name. Their modules need PyTorch and are imported only when one is begun."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from generator.errors import TrainingError
from generator.training.recipe import Examples, Recipe

#: Where each kind's recipe is: module and class.
RECIPES: dict[str, str] = {
    "look": "generator.training.looks:LookRecipe",
    "plates": "generator.training.plates:PlatesRecipe",
    "lora": "generator.training.lora:LoraRecipe",
}
#: Kinds that learn from moving pictures with captions.
FROM_CLIPS = frozenset({"lora"})
#: Kinds that learn what people look like, unless somebody declares that nobody can be told in the works.
FROM_PEOPLE = frozenset({"lora"})


def need_torch() -> None:
    """Raises ``TrainingError`` with the remedy where what training needs is not installed."""
    try:
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    except ImportError as error:
        raise TrainingError(
            f"training needs {error.name}, which is not installed; install reelproof[models]"
        ) from error


def recipe_class(kind: str) -> Any:
    """The class of a kind. Raises ``TrainingError`` for one that nobody knows, or where its packages are missing."""
    if kind not in RECIPES:
        raise TrainingError(f"there is no kind of training {kind[:40]!r}; choose one of {', '.join(RECIPES)}")
    need_torch()
    module, _, name = RECIPES[kind].partition(":")
    try:
        return getattr(import_module(module), name)
    except ImportError as error:
        raise TrainingError(
            f"training {kind} needs {error.name}, which is missing; install reelproof[models]"
        ) from error


def recipe_of(kind: str, examples: Examples, settings: Mapping[str, Any], seed: int) -> Recipe:
    """A recipe of ``kind`` at its beginning, its networks' first weights from ``seed``. Raises ``TrainingSetError`` for
    too few examples, ``TrainingError`` as ``recipe_class`` and for settings that the recipe does not know."""
    from generator.errors import TrainingSetError

    made = recipe_class(kind)
    found, what = (len(examples.clips), "clips") if kind in FROM_CLIPS else (len(examples.real), "pictures")
    if found < made.least:
        kept = f" ({len(examples.held_out)} more are held out)" if examples.held_out else ""
        raise TrainingSetError(
            f"{found} {what} of works are too few to learn {kind} from{kept}; {made.least} are the least, add works"
        )
    recipe: Recipe = made(examples, settings, seed)
    return recipe
