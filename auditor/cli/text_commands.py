"""``text``: registered scripts, and what a screenplay or subtitles share with them."""

from argparse import Namespace
from collections.abc import Callable

from auditor.cli.terminal import CLEAN, FOUND, answer
from auditor.text import TextLibrary, read_script, text_finding


def run_text_add(arguments: Namespace) -> int:
    scripts = [read_script(file) for file in arguments.files]  # all files are read before the first is registered
    library = TextLibrary.open(arguments.library, create=True)
    added = []
    for file, script in zip(arguments.files, scripts, strict=True):
        work_id = arguments.work_id or file.stem
        library.add(work_id, file, title=arguments.title)
        added.append({"work_id": work_id, "script": script.name, "kind": script.kind, "lines": len(script.lines)})
    lines = [f"{entry['work_id']}: registered {entry['script']}, {entry['lines']} lines" for entry in added]
    document = {"added": added, "library": {"works": len(library.titles()), "digest": library.digest}}
    answer(document, lines, as_json=arguments.as_json)
    return CLEAN


def run_text_remove(arguments: Namespace) -> int:
    library = TextLibrary.open(arguments.library)
    library.remove(arguments.work_id)
    answer({"removed": arguments.work_id}, [f"{arguments.work_id}: removed"], as_json=arguments.as_json)
    return CLEAN


def run_text_match(arguments: Namespace) -> int:
    script = read_script(arguments.file)
    library = TextLibrary.open(arguments.library)
    matches = library.match(script)
    plain = [text_finding(match, script).plain for match in matches]
    segments = [{"kind": "text", **match.as_dict(), "plain": line} for match, line in zip(matches, plain, strict=True)]
    answer({"segments": segments, "library": library.digest}, plain or ["No registered words found."],
           as_json=arguments.as_json)  # fmt: skip
    return FOUND if matches else CLEAN


TEXT_COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "text add": run_text_add,
    "text remove": run_text_remove,
    "text match": run_text_match,
}
