"""Importing into a real index: what is registered, what is refused, stopping and going on, and what a match then says."""

import io
import json
import shutil
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.cli import main
from auditor.corpus import (
    ImportReport,
    LicenceRegister,
    Registered,
    WorkLicence,
    import_corpus,
    importing,
    licence_in_words,
    licence_of,
    open_source,
    read_licence_table,
)
from auditor.embeddings import Embedder
from auditor.errors import BadInputError, CancelledError
from auditor.index import WorkIndex
from auditor.media.types import Progress
from tests.clips import COFFEE, PHOTOGRAPHS, ROCKET

HEADER = "file,work_id,title,rights_holder,licence,acts,territories,ends\n"
TABLE = HEADER + (
    "stills/coffee.png,coffee,Coffee,Rachel Michetti,CC0-1.0,match reproduce train,*,\n"
    "stills/rocket.jpg,rocket,Rocket,SpaceX,Letter of 3 May,match reference,US,\n"
    "stills/chelsea.png,,Chelsea,Stefan van der Walt,CC0-1.0,adapt,DE,2020-12-31\n"
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Three listed pictures, one of them broken, one file that is not listed; a fourth is listed and lacks."""
    folder = tmp_path / "corpus"
    (folder / "stills").mkdir(parents=True)
    for name, file in (("coffee.png", COFFEE), ("rocket.jpg", ROCKET), ("chelsea.png", PHOTOGRAPHS / "chelsea.png")):
        picture = cv2.imread(str(file))
        small = cv2.resize(picture, (160, 160 * picture.shape[0] // picture.shape[1]))
        cv2.imwrite(str(folder / "stills" / name), small)
    (folder / "works.csv").write_text(TABLE)
    return folder


@pytest.fixture
def index(tmp_path: Path, embedder: Embedder) -> WorkIndex:
    return WorkIndex.open(tmp_path / "index", embedder, create=True)


def bring(index: WorkIndex, source: Path, table: Path, **options: Any) -> ImportReport:
    return import_corpus(index, open_source(source, apart=table), read_licence_table(table), **options)


def outcomes(report: ImportReport) -> dict[str, str]:
    return {result.file: result.outcome for result in report.results}


def test_each_file_is_answered_for_and_again_changes_nothing(corpus: Path, index: WorkIndex, tmp_path: Path) -> None:
    table = corpus / "works.csv"
    (corpus / "stills" / "rocket.jpg").write_bytes(b"no picture")
    shutil.copy(COFFEE, corpus / "extra.png")
    table.write_text(TABLE + "stills/gone.png,gone,Gone,Nobody,MIT,match,*,\n")
    progress: list[Progress] = []
    report = bring(index, corpus, table, on_progress=progress.append)
    assert outcomes(report) == {
        "extra.png": "unlisted", "stills/coffee.png": "registered", "stills/rocket.jpg": "refused",
        "stills/chelsea.png": "registered",
    }  # fmt: skip
    assert (report.missing, report.relicensed, report.complete) == (("stills/gone.png",), (), False)
    assert index.titles() == {"coffee": "Coffee", "stills/chelsea.png": "Chelsea"}
    assert set(LicenceRegister(index.directory).read()) == {"coffee", "stills/chelsea.png"}
    assert {p.unit for p in progress} == {"files", "bytes"}
    digest, licences = index.info().digest, LicenceRegister(index.directory).path.read_bytes()
    again = bring(index, corpus, table)
    assert (again.count("already"), again.count("registered")) == (2, 0)
    assert (index.info().digest, LicenceRegister(index.directory).path.read_bytes()) == (digest, licences)


def test_unlisted_files_need_a_word_and_never_join_a_licensed_work(corpus: Path, index: WorkIndex) -> None:
    (corpus / "works.csv").write_text(HEADER + "stills/coffee.png,stills/rocket.jpg,Coffee,A,MIT,reproduce,*,\n")
    report = bring(index, corpus, corpus / "works.csv", unlisted=True)
    assert outcomes(report) == {
        "stills/coffee.png": "registered", "stills/rocket.jpg": "refused", "stills/chelsea.png": "registered",
    }  # fmt: skip
    assert index.titles() == {"stills/rocket.jpg": "Coffee", "stills/chelsea.png": "chelsea"}
    assert list(LicenceRegister(index.directory).read()) == ["stills/rocket.jpg"]


def test_a_stopped_import_goes_on_where_it_was(
    corpus: Path, index: WorkIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_FILES", 1)
    table = shutil.move(corpus / "works.csv", tmp_path / "works.csv")
    archive = tmp_path / "corpus.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(corpus, "")
    places = tmp_path / "places"
    places.mkdir()
    monkeypatch.setattr(importing.tempfile, "tempdir", str(places))
    with pytest.raises(CancelledError, match="import again"):
        bring(index, archive, table, cancelled=lambda: len(index.titles()) >= 2)
    assert (len(index.titles()), list(places.iterdir())) == (2, [])
    assert set(LicenceRegister(index.directory).read()) == set(index.titles())
    report = bring(index, archive, table)
    assert (report.count("already"), report.count("registered"), report.complete) == (2, 1, True)
    assert list(places.iterdir()) == []


def test_a_changed_table_changes_licences_and_says_so(corpus: Path, index: WorkIndex, tmp_path: Path) -> None:
    table = shutil.move(corpus / "works.csv", tmp_path / "works.csv")
    assert bring(index, corpus, table).complete
    table.write_text(TABLE.replace("match reproduce train", "match"))
    report = bring(index, corpus, table)
    assert (report.count("already"), report.relicensed) == (3, ("coffee",))
    assert LicenceRegister(index.directory).read()["coffee"].licence.acts == ("match",)


def test_a_licence_does_not_spread_to_files_that_it_does_not_name(corpus: Path, index: WorkIndex) -> None:
    bring(index, corpus, corpus / "works.csv")
    register = LicenceRegister(index.directory)
    assert licence_of(register.read(), "coffee", index.assets()["coffee"]) is not None
    index.add("coffee", corpus / "stills" / "rocket.jpg")
    assert licence_of(register.read(), "coffee", index.assets()["coffee"]) is None
    assert licence_of(register.read(), "coffee", ()) is None


def test_importing_again_mends_licences_that_were_lost(corpus: Path, index: WorkIndex) -> None:
    bring(index, corpus, corpus / "works.csv")
    register = LicenceRegister(index.directory)
    before = register.path.read_bytes()
    register.path.unlink()
    assert bring(index, corpus, corpus / "works.csv").count("already") == 3
    assert register.path.read_bytes() == before


def test_a_damaged_register_is_refused(corpus: Path, index: WorkIndex) -> None:
    bring(index, corpus, corpus / "works.csv")
    register = LicenceRegister(index.directory)
    document = json.loads(register.path.read_text())
    document["licences"]["rocket"]["acts"] = ["reproduce"]
    whole = register.path.read_text()
    cut, moved = whole[: len(whole) // 2], whole.replace('"format": 2', '"format": 1')
    swapped = "\n".join(sorted(whole.split("\n")))
    for text in (json.dumps(document), "[" * 100_000, "[]", '{"format": 1}', "", cut, moved, swapped, whole + "x"):
        register.path.write_text(text)
        with pytest.raises(BadInputError, match="import the corpus again"):
            register.read()


@given(st.dictionaries(st.text(min_size=1), st.tuples(st.text(), st.sets(st.text(max_size=4)))))
def test_a_register_gives_back_what_was_stated(stated: dict[str, tuple[str, set[str]]]) -> None:
    records = {
        work_id: Registered(WorkLicence(title, "Coast", "Letter", "", ("match",), ("*",), None), frozenset(assets))
        for work_id, (title, assets) in stated.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        register = LicenceRegister(Path(folder))
        assert register.record(records) == []
        for reader in (register, LicenceRegister(Path(folder))):
            assert dict(reader.read()) == records
        if records:
            document = json.loads(register.path.read_text(encoding="utf-8"))
            assert document["licences"].keys() == records.keys()


def test_a_reader_sees_what_another_wrote(tmp_path: Path) -> None:
    def stated(title: str) -> Registered:
        return Registered(WorkLicence(title, "Coast", "Letter", "", (), ("*",), None), frozenset({"ab"}))

    mine, theirs = LicenceRegister(tmp_path), LicenceRegister(tmp_path)
    mine.record({"w": stated("One")})
    assert theirs.read()["w"].licence.title == "One"
    assert mine.record({"w": stated("Two"), "v": stated("Other")}) == ["w"]
    assert theirs.read()["w"].licence.title == "Two"
    theirs.restate("v", None)
    assert list(mine.read()) == ["w"]


def test_what_licences_mean_in_words(corpus: Path) -> None:
    rows, now = read_licence_table(corpus / "works.csv").rows, datetime(2026, 1, 1, tzinfo=UTC)
    said = [licence_in_words(row.licence, now) for row in rows.values()]
    assert said == [
        "Licensed for reproduction and training everywhere (Rachel Michetti, CC0-1.0).",
        "Not licensed for reproduction or training: its licence permits only being searched for copies and serving as a "
        "reference (SpaceX, Letter of 3 May).",
        "Not licensed: its licence (Stefan van der Walt, CC0-1.0) ended at 2021-01-01 00:00 UTC.",
    ]
    assert licence_in_words(None, now).startswith("Not licensed: no licence is known")


def test_a_hostile_archive_registers_only_what_is_sound(index: WorkIndex, tmp_path: Path) -> None:
    table, archive = tmp_path / "works.csv", tmp_path / "corpus.tar"
    table.write_text(HEADER + "coffee.png,coffee,Coffee,A,MIT,match,*,\nlink.png,link,Link,A,MIT,match,*,\n")
    with tarfile.open(archive, "w") as packed:
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, str(COFFEE)
        packed.addfile(link)
        climbing = tarfile.TarInfo("../coffee.png")
        climbing.size = 1
        packed.addfile(climbing, io.BytesIO(b"x"))
        packed.add(COFFEE, "coffee.png")
    report = bring(index, archive, table)
    assert outcomes(report) == {"link.png": "refused", "../coffee.png": "refused", "coffee.png": "registered"}
    assert list(index.titles()) == ["coffee"]


def test_the_command_line(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = shutil.move(corpus / "works.csv", tmp_path / "works.csv")
    table.write_text("\n".join(TABLE.splitlines()[:2]))
    index = tmp_path / "index"

    def run(*arguments: object, expected: int = 0) -> dict[str, Any]:
        status = main([*map(str, arguments), "--json"])
        captured = capsys.readouterr()
        assert status == expected, captured
        document: dict[str, Any] = json.loads(captured.out)
        return document

    done = run("index", "import", index, corpus, "--licences", table, expected=1)
    assert done["counts"] == {"registered": 1, "already": 0, "refused": 0, "unlisted": 2, "missing": 0}
    (segment,) = run("match", index, COFFEE, expected=1)["segments"]
    assert (segment["licence"]["spdx_id"], segment["licence"]["active"]) == ("CC0-1.0", True)
    assert segment["licence_plain"].startswith("Licensed for reproduction and training everywhere")
    assert main(["match", str(index), str(COFFEE)]) == 1
    assert "Licensed for reproduction and training" in capsys.readouterr().out
    for command in (["match", index, COFFEE], ["audit", COFFEE, "--index", index]):
        assert main([*map(str, command), "--report", str(tmp_path / "report.html")]) == 1
        assert "Licensed for reproduction and training" in capsys.readouterr().out
        assert "<dt>Licence</dt><dd>Licensed for reproduction and training" in (tmp_path / "report.html").read_text()
    (found,) = run("audit", COFFEE, "--index", index, expected=1)["findings"]
    assert found["licence_plain"].startswith("Licensed for reproduction")

    kept = run("index", "replace", index, "--work-id", "coffee", COFFEE, "--keep-licence")
    assert kept["licence"]["acts"] == ["match", "train", "reproduce"]
    assert run("match", index, COFFEE, expected=1)["segments"][0]["licence"]["title"] == "Coffee"
    assert run("index", "replace", index, "--work-id", "coffee", corpus / "stills" / "coffee.png")["licence"] is None
    (segment,) = run("match", index, COFFEE, expected=1)["segments"]
    assert segment["licence"] is None
    assert "no licence is known" in segment["licence_plain"]

    run("index", "import", index, corpus, "--licences", table, expected=1)
    run("index", "remove", index, "--work-id", "coffee")
    assert LicenceRegister(index).read() == {}
    table.write_text(table.read_text().replace("train", "sell"))
    assert main(["index", "import", str(index), str(corpus), "--licences", str(table)]) == 2
    assert "column acts" in capsys.readouterr().err
