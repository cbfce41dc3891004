"""What is due is destroyed, with its key and its originals, and nothing else is; every run leaves its record."""

import json
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from auditor.likeness.keys import KeyDestroyedError
from django_site import wiring
from django_site.apps.accounts.models import Notice
from django_site.apps.audits.models import Asset
from django_site.apps.likeness import retention
from django_site.apps.likeness.models import (
    BiometricConsent,
    BiometricTemplate,
    CustodyEvent,
    LikenessAsset,
    RetentionRun,
    SubjectKey,
)
from django_site.apps.likeness.retention import retention_run, retention_run_daily
from django_site.apps.likeness.services import biometric_consent_record, biometric_consent_withdraw
from django_site.apps.likeness.services.biometrics import _keep
from django_site.apps.likeness.templates_sealed import templates_open
from django_site.apps.productions.models import Reference
from django_site.apps.provenance.models import LedgerEntry

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=366)


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.QUARANTINE_ROOT = tmp_path / "quarantine"
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    return studio


def measured(studio, tmp_path, subject=None, modality="face", given_at=None, name="a"):
    """Templates as an enrolment leaves them, of a made-up vector: measuring itself is tested elsewhere."""
    subject = subject or studio.subject
    consent = biometric_consent_record(
        subject=subject, text="Measure me.", by=studio.legal_reviewer, modality=modality, given_at=given_at
    )
    original = tmp_path / f"{subject.pk}-{modality}-{name}.png"
    original.write_bytes(f"{subject.pk}{modality}{name}".encode())
    [template] = _keep(
        subject, consent, [(original, "image/png", {})], [np.arange(8, dtype="<f4")], model="m", source="scan",
        business_reason="protection", by=studio.legal_reviewer,
    )  # fmt: skip
    return template


def stored(template) -> bool:
    return wiring.zone("quarantine").exists(template.likeness_asset.asset.sha256)


def test_what_is_due_goes_with_its_key_and_its_original(studio, tmp_path, make, django_capture_on_commit_callbacks):
    due = measured(studio, tmp_path)
    other = make.subject(studio.organisation, legal_name="Other")
    stays = measured(studio, tmp_path, other, given_at=timezone.now() + timedelta(days=100))
    assert stored(due)
    now = timezone.now() + YEAR
    with django_capture_on_commit_callbacks(execute=True):
        run = retention_run(now=now)
    assert run.destroyed == [{"subject": str(studio.subject.pk), "why": "due", "templates": 1, "originals": 1}]
    assert (run.templates, run.originals, run.failed) == (1, 1, [])
    assert list(BiometricTemplate.objects.all()) == [stays]
    assert list(LikenessAsset.objects.all()) == [stays.likeness_asset]
    assert not stored(due)
    assert stored(stays)
    assert not Asset.objects.filter(pk=due.likeness_asset.asset_id).exists()
    with pytest.raises(KeyDestroyedError):
        wiring.key_vault().key(str(due.key_id))
    assert wiring.key_vault().key(str(stays.key_id))
    acts = list(CustodyEvent.objects.filter(subject=studio.subject, act="destroyed").values_list("note", flat=True))
    assert len(acts) == 2
    assert LedgerEntry.objects.get(kind="retention_run").event["templates"] == 1
    assert {one.user for one in Notice.objects.filter(kind="retention")} == {
        studio.legal_reviewer,
        studio.head_of_legal,
    }
    assert "Eileen" not in str(run.destroyed), "ids and counts only"
    assert retention_run(now=now).templates == 0


def test_one_modality_goes_and_the_other_is_sealed_anew(studio, tmp_path, django_capture_on_commit_callbacks):
    face = measured(studio, tmp_path)
    voice = measured(studio, tmp_path, modality="voice", given_at=timezone.now() + timedelta(days=100))
    before = voice.key_id
    with django_capture_on_commit_callbacks(execute=True):
        retention_run(now=timezone.now() + YEAR)
    voice.refresh_from_db()
    assert not BiometricTemplate.objects.filter(pk=face.pk).exists()
    assert voice.key_id != before, "a backup from before must not open because half of the consent stands"
    with pytest.raises(KeyDestroyedError):
        wiring.key_vault().key(str(before))
    assert np.array_equal(templates_open("voice")[str(studio.subject.pk)][0], np.arange(8, dtype="<f4"))


def test_an_older_template_goes_and_a_newer_one_stays(studio, tmp_path, django_capture_on_commit_callbacks):
    old = measured(studio, tmp_path, name="old")
    BiometricConsent.objects.filter(pk=old.consent_id).update(withdrawn_at=timezone.now())
    new = measured(studio, tmp_path, name="new")
    with django_capture_on_commit_callbacks(execute=True):
        run = retention_run()
    assert run.destroyed == [{"subject": str(studio.subject.pk), "why": "withdrawn", "templates": 1, "originals": 0}]
    assert list(BiometricTemplate.objects.all()) == [new]
    assert stored(old), "a consent to this modality stands, so its originals stay"


def test_a_file_that_something_else_needs_stays(studio, tmp_path, make, django_capture_on_commit_callbacks):
    template = measured(studio, tmp_path)
    Reference.objects.create(
        production=studio.production, asset=template.likeness_asset.asset, name="a", gallery_sha256=make.digest("g"),
        added_by=studio.producer,
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        biometric_consent_withdraw(subject=studio.subject, by=studio.performer, reason="No.")
        run = retention_run()
    assert run.destroyed == [{"subject": str(studio.subject.pk), "why": "withdrawn", "templates": 0, "originals": 1}]
    assert stored(template)
    assert not LikenessAsset.objects.exists()


def test_what_fails_for_one_does_not_keep_the_others(studio, tmp_path, make, monkeypatch):
    measured(studio, tmp_path)
    other = make.subject(studio.organisation, legal_name="Other")
    measured(studio, tmp_path, other)
    plain = retention.templates_destroy

    def broken(*, subject, **more):
        if subject == studio.subject:
            raise OSError("the vault is away")
        return plain(subject=subject, **more)

    monkeypatch.setattr(retention, "templates_destroy", broken)
    run = retention_run(now=timezone.now() + YEAR)
    assert run.failed == [{"subject": str(studio.subject.pk), "why": "OSError"}]
    assert [one["subject"] for one in run.destroyed] == [str(other.pk)]
    assert BiometricTemplate.objects.filter(subject=studio.subject).exists(), "undone as a whole"
    monkeypatch.setattr(retention, "templates_destroy", plain)
    assert retention_run(now=timezone.now() + YEAR).templates == 1


def test_it_runs_once_a_day_and_by_hand(studio, tmp_path, capsys):
    now = timezone.now()
    measured(studio, tmp_path, given_at=now - timedelta(days=350))
    call_command("retention", "--dry-run")
    said = json.loads(capsys.readouterr().out)
    assert (said["destroyed"], [one["templates"] for one in said["upcoming"]]) == ([], [1])
    assert not RetentionRun.objects.exists()
    assert retention_run_daily(now=now) is not None
    assert retention_run_daily(now=now + timedelta(hours=23)) is None
    assert Notice.objects.filter(user=studio.head_of_legal, kind="retention").count() == 1, "told once a day to come"
    assert retention_run_daily(now=now + timedelta(hours=25)) is not None
    assert Notice.objects.filter(user=studio.head_of_legal, kind="retention").count() == 1
    call_command("retention")
    assert json.loads(capsys.readouterr().out)["failed"] == []
    assert SubjectKey.objects.get().destroyed_at is None


def test_the_legal_side_reads_it_and_others_elsewhere_see_nobody_of_theirs(studio, tmp_path, make, client):
    measured(studio, tmp_path)
    retention_run(now=timezone.now() + YEAR)
    client.force_login(studio.legal_reviewer, backend="django.contrib.auth.backends.ModelBackend")
    assert "Eileen Marsh" in client.get(reverse("likeness:retention")).content.decode()
    client.force_login(make.studio().head_of_legal, backend="django.contrib.auth.backends.ModelBackend")
    assert "Eileen Marsh" not in client.get(reverse("likeness:retention")).content.decode()
    client.logout()
    assert "365 days" in client.get(reverse("likeness:schedule", args=[studio.organisation.pk])).content.decode()
