"""Consent to measure and licence to show: sealed templates, destroyed keys, grants that never change."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone

from auditor.likeness.crypto import SealBrokenError, open_sealed
from auditor.likeness.keys import KeyDestroyedError
from django_site import wiring
from django_site.apps.audits.people_facts import grant_fact
from django_site.apps.likeness.models import BiometricTemplate, ConsentGrant, SubjectKey, UseEvent
from django_site.apps.likeness.scope import grant_sentence
from django_site.apps.likeness.selectors import grant_nearest, grants_by_subject
from django_site.apps.likeness.services import (
    biometric_consent_record,
    biometric_consent_withdraw,
    grant_offer,
    grant_sign,
    grant_suspend,
    grant_withdraw,
    subject_enrol,
)
from django_site.apps.likeness.templates_sealed import templates_open
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.clips import ASTRONAUT, COFFEE

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    return studio


def enrol(studio, portraits=(ASTRONAUT,)):
    biometric_consent_record(subject=studio.subject, text="Measure my face.", by=studio.legal_reviewer)
    return subject_enrol(
        subject=studio.subject,
        portraits=portraits,
        business_reason="protection",
        source="scan",
        by=studio.legal_reviewer,
    )


def scope(studio, **changes) -> dict:
    return {
        "projects": [str(studio.production.pk)],
        "uses": ["film"],
        "media": ["*"],
        "territories": ["*"],
        "modalities": ["face"],
        "replica_kind": "independent",
        "description": "Speaking role of the keeper, two scenes",
        "exclusions": ["nudity"],
        **changes,
    }


def signed(studio, **fields) -> ConsentGrant:
    grant = grant_offer(
        subject=studio.subject, scope=scope(studio), text="My face, in Tidewater.", by=studio.legal_reviewer, **fields
    )
    return grant_sign(grant=grant, by=studio.performer, text_sha256_seen=grant.text_sha256)


def test_nobody_is_measured_without_a_release(studio):
    with pytest.raises(WrongStateError, match="written release"):
        subject_enrol(
            subject=studio.subject, portraits=[ASTRONAUT], business_reason="x", source="scan", by=studio.legal_reviewer
        )
    assert not BiometricTemplate.objects.exists()
    assert studio.subject.decisions.get().outcome == "block"


def test_a_template_is_sealed_for_one_person_and_found_in_memory_alone(studio, make):
    template = enrol(studio)[0]
    vector = templates_open()[str(studio.subject.pk)][0]
    assert vector.shape == (128,)
    assert np.asarray(vector, "<f4").tobytes() not in bytes(template.ciphertext)
    assert wiring.face_gallery().nearest(vector).subject_id == str(studio.subject.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ciphertext FROM likeness_biometrictemplate")
        assert np.asarray(vector, "<f4").tobytes()[:16] not in bytes(cursor.fetchone()[0])
    other = make.subject(studio.organisation, legal_name="Other")
    key = wiring.key_vault().key(str(template.key_id))
    assert open_sealed(bytes(template.ciphertext), key=key, subject_id=str(studio.subject.pk))
    with pytest.raises(SealBrokenError):
        open_sealed(bytes(template.ciphertext), key=key, subject_id=str(other.pk))


def test_withdrawal_destroys_key_and_templates_and_empties_the_gallery(studio, django_capture_on_commit_callbacks):
    enrol(studio)
    assert wiring.face_gallery().info().subjects == 1
    key = SubjectKey.objects.get()
    assert wiring.key_vault().key(str(key.pk))
    with django_capture_on_commit_callbacks(execute=True):
        biometric_consent_withdraw(subject=studio.subject, by=studio.performer, reason="I changed my mind.")
    assert not BiometricTemplate.objects.exists()
    assert SubjectKey.objects.get().destroyed_at is not None
    with pytest.raises(KeyDestroyedError):
        wiring.key_vault().key(str(key.pk))
    assert wiring.face_gallery().info().subjects == 0
    with pytest.raises(WrongStateError):
        biometric_consent_withdraw(subject=studio.subject, by=studio.performer, reason="Again.")
    enrol(studio)
    assert wiring.face_gallery().info().subjects == 1


def test_a_portrait_without_a_face_enrols_nobody(studio):
    with pytest.raises(Exception, match="no face found"):
        enrol(studio, [COFFEE])
    assert not BiometricTemplate.objects.exists()


def test_only_the_person_signs_and_only_what_they_saw(studio):
    grant = grant_offer(subject=studio.subject, scope=scope(studio), text="My face.", by=studio.legal_reviewer)
    with pytest.raises(NotAllowedError):
        grant_sign(grant=grant, by=studio.producer, text_sha256_seen=grant.text_sha256)
    with pytest.raises(InputError, match="not the text"):
        grant_sign(grant=grant, by=studio.performer, text_sha256_seen="0" * 64)
    grant_sign(grant=grant, by=studio.performer, text_sha256_seen=grant.text_sha256)
    grant.refresh_from_db()
    assert (grant.state, grant.signed_by) == ("active", studio.performer)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"projects": []}, "projects"),
        ({"uses": ["wallpaper"]}, "uses"),
        ({"territories": ["Narnia"]}, "territories"),
        ({"description": "all"}, "description"),
        ({"everything": True}, "everything"),
    ],
)
def test_a_grant_that_says_nothing_definite_is_not_offered(studio, change, why):
    with pytest.raises(InputError, match=why):
        grant_offer(subject=studio.subject, scope=scope(studio, **change), text="x", by=studio.legal_reviewer)


def test_a_newer_version_takes_the_place_of_the_older(studio):
    first = signed(studio)
    second = grant_offer(
        subject=studio.subject,
        scope=scope(studio, territories=["DE"]),
        text="Germany.",
        by=studio.legal_reviewer,
        amends=first,
    )
    assert second.version == 2
    grant_sign(grant=second, by=studio.performer, text_sha256_seen=second.text_sha256)
    first.refresh_from_db()
    assert first.state == "amended"
    mine = grants_by_subject([studio.subject.pk])[str(studio.subject.pk)]
    assert grant_nearest(mine, studio.production, modality="face").version == 2


def test_stopping_a_grant_needs_a_reason_and_sends_what_relied_on_it_back(studio, make):
    from django_site.apps.audits.models import Finding
    from django_site.apps.jobs.models import Job

    grant = signed(studio)
    take = make.take(make.shot(studio.production), studio.producer)
    audit = make.audit(studio.production, take.asset, take=take)
    Finding.objects.create(
        audit=audit, position=0, kind="face", start=0, end=2, score=0.6, plain="x", subject=studio.subject
    )
    with pytest.raises(InputError, match="say why"):
        grant_withdraw(grant=grant, by=studio.performer, reason=" ")
    with pytest.raises(NotAllowedError):
        grant_withdraw(grant=grant, by=studio.producer, reason="Because.")
    grant_suspend(grant=grant, by=studio.performer, reason="I want to see it first.")
    take.refresh_from_db()
    assert take.state == "auditing"
    assert Job.objects.filter(kind="audit_take", target_id=take.pk, state="queued").count() == 1
    assert not grant_fact(grant, at=timezone.now()).active
    grant_withdraw(grant=grant, by=studio.performer, reason="No.")
    with pytest.raises(WrongStateError):
        grant_withdraw(grant=grant, by=studio.performer, reason="No.")


def test_a_grant_counts_only_within_its_term(studio):
    now = timezone.now()
    grant = signed(studio, starts=now, ends=now + timedelta(days=2))
    assert grant_fact(grant, at=now + timedelta(days=1)).active
    assert not grant_fact(grant, at=now + timedelta(days=3)).active
    assert not grant_fact(grant, at=now - timedelta(days=1)).active
    assert grant_fact(None, at=now) is None


def test_a_use_is_noted_under_the_grant_that_allowed_it(studio, make):
    from django_site.apps.audits.models import Finding
    from django_site.apps.audits.services.uses import uses_record

    signed(studio)
    take = make.take(make.shot(studio.production), studio.producer)
    audit = make.audit(studio.production, take.asset, take=take)
    for position, (start, end) in enumerate([("0", "0.500"), ("1", "1.750")]):
        Finding.objects.create(
            audit=audit,
            position=position,
            kind="face",
            start=start,
            end=end,
            score=0.6,
            plain="x",
            subject=studio.subject,
        )
    audit.refresh_from_db()
    for _ in range(2):
        uses_record(audit=audit, kind="render", take=take)
    assert float(UseEvent.objects.get().seconds) == 1.25


def test_a_grant_reads_as_a_sentence(studio):
    text = grant_sentence(signed(studio), projects={str(studio.production.pk): "Tidewater"})
    assert text == "Your face in Tidewater only, for film, everywhere, without an end date, never nudity."
