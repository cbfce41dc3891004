# ruff: noqa: T201
"""``python -m generator film BRIEF.txt OUT``: a brief becomes a film, without the site.

Exit status: 0 done, 2 bad use or bad input (one line on stderr), 3 an internal failure.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from auditor.errors import AuditorError
from auditor.media.types import OnProgress, Progress, no_progress
from generator.errors import BriefError, GeneratorError

DONE, BAD_INPUT, INTERNAL = 0, 2, 3
#: A brief file beyond this is not a brief; it is not even read.
MAX_BRIEF_BYTES = 64_000


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m generator", description="From a brief to a film.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    film = commands.add_parser("film", help="write the screenplay, render the shots and cut them together")
    film.add_argument("brief", metavar="BRIEF.txt", type=Path, help="a text file with a one-paragraph brief")
    film.add_argument("out", metavar="OUT", type=Path, help="directory for screenplay.fountain, takes/ and film.mp4")
    film.add_argument("--backend", default="previz", help="what renders the shots (default: %(default)s)")
    film.add_argument(
        "--seed", type=int, default=1, help="another seed gives another film of the same brief (default: %(default)s)"
    )
    film.add_argument("--seconds", type=float, default=12.0, help="length of all shots together (default: %(default)s)")
    film.add_argument("--width", type=int, default=640, help="frame width in pixels (default: %(default)s)")
    film.add_argument("--height", type=int, default=360, help="frame height in pixels (default: %(default)s)")
    film.add_argument("--fps", type=int, default=12, help="frames a second (default: %(default)s)")
    film.add_argument("--json", action="store_true", help="print one JSON document about the film on stdout")
    return parser


def _read_brief(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BRIEF_BYTES + 1)
    except OSError as error:
        raise BriefError(f"{path} can't be read ({error.strerror}); name a text file that holds the brief") from error
    if len(content) > MAX_BRIEF_BYTES:
        raise BriefError(f"{path} is larger than {MAX_BRIEF_BYTES} bytes; a brief is one paragraph")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(f"{path} is not UTF-8 text (byte {error.start}); save it as plain text") from error


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return _film(options)
    except (GeneratorError, AuditorError) as error:
        print(f"generator: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("generator: stopped; finished takes are kept", file=sys.stderr)
        return BAD_INPUT
    except Exception as error:
        print(
            f"generator: internal failure: {type(error).__name__}: {' '.join(str(error).split())[:300]}",
            file=sys.stderr,
        )
        return INTERNAL


def _film(options: argparse.Namespace) -> int:
    from generator.film import make_film

    brief = _read_brief(options.brief)

    def run(on_progress: OnProgress) -> int:
        film = make_film(
            brief,
            options.out,
            seed=options.seed,
            backend=options.backend,
            total_seconds=options.seconds,
            width=options.width,
            height=options.height,
            fps=options.fps,
            on_progress=on_progress,
        )
        document = film.as_dict()
        if options.json:
            print(json.dumps(document, ensure_ascii=False))
        else:
            print(f"{film.screenplay.title}: {document['film']} ({document['duration']} s, {len(film.takes)} shots)")
        return DONE

    if not sys.stderr.isatty():
        return run(no_progress)
    return _with_display(run)


def _with_display(run: Callable[[OnProgress], int]) -> int:
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


if __name__ == "__main__":
    sys.exit(main())
