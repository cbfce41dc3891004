"""The grammar of the command line. It is a contract: other programs call it (see README, "Command line")."""

import argparse
from datetime import date
from pathlib import Path
from typing import NoReturn

from auditor import __version__
from auditor.cli.corpus_grammar import add_corpus_arguments
from auditor.cli.face_grammar import add_face_arguments, add_face_models
from auditor.cli.recovery_grammar import add_recovery_arguments
from auditor.cli.resemblance_grammar import add_resemblance_arguments, add_resemblance_option
from auditor.cli.sign_grammar import add_sign_arguments
from auditor.cli.text_grammar import add_text_arguments
from auditor.cli.verify_grammar import add_verify_arguments
from auditor.cli.voice_grammar import add_voice_arguments, add_voice_options
from auditor.embeddings import DEFAULT_EMBEDDER


class UsageError(Exception):
    """Arguments that don't fit the grammar."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see '{self.prog} --help'")


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options; ``command`` in the result names the one that was chosen."""
    parser = _Parser(
        prog="auditor", description="What is in this film, whose is it, was it allowed, can that be proved?"
    )
    parser.add_argument("--version", action="version", version=f"reelproof {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    probe = _command(commands, "probe", "say what a media file holds")
    probe.add_argument("file", type=Path)

    index = commands.add_parser("index", help="register works: add, import, replace, remove, info, rebuild")
    actions = index.add_subparsers(required=True, metavar="ACTION")
    add = _command(actions, "index add", "register files as works")
    add.add_argument("index", type=Path)
    add.add_argument("files", type=Path, nargs="+", metavar="FILE")
    add.add_argument("--work-id", help="the work that the files belong to (default: each file's name)")
    add.add_argument("--title", help="the title that findings show (default: the file's name)")
    add.add_argument(
        "--embedder",
        default=DEFAULT_EMBEDDER,
        help="sscd-distilled (default), sscd, open_clip:MODEL:CHECKPOINT, backbone",
    )
    remove = _command(actions, "index remove", "forget a work")
    remove.add_argument("index", type=Path)
    remove.add_argument("--work-id", required=True)
    info = _command(actions, "index info", "what an index holds")
    info.add_argument("index", type=Path)
    rebuild = _command(actions, "index rebuild", "make the vectors of an index anew from its media")
    rebuild.add_argument("index", type=Path)
    add_corpus_arguments(actions, _command)

    match = _command(commands, "match", "find registered works in a file")
    match.add_argument("index", type=Path)
    match.add_argument("file", type=Path)
    match.add_argument("--evidence", type=Path, metavar="DIR", help="write the evidence frames as JPEG files here")
    match.add_argument("--report", type=Path, metavar="OUT.html", help="write a report that opens in any browser")
    match.add_argument(
        "--negatives", type=Path, metavar="FILE.json", help="false alarms to keep quiet, as 'dismiss' wrote them"
    )
    add_resemblance_option(match)

    dismiss = _command(commands, "dismiss", "mark a false alarm so that it stays quiet; list and undo")
    dismiss.add_argument("negatives", type=Path, metavar="NEGATIVES.json")
    dismiss.add_argument("index", type=Path, nargs="?")
    dismiss.add_argument("file", type=Path, nargs="?")
    dismiss.add_argument("--segment", type=int, metavar="N", help="which of the numbered segments that 'match' prints")
    dismiss.add_argument("--reason", help="why it is no match; whoever meets it again will read this")
    dismiss.add_argument("--by", default="", metavar="NAME", help="who says so")
    dismiss.add_argument("--list", action="store_true", dest="list_all", help="what was dismissed, by whom and why")
    dismiss.add_argument("--undo", metavar="ID", help="take a dismissal back")

    add_face_arguments(commands, _command)

    audit = _command(commands, "audit", "one pass over a file with every detector")
    audit.add_argument("file", type=Path)
    audit.add_argument("--index", type=Path)
    audit.add_argument("--gallery", type=Path)
    audit.add_argument("--key-file", type=Path)
    add_face_models(audit)
    audit.add_argument("--report", type=Path, metavar="OUT.html", help="write a report that opens in any browser")
    add_resemblance_option(audit)
    add_voice_options(audit)

    add_voice_arguments(commands, _command)
    add_text_arguments(commands, _command)
    add_resemblance_arguments(commands, _command)
    add_recovery_arguments(commands, _command)

    add_sign_arguments(commands, _command)
    add_verify_arguments(commands, _command)

    decide = _command(commands, "decide", "judge facts by policies")
    decide.add_argument("facts", type=Path, metavar="FACTS.json")
    decide.add_argument("--policies", type=Path, required=True, metavar="DIR")
    decide.add_argument("--explain", action="store_true", help="say of each failed check what is and what is allowed")
    decide.add_argument("--at", help="the moment of the decision, as 2026-11-22T10:00:00Z (default: now)")

    policies = commands.add_parser("policies", help="the policies: test, schema")
    actions = policies.add_subparsers(required=True, metavar="ACTION")
    test = _command(actions, "policies test", "run every policy's own tests")
    test.add_argument("policies", type=Path, metavar="DIR")
    test.add_argument("--coverage", action="store_true", help="list the branches taken of each policy")
    test.add_argument("--today", type=date.fromisoformat, metavar="DAY", help="judge the age of legal bases as of then")
    schema = _command(actions, "policies schema", "write the schema of facts, generated from the code")
    schema.add_argument("file", type=Path)
    return parser


def _command(commands: "argparse._SubParsersAction[_Parser]", name: str, help_text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name.split()[-1], help=help_text, description=help_text.capitalize() + ".")
    parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on standard output")
    parser.set_defaults(command=name)
    return parser
