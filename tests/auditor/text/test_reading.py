"""Screenplays and subtitles from strangers are read rightly, or refused with one line."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import BadInputError
from auditor.text import Script, read_script
from auditor.text.reading import MAX_BYTES, MAX_LINE, parse_script

FOUNTAIN = """Title: The Salt Road
Author: Nobody

INT. KITCHEN - NIGHT

The kettle *sings*. Nobody listens. [[a note to the editor]]

/* a scene that was cut:
MARTA
I never said this. */

MARTA
(whispering)
You came back for the map.

TOMAS ^
And you for the salt.

> CUT TO:

~ The road is long and white
"""
SRT = """1
00:00:01,000 --> 00:00:03,500
<i>You came back</i>
for the {\\an8}map.

2
00:01:02,250 --> 00:01:04,000
And you for the salt&#33;
"""
VTT = """WEBVTT - a title

NOTE
not said: ten words that nobody ever hears in the film

STYLE
::cue { color: red }

cue-1
00:01.000 --> 00:03.500 align:start
<v Marta>You came back for the map.</v>

01:00:02.000 --> 01:00:04.000
And you for the salt.
"""


def told(script: Script) -> list[str]:
    return [line.text for line in script.lines]


def test_fountain_keeps_what_is_told_and_says_what_is_spoken() -> None:
    script = parse_script("film.fountain", FOUNTAIN)
    assert script.kind == "fountain"
    spoken = [line.text for line in script.lines if line.spoken]
    assert spoken == ["You came back for the map.", "And you for the salt.", "The road is long and white"]
    assert [line.text for line in script.lines if not line.spoken] == ["The kettle sings. Nobody listens."]
    everything = " ".join(told(script))
    for absent in ("never said", "KITCHEN", "MARTA", "whispering", "CUT TO", "Salt Road"):
        assert absent not in everything
    (map_line,) = [line for line in script.lines if "map" in line.text]
    assert FOUNTAIN.split("\n")[map_line.number - 1] == "You came back for the map."


def test_srt_has_seconds_and_lines() -> None:
    script = parse_script("a.srt", SRT)
    assert script.kind == "subtitles"
    assert told(script) == ["You came back", "for the map.", "And you for the salt!"]
    assert [line.seconds.as_list() for line in script.lines if line.seconds] == [[1, 3.5], [1, 3.5], [62.25, 64]]
    assert [line.number for line in script.lines] == [3, 4, 8]


def test_vtt_has_seconds_and_leaves_notes_out() -> None:
    script = parse_script("a.vtt", VTT)
    assert told(script) == ["You came back for the map.", "And you for the salt."]
    assert [line.seconds.as_list() for line in script.lines if line.seconds] == [[1, 3.5], [3602, 3604]]


def test_cues_out_of_order_are_sorted_and_backward_ones_have_no_length() -> None:
    text = "00:00:09,0 --> 00:00:10,0\nlater\n\n00:00:05,5 --> 00:00:01,0\nsooner\n"
    script = parse_script("a.srt", text)
    assert told(script) == ["sooner", "later"]
    assert script.lines[0].seconds is not None
    assert script.lines[0].seconds.as_list() == [5.5, 5.5]


def test_plain_text_keeps_its_lines() -> None:
    script = parse_script("a.txt", "One line.\r\n\r\nAnother\u200b line.\rA third.")
    assert script.kind == "plain"
    assert [(line.text, line.number) for line in script.lines] == [
        ("One line.", 1),
        ("Another line.", 3),
        ("A third.", 4),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes("Der Weg über die Höhe — “weiß”".encode(encoding))
    assert told(read_script(tmp_path / "a.txt")) == ["Der Weg über die Höhe — “weiß”"]


REFUSED = {
    "empty": (b"", "no words"),
    "spaces": (b" \n\n\t", "no words"),
    "only numbers of cues": (b"1\n00:00:01,0 --> 00:00:02,0\n\n2\n00:00:03,0 --> 00:00:04,0\n", "no words"),
    "a program": (b"\x7fELF\0\0\0", "NUL"),
    "half utf-16": (b"\xff\xfeA\0B", "utf-16"),
    "one endless line": (b"a" * (MAX_LINE + 1), "characters"),
    "a clock of days": (b"999:00:01,0 --> 999:00:02,0\nHello there\n", "limit"),
    "too large": (b"word\n" * (MAX_BYTES // 5 + 1), "MiB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_script_is_refused_in_one_line(tmp_path: Path, what: str) -> None:
    data, words = REFUSED[what]
    (tmp_path / "bad.txt").write_bytes(data)
    with pytest.raises(BadInputError) as caught:
        read_script(tmp_path / "bad.txt")
    assert str(caught.value).startswith("bad.txt: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path / "missing.txt", tmp_path / "pipe", tmp_path):
        with pytest.raises(BadInputError):
            read_script(wrong)


PIECES = st.sampled_from(
    ["00:00:01,000 --> 00:00:02,000", "-->", "WEBVTT", "INT. X - DAY", "MARTA", "@x", ">", "/*", "*/", "[[", "]]", "~",
     "(a)", "===", "word", "<i>", "{", "\n", "\n\n", "\r", "\0x", "\u202e", "TOMAS ^", "&#x110000;", "99:99:99,9 --> 1:1,1"]
)  # fmt: skip


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=30).map(" \n".join),
    st.sampled_from(["a.txt", "a.fountain"]),
)
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    try:
        script = parse_script(name, text)
    except BadInputError:
        return
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert script.lines
    for line in script.lines:
        assert 1 <= line.number <= len(rows)
        assert line.text == " ".join(line.text.split())
        assert line.text.isprintable()
