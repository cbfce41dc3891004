"""What can be trained here: its name, what it needs, how long it takes, and whether its packages are installed."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.training.models import ModelKind
from django_site.errors import WrongStateError
from generator.models import ModelRegistry

#: A training of a day on a slow machine.
MAX_STEPS = 200_000
#: Trainings that the figure is taken from, the newest first.
SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Training:
    """A kind of training. ``steps`` is the default; ``step_seconds`` what a step took on two processor cores when it was
    measured (0 where nobody did), until trainings here tell it better; ``drawn`` whether it learns from our own renders;
    ``least`` the fewest pictures, or clips, of works that it learns from."""

    kind: str
    about: Any
    steps: int
    step_seconds: float
    drawn: bool
    least: int


#: By kind.
TRAININGS: Mapping[str, Training] = {
    ModelKind.LOOK: Training(
        ModelKind.LOOK,
        _("Draws over previsualisation so that it looks like the works that it learned from."),
        4000,
        0.0,
        True,
        4,
    ),
    ModelKind.PLATES: Training(
        ModelKind.PLATES, _("Makes small background pictures like the works that it learned from."), 6000, 0.0, False, 4
    ),
    ModelKind.LORA: Training(
        ModelKind.LORA,
        _("Teaches a video model that was added a performer's likeness or the style of a work, by their leave."),
        500,
        0.0,
        False,
        1,
    ),
}


@dataclass(frozen=True, slots=True)
class TrainingEstimate:
    """Working time in seconds and energy in watt-hours at the machine's stated power; ``sample`` trainings here tell it."""

    seconds: float
    watt_hours: float
    sample: int


def training_estimate(kind: str, steps: int) -> TrainingEstimate | None:
    """What so many steps take here, as the median of trainings that were done; ``None`` where nothing tells it."""
    done = Job.objects.filter(kind=JobKind.TRAIN_MODEL, state=JobState.DONE, result__kind=kind)
    results = list(done.order_by("-finished_at").values_list("result", flat=True)[:SAMPLE])
    paces = [result["seconds"] / result["steps"] for result in results if result.get("steps") and result.get("seconds")]
    pace = median(paces) if paces else TRAININGS[kind].step_seconds
    if not pace:
        return None
    seconds = pace * steps
    return TrainingEstimate(seconds, seconds * settings.WORKER_WATTS / 3600, len(paces))


def models_added() -> ModelRegistry:
    """The video models that were added to this site."""
    return ModelRegistry(settings.MODELS_ROOT)


def missing_packages() -> str:
    """What must be installed before anything can be trained here; empty where all of it is."""
    missing = [name for name in ("torch", "safetensors") if find_spec(name) is None]
    return ", ".join(missing)


def need_packages() -> None:
    """Raises ``WrongStateError`` with the remedy where this site can't train."""
    if missing := missing_packages():
        raise WrongStateError(
            f"models can't be trained here: {missing} is not installed. Ask whoever runs the site to install "
            "reelproof[models]; nothing else of the site needs it"
        )
