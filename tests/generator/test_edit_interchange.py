"""Timelines to other programs and back; other hands' readers of them; and files that mean harm."""

import contextlib
import json
import re
import time
from dataclasses import replace
from fractions import Fraction
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.edit import (
    Card,
    Clip,
    Cue,
    EditError,
    Marker,
    Media,
    Provenance,
    Sound,
    Timeline,
    Title,
    Track,
    Transition,
)
from generator.edit import operations as op
from generator.edit.interchange import (
    NAMESPACE,
    Library,
    read_captions,
    read_edl,
    read_fcpxml,
    read_otio,
    with_captions,
    write_edl,
    write_fcpxml,
    write_otio,
    write_srt,
    write_vtt,
)
from generator.edit.interchange.timecode import from_code, to_code

RATES = [Fraction(24), Fraction(12), Fraction(30000, 1001)]
TAKES = [Media(f"{n:064x}".replace("0", "a", 3), f"shot-{n}.mp4", 200) for n in range(1, 4)]
WAV = Media("cd" * 32, "rain.wav", 500)
CUT = Transition()
READERS = {"otio": (write_otio, read_otio), "edl": (write_edl, read_edl), "fcpxml": (write_fcpxml, read_fcpxml)}


def _library(rate: Fraction = Fraction(24), **more: Any) -> Library:
    return Library(rate, 96, 54, (*TAKES, WAV), **more)


def _made(n: int) -> Provenance:
    return Provenance("urn:c2pa:x", "ef" * 32, n, ("grant-1", "grant-2"), f"shot-{n}")


def _timeline(rate: Fraction = Fraction(24)) -> Timeline:
    clips = (
        Clip("head", Card("title", "Tidewater", ("A previs",)), 48),
        *(
            Clip(f"s{n}", media, 60, 40, f"Shot {n}", _made(n))
            for n, media in enumerate(TAKES)
        ),
        Clip("end", Card("end", "", ("Nobody & <co>", "“Ünïcode”")), 72),
    )  # fmt: skip
    return Timeline(
        title='Tidewater & "Sons" <cut>',
        rate=rate,
        width=96,
        height=54,
        clips=clips,
        transitions=(
            Transition("fade", 0, 12), Transition("fade", 6, 6), Transition("dissolve", 7, 5), Transition("wipe", 4, 4),
            CUT, Transition("fade", 12, 0),
        ),
        titles=(Title("t1", "s0", 50, 20, "HARBOUR"),),
        cues=(
            Cue("c1", "s0", 45, 24, "Who goes there?", "MARA"),
            Cue("c2", "s1", 60, 30, "Nobody -- I & <you>.", "IVO"),
        ),
        tracks=(
            Track("ambience", tuple(Sound(f"b{n}", f"s{n}", WAV, fit=True, fade_in=12) for n in range(3)), -3.0),
            Track("dialogue", (Sound("l1", "s1", WAV, 35, 40, 5, 1.5, 2, 3, label="MARA"), Sound("l2", "s1", WAV, 45, 30))),
            Track("music", (Sound("m", "", WAV, 0, 90),), muted=True),
        ),
        markers=(Marker("m1", "s1", 70, "look", "at the light"),),
        language="en-GB",
    )  # fmt: skip


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", READERS)
def test_everything_comes_back_as_it_went_out(kind: str, rate: Fraction) -> None:
    write, read = READERS[kind]
    timeline = _timeline(rate)
    assert read(write(timeline), _library(rate)) == timeline


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(5, 80),
            st.integers(5, 80),
            st.sampled_from(["cut", "dissolve", "wipe", "fade"]),
            st.integers(1, 4),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(RATES),
    st.text(max_size=20),
)
def test_any_cut_comes_back_from_every_format(
    cut: list[tuple[int, int, int, Any, int]], rate: Fraction, title: str
) -> None:
    clips = tuple(Clip(f"c{n}", TAKES[which], frames, start) for n, (which, start, frames, _, _) in enumerate(cut))
    inner = [CUT if kind == "cut" else Transition(kind, min(length, 2), length // 2) for *_, kind, length in cut[1:]]
    name = "".join(c for c in title if c.isprintable()).strip() or "T"
    timeline = Timeline(name, rate, 96, 54, clips, (CUT, *inner, CUT))
    for write, read in READERS.values():
        assert read(write(timeline), _library(rate)) == timeline


def test_provenance_survives_under_one_key_and_what_is_known_stands_above_what_is_claimed() -> None:
    written = json.loads(write_otio(_timeline()))
    clips = [one for one in written["tracks"]["children"][0]["children"] if one["OTIO_SCHEMA"].startswith("Clip")]
    facts = clips[1]["metadata"][NAMESPACE]
    assert facts["provenance"] == {
        "manifest": "urn:c2pa:x", "card": "ef" * 32, "seed": 0, "consents": ["grant-1", "grant-2"], "shot": "shot-0",
    }  # fmt: skip
    assert facts["sha256"] == TAKES[0].sha256
    assert set(clips[1]["metadata"]) == {NAMESPACE}
    truth = Provenance(manifest="urn:c2pa:true", seed=99)
    for write, read in READERS.values():
        read_back = read(write(_timeline()), _library(provenance={TAKES[0].sha256: truth}))
        assert read_back.clips[1].provenance == truth
        assert read_back.clips[2].provenance.seed == 1


def test_an_otio_that_another_program_changed_keeps_what_still_hangs() -> None:
    changed = otio.adapters.read_from_string(write_otio(_timeline()), "otio_json")
    track = next(iter(changed.video_tracks()))
    doomed = next(clip for clip in track.find_clips() if clip.metadata[NAMESPACE]["id"] == "s0")
    doomed.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(50, 24), otio.opentime.RationalTime(40, 24)
    )
    last = next(clip for clip in track.find_clips() if clip.metadata[NAMESPACE]["id"] == "s2")
    track.remove(last)
    track[:] = [one for one in track if not isinstance(one, otio.schema.Transition)]
    back = read_otio(otio.adapters.write_to_string(changed, "otio_json"), _library())
    assert [clip.id for clip in back.clips] == ["head", "s0", "s1", "end"]
    assert (back.clips[1].start, back.clips[1].frames) == (50, 40)
    assert {sound.clip for track in back.tracks for sound in track.sounds} == {"s0", "s1", ""}
    assert len(back.cues) == 2


def test_other_hands_read_our_edl_and_fcpxml() -> None:
    timeline = _timeline()
    theirs = otio.adapters.read_from_string(write_edl(timeline), "cmx_3600", rate=24)
    track = next(iter(theirs.video_tracks()))
    assert track.duration().to_frames() == timeline.frames
    shown = [clip.name for clip in track.find_clips()]
    assert shown[1:5] == ["BLACK", *(media.name for media in TAKES)]
    dissolves = [one for one in track if isinstance(one, otio.schema.Transition)]
    assert [(one.in_offset + one.out_offset).to_frames() for one in dissolves[:3]] == [6, 6, 12]
    theirs = otio.adapters.read_from_string(write_fcpxml(timeline), "fcpx_xml")
    clips = list(theirs.find_clips()) if hasattr(theirs, "find_clips") else []
    names = [clip.name for clip in clips] or re.findall(r"Shot \d", str(theirs))
    assert {"Shot 0", "Shot 1", "Shot 2"} <= set(names)


FOREIGN = """TITLE: MY FILM
FCM: NON-DROP FRAME

001  SHOT-1   V     C        00:00:02:00 00:00:04:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: shot-1.mov
002  SHOT-1   V     C        00:00:04:00 00:00:04:00 01:00:02:00 01:00:02:00
002  AX       V     D    012 00:00:01:00 00:00:03:00 01:00:02:00 01:00:04:00
* FROM CLIP NAME: shot-1.mov
* TO CLIP NAME: Shot-2.MP4
003  AX       A     C        00:00:00:00 00:00:03:00 01:00:02:00 01:00:05:00
004  BL       V     C        00:00:00:00 00:00:01:00 01:00:04:00 01:00:05:00
005  AX       V     C        00:00:00:00 00:00:01:00 01:00:06:00 01:00:07:00
* FROM CLIP NAME: C:\\\\rushes\\\\shot-3.mxf
"""


def test_a_foreign_edl_is_read_and_what_it_leaves_empty_is_black() -> None:
    timeline = read_edl(FOREIGN, _library())
    shown = [clip.source.name if isinstance(clip.source, Media) else clip.source.kind for clip in timeline.clips]
    assert shown == ["shot-1.mp4", "shot-2.mp4", "black", "black", "shot-3.mp4"]
    assert timeline.frames == 7 * 24
    assert timeline.transitions[1] == Transition("dissolve", 0, 12)
    assert timeline.title == "MY FILM"


def test_an_edl_of_another_rate_is_refused_and_can_be_conformed() -> None:
    at25 = write_edl(_timeline(Fraction(25)))
    with pytest.raises(EditError, match=r"counts 25 frames a second, the takes run at 24; .*--conform"):
        read_edl(at25, _library())
    foreign = FOREIGN.replace("00:00:04:00 01:00:00:00 01:00:02:00", "00:00:04:24 01:00:00:00 01:00:02:24")
    foreign = "\n".join(foreign.splitlines()[:5]) + "\n"
    with pytest.raises(EditError, match="line 4: 00:00:04:24 counts a frame 24, but 24 frames a second have none"):
        read_edl(foreign, _library())
    with pytest.raises(EditError, match="counts 25 frames"):
        read_edl(foreign, _library(), edl_rate=Fraction(25))
    conformed = read_edl(foreign, _library(), edl_rate=Fraction(25), conform=True)
    assert (conformed.clips[0].start, conformed.clips[0].frames) == (48, round((2 + 24 / 25) * 24))
    dropped = FOREIGN.replace("NON-DROP", "DROP")
    with pytest.raises(EditError, match=r"29\.97 frames a second"):
        read_edl(dropped, _library())
    assert read_edl(dropped, _library(), conform=True).frames == pytest.approx(7 * 24, abs=2)
    whole = read_edl(at25, _library(), conform=True)
    assert whole.frames == pytest.approx(_timeline().frames * 24 / 25, abs=len(whole.clips))
    for write, read in (READERS["otio"], READERS["fcpxml"]):
        with pytest.raises(EditError, match="counts 25 frames"):
            read(write(_timeline(Fraction(25))), _library())
        roomy = Library(Fraction(24), 96, 54, [replace(media, frames=400) for media in (*TAKES, WAV)])
        assert read(write(_timeline(Fraction(12))), roomy, conform=True).seconds == _timeline(Fraction(12)).seconds


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda t: t.replace("shot-1", "/etc/passwd").replace("SHOT-1", "AX    "),
            "which is none of the 4 takes given",
        ),
        (lambda t: t.replace("00:00:04:00 01:00:00:00", "00:00:09:00 01:00:00:00"), "changes its speed"),
        (lambda t: t.replace("01:00:06:00", "01:00:00:12").replace("01:00:07:00", "01:00:01:12"), "overlaps"),
        (lambda t: t.replace("00:00:02:00 00:00:04:00", "00:00:04:00 00:00:02:00"), "ends before it begins"),
        (lambda t: t.replace("V     D    012", "V     X    012"), "is no event of CMX 3600"),
        (lambda t: t.replace("00:00:02:00 00", "00:61:02:00 00"), "minutes and seconds"),
        (lambda t: "", "holds no picture"),
        (lambda t: t + "M2   AX   -024.0    00:00:00:00\n", "changes its speed"),
        (lambda t: t + '* REELPROOF {"id":NaN}\n', "no number"),
        (lambda t: t + '* REELPROOF {"id":"x","card":{"kind":"title","title":5}}\n', "must be text"),
        (lambda t: t + '* REELPROOF {"id":"x","provenance":{"consents":["\\u0000"]}}\n', "control"),
    ],
)
def test_a_broken_edl_is_refused(change: Any, says: str) -> None:
    with pytest.raises(EditError, match=says):
        read_edl(change(FOREIGN), _library())


def test_one_name_that_means_two_takes_is_refused() -> None:
    twice = Library(Fraction(24), 96, 54, (TAKES[0], replace(TAKES[1], name="Shot-1.MOV")))
    with pytest.raises(EditError, match="2 takes are called"):
        read_edl("\n".join(FOREIGN.splitlines()[:5]), twice)


BOMB = '<?xml version="1.0"?><!DOCTYPE fcpxml [<!ENTITY a "aaaaaaaaaa">{}]><fcpxml version="1.10">&a9;</fcpxml>'
LOL = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)).replace("&a0;", "&a;")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB.format(LOL), "entities"),
        ('<!DOCTYPE fcpxml SYSTEM "file:///etc/passwd"><fcpxml/>', "document type"),
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><fcpxml>&e;</fcpxml>', "entities"),
        ("<fcpxml>" + "<a>" * 5000 + "</a>" * 5000 + "</fcpxml>", "nested deeper"),
        ("<fcpxml>", "no XML"),
        ("", "no XML|empty"),
        ("<html/>", "not an fcpxml"),
        ("<fcpxml/>", "no project"),
        ("<fcpxml>\x00</fcpxml>", "no XML"),
    ],
)
def test_harmful_xml_is_refused(text: str, says: str) -> None:
    with pytest.raises(EditError, match=says):
        read_fcpxml(text, _library())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('duration="5/2s"', 'duration="-5/2s"', "negative"),
        ('duration="5/2s"', 'duration="NaN"', "FCPXML writes seconds"),
        ('duration="5/2s"', 'duration="5/0s"', "FCPXML writes seconds"),
        ('duration="5/2s"', 'duration="1/7s"', "conform"),
        ('frameDuration="1/24s"', 'frameDuration="0s"', "no time"),
        ("asset-clip ", "sync-clip ", "flatten"),
        (f'uid="{TAKES[0].sha256}"', 'uid="x"', "none of the 4 takes"),
    ],
)
def test_wrong_values_in_fcpxml_are_refused(old: str, new: str, says: str) -> None:
    written = write_fcpxml(_timeline())
    if "uid" in old:
        written = written.replace("shot-1.mp4", "gone.mp4").replace("Shot 0", "gone")
    if "sync" in new:
        written = written.replace("</asset-clip>", "</sync-clip>")
    assert old in written
    with pytest.raises(EditError, match=says):
        read_fcpxml(written.replace(old, new), _library())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"value":60.0', '"value":-60.0', "whole number|length"),
        ('"value":60.0', '"value":NaN', "no number"),
        ('"value":60.0', '"value":1e300', "a time that is none|whole number"),
        ('"value":60.0', '"value":60.4', "conform"),
        ('"rate":24.0', '"rate":0.0', "a time that is none|counts"),
        ('"OTIO_SCHEMA":"Clip.2"', '"OTIO_SCHEMA":"Stack.1"', "nests|can't be read"),
        ('"OTIO_SCHEMA":"Clip.2"', '"OTIO_SCHEMA":"Zebra.9"', "nests|can't be read"),
        ('"OTIO_SCHEMA":"Timeline.1"', '"OTIO_SCHEMA":"Clip.2"', "no timeline|can't be read"),
        (TAKES[0].sha256, "../../etc/passwd", "none of the 4 takes|SHA-256"),
    ],
)
def test_wrong_values_in_otio_are_refused(old: str, new: str, says: str) -> None:
    bare = replace(_timeline(), transitions=(CUT,) * 6, tracks=(), titles=(), cues=(), markers=())
    text = json.dumps(json.loads(write_otio(bare)), separators=(",", ":"))
    if "etc" in new:
        text = text.replace("shot-1.mp4", "file:///etc/passwd").replace("Shot 0", "x")
    assert old in text
    with pytest.raises(EditError, match=says):
        read_otio(text.replace(old, new), _library())


def test_harmful_json_is_refused() -> None:
    for text in (
        "",
        "[]",
        "{}",
        "[" * 50_000 + "]" * 50_000,
        '{"OTIO_SCHEMA":"Timeline.1"' + ',"a":{"b":' * 90 + "1" + "}" * 181,
    ):
        with pytest.raises(EditError):
            read_otio(text, _library())


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_damage_is_an_edit_error_or_a_timeline(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(READERS)))
    write, read = READERS[kind]
    text = write(_timeline())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 30)) :]
    with contextlib.suppress(EditError):
        assert isinstance(read(text, _library()), Timeline)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("write", [write_vtt, write_srt])
def test_captions_come_back_to_the_frame(write: Any, rate: Fraction) -> None:
    timeline = _timeline(rate)
    text = write(timeline)
    back = with_captions(timeline, read_captions(text, timeline))
    assert [(cue.clip, cue.start, cue.frames, cue.text, cue.speaker) for cue in back.cues] == [
        (cue.clip, cue.start, cue.frames, cue.text, cue.speaker) for cue in timeline.cues
    ]
    moved = op.move(timeline, "s0", 2)
    assert [cue.text for cue in read_captions(write(moved), moved)] == ["Nobody -- I & <you>.", "Who goes there?"]


def test_webvtt_is_as_the_standard_has_it() -> None:
    text = write_vtt(_timeline())
    assert text.startswith("WEBVTT\n\n00:00:02.208 --> 00:00:03.208\n<v MARA>Who goes there?\n")
    assert "I &amp; &lt;you&gt;." in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("WEBVTT\n\n00:00:05.000 --> 00:00:04.000\nHm\n", "line 3: a caption ends before"),
        ("WEBVTT\n\n00:00:NaN --> 00:00:04.000\nHm\n", "no time of a caption"),
        ("WEBVTT\n\n-00:00:01.000 --> 00:00:04.000\nHm\n", "no time of a caption"),
        ("WEBVTT\n\n99:00:00.000 --> 99:00:01.000\nHm\n", "after the film has ended"),
        ("1\n00:61:00,000 --> 00:62:00,000\nHm\n", "no time of a caption"),
        ("This is a letter.", "no captions"),
    ],
)
def test_broken_captions_are_refused(text: str, says: str) -> None:
    with pytest.raises(EditError, match=says):
        read_captions(text, _timeline())


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_captions, "WEBVTT\n\n00:01.000 --> 00:02.000\n" + "<" * 3_000_000),
        (read_captions, "WEBVTT\n\n" + "a" * 3_000_000),
        (read_fcpxml, "<!--" * 1_000_000 + "<fcpxml/>"),
        (read_fcpxml, "<!DOCTYPE " * 500_000),
        (read_edl, FOREIGN + "1 " + " " * 3_000_000),
        (read_edl, FOREIGN + "9" * 3_000_000),
        (read_otio, '{"a":' + "9" * 1_000_000 + "}"),
        (read_otio, "[" * 3_000_000),
        (read_otio, " " * (32 * 1024 * 1024 + 1)),
    ],
)  # fmt: skip
def test_long_nonsense_is_refused_or_passed_over_at_once(read: Any, text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(EditError):
        read(text, _timeline() if read is read_captions else _library())
    assert time.process_time() - started < 5


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_captions_of_any_damage_are_refused_or_read(data: st.DataObject) -> None:
    timeline = _timeline()
    text = data.draw(st.sampled_from([write_vtt(timeline), write_srt(timeline)]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.text(max_size=3)) + text[at + data.draw(st.integers(0, 20)) :]
    with contextlib.suppress(EditError):
        with_captions(timeline, read_captions(text, timeline))


def test_foreign_captions_lose_their_markup() -> None:
    text = "\ufeffWEBVTT - by hand\n\nSTYLE\n::cue { color: red }\n\nNOTE a remark\n\nintro\n00:01.000 --> 00:02.000 line:0\n<c.red>Two <b>bold</b></c>\nlines &amp; more\n"  # noqa: E501
    (cue,) = read_captions(text, _timeline())
    assert (cue.text, cue.frames) == ("Two bold\nlines & more", 24)


@given(st.integers(0, 24 * 3600 * 24 - 1))
def test_timecode_comes_back(frames: int) -> None:
    for rate in (Fraction(24), Fraction(30000, 1001)):
        if frames < 24 * 3600 * round(rate):
            assert from_code(to_code(frames, rate), rate) == frames


def test_drop_frame_keeps_the_time_of_day() -> None:
    ntsc = Fraction(30000, 1001)
    assert from_code("01:00:00;00", ntsc, drop=True) == 107_892
    assert from_code("00:01:00;02", ntsc, drop=True) == 1800
    with pytest.raises(EditError, match="leaves out"):
        from_code("00:01:00;00", ntsc, drop=True)


def _without_ours(text: str) -> str:
    """The list as a program that drops comments it doesn't know would keep it."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("* REELPROOF")) + "\n"


def test_fades_through_black_are_events_of_an_edl_and_come_back_without_our_comments() -> None:
    clips = tuple(Clip(f"c{n}", media, 60, 40) for n, media in enumerate(TAKES))
    fades = (CUT, Transition("fade", 6, 8), Transition("fade", 5, 0), Transition("fade", 10, 0))
    timeline = Timeline("T", Fraction(24), 96, 54, clips, fades)
    written = write_edl(timeline)
    assert written.count(" BL ") == 4
    assert "D    006 00:00:00:00 00:00:00:06 01:00:02:06 01:00:02:12" in written
    back = read_edl(_without_ours(written), _library())
    assert back.transitions == fades
    assert [(clip.source, clip.start, clip.frames) for clip in back.clips] == [(c.source, 40, 60) for c in clips]
    assert read_edl(written, _library()) == timeline


def test_other_hands_see_the_fade_as_dissolves_over_black() -> None:
    clips = tuple(Clip(f"c{n}", media, 60, 40) for n, media in enumerate(TAKES[:2]))
    timeline = Timeline("T", Fraction(24), 96, 54, clips, (CUT, Transition("fade", 6, 8), CUT))
    read = otio.adapters.read_from_string(_without_ours(write_edl(timeline)), "cmx_3600", rate=24)
    kinds = [type(item).__name__ for item in read.tracks[0]]
    assert kinds.count("Transition") == 2
    assert read.duration().value == 120


def test_black_that_a_list_holds_longer_than_its_dissolve_stays() -> None:
    text = (
        "TITLE: X\nFCM: NON-DROP FRAME\n"
        "001  AX V C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n* FROM CLIP NAME: shot-1.mov\n"
        "002  AX V C        00:00:01:00 00:00:01:00 01:00:01:00 01:00:01:00\n"
        "002  BL V D    010 00:00:00:00 00:00:01:00 01:00:01:00 01:00:02:00\n* FROM CLIP NAME: shot-1.mov\n"
        "003  BL V C        00:00:00:00 00:00:00:00 01:00:02:00 01:00:02:00\n"
        "003  AX V D    006 00:00:00:00 00:00:01:00 01:00:02:00 01:00:03:00\n* TO CLIP NAME: shot-2.mov\n"
    )
    read = read_edl(text, _library(), edl_rate=Fraction(24))
    assert [clip.frames for clip in read.clips] == [34, 14, 24]
    assert read.transitions == (CUT, Transition("fade", 10, 0), Transition("fade", 0, 6), CUT)
    assert isinstance(read.clips[1].source, Card)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(6, 40), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6),
)
def test_any_fades_come_back_from_an_edl_without_our_comments(cut: list[tuple[int, int, int]]) -> None:
    clips = tuple(Clip(f"c{n}", TAKES[n % 3], frames + 4, 30) for n, (frames, _, _) in enumerate(cut))
    inner = [Transition("fade", a, b) if a + b else CUT for _, a, b in cut[1:]]
    joins = (CUT, *inner, Transition("fade", 2, 0))
    timeline = Timeline("T", Fraction(24), 96, 54, clips, joins)
    back = read_edl(_without_ours(write_edl(timeline)), _library())
    assert back.transitions == timeline.transitions
    assert [(clip.start, clip.frames) for clip in back.clips] == [(clip.start, clip.frames) for clip in clips]
