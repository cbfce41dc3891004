"""``resemblance``: the library of what works look like and show, and how ``match`` and ``audit`` tell of it."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from auditor.cli.opening import open_index
from auditor.cli.terminal import CLEAN, answer, progress_on_terminal
from auditor.errors import BadInputError
from auditor.index import WorkIndex
from auditor.report import AuditReport
from auditor.resemblance import ResemblanceLibrary
from auditor.resemblance.library import read_background

HEADING = "Resembles, not a copy:"


def run_resemblance_build(arguments: Namespace) -> int:
    background = read_background(arguments.background) if arguments.background else []
    index = open_index(arguments.index)
    with progress_on_terminal() as show:
        library = ResemblanceLibrary.build(
            arguments.library, index, content=arguments.content, background=background, on_progress=show
        )
    return _say(library, arguments)


def run_resemblance_info(arguments: Namespace) -> int:
    return _say(ResemblanceLibrary.open(arguments.library), arguments)


def _say(library: ResemblanceLibrary, arguments: Namespace) -> int:
    info = library.info()
    lines = [
        f"{info.looks} looks at {info.files} files, read against {info.unrelated} unrelated pictures, digest "
        f"{info.digest[:16]}…",
        *(f"  {measure}: {identity.name} ({identity.version})" for measure, identity in info.identities.items()),
    ]
    answer(info.as_dict(), lines, as_json=arguments.as_json)
    return CLEAN


def opened_resemblance(path: Path | None, index: WorkIndex | None) -> ResemblanceLibrary | None:
    """The library that ``--resemblance`` names, if it does. Raises ``BadInputError`` without an index."""
    if path is not None and index is None:
        raise BadInputError("--resemblance tells of the works of an index: give --index as well")
    return ResemblanceLibrary.open(path) if path is not None else None


def resemblance_lines(report: AuditReport) -> list[str]:
    """What people read of resemblances, under a heading of their own; nothing without any."""
    lines = [f"  {finding.plain}" for finding in report.resemblances]
    return [HEADING, *lines] if lines else []


RESEMBLANCE_COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "resemblance build": run_resemblance_build,
    "resemblance info": run_resemblance_info,
}
