"""Sounds from outside: rights and audit first, then placed, heard, signed for and in the cue sheet; withdrawn, they stop."""

import io
import json
import resource
import wave
from contextlib import contextmanager

import numpy as np
import pytest
from django.urls import reverse

from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audits.models import Asset, Audit
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut, Edit, ImportedMedia, SoundRights
from django_site.apps.productions.services import assembling
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.sounds import placed_on, sound_import, sound_withdraw
from django_site.apps.productions.services.takes import production_render
from django_site.apps.productions.services.timelines import timeline_of
from django_site.apps.provenance.binder.documents.cue_sheet import cue_sheet
from django_site.apps.provenance.binder.film import Film
from django_site.apps.provenance.models import Release
from django_site.apps.reviews.selectors import queue_of
from django_site.apps.reviews.services import case_approve
from generator.edit import History, Sound, Track, operations
from generator.edit.interchange import write_otio

pytestmark = pytest.mark.django_db(transaction=True)
RIGHTS = {
    "title": "Harbour song",
    "owner": "Mara Lind",
    "basis": "licensed",
    "licence": "Contract of 3 March 2026",
    "evidence": "File 12",
}


def tune(seconds: float = 4.0, hertz: float = 330.0) -> bytes:
    """A stereo WAV, louder on the left."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    both = np.stack([np.sin(2 * np.pi * hertz * at), 0.25 * np.sin(2 * np.pi * hertz * at)], axis=1)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setparams((2, 2, 48_000, 0, "NONE", ""))
        out.writeframes(np.round(both * 12_000).astype("<i2").tobytes())
    return buffer.getvalue()


@pytest.fixture
def studio(make, settings, tmp_path, client):
    settings.INDEX_ROOT = tmp_path / "index"
    settings.LEDGER_HEADS = tmp_path / "heads.jsonl"
    studio = make.studio()
    studio.new = reverse("productions:sound_new", args=[studio.production.pk])
    studio.change = reverse("productions:timeline_change", args=[studio.production.pk])
    studio.page = reverse("productions:timeline", args=[studio.production.pk])
    client.force_login(studio.producer)
    return studio


@contextmanager
def little_room(size: int):
    """As on a full disk: no file of this process grows beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def bring_in(studio, **said) -> ImportedMedia:
    content = said.pop("content", None) or tune()
    return sound_import(
        production=studio.production, source=io.BytesIO(content), name="song.wav", by=studio.producer,
        **{**RIGHTS, **said},
    )  # fmt: skip


def cleared(studio, **said) -> ImportedMedia:
    imported = bring_in(studio, **said)
    ImportedMedia.objects.filter(pk=imported.pk).update(state="cleared")
    return ImportedMedia.objects.get(pk=imported.pk)


def place(client, studio, imported, **said):
    edit = Edit.objects.filter(production=studio.production).first()
    sent = {"do": "place", "sound": str(imported.pk), "lane": "music", "at": "0.5", "gain": "-6", "fade_in": "0.5",
            "fade_out": "0.5", "revision": edit.revision if edit else 0, **said}  # fmt: skip
    return client.post(studio.change, sent, follow=True)


def now(studio):
    return History.from_document(Edit.objects.get(production=studio.production).history).timeline


def test_a_sound_is_quarantined_listened_to_and_cleared(studio, client):
    file = io.BytesIO(tune())
    file.name = "../../song.wav"
    answer = client.post(studio.new, {"file": file, **RIGHTS}, follow=True)
    imported = ImportedMedia.objects.get()
    assert (imported.name, imported.state, imported.asset.zone) == ("song.wav", "quarantined", "quarantine")
    assert b"Mara Lind" in answer.content
    run_pending()
    imported.refresh_from_db()
    assert (imported.state, imported.reason) == ("cleared", "")
    audit = Audit.objects.get()
    assert audit.state == "complete"
    assert [one["name"] for one in audit.detectors] == ["sound", "dismissals"]
    page = client.get(reverse("productions:import", args=[imported.pk])).content.decode()
    assert "<audio" in page
    assert "<video" not in page
    assert client.get(reverse("audits:media", args=[imported.asset_id]))["Content-Type"] == "audio/wav"


def test_rights_that_say_too_little_and_files_that_are_no_sound_keep_nothing(studio, client):
    for said, words in (
        ({"owner": ""}, "required"),
        ({"licence": ""}, "Name the licence"),
        ({"evidence": ""}, "required"),
        ({"basis": "because"}, "Select a valid choice"),
    ):
        file = io.BytesIO(tune())
        file.name = "song.wav"
        answer = client.post(studio.new, {"file": file, **RIGHTS, **said})
        assert answer.status_code == 400, said
        assert words in answer.content.decode(), said
    for content in (b"no sound at all " * 100, b"#EXTM3U\nfile:///etc/passwd\n", tune()[:50_000], b"RIFF\0\0\0\0WAVE"):
        file = io.BytesIO(content)
        file.name = "song.wav"
        answer = client.post(studio.new, {"file": file, **RIGHTS})
        assert answer.status_code == 400, content[:20]
        assert "song.wav" in answer.content.decode(), content[:20]
    assert not ImportedMedia.objects.exists()
    assert not Asset.objects.filter(media_type__startswith="audio/").exists()
    assert not list(wiring.zone("quarantine").root.rglob("*song*"))


def test_a_full_disk_is_said_and_nothing_half_written_stays(studio, client):
    file = io.BytesIO(tune())
    file.name = "song.wav"
    kept = {one for one in wiring.zone("quarantine").root.rglob("*") if one.is_file()}
    with little_room(100_000):
        answer = client.post(studio.new, {"file": file, **RIGHTS})
    assert answer.status_code == 400
    assert "no room left on the studio" in answer.content.decode()
    assert not ImportedMedia.objects.exists()
    assert {one for one in wiring.zone("quarantine").root.rglob("*") if one.is_file()} == kept
    file.seek(0)
    client.post(studio.new, {"file": file, **RIGHTS})
    assert ImportedMedia.objects.count() == 1


def test_only_what_is_cleared_and_stands_is_placed(studio, filmed, client, make):
    filmed(studio)
    waiting = bring_in(studio)
    assert b"may not be placed" in place(client, studio, waiting).content
    ImportedMedia.objects.filter(pk=waiting.pk).update(state="cleared")
    elsewhere = make.studio()
    strange = sound_import(
        production=elsewhere.production, source=io.BytesIO(tune(2)), name="x.wav", by=elsewhere.producer, **RIGHTS
    )
    ImportedMedia.objects.filter(pk=strange.pk).update(state="cleared")
    assert b"may not be placed" in place(client, studio, strange).content
    for wrong, says in (({"gain": "99"}, "out of bounds"), ({"at": "900"}, "film is over"),
                        ({"lane": "dialogue"}, "no track"),
                        ({"fade_in": "20"}, "fades take more"), ({"at": "x"}, "give a number")):  # fmt: skip
        assert says in place(client, studio, waiting, **wrong).content.decode(), wrong
    assert not Edit.objects.filter(revision__gt=0).exists()
    place(client, studio, waiting)
    sound = placed_on(now(studio))[0]
    assert (sound.start, sound.frames, sound.gain, sound.fade_in, sound.label) == (6, 48, -6.0, 6, "Harbour song")
    assert [track.kind for track in now(studio).tracks] == ["ambience", "music"]
    client.post(studio.change, {"do": "fades", "id": sound.id, "fade_in": "1", "fade_out": "0", "revision": 1})
    client.post(studio.change, {"do": "set_gain", "of": sound.id, "gain": "-3", "revision": 2})
    sound = placed_on(now(studio))[0]
    assert (sound.fade_in, sound.fade_out, sound.gain) == (12, 0, -3.0)
    sound_withdraw(imported=waiting, by=studio.producer, reason="The contract ended.")
    assert "The contract ended." in client.get(studio.page).content.decode()
    answer = client.post(studio.change, {"do": "cut"}, follow=True)
    assert "the right to it was withdrawn" in answer.content.decode()
    assert Cut.objects.count() == 1
    client.post(studio.change, {"do": "remove", "id": sound.id, "revision": 3})
    assert not placed_on(now(studio))


def test_a_placed_effect_goes_with_its_clip(studio, filmed, client):
    filmed(studio)
    imported = cleared(studio)
    place(client, studio, imported, lane="effects", at="3.5", long="0.5", fade_in="0", fade_out="0")
    sound = placed_on(now(studio))[0]
    assert (sound.clip, sound.frames) == ("s1-01", 6) if sound.clip == "s1-01" else ("s1-02", 6)
    assert now(studio).moment(sound.clip, sound.start) == 42


def test_a_sound_of_another_studio_can_not_be_withdrawn_or_seen(studio, client, make):
    imported = bring_in(studio)
    address = reverse("productions:sound_withdraw", args=[imported.pk])
    client.force_login(make.studio().producer)
    assert client.post(address, {"reason": "x"}).status_code == 404
    client.force_login(studio.legal_reviewer)
    assert client.post(address, {"reason": "x"}).status_code == 403
    client.force_login(studio.producer)
    client.post(address, {"reason": " "})
    assert SoundRights.objects.get().withdrawn_at is None
    client.post(address, {"reason": "Sold."})
    assert SoundRights.objects.get().withdrawn_by == studio.producer


def test_an_otio_brings_back_a_sound_that_was_brought_in(studio, filmed, client):
    cut, _ = filmed(studio)
    imported = cleared(studio)
    from generator.edit import Media

    song = Sound("song", "", Media(imported.asset.sha256, "song.wav", 48), 0, 40, label="Harbour song")
    timeline = timeline_of(cut)
    film = operations.put_sound(timeline, "music", song)
    assert Track("music", (song,)) in film.tracks
    file = io.BytesIO(write_otio(film).encode())
    file.name = "cut.otio"
    client.post(reverse("productions:timeline_import", args=[studio.production.pk]), {"file": file})
    assert [(one.id, one.frames) for one in placed_on(now(studio))] == [("placed:song", 40)]


def test_a_cut_with_music_is_heard_signed_for_and_in_the_cue_sheet(make, studio, client, monkeypatch):
    studio.production = make.production(
        studio.organisation, studio.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=3
    )
    studio.change = reverse("productions:timeline_change", args=[studio.production.pk])
    screenplay_write(production=studio.production, by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    imported = bring_in(studio)
    run_pending()
    Cut.objects.update(state="rejected", reason="music is missing")
    place(client, studio, imported)
    client.post(studio.change, {"do": "cut"})
    decoded = assembling.sounds_decoded

    def into_little_room(*given, **named):
        with little_room(100_000):  # here alone: the database has to grow
            return decoded(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(assembling, "sounds_decoded", into_little_room)
        run_pending()
    full = Cut.objects.latest("version")
    assert (full.state, full.asset) == ("failed", None)
    assert "make room" in full.reason
    assert not [one for one in (wiring.zone("quarantine").root / "incoming").iterdir() if one.is_file()]
    assert len(placed_on(now(studio))) == 1, "the timeline stands as it was"
    client.post(studio.change, {"do": "cut"})
    run_pending()
    cut = Cut.objects.latest("version")
    assert cut.state == "needs_review", cut.reason
    assert cut.sound["placed"][0]["owner"] == "Mara Lind"
    assert placed_on(timeline_of(cut))[0].media.sha256 == imported.asset.sha256
    page = client.get(reverse("productions:cut", args=[cut.pk])).content.decode()
    assert "Mara Lind · Contract of 3 March 2026" in page
    case = queue_of(studio.legal_reviewer).get(cut=cut)
    case_approve(case=case, by=studio.legal_reviewer, reason="Listened to it.")
    run_pending()
    cut.refresh_from_db()
    assert cut.state == "released", Job.objects.get(kind="sign_cut").reason
    release = Release.objects.get()
    report = verify(asset_path(release.manifest.asset), trust=wiring.trust_list())
    assert report.state == "Trusted"
    assert ("Sound: Harbour song", "componentOf") in {(link.title, link.relationship) for link in report.chain}
    sheet = cue_sheet(Film(cut, release.created_at))
    heard = [row for row in sheet["sound"] if row["what"] == "music: Harbour song"]
    assert heard[0]["origin"] == "from outside: Mara Lind; Contract of 3 March 2026"
    assert heard[0]["in"] == "00:00:00:03"
    assert "Mara Lind" not in json.dumps(report.as_dict())


def test_what_is_withdrawn_while_it_waits_is_not_signed(make, studio, client, filmed):
    from django_site.apps.productions.services.sounds import sounds_stand
    from django_site.errors import WrongStateError
    from generator.edit.document import as_document

    cut, _ = filmed(studio)
    imported = cleared(studio)
    place(client, studio, imported)
    Cut.objects.filter(pk=cut.pk).update(timeline=as_document(now(studio)))
    cut.refresh_from_db()
    assert sounds_stand(cut) == [imported]
    ImportedMedia.objects.filter(pk=imported.pk).update(state="stopped", reason="It sounds like Harbour.")
    with pytest.raises(WrongStateError, match="It sounds like Harbour"):
        sounds_stand(cut)
