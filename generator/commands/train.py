# ruff: noqa: T201
"""``train look|plates|lora RUN …``: models that learn from licensed works only; ``resume``, ``status``, ``publish``,
``reproduce``."""

import argparse
import json
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.media.types import Cancelled, OnProgress, Progress, no_progress
from generator.commands.models import ROOT
from generator.errors import ForbiddenWorksError, TrainingError, TrainingSetError

if TYPE_CHECKING:
    from generator.training.data import OwnRenders, PersonPermission, TrainingSet
    from generator.training.runner import OnReport, Report, Run

#: Steps where nobody says how many.
STEPS = {"look": 4000, "plates": 6000, "lora": 500}
_HELP = {
    "look": "how frames of the previsualisation look like photographs: a conditional GAN",
    "plates": "background plates from nothing: a rectified flow",
    "lora": "a performer or a style, as an adapter of a video model that was added",
}
#: A file of grants is a page.
_MAX_GRANTS = 1_000_000
#: What each of them states; ``ends`` is null where a grant has no end.
_GRANT = ("subject_id", "grant_id", "grant_version", "modality", "act", "signed", "ends")


def add(commands: Any) -> None:
    """Adds the command and what it can do to the subparsers."""
    train = commands.add_parser("train", help="train models on licensed works: look, plates, lora; resume, publish")
    actions = train.add_subparsers(dest="action", required=True, parser_class=type(train))
    for kind, steps in STEPS.items():
        _add_kind(actions.add_parser(kind, help=_HELP[kind]), kind, steps)
    resume = actions.add_parser("resume", help="go on with a run from its last checkpoint")
    resume.add_argument("run_dir", metavar="RUN", type=Path)
    resume.set_defaults(act=_resume)
    status = actions.add_parser("status", help="how a run stands")
    status.add_argument("run_dir", metavar="RUN", type=Path)
    status.set_defaults(act=_status)
    publish = actions.add_parser("publish", help="measure, audit, describe and sign the model of a finished run")
    publish.add_argument("run_dir", metavar="RUN", type=Path)
    publish.add_argument("--key", type=Path, metavar="KEY.pem", help="private key that signs the weights")
    publish.add_argument("--makers", required=True, metavar="NAME", help="who made the model")
    publish.add_argument("--version", default="1.0", help="(default: %(default)s)")
    publish.add_argument("--licence", default="Apache-2.0", help="licence of the weights (default: %(default)s)")
    publish.add_argument(
        "--accept-suspect", metavar="WHY", help="publish samples that are near a work, with your reason"
    )
    publish.set_defaults(act=_publish)
    again = actions.add_parser("reproduce", help="train again from a lineage and compare the weights, to the bit")
    again.add_argument("lineage", metavar="LINEAGE.json", type=Path)
    again.add_argument("run_dir", metavar="RUN", type=Path, help="a new folder")
    again.add_argument("--folder", type=Path, required=True, metavar="DIR", help="where the works' files lie")
    _add_settings(again)
    again.set_defaults(act=_reproduce)
    for action in actions.choices.values():
        action.add_argument("--json", action="store_true", help="print one JSON document on stdout")
        action.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Does what was asked for; returns the exit status: 1 where a reproduction comes to other weights.

    Works that are refused are told one by one, with reason and remedy, before the error."""
    try:
        document, lines, status = options.act(options)
    except ForbiddenWorksError as error:
        if options.json:
            refused = {"error": str(error), "refusals": [refusal.as_dict() for refusal in error.refusals]}
            print(json.dumps(refused, ensure_ascii=False))
        else:
            for refusal in error.refusals:
                print(f"refused: {refusal}", file=sys.stderr)
        raise
    print(json.dumps(document, ensure_ascii=False) if options.json else "\n".join(lines))
    return int(status)


def _add_kind(parser: Any, kind: str, steps: int) -> None:
    parser.add_argument(
        "run_dir", metavar="RUN", type=Path, help="a new folder for losses, samples, checkpoints, model"
    )
    parser.add_argument("--table", type=Path, required=True, metavar="T.csv", help="licence table of the works")
    parser.add_argument("--folder", type=Path, required=True, metavar="DIR", help="where the works' files lie")
    parser.add_argument("--name", default="", help="the model's name (default: the name of RUN)")
    parser.add_argument("--territory", action="append", default=[], metavar="DE",
                        help="where the model is trained and used; again for more (default: everywhere)")  # fmt: skip
    parser.add_argument("--leave-out", action="store_true", help="train without the works that are refused")
    parser.add_argument("--steps", type=int, default=steps, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--grants", type=Path, metavar="FILE.json",
                        help="the grants of the people who are seen or heard in the works: a list of objects")  # fmt: skip
    if kind == "lora":
        parser.add_argument("--nobody", action="store_true", help="declare that no person can be told in the works")
        parser.add_argument("--model", required=True, metavar="NAME", help="the model to adapt, by its name here")
        parser.add_argument("--models", type=Path, default=ROOT, metavar="DIR", help="registry (default: %(default)s)")
    else:
        parser.add_argument(
            "--own-renders", type=int, default=0, metavar="N", help="also learn from N shots of our own"
        )
        parser.add_argument(
            "--render-frames", type=int, default=2, metavar="N", help="frames of each (default: %(default)s)"
        )
        parser.add_argument("--render-size", default="384x216", metavar="WxH", help="(default: %(default)s)")
    _add_settings(parser)
    parser.set_defaults(act=_train, kind=kind)


def _add_settings(parser: Any) -> None:
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="settings",
                        help="a setting of the recipe or of the run (threads=2, checkpoint_every=100, …)")  # fmt: skip


def _train(options: argparse.Namespace) -> tuple[Any, list[str], int]:
    from generator.training.data import EVERYWHERE, TrainingSet, permitted
    from generator.training.runner import start

    settings = _settings(options.settings)
    nobody = False
    if options.kind == "lora":
        settings |= {"model": options.model, "models": str(options.models)}
        nobody = options.nobody
    found = TrainingSet.of_table(
        options.table, options.folder, people=_people(options.grants), renders=_renders(options), nobody=nobody
    )
    places = tuple(options.territory) or EVERYWHERE
    with _stopping() as cancelled, _shown() as (on_progress, _):
        allowed = permitted(
            found, territories=places, at=datetime.now(UTC), leave_out=options.leave_out, on_progress=on_progress,
            cancelled=cancelled,
        )  # fmt: skip
    for refusal in [] if options.json else allowed.left_out:
        print(f"left out: {refusal}", file=sys.stderr)
    start(
        options.run_dir,
        kind=options.kind,
        name=options.name or re.sub(r"[^a-z0-9]+", "-", options.run_dir.resolve().name.lower()).strip("-"),
        training_set=allowed,
        settings=settings,
        seed=options.seed,
        steps=options.steps,
    )
    return _go(options.run_dir, allowed)


def _resume(options: argparse.Namespace) -> tuple[Any, list[str], int]:
    return _go(options.run_dir, None)


def _go(run_dir: Path, allowed: "TrainingSet | None") -> tuple[Any, list[str], int]:
    from generator.training.runner import run as train

    with _stopping() as cancelled, _shown() as (on_progress, on_report):
        done = train(run_dir, on_progress=on_progress, cancelled=cancelled, on_report=on_report)
    document = done.as_dict()
    if allowed is not None:
        document["left_out"] = [refusal.as_dict() for refusal in allowed.left_out]
    return document, _lines(done), 0


def _status(options: argparse.Namespace) -> tuple[Any, list[str], int]:
    from generator.training.runner import read_run

    found = read_run(options.run_dir)
    return found.as_dict(), _lines(found), 0


def _publish(options: argparse.Namespace) -> tuple[Any, list[str], int]:
    from generator.training.publishing import publish

    with _stopping() as cancelled, _shown() as (on_progress, _):
        bundle = publish(
            options.run_dir, key=options.key, makers=options.makers, version=options.version, licence=options.licence,
            accept_suspect=options.accept_suspect, on_progress=on_progress, cancelled=cancelled,
        )  # fmt: skip
    return {"model": str(bundle)}, [f"published: {bundle}"], 0


def _reproduce(options: argparse.Namespace) -> tuple[Any, list[str], int]:
    from generator.training.lineage import read_lineage
    from generator.training.reproducing import reproduce

    lineage = read_lineage(options.lineage)
    with _stopping() as cancelled, _shown() as (on_progress, on_report):
        made = reproduce(
            lineage, options.folder, options.run_dir, settings=_settings(options.settings), on_progress=on_progress,
            cancelled=cancelled, on_report=on_report,
        )  # fmt: skip
    if made.same:
        return made.as_dict(), [f"the same weights, {made.found}"], 0
    lines = [f"other weights: {made.found}, not {made.wanted}", *(f"  differs: {one}" for one in made.differences)]
    return made.as_dict(), lines, 1


def _lines(found: "Run") -> list[str]:
    losses = found.losses[-1]["losses"] if found.losses else {}
    shown = ", ".join(f"{name} {value:.4g}" for name, value in losses.items())
    where = f"; the model is in {found.model_dir}" if found.state == "done" else ""
    why = f" ({found.reason})" if found.reason else ""
    return [
        f"{found.name}: {found.state}{why}, step {found.step} of {found.steps}{'; ' if shown else ''}{shown}{where}"
    ]


def _settings(pairs: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not re.fullmatch(r"[a-z][a-z0-9_]{0,60}", key):
            raise TrainingError(f"--set {pair[:60]!r} is no setting; write it as key=value")
        try:
            found[key] = json.loads(value)
        except (ValueError, RecursionError):
            found[key] = value
    return found


def _renders(options: argparse.Namespace) -> "OwnRenders | None":
    from generator.training.data import OwnRenders

    if not getattr(options, "own_renders", 0):
        return None
    if not (size := re.fullmatch(r"(\d{1,5})x(\d{1,5})", options.render_size)):
        raise TrainingSetError(f"--render-size {options.render_size[:40]!r} is no size; write it as 384x216")
    return OwnRenders(options.seed, options.own_renders, options.render_frames, int(size[1]), int(size[2]))


def _people(path: Path | None) -> "tuple[PersonPermission, ...]":
    from generator.training.data import person_of

    if path is None:
        return ()
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_GRANTS + 1)
        document = json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingSetError(
            f"the grants in {path} can't be read ({str(error)[:120]}); give a list as JSON"
        ) from error
    if not isinstance(document, list) or not document or not all(isinstance(one, dict) for one in document):
        raise TrainingSetError(f"{path} holds no list of grants; write one object for each person and modality")
    for one in document:
        if missing := [name for name in _GRANT if name not in one or (one[name] is None and name != "ends")]:
            raise TrainingSetError(f"a grant in {path} does not state {missing[0]}; state {', '.join(_GRANT)} of each")
    return tuple(person_of(one) for one in document)


@contextmanager
def _stopping() -> Iterator[Cancelled]:
    """The first interrupt (or a termination) ends the run at its next step, with a checkpoint; a second one ends at once."""
    asked: list[int] = []

    def stop(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _shown() -> "Iterator[tuple[OnProgress, OnReport | None]]":
    """A bar for each stage on stderr, and the losses and steps a second below them, where that is a terminal."""
    if not sys.stderr.isatty():
        yield no_progress, None
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars
    from rich.text import Text

    columns = (
        TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    bars, losses = Bars(*columns), Text()
    tasks: dict[str, Any] = {}

    def show(progress: Progress) -> None:
        if progress.stage not in tasks:
            tasks[progress.stage] = bars.add_task(progress.stage, total=progress.total)
        bars.update(tasks[progress.stage], completed=progress.done, total=progress.total)

    def report(told: "Report") -> None:
        said = "   ".join(f"{name} {value:.4g}" for name, value in told.losses.items())
        losses.plain = f"step {told.step}   {told.rate:.3g} steps/s   {said}"

    with Live(Group(bars, losses), console=Console(stderr=True), refresh_per_second=4):
        yield show, report
