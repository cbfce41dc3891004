"""Cast, reference pictures, declarations, unknown people, training, voices: each with the real detectors and policies."""

from decimal import Decimal

import cv2
import numpy as np
import pytest

from django_site import wiring
from django_site.apps.audits.evidence_facts import audit_fact
from django_site.apps.audits.models import Asset, Audit, UnknownFace
from django_site.apps.audits.services.strangers import stranger_clear
from django_site.apps.corpora.services import work_register
from django_site.apps.jobs.runner import run_pending
from django_site.apps.likeness.models import CustodyEvent, UseEvent
from django_site.apps.likeness.services import (
    biometric_consent_record,
    biometric_consent_withdraw,
    grant_resume,
    grant_suspend,
    grant_withdraw,
    subject_enrol,
    voice_enrol,
)
from django_site.apps.likeness.training import training_begin
from django_site.apps.productions.models import ImportedMedia, Production, Reference, Shot, Take
from django_site.apps.productions.services.casting import (
    production_declare,
    reference_add,
    reference_remove,
    shot_cast,
)
from django_site.apps.productions.services.imports import media_import
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.shots import shot_replace
from django_site.apps.productions.services.takes import take_request
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.clips import ASTRONAUT, CAR, COFFEE, ROCKET, ffmpeg, frames_of, still, travel, write_clip
from tests.sounds import RATE, resampled, speech, write_wav

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.production = make.production(
        studio.organisation, studio.producer, brief="A keeper finds a letter on the shore.", width=64, height=36, fps=8,
        territories=["US", "DE"], total_seconds=3,
    )  # fmt: skip
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    # An empty index vouches for nothing: a work that none of these films shows.
    work_register(
        organisation=studio.organisation, title="Rocket", kind="photograph", rights_holder="Holder", media=[ROCKET],
        acts=["match"], by=studio.legal_reviewer, spdx_id="CC0-1.0",
    )  # fmt: skip
    return studio


@pytest.fixture
def shot(studio) -> Shot:
    return screenplay_write(production=studio.production, by=studio.producer).scenes.first().shots.first()


def enrol_face(studio):
    biometric_consent_record(subject=studio.subject, text="Measure my face.", by=studio.performer)
    subject_enrol(
        subject=studio.subject, portraits=[ASTRONAUT], business_reason="protection", source="scan", by=studio.performer
    )


def rendered(shot, by) -> Take:
    take = take_request(shot=Shot.objects.get(pk=shot.pk), by=by)
    run_pending()
    take.refresh_from_db()
    return take


def test_a_shot_that_casts_somebody_needs_their_grant_and_is_a_use_of_theirs(studio, shot, make):
    cast = shot_cast(shot=shot, cast=[studio.subject], by=studio.producer)
    assert cast.version == shot.version + 1
    assert cast.cast == [str(studio.subject.pk)]
    stopped = take_request(shot=cast, by=studio.producer)
    assert stopped.state == "stopped"
    assert "casts Eileen Marsh" in stopped.reason
    terms = {"currency": "EUR", "per_render": "12.50"}
    grant = make.grant(studio.subject, studio.production, limits={"compensation": terms})
    assert rendered(cast, studio.producer).state == "cleared"
    use = UseEvent.objects.get(kind="render")
    assert [(one.amount, one.currency) for one in use.compensation.all()] == [(Decimal("12.50"), "EUR")]
    assert (use.subject, use.grant) == (studio.subject, grant)
    assert float(use.seconds) == float(use.take.duration)
    grant_withdraw(grant=grant, by=studio.performer, reason="No.")
    run_pending()
    use.take.refresh_from_db()
    assert use.take.state == "stopped", "a likeness that was cast is stopped, known again or not"


def test_the_cast_stays_with_the_shot_when_its_words_change(studio, shot):
    cast = shot_cast(shot=shot, cast=[], by=studio.producer, content=["violence"], alterations=["age"])
    again = shot_replace(shot=cast, changes={"prompt": "a shore at noon"}, by=studio.producer)
    assert (again.cast, again.content, again.alterations) == ([], ["violence"], ["age"])
    assert shot_cast(shot=again, cast=[], by=studio.producer, content=["violence"], alterations=["age"]) == again
    with pytest.raises(InputError, match="no topic"):
        shot_cast(shot=again, cast=[], by=studio.producer, content=["boredom"])
    with pytest.raises(NotAllowedError):
        shot_cast(shot=again, cast=None, by=studio.legal_reviewer)


def test_a_consent_that_ends_while_the_take_waits_stops_it_at_dispatch(studio, shot, make):
    grant = make.grant(studio.subject, studio.production)
    cast = shot_cast(shot=shot, cast=[studio.subject], by=studio.producer)
    take = take_request(shot=cast, by=studio.producer)
    assert take.state == "queued"
    grant_withdraw(grant=grant, by=studio.performer, reason="No.")
    run_pending()
    take.refresh_from_db()
    assert take.state in ("failed", "stopped")
    assert take.asset is None, "nothing was rendered"


def test_a_reference_picture_is_searched_for_faces_and_the_gate_decides(studio, shot, make):
    enrol_face(studio)
    reference = reference_add(shot=shot, source=ASTRONAUT, name="look.png", by=studio.producer)
    assert [one["subject"] for one in reference.people] == [str(studio.subject.pk)]
    stopped = take_request(shot=shot, by=studio.producer)
    assert "reference picture 'look.png' shows a face that resembles Eileen Marsh" in stopped.reason
    grant = make.grant(studio.subject, studio.production)
    allowed = take_request(shot=shot, by=studio.producer)
    assert allowed.state == "queued"
    assert {"kind": "reference", "sha256": reference.asset.sha256} in allowed.generation.ingredients
    grant_withdraw(grant=grant, by=studio.performer, reason="No.")
    reference_remove(reference=reference, by=studio.producer)
    assert take_request(shot=shot, by=studio.producer).state == "queued"


def test_a_picture_that_was_looked_at_before_somebody_registered_is_looked_at_again(studio, shot):
    reference = reference_add(shot=shot, source=ASTRONAUT, name="look.png", by=studio.producer)
    assert (reference.people, reference.unknown_faces) == ([], 1)
    enrol_face(studio)
    assert take_request(shot=shot, by=studio.producer).state == "stopped"
    reference.refresh_from_db()
    assert (len(reference.people), reference.unknown_faces) == (1, 0)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"not a picture", "look.png"), (b"", "the file is empty; choose another"), ("film", "is not a picture")],
)
def test_what_is_no_picture_is_refused_and_not_kept(studio, shot, tmp_path, content, why):
    path = tmp_path / "look.png"
    if content == "film":
        path = write_clip(tmp_path / "look.mp4", frames_of(CAR, end=0.4, size=(160, 120)))
    else:
        path.write_bytes(content)
    before = Asset.objects.count()
    with pytest.raises(Exception, match=why), path.open("rb") as source:
        reference_add(shot=shot, source=source, name="look.png", by=studio.producer)
    assert not Reference.objects.exists()
    assert Asset.objects.count() == before


def test_a_production_declares_what_it_is_for(studio):
    with pytest.raises(InputError, match="at least one medium"):
        production_declare(production=studio.production, by=studio.producer, media=[], languages=["en"])
    with pytest.raises(InputError, match="no medium"):
        production_declare(production=studio.production, by=studio.producer, media=["dream"], languages=["en"])
    production_declare(
        production=studio.production, by=studio.producer, media=["cinema"], languages=["en", "de"], real_time=True
    )
    stored = Production.objects.get(pk=studio.production.pk)
    assert (stored.media, stored.languages, stored.real_time) == (["cinema"], ["en", "de"], True)


def brought_in(studio, path) -> ImportedMedia:
    imported = media_import(production=studio.production, source=path, name=path.name, by=studio.producer)
    run_pending()
    imported.refresh_from_db()
    return imported


def test_an_unknown_person_is_listed_with_a_picture_and_cleared_on_a_ground(studio, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", frames_of(CAR, size=(640, 480)))
    imported = brought_in(studio, clip)
    faces = list(UnknownFace.objects.filter(audit__imported=imported))
    assert faces, "the man in the car recurs and is nobody's subject"
    face = faces[0]
    decoded = cv2.imdecode(np.frombuffer(wiring.zone("quarantine").path(face.picture.sha256).read_bytes(), np.uint8), 1)
    assert decoded is not None
    audit = Audit.objects.get(imported=imported)
    assert audit_fact(audit).uncleared_people == len(faces)
    for basis, note, why in [("", "In the binder.", "ground"), ("released", " ", "where the release")]:
        with pytest.raises(InputError, match=why):
            stranger_clear(face=face, basis=basis, note=note, by=studio.producer)
    with pytest.raises(NotAllowedError):
        stranger_clear(face=face, basis="released", note="In the binder.", by=studio.legal_reviewer)
    stranger_clear(face=face, basis="released", note="Release 7 in the binder.", by=studio.producer)
    with pytest.raises(WrongStateError):
        stranger_clear(face=face, basis="public", note="In the street.", by=studio.producer)
    assert audit_fact(audit).uncleared_people == len(faces) - 1


def with_sound(folder, sound, name: str):
    """A picture without faces that speaks."""
    silent = write_clip(folder / f"silent-{name}.mp4", travel(still(COFFEE), 200, zoom=(1.0, 1.3)))
    wav = write_wav(folder / f"{name}.wav", sound)
    path = folder / f"{name}.mp4"
    ffmpeg("-i", silent, "-i", wav, "-c:v", "copy", "-c:a", "aac", "-b:a", "160k", "-shortest", path)
    return path


def test_a_registered_voice_stops_a_film_and_a_grant_of_it_lets_it_pass(studio, tmp_path, make):
    deep, high = resampled(speech(5, 40.0), 0.8), resampled(speech(2, 40.0), 1.2)
    biometric_consent_record(subject=studio.subject, text="Measure my voice.", by=studio.performer, modality="voice")
    recordings = [write_wav(tmp_path / f"{n}.wav", deep[n * 7 * RATE : (n + 1) * 7 * RATE]) for n in range(2)]
    templates = voice_enrol(
        subject=studio.subject, recordings=recordings, business_reason="protection", source="scan", by=studio.performer
    )
    assert {template.modality for template in templates} == {"voice"}
    assert CustodyEvent.objects.filter(subject=studio.subject, act="measured").count() == 2
    other = brought_in(studio, with_sound(tmp_path, high[: 8 * RATE], "other"))
    assert other.state == "cleared", other.reason
    stolen = with_sound(tmp_path, deep[22 * RATE : 30 * RATE], "stolen")
    imported = brought_in(studio, stolen)
    assert imported.state == "stopped"
    assert "speech that resembles the voice of Eileen Marsh" in imported.reason
    make.grant(studio.subject, studio.production, limits={"modalities": ["voice"]})
    from django_site.apps.audits.services.repeating import audits_repeat_for_subject
    from django_site.apps.productions.models import ImportState

    ImportedMedia.objects.filter(pk=imported.pk).update(state=ImportState.CLEARED, reason="")
    audits_repeat_for_subject(subject=studio.subject)
    run_pending()
    imported.refresh_from_db()
    assert imported.state == "cleared"
    audit = Audit.objects.filter(imported=imported).latest("created_at")
    assert audit_fact(audit).index_current
    biometric_consent_withdraw(subject=studio.subject, by=studio.performer, reason="No more.", modality="voice")
    assert wiring.voice_gallery().info().subjects == 0


def test_a_voice_that_was_not_listened_for_vouches_for_nothing(studio, tmp_path):
    """A film that was audited before the first voice was registered owes another audit."""
    deep = resampled(speech(5, 40.0), 0.8)
    imported = brought_in(studio, with_sound(tmp_path, deep[22 * RATE : 30 * RATE], "early"))
    audit = Audit.objects.get(imported=imported)
    assert audit_fact(audit).index_current
    biometric_consent_record(subject=studio.subject, text="Measure my voice.", by=studio.performer, modality="voice")
    voice_enrol(
        subject=studio.subject, recordings=[write_wav(tmp_path / "own.wav", deep[: 7 * RATE])], source="scan",
        business_reason="protection", by=studio.performer,
    )  # fmt: skip
    fact = audit_fact(audit)
    assert not fact.index_current
    assert fact.missing_detectors == ("voices",)


def test_training_on_somebody_asks_exactly_that(studio, make):
    ask = {
        "production": studio.production, "modalities": {str(studio.subject.pk): ["face"]}, "model": "tidewater-lora",
        "data_sha256": ["0" * 64], "by": studio.producer,
    }  # fmt: skip
    make.grant(studio.subject, studio.production)
    with pytest.raises(WrongStateError, match="not fine_tune"):
        training_begin(**ask, act="fine_tune")
    assert not UseEvent.objects.exists()
    grant = make.grant(studio.subject, studio.production, limits={"acts": ["render", "fine_tune"]})
    with pytest.raises(WrongStateError, match="third_party_training"):
        training_begin(**ask, act="third_party_training")
    with pytest.raises(InputError, match="as which of"):
        training_begin(**ask, act="borrow")
    decision, [use] = training_begin(**ask, act="fine_tune")
    assert (decision.point, decision.outcome) == ("train", "allow")
    assert (use.kind, use.what, use.grant) == ("train", "tidewater-lora", grant)


def test_when_a_grant_changes_the_last_look_is_judged_anew(studio, tmp_path, make):
    """What a file shows does not change with a consent: no second look, a new decision; a look that no longer vouches is
    taken again."""
    enrol_face(studio)
    grant = make.grant(studio.subject, studio.production)
    clip = write_clip(tmp_path / "clip.mp4", travel(still(ASTRONAUT), 50, zoom=(1.3, 1.6), centre=(0.43, 0.25)))
    imported = brought_in(studio, clip)
    assert imported.state == "cleared", imported.reason
    grant_suspend(grant=grant, by=studio.performer, reason="Not now.")
    run_pending()
    imported.refresh_from_db()
    assert imported.state == "stopped"
    assert (imported.audits.count(), imported.decisions.count()) == (1, 2)
    work_register(
        organisation=studio.organisation, title="Car", kind="clip", rights_holder="Holder", media=[CAR], acts=["match"],
        by=studio.legal_reviewer, spdx_id="CC0-1.0",
    )  # fmt: skip
    ImportedMedia.objects.filter(pk=imported.pk).update(state="cleared", reason="")
    grant_resume(grant=grant, by=studio.performer)
    run_pending()
    imported.refresh_from_db()
    assert imported.state == "cleared"
    assert (imported.audits.count(), imported.decisions.count()) == (2, 3), "the index grew: it was looked at again"
