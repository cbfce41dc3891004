"""The grammar of ``recover``, apart from what it does: nothing heavy is imported before the words make sense."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]


def add_recovery_arguments(commands: Any, command: AddCommand) -> None:
    """The grammar of ``recover``; ``command`` adds one command with the options that all have."""
    recover = command(commands, "recover", "find the manifest of copies that lost it, in an index of outputs")
    recover.add_argument("index", type=Path, metavar="INDEX")
    recover.add_argument("files", type=Path, nargs="*", metavar="FILE")
    what = recover.add_mutually_exclusive_group()
    what.add_argument("--add", action="store_true", help="register FILE as the output that carries --manifest-id")
    what.add_argument("--remove", action="store_true", help="forget the output that carries --manifest-id")
    what.add_argument("--list", action="store_true", dest="list_all", help="what is registered")
    recover.add_argument("--manifest-id", metavar="ID", help="with --add, by default what FILE's own record says")
    recover.add_argument("--payload", metavar="HEX", help="with --add: the watermark's payload, 12 hexadecimal digits")
    recover.add_argument(
        "--watermark",
        default="dwtDctSvd",
        metavar="NAME",
        help="dwtDctSvd (default), trustmark:DIRECTORY, videoseal:FILE@SHA256; '' looks for none",
    )
    recover.add_argument("--thorough", action="store_true", help="try every means, though a sure one has answered")
