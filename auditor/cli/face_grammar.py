"""The grammar of ``faces``, apart from what it does: nothing heavy is imported before the words make sense."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

AddCommand = Callable[[Any, str, str], argparse.ArgumentParser]


def add_face_arguments(commands: Any, command: AddCommand) -> None:
    """The grammar of ``faces``; ``command`` adds one command with the options that all have."""
    faces = commands.add_parser("faces", help="registered people: enrol, list, erase, find")
    actions = faces.add_subparsers(required=True, metavar="ACTION")
    enrol = command(actions, "faces enrol", "register a person by portraits")
    enrol.add_argument("gallery", type=Path)
    enrol.add_argument("--subject", required=True, metavar="ID")
    enrol.add_argument("files", type=Path, nargs="+", metavar="FILE")
    listed = command(actions, "faces list", "who is registered, with how many portraits")
    listed.add_argument("gallery", type=Path)
    erase = command(actions, "faces erase", "destroy a person's key and templates")
    erase.add_argument("gallery", type=Path)
    erase.add_argument("--subject", required=True, metavar="ID")
    find = command(actions, "faces find", "follow faces through a film")
    find.add_argument("gallery", type=Path)
    find.add_argument("file", type=Path)
    for action in (enrol, listed, erase, find):
        action.add_argument("--key-file", type=Path, help="the key-encryption key (default: GALLERY.key beside it)")
        add_face_models(action)


def add_face_models(parser: argparse.ArgumentParser) -> None:
    """Other models than dlib's, for those who have the files; a gallery is of the models that it was made with."""
    parser.add_argument("--yunet", type=Path, metavar="FILE", help="find faces with this YuNet model (needs --sface)")
    parser.add_argument("--sface", type=Path, metavar="FILE", help="tell them apart with this SFace model")
