"""``python -m tests.bench.matching COMMAND``: see the package's docstring."""

import argparse
from pathlib import Path

from tests.bench.matching import calibrating, report, run
from tests.bench.matching.media import cache_folder
from tests.bench.matching.splits import SPLITS
from tests.bench.matching.systems import SYSTEMS


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.matching", description="Measure copy matching.")
    commands = parser.add_subparsers(dest="command", required=True)
    for medium in ("images", "videos"):
        command = commands.add_parser(medium, help=f"match the {medium} of a split")
        command.add_argument("--split", choices=SPLITS, default="development")
        command.add_argument("--edits", help="comma-separated names; all if left out (negatives always run)")
        command.add_argument(
            "--systems", default="reelproof", help=f"comma-separated: {', '.join(SYSTEMS[medium])}; or 'all'"
        )
        command.add_argument("--limit", type=int, help="thin the trials to this many")
        command.add_argument("--jobs", type=int, default=2)
        command.add_argument("--out", type=Path, default=cache_folder() / "runs" / "latest")
    command = commands.add_parser("calibrate", help="fit the likelihood ratios that ship, on the calibration split")
    command.add_argument("--limit", type=int, help="thin the trials of each medium to this many")
    command.add_argument("--jobs", type=int, default=2)
    command.add_argument("--out", type=Path, default=cache_folder() / "runs" / "calibration")
    command = commands.add_parser("report", help="write docs/benchmarks/matching.md from the answers")
    command.add_argument("--out", type=Path, default=cache_folder() / "runs" / "latest")
    command.add_argument("--split", choices=SPLITS, default="scoring")
    command.add_argument("--docs", type=Path, default=report.DOCS)
    commands.add_parser("background", help="embed the background set that ships")
    options = parser.parse_args()
    if options.command == "background":
        print(calibrating.write_background(), "descriptors")
        return
    if options.command == "report":
        files = [options.out / f"{medium}-{options.split}.jsonl" for medium in ("images", "videos")]
        print(report.write(files, options.docs))
        return
    if options.command == "calibrate":
        lines = []
        for medium in ("images", "videos"):
            path = run.run(
                medium, "calibration", options.out, names=["reelproof"], limit=options.limit, jobs=options.jobs
            )
            lines += run.read_lines(path)
        calibrating.write(lines)
        return
    names = list(SYSTEMS[options.command]) if options.systems == "all" else options.systems.split(",")
    edits = tuple(options.edits.split(",")) if options.edits else None
    path = run.run(
        options.command, options.split, options.out, names=names, edits=edits, limit=options.limit, jobs=options.jobs
    )
    report.show(path)


if __name__ == "__main__":
    main()
