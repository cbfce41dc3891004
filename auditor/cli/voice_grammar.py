"""The grammar of ``voices``, apart from what it does: nothing heavy is imported before the words make sense."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]


def add_voice_arguments(commands: Any, command: AddCommand) -> None:
    """The grammar of ``voices``; ``command`` adds one command with the options that all have."""
    voices = commands.add_parser("voices", help="registered voices: enrol, list, erase, find")
    actions = voices.add_subparsers(required=True, metavar="ACTION")
    enrol = command(actions, "voices enrol", "register a person's voice by recordings")
    enrol.add_argument("gallery", type=Path)
    enrol.add_argument("--subject", required=True, metavar="ID")
    enrol.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="three seconds of speech or more, one person"
    )
    listed = command(actions, "voices list", "who is registered, with how many recordings")
    listed.add_argument("gallery", type=Path)
    erase = command(actions, "voices erase", "destroy a person's key and templates")
    erase.add_argument("gallery", type=Path)
    erase.add_argument("--subject", required=True, metavar="ID")
    find = command(actions, "voices find", "hear whose voices the speech in a file resembles, and when")
    find.add_argument("gallery", type=Path)
    find.add_argument("file", type=Path)
    for action in (enrol, listed, erase, find):
        action.add_argument("--key-file", type=Path, help="the key-encryption key (default: GALLERY.key beside it)")


def add_voice_options(parser: argparse.ArgumentParser) -> None:
    """``--voices GALLERY`` and its key for a command that audits."""
    parser.add_argument("--voices", type=Path, metavar="GALLERY", help="also listen for registered voices")
    parser.add_argument("--voices-key-file", type=Path, metavar="FILE", help="its key (default: GALLERY.key beside it)")
