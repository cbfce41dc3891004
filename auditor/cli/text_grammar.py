"""The grammar of ``text``, apart from what it does: nothing heavy is imported before the words make sense."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]


def add_text_arguments(commands: Any, command: AddCommand) -> None:
    """The grammar of ``text``; ``command`` adds one command with the options that all have."""
    text = commands.add_parser("text", help="screenplays and subtitles: add, remove, match")
    actions = text.add_subparsers(required=True, metavar="ACTION")
    add = command(actions, "text add", "register scripts")
    add.add_argument("library", type=Path)
    add.add_argument("files", type=Path, nargs="+", metavar="FILE", help="Fountain, .srt, .vtt or plain text")
    add.add_argument("--work-id", help="the work that the scripts belong to (default: each file's name)")
    add.add_argument("--title", help="the title that findings show (default: the file's name)")
    remove = command(actions, "text remove", "forget a work's scripts")
    remove.add_argument("library", type=Path)
    remove.add_argument("--work-id", required=True)
    match = command(actions, "text match", "find registered words in a script")
    match.add_argument("library", type=Path)
    match.add_argument("file", type=Path)
