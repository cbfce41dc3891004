"""Versions: colours, changes line by line, and who wrote what after many hands."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import ScreenplayError
from generator.narrative import plan_story
from generator.narrative.revisions import COLOURS, Author, Revision, compare
from generator.narrative.writers import GrammarWriter

MACHINE, ANNA, BEN = Author("model", "writer 1"), Author("person", "anna"), Author("person", "ben")

_line = st.one_of(
    st.sampled_from(
        ["", "MARA", "Rain.", "She turns the letter over, once.", "You said nothing, all that time.", "EXT. SEA - DAY"]
    ),
    st.text(max_size=30).map(lambda text: text.replace("\r", "").replace("\n", "")),
)
_text = st.lists(_line, max_size=25)


@settings(max_examples=300, deadline=None)
@given(_text, _text)
def test_a_comparison_holds_every_line_of_both_versions_once(before: list[str], after: list[str]) -> None:
    changes = compare(before, after)
    assert sorted(c.before for c in changes if c.before >= 0) == list(range(len(before)))
    assert [c.after for c in changes if c.after >= 0] == list(range(len(after)))
    for change in changes:
        assert change.was == (before[change.before] if change.before >= 0 else "")
        assert change.now == (after[change.after] if change.after >= 0 else "")
        if change.kind == "same":
            assert change.was == change.now
        if change.kind == "moved":
            assert change.was.strip() == change.now.strip()
        assert (change.before < 0) == (change.kind == "added")
        assert (change.after < 0) == (change.kind == "removed")
    assert [c.kind for c in compare(after, after)] == ["same"] * len(after)


@settings(max_examples=200, deadline=None)
@given(st.lists(_text, min_size=1, max_size=5))
def test_blame_gives_every_line_an_author_who_had_a_hand_in_it(versions: list[list[str]]) -> None:
    revision = Revision.first("\n".join(versions[0]), by=MACHINE)
    for number, lines in enumerate(versions[1:]):
        by = (ANNA, BEN)[number % 2]
        text = "\n".join(lines)
        later = revision.revised(text, by=by)
        assert later.text == text
        known = {(line.text.strip(), line.author) for line in revision.lines}
        assert all(line.author == by or (line.text.strip(), line.author) in known for line in later.lines)
        assert later.revised(text, by=ANNA).lines == later.lines  # nothing changed, nobody wrote
        assert Revision.from_dict(json.loads(json.dumps(later.as_dict()))) == later
        revision = later


def test_authorship_survives_edits_moves_and_the_way_back() -> None:
    written = GrammarWriter().write(
        plan_story("A keeper, Mara, finds a letter. Her daughter Ilse wants to burn it.", seed=2)
    )
    first = Revision.written(written.lines, by=MACHINE)
    lines = first.text.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("Mara"))
    lines[at] += " Then, slowly, the other one."
    lines.insert(at + 1, "")
    lines.insert(at + 2, "A moth goes round the lamp.")
    second = first.revised("\n".join(lines), by=ANNA)
    assert [line.text for line in second.lines if line.author == ANNA and line.text] == [
        lines[at],
        "A moth goes round the lamp.",
    ]
    kinds = [change.kind for change in second.changes_since(first)]
    assert kinds.count("changed") == 1
    assert "removed" not in kinds
    scene = next(n for n, line in enumerate(lines) if line.startswith(("EXT.", "INT.")))
    moved = [*lines[scene:], "", *lines[:scene]]
    third = second.revised("\n".join(moved), by=BEN)
    assert {line.author for line in third.lines if len(line.text) > 20} == {
        line.author for line in second.lines if len(line.text) > 20
    }
    assert "moved" in {change.kind for change in third.changes_since(second)}
    assert set(third.shares()) >= {ANNA}


def test_colours_follow_the_industrys_order_and_begin_anew() -> None:
    revision = Revision.first("a", by=ANNA)
    seen = []
    for number in range(12):
        seen.append(revision.colour)
        revision = revision.revised(f"a{number}", by=ANNA)
    assert (
        seen[:9]
        == list(COLOURS)
        == ["white", "blue", "pink", "yellow", "green", "goldenrod", "buff", "salmon", "cherry"]
    )
    assert seen[9:] == ["second white", "second blue", "second pink"]


@pytest.mark.parametrize(
    "stored", [{}, {"authors": [{"kind": "god", "id": "1"}]}, {"authors": [], "lines": [["a", 3]]}]
)
def test_what_is_no_stored_version_is_refused(stored: dict[str, object]) -> None:
    with pytest.raises(ScreenplayError, match="stored version"):
        Revision.from_dict(stored)


def test_a_version_of_absurd_length_is_refused() -> None:
    with pytest.raises(ScreenplayError, match="20000 are compared"):
        Revision.first("\n" * 30_000, by=ANNA)
