"""Registering many files, replacing a work's media, hashes, sound, the frames that are kept, and what outlives a removal."""

import threading
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
import pytest
from PIL import Image

from auditor.embeddings import Embedder
from auditor.errors import BadInputError, CancelledError
from auditor.fingerprints.pdq import pdq
from auditor.index import BatchEntry, FrameHasher, WorkIndex, work_index
from auditor.index.sampling import ReferenceSampler
from auditor.media import Frame, MediaError
from tests.clips import ASTRONAUT, BIKES, BUNNY, COFFEE, FILMS, ROCKET, Pixels, frames_of, still, write_clip


def dhash(pixels: Pixels) -> tuple[np.ndarray, int]:
    """A 256-bit hash from imagehash, so that storing and searching hashes is tested without any one hash function."""
    return np.packbits(imagehash.dhash(Image.fromarray(pixels), hash_size=16).hash), 100


HASHER = FrameHasher("dhash 16x16", dhash)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def index(tmp_path: Path, embedder: Embedder, clock: Clock) -> WorkIndex:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True, hasher=HASHER, clock=clock)
    index.add("coffee", COFFEE)
    return index


def nearest(index: WorkIndex, picture: Path) -> list[str]:
    hits = index.search(index.embedder.embed([still(picture)]), count=3, at_least=0.5)[0]
    return [hit.reference.work_id for hit in hits]


# -- many files ----------------------------------------------------------------------------------------------------


def test_a_batch_reports_its_bad_files_and_registers_the_rest(index: WorkIndex, tmp_path: Path) -> None:
    (tmp_path / "bad.mp4").write_text("no film")
    entries = [
        BatchEntry("rocket", ROCKET, "Rocket"),
        BatchEntry("bad", tmp_path / "bad.mp4"),
        BatchEntry("gone", tmp_path / "missing.png"),
        BatchEntry("astronaut", ASTRONAUT),
        BatchEntry("astronaut-again", ASTRONAUT),
    ]
    results = index.add_batch(entries)
    assert [result.entry for result in results] == entries
    assert [result.reference is not None for result in results] == [True, False, False, True, True]
    assert "bad.mp4" in str(results[1].error)
    assert "missing.png" in str(results[2].error)
    assert index.titles() == {
        "coffee": "coffee", "rocket": "Rocket", "astronaut": "astronaut", "astronaut-again": "astronaut",
    }  # fmt: skip
    assert nearest(index, ROCKET) == ["rocket"]
    assert sorted(nearest(index, ASTRONAUT)) == ["astronaut", "astronaut-again"]
    assert not (index.directory / "building").exists()


def test_a_batch_is_published_once(index: WorkIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    published = []
    original = WorkIndex._write
    monkeypatch.setattr(WorkIndex, "_write", lambda self, document: (published.append(1), original(self, document))[1])
    index.add_batch([BatchEntry("a", ROCKET), BatchEntry("b", ASTRONAUT)])
    assert published == [1]


def test_a_cancelled_batch_changes_nothing(index: WorkIndex, embedder: Embedder) -> None:
    before = index.info()
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 5

    with pytest.raises(CancelledError):
        index.add_batch([BatchEntry("rocket", ROCKET), BatchEntry("bunny", BUNNY)], cancelled=cancelled)
    assert index.info() == before == WorkIndex.open(index.directory, embedder).info()


def test_the_same_content_under_two_names_is_stored_once(index: WorkIndex, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jpg"
    copy.write_bytes(ROCKET.read_bytes())
    results = index.add_batch([BatchEntry("one", ROCKET), BatchEntry("two", copy)])
    assert results[0].reference is not None
    assert results[1].reference is not None
    assert results[0].reference.asset_sha256 == results[1].reference.asset_sha256
    assert len(list((index.directory / "media").iterdir())) == 2


def test_a_work_can_be_removed_while_another_is_being_registered(index: WorkIndex, embedder: Embedder) -> None:
    """Decoding does not hold the writer's lock."""
    removed = threading.Event()

    def remove(*_: object) -> None:
        if not removed.is_set():
            WorkIndex.open(index.directory, embedder).remove("coffee")
            removed.set()

    index.add("rocket", ROCKET, on_progress=remove)
    assert index.titles() == {"rocket": "rocket"}
    assert nearest(index, COFFEE) == []


# -- replacing -----------------------------------------------------------------------------------------------------


def test_replaced_media_are_found_and_the_old_ones_are_not(index: WorkIndex, embedder: Embedder) -> None:
    before = index.info().digest
    (reference,) = index.replace("coffee", ROCKET, title="Now a rocket")
    assert reference.title == "Now a rocket"
    assert nearest(index, ROCKET) == ["coffee"]
    assert nearest(index, COFFEE) == []
    assert index.info().digest != before
    assert WorkIndex.open(index.directory, embedder).info() == index.info()


def test_replacing_with_the_same_file_and_another(index: WorkIndex) -> None:
    references = index.replace("coffee", [COFFEE, ROCKET])
    assert len(references) == index.info().media == 2
    assert index.titles() == {"coffee": "coffee"}
    index.replace("coffee", COFFEE)
    assert index.info().media == 1
    assert nearest(index, COFFEE) == ["coffee"]


def test_a_replacement_that_can_not_be_used_changes_nothing(index: WorkIndex, tmp_path: Path) -> None:
    before = index.info()
    (tmp_path / "bad.mp4").write_text("no film")
    with pytest.raises(MediaError):
        index.replace("coffee", [ROCKET, tmp_path / "bad.mp4"])
    with pytest.raises(BadInputError, match="no work 'nobody'"):
        index.replace("nobody", ROCKET)
    with pytest.raises(BadInputError, match="no file"):
        index.replace("coffee", [])
    assert index.info() == before
    assert nearest(index, COFFEE) == ["coffee"]


# -- after a removal -----------------------------------------------------------------------------------------------


def test_whoever_searches_keeps_what_was_removed_meanwhile(index: WorkIndex, embedder: Embedder, clock: Clock) -> None:
    searcher = WorkIndex.open(index.directory, embedder)
    index.remove("coffee")
    assert nearest(index, COFFEE) == []
    assert nearest(searcher, COFFEE) == ["coffee"]
    proxy = searcher.search(embedder.embed([still(COFFEE)]), count=1, at_least=0.5)[0][0].reference.proxy
    assert proxy.exists()
    searcher.refresh()
    assert nearest(searcher, COFFEE) == []
    assert searcher.info() == index.info()
    clock.now += work_index.GRACE_SECONDS - 1
    index.add("rocket", ROCKET)
    assert proxy.exists()
    clock.now += 2
    index.add("astronaut", ASTRONAUT)
    assert not proxy.exists()
    assert nearest(WorkIndex.open(index.directory, embedder), COFFEE) == []


def test_what_was_removed_can_come_back_within_the_hour(index: WorkIndex, embedder: Embedder, clock: Clock) -> None:
    digest = index.info().digest
    index.remove("coffee")
    index.add("coffee", COFFEE)
    assert index.info().digest == digest
    clock.now += 2 * work_index.GRACE_SECONDS
    index.add("rocket", ROCKET)
    assert nearest(WorkIndex.open(index.directory, embedder), COFFEE) == ["coffee"]


# -- crashes and damage --------------------------------------------------------------------------------------------


def test_vectors_of_a_writer_that_died_before_naming_them_are_ignored_then_removed(
    index: WorkIndex, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(work_index, "replacing", die)  # the manifest is never written
        with pytest.raises(KeyboardInterrupt):
            index.add("rocket", ROCKET)
    again = WorkIndex.open(index.directory, embedder)
    assert nearest(again, ROCKET) == []
    assert again.titles() == {"coffee": "coffee"}
    again.add("astronaut", ASTRONAUT)
    assert nearest(again, ASTRONAUT) == ["astronaut"]
    again.add("rocket", ROCKET)
    assert nearest(WorkIndex.open(index.directory, embedder), ROCKET) == ["rocket"]


def test_vectors_of_a_work_whose_remover_died_are_not_found(
    index: WorkIndex, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> Any:
        raise KeyboardInterrupt

    calls = []

    def die_after_the_manifest(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:  # the first call is before anything is written
            die()

    with monkeypatch.context() as patched:
        patched.setattr(work_index, "remove_stray", die_after_the_manifest)
        with pytest.raises(KeyboardInterrupt):
            index.remove("coffee")
    again = WorkIndex.open(index.directory, embedder)
    assert again.titles() == {}
    assert nearest(again, COFFEE) == []
    again.add("rocket", ROCKET)
    assert again.info().vectors == len(again._vectors)


def test_damaged_vectors_are_refused_and_rebuilt_from_the_media(index: WorkIndex, embedder: Embedder) -> None:
    (path,) = (index.directory / "vectors").glob("*.tail-vectors")
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=f"{path.name}.*rebuild"):
        WorkIndex.open(index.directory, embedder)
    rebuilt = WorkIndex.rebuild(index.directory, embedder)
    assert nearest(rebuilt, COFFEE) == ["coffee"]
    assert rebuilt.info() == index.info()


@pytest.mark.parametrize("name", ["hashes.npy", "qualities.npy", "vectors.npy"])
def test_a_missing_or_changed_file_is_refused_by_name(index: WorkIndex, embedder: Embedder, name: str) -> None:
    (path,) = index.directory.glob(f"media/*/{name}")
    np.save(path, np.zeros(3))
    with pytest.raises(BadInputError, match=f"{name}: its digest differs"):
        WorkIndex.open(index.directory, embedder)
    path.unlink()
    with pytest.raises(BadInputError, match=f"{name}: missing; rebuild"):
        WorkIndex.open(index.directory, embedder)


def test_an_index_of_the_former_format_says_so(index: WorkIndex, embedder: Embedder) -> None:
    path = index.directory / "manifest.json"
    path.write_text(path.read_text().replace('"format": 2', '"format": 1'))
    with pytest.raises(BadInputError, match="format 1 is not 2; rebuild the index"):
        WorkIndex.open(index.directory, embedder)


# -- hashes and sound ----------------------------------------------------------------------------------------------


def test_hashes_find_the_instants_within_so_many_bits(index: WorkIndex) -> None:
    index.add("bunny", BUNNY)
    stored = {path.parent.name: np.load(path) for path in index.directory.glob("media/*/hashes.npy")}
    times = {path.parent.name: np.load(path) for path in index.directory.glob("media/*/times.npy")}
    everything = [(d, row, bits) for d, hashes in stored.items() for row, bits in enumerate(hashes)]
    assert len(everything) == index.info().vectors
    query = stored[max(stored, key=lambda digest: len(stored[digest]))][3].copy()
    query[0] ^= 0b101
    nearest_of: dict[tuple[str, float], int] = {}  # a photograph's parts are one instant
    for digest, row, bits in everything:
        key = digest, float(times[digest][row])
        nearest_of[key] = min(nearest_of.get(key, 256), int(np.bitwise_count(bits ^ query).sum()))
    distances = sorted(nearest_of.values())
    for limit in (1, 2, 40, 256):
        hits = index.search_hashes(query[None], at_most_bits=limit, count=1000)[0]
        assert [hit.bits for hit in hits] == [distance for distance in distances if distance <= limit]
    best = index.search_hashes(query[None], at_most_bits=40, count=1)[0][0]
    assert best.bits == distances[0]
    assert best.seconds in times[best.reference.asset_sha256]
    assert best.reference.work_id == "bunny"


def test_pdq_finds_a_registered_film_by_default(tmp_path: Path, embedder: Embedder) -> None:
    index = WorkIndex.open(tmp_path, embedder, create=True)
    index.add("bunny", BUNNY)
    index.add("coffee", COFFEE)
    query = pdq(frames_of(BUNNY, start=2.0, end=2.1)[0]).bits
    hits = index.search_hashes(query[None], at_most_bits=31, count=5)[0]
    assert hits
    assert {hit.reference.work_id for hit in hits} == {"bunny"}
    assert min(abs(hit.seconds - 2.0) for hit in hits) < 0.3


def test_hashes_of_another_version_or_of_plain_frames_are_not_compared(tmp_path: Path, embedder: Embedder) -> None:
    index = WorkIndex.open(tmp_path, embedder, create=True, hasher=HASHER)
    index.add("coffee", COFFEE)
    query = dhash(next(iter(frames_of(COFFEE, end=1))))[0][None]
    assert len(index.search_hashes(query, at_most_bits=256, count=5)[0]) == 1
    other = WorkIndex.open(
        tmp_path, embedder, hasher=FrameHasher("dhash, the next", lambda pixels: (dhash(pixels)[0], 10))
    )
    assert other.search_hashes(query, at_most_bits=256, count=5) == [[]]
    other.add("rocket", ROCKET)
    assert other.search_hashes(query, at_most_bits=256, count=5) == [[]]
    assert len(index.search_hashes(query, at_most_bits=256, count=5)[0]) == 1
    for bad in (query[0], query.astype(np.int32), query[:, :8]):
        with pytest.raises(BadInputError, match="uint8"):
            index.search_hashes(bad, at_most_bits=10, count=1)


def test_prints_of_sound_are_kept_and_checked(tmp_path: Path, embedder: Embedder) -> None:
    def sound_print(path: Path) -> dict[str, np.ndarray] | None:
        return {"landmarks": np.arange(6).reshape(3, 2)} if path == BUNNY else None

    index = WorkIndex.open(tmp_path, embedder, create=True, sound_print=sound_print)
    assert index.add("coffee", COFFEE).sound is None
    sound = index.add("bunny", BUNNY).sound
    assert sound is not None
    again = WorkIndex.open(tmp_path, embedder)
    ((reference, arrays),) = again.sound_prints()
    assert (reference.work_id, arrays["landmarks"].tolist()) == ("bunny", [[0, 1], [2, 3], [4, 5]])
    sound.write_bytes(sound.read_bytes()[:-1] + b"\xff")
    with pytest.raises(BadInputError, match=r"sound.npz: its digest differs"):
        list(again.sound_prints())


# -- samples -------------------------------------------------------------------------------------------------------


def samples(frames: list[Pixels], fps: float) -> list[float]:
    sampler = ReferenceSampler()
    return [
        seconds
        for seconds, pixels in ((number / fps, pixels) for number, pixels in enumerate(frames))
        if sampler.wants(Frame(seconds, pixels))
    ]


def test_each_shot_has_a_sample_however_short(tmp_path: Path, embedder: Embedder) -> None:
    """A shot of 0.2 seconds between two long ones: a sample each half second misses it."""
    bikes, car, bunny = (frames_of(FILMS / name, size=(320, 180)) for name in
                         ("bikes.mp4", "carphone_pristine.mp4", "bigbuckbunny.mp4"))  # fmt: skip
    frames = [*bikes[:27], *bunny[:5], *car[:30]]
    taken = samples(frames, 25)
    assert 27 / 25 in taken
    assert 32 / 25 in taken
    clip = write_clip(tmp_path / "film.mp4", frames)
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    index.add("film", clip)
    hits = index.search(embedder.embed([bunny[2]]), count=1, at_least=0.7)[0]
    assert [hit.seconds for hit in hits] == [pytest.approx(27 / 25, abs=0.05)]


@pytest.mark.parametrize("film", [BIKES, BUNNY])
def test_samples_are_never_more_than_half_a_second_apart(film: Path) -> None:
    frames = frames_of(film, end=10)
    fps = 25
    taken = samples(list(frames), fps)
    gaps = np.diff([*taken, len(frames) / fps])
    assert taken[0] == 0
    assert gaps.max() <= 0.5 + 1 / fps
    assert len(taken) < 2 * len(frames) / fps + 12  # a moving camera is not one cut after another


def test_a_strobe_does_not_make_every_frame_a_sample() -> None:
    black, white = np.zeros((90, 160, 3), np.uint8), np.full((90, 160, 3), 255, np.uint8)
    taken = samples([black, white] * 125, 25)
    assert len(taken) <= 10 / 0.5 + 4
