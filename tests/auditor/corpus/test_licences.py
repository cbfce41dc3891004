"""Licence tables: what is read, and that each mistake names line, column, value and remedy."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.corpus import LicenceTable, corpus_name, read_licence_table
from auditor.corpus import licences as module
from auditor.errors import BadInputError

HEADER = "file,work_id,title,rights_holder,licence,acts,territories,ends\n"
ROW = "a.png,a,A,Holder,CC-BY-4.0,match reproduce,*,\n"


def table(folder: Path, text: str | bytes, name: str = "works.csv") -> LicenceTable:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_licence_table(path)


def test_a_csv_table(tmp_path: Path) -> None:
    read = table(
        tmp_path,
        "\ufeff"
        + HEADER
        + 'films/a.mp4,film,"Film, the",Studio,cc-by-sa-4.0,adapt|match reproduce,DE US-CA,2027-12-31\n'
        '\n./stills//b.png,,Still,Ada,"Letter\nof 3 May",none,*,2027-01-01T10:00:00+02:00\n',
    )
    film, still = read.rows["films/a.mp4"], read.rows["stills/b.png"]
    assert (film.work_id, film.line, film.licence.title) == ("film", 2, "Film, the")
    assert (film.licence.spdx_id, film.licence.acts) == ("CC-BY-SA-4.0", ("match", "reproduce", "adapt"))
    assert film.licence.territories == ("DE", "US-CA")
    assert film.licence.ends == datetime(2028, 1, 1, tzinfo=UTC)  # the day that is named is the last one
    assert (still.work_id, still.line) == ("stills/b.png", 4)
    assert (still.licence.spdx_id, still.licence.licence, still.licence.acts) == ("", "Letter of 3 May", ())
    assert still.licence.ends == datetime(2027, 1, 1, 8, tzinfo=UTC)


def test_json_and_semicolons_say_the_same(tmp_path: Path) -> None:
    record = {"file": "a.png", "work_id": "a", "title": "A", "rights_holder": "Holder", "licence": "CC-BY-4.0",
              "acts": ["match", "reproduce"], "territories": "*", "ends": None}  # fmt: skip
    from_json = table(tmp_path, json.dumps([record]), "works.json").rows["a.png"]
    from_csv = table(tmp_path, (HEADER + ROW).replace(",", ";")).rows["a.png"]
    assert from_json.licence == from_csv.licence == table(tmp_path, HEADER + ROW).rows["a.png"].licence


def test_an_owners_reservation_is_read_and_nothing_else_in_its_place(tmp_path: Path) -> None:
    header, row = HEADER.replace("ends", "ends,reservations"), ROW.strip()
    read = table(tmp_path, f"{header}{row},tdm\n{row.replace('a.png,a', 'b.png,b')},\n")
    assert read.rows["a.png"].licence.reservations == ("tdm",)
    assert read.rows["a.png"].licence.as_dict()["reservations"] == ["tdm"]
    assert read.rows["b.png"].licence.reservations == ()
    with pytest.raises(BadInputError, match=r"line 2, column reservations: 'everything': .* is not known; write tdm"):
        table(tmp_path, f"{header}{row},everything\n")
    with pytest.raises(BadInputError, match="contradicts"):
        table(tmp_path, f"{header}{row},tdm\n{row.replace('a.png', 'b.png')},\n")


def test_files_of_one_work_belong_together(tmp_path: Path) -> None:
    works = table(tmp_path, HEADER + ROW + ROW.replace("a.png", "b.png")).works()
    assert [row.file for row in works["a"]] == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER.replace("ends", "until") + ROW, ["line 1", "'until'", "known are"]),
        (HEADER.replace("ends", "title") + ROW, ["line 1", "'title'", "twice"]),
        (HEADER.replace(",licence", "") + ROW, ["line 1", "'licence'", "missing"]),
        (HEADER + ROW + ROW, ["line 3", "column file", "'a.png'", "line 2"]),
        (HEADER + ROW + "./a.png" + ROW[5:], ["line 3", "column file", "line 2"]),
        (HEADER + ROW + ROW.replace("a.png", "b.png").replace("CC-BY-4.0", "MIT"),
         ["line 3", "column licence", "'MIT'", "'CC-BY-4.0'", "line 2"]),
        (HEADER + ROW.replace("a.png", "../a.png"), ["line 2", "column file", "../a.png", "'..'"]),
        (HEADER + ROW.replace("a.png", "/a.png"), ["line 2", "column file", "absolute"]),
        (HEADER + ROW.replace("match reproduce", "match sell"), ["line 2", "column acts", "'sell'", "reproduce"]),
        (HEADER + ROW.replace("match reproduce", "none match"), ["line 2", "column acts", "'none'", "alone"]),
        (HEADER + ROW.replace("match reproduce", ""), ["line 2", "column acts", "none"]),
        (HEADER + ROW.replace("*", ""), ["line 2", "column territories", "whole world"]),
        (HEADER + ROW.replace("*", "germany"), ["line 2", "column territories", "'germany'", "DE"]),
        (HEADER + ROW.replace("*,", "*,31.12.2027"), ["line 2", "column ends", "'31.12.2027'", "2027-12-31"]),
        (HEADER + ROW.replace("*,", "*,2027-02-30"), ["line 2", "column ends", "2027-02-30"]),
        (HEADER + ROW.replace("*,", "*,9999-12-31"), ["line 2", "column ends"]),
        (HEADER + ROW.replace("*,", "*,2027-01-01T10:00"), ["line 2", "column ends", "time zone"]),
        (HEADER + ROW.replace("Holder", " "), ["line 2", "column rights_holder", "empty"]),
        (HEADER + ROW.replace("Holder", "x" * 301), ["line 2", "column rights_holder", "300"]),
        (HEADER + ROW.replace(",a,", ",\x1b[2J,"), ["line 2", "column work_id"]),
        (HEADER + ROW.replace(",*", ""), ["line 2", "7 cells", "8 columns"]),
        (HEADER + '"a.png', ["line 2", "CSV"]),
        (HEADER.encode() + b"\xff\xfe", ["line 2", "UTF-8"]),
        (HEADER, ["no rows"]),
        ("", ["no rows"]),
    ],
)  # fmt: skip
def test_each_mistake_is_one_clear_line(tmp_path: Path, text: str | bytes, said: list[str]) -> None:
    with pytest.raises(BadInputError) as raised:
        table(tmp_path, text)
    message = str(raised.value)
    assert "works.csv" in message
    assert "\n" not in message
    assert "\x1b" not in message
    assert [part for part in said if part not in message] == []


@pytest.mark.parametrize("text", ["{}", "[1]", "[" * 100_000, '[{"file": 1, "file": 2}]', '[{"file": "a.png"}]', "nul"])
def test_json_that_is_no_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInputError, match=r"works\.json"):
        table(tmp_path, text, "works.json")


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 1)
    with pytest.raises(BadInputError, match="more than 1 rows"):
        table(tmp_path, HEADER + ROW + ROW.replace("a.png", "b.png"))
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    with pytest.raises(BadInputError, match="split"):
        table(tmp_path, HEADER + ROW * 2)


@given(st.text(max_size=60) | st.lists(st.sampled_from(["a", "..", ".", "", "é", "e\u0301"]), max_size=6).map("/".join))
def test_a_name_stays_inside_or_is_refused(name: str) -> None:
    try:
        checked = corpus_name(name)
    except BadInputError:
        return
    root = Path("/corpus")
    assert (root / checked).is_relative_to(root)
    assert ".." not in Path(checked).parts
    assert corpus_name(checked) == checked
