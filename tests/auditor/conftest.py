"""Shared fixtures of the auditor's tests: a small index of real works and a gallery with one person."""

import pytest

from auditor.embeddings import Embedder, open_embedder
from auditor.index import WorkIndex
from auditor.likeness import FaceGallery, vault_beside
from tests.clips import ASTRONAUT, BIKES, BUNNY, COFFEE


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return open_embedder()


@pytest.fixture(scope="session")
def works(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> WorkIndex:
    """Two films and a photograph. Tests that change an index make their own."""
    index = WorkIndex.open(tmp_path_factory.mktemp("works"), embedder, create=True)
    index.add("bikes", BIKES, title="Bikes")
    index.add("bunny", BUNNY, title="Big Buck Bunny")
    index.add("coffee", COFFEE, title="Coffee")
    return index


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> FaceGallery:
    folder = tmp_path_factory.mktemp("faces")
    gallery = FaceGallery.open(folder / "gallery", vault_beside(folder / "key", create=True), create=True)
    gallery.enrol("collins", [ASTRONAUT])
    return gallery
