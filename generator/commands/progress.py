"""How far long work has come, on a terminal that somebody watches."""

import sys
from collections.abc import Callable

from auditor.media.types import OnProgress, Progress, no_progress


def with_progress[T](run: Callable[[OnProgress], T]) -> T:
    """What ``run`` gives, with a bar on stderr for each stage where that is a terminal."""
    return _with_display(run) if sys.stderr.isatty() else run(no_progress)


def _with_display[T](run: Callable[[OnProgress], T]) -> T:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Display

    columns = (
        TextColumn("{task.description:<16}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Display(*columns, console=Console(stderr=True)) as display:
        tasks: dict[str, object] = {}

        def show(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = display.add_task(progress.stage, total=progress.total)
            display.update(tasks[progress.stage], completed=progress.done)  # type: ignore[arg-type]

        return run(show)
