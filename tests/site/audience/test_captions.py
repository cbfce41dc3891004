"""Captions in other languages fit the clips that a version shows."""

from fractions import Fraction

from django_site.apps.audience.captions import language_name
from django_site.apps.audience.services.captioning import cues_in
from generator.edit import Card, Clip, Media, Timeline, Transition
from generator.edit.interchange.captions import read_captions, with_captions, write_vtt
from generator.edit.operations import delete, trim


def timeline() -> Timeline:
    row = (
        Clip("head", Card("title", "T"), 24),
        *(Clip(name, Media("ab" * 32, f"{name}.mp4", 96), 48) for name in ("a", "b", "c")),
        Clip("end", Card("end"), 24),
    )
    return Timeline("T", Fraction(24), 96, 54, row, (Transition(),) * (len(row) + 1))


TEXT = """WEBVTT

00:00:01.500 --> 00:00:02.500
<v MARA><b>Wer da?</b>

00:00:03.500 --> 00:00:04.500
Niemand.

00:00:05.500 --> 00:00:08.000
<script>alert(1)</script>Licht!
"""


def test_a_version_has_the_captions_of_what_it_shows_at_its_own_times():
    whole = timeline()
    cues = read_captions(TEXT, whole)
    without = delete(whole, "b")
    said = write_vtt(with_captions(without, cues_in(without, cues)))
    assert "Niemand" not in said
    assert "00:00:01.500 --> 00:00:02.500\n<v MARA>Wer da?" in said
    assert "00:00:03.500 --> 00:00:05.000\nalert(1)Licht!" in said, "earlier by what is left out, and within its clip"


def test_a_caption_that_began_in_what_was_cut_off_is_gone():
    whole = timeline()
    cues = read_captions(TEXT, whole)
    shorter = trim(whole, "a", frames=10)
    assert [cue.text for cue in cues_in(shorter, cues)] == ["Niemand.", "alert(1)Licht!"]


def test_languages_are_called_as_they_call_themselves():
    assert language_name("de") == "Deutsch"
    assert language_name("tlh") == "tlh"
