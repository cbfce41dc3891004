"""The timeline: its rules, its operations, undo, and its document. Held to invariants by any sequence of operations."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.edit import (
    Card,
    Clip,
    Cue,
    EditError,
    History,
    Marker,
    Media,
    Operation,
    Provenance,
    Sound,
    Timeline,
    Title,
    Track,
    Transition,
)
from generator.edit import document as doc
from generator.edit import operations as op

SHA = "ab" * 32
WAV = Media("cd" * 32, "rain.wav", 500)


def _clip(id: str, *, start: int = 10, frames: int = 20, of: int = 60) -> Clip:
    made = Provenance("urn:c2pa:1", "ef" * 32, 7, ("grant-1",), f"shot-{id}")
    return Clip(id, Media(SHA, f"{id}.mp4", of), frames, start, id.upper(), made)


def _timeline(ids: str = "abc") -> Timeline:
    clips = (Clip("head", Card("title", "Tidewater"), 24), *(_clip(one) for one in ids))
    return Timeline(
        title="Tidewater",
        rate=Fraction(24),
        width=96,
        height=54,
        clips=clips,
        transitions=(Transition(),) * (len(clips) + 1),
        titles=(Title("t1", "a", 12, 5, "Harbour"),),
        cues=(Cue("c1", "a", 12, 6, "Who goes there?", "MARA"), Cue("c2", "b", 25, 6, "Nobody.", "IVO")),
        tracks=(Track("ambience", (Sound("s1", "a", WAV, fit=True, fade_in=6, fade_out=6),)), Track("dialogue")),
        markers=(Marker("m1", "b", 15, "check the light"),),
    )


def test_clips_follow_each_other_without_gap() -> None:
    timeline = _timeline()
    assert timeline.frames == 24 + 3 * 20
    assert timeline.starts() == {"head": 0, "a": 24, "b": 44, "c": 64}
    assert timeline.seconds == Fraction(84, 24)
    assert timeline.moment("b", 15) == 49


def test_moving_carries_along_what_hangs_on_the_clip() -> None:
    moved = op.move(_timeline(), "b", 1)
    assert [clip.id for clip in moved.clips] == ["head", "b", "a", "c"]
    assert moved.moment("b", moved.cues[1].start) == 24 + 15
    assert moved.frames == _timeline().frames


def test_a_join_that_is_still_there_keeps_its_transition_and_a_new_one_is_a_cut() -> None:
    timeline = op.set_transition(_timeline("abcd"), "b", "dissolve", 8)
    assert timeline.transitions[2] == Transition("dissolve", 4, 4)
    moved = op.move(timeline, "d", 1)
    assert [clip.id for clip in moved.clips] == ["head", "d", "a", "b", "c"]
    assert [t.kind for t in moved.transitions] == ["cut", "cut", "cut", "dissolve", "cut", "cut"]
    assert all(t.kind == "cut" for t in op.move(timeline, "b", 4).transitions)


def test_trimming_changes_the_length_by_what_was_trimmed() -> None:
    timeline = _timeline()
    assert op.trim(timeline, "a", start=15).clips[1].frames == 15
    assert op.trim(timeline, "a", frames=50).frames == timeline.frames + 30
    with pytest.raises(EditError, match=r"clip a ends at frame 61 of a\.mp4, which has 60"):
        op.trim(timeline, "a", frames=51)
    with pytest.raises(EditError, match="clip a's length"):
        op.trim(timeline, "a", frames=0)


def test_a_split_clip_shows_the_same_and_shares_out_what_hangs_on_it() -> None:
    timeline = op.put_cue(_timeline(), Cue("c3", "a", 21, 4, "Still there?"))
    cut = op.split(timeline, "a", 8)
    first, second = cut.clips[1:3]
    assert (first.end, second.start) == (18, 18)
    assert first.frames + second.frames == 20
    assert {cue.id: cue.clip for cue in cut.cues} == {"c1": "a", "c2": "b", "c3": second.id}
    for cue in timeline.cues:
        there = next(one for one in cut.cues if one.id == cue.id)
        assert cut.moment(there.clip, there.start) == timeline.moment(cue.clip, cue.start)
    assert {sound.clip for sound in cut.tracks[0].sounds} == {"a", second.id}
    again = op.split(cut, second.id, 4)
    assert len({clip.id for clip in again.clips}) == len(again.clips)


def test_transitions_need_material_or_make_room_for_themselves() -> None:
    tight = _timeline()
    tight = op.trim(op.trim(tight, "a", start=0, frames=60), "b", start=0, frames=60)
    with pytest.raises(EditError, match="needs 4 frames behind clip a, whose take has 0 left"):
        op.set_transition(tight, "b", "dissolve", 8)
    roomy = op.set_transition(tight, "b", "dissolve", 8, make_room=True)
    assert roomy.frames == tight.frames - 8
    assert (roomy.clips[1].frames, roomy.clips[2].start) == (56, 4)
    assert op.set_transition(tight, "b", "fade", 8).frames == tight.frames
    with pytest.raises(EditError, match="nothing to go over"):
        op.set_transition(tight, "", "wipe", 8)
    with pytest.raises(EditError, match="clip c is 20 frames long but its transitions take"):
        op.set_transition(tight, "c", "fade", 60)


def test_deleting_takes_along_what_hangs_on_the_clip_and_never_the_last() -> None:
    less = op.delete(_timeline(), "a")
    assert not less.titles
    assert [cue.id for cue in less.cues] == ["c2"]
    assert not less.tracks[0].sounds
    with pytest.raises(EditError, match="clip c is the only one"):
        op.delete(op.delete(op.delete(less, "b"), "head"), "c")


def test_gain_fades_mute_and_removal() -> None:
    timeline = op.set_gain(_timeline(), "ambience", -6.0)
    assert timeline.tracks[0].gain == -6.0
    timeline = op.set_fades(op.set_gain(timeline, "s1", 2.5), "s1", 3, 4)
    assert (timeline.tracks[0].sounds[0].gain, timeline.tracks[0].sounds[0].fade_out) == (2.5, 4)
    assert op.mute(timeline, "ambience", True).tracks[0].muted
    assert not op.remove(timeline, "s1").tracks[0].sounds
    with pytest.raises(EditError, match="no track or sound 'choir'"):
        op.set_gain(timeline, "choir", 0.0)
    for bad in (float("nan"), float("inf"), 400.0):
        with pytest.raises(EditError, match="gain"):
            op.set_gain(timeline, "ambience", bad)


def test_the_other_operations_do_what_they_say() -> None:
    timeline = _timeline()
    assert [c.id for c in op.reorder(timeline, ["c", "head", "b", "a"]).clips] == ["c", "head", "b", "a"]
    with pytest.raises(EditError, match="there is no clip zz"):
        op.reorder(timeline, ["c", "head", "b", "zz"])
    other = Media("99" * 32, "take-2.mp4", 40)
    again = op.retake(timeline, "a", other, Provenance(seed=8))
    assert (again.clips[1].source, again.clips[1].provenance.seed, again.frames) == (other, 8, timeline.frames)
    with pytest.raises(EditError, match="clip a ends at frame 30"):
        op.retake(timeline, "a", Media("99" * 32, "short.mp4", 12), Provenance())
    with pytest.raises(EditError, match="clip head is a card"):
        op.retake(timeline, "head", other, Provenance())
    assert op.set_card(timeline, "head", "High Water", ["by Noor"]).clips[0].source == Card(
        "title", "High Water", ("by Noor",)
    )
    with pytest.raises(EditError, match="clip a is a take"):
        op.set_card(timeline, "a", "High Water")
    assert op.put_title(timeline, Title("t1", "b", 12, 9, "Later")).titles == (Title("t1", "b", 12, 9, "Later"),)
    assert len(op.put_marker(timeline, Marker("m2", "a", 12, "here")).markers) == 2
    music = op.put_sound(timeline, "music", Sound("s1", "", WAV, 0, 50))
    assert [(track.kind, len(track.sounds)) for track in music.tracks] == [
        ("ambience", 0),
        ("dialogue", 0),
        ("music", 1),
    ]
    for wrong in (
        lambda: op.move(timeline, "a", 9),
        lambda: op.insert(timeline, _clip("z"), 9),
        lambda: op.remove(timeline, "nothing"),
        lambda: op.set_fades(timeline, "nothing", 1, 1),
        lambda: op.mute(timeline, "music", True),
        lambda: op.split(timeline, "a", 20),
    ):
        with pytest.raises(EditError):
            wrong()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"clips": ()}, "at least one clip"),
        ({"rate": Fraction(0)}, "rate"),
        ({"rate": 24}, "rate"),
        ({"width": 97}, "even"),
        ({"transitions": ()}, "transitions don't fit"),
        ({"title": "a\x00b"}, "control"),
        ({"title": "\ud800"}, "control"),
        ({"cues": (Cue("x", "nowhere", 0, 5, "Hm"),)}, "hangs on clip 'nowhere'"),
        ({"cues": (Cue("t1", "a", 0, 5, "Hm"),)}, "two with the id 't1'"),
        ({"cues": (Cue("x", "a", 0, -5, "Hm"),)}, "length"),
        ({"tracks": (Track("choir"),)}, "choose one of"),  # type: ignore[arg-type]
        ({"tracks": (Track("music"), Track("music"))}, "two with the id 'music'"),
        ({"tracks": (Track("music", (Sound("x", "", Media(SHA, "../x.wav", 9), frames=4),)),)}, "is a path"),
        ({"tracks": (Track("music", (Sound("x", "", Media("xyz", "x.wav", 9), frames=4),)),)}, "SHA-256"),
        ({"tracks": (Track("music", (Sound("x", "", WAV, frames=4, fade_in=5),)),)}, "fades take more"),
    ],
)
def test_rules_are_kept(change: dict[str, Any], says: str) -> None:
    with pytest.raises(EditError, match=says):
        replace(_timeline(), **change)


def test_two_clips_of_one_id_are_refused() -> None:
    with pytest.raises(EditError, match="two with the id 'a'"):
        op.insert(_timeline(), _clip("a"), 0)


def test_the_document_reads_back_and_refuses_what_it_does_not_know() -> None:
    timeline = op.set_transition(_timeline(), "b", "wipe", 5)
    assert doc.loads(doc.dumps(timeline)) == timeline
    document = doc.as_document(timeline)
    for key, bad in (
        ("rate", "24/0"), ("rate", 24.0), ("clips", {}), ("clips", [1]), ("tracks", [{"kind": "music", "sounds": 3}]),
        ("extra", 1), ("format", "x"), ("titles", [{"id": "x"}]), ("width", "96"),
    ):  # fmt: skip
        with pytest.raises(EditError):
            doc.from_document({**document, key: bad})
    for text in ("", "[" * 100_000, '{"format": NaN}', "[]", "null"):
        with pytest.raises(EditError):
            doc.loads(text)


ids = st.sampled_from(["head", "a", "b", "c", "d", "a~2", "b~2", "c~2", "", "s1", "t1", "c1", "m1", "ambience", "zz"])
numbers = st.integers(-3, 70)
steps = st.one_of(
    st.builds(lambda c, n: ("move", {"clip": c, "to": n}), ids, numbers),
    st.builds(lambda c, n: ("split", {"clip": c, "at": n}), ids, numbers),
    st.builds(lambda c: ("delete", {"clip": c}), ids),
    st.builds(lambda c, n, m: ("trim", {"clip": c, "start": n, "frames": m}), ids, numbers, numbers),
    st.builds(
        lambda c, k, n, r: ("set_transition", {"clip": c, "kind": k, "frames": n, "make_room": r}),
        ids,
        st.sampled_from(["cut", "dissolve", "fade", "wipe", "star"]),
        numbers,
        st.booleans(),
    ),
    st.builds(lambda c, n: ("insert", {"clip": doc.part_as_document(_clip(c or "n")), "to": n}), ids, numbers),
    st.builds(lambda c, n: ("set_gain", {"of": c, "gain": n}), ids, st.floats(allow_nan=True)),
    st.builds(lambda c: ("remove", {"id": c}), ids),
    st.builds(lambda c: ("rename", {"title": c}), st.text(max_size=5)),
    st.builds(
        lambda c, n: ("put_cue", {"cue": {"id": f"q{n}", "clip": c, "start": n, "frames": 4, "text": "x"}}),
        ids,
        numbers,
    ),
    st.just(("mystery", {})),
    st.just(("move", {"clap": 1})),
    st.just(("move", {"clip": ["a"], "to": "b"})),
)


def _sound(timeline: Timeline) -> None:
    """What must be true of every timeline."""
    starts = list(timeline.starts().values())
    ends = [start + clip.frames for start, clip in zip(starts, timeline.clips, strict=True)]
    assert starts == [0, *ends[:-1]]
    assert timeline.frames == ends[-1] == sum(clip.frames for clip in timeline.clips)
    assert len(timeline.transitions) == len(timeline.clips) + 1
    assert all(not one.clip or timeline.index(one.clip) is not None for one in timeline.hung())


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=12))
def test_any_operations_keep_the_rules_and_can_be_undone(sequence: list[tuple[str, dict[str, Any]]]) -> None:
    history = History.of(_timeline())
    seen = [history.timeline]
    for name, arguments in sequence:
        try:
            after = history.apply(Operation(name, arguments, "noor"))
        except EditError:
            continue
        _sound(after.timeline)
        assert after.undo().timeline == history.timeline
        assert after.undo().redo() == after
        if name in ("move", "split", "set_gain", "put_cue", "rename"):
            assert after.timeline.frames == history.timeline.frames
        history = after
        seen.append(history.timeline)
    assert doc.loads(doc.dumps(history.timeline)) == history.timeline
    back = history
    for timeline in reversed(seen):
        assert back.timeline == timeline
        back = back.undo() if back.done else back
    with pytest.raises(EditError, match="nothing to undo"):
        back.undo()
    assert History.from_document(history.as_document()) == history


def test_what_was_undone_is_gone_after_another_operation() -> None:
    history = History.of(_timeline()).apply(Operation("rename", {"title": "One"})).undo()
    history = history.apply(Operation("rename", {"title": "Two"}))
    assert history.timeline.title == "Two"
    with pytest.raises(EditError, match="nothing to redo"):
        history.redo()
    document = history.as_document()
    for change in ({"done": 9}, {"operations": "x"}, {"operations": [{"name": "rename"}]}, {"first": {}}):
        with pytest.raises(EditError):
            History.from_document({**document, **change})
