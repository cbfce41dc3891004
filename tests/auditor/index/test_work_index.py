"""An index is whole after anything: adding, removing, a crash, a flipped byte, another embedder."""

import json
import multiprocessing
from pathlib import Path

import numpy as np
import pytest

from auditor.embeddings import Embedder, open_embedder
from auditor.errors import BadInputError, CancelledError
from auditor.index import WorkIndex
from auditor.media import MediaError
from tests.clips import BIKES, COFFEE, ROCKET, still


@pytest.fixture
def index(tmp_path: Path, embedder: Embedder) -> WorkIndex:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    index.add("coffee", COFFEE)
    return index


def nearest(index: WorkIndex, picture: Path) -> list[str]:
    hits = index.search(index.embedder.embed([still(picture)]), count=3, at_least=0.5)[0]
    return [hit.reference.work_id for hit in hits]


def test_added_work_is_found_and_removed_work_is_not(index: WorkIndex) -> None:
    assert nearest(index, ROCKET) == []
    index.add("rocket", ROCKET, title="Rocket")
    assert nearest(index, ROCKET) == ["rocket"]
    index.remove("rocket")
    assert nearest(index, ROCKET) == []
    assert nearest(index, COFFEE) == ["coffee"]


def test_reopening_gives_the_same_index(index: WorkIndex, embedder: Embedder) -> None:
    again = WorkIndex.open(index.directory, embedder)
    assert again.info() == index.info()
    assert nearest(again, COFFEE) == ["coffee"]


def test_digest_changes_with_the_works_and_with_nothing_else(index: WorkIndex) -> None:
    before = index.info().digest
    index.add("coffee", COFFEE)
    assert index.info().digest == before
    index.add("rocket", ROCKET)
    assert index.info().digest != before


def test_media_of_two_works_stays_until_the_last_goes(index: WorkIndex) -> None:
    index.add("coffee-licensed-twice", COFFEE)
    index.remove("coffee")
    assert nearest(index, COFFEE) == ["coffee-licensed-twice"]


def test_unusable_media_changes_nothing(index: WorkIndex, tmp_path: Path) -> None:
    before = index.info()
    (tmp_path / "bad.mp4").write_text("no film")
    with pytest.raises(MediaError):
        index.add("bad", tmp_path / "bad.mp4")
    assert index.info() == before


def test_cancelled_registration_changes_nothing(index: WorkIndex, embedder: Embedder) -> None:
    before = index.info()
    with pytest.raises(CancelledError):
        index.add("bikes", BIKES, cancelled=lambda: True)
    assert WorkIndex.open(index.directory, embedder).info() == before


def test_removing_an_unknown_work_says_so(index: WorkIndex) -> None:
    with pytest.raises(BadInputError, match="no work 'nobody'"):
        index.remove("nobody")


def test_missing_index_says_how_to_make_one(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(BadInputError, match="index add"):
        WorkIndex.open(tmp_path / "none", embedder)


def test_other_embedder_is_refused(index: WorkIndex) -> None:
    with pytest.raises(BadInputError, match="sscd-distilled"):
        WorkIndex.open(index.directory, open_embedder("sscd"))


@pytest.mark.parametrize("name", ["vectors.npy", "times.npy"])
def test_flipped_byte_is_refused(index: WorkIndex, embedder: Embedder, name: str) -> None:
    (path,) = index.directory.glob(f"media/*/{name}")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="digest differs"):
        WorkIndex.open(index.directory, embedder)


@pytest.mark.parametrize("manifest", ["", "{", "[]", '{"format": 1}', '{"format": 99, "embedder": {}, "works": {}}'])
def test_damaged_manifest_is_refused(index: WorkIndex, embedder: Embedder, manifest: str) -> None:
    (index.directory / "manifest.json").write_text(manifest)
    with pytest.raises(BadInputError, match="manifest"):
        WorkIndex.open(index.directory, embedder)


def test_leftovers_of_a_crash_are_swept_by_the_next_writer(index: WorkIndex) -> None:
    stray = index.directory / "media" / ("0" * 64)
    stray.mkdir()
    (stray / "vectors.npy").write_bytes(b"half")
    index.add("rocket", ROCKET)
    assert not stray.exists()
    assert nearest(index, COFFEE) == ["coffee"]


def test_search_is_exact(works: WorkIndex, embedder: Embedder) -> None:
    """FAISS gives what a plain product of all vectors gives, the best of each instant."""
    query = embedder.embed([still(COFFEE)])
    best: dict[tuple[str, float], float] = {}
    document = json.loads((works.directory / "manifest.json").read_text())
    for work in document["works"].values():
        for digest in work["media"]:
            folder = works.directory / "media" / digest
            alike = np.load(folder / "vectors.npy") @ query[0]
            for seconds, similarity in zip(np.load(folder / "times.npy"), alike, strict=True):
                best[digest, seconds] = max(best.get((digest, seconds), -1.0), float(similarity))
    expected = sorted(best.values(), reverse=True)[:5]
    found = [hit.similarity for hit in works.search(query, count=5, at_least=-1.0)[0]]
    assert found == pytest.approx(expected, abs=1e-5)


def _search_in_child(index: WorkIndex, answers: "multiprocessing.Queue[list[str]]") -> None:
    answers.put(nearest(index, COFFEE))


def test_search_works_after_a_fork(index: WorkIndex) -> None:
    """OpenMP's threads do not survive a fork; a searcher made before one would hang in the child."""
    assert nearest(index, COFFEE) == ["coffee"]
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[list[str]] = context.Queue()
    child = context.Process(target=_search_in_child, args=(index, answers))
    child.start()
    try:
        assert answers.get(timeout=30) == ["coffee"]
    finally:
        child.kill()
        child.join()
