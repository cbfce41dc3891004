"""The FAISS index against brute force over any history, through crashes, damage, forks, and under concurrent use."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from auditor.errors import BadInputError
from auditor.index import BruteForceVectorIndex, FaissVectorIndex, faiss_index
from tests.vectors import films, near

DIMENSIONS = 32
VECTORS = films(4000, DIMENSIONS, seed=11)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that a few thousand vectors are sealed, merged and compressed as millions would be."""
    monkeypatch.setattr(faiss_index, "TAIL_ROWS", 100)
    monkeypatch.setattr(faiss_index, "FLAT_LIMIT", 1000)
    monkeypatch.setattr(faiss_index, "MAX_SEGMENTS", 3)


def agreement(index: FaissVectorIndex, truth: BruteForceVectorIndex, *, seed: int = 1) -> float:
    """Share of queries whose nearest vector is the true one; what is returned is live and has its exact similarity."""
    queries = near(VECTORS, 200, seed=seed)
    found, true = index.search(queries, 5), truth.search(queries, 5)
    assert np.isin(found.ids[found.ids >= 0], truth.ids()).all()
    assert ((found.ids >= 0).sum(axis=1) == min(5, len(truth))).all()
    exact = {(q, i): s for q, row in enumerate(true.ids) for i, s in zip(row, true.similarities[q], strict=True)}
    for (query, place), number in np.ndenumerate(found.ids):
        if (query, number) in exact and number >= 0:
            assert found.similarities[query, place] == pytest.approx(exact[query, number], abs=1e-5)
    return float((found.similarities[:, 0] >= true.similarities[:, 0] - 1e-6).mean())


class History(RuleBasedStateMachine):
    """Any order of adding, removing, sealing, merging and reopening leaves what brute force holds."""

    @initialize()
    def start(self) -> None:
        self.limits = pytest.MonkeyPatch()
        self.limits.setattr(faiss_index, "TAIL_ROWS", 20)
        self.limits.setattr(faiss_index, "MAX_SEGMENTS", 2)
        self.limits.setattr(faiss_index, "FLAT_LIMIT", 300)  # reached in some histories only
        self.folder = tempfile.TemporaryDirectory()
        self.index = FaissVectorIndex.open(Path(self.folder.name), DIMENSIONS, create=True)
        self.truth = BruteForceVectorIndex(DIMENSIONS)

    def teardown(self) -> None:
        self.folder.cleanup()
        self.limits.undo()

    @rule(start=st.integers(0, 900), count=st.integers(1, 120), shift=st.integers(0, 50))
    def add(self, start: int, count: int, shift: int) -> None:
        ids = np.setdiff1d(np.arange(start, start + count), self.truth.ids())
        for index in (self.index, self.truth):
            index.add(ids, VECTORS[ids + shift])

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        ids = self.truth.ids()
        first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(ids))] * 2)))
        for index in (self.index, self.truth):
            index.remove(ids[first:last])

    @precondition(lambda self: len(self.truth))
    @rule(number=st.integers(0, 10**6))
    def add_twice(self, number: int) -> None:
        known = self.truth.ids()[number % len(self.truth)]
        with pytest.raises(BadInputError, match="already"):
            self.index.add([known], VECTORS[:1])

    @rule()
    def maintain(self) -> None:
        self.index.maintain()
        assert self.index.info().segments <= 3

    @rule()
    def rebuild(self) -> None:
        self.index.rebuild()
        assert self.index.info().segments <= 1

    @rule()
    def reopen(self) -> None:
        self.index = FaissVectorIndex.open(Path(self.folder.name), DIMENSIONS)

    @invariant()
    def holds_the_same(self) -> None:
        if hasattr(self, "index"):
            assert self.index.ids().tolist() == self.truth.ids().tolist()
            found, true = self.index.search(VECTORS[::400], 3), self.truth.search(VECTORS[::400], 3)
            if self.index.info().exact:
                assert found.similarities == pytest.approx(true.similarities, abs=1e-5)
            else:
                assert ((found.ids >= 0) == (true.ids >= 0)).all()


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


@pytest.mark.usefixtures("small_segments")
def test_compressed_segments_find_what_is_there(tmp_path: Path) -> None:
    """A history of small additions and removals, sealed, compressed and merged on the way, then built anew."""
    index, truth = FaissVectorIndex.open(tmp_path, DIMENSIONS, create=True), BruteForceVectorIndex(DIMENSIONS)
    for start in range(0, 4000, 250):
        ids = np.arange(start, start + 250)
        gone = ids[::7]
        for one in (index, truth):
            one.add(ids, VECTORS[ids])
            one.remove(gone)
        index.maintain()
    assert not index.info().exact
    assert index.info().segments <= 3
    assert agreement(index, truth) >= 0.98
    index.rebuild()
    assert index.info().segments == 1
    assert agreement(index, truth) >= 0.98
    assert agreement(FaissVectorIndex.open(tmp_path, DIMENSIONS), truth) >= 0.98


def test_built_at_once_or_bit_by_bit_answers_are_the_same(tmp_path: Path) -> None:
    once = FaissVectorIndex.open(tmp_path / "once", DIMENSIONS, create=True)
    once.add(np.arange(4000), VECTORS)
    bits = FaissVectorIndex.open(tmp_path / "bits", DIMENSIONS, create=True)
    for start in reversed(range(0, 4000, 500)):
        bits.add(np.arange(start, start + 500), VECTORS[start : start + 500])
    bits.add([9999], VECTORS[:1])
    bits.remove([9999])
    queries = near(VECTORS, 100, seed=2)
    one, other = once.search(queries, 10), bits.search(queries, 10)
    assert (one.ids == other.ids).all()
    assert one.similarities == pytest.approx(other.similarities, abs=1e-6)
    bits.rebuild()
    assert (bits.search(queries, 10).ids == one.ids).all()


@pytest.mark.usefixtures("small_segments")
def test_a_wave_of_removals_does_not_hide_the_living(tmp_path: Path) -> None:
    index = FaissVectorIndex.open(tmp_path, DIMENSIONS, create=True)
    index.add(np.arange(4000), VECTORS)
    assert not index.info().exact
    order = np.argsort(-(VECTORS @ VECTORS[5]))
    index.remove(order[:2000])
    assert index.search(VECTORS[5:6], 3).ids[0].tolist() == order[2000:2003].tolist()
    assert (index.search(VECTORS[:2], 3000).ids >= 0).sum(axis=1).tolist() == [2000, 2000]


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(tmp_path: Path, small_segments: None) -> Path:
    """An index with every kind of file: a compressed segment, a tail, removed rows."""
    index = FaissVectorIndex.open(tmp_path, DIMENSIONS, create=True)
    index.add(np.arange(2000), VECTORS[:2000])
    index.add(np.arange(2000, 2050), VECTORS[2000:2050])
    index.remove([3, 2001])
    return tmp_path


KINDS = ["vectors.npy", "ids.npy", "faiss", "removed.npy", "tail-vectors", "tail-ids"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_is_refused_by_name(filled: Path, kind: str) -> None:
    (path,) = filled.glob(f"*.{kind}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=rf"{path.name}: its digest differs.*rebuild"):
        FaissVectorIndex.open(filled, DIMENSIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_or_gone_is_refused_by_name(filled: Path, kind: str) -> None:
    (path,) = filled.glob(f"*.{kind}")
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(BadInputError, match=rf"{path.name}: .*rebuild"):
        FaissVectorIndex.open(filled, DIMENSIONS)
    path.unlink()
    with pytest.raises(BadInputError, match=rf"{path.name}: missing; rebuild"):
        FaissVectorIndex.open(filled, DIMENSIONS)


def test_a_manifest_of_unknown_format_damaged_or_edited_is_refused(filled: Path) -> None:
    path = filled / "manifest.json"
    good = json.loads(path.read_text())
    for bad, message in [
        ("", "damaged"),
        ("[]", "damaged"),
        ("{}", "damaged"),
        (json.dumps({**good, "format": 99}), "format 99"),
        (json.dumps({**good, "generation": 1}), "digest differs"),
        (path.read_text()[:-40], "damaged"),
    ]:
        path.write_text(bad)
        with pytest.raises(BadInputError, match=f"manifest.json: .*{message}.*rebuild"):
            FaissVectorIndex.open(filled, DIMENSIONS)


def test_other_dimensions_and_a_missing_index_are_refused(filled: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="32 dimensions, not 64"):
        FaissVectorIndex.open(filled, 64)
    with pytest.raises(BadInputError, match="no vector index here"):
        FaissVectorIndex.open(tmp_path / "none", DIMENSIONS)


def test_what_no_manifest_names_is_swept(filled: Path) -> None:
    index = FaissVectorIndex.open(filled, DIMENSIONS)
    (filled / "0123456789abcdef.vectors.npy").write_bytes(b"left by a writer that died")
    index.maintain()
    assert not (filled / "0123456789abcdef.vectors.npy").exists()
    assert len(FaissVectorIndex.open(filled, DIMENSIONS)) == 2048


# -- crashes -------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
import numpy as np
from auditor.index import FaissVectorIndex, faiss_index
from tests.vectors import films
faiss_index.TAIL_ROWS, faiss_index.FLAT_LIMIT, faiss_index.MAX_SEGMENTS = 60, 500, 2
vectors = films(4000, 32, seed=11)
index = FaissVectorIndex.open(Path(sys.argv[1]), 32, create=True)
print("ready", flush=True)
for start in range(int(sys.argv[2]), 4000, 25):
    ids = np.arange(start, start + 25)
    index.add(ids, vectors[ids])
    print(f"added {start + 25}", flush=True)
    index.maintain()
"""


def test_killed_at_any_moment_it_opens_with_all_that_was_confirmed(tmp_path: Path) -> None:
    """A writer that adds, seals and merges without a pause is killed; what it had confirmed is there, and nothing half."""
    generator = np.random.default_rng(3)
    confirmed = 0
    for _ in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, str(confirmed)], cwd=ROOT,
                                  env={**os.environ, "PYTHONPATH": str(ROOT)},
                                  stdout=subprocess.PIPE, text=True)  # fmt: skip
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(float(generator.uniform(0.02, 0.5)))
        writer.send_signal(signal.SIGKILL)
        lines = [line.split() for line in writer.stdout.read().splitlines() if line.startswith("added")]
        writer.wait()
        confirmed = int(lines[-1][1]) if lines else confirmed
        index = FaissVectorIndex.open(tmp_path, DIMENSIONS)
        assert len(index) in (confirmed, confirmed + 25)
        assert index.ids().tolist() == list(range(len(index)))
        confirmed = len(index)
        if confirmed:
            queries = VECTORS[: min(confirmed, 300)]
            assert index.search(queries, 1).similarities[:, 0] == pytest.approx(np.ones(len(queries)), abs=1e-5)
    assert confirmed > 100


# -- others at the same time ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_segments")
def test_threads_search_while_one_adds_removes_and_merges(tmp_path: Path) -> None:
    """Two thousand vectors stay all the while: each search finds every one of them that it asks for."""
    index = FaissVectorIndex.open(tmp_path, DIMENSIONS, create=True)
    index.add(np.arange(2000), VECTORS[:2000])
    stop, failures, searches = threading.Event(), [], [0, 0]

    def look(reader: int) -> None:
        generator = np.random.default_rng(reader)
        try:
            while not stop.is_set():
                rows = generator.integers(0, 2000, 8)
                found = index.search(VECTORS[rows], 1)
                assert found.similarities[:, 0] == pytest.approx(np.ones(8), abs=1e-5)
                searches[reader] += 1
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=look, args=(number,)) for number in range(2)]
    maintainer = threading.Thread(target=lambda: [index.maintain() for _ in iter(lambda: stop.is_set(), True)])
    for thread in (*readers, maintainer):
        thread.start()
    try:
        for start in range(2000, 4000, 80):
            ids = np.arange(start, start + 80)
            index.add(ids, VECTORS[ids])
            index.remove(ids[::3])
    finally:
        stop.set()
        for thread in (*readers, maintainer):
            thread.join()
    assert not failures
    assert min(searches) > 10
    kept = [number for number in range(4000) if number < 2000 or (number - 2000) % 80 % 3]
    assert index.ids().tolist() == kept
    assert FaissVectorIndex.open(tmp_path, DIMENSIONS).ids().tolist() == kept


OTHER = """
import sys
from pathlib import Path
import numpy as np
from auditor.index import FaissVectorIndex, faiss_index
from tests.vectors import films
vectors = films(4000, 32, seed=11)
index = FaissVectorIndex.open(Path(sys.argv[1]), 32)
most = 0
while len(index) < 3000:
    found = index.search(vectors[:50], 1)
    assert (found.similarities[:, 0] > 0.9999).all()
    most = max(most, len(index))
    index.refresh()
assert (index.search(vectors[2990:3000], 1).similarities > 0.9999).all()
print("saw it grow" if most > 1000 else "saw nothing")
"""


@pytest.mark.usefixtures("small_segments")
def test_another_process_follows_while_segments_come_and_go(tmp_path: Path) -> None:
    index = FaissVectorIndex.open(tmp_path, DIMENSIONS, create=True)
    index.add(np.arange(1000), VECTORS[:1000])
    reader = subprocess.Popen([sys.executable, "-c", OTHER, tmp_path], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                              env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
    for start in range(1000, 3000, 40):
        index.add(np.arange(start, start + 40), VECTORS[start : start + 40])
        index.maintain()
        time.sleep(0.02)
    printed, _ = reader.communicate(timeout=60)
    assert (reader.returncode, printed) == (0, "saw it grow\n")


@pytest.mark.usefixtures("small_segments")
def test_two_writers_take_turns(tmp_path: Path) -> None:
    one = FaissVectorIndex.open(tmp_path, DIMENSIONS, create=True)
    other = FaissVectorIndex.open(tmp_path, DIMENSIONS)
    threads = [
        threading.Thread(
            target=lambda index=index, first=first: [
                index.add(np.arange(at, at + 30), VECTORS[at : at + 30]) for at in range(first, first + 600, 30)
            ]
        )
        for index, first in ((one, 0), (other, 600))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.refresh()
    assert one.ids().tolist() == list(range(1200))
    with pytest.raises(BadInputError, match="already"):
        one.add([700], VECTORS[:1])


def _search_in_child(index: FaissVectorIndex, answers: "multiprocessing.Queue[list[int]]") -> None:
    answers.put(index.search(VECTORS[:300], 1).ids[:, 0].tolist())


@pytest.mark.usefixtures("small_segments")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_searches_what_its_parent_searched(tmp_path: Path) -> None:
    """The parent has used OpenMP's threads, in batches large enough to be shared out; the child must not wait for them."""
    index = FaissVectorIndex.open(tmp_path, DIMENSIONS, create=True)
    index.add(np.arange(2000), VECTORS[:2000])
    index.add(np.arange(2000, 2050), VECTORS[2000:2050])
    expected = index.search(VECTORS[:300], 1).ids[:, 0].tolist()
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[list[int]] = context.Queue()
    child = context.Process(target=_search_in_child, args=(index, answers))
    child.start()
    try:
        assert answers.get(timeout=30) == expected
    finally:
        child.kill()
        child.join()
