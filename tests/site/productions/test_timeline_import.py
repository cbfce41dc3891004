"""Timelines of other programs on the site: taken over as one step, asked about where they don't fit, refused when bad."""

import io
from dataclasses import replace
from fractions import Fraction

import pytest
from django.urls import reverse

from django_site.apps.productions.models import Edit, Take, TimelineUpload
from django_site.apps.productions.services.timelines import timeline_of
from generator.edit import Clip, Cue, History, Media, Sound, Timeline, Track, Transition, operations
from generator.edit.interchange import write_edl, write_fcpxml, write_otio, write_srt, write_vtt

pytestmark = pytest.mark.django_db

WRITE = {"otio": write_otio, "edl": write_edl, "fcpxml": write_fcpxml}


@pytest.fixture
def studio(make, filmed, client):
    studio = make.studio()
    type(studio.production).objects.filter(pk=studio.production.pk).update(fps=12)
    studio.cut, studio.takes = filmed(studio)
    studio.url = reverse("productions:timeline_import", args=[studio.production.pk])
    studio.change = reverse("productions:timeline_change", args=[studio.production.pk])
    client.force_login(studio.producer)
    return studio


@pytest.fixture
def hand_over(studio, client):
    def hand_over(content: str | bytes, name: str, **sent):
        file = io.BytesIO(content.encode() if isinstance(content, str) else content)
        file.name = name
        return client.post(studio.url, {"file": file, **sent}, follow=True)

    return hand_over


def now(studio) -> Timeline:
    edit = Edit.objects.filter(production=studio.production).first()
    return History.from_document(edit.history).timeline if edit else timeline_of(studio.cut)


def rows(timeline: Timeline) -> list[tuple[str, int, int]]:
    return [(clip.id, clip.start, clip.frames) for clip in timeline.clips]


@pytest.mark.parametrize("ending", WRITE)
def test_what_was_cut_elsewhere_is_one_step_that_can_be_undone(studio, client, hand_over, ending):
    before = timeline_of(studio.cut)
    elsewhere = operations.trim(operations.move(before, "s1-03", 1), "s1-01", start=6, frames=12)
    elsewhere = operations.set_transition(elsewhere, "s1-01", "dissolve", 4, make_room=True)
    answer = hand_over(WRITE[ending](elsewhere), f"cut.{ending}")
    assert "was taken over" in answer.content.decode()
    assert now(studio) == elsewhere
    assert not TimelineUpload.objects.exists()
    assert Edit.objects.get().revision == 1
    client.post(studio.change, {"do": "undo", "revision": 1})
    assert now(studio) == before


def test_a_strangers_list_is_matched_by_clip_name_and_keeps_sound_and_end_card(studio, hand_over):
    shot = studio.takes[1].shot.spec["id"]
    list_ = (
        "TITLE: FROM ELSEWHERE\nFCM: NON-DROP FRAME\n"
        "001  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00\n* FROM CLIP NAME: S1-01\n"
        f"002  AX       V     C        00:00:00:06 00:00:01:06 01:00:01:00 01:00:02:00\n* FROM CLIP NAME: {shot}.mov\n"
        "003  AX       V     C        00:00:01:00 00:00:02:00 01:00:02:00 01:00:03:00\n* FROM CLIP NAME: s1-01\n"
    )
    assert b"say it beside the file" in hand_over(list_, "cut.edl").content
    assert not TimelineUpload.objects.exists()
    hand_over(list_, "cut.edl", rate="12/1")
    timeline = now(studio)
    assert rows(timeline) == [("s1-01", 0, 12), ("s1-02", 6, 12), ("s1-01~2", 12, 12), ("end", 0, 36)]
    assert timeline.title == "FROM ELSEWHERE"
    assert [sound.id for track in timeline.tracks for sound in track.sounds] == ["bed:s1-01"]
    assert timeline.clips[0].provenance.card == studio.takes[0].generation.model_sha256


def test_clips_that_are_not_of_this_film_are_listed_and_left_out_only_when_asked(studio, client, hand_over):
    stranger = Clip("x", Media("cd" * 32, "holiday.mp4", 40), 20, name="Holiday")
    Take.objects.filter(pk=studio.takes[2].pk).update(state="rejected", reason="out of focus")
    elsewhere = operations.insert(timeline_of(studio.cut), stranger, 2)
    page = hand_over(write_otio(elsewhere), "cut.otio").content.decode()
    assert "2 clips show nothing of this film" in page
    assert "holiday</strong>: no take of this film is called so" in page
    assert "may not be shown now (rejected)" in page
    assert not Edit.objects.filter(revision__gt=0).exists()
    page = client.post(studio.url, {"do": "take"}, follow=True).content.decode()
    assert "say whether to leave it out" in page
    assert not Edit.objects.filter(revision__gt=0).exists()
    client.post(studio.url, {"do": "take", "leave_out": "1"})
    assert [clip.id for clip in now(studio).clips] == ["title", "s1-01", "s1-02", "end"]
    assert not TimelineUpload.objects.exists()


def test_a_file_without_anything_of_this_film_offers_nothing_to_take(studio, client, hand_over):
    alone = Timeline(
        "X", Fraction(12), 96, 54, (Clip("x", Media("cd" * 32, "holiday.mp4", 40), 20),), (Transition(), Transition())
    )
    page = hand_over(write_fcpxml(alone), "cut.fcpxml").content.decode()
    assert "nothing to take over" in page
    assert 'name="leave_out"' not in page
    page = client.post(studio.url, {"do": "take", "leave_out": "1"}, follow=True).content.decode()
    assert "no clip of cut.fcpxml shows a take of this film" in page.lower()
    client.post(studio.url, {"do": "discard"})
    assert not TimelineUpload.objects.exists()
    assert not Edit.objects.filter(revision__gt=0).exists()


@pytest.mark.parametrize("ending", WRITE)
def test_another_frame_rate_is_asked_about_and_conformed_only_then(studio, client, hand_over, ending):
    before = timeline_of(studio.cut)
    double = replace(
        before, rate=Fraction(24), tracks=(),
        clips=tuple(
            replace(c, frames=c.frames * 2, source=replace(c.source, frames=48) if isinstance(c.source, Media) else c.source)
            for c in before.clips
        ),
    )  # fmt: skip
    page = hand_over(WRITE[ending](double), f"cut.{ending}").content.decode()
    assert "It counts 24 frames a second; this film runs at 12." in page
    assert "Conform it to 12 frames a second" in page
    page = client.post(studio.url, {"do": "take"}, follow=True).content.decode()
    assert "say whether to conform it" in page
    assert not Edit.objects.filter(revision__gt=0).exists()
    client.post(studio.url, {"do": "take", "conform": "1"})
    assert rows(now(studio)) == rows(before)


def test_sounds_that_the_film_does_not_have_are_named(studio, client, hand_over):
    before = timeline_of(studio.cut)
    song = Sound("song", "", Media("ef" * 32, "song.wav", 90), 0, 90, label="A song")
    with_song = replace(before, tracks=(*before.tracks, Track("music", (song,))))
    page = hand_over(write_otio(with_song), "cut.otio").content.decode()
    assert "A song" in page
    client.post(studio.url, {"do": "take", "leave_out": "1"})
    assert [sound.id for track in now(studio).tracks for sound in track.sounds] == ["bed:s1-01"]


def test_a_lying_id_does_not_put_a_take_under_another_shot(studio, hand_over):
    before = timeline_of(studio.cut)
    swapped = replace(
        before, clips=(before.clips[0], replace(before.clips[1], id="s1-02"), replace(before.clips[2], id="s1-01"),
                       *before.clips[3:]), tracks=(),
    )  # fmt: skip
    hand_over(write_otio(swapped), "cut.otio")
    assert [(clip.id, clip.provenance.shot) for clip in now(studio).clips[1:3]] == [
        ("s1-01", str(studio.takes[0].shot_id)), ("s1-02", str(studio.takes[1].shot_id)),
    ]  # fmt: skip


BOMB = '<?xml version="1.0"?><!DOCTYPE fcpxml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><fcpxml>&b;</fcpxml>'
BAD = [
    ("cut.txt", "anything", "none of the endings"),
    ("../../etc/passwd", "anything", "passwd has none of the endings"),
    ("cut.otio", "not json", "can't be read as json"),
    ("cut.otio", "[" * 100_000, "json"),
    (
        "cut.otio",
        '{"OTIO_SCHEMA": "SerializableCollection.1", "name": "x", "children": [], "metadata": {}}',
        "holds no timeline",
    ),
    ("cut.fcpxml", BOMB, "declares entities"),
    ("cut.fcpxml", "<fcpxml", "cut.fcpxml"),
    ("cut.fcpxml", "<html><body/></html>", "not an fcpxml"),
    ("cut.edl", "TITLE: X\nFCM: NON-DROP FRAME\n001 what is this line here\n", "no event of cmx 3600"),
    ("cut.edl", "", "empty"),
    ("cut.edl", "  \n", "empty"),
    ("cut.edl", b"TITLE: Gr\xfc\xdfe\n", "not text in utf-8"),
    ("cut.otio", b"\0\0\0\x20ftypisom", "binary"),
    ("cut.edl", "x" * (8 * 1024 * 1024 + 1), "larger than 8 mb"),
    (
        "cut.edl",
        "001  AX V C 00:00:00:20 00:00:01:00 01:00:00:00 01:00:01:00\n",
        "counts a frame 20, and 12 frames a second have none",
    ),
]


def test_bad_files_are_answered_in_one_sentence_and_nothing_changes(studio, hand_over):
    for name, content, says in BAD:
        answer = hand_over(content, name, rate="12/1")
        page = answer.content.decode().replace("&#x27;", "'").lower()
        assert answer.status_code == 400, (name, content[:40])
        assert says in page, (name, content[:40], page[page.find("errors") :][:400])
        assert "--" not in page.split('class="errors"')[1].split("</ul>")[0], (name, content[:40])
        assert not TimelineUpload.objects.exists()
        assert not Edit.objects.filter(revision__gt=0).exists()


def test_paths_in_a_file_are_names_and_nothing_is_opened(studio, hand_over):
    written = (
        write_otio(timeline_of(studio.cut))
        .replace(".mp4", ".mp4")
        .replace('"target_url": "', '"target_url": "../../../etc/')
    )
    hand_over(written, "cut.otio")
    assert rows(now(studio)) == rows(timeline_of(studio.cut))
    assert all("/" not in clip.source.name for clip in now(studio).clips if isinstance(clip.source, Media))


def test_utf_16_is_read(studio, hand_over):
    elsewhere = operations.rename(timeline_of(studio.cut), "Für später")
    hand_over(write_otio(elsewhere).encode("utf-16"), "cut.otio")
    assert now(studio).title == "Für später"


def test_others_do_not_hand_over(studio, client, make, hand_over):
    client.force_login(studio.legal_reviewer)
    assert hand_over("x", "cut.edl").status_code == 403
    client.force_login(make.user())
    assert client.get(studio.url).status_code == 404


@pytest.mark.parametrize(("ending", "write"), [("vtt", write_vtt), ("srt", write_srt)])
def test_captions_from_elsewhere_are_one_step_that_can_be_undone(studio, client, hand_over, ending, write):
    before = timeline_of(studio.cut)
    worded = operations.put_cue(before, Cue("c1", "s1-02", 6, 12, "Who is there?"))
    answer = hand_over(write(worded), f"Film.{ending.upper()}").content.decode()
    assert "The film has this 1 caption now" in answer
    assert [(cue.clip, cue.start, cue.frames, cue.text) for cue in now(studio).cues] == [
        ("s1-02", 6, 12, "Who is there?")
    ]
    client.post(studio.change, {"do": "undo", "revision": 1})
    assert now(studio) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("WEBVTT\n\nno times here\n", "holds no caption"),
        ("WEBVTT\n\n00:10:00.000 --> 00:10:02.000\nLate\n", "film.vtt: "),
        ("WEBVTT\n\n00:00:02.000 --> 00:00:01.000\nBackwards\n", "film.vtt: "),
    ],
)
def test_captions_that_can_not_be_are_refused_and_change_nothing(studio, hand_over, content, words):
    assert words in hand_over(content, "film.vtt").content.decode()
    assert now(studio) == timeline_of(studio.cut)
