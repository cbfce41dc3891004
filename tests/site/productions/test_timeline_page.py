"""The timeline page: steps, undo, two people at once, the end card that stays, and the cut that follows."""

from itertools import pairwise

import pytest
from django.urls import reverse

from auditor.media import probe
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Contribution, Cut, Edit, Take
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.shots import shot_insert, shot_remove, shot_replace
from django_site.apps.productions.services.takes import production_render, take_reject, take_request
from django_site.apps.productions.services.timelines import timeline_of
from generator.edit import History
from tests.site.once import once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    return once("a film on a timeline", lambda: made(make))


def made(make):
    """A film of two scenes, rendered and cut."""
    studio = make.studio()
    studio.production = make.production(
        studio.organisation, studio.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=6
    )
    screenplay_write(production=studio.production, by=studio.producer, scenes=2)
    studio.url = reverse("productions:timeline", args=[studio.production.pk])
    studio.change = reverse("productions:timeline_change", args=[studio.production.pk])
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    studio.cut = Cut.objects.get()
    return studio


@pytest.fixture
def cut(studio):
    return studio.cut


@pytest.fixture
def step(studio, client, cut):
    client.force_login(studio.producer)

    def step(do: str, **sent):
        edit = Edit.objects.filter(production=studio.production).first()
        sent = {"revision": edit.revision if edit else 0, **sent}
        return client.post(studio.change, {"do": do, **{name: str(value) for name, value in sent.items()}}, follow=True)

    return step


def now(studio):
    return History.from_document(Edit.objects.get(production=studio.production).history).timeline


def order(timeline) -> list[str]:
    return [clip.id for clip in timeline.clips]


def test_before_the_first_cut_the_page_says_what_will_be(make, client):
    studio = make.studio()
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    client.force_login(studio.producer)
    url, change = (
        reverse(f"productions:{name}", args=[studio.production.pk]) for name in ("timeline", "timeline_change")
    )
    assert b"There is no cut yet" in client.get(url).content
    answer = client.post(change, {"do": "undo", "revision": "0"}, follow=True)
    assert b"there is no cut yet" in answer.content.lower()


def test_the_film_is_heard_and_its_timeline_is_kept(studio, cut):
    assert probe(asset_path(cut.asset)).audio_codec == "aac"
    timeline = timeline_of(cut)
    assert order(timeline) == ["title", "s1-01", "s1-02", "s2-01", "s2-02", "end"]
    assert {track.kind for track in timeline.tracks} >= {"ambience", "dialogue"}
    assert cut.sound["lufs"] == pytest.approx(-16, abs=0.5)
    assert all(line["subject"] is None for line in cut.sound["lines"])


def test_clips_are_moved_trimmed_split_joined_and_titled_and_each_step_can_be_undone(studio, cut, step):
    before = timeline_of(cut)
    step("move", clip="s2-02", to=1)
    assert order(now(studio)) == ["title", "s2-02", "s1-01", "s1-02", "s2-01", "end"]
    step("trim", clip="s1-01", start=0.5, end=1)
    clip = now(studio).clips[2]
    assert (clip.start, clip.frames) == (3, 3)
    step("split", clip="s1-02", at=0.5)
    assert order(now(studio))[3:5] == ["s1-02", "s1-02~2"]
    step("set_transition", clip="s2-01", kind="wipe", long=0.5)
    assert now(studio).transitions[5].kind == "wipe"
    step("title", clip="s1-01", text="Tuesday", **{"from": 0, "long": 0.5}, place="upper")
    assert now(studio).titles[0].text == "Tuesday"
    step("rename", text="Another name")
    step("set_gain", of="ambience", gain=-6)
    step("mute", of="effects", muted=1)
    assert {track.kind: (track.gain, track.muted) for track in now(studio).tracks}["ambience"] == (-6.0, False)
    for _ in range(8):
        step("undo")
    assert now(studio) == before
    assert b"there is nothing to undo" in step("undo").content.lower()
    for _ in range(8):
        step("redo")
    assert now(studio).title == "Another name"


def test_what_was_edited_is_cut_heard_and_on_record(studio, cut, step):
    step("move", clip="s2-02", to=1)
    step("delete", clip="s1-02")
    step("set_gain", of="ambience", gain=-20)
    cue = now(studio).cues[0]
    step("words", cue=cue.id, text="In other words.")
    step("cut")
    run_pending()
    made = Cut.objects.latest("version")
    assert made.version == 2
    assert made.state == "needs_review"
    shown = [f"s{i.take.shot.scene.position}-{i.take.shot.position:02d}" for i in made.items.order_by("position")]
    assert shown == ["s2-02", "s1-01", "s2-01"]
    timeline = timeline_of(made)
    assert [one.text for one in timeline.cues if one.id == cue.id] in (["In other words."], [])
    assert next(track.gain for track in timeline.tracks if track.kind == "ambience") == -20
    assert float(made.duration) == pytest.approx(float(timeline.seconds), abs=0.01)
    acts = set(Contribution.objects.filter(target_id=made.pk).values_list("act", flat=True))
    assert acts >= {"arranged", "trimmed"}
    items = list(made.items.order_by("position"))
    assert all(a.end <= b.end for a, b in pairwise(items))


def test_the_end_card_stays_and_stays_readable(studio, cut, step):
    for sent in (
        {"do": "delete", "clip": "end"},
        {"do": "trim", "clip": "end", "start": 0, "end": 0.5},
        {"do": "move", "clip": "end", "to": 0},
        {"do": "move", "clip": "s1-01", "to": 5},
        {"do": "title", "clip": "end", "text": "x", "from": 0, "long": 1},
        {"do": "split", "clip": "end", "at": 2},
    ):
        answer = step(**sent)
        assert b"end card" in answer.content
        assert not Edit.objects.filter(revision__gt=0).exists(), sent


def test_of_two_people_the_slower_is_told(studio, cut, step):
    step("move", clip="s2-02", to=1)
    answer = step("move", clip="s2-02", to=2, revision=0)
    assert b"somebody else has changed this timeline" in answer.content.lower()
    assert order(now(studio))[1] == "s2-02"


REFUSED = [
    ({"do": "move", "clip": "nothing", "to": 1}, "not on the timeline"),
    ({"do": "move", "clip": "s1-01", "to": "x"}, "give a number"),
    ({"do": "trim", "clip": "s1-01", "start": "nan", "end": 1}, "number"),
    ({"do": "trim", "clip": "s1-01", "start": 0, "end": 500}, "s1-01"),
    ({"do": "trim", "clip": "s1-01", "start": 1, "end": 0.5}, "later end"),
    ({"do": "set_gain", "of": "ambience", "gain": 400}, "out of bounds"),
    ({"do": "set_transition", "clip": "s1-01", "kind": "explode", "long": 1}, "explode"),
    ({"do": "retake", "clip": "s1-01", "take": "another"}, "cleared takes"),
    ({"do": "title", "clip": "s1-01", "text": "  ", "from": 0, "long": 1}, "write the words"),
    ({"do": "remove", "id": "nothing"}, "removed before"),
]


def test_what_can_not_be_done_is_said_and_changes_nothing(studio, step):
    for sent, says in REFUSED:
        answer = step(**sent)
        assert says in answer.content.decode().lower(), sent
        assert not Edit.objects.filter(revision__gt=0).exists(), sent
    assert step("explode").status_code == 400


def test_another_take_of_the_shot_is_shown_and_no_other_shots(studio, cut, step):
    first, second, *_ = shots_current(studio.production)
    other = take_request(shot=first, by=studio.producer)
    elsewhere = take_request(shot=second, by=studio.producer)
    run_pending()
    step("retake", clip="s1-01", take=elsewhere.pk)
    assert not Edit.objects.filter(revision__gt=0).exists()
    step("retake", clip="s1-01", take=other.pk)
    other.refresh_from_db()
    assert now(studio).clips[1].source.sha256 == other.asset.sha256


def test_a_take_that_was_rejected_meanwhile_gives_way_to_the_newest_when_it_is_cut(studio, cut, step):
    first = shots_current(studio.production)[0]
    take_request(shot=first, by=studio.producer)
    run_pending()
    rejected = Take.objects.get(shot=first, number=2)
    step("retake", clip="s1-01", take=rejected.pk)
    Cut.objects.filter(version__gt=1).update(state="rejected", reason="no")
    take_reject(take=rejected, by=studio.producer, reason="The first was better.")
    step("cut")
    run_pending()
    assert Cut.objects.latest("version").items.get(position=1).take == Take.objects.get(shot=first, number=1)


def test_the_next_cut_by_itself_keeps_what_was_edited(studio, cut, step):
    step("delete", clip="s1-02")
    step("move", clip="s2-02", to=1)
    step("cut")
    run_pending()
    first = shots_current(studio.production)[0]
    shot_replace(shot=first, changes={"lens_mm": 90.0}, by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    made = Cut.objects.latest("version")
    assert made.version == 3
    assert order(timeline_of(made)) == ["title", "s2-02", "s1-01", "s2-01", "end"]
    assert made.items.get(position=2).take.shot.version == 2
    # a shot that is new comes in, one that is gone goes
    shot_insert(after=shots_current(studio.production)[0], by=studio.producer)
    shot_remove(shot=list(shots_current(studio.production))[-1], by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    assert order(timeline_of(Cut.objects.latest("version"))) == ["title", "s1-01", "s1-03", "s2-01", "end"]


def test_it_leaves_for_other_editors_and_captions_go_along(studio, cut, client, step):
    from generator.edit.interchange import Library, read_otio

    step("rename", text="Für später")
    address = reverse("productions:timeline_export", args=[studio.production.pk, "otio"])
    answer = client.get(address)
    assert 'filename="fur-spater.otio"' in answer["Content-Disposition"]
    timeline = now(studio)
    media = [clip.source for clip in timeline.clips if clip.id not in ("title", "end")]
    library = Library(timeline.rate, timeline.width, timeline.height, media)
    assert read_otio(answer.content.decode(), library) == timeline
    assert client.get(address.replace("otio", "vtt")).content.startswith(b"WEBVTT")
    for ending in ("edl", "fcpxml", "srt"):
        assert client.get(address.replace("otio", ending)).status_code == 200
    assert client.get(address.replace("otio", "exe")).status_code == 404
    board = client.get(reverse("productions:board", args=[studio.production.pk]))
    assert board.content.startswith(b"%PDF")


def test_discarding_begins_anew(studio, cut, step):
    step("move", clip="s2-02", to=1)
    step("discard")
    assert not Edit.objects.exists()


def test_who_reviews_looks_and_can_not_change(studio, cut, client):
    client.force_login(studio.legal_reviewer)
    page = client.get(studio.url, {"clip": "s1-01"})
    assert page.status_code == 200
    assert b"<button" not in page.content.split(b"<main")[1].replace(b"copy", b"")
    assert client.post(studio.change, {"do": "undo", "revision": 0}).status_code == 403
    assert not Edit.objects.exists()
