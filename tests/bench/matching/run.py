"""Matching every trial of a split with every system; each answer is a line of JSON, so that a stopped run goes on."""

import hashlib
import json
import multiprocessing
import os
import resource
import time
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

import cv2
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.bench.matching import films, images
from tests.bench.matching.splits import Medium, Split, references, thinned
from tests.bench.matching.systems import SYSTEMS, System
from tests.bench.matching.trials import GENERATION, Plan

#: Trials that wait in the pool: enough to keep the workers busy, few enough that Ctrl-C ends soon.
_AHEAD = 8
_systems: dict[tuple[str, str, str], System] = {}
_plans: dict[tuple[str, str], dict[str, Plan]] = {}


def plans_of(
    medium: Medium, split: Split, edits: tuple[str, ...] | None = None, limit: int | None = None
) -> list[Plan]:
    """The plans of a run: ``limit`` thins copies and negatives in proportion. Their order is a hash's, so that what a
    stopped run has answered is a fair sample."""
    every = (images if medium == "images" else films).plans(split, edits)
    return sorted(thinned(every, limit), key=lambda plan: hashlib.blake2b(plan.trial_id.encode()).digest())


def done_before(path: Path) -> set[tuple[str, str]]:
    """(system, trial) of every whole line; a last line cut short is no answer."""
    return {(line["system"], line["trial"]) for line in read_lines(path)}


def read_lines(path: Path) -> list[dict[str, Any]]:
    lines = []
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue
    return lines


def planned_of(answers: Path) -> int | None:
    """How many trials the run that writes ``answers`` is to match, if it said so."""
    said = answers.with_suffix(".planned")
    return int(said.read_text()) if said.exists() else None


def _cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _match(medium: Medium, split: Split, out: Path, names: list[str], trial_id: str) -> list[dict[str, Any]]:
    """In a worker: make the trial's file if it is missing, then ask each system."""
    cv2.setNumThreads(1)
    key = (medium, split)
    if key not in _plans:
        _plans[key] = {plan.trial_id: plan for plan in plans_of(medium, split)}
    trial = _plans[key][trial_id].make()
    answers = []
    for name in names:
        system = _opened(medium, split, out, name)
        cpu, elsewhere, started = _cpu(), system.cpu_elsewhere, time.perf_counter()
        try:
            claims, failure = [claim.as_dict() for claim in system.match(trial.path)], None
        except Exception as error:  # a system's failure on one file is a result of the benchmark
            claims, failure = [], f"{type(error).__name__}: {error}"
        answers.append({
            "system": name, "medium": medium, "split": split, "generation": GENERATION, **trial.as_dict(),
            "claims": claims, "failure": failure, "threshold": system.threshold,
            "considered": getattr(system, "considered", []),
            "cpu": round(_cpu() - cpu + system.cpu_elsewhere - elsewhere, 3),
            "wall": round(time.perf_counter() - started, 3),
        })  # fmt: skip
    return answers


def _opened(medium: Medium, split: Split, out: Path, name: str) -> System:
    key = (medium, split, name)
    if key not in _systems:
        folder = out / "systems" / f"{medium}-{split}" / name
        folder.mkdir(parents=True, exist_ok=True)
        _systems[key] = SYSTEMS[medium][name](folder)
        _systems[key].register(references(medium, split))
    return _systems[key]


def run(
    medium: Medium, split: Split, out: Path, *, names: list[str], edits: tuple[str, ...] | None = None,
    limit: int | None = None, jobs: int = 2,
) -> Path:  # fmt: skip
    """Match every trial that ``out`` has no answer for; returns the file of answers."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{medium}-{split}.jsonl"
    known = done_before(path)
    plans = plans_of(medium, split, edits, limit)
    path.with_suffix(".planned").write_text(str(len(plans)))
    waiting = [(plan, [name for name in names if (name, plan.trial_id) not in known]) for plan in plans]
    waiting = [(plan, missing) for plan, missing in waiting if missing]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the processors; each library would take them all
    with Progress(*columns) as progress, path.open("a") as lines:
        task = progress.add_task(f"{medium}, {split}: registering", total=len(waiting))
        if waiting:
            for name in names:  # once, before the workers open what was registered
                _opened(medium, split, out, name)
        progress.update(task, description=f"{medium}, {split}")
        for answers in _answers(medium, split, out, waiting, jobs):
            lines.writelines(json.dumps(answer) + "\n" for answer in answers)
            lines.flush()
            progress.advance(task)
    return path


def _answers(
    medium: Medium, split: Split, out: Path, waiting: list[tuple[Plan, list[str]]], jobs: int
) -> Iterable[list[dict[str, Any]]]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        running: set[Future[list[dict[str, Any]]]] = set()
        for plan, names in waiting:
            running.add(pool.submit(_match, medium, split, out, names, plan.trial_id))
            while len(running) >= jobs + _AHEAD:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)
