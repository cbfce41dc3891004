"""Sound that is made again for an edited picture keeps what was done to it by hand."""

from dataclasses import replace
from fractions import Fraction

from generator.edit import Clip, Cue, Media, Sound, Timeline, Track, Transition
from generator.edit import operations as edits
from generator.edit.rescoring import rescored

TAKE, HEARD = Media("a" * 64, "take.mp4", 48), Media("b" * 64, "sea.wav", 48)


def film() -> Timeline:
    beds = tuple(Sound(f"bed:{clip}", clip, HEARD, frames=24, gain=-3.0) for clip in ("s1-01", "s1-02"))
    return Timeline(
        title="T",
        rate=Fraction(12),
        width=64,
        height=36,
        clips=(Clip("s1-01", TAKE, 24), Clip("s1-02", TAKE, 24, 24)),
        transitions=(Transition(),) * 3,
        cues=(Cue("cue:s1-01:1", "s1-01", 2, 10, "Come in.", "ANA"), Cue("cue:s1-02:1", "s1-02", 26, 10, "No.", "TOM")),
        tracks=(Track("ambience", beds),),
    )


def test_without_edits_the_fresh_sound_stands() -> None:
    fresh = replace(film(), cues=film().cues[:1])
    assert rescored(fresh, edited=film(), before=film()) == fresh


def test_levels_words_and_what_was_taken_out_or_added_stay() -> None:
    before = film()
    edited = edits.set_gain(before, "ambience", -12.0)
    edited = edits.set_gain(edited, "bed:s1-01", 2.0)
    edited = edits.remove(edited, "bed:s1-02")
    edited = edits.remove(edited, "cue:s1-02:1")
    edited = edits.put_cue(edited, replace(before.cues[0], text="Please come in."))
    edited = edits.put_sound(edited, "ambience", Sound("mine", "s1-02", HEARD, 24, 12))
    fresh = replace(before, tracks=(Track("ambience", tuple(replace(s, fade_in=3) for s in before.tracks[0].sounds)),))
    heard = rescored(fresh, edited=edited, before=before)
    (track,) = heard.tracks
    assert track.gain == -12.0
    assert [(sound.id, sound.gain, sound.fade_in) for sound in track.sounds] == [
        ("bed:s1-01", 2.0, 3),
        ("mine", 0.0, 0),
    ]
    assert [(cue.id, cue.text) for cue in heard.cues] == [("cue:s1-01:1", "Please come in.")]


def test_what_was_added_to_a_clip_that_is_gone_goes_with_it() -> None:
    before = film()
    edited = edits.put_sound(before, "music", Sound("mine", "s1-02", HEARD, 24, 12))
    gone = edits.delete(edited, "s1-02")
    assert "mine" not in {
        sound.id for track in rescored(gone, edited=gone, before=before).tracks for sound in track.sounds
    }
