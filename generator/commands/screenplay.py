# ruff: noqa: T201
"""``screenplay BRIEF.txt``: a brief becomes a screenplay, without a film."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.media.types import OnProgress
from generator.commands.progress import with_progress
from generator.errors import BriefError, ScreenplayError

if TYPE_CHECKING:
    from generator.narrative.writers import Writer, Written

#: A feature film as Final Draft has about 3 MB; a brief of that size is refused by its own limit, with what to do instead.
MAX_FILE_BYTES = 4_000_000


def add(commands: Any) -> None:
    """Adds the command to the subparsers."""
    screenplay = commands.add_parser("screenplay", help="plan a story from a brief and write it as a screenplay")
    screenplay.add_argument("brief", metavar="BRIEF.txt", type=Path, help="a text file with a one-paragraph brief")
    screenplay.add_argument("--structure", default="three-act", help="how the story is built (default: %(default)s)")
    screenplay.add_argument("--scenes", type=int, default=8, help="number of scenes (default: %(default)s)")
    screenplay.add_argument(
        "--seed", type=int, default=1, help="another seed tells another story (default: %(default)s)"
    )
    screenplay.add_argument(
        "--writer",
        default="grammar",
        help="who writes: 'grammar' (comes with us), a folder with a transformers model, or the address of an "
        "OpenAI-compatible endpoint (default: %(default)s)",
    )
    screenplay.add_argument(
        "--model", default="default", help="the model's name at the endpoint (default: %(default)s)"
    )
    screenplay.add_argument(
        "--key-variable", default="", metavar="NAME", help="environment variable with the endpoint's key"
    )
    screenplay.add_argument(
        "--clear", action="append", default=[], metavar="NAME", help="a name that you may use (repeat)"
    )
    screenplay.add_argument("--as-screenplay", action="store_true", help="the file is a screenplay already: read it")
    screenplay.add_argument("--out", metavar="FILE", type=Path, help="write Fountain there instead of on stdout")
    screenplay.add_argument("--fdx", metavar="OUT", type=Path, help="write it as Final Draft too")
    screenplay.add_argument("--json", action="store_true", help="print one JSON document with plan, text and authors")
    screenplay.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Writes the screenplay; returns the exit status."""
    from generator.narrative import plan_as_dict, plan_story
    from generator.narrative.analysis import analyse_script
    from generator.narrative.fdx import write_fdx

    data = _read(options.brief)
    document: dict[str, Any] = {}
    if options.as_screenplay:
        screenplay = _parsed(options.brief, data)
    else:
        plan = plan_story(
            _text(options.brief, data),
            structure=options.structure,
            scenes=options.scenes,
            seed=options.seed,
            cleared=options.clear,
        )
        writer = _writer(options)

        def write(on_progress: OnProgress) -> "Written":
            return writer.write(plan, on_progress=on_progress)

        written = with_progress(write)
        screenplay = written.screenplay
        document = {
            "writer": {"kind": written.card.kind, "name": written.card.name, "version": written.card.version},
            "plan": plan_as_dict(plan),
            "authors": [line.author.as_dict() for line in written.lines],
        }
    text = screenplay.to_fountain()
    _save(options.out, text)
    _save(options.fdx, write_fdx(screenplay) if options.fdx else "")
    if options.json:
        minutes = analyse_script(screenplay).seconds / 60
        document |= {
            "title": screenplay.title,
            "scenes": len(screenplay.scenes),
            "minutes": round(minutes, 2),
            "fountain": text,
        }
        print(json.dumps(document, ensure_ascii=False))
    elif options.out is None:
        print(text, end="")
    else:
        print(f"{screenplay.title}: {options.out} ({len(screenplay.scenes)} scenes)")
    return 0


def _writer(options: argparse.Namespace) -> "Writer":
    from generator.narrative.writers import EndpointWriter, GrammarWriter, TransformersWriter

    if options.writer == "grammar":
        return GrammarWriter()
    if "://" in options.writer:
        return EndpointWriter(options.writer, options.model, key_variable=options.key_variable)
    return TransformersWriter(Path(options.writer))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BriefError(f"{path} can't be read ({error.strerror}); name a text file that holds the brief") from error
    if len(data) > MAX_FILE_BYTES:
        raise BriefError(f"{path} is larger than {MAX_FILE_BYTES} bytes; a brief is one paragraph")
    return data


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BriefError(f"{path} is not UTF-8 text (byte {error.start}); save it as plain text") from error


def _parsed(path: Path, data: bytes) -> Any:
    from generator.narrative import parse_fountain
    from generator.narrative.fdx import parse_fdx

    return parse_fdx(data) if b"<FinalDraft" in data[:2000] else parse_fountain(_text(path, data))


def _save(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ScreenplayError(f"{path} can't be written ({error.strerror}); choose another file") from error
