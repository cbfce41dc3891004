"""A copy that lost its manifest finds it again, and nothing else finds one."""

import multiprocessing
import sqlite3
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from auditor.embeddings import Embedder, open_embedder
from auditor.errors import BadInputError, CancelledError
from auditor.fingerprints.iscc import distance, video_code
from auditor.media import MediaError, MediaUnreadableError, MediaUnsupportedError
from auditor.recovery import Recovered, RecoveryIndex, WatermarkPayload
from auditor.recovery.codes import ISCC_BITS, bits_of
from auditor.recovery.searching import PICTURES_SHARE
from tests.clips import BIKES, BUNNY, CAR, COFFEE, ROCKET, ffmpeg, frames_of, still, travel, write_clip

PAYLOAD = WatermarkPayload("org.example.mark", bytes(range(6)))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> RecoveryIndex:
    """Two films and a photograph; tests that change an index make their own."""
    index = RecoveryIndex.open(tmp_path_factory.mktemp("recovery"), embedder, create=True)
    index.add("urn:bikes", BIKES)
    index.add("urn:bunny", BUNNY)
    index.add("urn:rocket", ROCKET)
    return index


@pytest.fixture
def index(tmp_path: Path, embedder: Embedder) -> RecoveryIndex:
    return RecoveryIndex.open(tmp_path / "index", embedder, create=True)


def one(found: tuple[Recovered, ...]) -> Recovered:
    assert len(found) == 1, found
    return found[0]


EDITS = {
    "stripped": ["-c", "copy", "-map_metadata", "-1"],
    "re-encoded": ["-crf", "35"],
    "scaled": ["-vf", "scale=iw/2:ih/2"],
    "cropped": ["-vf", "crop=iw*0.9:ih*0.9"],
    "letterboxed": ["-vf", "pad=iw:ih*1.33:0:(oh-ih)/2"],
    "mirrored": ["-vf", "hflip"],
}


@pytest.mark.parametrize("edit", EDITS)
def test_copy_finds_its_manifest(shared: RecoveryIndex, tmp_path: Path, edit: str) -> None:
    copy = tmp_path / "copy.mp4"
    ffmpeg("-i", BIKES, *EDITS[edit], copy)
    found = one(shared.find(copy))
    assert found.manifest_id == "urn:bikes"
    assert found.by == {"stripped": "content", "re-encoded": "iscc", "scaled": "iscc"}.get(edit, "pictures")
    assert found.mirrored == (edit == "mirrored")
    assert found.unit
    assert 0 < found.score <= 1
    assert "output" in found.plain


def test_same_bytes_and_another_container(shared: RecoveryIndex, tmp_path: Path) -> None:
    assert one(shared.find(BIKES)).by == "digest"
    ffmpeg("-i", BIKES, "-c", "copy", tmp_path / "copy.mkv")
    assert one(shared.find(tmp_path / "copy.mkv")).by == "content"


def test_unrelated_film_and_picture_find_nothing(shared: RecoveryIndex) -> None:
    assert shared.find(CAR) == ()
    assert shared.find(COFFEE) == ()


def test_picture_is_found_cropped_and_mirrored(shared: RecoveryIndex, tmp_path: Path) -> None:
    import cv2

    rocket = still(ROCKET)
    height, width = rocket.shape[:2]
    changed = rocket[height // 20 : -height // 20, width // 20 : -width // 20][:, ::-1]
    cv2.imwrite(str(tmp_path / "copy.jpg"), cv2.cvtColor(changed, cv2.COLOR_RGB2BGR))
    found = one(shared.find(tmp_path / "copy.jpg"))
    assert (found.manifest_id, found.by, found.mirrored) == ("urn:rocket", "pictures", True)


def test_frame_of_a_film_finds_the_film(shared: RecoveryIndex, tmp_path: Path) -> None:
    import cv2

    frame = frames_of(BIKES, start=3.0, end=3.1)[0]
    cv2.imwrite(str(tmp_path / "frame.png"), cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    assert one(shared.find(tmp_path / "frame.png")).manifest_id == "urn:bikes"


def test_film_of_which_little_is_shown_is_not_the_output(shared: RecoveryIndex, tmp_path: Path) -> None:
    """A second of the output in five of something else: a quotation, not a copy."""
    size = (640, 480)
    own = [*frames_of(CAR, end=5.0, size=size)][:100]
    quoted = [*frames_of(BIKES, start=2.0, end=3.0, size=size)]
    clip = write_clip(tmp_path / "mixed.mp4", own + quoted, fps=25)
    assert len(quoted) / (len(own) + len(quoted)) < PICTURES_SHARE
    assert shared.find(clip) == ()


def _crossing(ground: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Three seconds of one room at rest, as a fixed camera sees it, and a small thing that crosses it somewhere."""
    chance = np.random.default_rng(seed)
    (x0, y0), (x1, y1) = chance.uniform(0.1, 0.8, (2, 2))
    for step in np.linspace(0, 1, 75):
        frame = ground.copy()
        top, left = int((y0 + (y1 - y0) * step) * 320), int((x0 + (x1 - x0) * step) * 580)
        frame[top : top + 40, left : left + 50] = chance.integers(60, 70)
        yield frame


def test_other_recording_of_a_scene_at_rest_is_not_the_output(index: RecoveryIndex, tmp_path: Path) -> None:
    ground = next(iter(travel(still(COFFEE), 1, zoom=(1.0, 1.0))))
    registered = write_clip(tmp_path / "morning.mp4", _crossing(ground, 1))
    index.add("urn:morning", registered)
    evening = write_clip(tmp_path / "evening.mp4", _crossing(ground, 2))
    assert distance(video_code(registered), video_code(evening)) <= ISCC_BITS, "else this tests nothing"
    assert index.find(evening) == ()
    ffmpeg("-i", registered, "-crf", "30", tmp_path / "copy.mp4")
    assert one(index.find(tmp_path / "copy.mp4")).manifest_id == "urn:morning"


def test_films_that_share_their_cards_are_not_each_other(index: RecoveryIndex, tmp_path: Path) -> None:
    """All films of one maker begin and end on the same cards, here more than half of their length."""
    from generator.edit.titles import end_card, title_card

    cards = [title_card("Tidewater", "", 640, 360)] * 30 + [end_card(("Made by us",), 640, 360)] * 50

    def film(name: str, picture: Path) -> Path:
        return write_clip(tmp_path / name, [*cards[:30], *travel(still(picture), 50, zoom=(1.0, 1.4)), *cards[30:]])

    index.add("urn:rocket", film("rocket.mp4", ROCKET))
    other = film("coffee.mp4", COFFEE)
    assert index.find(other, thorough=True) == ()
    ffmpeg("-i", tmp_path / "rocket.mp4", "-vf", "hflip", tmp_path / "copy.mp4")
    assert one(index.find(tmp_path / "copy.mp4")).manifest_id == "urn:rocket"


def test_plain_film_has_no_code(index: RecoveryIndex, tmp_path: Path) -> None:
    """Any black film has the code of any other: such a code must not recover anything."""
    black = np.zeros((180, 320, 3), np.uint8)
    first = write_clip(tmp_path / "first.mp4", [black] * 75)
    index.add("urn:black", first)
    assert index.outputs()[0].iscc is None
    gray = write_clip(tmp_path / "second.mp4", [black + 40] * 100)
    assert index.find(gray) == ()
    assert one(index.find(first)).by == "digest"


def test_thorough_search_names_every_means(shared: RecoveryIndex) -> None:
    found = one(shared.find(BIKES, thorough=True))
    assert found.by == "digest"
    assert set(found.also) == {"content", "iscc", "pictures"}


def test_recording_without_pictures(index: RecoveryIndex, tmp_path: Path) -> None:
    original, other = (_song(tmp_path / name, seed) for name, seed in (("a.wav", 1), ("b.wav", 2)))
    index.add("urn:song", original)
    ffmpeg("-i", original, "-b:a", "96k", tmp_path / "copy.mp3")
    found = one(index.find(tmp_path / "copy.mp3"))
    assert (found.manifest_id, found.by, found.unit) == ("urn:song", "sound", "seconds heard")
    assert found.figure >= found.threshold
    assert index.find(other) == ()


def _song(path: Path, seed: int) -> Path:
    """Twelve seconds of notes that nothing else plays: random pitches, random lengths."""
    chance, rate = np.random.default_rng(seed), 22050
    notes: list[np.ndarray] = []
    while sum(map(len, notes)) < 12 * rate:
        at = np.arange(int(chance.uniform(0.15, 0.5) * rate)) / rate
        tone = sum(np.sin(2 * np.pi * f * at) for f in chance.uniform(150, 3000, 3)) * np.exp(-4 * at)
        notes.append(tone / 4 + chance.normal(0, 0.01, at.size))
    samples = (np.concatenate(notes)[: 12 * rate] * 32000).clip(-32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return path


# -- what is no film -------------------------------------------------------------------------------------------------


def test_hostile_files_are_refused_and_change_nothing(index: RecoveryIndex, tmp_path: Path) -> None:
    index.add("urn:rocket", ROCKET)
    (tmp_path / "text.mp4").write_text("no film")
    (tmp_path / "empty.mp4").touch()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(BIKES.read_bytes()[:50_000])
    for name, kind in (("text.mp4", MediaError), ("empty.mp4", MediaUnreadableError), ("cut.mp4", MediaError)):
        with pytest.raises(kind, match=name):
            index.find(tmp_path / name)
        with pytest.raises(kind, match=name):
            index.add("urn:bad", tmp_path / name)
    (tmp_path / "list.m3u8").write_text("#EXTM3U\nfilm.mp4\n")
    with pytest.raises(MediaUnsupportedError):
        index.find(tmp_path / "list.m3u8")
    assert [output.manifest_id for output in index.outputs()] == ["urn:rocket"]


def test_film_of_one_frame(index: RecoveryIndex, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "frame.mp4", [still(ROCKET)[:400, :600]])
    index.add("urn:frame", clip)
    assert one(index.find(clip)).by == "digest"
    ffmpeg("-i", clip, "-crf", "30", tmp_path / "again.mp4")
    assert {found.manifest_id for found in index.find(tmp_path / "again.mp4")} <= {"urn:frame"}


def test_bad_ids_codes_and_payloads(shared: RecoveryIndex) -> None:
    for bad in ("", " ", "x" * 501):
        with pytest.raises(BadInputError, match="id"):
            shared.add(bad, BIKES)
    for bad in ("", "ISCC:NOTHING", "ISCC:AAAQCAAAAAAAAAAA", "x" * 5000):
        with pytest.raises(BadInputError, match="ISCC"):
            shared.find_code(bad)
    with pytest.raises(BadInputError, match="6 bytes"):
        WatermarkPayload("org.example.mark", b"short")


# -- the table -------------------------------------------------------------------------------------------------------


def test_adding_twice_changes_nothing(index: RecoveryIndex) -> None:
    assert index.add("urn:rocket", ROCKET, watermark=PAYLOAD)
    assert not index.add("urn:rocket", ROCKET, watermark=PAYLOAD)
    assert len(index.outputs()) == 1


def test_payload_belongs_to_one_output(index: RecoveryIndex) -> None:
    index.add("urn:rocket", ROCKET, watermark=PAYLOAD)
    with pytest.raises(BadInputError, match="belongs to urn:rocket"):
        index.add("urn:coffee", COFFEE, watermark=PAYLOAD)
    assert [output.manifest_id for output in index.outputs()] == ["urn:rocket"]
    assert index.find_payload(PAYLOAD.alg, PAYLOAD.payload) == ("urn:rocket",)
    assert index.find_payload("org.example.other", PAYLOAD.payload) == ()


def test_two_manifests_of_one_file(index: RecoveryIndex) -> None:
    index.add("urn:one", ROCKET)
    index.add("urn:two", ROCKET)
    assert [found.manifest_id for found in index.find(ROCKET)] == ["urn:one", "urn:two"]


def test_removed_output_is_not_found(index: RecoveryIndex) -> None:
    index.add("urn:rocket", ROCKET, watermark=PAYLOAD)
    index.add("urn:coffee", COFFEE)
    index.remove("urn:rocket")
    assert index.find(ROCKET) == ()
    assert index.find_payload(PAYLOAD.alg, PAYLOAD.payload) == ()
    assert one(index.find(COFFEE)).manifest_id == "urn:coffee"
    with pytest.raises(BadInputError, match="no output 'urn:rocket'"):
        index.remove("urn:rocket")


def test_cancelled_work_changes_nothing(index: RecoveryIndex) -> None:
    with pytest.raises(CancelledError):
        index.add("urn:bikes", BIKES, cancelled=lambda: True)
    assert index.outputs() == ()
    index.add("urn:bikes", BIKES)
    with pytest.raises(CancelledError):
        index.find(CAR, cancelled=lambda: True)


def test_code_is_found_within_its_radius_only(shared: RecoveryIndex) -> None:
    import iscc_core

    code = next(output.iscc for output in shared.outputs() if output.manifest_id == "urn:bikes")
    body = np.unpackbits(bits_of(code))
    for flipped, known in ((0, True), (ISCC_BITS, True), (ISCC_BITS + 1, False)):
        changed = body.copy()
        changed[:flipped] ^= 1
        digest = np.packbits(changed).tobytes()
        other = "ISCC:" + iscc_core.encode_component(
            iscc_core.MT.CONTENT, iscc_core.ST_CC.VIDEO, iscc_core.VS.V0, 256, digest
        )
        assert bool(shared.find_code(other)) == known


def test_writer_that_died_leaves_nothing_that_is_found(
    index: RecoveryIndex, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("auditor.recovery.store.OutputStore.add", die)
        with pytest.raises(KeyboardInterrupt):
            index.add("urn:rocket", ROCKET)
    again = RecoveryIndex.open(index.directory, embedder)
    assert again.find(ROCKET) == ()
    again.add("urn:coffee", COFFEE)
    assert set(again._works.titles()) == {"urn:coffee"}


def test_missing_damaged_and_foreign_tables_say_so(index: RecoveryIndex, embedder: Embedder, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no index of outputs"):
        RecoveryIndex.open(tmp_path / "none", embedder)
    table = index.directory / "outputs.sqlite3"
    with sqlite3.connect(table) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    with pytest.raises(BadInputError, match="format '99'"):
        RecoveryIndex.open(index.directory, embedder)
    with sqlite3.connect(table) as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE name = 'format'")
        connection.execute("UPDATE meta SET value = 'other' WHERE name = 'embedder'")
    with pytest.raises(BadInputError, match="embedder other"):
        RecoveryIndex.open(index.directory, embedder)
    for beside in index.directory.glob("outputs.sqlite3-*"):
        beside.unlink()
    table.write_bytes(b"this is no database" * 100)
    with pytest.raises(BadInputError, match="rebuild"):
        RecoveryIndex.open(index.directory, embedder)


def test_reader_sees_what_others_added(index: RecoveryIndex, embedder: Embedder) -> None:
    reader = RecoveryIndex.open(index.directory, embedder)
    assert reader.find(ROCKET) == ()
    index.add("urn:rocket", ROCKET)
    assert one(reader.find(ROCKET)).manifest_id == "urn:rocket"


def _add_in_a_process(directory: Path, manifest_id: str, path: Path) -> None:
    RecoveryIndex.open(directory, open_embedder(), create=True).add(manifest_id, path)


def test_processes_and_threads_add_and_search_at_once(tmp_path: Path, embedder: Embedder) -> None:
    directory = tmp_path / "index"
    spawned = multiprocessing.get_context("spawn")
    work = {"urn:rocket": ROCKET, "urn:coffee": COFFEE}
    processes = [spawned.Process(target=_add_in_a_process, args=(directory, *item)) for item in work.items()]
    for process in processes:
        process.start()
    reader = RecoveryIndex.open(directory, embedder, create=True)
    wrong: list[object] = []

    def search() -> None:
        for _ in range(10):
            try:
                wrong.extend(found for found in reader.find(ROCKET) if found.manifest_id != "urn:rocket")
            except Exception as error:  # what a thread raises must fail the test
                wrong.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for waiting in (*threads, *processes):
        waiting.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    assert wrong == []
    assert {output.manifest_id for output in reader.outputs()} == set(work)
    assert one(reader.find(COFFEE)).manifest_id == "urn:coffee"
