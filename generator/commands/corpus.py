# ruff: noqa: T201
"""``corpus FOLDER --out DIR``: licensed scripts are measured and drawn."""

import argparse
import json
import re
from pathlib import Path
from typing import Any

from generator.errors import CorpusError


def add(commands: Any) -> None:
    """Adds the command to the subparsers."""
    corpus = commands.add_parser("corpus", help="measure licensed scripts: structure, people, arcs, with pictures")
    corpus.add_argument("folder", metavar="FOLDER", type=Path, help="a folder with .fountain, .fdx or .txt scripts")
    corpus.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="directory for corpus.json and SVG pictures"
    )
    corpus.add_argument(
        "--licences", metavar="CSV", type=Path, help="table with columns file,licence (default: FOLDER/licences.csv)"
    )
    corpus.add_argument("--json", action="store_true", help="print one JSON document about the corpus on stdout")
    corpus.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measures the corpus; returns the exit status."""
    from generator.narrative.corpus import analyse_corpus, licences_in, scripts_in
    from generator.narrative.pictures import arc_svg, network_svg, strip_svg

    measured = analyse_corpus(scripts_in(options.folder), licences=licences_in(options.folder, options.licences))
    document = measured.as_dict()
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        for number, (name, analysis) in enumerate(measured.scripts, 1):
            stem = f"{number:03d}-{re.sub(r'[^A-Za-z0-9]+', '-', Path(name).stem).strip('-')[:60] or 'script'}"
            for kind, draw in (("arc", arc_svg), ("network", network_svg), ("strip", strip_svg)):
                picture = options.out / f"{stem}-{kind}.svg"
                picture.write_text(draw(analysis, ident=f"{kind}-{number}"), "utf-8")
                document["scripts"][number - 1][f"{kind}_picture"] = str(picture)
        (options.out / "corpus.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise CorpusError(f"{options.out} can't be written ({error.strerror}); choose another directory") from error
    if options.json:
        print(json.dumps(document, ensure_ascii=False))
        return 0
    for name, analysis in measured.scripts:
        lead = analysis.characters[0].name if analysis.characters else "nobody"
        print(
            f"{name}: {len(analysis.scenes)} scenes, {analysis.seconds / 60:.1f} min, {analysis.dialogue_share:.0%} spoken, "
            f"most by {lead}, {analysis.shape}"
        )
    print(f"{len(measured.scripts)} scripts measured; pictures and corpus.json are in {options.out}")
    return 0
