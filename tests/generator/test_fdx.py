"""Final Draft out and in, and the whole of Fountain: what is written reads back equal."""

import re

import pytest
from fountain import FDXRenderer, FountainParser
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import ScreenplayError
from generator.narrative import Choice, Element, Heading, Scene, Screenplay, parse_fountain, write_screenplay
from generator.narrative.fdx import parse_fdx, write_fdx
from generator.narrative.fountain import plain

_word = st.text(st.characters(exclude_categories=("Cs", "Co", "Cn")), min_size=1, max_size=40).map(plain)
_line = _word.filter(
    lambda text: bool(re.search(r"[^\W_]", text)) and not text.endswith(("<", "^")) and "#" not in text
)
#: What stands between marks of Fountain's own can't hold them.
_page_line = _line.filter(lambda text: text[0].isalnum() and text[-1].isalnum() and not set("<>") & set(text))
_cue = st.sampled_from(["MARA", "ILSE", "DR. VOSS", "ÉMILE", "R2"])
_told = st.one_of(
    st.builds(Element, st.sampled_from(["action", "shot"]), _line),
    st.builds(Element, st.sampled_from(["lyric", "centered", "synopsis"]), _page_line),
    st.builds(Element, st.just("note"), _line.map(lambda text: f"about {text}")),
    st.builds(
        Element,
        st.just("dialogue"),
        _line,
        _cue,
        st.sampled_from(["", "softly", "to no one"]),
        extension=st.sampled_from(["", "V.O.", "O.S."]),
    ),
    st.builds(Element, st.just("transition"), st.sampled_from(["CUT TO:", "FADE OUT.", "SMASH CUT TO:"])),
    st.builds(lambda text, level: Element("section", text, level=level), _page_line, st.integers(1, 3)),
    st.just(Element("page break", "")),
)


def _paired(elements: list[Element]) -> tuple[Element, ...]:
    """Some dialogue that follows dialogue becomes dual, never three in a row."""
    found: list[Element] = []
    for place, element in enumerate(elements):
        follows = bool(found) and found[-1].kind == element.kind == "dialogue" and not found[-1].dual
        dual = follows and place % 2 == 1 and found[-1].character != element.character
        found.append(
            Element(
                element.kind,
                element.text,
                element.character,
                element.parenthetical,
                dual,
                element.level,
                element.extension,
            )
        )
    return tuple(found)


_scene = st.builds(
    Scene,
    st.builds(
        Heading, st.booleans(), st.sampled_from(["HARBOUR", "OLD MILL", "SEA"]), st.sampled_from(["DAY", "NIGHT"])
    ),
    st.lists(_told, max_size=8).map(_paired),
    st.sampled_from(["", "s1", "12A"]),
    st.sampled_from(["", "Midpoint", "Ten: the turn"]),
    st.integers(0, 40),
    st.lists(
        st.builds(Choice, st.sampled_from(["Go on", "Burn it", "Wait, then go"]), st.sampled_from(["s2", "s9"])),
        max_size=2,
    ).map(tuple),
)
_screenplay = st.builds(
    Screenplay,
    title=_line,
    logline=st.just("A line."),
    credit=st.sampled_from(["", "Us"]),
    mood=st.sampled_from(["", "tense"]),
    cast=st.sampled_from([(), (("MARA", "keeper"), ("ILSE", "old sailor"))]),
    scenes=st.lists(_scene, min_size=1, max_size=3).map(tuple),
    structure=st.sampled_from(["", "loop"]),
    page=st.sampled_from([(), (("author", "A. Writer"), ("draft date", "27/11/2026"))]),
    opening=st.sampled_from([(), (Element("transition", "FADE IN:"), Element("section", "Act one", level=1))]),
)


@settings(max_examples=250, deadline=None)
@given(_screenplay)
def test_final_draft_reads_back_equal(screenplay: Screenplay) -> None:
    assert parse_fdx(write_fdx(screenplay)) == screenplay


@settings(max_examples=250, deadline=None)
@given(_screenplay)
def test_all_of_fountain_reads_back_equal(screenplay: Screenplay) -> None:
    assert parse_fountain(screenplay.to_fountain()) == screenplay


def test_both_formats_carry_the_same_screenplay() -> None:
    written = write_screenplay(
        "A keeper, Mara, finds a letter. Her daughter Ilse wants to burn it.", structure="branching", scenes=6, seed=1
    )
    assert parse_fdx(write_fdx(parse_fountain(written.to_fountain()))) == written


def test_what_we_write_is_what_fountain_py_writes_where_it_writes_it() -> None:
    """Type and text of each paragraph that both have: fountain-py leaves notes and numbers out."""
    text = (
        "Title: T\n\nFADE IN:\n\nINT. HOUSE - NIGHT\n\nRain & <wind>.\n\n> THE END <\n\n"
        "BOB\nHello.\n\nANN ^\n(low)\nHi.\n\n> SMASH CUT:\n"
    )
    theirs = FDXRenderer().render(FountainParser().parse(text))
    theirs = theirs if isinstance(theirs, str) else theirs.decode()
    pair = re.compile(r'<Paragraph Type="([^"]+)"[^>]*>\s*<Text>([^<]*)</Text>')
    assert pair.findall(write_fdx(parse_fountain(text))) == pair.findall(theirs)
    assert parse_fdx(theirs) == parse_fountain(text)


def test_a_file_as_final_draft_writes_it_is_read() -> None:
    data = b"""<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="5"><Content>
<Paragraph Number="1" Type="Scene Heading"><SceneProperties Page="1"/><Text>INT. KITCHEN - DAY</Text></Paragraph>
<Paragraph Type="Action"><Text>A kettle </Text><Text Style="Bold">screams</Text><Text>.</Text></Paragraph>
<Paragraph Type="Character"><Text>ANN</Text></Paragraph><Paragraph Type="Dialogue"><Text>Off.</Text></Paragraph>
<Paragraph Type="Cast List"><Text>ignored</Text></Paragraph></Content>
<TitlePage><Content><Paragraph Alignment="Center"><Text>KETTLE</Text></Paragraph></Content></TitlePage></FinalDraft>"""
    screenplay = parse_fdx(data)
    assert screenplay.title == "KETTLE"
    assert screenplay.scenes[0].id == "1"
    assert [element.text for element in screenplay.scenes[0].elements] == ["A kettle screams.", "Off."]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not well-formed"),
        (b"<FinalDraft><Content>", "not well-formed"),
        (b"\xff\xfe\x00", "not well-formed"),
        (b"<html/>", "another kind"),
        (b"<FinalDraft><Content/></FinalDraft>", "no scene"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><FinalDraft><Content>&a;</Content></FinalDraft>', "entities"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><FinalDraft/>', "document type"),
        (b"<FinalDraft>" + b" " * 4_000_000 + b"</FinalDraft>", "bytes"),
        (b"<?xml version='1.0' encoding='no-such'?><FinalDraft/>", "not well-formed"),
    ],
)
def test_what_is_no_final_draft_file_or_would_do_harm_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ScreenplayError, match=reason) as caught:
        parse_fdx(data)
    assert "\n" not in str(caught.value)
