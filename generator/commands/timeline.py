# ruff: noqa: T201
"""``timeline``: cuts without the site: made of takes, written for other editors, read from them, rendered, scored."""

import argparse
import json
import os
import secrets
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from auditor.media.types import OnProgress
from generator.commands.progress import with_progress
from generator.errors import EditError

#: Files of a folder of takes; more is not a film's folder.
MAX_FILES = 5000
_FILMS = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm"})
_SOUNDS = frozenset({".wav", ".flac", ".ogg", ".mp3", ".m4a"})


def add(commands: Any) -> None:
    """Adds the command and what it can do to the subparsers."""
    timeline = commands.add_parser("timeline", help="cut takes: new, export, import, render, trailer, score")
    actions = timeline.add_subparsers(dest="action", required=True, parser_class=type(timeline))
    takes: dict[str, Any] = {
        "nargs": "+",
        "type": Path,
        "metavar": "TAKE",
        "help": "the takes and sounds, or folders of them",
    }

    new = actions.add_parser("new", help="a timeline of takes in order, between a title and an end card")
    new.add_argument("out", metavar="OUT.json", type=Path)
    new.add_argument("takes", **takes)
    new.add_argument("--title", default="Untitled", help="the film's title (default: %(default)s)")
    new.set_defaults(act=_new)

    export = actions.add_parser("export", help="write for another program, by the ending of OUT")
    export.add_argument("timeline", metavar="TIMELINE.json", type=Path)
    export.add_argument("out", metavar="OUT.{otio,edl,fcpxml,vtt,srt}", type=Path)
    export.set_defaults(act=_export)

    read = actions.add_parser(
        "import", help="read what another program wrote; its clips are matched to the takes given"
    )
    read.add_argument("file", metavar="FILE.{otio,edl,fcpxml,vtt,srt}", type=Path)
    read.add_argument("out", metavar="OUT.json", type=Path)
    read.add_argument("--takes", required=True, **takes)
    read.add_argument("--into", type=Path, metavar="TIMELINE.json", help="the timeline that captions belong to")
    read.add_argument("--conform", action="store_true", help="accept another frame rate; cuts go to the nearest frame")
    read.add_argument("--edl-rate", metavar="RATE", help="frames a second of an EDL that does not say (24, 24000/1001)")
    read.set_defaults(act=_import)

    render = actions.add_parser("render", help="picture and sound to one MP4")
    render.add_argument("timeline", metavar="TIMELINE.json", type=Path)
    render.add_argument("out", metavar="OUT.mp4", type=Path)
    render.add_argument("--takes", required=True, **takes)
    render.add_argument("--video", choices=("h264", "av1"), default="h264", help="(default: %(default)s)")
    render.add_argument("--audio", choices=("aac", "opus"), default="aac", help="(default: %(default)s)")
    render.add_argument(
        "--loudness", choices=("web", "broadcast", "as it is"), default="web", help="-16, -23 LUFS, or as mixed"
    )
    render.add_argument("--burn-captions", action="store_true", help="captions in the picture")
    render.set_defaults(act=_render)

    trailer = actions.add_parser("trailer", help="a timeline of the strongest seconds, without the ending")
    trailer.add_argument("timeline", metavar="TIMELINE.json", type=Path)
    trailer.add_argument("out", metavar="OUT.json", type=Path)
    trailer.add_argument("--takes", required=True, **takes)
    trailer.add_argument("--seconds", type=float, default=15.0, help="(default: %(default)s)")
    trailer.set_defaults(act=_trailer)

    score = actions.add_parser("score", help="how good takes are, by measure, best first")
    score.add_argument("takes", **takes)
    score.add_argument(
        "--look", metavar="NAME|FOLDER", help="also the mark of this look's critic, which does not count"
    )
    score.set_defaults(act=_score)
    for action in (new, export, read, render, trailer, score):
        action.add_argument("--json", action="store_true", help="print one JSON document on stdout")
        action.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Does what was asked for; returns the exit status."""
    document, plain = options.act(options)
    print(json.dumps(document, ensure_ascii=False) if options.json else plain)
    return 0


def _new(options: argparse.Namespace) -> tuple[Any, str]:
    from generator.edit import document as doc
    from generator.edit import plain_timeline

    paths = [path for path in _expanded(options.takes) if path.suffix.lower() in _FILMS]
    timeline, _ = plain_timeline(paths, title=options.title)
    _write(options.out, doc.dumps(timeline))
    return _summary(options.out, timeline)


def _export(options: argparse.Namespace) -> tuple[Any, str]:
    from generator.edit.interchange import WRITERS

    writer = WRITERS.get(options.out.suffix.lower())
    if writer is None:
        raise EditError(f"{options.out.name} has none of the endings {', '.join(WRITERS)}; they say what to write")
    timeline = _load(options.timeline)
    _write(options.out, writer(timeline))
    return _summary(options.out, timeline)


def _import(options: argparse.Namespace) -> tuple[Any, str]:
    from generator.edit import document as doc
    from generator.edit import interchange as inter

    ending = options.file.suffix.lower()
    text = _text(options.file)
    if ending in (".vtt", ".srt"):
        if options.into is None:
            raise EditError(f"{options.file.name} holds captions; say with --into which timeline they belong to")
        into = _load(options.into)
        timeline = inter.with_captions(into, inter.read_captions(text, into))
    else:
        library = _library(options.takes)
        readers: Mapping[str, Callable[[], Any]] = {
            ".otio": lambda: inter.read_otio(text, library, conform=options.conform),
            ".fcpxml": lambda: inter.read_fcpxml(text, library, conform=options.conform),
            ".edl": lambda: inter.read_edl(text, library, edl_rate=_rate(options.edl_rate), conform=options.conform),
        }
        if ending not in readers:
            raise EditError(
                f"{options.file.name} has none of the endings {', '.join(readers)}, .vtt, .srt; export it as one"
            )
        timeline = readers[ending]()
    _write(options.out, doc.dumps(timeline))
    return _summary(options.out, timeline)


def _render(options: argparse.Namespace) -> tuple[Any, str]:
    from generator.edit import Cut, Encoding, Mix, render

    timeline, files = _load(options.timeline), _files(options.takes)

    def make(on_progress: OnProgress) -> Cut:
        return render(
            timeline,
            files,
            options.out,
            encoding=Encoding(options.video, options.audio),
            mix=Mix(options.loudness),
            burn_captions=options.burn_captions,
            on_progress=on_progress,
        )

    cut = with_progress(make)
    loudness = {"lufs": cut.loudness.lufs, "peak": cut.loudness.peak} if cut.loudness else None
    items = [{"clip": one.clip, "start": round(one.start, 3), "end": round(one.end, 3)} for one in cut.items]
    document = {
        "film": str(cut.path),
        "sha256": cut.sha256,
        "duration": cut.duration,
        "loudness": loudness,
        "clips": items,
    }
    heard = f", {cut.loudness.lufs:.1f} LUFS, peak {cut.loudness.peak:.1f} dBTP" if cut.loudness else ", silent"
    return document, f"{cut.path}: {cut.duration:.2f} s{heard}"


def _trailer(options: argparse.Namespace) -> tuple[Any, str]:
    from generator.edit import document as doc
    from generator.edit.trailer import trailer

    made = trailer(_load(options.timeline), _files(options.takes), seconds=options.seconds)
    _write(options.out, doc.dumps(made))
    return _summary(options.out, made)


def _score(options: argparse.Namespace) -> tuple[Any, str]:
    from generator.edit.scoring import score_take

    paths = [path for path in _expanded(options.takes) if path.suffix.lower() in _FILMS]
    critic = None
    if options.look is not None:
        from generator.backends.looks import folder_of
        from generator.training.critic import Critic

        critic = Critic(folder_of(options.look)).take
    scored = sorted(((score_take(path, critic=critic), path) for path in paths), key=lambda one: -one[0].total)
    document = [{"take": str(path), **score.as_dict()} for score, path in scored]
    return document, "\n".join(f"{score.total:.3f}  {path}" for score, path in scored)


def _expanded(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.iterdir() if one.suffix.lower() in _FILMS | _SOUNDS and one.is_file())
        else:
            found.append(path)
        if len(found) > MAX_FILES:
            raise EditError(f"{path} brings the takes to over {MAX_FILES}; name the files of one film")
    return found


def _files(paths: list[Path]) -> dict[str, Path]:
    from generator.encoding import sha256_of

    try:
        return {sha256_of(path): path for path in _expanded(paths)}
    except OSError as error:
        raise EditError(f"{error.filename} can't be read ({error.strerror}); name takes that are there") from error


def _library(paths: list[Path]) -> Any:
    from generator.edit import Media
    from generator.edit.interchange import Library
    from generator.edit.sources import probe

    files = _files(paths)
    films = {sha: probe(path) for sha, path in files.items() if path.suffix.lower() in _FILMS}
    if not films:
        raise EditError("there is no take among the files given; name the film's takes")
    first = next(iter(films.values()))
    for one in films.values():
        if (one.width, one.height, one.fps) != (first.width, first.height, first.fps):
            raise EditError(f"{one.path.name} has another size or rate than {first.path.name}; render all shots alike")
    media = [Media(sha, one.path.name, one.frames) for sha, one in films.items()]
    return Library(first.fps, first.width, first.height, media)


def _rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    from generator.edit.document import rate_of

    return rate_of(text if "/" in text else f"{text}/1")


def _load(path: Path) -> Any:
    from generator.edit import document as doc

    return doc.loads(_text(path))


def _text(path: Path) -> str:
    from generator.edit.document import MAX_DOCUMENT

    try:
        with path.open("rb") as file:
            content = file.read(MAX_DOCUMENT + 1)
    except OSError as error:
        raise EditError(f"{path} can't be read ({error.strerror}); name a file that is there") from error
    if len(content) > MAX_DOCUMENT:
        raise EditError(f"{path} is larger than {MAX_DOCUMENT} bytes; it is no timeline")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # lists of edits are older than Unicode


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise EditError(f"{path} can't be written ({error.strerror}); choose another place") from error
    finally:
        part.unlink(missing_ok=True)


def _summary(path: Path, timeline: Any) -> tuple[Any, str]:
    document = {
        "file": str(path),
        "title": timeline.title,
        "clips": len(timeline.clips),
        "duration": float(timeline.seconds),
    }
    return document, f"{path}: {timeline.title}, {len(timeline.clips)} clips, {float(timeline.seconds):.2f} s"
