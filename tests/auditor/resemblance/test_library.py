"""The library on disk: in line with its index, whole or refused, made by one describer."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from auditor.canonical import sha256_file
from auditor.embeddings import Embedder
from auditor.errors import BadInputError, CancelledError
from auditor.index import WorkIndex
from auditor.media import Progress
from auditor.resemblance import Describer, ResemblanceLibrary
from auditor.resemblance.describing import STYLE_DIMENSIONS
from auditor.resemblance.library import read_background
from auditor.resemblance.unusual import LEAST_BACKGROUND
from tests.auditor.resemblance.conftest import write_picture
from tests.auditor.resemblance.test_describing import random_picture
from tests.clips import BIKES, COFFEE, PHOTOGRAPHS, ROCKET, still, write_clip

CAT = PHOTOGRAPHS / "chelsea.png"


@pytest.fixture
def index(tmp_path: Path, embedder: Embedder) -> WorkIndex:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    index.add("coffee", COFFEE, title="Coffee")
    index.add("rocket", ROCKET)
    return index


@pytest.fixture
def made(tmp_path: Path, index: WorkIndex) -> Path:
    ResemblanceLibrary.build(tmp_path / "library", index)
    return tmp_path / "library"


def looked_at(directory: Path, index: WorkIndex) -> list[float]:
    """Builds, and says how many files were looked at."""
    told: list[Progress] = []
    ResemblanceLibrary.build(directory, index, on_progress=told.append)
    return [progress.total for progress in told]


def test_it_holds_what_the_index_holds(pixelated: WorkIndex, library: ResemblanceLibrary) -> None:
    info = library.info()
    assert library.assets == {reference.asset_sha256 for reference in pixelated.references()}
    assert info.files == 4
    assert info.looks == sum(len(looks.times) for _, looks in library.looks(sorted(library.assets)))
    assert 4 <= info.looks <= 10, "one look a shot and one every four seconds"
    assert len(library.background) == info.unrelated + info.files
    for _, looks in library.looks(sorted(library.assets)):
        assert looks.vectors["style"].shape == (len(looks.times), STYLE_DIMENSIONS)
        assert (np.diff(looks.times) > 0).all()
    assert json.loads(json.dumps(info.as_dict()))["digest"] == library.digest
    assert ResemblanceLibrary.open(library.directory).digest == library.digest


def test_only_what_is_new_is_looked_at_and_what_is_gone_goes(made: Path, index: WorkIndex) -> None:
    before = ResemblanceLibrary.open(made).digest
    assert looked_at(made, index) == []
    assert ResemblanceLibrary.open(made).digest == before
    index.add("cat", CAT)
    assert looked_at(made, index) == [1]
    assert ResemblanceLibrary.open(made).digest != before
    index.remove("cat")
    assert looked_at(made, index) == []
    assert ResemblanceLibrary.open(made).digest == before
    assert len(list((made / "media").iterdir())) == 2


def test_the_order_of_works_and_a_rebuild_change_nothing(
    made: Path, tmp_path: Path, index: WorkIndex, embedder: Embedder
) -> None:
    other = WorkIndex.open(tmp_path / "other", embedder, create=True)
    other.add("rocket", ROCKET)
    other.add("coffee", COFFEE)
    again = ResemblanceLibrary.build(tmp_path / "again", other)
    assert again.digest == ResemblanceLibrary.open(made).digest
    shutil.rmtree(made)
    assert ResemblanceLibrary.build(made, index).digest == again.digest


def test_a_build_that_was_stopped_goes_on(tmp_path: Path, index: WorkIndex) -> None:
    asked = iter((False, True, True, True))
    with pytest.raises(CancelledError):
        ResemblanceLibrary.build(tmp_path / "library", index, cancelled=lambda: next(asked))
    held = ResemblanceLibrary.open(tmp_path / "library")
    assert held.info().files == 1
    assert looked_at(tmp_path / "library", index) == [1]


def test_an_index_without_works(tmp_path: Path, embedder: Embedder) -> None:
    empty = ResemblanceLibrary.build(tmp_path / "library", WorkIndex.open(tmp_path / "index", embedder, create=True))
    assert (empty.info().files, empty.info().looks) == (0, 0)
    assert len(empty.background) == empty.info().unrelated
    assert ResemblanceLibrary.open(tmp_path / "library").digest == empty.digest


def test_works_with_little_or_nothing_to_see(tmp_path: Path, embedder: Embedder) -> None:
    index = WorkIndex.open(tmp_path / "index", embedder, create=True)
    black = np.zeros((90, 160, 3), np.uint8)
    index.add("black picture", write_picture(tmp_path / "black.png", black))
    index.add("black film", write_clip(tmp_path / "black.mp4", [black] * 30))
    index.add("one frame", write_clip(tmp_path / "one.mp4", [still(COFFEE)[:360, :600]]))
    index.add("dot", write_picture(tmp_path / "dot.png", random_picture(1, 2, 2)))
    library = ResemblanceLibrary.build(tmp_path / "library", index)
    looks = {reference.work_id: len(held.times) for reference in index.references()
             for asset, held in library.looks([reference.asset_sha256])}  # fmt: skip
    assert looks == {"black picture": 0, "black film": 0, "one frame": 1, "dot": 1}


# -- damage ------------------------------------------------------------------------------------------------------------


def test_every_damaged_file_is_named_and_a_build_makes_it_anew(made: Path, index: WorkIndex) -> None:
    digest = ResemblanceLibrary.open(made).digest
    files = sorted(made.glob("media/*/*.npy"))
    assert len(files) == 6
    for path in files:
        whole = path.read_bytes()
        for damage in (whole[:-3], whole[: len(whole) // 2], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
            path.write_bytes(damage)
            with pytest.raises(BadInputError, match=path.name):
                ResemblanceLibrary.open(made)
        path.unlink()
        with pytest.raises(BadInputError, match=path.name):
            ResemblanceLibrary.open(made)
        assert looked_at(made, index) == [1]
        assert ResemblanceLibrary.open(made).digest == digest


def test_a_damaged_background_is_refused(made: Path, index: WorkIndex) -> None:
    path = made / "background" / "style.npy"
    path.write_bytes(path.read_bytes()[:-1])
    for use in (lambda: ResemblanceLibrary.open(made), lambda: ResemblanceLibrary.build(made, index)):
        with pytest.raises(BadInputError, match=r"style\.npy"):
            use()


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(format=99),
        lambda d: d.pop("identities"),
        lambda d: d["identities"]["style"].pop("version"),
        lambda d: d["background"].pop("style_sha256"),
        lambda d: d.update(media=[1, 2]),
        lambda d: d["media"].update({"../../etc": next(iter(d["media"].values()))}),
        lambda d: next(iter(d["media"].values())).pop("times_sha256"),
        lambda d: next(iter(d["media"].values())).update(rows="many"),
        lambda d: next(iter(d["media"].values())).update(rows=7),
    ],
)
def test_a_damaged_document_is_refused_in_one_line(made: Path, change: object) -> None:
    path = made / "library.json"
    document = json.loads(path.read_text())
    change(document)  # type: ignore[operator]
    path.write_text(json.dumps(document))
    with pytest.raises(BadInputError) as raised:
        ResemblanceLibrary.open(made)
    assert "\n" not in str(raised.value)
    assert "anew" in str(raised.value)


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "\x00"])
def test_what_is_no_document_is_refused(made: Path, text: str) -> None:
    (made / "library.json").write_text(text)
    with pytest.raises(BadInputError, match=r"library\.json"):
        ResemblanceLibrary.open(made)


def test_nothing_is_ever_unpickled(made: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.write_text, (made / "exploded", "boom"))

    path = next(made.glob("media/*/style.npy"))
    np.save(path, np.array([Bomb()], dtype=object), allow_pickle=True)
    document = json.loads((made / "library.json").read_text())
    document["media"][path.parent.name]["style_sha256"] = sha256_file(path)
    (made / "library.json").write_text(json.dumps(document))
    with pytest.raises(BadInputError, match=r"style\.npy"):
        ResemblanceLibrary.open(made)
    assert not (made / "exploded").exists()
    np.load(path, allow_pickle=True)
    assert (made / "exploded").exists(), "the bomb was live"


def test_an_index_is_no_library(tmp_path: Path, index: WorkIndex) -> None:
    with pytest.raises(BadInputError, match="folder of its own"):
        ResemblanceLibrary.build(index.directory, index)
    assert not (index.directory / "library.json").exists()


def test_none_here(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="resemblance build"):
        ResemblanceLibrary.open(tmp_path / "nothing")


# -- whose vectors -----------------------------------------------------------------------------------------------------


def background(folder: Path, count: int = LEAST_BACKGROUND) -> Path:
    folder.mkdir()
    for number in range(count):
        write_picture(folder / f"{number:02}.png", random_picture(number, 60, 80))
    (folder / "notes.txt").write_text("no picture")
    (folder / "broken.png").write_bytes(b"no picture either")
    return folder


def test_another_describer_is_refused(made: Path, index: WorkIndex, tiny: Path, describer: Describer) -> None:
    with pytest.raises(BadInputError, match="semantic was made with backbone"):
        ResemblanceLibrary.open(made, Describer.open(f"open_clip:{tiny}"))
    with pytest.raises(BadInputError, match="semantic was made with backbone"):
        ResemblanceLibrary.build(made, index, content=f"open_clip:{tiny}")
    document = json.loads((made / "library.json").read_text())
    document["identities"]["style"]["version"] = "0: something older"
    (made / "library.json").write_text(json.dumps(document))
    with pytest.raises(BadInputError, match="style was made with look"):
        ResemblanceLibrary.open(made, describer)


def test_open_clip_with_a_background_of_its_own(tmp_path: Path, index: WorkIndex, tiny: Path) -> None:
    content = f"open_clip:{tiny}"
    with pytest.raises(BadInputError, match="--background"):
        ResemblanceLibrary.build(tmp_path / "library", index, content=content)
    assert not (tmp_path / "library" / "library.json").exists()
    few = read_background(background(tmp_path / "few", LEAST_BACKGROUND - 1))
    with pytest.raises(BadInputError, match=f"{LEAST_BACKGROUND - 1} were given"):
        ResemblanceLibrary.build(tmp_path / "library", index, content=content, background=few)
    pictures = read_background(background(tmp_path / "enough"))
    library = ResemblanceLibrary.build(tmp_path / "library", index, content=content, background=pictures)
    assert library.info().unrelated == LEAST_BACKGROUND
    assert library.info().identities["semantic"].name == f"open_clip:{tiny}"
    again = ResemblanceLibrary.open(tmp_path / "library")  # finds the model by the name that it wrote down
    assert again.describer.identities() == library.describer.identities()
    index.add("bikes", BIKES)
    assert ResemblanceLibrary.build(tmp_path / "library", index).info().files == 3
    with pytest.raises(BadInputError, match="background already"):
        ResemblanceLibrary.build(tmp_path / "library", index, background=pictures)


def test_a_background_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no folder"):
        read_background(tmp_path / "nothing")
