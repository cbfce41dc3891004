"""The grammar of ``resemblance``, apart from what it does: nothing heavy is imported before the words make sense."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]


def add_resemblance_arguments(commands: Any, command: AddCommand) -> None:
    """The grammar of ``resemblance``; ``command`` adds one command with the options that all have."""
    resemblance = commands.add_parser("resemblance", help="what works look like and show: build, info")
    actions = resemblance.add_subparsers(required=True, metavar="ACTION")
    build = command(
        actions, "resemblance build", "bring a library of looks in line with an index; goes on where it stopped"
    )
    build.add_argument("index", type=Path)
    build.add_argument("library", type=Path)
    build.add_argument("--content", metavar="EMBEDDER", help="backbone (default) or open_clip:MODEL:CHECKPOINT")
    build.add_argument(
        "--background", type=Path, metavar="DIR", help="unrelated pictures to read likeness against (24 or more)"
    )
    info = command(actions, "resemblance info", "what a library of looks holds")
    info.add_argument("library", type=Path)


def add_resemblance_option(parser: argparse.ArgumentParser) -> None:
    """``--resemblance LIBRARY`` for a command that searches an index."""
    parser.add_argument(
        "--resemblance", type=Path, metavar="LIBRARY",
        help="also tell works that are merely alike, from a library that 'resemblance build' made",
    )  # fmt: skip
