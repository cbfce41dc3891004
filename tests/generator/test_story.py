"""Story plans on many structures, and whether what is written from them is worth reading: by what can be counted."""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generator.narrative import (
    Screenplay,
    StoryError,
    parse_fountain,
    plan_as_dict,
    plan_story,
    structures,
    write_screenplay,
)
from generator.narrative.fdx import parse_fdx, write_fdx
from generator.narrative.material import templates, tokens, voices

BRIEFS = {
    "drama": "At dusk a lonely lighthouse keeper, Mara, finds a sealed letter washed up on the rocks. Her daughter Ilse "
    "arrives by boat and wants to burn it. But the storm is coming, and the letter names the man who never came back.",
    "comedy": "A comedy about a wedding at a country inn. The waiter Paulo must hide the missing cake from two hundred "
    "guests while the bride's mother searches for him.",
    "documentary": "A documentary about the last clockmaker of a mountain village. Every morning old Henrik opens his "
    "workshop. His granddaughter Liv wants to learn the trade before he closes for good.",
    "science fiction": "On a failing space station above Mars, engineer Noor discovers that the ship's computer has "
    "counted one passenger too many. The commander wants to shut it down before the air runs out.",
    "advert": "An advert for a folding bicycle that fits under a desk. A young teacher is late every morning in the rain.",
    "children": "A children's story: a little girl called Pim finds a fox with one white foot in the garden. It is "
    "afraid of the rain and she wants to bring it home to the forest.",
}


def sentences(screenplay: Screenplay) -> list[str]:
    told = [e.text for s in screenplay.scenes for e in s.elements if e.kind in ("action", "dialogue")]
    return [
        " ".join(re.findall(r"[^\W_]+", part.casefold()))
        for text in told
        for part in re.findall(r"[^.!?…]+", text)
        if re.search(r"\w", part)
    ]


@pytest.mark.parametrize("form", BRIEFS)
@pytest.mark.parametrize("name", structures())
def test_every_structure_can_be_told_in_any_form_and_survives_fountain(form: str, name: str) -> None:
    least = {"branching": 5, "loop": 4, "frame": 3, "non-linear": 3}.get(name, 1)
    for scenes in (least, 9, 20):
        screenplay = write_screenplay(BRIEFS[form], structure=name, scenes=scenes, seed=scenes)
        assert len(screenplay.scenes) == scenes
        assert screenplay.structure == name
        assert all(scene.beat for scene in screenplay.scenes)
        assert parse_fountain(screenplay.to_fountain()) == screenplay
        assert "{" not in screenplay.to_fountain()
        assert not re.search(r"\b(?:the the|a the|the a) ", screenplay.to_fountain())


@pytest.mark.parametrize("form", BRIEFS)
def test_no_sentence_is_written_twice(form: str) -> None:
    for seed, name in enumerate(structures()):
        counted = Counter(sentences(write_screenplay(BRIEFS[form], structure=name, scenes=20, seed=seed)))
        assert [text for text, times in counted.items() if times > 1] == []


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(
        [*BRIEFS.values(), "no known nouns whatsoever in this sentence", "رجل عجوز ينتظر ابنه في الميناء."]
    ),
    st.sampled_from(list(structures())),
    st.integers(5, 24),
    st.integers(0, 2**62),
)
@example(BRIEFS["advert"], "three-act", 24, 33)  # one person, many scenes: the decks of lines run out
def test_whatever_is_asked_for_is_told_once_and_reads_back(brief: str, name: str, scenes: int, seed: int) -> None:
    screenplay = write_screenplay(brief, structure=name, scenes=scenes, seed=seed)
    assert len(screenplay.scenes) == scenes
    assert parse_fountain(screenplay.to_fountain()) == screenplay
    assert parse_fdx(write_fdx(screenplay)) == screenplay
    assert max(Counter(sentences(screenplay)).values()) == 1
    assert all(sum(e.kind in ("action", "dialogue") for e in scene.elements) >= 2 for scene in screenplay.scenes)


def test_plans_are_deterministic_and_other_seeds_tell_other_stories() -> None:
    plans = [plan_story(BRIEFS["drama"], structure="heros-journey", scenes=12, seed=seed) for seed in (1, 1, 2, 3)]
    assert plan_as_dict(plans[0]) == plan_as_dict(plans[1])
    assert len({str(plan_as_dict(plan)) for plan in plans}) == 3


def test_people_want_something_that_stands_against_each_other_and_the_lead_changes() -> None:
    plan = plan_story(BRIEFS["drama"], structure="three-act", scenes=8, seed=2)
    mara, ilse = plan.characters[:2]
    assert ilse.want == "burn it"  # the brief says so
    assert mara.want != ilse.want
    assert mara.obstacle
    assert mara.before != mara.after
    assert len({person.voice for person in plan.characters}) == len(plan.characters)
    assert not mara.invented
    assert plan.characters[2].invented
    assert all(scene.change[0] != scene.change[1] for scene in plan.scenes)


@pytest.mark.parametrize("form", [form for form in BRIEFS if form != "advert"])
def test_what_is_set_up_is_paid_off_and_not_before(form: str) -> None:
    for seed in range(6):
        plan = plan_story(BRIEFS[form], structure="three-act", scenes=12, seed=seed)
        text = write_screenplay(BRIEFS[form], structure="three-act", scenes=12, seed=seed).to_fountain()
        own = tokens()[plan.token]
        head = [re.sub(r"\{\w+\}.*", "", own[key][0]).split(".")[0] for key in ("plant", "pay")]
        head = [
            part if part.strip() else own[key][0].split("{", 2)[1].split("}")[1][:24]
            for part, key in zip(head, ("plant", "pay"), strict=True)
        ]
        planted, paid = (text.find(part.strip(" .;,")) for part in head)
        assert 0 <= planted < paid, (plan.token, head)


def _words(text: str) -> list[str]:
    count = len(re.findall(r"[\w'’]+", text))
    shape = [f"len{min(count // 4, 6)}", *re.findall(r"[?!,:]|'", text)]
    return shape + [word.lower() for word in re.findall(r"[\w'’]+", text)]


def test_speakers_can_be_told_apart_by_half_of_their_lines() -> None:
    """Multinomial naive Bayes over words, punctuation and length, learned on the even lines, tried on the odd ones."""
    right = total = 0
    chance = 0.0
    for form, brief in BRIEFS.items():
        for seed in range(3):
            screenplay = write_screenplay(brief, structure="fifteen-beats", scenes=20, seed=seed)
            lines = [
                (e.character, _words(e.text)) for s in screenplay.scenes for e in s.elements if e.kind == "dialogue"
            ]
            counts = Counter(who for who, _ in lines)
            people = [who for who, times in counts.items() if times >= 8]
            assert len(people) >= 2, (form, counts)
            rows = [line for line in lines if line[0] in people]
            known, asked = rows[::2], rows[1::2]
            seen = {who: Counter(word for name, words in known if name == who for word in words) for who in people}
            vocabulary = {word for counter in seen.values() for word in counter}
            for who, words in asked:
                scores = [
                    sum(
                        np.log((seen[p][w] + 0.5) / (seen[p].total() + 0.5 * len(vocabulary)))
                        for w in words
                        if w in vocabulary
                    )
                    for p in people
                ]
                right += people[int(np.argmax(scores))] == who
                total += 1
            chance += max(Counter(who for who, _ in asked).values())
    assert total > 200
    assert right / total > chance / total + 0.15, (right / total, chance / total)


def test_branching_is_a_graph_whose_every_way_ends() -> None:
    for scenes in (5, 9, 16):
        screenplay = write_screenplay(BRIEFS["drama"], structure="branching", scenes=scenes, seed=4)
        by_id = {scene.id: scene for scene in screenplay.scenes}
        assert len(by_id) == scenes
        reached, ends, open_ = set(), set(), [screenplay.scenes[0].id]
        while open_:
            current = open_.pop()
            assert current not in reached  # a tree: no way comes back
            reached.add(current)
            targets = [choice.target for choice in by_id[current].choices]
            open_ += targets
            if not targets:
                ends.add(current)
        assert reached == set(by_id)
        assert len(ends) == 2
        fork = next(scene for scene in screenplay.scenes if len(scene.choices) > 1)
        assert len({choice.text for choice in fork.choices}) == 2
        assert parse_fountain(screenplay.to_fountain()).scenes == screenplay.scenes


def test_what_is_told_out_of_order_says_when_it_happens() -> None:
    told = [s.story_time for s in write_screenplay(BRIEFS["drama"], structure="non-linear", scenes=9, seed=1).scenes]
    assert sorted(told) == list(range(1, 10))
    assert told != sorted(told)
    assert told[-1] == 9
    loop = [s.story_time for s in write_screenplay(BRIEFS["drama"], structure="loop", scenes=10, seed=1).scenes]
    assert loop.count(1) >= 2  # the day begins again
    assert loop[-1] == max(loop)
    frame = write_screenplay(BRIEFS["drama"], structure="frame", scenes=9, seed=1).scenes
    outer = [s.story_time for s in frame if s.beat.startswith(("The telling", "Interrupted"))]
    assert len(outer) >= 2
    assert min(outer) > max(s.story_time for s in frame if s.story_time not in outer)


@pytest.mark.parametrize(
    ("name", "scenes", "reason"),
    [
        ("five-act", 3, "choose one of three-act"),
        ("branching", 3, "5 or more"),
        ("three-act", 0, "1 to 24"),
        ("three-act", 25, "1 to 24"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_line(name: str, scenes: int, reason: str) -> None:
    with pytest.raises(StoryError, match=reason) as caught:
        write_screenplay(BRIEFS["drama"], structure=name, scenes=scenes, seed=1)
    assert "\n" not in str(caught.value)


def test_every_structure_names_its_source_and_every_step_of_a_scene_exists() -> None:
    for entry in structures().values():
        assert re.search(r"\d{4}", entry.source)
        assert {beat.function for beat in entry.beats} <= set(templates())
        assert [beat.at for beat in entry.beats] == sorted(beat.at for beat in entry.beats)
    acts = set.intersection(*(set(table) for table in voices().values()))
    for group in templates().values():
        for template in group:
            said = [step.split()[1] for step in template.steps if step.startswith("@")]
            assert set(said) <= acts, template.name
