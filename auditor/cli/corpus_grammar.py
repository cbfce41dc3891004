"""The grammar of what concerns many works at once, apart from what it does."""

from pathlib import Path
from typing import Any

from auditor.cli.text_grammar import AddCommand
from auditor.embeddings import DEFAULT_EMBEDDER


def add_corpus_arguments(actions: Any, command: AddCommand) -> None:
    """``index import`` and ``index replace``; ``command`` adds one command with the options that all have."""
    many = command(actions, "index import", "register a folder, a list or an archive of works with their licences")
    many.add_argument("index", type=Path)
    many.add_argument("source", type=Path, help="a folder, a list of paths (.txt), a .zip, or a .tar (.gz, .bz2, .xz)")
    many.add_argument("--licences", type=Path, required=True, metavar="TABLE", help="whose each file is, CSV or JSON")
    many.add_argument(
        "--unlisted", action="store_true", help="register files that the table does not list, without a licence"
    )
    many.add_argument("--embedder", default=DEFAULT_EMBEDDER, help="as for 'index add'; of a new index only")
    replace = command(actions, "index replace", "give a work other files in one step")
    replace.add_argument("index", type=Path)
    replace.add_argument("--work-id", required=True)
    replace.add_argument("files", type=Path, nargs="+", metavar="FILE")
    replace.add_argument("--title", help="the title that findings show (default: as it was)")
    replace.add_argument(
        "--keep-licence",
        action="store_true",
        help="the work's licence holds for the new files too; else it is forgotten",
    )
