"""What rendering will take, told from what it took here before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from django.conf import settings

from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.productions.models import Production, Take
from django_site.apps.training.looks import LookUnusableError, card_planned

#: Renders that the figure is taken from, the newest first: enough for a median, few enough to follow a change of machine.
SAMPLE = 40


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds that a worker here needs for a megapixel of frames, as the median of ``sample`` finished renders."""

    seconds_a_megapixel: float
    sample: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Working time in seconds, energy in watt-hours at the machine's stated power, and how many renders tell it."""

    seconds: float
    watt_hours: float
    sample: int


def speed_measured(production: Production | None = None) -> Speed | None:
    """How fast what renders this production has been here; ``None`` before anything was rendered with it."""
    try:
        renderer = card_planned(production).digest
    except LookUnusableError:
        return None
    done = Job.objects.filter(kind=JobKind.RENDER_TAKE, state=JobState.DONE, result__same_as__isnull=True)
    rows = list(done.order_by("-finished_at").values_list("target_id", "started_at", "finished_at")[:SAMPLE])
    specs = dict(
        Take.objects.filter(pk__in=[target for target, _, _ in rows], generation__model_sha256=renderer).values_list(
            "pk", "generation__parameters"
        )
    )
    measured = [
        (ended - begun).total_seconds() / _megapixels(specs[target]) for target, begun, ended in rows if target in specs
    ]
    return Speed(median(measured), len(measured)) if measured else None


def render_estimate(specs: Iterable[Mapping], speed: Speed | None) -> Estimate | None:
    """What these shots will take one after the other; ``None`` where nothing tells it."""
    if speed is None:
        return None
    seconds = speed.seconds_a_megapixel * sum(_megapixels(spec) for spec in specs)
    return Estimate(seconds, seconds * settings.WORKER_WATTS / 3600, speed.sample)


def _megapixels(spec: Mapping) -> float:
    return float(spec["duration"]) * spec["fps"] * spec["width"] * spec["height"] / 1e6
