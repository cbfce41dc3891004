# ruff: noqa: T201
"""``board BRIEF.txt OUT.pdf``: the storyboard of a brief, a screenplay or a list of shots, as PDF or PNG sheets."""

import argparse
import json
from pathlib import Path
from typing import Any

from auditor.media.types import OnProgress
from generator.commands.film import read_brief
from generator.commands.progress import with_progress
from generator.commands.shots import read_board
from generator.errors import ShotError
from generator.shots.model import ShotRequest


def add(commands: Any) -> None:
    """Adds the command to the subparsers."""
    board = commands.add_parser("board", help="draw the storyboard of a brief, a screenplay or a list of shots")
    board.add_argument("source", metavar="SOURCE", type=Path, help="BRIEF.txt, SCREENPLAY.fountain or SHOTS.json")
    board.add_argument("out", metavar="OUT", type=Path, help="OUT.pdf, or OUT.png (more sheets: OUT-2.png …)")
    board.add_argument("--shots", type=Path, help="also write the shots as JSON, to be edited and read back")
    board.add_argument(
        "--seed", type=int, default=1, help="seed of screenplay, places and people (default: %(default)s)"
    )
    board.add_argument("--seconds", type=float, default=12.0, help="length of all shots (default: %(default)s)")
    board.add_argument("--count", type=int, default=0, help="how many shots to plan (default: by the length)")
    board.add_argument("--width", type=int, default=640, help="frame width in pixels (default: %(default)s)")
    board.add_argument("--height", type=int, default=360, help="frame height in pixels (default: %(default)s)")
    board.add_argument("--json", action="store_true", help="print one JSON document about the sheets on stdout")
    board.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draws the storyboard; returns the exit status."""
    from generator.shots.storyboard import write_storyboard

    if options.out.suffix.lower() not in (".pdf", ".png"):
        raise ShotError(f"{options.out} is neither .pdf nor .png; name a file that ends in one of them")
    title, shots = _shots(options)
    if options.shots is not None:
        document = {"title": title, "shots": [shot.as_dict() for shot in shots]}
        try:
            options.shots.write_text(json.dumps(document, indent=1, ensure_ascii=False), "utf-8")
        except OSError as error:
            raise ShotError(f"{options.shots} can't be written ({error.strerror}); choose another file") from error

    def make(on_progress: OnProgress) -> tuple[Path, ...]:
        return write_storyboard(shots, options.out, title=title, on_progress=on_progress)

    sheets = with_progress(make)
    if options.json:
        print(
            json.dumps(
                {"title": title, "shots": len(shots), "sheets": [str(path) for path in sheets]}, ensure_ascii=False
            )
        )
    else:
        print(f"{title}: {len(shots)} shots in {', '.join(str(path) for path in sheets)}")
    return 0


def _shots(options: argparse.Namespace) -> tuple[str, tuple[ShotRequest, ...]]:
    from generator.narrative import parse_fountain, write_screenplay
    from generator.shots import plan_shots

    if options.source.suffix.lower() == ".json":
        title, shots = read_board(options.source)
        return title or options.source.stem.replace("-", " ").title(), shots
    text = read_brief(options.source)
    fountain = options.source.suffix.lower() == ".fountain"
    screenplay = parse_fountain(text) if fountain else write_screenplay(text, seed=options.seed)
    shots = plan_shots(
        screenplay,
        total_seconds=options.seconds,
        width=options.width,
        height=options.height,
        seed=options.seed,
        count=options.count or None,
    )
    return screenplay.title, shots
