"""The demonstration on a terminal: a live line for the stage that runs, a table at the end; plain lines elsewhere."""

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from auditor.media.types import Progress as Step
from django_site.demo.story import Told
from django_site.demo.studio import PASSWORD, PEOPLE

_MEANING = {
    "register": "Register works and the performer",
    "write": "Write the screenplay, plan the shots",
    "Gate 1": "Gate 1: consent, prompt, licences",
    "render": "Render takes",
    "audit takes": "Audit takes",
    "assemble": "Assemble the cut",
    "audit cut": "Audit the cut",
    "review": "Review by people",
    "sign and release": "Sign, read again, release",
    "verify": "Verify with a fresh reader",
    "make foreign clips": "Make two foreign clips",
    "audit imports": "Audit the foreign clips",
}


class TerminalDisplay:
    """Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}")
        self._bars = Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
        self._task = self._bars.add_task("", total=None, detail="")
        self._stage = ""
        self._started = time.perf_counter()

    def __enter__(self) -> "TerminalDisplay":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def stage(self, name: str) -> None:
        if name == self._stage:
            return
        self._finish()
        self._stage, self._started = name, time.perf_counter()
        self._bars.reset(self._task, description=_MEANING.get(name, name), total=None, detail="")

    def progress(self, what: str, progress: Step) -> None:
        total = progress.total or None
        known = (
            f"{progress.stage} {progress.done:.0f}/{progress.total:.0f} {progress.unit}" if total else progress.stage
        )
        self._bars.update(self._task, completed=progress.done, total=total, detail=known)

    def say(self, line: str) -> None:
        self._bars.console.print(Text("  " + line, style="dim"))

    def close(self) -> None:
        self._finish()

    def _finish(self) -> None:
        if self._stage:
            took = time.perf_counter() - self._started
            self._bars.console.print(Text(f"✓ {_MEANING.get(self._stage, self._stage)} ({took:.1f} s)"))


def print_summary(console: Console, told: Told, *, summary_path: str, total_seconds: float, peak_mb: int) -> None:
    """What came of it: the film, its verdict, what was stopped and why, where to look."""
    console.print()
    table = Table(title="Foreign clips, stopped", show_lines=True, title_justify="left")
    for column in ("File", "Policy", "Seconds", "Reason"):
        table.add_column(column, overflow="fold")
    for entry in told.stopped:
        spans = ", ".join(f"{start:.1f}–{end:.1f}" for start, end in entry["segments"])
        name = entry["file"].rsplit("/", 1)[-1]
        table.add_row(*(Text(str(cell)) for cell in (name, entry["policy"], spans, entry["reason"])))
    console.print(table)

    seconds = Table(title="Seconds per stage", title_justify="left")
    seconds.add_column("Stage")
    seconds.add_column("s", justify="right")
    for stage, value in told.seconds.items():
        seconds.add_row(_MEANING.get(stage, stage), f"{value:.1f}")
    seconds.add_section()
    seconds.add_row("All together", f"{total_seconds:.1f}")
    console.print(seconds)

    facts = Table.grid(padding=(0, 2))
    for label, value in (
        ("Film", told.film),
        ("Verdict", f"{told.verification['state']}: {told.verification['reasons'][0]['plain']}"),
        ("Evidence", told.film.parent / "evidence"),
        ("Summary", summary_path),
        ("Peak memory", f"{peak_mb} MB"),
        ("Verify page", f"{told.verify_address}   (start the site with: make run)"),
        ("Sign in as", f"{', '.join(PEOPLE)}   (password: {PASSWORD})"),
    ):
        facts.add_row(Text(label, style="bold"), Text(str(value)))
    console.print(facts)
