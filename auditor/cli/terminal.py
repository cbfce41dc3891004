"""What the command line prints: one JSON document, or lines for people; progress on standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from auditor.media.types import OnProgress, Progress, no_progress

#: Exit statuses, the same for every command.
CLEAN, FOUND, BAD_INPUT, INTERNAL = 0, 1, 2, 3


def answer(document: dict[str, Any] | list[dict[str, Any]], lines: list[str], *, as_json: bool) -> None:
    """Print the result on standard output: ``document`` as one JSON document, or ``lines``."""
    text = json.dumps(document, indent=2, ensure_ascii=False) if as_json else "\n".join(lines)
    sys.stdout.write(text + "\n")


def complain(message: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"auditor: {' '.join(message.split())}\n")


@contextmanager
def progress_on_terminal() -> Iterator[OnProgress]:
    """A live bar on standard error if that is a terminal; silence otherwise."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=None)

        def show(progress: Progress) -> None:
            bars.update(
                task, description=progress.stage, completed=progress.done, total=progress.total or None, refresh=False
            )

        yield show
