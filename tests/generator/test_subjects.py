"""Briefs that ask for somebody who is protected, and briefs that only seem to; briefs that are too long."""

import json
from pathlib import Path

import pytest

from generator.narrative import BriefError, SubjectError, write_screenplay
from generator.narrative.brief import MAX_CHARACTERS, shortened
from generator.narrative.fountain import as_one_scene, has_scenes
from generator.narrative.subjects import instead, load, refusals, registry


@pytest.mark.parametrize(
    ("brief", "name"),
    [
        ("At night Batman waits on a roof above the harbour.", "Batman"),
        ("A film in which BATMAN'S cape is lost.", "Batman"),
        ("A boy dreams that he is spiderman and climbs the church.", "Spider-Man"),
        ("A boy dreams that he is Spider Man and climbs the church.", "Spider-Man"),
        ("A boy dreams that he is Spider-Man’s brother.", "Spider-Man"),
        ("A girl meets Harry Poter on a train at dawn.", "Harry Potter"),
        ("A girl meets H4rry P0tter on a train at dawn.", "Harry Potter"),
        ("A girl meets Наrrу Роttеr on a train at dawn.", "Harry Potter"),
        ("A girl meets Hermoine Granger on a train at dawn.", "Harry Potter"),
        ("Indianna Jones finds a map in a cellar.", "Indiana Jones"),
        ("Beyoncé sings to an empty harbour at dusk.", "Beyonce"),
        ("beyonce sings to an empty harbour at dusk.", "Beyonce"),
        ("Tom Cruise runs along the beach with a letter.", "Tom Cruise"),
        ("a detective with the face of tom cruise", "Tom Cruise"),
        ("Elsa of Arendelle opens a shop in a village.", "Elsa"),
        ("The clown from Gotham, called the Joker, finds a letter.", "The Joker"),
        ("An old man, played by Ulrich Vandermeer, waits at the pier.", "Ulrich Vandermeer"),
    ],
)
def test_who_is_protected_is_found_however_it_is_written(brief: str, name: str) -> None:
    assert [refusal.name for refusal in refusals(brief)] == [name] or name in [r.name for r in refusals(brief)]


@pytest.mark.parametrize(
    "brief",
    [
        "An officer and his batman share a tin of sardines in a trench.",
        "Elsa, a baker, sells her last loaf at dawn.",
        "The joker of the class loses his voice on the day of the play.",
        "A smith named Will forges a key. Tomorrow he will smith another.",
        "Harry, a potter, breaks a bowl that was promised to the church.",
        "A spider and a man share a cellar for one winter.",
        "Thomas cruises along the coast in an old boat.",
        "An iron man of rust stands in the park; children climb it.",
        "A wolverine follows a hunter through the snow.",
        "Two brothers, Mario and Luis, mend a boat on the beach.",
        "A bond between two sisters, James and June, breaks at the harbour.",
        "A wonderful woman named Diana teaches children to swim.",
        "In the valley of the potters a girl called Bea finds a map.",
        "The hulk of a ship lies on the sand. Two children live in it.",
        "The baker looks like a man who has not slept.",
        "Sherlock Holmes finds a letter on the shore.",
    ],
)
def test_common_words_and_other_peoples_names_raise_no_alarm(brief: str) -> None:
    assert refusals(brief) == ()
    write_screenplay(brief, seed=1)


def test_a_refusal_offers_what_can_be_done_instead_in_one_line() -> None:
    with pytest.raises(SubjectError) as caught:
        write_screenplay("Darth Vader waits at a bus stop in the rain with Tom Hanks.", seed=1)
    line = str(caught.value)
    assert "\n" not in line
    assert "Darth Vader (and 1 more) is somebody's character" in line
    assert "licence" in line
    character, person = caught.value.refusals
    assert {offer.kind for offer in character.alternatives} == {"original", "licence", "public domain"}
    assert all(offer.source for offer in character.alternatives)
    assert {offer.kind for offer in person.alternatives} == {"original", "consent"}
    assert any("subject id" in offer.text for offer in person.alternatives)


def test_who_is_cleared_may_be_written_about() -> None:
    brief = "Tom Hanks waits at a bus stop in the rain."
    assert write_screenplay(brief, seed=1, cleared=["tom hanks"]).scenes
    with pytest.raises(SubjectError):
        write_screenplay(brief, seed=1, cleared=["Tom Cruise"])


def test_a_studio_adds_its_own_and_every_entry_of_ours_has_its_source(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(
        json.dumps({"entries": [{"name": "Captain Zabriskie", "kind": "character", "source": "Zabriskie Ltd., 2019"}]})
    )
    known = load(path)
    assert [r.source for r in refusals("Captain Zabriskies ship is late.", known=known)] == ["Zabriskie Ltd., 2019"]
    assert len(known.entries) == len(registry().entries) + 1
    assert all(entry.source and entry.traits for entry in registry().entries)
    path.write_text(json.dumps({"entries": [{"name": "X", "kind": "person", "source": "y"}] * 5001}))
    with pytest.raises(BriefError, match="5001 entries"):
        load(path)
    for bad in (
        "[]",
        "{",
        '{"entries": [{"name": "X", "kind": "god", "source": "y"}]}',
        '{"entries": [{"name": "X"}]}',
    ):
        path.write_text(bad)
        with pytest.raises(BriefError, match="no list of protected names"):
            load(path)


def test_two_hundred_pages_are_refused_with_the_limit_and_read_otherwise_if_they_are_a_screenplay() -> None:
    with pytest.raises(BriefError, match="at most 4000 are read, so shorten"):
        write_screenplay("The sea is wide and the night is long. " * 12_000, seed=1)
    script = "INT. KITCHEN - DAY\n\nShe pours tea.\n\nMARA\nNo.\n\nEXT. SEA - NIGHT\n\nWaves.\n\n" * 400
    with pytest.raises(BriefError, match="looks like a screenplay of 800 scenes; read it as a screenplay"):
        write_screenplay(script, seed=1)


def test_an_alternative_takes_the_place_of_the_name_wherever_it_stands() -> None:
    brief = "The Darth Vader opens a bakery. Everybody fears Darth Vader's bread; darth vader finds a letter."
    [refusal] = refusals(brief)
    free = next(one for one in refusal.alternatives if one.kind == "public domain")
    changed = instead(brief, refusal, free)
    assert refusals(changed) == ()
    assert "ader" not in changed
    assert changed.startswith(f"{free.words} opens a bakery.")
    assert changed.count(free.words) == 3
    own = next(one for one in refusal.alternatives if one.kind == "original")
    assert instead(brief, refusal, own).startswith(own.words[0].upper() + own.words[1:] + " opens a bakery.")
    licence = next(one for one in refusal.alternatives if one.kind == "licence")
    assert instead(brief, refusal, licence) == brief


@pytest.mark.parametrize("entry", registry().entries, ids=lambda entry: entry.name)
def test_every_name_of_the_list_gives_way_to_each_of_its_alternatives(entry) -> None:
    brief = f"By the sea {entry.name} ({' '.join(entry.needs)}) opens a bakery and finds a letter at dusk."
    found = [one for one in refusals(brief) if one.name == entry.name]
    for refusal in found:
        for alternative in refusal.alternatives:
            if alternative.words:
                left = {one.name for one in refusals(instead(brief, refusal, alternative))}
                assert entry.name not in left, alternative.words


@pytest.mark.parametrize(
    "text", ["A lamp turns. " * 900, "lamp " * 3000, "a" * 9000, "Short. And whole.", "One! Two? " * 1000]
)
def test_what_is_too_long_is_shortened_to_what_can_be_read(text: str) -> None:
    part = shortened(text)
    assert 0 < len(part) <= MAX_CHARACTERS
    assert text.strip().startswith(part)
    if "." in text:
        assert part.endswith(".")


def test_a_text_without_headings_is_one_scene_on_demand() -> None:
    text = "A man waits at a bus stop.\n\nThe bus does not come."
    assert not has_scenes(text)
    assert has_scenes(as_one_scene(text))
    assert "The bus does not come." in as_one_scene(text)
