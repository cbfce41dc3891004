"""Opening an index with the embedder that made it."""

import json
from pathlib import Path

from auditor.embeddings import DEFAULT_EMBEDDER, open_embedder
from auditor.index import WorkIndex
from auditor.matching.sound import sound_print


def open_index(directory: Path) -> WorkIndex:
    """The index with the embedder that made it."""
    return WorkIndex.open(directory, open_embedder(embedder_name(directory)), sound_print=sound_print)


def embedder_name(directory: Path) -> str:
    """The embedder that made an index; the default where that can't be read, so that opening says what is wrong."""
    try:
        return str(json.loads((directory / "manifest.json").read_text())["embedder"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return DEFAULT_EMBEDDER
