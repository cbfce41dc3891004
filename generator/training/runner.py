"""The loop around every recipe: begun once, run until it is done, resumed wherever it stopped.

>>> start(Path("run"), kind="look", name="harbour", training_set=allowed, settings={}, seed=1, steps=3000)  # doctest: +SKIP
>>> run(Path("run"), on_progress=show, cancelled=asked).state                                        # doctest: +SKIP
'done'

The same set, settings, seed and number of threads make the same weights, to the last bit, on the same kind of machine,
however often the run was stopped and resumed: each step draws from a seed of its own, and nothing else is kept in mind.
"""

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.media.types import Cancelled, OnProgress, Progress, never_cancelled, no_progress
from generator.energy import Energy, EnergyMeter
from generator.errors import CancelledError, DivergedError, TrainingError, TrainingSetError
from generator.training import checkpoint as kept
from generator.training.checkpoint import Checkpoint
from generator.training.data import EVERYWHERE, TrainingSet, permitted
from generator.training.examples import Gathered, gather
from generator.training.files import sweep
from generator.training.finishing import write_model
from generator.training.folder import (
    Plan,
    Run,
    alone,
    append_losses,
    cut_losses,
    fail,
    new_plan,
    read_plan,
    read_run,
    sheet_of,
    write_sheet,
)
from generator.training.kinds import FROM_CLIPS, FROM_PEOPLE, need_torch, recipe_class, recipe_of
from generator.training.recipe import Recipe

__all__ = ["Report", "Run", "read_run", "run", "start", "step_seed"]


@dataclass(frozen=True, slots=True)
class Report:
    """Told every few steps: losses are means since the last report, ``rate`` is in steps a second."""

    step: int
    steps: int
    losses: Mapping[str, float]
    rate: float


OnReport = Callable[[Report], None]


def start(
    run_dir: Path,
    *,
    kind: str,
    name: str,
    training_set: TrainingSet,
    settings: Mapping[str, Any],
    seed: int,
    steps: int,
    now: datetime | None = None,
) -> Run:
    """Writes down what is to be trained; ``run`` does it. The set must be wholly permitted: see ``data.permitted``.

    Raises ``ForbiddenWorksError``, ``TrainingSetError``, ``TrainingError`` for settings that nobody knows or a folder that
    holds something already. Nothing is left behind then."""
    recipe = recipe_class(kind)
    if kind in FROM_PEOPLE and not training_set.people and not training_set.nobody:
        raise TrainingSetError(
            f"a {kind} learns people, and the training set names nobody's grant; give the grants of all who are seen or "
            "heard in the works, or declare that nobody can be told in them"
        )
    allowed = _allowed(training_set, now)
    plan = Plan.of(kind, name, settings, seed, steps, allowed, now or datetime.now(UTC))
    if (check := getattr(recipe, "check", None)) is not None:
        check(plan.recipe_settings)
    new_plan(run_dir, plan)
    return read_run(run_dir)


def run(
    run_dir: Path,
    *,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
    on_report: OnReport | None = None,
    now: datetime | None = None,
) -> Run:
    """Trains until the run is done, from its last checkpoint on. A run that is done is left as it is.

    Licences and files are looked at again first. Raises ``CancelledError`` within a step of ``cancelled`` (what was learned
    is kept), ``DivergedError`` when a loss or a weight is no number, ``TrainingError`` where the disk is full or another
    process runs it, ``TrainingSetError`` and its kinds."""
    need_torch()
    with alone(run_dir):
        plan = read_plan(run_dir)
        if read_run(run_dir).state == "done":
            return read_run(run_dir)
        sweep(run_dir)
        (run_dir / "failure.json").unlink(missing_ok=True)
        _allowed(plan.training_set, now, on_progress, cancelled)
        with _repeatable(plan):
            meter = EnergyMeter(plan.own.device)
            gathered = gather(
                plan.training_set,
                how=plan.own.gathering,
                seed=plan.seed,
                clips=plan.kind in FROM_CLIPS,
                cache=run_dir / "renders",
                on_progress=on_progress,
                cancelled=cancelled,
            )
            _seeded(step_seed(plan.seed, 0))
            recipe = recipe_of(plan.kind, gathered.examples, plan.recipe_settings, plan.seed)
            _Training(run_dir, plan, gathered, recipe, meter, on_progress, cancelled, on_report).go()
    return read_run(run_dir)


def step_seed(seed: int, number: int) -> int:
    """The seed of step ``number``, 0..2**63-1: unlike for all others, and the same after a resume."""
    return int.from_bytes(hashlib.sha256(f"{seed} {number}".encode()).digest()[:8]) >> 1


class _Training:
    """One go at a run: from its last checkpoint to its end, or to where it is stopped."""

    def __init__(
        self,
        run_dir: Path,
        plan: Plan,
        gathered: Gathered,
        recipe: Recipe,
        meter: EnergyMeter,
        on_progress: OnProgress,
        cancelled: Cancelled,
        on_report: OnReport | None,
    ) -> None:
        self._dir, self._plan, self._gathered, self._recipe = run_dir, plan, gathered, recipe
        self._tell, self._cancelled, self._on_report = on_progress, cancelled, on_report
        found = kept.load(run_dir / "checkpoint", recipe)
        self._step = found.step if found else 0
        self._seconds = found.seconds if found else 0.0
        self._energy = Energy.from_dict(dict(found.energy)) if found else Energy()
        self._sums: dict[str, float] = dict(found.pending.get("sums", {})) if found else {}
        self._count = int(found.pending.get("count", 0)) if found else 0
        self._meter, self._began = meter, time.monotonic()
        self._saved_at, self._saved_step = self._began, self._step if found else -1
        self._rate = _Rate()
        cut_losses(run_dir, self._step)

    def go(self) -> None:
        own, stage = self._plan.own, f"train {self._plan.name}"
        self._tell(Progress(stage, self._step, self._plan.steps, "steps"))
        sheet = None
        if self._step % own.sample_every == 0 and not sheet_of(self._dir, self._step).exists():
            sheet = self._draw()
        while self._step < self._plan.steps:
            if self._cancelled():
                raise self._stopped()
            number = self._step + 1
            seed = step_seed(self._plan.seed, number)
            _seeded(seed)
            self._take(number, self._stepped(number, seed))
            self._step = number
            last = number == self._plan.steps
            if number % own.report_every == 0 or last:
                self._report()
            if number % own.sample_every == 0 or last:
                sheet = self._draw()
            due = number % own.checkpoint_every == 0 or time.monotonic() - self._saved_at > own.checkpoint_seconds
            if due or last:
                self._save()
            self._tell(Progress(stage, number, self._plan.steps, "steps"))
        self._tell(Progress("write the model", 0, 1, "models"))
        write_model(
            self._dir, self._plan, self._recipe, self._gathered, self._draw() if sheet is None else sheet,
            energy=self._spent().as_dict(), seconds=self._elapsed(),
        )  # fmt: skip
        self._tell(Progress("write the model", 1, 1, "models"))

    def _draw(self) -> NDArray[np.uint8]:
        """Draws the sheet of this step. Some take long, and are stopped in the middle."""
        self._look_at_weights()
        if hasattr(self._recipe, "cancelled"):
            self._recipe.cancelled = self._cancelled
        try:
            sheet = self._recipe.sheet()
        except CancelledError as error:
            raise self._stopped() from error
        write_sheet(self._dir, self._step, sheet)
        return sheet

    def _stopped(self) -> CancelledError:
        """The error of a run that was asked to stop, after its state was kept."""
        self._save()
        return CancelledError(
            f"the training of {self._plan.name} was stopped after step {self._step} of {self._plan.steps}; resume it to "
            "go on from there"
        )

    def _stepped(self, number: int, seed: int) -> Mapping[str, float]:
        try:
            return self._recipe.step(number, seed)
        except (RuntimeError, MemoryError) as error:
            from generator.backends.diffusion.memory import is_out_of_memory

            if not is_out_of_memory(error):
                raise
            raise TrainingError(
                f"memory did not suffice for step {number} of {self._plan.name}; begin a run with a smaller batch, smaller "
                "pictures or fewer channels"
            ) from error

    def _take(self, number: int, losses: Mapping[str, float]) -> None:
        for name, value in losses.items():
            if not math.isfinite(value):
                raise self._diverged(number, f"the loss {name} is {value}")
            self._sums[name] = self._sums.get(name, 0.0) + float(value)
        self._count += 1
        self._rate.count()

    def _report(self) -> None:
        losses = {name: total / self._count for name, total in self._sums.items()}
        append_losses(
            self._dir,
            {"step": self._step, "seconds": round(self._elapsed(), 3), "rate": self._rate.now(), "losses": losses},
        )
        if self._on_report is not None:
            self._on_report(Report(self._step, self._plan.steps, losses, self._rate.now()))
        self._sums, self._count = {}, 0

    def _save(self) -> None:
        if self._saved_step == self._step:
            return
        self._look_at_weights()
        pending = {"sums": self._sums, "count": self._count}
        now = Checkpoint(self._step, self._elapsed(), self._spent().as_dict(), pending)
        kept.save(self._dir / "checkpoint", self._recipe, now)
        self._saved_at, self._saved_step = time.monotonic(), self._step

    def _look_at_weights(self) -> None:
        for name, network in self._recipe.networks().items():
            for key, value in network.state_dict().items():
                if value.is_floating_point() and not bool(value.isfinite().all()):
                    raise self._diverged(self._step, f"weight {key} of the {name} is no number")

    def _diverged(self, number: int, what: str) -> DivergedError:
        good = kept.peek(self._dir / "checkpoint")
        where = f"the checkpoint of step {good.step} is kept" if good else "there was no checkpoint yet"
        message = (
            f"the training of {self._plan.name} diverged at step {number}: {what}; {where}, begin another run with a lower "
            "learning rate or another seed"
        )
        fail(self._dir, number, message)
        return DivergedError(message)

    def _elapsed(self) -> float:
        return self._seconds + time.monotonic() - self._began

    def _spent(self) -> Energy:
        return self._energy + self._meter.so_far()


class _Rate:
    """Steps a second over the last few seconds."""

    def __init__(self) -> None:
        self._steps, self._from, self._value = 0, time.monotonic(), 0.0

    def count(self) -> None:
        self._steps += 1
        past = time.monotonic() - self._from
        if past > 2.0 or not self._value:
            self._value = self._steps / past if past > 0 else 0.0
        if past > 2.0:
            self._steps, self._from = 0, time.monotonic()

    def now(self) -> float:
        return round(self._value, 3)


def _allowed(
    training_set: TrainingSet,
    now: datetime | None,
    on_progress: OnProgress = no_progress,
    cancelled: Cancelled = never_cancelled,
) -> TrainingSet:
    """Everything in the set may be learned from, now; what was left out when it was made stays told."""
    places = training_set.territories or EVERYWHERE
    at = now or datetime.now(UTC)
    return permitted(training_set, territories=places, at=at, on_progress=on_progress, cancelled=cancelled)


def _seeded(seed: int) -> None:
    """For recipes whose libraries draw from the common generators; NumPy's takes 32 bits."""
    import random

    import torch

    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


class _repeatable:  # noqa: N801 - used as a context manager
    """Fixed threads and deterministic kernels while it lasts; what the process had before comes back after it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __enter__(self) -> None:
        import os
        import random

        import torch

        device = self._plan.own.device
        if device.startswith("cuda"):
            number = int(device.partition(":")[2] or 0)
            if number >= torch.cuda.device_count():
                raise TrainingError(f"there is no {device} here; set device to cpu")
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # PyTorch's note on reproducibility
        self._before = (
            torch.get_num_threads(), torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(), torch.get_rng_state(), random.getstate(),
            np.random.get_state(),
        )  # fmt: skip
        torch.set_num_threads(self._plan.own.threads)
        torch.use_deterministic_algorithms(True)

    def __exit__(self, *_: object) -> None:
        import random

        import torch

        threads, enabled, warn, state, plain, arrays = self._before
        random.setstate(plain)
        np.random.set_state(arrays)
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(enabled, warn_only=warn)
        torch.set_rng_state(state)
