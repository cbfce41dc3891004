# ruff: noqa: T201
"""``guides SHOT.json OUT``: depth, normals, greybox, first frame and camera of a shot, for models conditioned on them."""

import argparse
import json
from pathlib import Path
from typing import Any

from auditor.media.types import OnProgress
from generator.commands.progress import with_progress
from generator.commands.shots import read_shots
from generator.errors import ShotError


def add(commands: Any) -> None:
    """Adds the command to the subparsers."""
    guides = commands.add_parser("guides", help="write depth, normals, greybox and camera matrices of a shot")
    guides.add_argument("shot", metavar="SHOT.json", type=Path, help="a shot's specification (as of plan_shots)")
    guides.add_argument("out", metavar="OUT", type=Path, help="folder for depth/, normals/, greybox.mp4, cameras.json")
    guides.add_argument("--id", default="", help="which shot, if the file holds several (default: the first)")
    guides.add_argument("--json", action="store_true", help="print one JSON document about the files on stdout")
    guides.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the guides; returns the exit status."""
    from generator.backends.previz import PrevizBackend
    from generator.backends.previz.guides import Guides

    shots = read_shots(options.shot)
    shot = next((one for one in shots if one.id == options.id), None) if options.id else shots[0]
    if shot is None:
        raise ShotError(
            f"{options.shot} has no shot {options.id[:40]!r}; it has {', '.join(one.id for one in shots[:12])}"
        )

    def make(on_progress: OnProgress) -> Guides:
        return PrevizBackend().guides(shot, options.out, on_progress=on_progress)

    made = with_progress(make)
    if options.json:
        names = ("folder", "cameras", "greybox", "first_frame")
        document = {name: str(getattr(made, name)) for name in names}
        print(json.dumps({**document, "frames": len(made.depth), "shot": shot.id}, ensure_ascii=False))
    else:
        print(f"{shot.id}: {len(made.depth)} frames in {made.folder}")
    return 0
