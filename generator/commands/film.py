# ruff: noqa: T201
"""``film BRIEF.txt OUT``: a brief becomes a film."""

import argparse
import json
from pathlib import Path
from typing import Any

from auditor.media.types import OnProgress
from generator.commands.models import ROOT
from generator.commands.progress import with_progress
from generator.errors import BriefError

#: A brief file beyond this is not a brief; it is not even read.
MAX_BRIEF_BYTES = 64_000


def add(commands: Any) -> None:
    """Adds the command to the subparsers."""
    film = commands.add_parser("film", help="write the screenplay, render the shots and cut them together")
    film.add_argument("brief", metavar="BRIEF.txt", type=Path, help="a text file with a one-paragraph brief")
    film.add_argument("out", metavar="OUT", type=Path, help="directory for screenplay.fountain, takes/ and film.mp4")
    what = "previz, previz-cuda on an NVIDIA GPU, or NAME[:GUIDES[:STEPS]] of a model that was added (default: %(default)s)"
    film.add_argument("--backend", default="previz", help=f"what renders the shots: {what}")
    film.add_argument(
        "--models", type=Path, default=ROOT, metavar="DIR", help="registry of models (default: %(default)s)"
    )
    film.add_argument("--look", metavar="NAME|FOLDER", help="what previz renders, redrawn: NAME of ours, or ./BUNDLE")
    film.add_argument(
        "--seed", type=int, default=1, help="another seed gives another film of the same brief (default: %(default)s)"
    )
    film.add_argument("--seconds", type=float, default=12.0, help="length of all shots together (default: %(default)s)")
    film.add_argument("--structure", default="three-act", help="how the story is told (default: %(default)s)")
    film.add_argument("--scenes", type=int, default=3, help="how many scenes it has (default: %(default)s)")
    film.add_argument("--width", type=int, default=640, help="frame width in pixels (default: %(default)s)")
    film.add_argument("--height", type=int, default=360, help="frame height in pixels (default: %(default)s)")
    film.add_argument("--fps", type=int, default=12, help="frames a second (default: %(default)s)")
    film.add_argument("--json", action="store_true", help="print one JSON document about the film on stdout")
    film.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Makes the film; returns the exit status."""
    from generator.film import Film, make_film

    brief = read_brief(options.brief)

    def make(on_progress: OnProgress) -> Film:
        return make_film(
            brief,
            options.out,
            seed=options.seed,
            structure=options.structure,
            scenes=options.scenes,
            backend=options.backend,
            models=options.models,
            look=options.look,
            total_seconds=options.seconds,
            width=options.width,
            height=options.height,
            fps=options.fps,
            on_progress=on_progress,
        )

    film = with_progress(make)
    document = film.as_dict()
    if options.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(f"{film.screenplay.title}: {document['film']} ({document['duration']} s, {len(film.takes)} shots)")
    return 0


def read_brief(path: Path) -> str:
    """The text of a brief's file. Raises ``BriefError`` where it can't be read, is too large, or is no UTF-8."""
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
