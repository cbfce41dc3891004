"""One door for every failure: exit status 0 clean, 1 something found, 2 bad use or input, 3 our own fault."""

import sys
from collections.abc import Sequence

from auditor.cli.arguments import UsageError, build_parser
from auditor.cli.terminal import BAD_INPUT, INTERNAL, complain
from auditor.errors import AuditorError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status. Errors are one line on standard error that says what and why."""
    try:
        arguments = build_parser().parse_args(argv)
        from auditor.cli.commands import COMMANDS  # models and media libraries load only once the words make sense

        return COMMANDS[arguments.command](arguments)
    except (UsageError, AuditorError) as error:
        complain(str(error))
        return BAD_INPUT
    except KeyboardInterrupt:
        complain("stopped; nothing half-written is left behind")
        return BAD_INPUT
    except BrokenPipeError:
        sys.stderr.close()
        return INTERNAL
    except Exception as error:
        complain(f"internal error, please report it: {type(error).__name__}: {error}")
        return INTERNAL
