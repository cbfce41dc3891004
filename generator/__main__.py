# ruff: noqa: T201
"""``python -m generator COMMAND``: from a brief to a film, without the site.

Exit status: 0 done, 2 bad use or bad input (one line on stderr), 3 an internal failure.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from auditor.errors import AuditorError
from generator.commands import COMMANDS
from generator.errors import GeneratorError

DONE, BAD_INPUT, INTERNAL = 0, 2, 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m generator", description="From a brief to a film.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    for command in COMMANDS:
        command.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return int(options.run(options))
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


if __name__ == "__main__":
    sys.exit(main())
