# ruff: noqa: T201
"""``critic pairs OUT --takes …`` and ``critic agree TABLE.csv --look …``: does a look's critic see what people see?"""

import argparse
import json
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Adds the command to the subparsers."""
    critic = commands.add_parser("critic", help="hold a look's critic against what a person prefers")
    what = critic.add_subparsers(dest="what", required=True, parser_class=type(critic))
    pairs = what.add_parser("pairs", help="write pairs of frames for a person to judge")
    pairs.add_argument("out", metavar="OUT", type=Path, help="folder for the pairs, a sheet of them, and the table")
    pairs.add_argument(
        "--takes", type=Path, nargs="+", required=True, metavar="TAKE", help="takes (films) to draw from"
    )
    pairs.add_argument("--pairs", type=int, default=50, help="how many (default: %(default)s)")
    pairs.add_argument("--seed", type=int, default=1, help="another seed draws others (default: %(default)s)")
    pairs.set_defaults(run=run_pairs)
    agree = what.add_parser("agree", help="how the critic's marks follow the judgements in the table")
    agree.add_argument("table", metavar="TABLE.csv", type=Path, help="the table, its last column filled in")
    agree.add_argument("--look", required=True, metavar="NAME|FOLDER", help="the look whose critic it is")
    agree.set_defaults(run=run_agree)
    for one in (pairs, agree):
        one.add_argument("--json", action="store_true", help="print one JSON document on stdout")


def run_pairs(options: argparse.Namespace) -> int:
    """Writes the pairs; returns the exit status."""
    from generator.training.critic import SHEET, write_pairs

    table = write_pairs(options.takes, options.out, count=options.pairs, seed=options.seed)
    if options.json:
        print(json.dumps({"table": str(table), "sheet": str(options.out / SHEET), "pairs": options.pairs}))
    else:
        print(f"{options.pairs} pairs: look at {options.out / SHEET}, write left, right or same into {table}")
    return 0


def run_agree(options: argparse.Namespace) -> int:
    """Prints the agreement; returns the exit status."""
    from generator.backends.looks import folder_of
    from generator.training.critic import Critic, agreement

    critic = Critic(folder_of(options.look))
    found = agreement(options.table, critic)
    if options.json:
        print(json.dumps({"critic": critic.name, "version": critic.version, **found.as_dict()}))
        return 0
    low, high = found.interval
    tau = "none" if found.tau is None else f"{found.tau:.2f}"
    print(
        f"{critic.name} {critic.version} agrees in {found.agreed} of {found.decided} decided pairs ({found.accuracy:.0%}, "
        f"95 % interval {low:.0%} to {high:.0%}); Kendall's tau {tau} over {found.judged}"
    )
    return 0
