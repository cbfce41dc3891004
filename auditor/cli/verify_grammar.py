"""Words of the commands that ask what a file is: ``verify`` and ``inspect``."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]


def add_verify_arguments(commands: Any, command: AddCommand) -> None:
    verify = command(commands, "verify", "say who made a file, with what, and whether it was changed")
    verify.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="files, and directories whose media files are meant"
    )
    verify.add_argument("--trust", type=Path, metavar="DIR", help="a PEM file or a directory of trust anchors")
    verify.add_argument(
        "--sidecar",
        type=Path,
        metavar="FILE.c2pa",
        help="the record of a single FILE (default: one called like it beside it)",
    )
    verify.add_argument("--jobs", type=int, default=1, metavar="N", help="verify N files at a time (default: 1)")

    inspect = command(commands, "inspect", "everything that a file's signed records say, and every check of them")
    inspect.add_argument("file", type=Path)
    inspect.add_argument("--trust", type=Path, metavar="DIR", help="a PEM file or a directory of trust anchors")
    inspect.add_argument("--sidecar", type=Path, metavar="FILE.c2pa", help="the record that is kept beside the file")
