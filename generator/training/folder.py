"""A run's folder: what was planned, the losses, the samples, who works on it. Everything in it can be read while it runs."""

import contextlib
import fcntl
import io
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.errors import TrainingError
from generator.training.checkpoint import peek
from generator.training.examples import Gathering
from generator.training.files import cant_write, read_bytes, read_json, write_bytes, write_json
from generator.training.works import MAX_SEED, TrainingSet, digest_of_document

FORMAT = 1
#: A run of more steps than this is a mistake: months on any machine.
MAX_STEPS = 100_000_000
#: Losses of a run of the most steps, reported every ten, stay below this.
MAX_LOSSES = 2**30
State = Literal["new", "running", "stopped", "done", "failed"]
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Own:
    """The runner's own settings. ``threads`` of the processor are part of what makes a run repeatable; losses are reported,
    sheets drawn and checkpoints kept every so many steps, checkpoints at the latest after ``checkpoint_seconds``."""

    device: str = "cpu"
    threads: int = field(default_factory=lambda: min(4, os.cpu_count() or 1))
    report_every: int = 10
    sample_every: int = 500
    checkpoint_every: int = 250
    checkpoint_seconds: float = 60.0
    gathering: Gathering = field(default_factory=Gathering)


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``run.json`` holds. ``recipe_settings`` are those that the runner does not know itself."""

    kind: str
    name: str
    seed: int
    steps: int
    training_set: TrainingSet
    own: Own
    recipe_settings: Mapping[str, Any]
    created: str

    @classmethod
    def of(
        cls,
        kind: str,
        name: str,
        settings: Mapping[str, Any],
        seed: int,
        steps: int,
        allowed: TrainingSet,
        now: datetime,
    ) -> "Plan":
        """A plan from what was asked for. Raises ``TrainingError`` naming what is wrong with it."""
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise TrainingError(f"{str(name)[:80]!r} is no name of a model; use up to 64 of a-z, 0-9 and '-'")
        for what, value, least, most in (("seed", seed, 0, MAX_SEED), ("steps", steps, 1, MAX_STEPS)):
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise TrainingError(f"{what} is {str(value)[:40]}; give a whole number from {least} to {most}")
        own, rest = _split(settings)
        return cls(kind, name, seed, steps, allowed, own, rest, now.isoformat(timespec="seconds"))

    @property
    def settings(self) -> dict[str, Any]:
        """All settings, defaults of the runner included: with them the run can be done again."""
        own = asdict(self.own)
        return {**own.pop("gathering"), **own, **self.recipe_settings}

    def as_dict(self) -> dict[str, Any]:
        """What is written to ``run.json``."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "name": self.name,
            "settings": self.settings,
            "seed": self.seed,
            "steps": self.steps,
            "set_sha256": self.training_set.sha256,
            "set": self.training_set.as_dict(paths=True),
            "created": self.created,
        }


@dataclass(frozen=True, slots=True)
class Run:
    """How a run stands. ``state``: ``new``, ``running`` (a process works on it), ``stopped`` (it can be resumed), ``done``,
    ``failed`` (``reason`` says why). ``losses`` are the lines of ``losses.jsonl``; ``step`` is the last one reported."""

    path: Path
    kind: str
    name: str
    step: int
    steps: int
    losses: tuple[Mapping[str, Any], ...]
    state: State
    model_dir: Path
    seed: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For a terminal or a page."""
        return {
            "run": str(self.path), "kind": self.kind, "name": self.name, "step": self.step, "steps": self.steps,
            "state": self.state, "reason": self.reason, "losses": dict(self.losses[-1]) if self.losses else None,
            "model": str(self.model_dir) if self.state == "done" else None,
        }  # fmt: skip


def new_plan(run_dir: Path, plan: Plan) -> None:
    """Writes ``run.json``. Raises ``TrainingError`` where the folder holds something already or can't be written."""
    try:
        if run_dir.exists() and (not run_dir.is_dir() or any(run_dir.iterdir())):
            raise TrainingError(
                f"{run_dir} is not an empty folder; resume the run that is there, or name another folder"
            )
        run_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cant_write(run_dir, error) from error
    write_json(run_dir / "run.json", plan.as_dict())


def read_plan(run_dir: Path) -> Plan:
    """The plan of a run. Raises ``TrainingError`` for a folder without one, or whose plan was changed."""
    document = _document(run_dir)
    own, rest = _split(document["settings"])
    found = TrainingSet.from_dict(document["set"])
    if found.sha256 != document["set_sha256"]:
        raise TrainingError(f"the training set in {run_dir / 'run.json'} was changed by hand; begin the run anew")
    return Plan(
        document["kind"], document["name"], document["seed"], document["steps"], found, own, rest, document["created"]
    )


def read_run(run_dir: Path) -> Run:
    """How a run stands, also while another process works on it. Raises ``TrainingError``."""
    document = _document(run_dir)
    losses = tuple(_losses(run_dir))
    point = peek(run_dir / "checkpoint")
    failure = run_dir / "failure.json"
    model, reason = run_dir / "model", ""
    reported = int(losses[-1]["step"]) if losses else 0
    step = max(reported, point.step if point else 0)
    state: State = "stopped" if point or losses else "new"
    if (model / "lineage.json").exists():
        state, step = "done", int(document["steps"])
    elif _worked_on(run_dir):
        state = "running"
    elif failure.exists():
        state, reason = "failed", str(read_json(failure).get("reason", ""))
    return Run(
        run_dir, document["kind"], document["name"], step, document["steps"], losses, state, model,
        document["seed"], document["settings"], reason,
    )  # fmt: skip


@contextlib.contextmanager
def alone(run_dir: Path) -> Iterator[None]:
    """One process for each run; the kernel lets go of the lock when that dies. Raises ``TrainingError``."""
    _document(run_dir)
    try:
        descriptor = os.open(run_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise cant_write(run_dir / "lock", error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise TrainingError(f"another process trains {run_dir} already; wait for it, or stop it") from error
        yield
    finally:
        os.close(descriptor)


def append_losses(run_dir: Path, line: Mapping[str, Any]) -> None:
    """One more line of ``losses.jsonl``."""
    try:
        with (run_dir / "losses.jsonl").open("ab") as file:
            file.write(json.dumps(line, allow_nan=False).encode() + b"\n")
    except OSError as error:
        raise cant_write(run_dir / "losses.jsonl", error) from error


def cut_losses(run_dir: Path, step: int) -> None:
    """Cuts what was reported after ``step`` and a torn last line: those steps will be taken again."""
    path = run_dir / "losses.jsonl"
    if not path.exists():
        return
    kept = [line for line in _losses(run_dir) if line["step"] <= step]
    write_bytes(path, b"".join(json.dumps(line).encode() + b"\n" for line in kept))


def write_sheet(run_dir: Path, step: int, sheet: NDArray[np.uint8]) -> None:
    """Samples of a step as ``samples/000500.png``."""
    write_bytes(sheet_of(run_dir, step), png_of(sheet))


def sheet_of(run_dir: Path, step: int) -> Path:
    """Where the samples of a step are."""
    return run_dir / "samples" / f"{step:06d}.png"


def png_of(picture: NDArray[np.uint8]) -> bytes:
    """(height, width, 3) uint8 sRGB as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(picture, "RGB").save(buffer, "PNG")
    return buffer.getvalue()


def fail(run_dir: Path, step: int, reason: str) -> None:
    """Writes down why a run can't go on."""
    write_json(run_dir / "failure.json", {"step": step, "reason": reason})


def _document(run_dir: Path) -> dict[str, Any]:
    path = run_dir / "run.json"
    document = read_json(path)
    needed = {"format", "kind", "name", "settings", "seed", "steps", "set", "set_sha256", "created"}
    if not isinstance(document, dict) or needed - set(document):
        raise TrainingError(f"{path} is no record of a run; name the folder of one")
    if document["format"] != FORMAT:
        raise TrainingError(f"{path} is of format {document['format']!r}; this program knows {FORMAT}")
    return document


def _losses(run_dir: Path) -> Iterator[dict[str, Any]]:
    path = run_dir / "losses.jsonl"
    if not path.exists():
        return
    for line in read_bytes(path, MAX_LOSSES).split(b"\n"):
        try:
            found = json.loads(line)
            found["step"] = int(found["step"])
        except (ValueError, TypeError, KeyError):
            continue  # torn by a crash or a full disk
        yield found


def _worked_on(run_dir: Path) -> bool:
    try:
        descriptor = os.open(run_dir / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _split(settings: Mapping[str, Any]) -> tuple[Own, dict[str, Any]]:
    """The runner's own settings, checked, and the rest, which are the recipe's."""
    try:
        digest_of_document(dict(settings))
    except (TypeError, ValueError) as error:
        raise TrainingError(
            f"settings hold something that JSON does not know ({error}); use numbers and texts"
        ) from error
    rest = dict(settings)
    given: list[dict[str, Any]] = []
    for kind, bounds in ((Gathering, _GATHERING), (Own, _OWN)):
        values = {one.name: rest.pop(one.name) for one in fields(kind) if one.name in rest and one.name != "gathering"}
        for name, value in values.items():
            if name == "device":
                if value != "cpu" and not (isinstance(value, str) and re.fullmatch(r"cuda(:\d)?", value)):
                    raise TrainingError(f"device is {str(value)[:40]!r}; choose cpu or cuda")
                continue
            least, most = bounds[name]
            whole = isinstance(least, int)
            right = isinstance(value, int) if whole else isinstance(value, int | float)
            if not right or isinstance(value, bool) or not math.isfinite(value) or not least <= value <= most:
                what = "a whole number" if whole else "a number"
                raise TrainingError(f"{name} is {str(value)[:40]}; give {what} from {least} to {most}")
        given.append(values)
    if given[1].get("device", "cpu") != "cpu":
        rest["device"] = given[1]["device"]  # a recipe that knows devices puts its networks there; others refuse
    return Own(**given[1], gathering=Gathering(**given[0])), rest


_GATHERING: Mapping[str, tuple[float, float]] = {
    "max_side": (16, 4096), "film_fps": (0.01, 60.0), "most": (1, 100_000), "held_out": (0.0, 0.5), "clip_frames": (1, 257),
    "clip_fps": (0.1, 60.0),
}  # fmt: skip
_OWN: Mapping[str, tuple[float, float]] = {
    "threads": (1, 256), "report_every": (1, MAX_STEPS), "sample_every": (1, MAX_STEPS),
    "checkpoint_every": (1, MAX_STEPS), "checkpoint_seconds": (0.0, 86_400.0),
}  # fmt: skip
