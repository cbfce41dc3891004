"""Keys and time: each use written down first, certificates replaced and foretold, a film that waits for its time stamp."""

import csv
import io
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auditor.provenance import DevelopmentAuthority, FileSigner, verify
from django_site import wiring
from django_site.apps.accounts.models import Notice
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.provenance.models import KeyUse, Release, SigningCertificate, SigningIntent
from django_site.apps.provenance.services.keys import certificates_settle, reported_signer
from django_site.apps.provenance.services.rotation import signing_rotate
from django_site.apps.provenance.services.signing import intent_resume, intents_settle
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from django_site.errors import WrongStateError
from tests.site.once import once
from tests.site.provenance.films import begun
from tests.tsa import served

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.enable_socket]


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.SIGNING_ROOT = tmp_path / "signing"


@pytest.fixture
def approved(make):
    """A cut whose case is approved and whose signing is owed."""
    return once("a film whose signing is owed", lambda: owed(begun(make)))


def owed(studio):
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    studio.cut = Cut.objects.get()
    case_approve(case=Case.objects.get(), by=studio.legal_reviewer, reason="Fine.")
    return studio


@pytest.fixture
def tsa(settings):
    wiring.signing_directory()
    with served(settings.SIGNING_ROOT / "timestamps") as running:
        settings.TIMESTAMP_URL = running.url
        yield running


def test_a_film_carries_the_time_of_its_authority(approved, tsa):
    run_pending()
    release = Release.objects.get()
    report = verify(asset_path(release.manifest.asset), trust=wiring.trust_list())
    assert report.signed_at is not None
    assert release.decision.facts["signature"]["timestamped"] is True


def test_a_film_waits_for_its_time_stamp_and_is_released_when_there_is_one(approved, tsa, monkeypatch):
    monkeypatch.setattr("auditor.provenance.timestamps.time.sleep", lambda _: None)
    tsa.behave("denies")
    run_pending()
    cut, intent = Cut.objects.get(), SigningIntent.objects.get(kind="cut")
    assert (cut.state, intent.state, intent.waited) == ("awaiting_time", "waiting", 1)
    assert "403" in cut.reason
    assert not Release.objects.exists()
    assert Job.objects.get(kind="sign_cut").state == "done"

    assert intents_settle() == 0, "not before its time"
    SigningIntent.objects.filter(pk=intent.pk).update(retry_at=timezone.now() - timedelta(seconds=1))
    assert intents_settle() == 1
    run_pending()
    intent.refresh_from_db()
    assert intent.waited == 2
    assert intent.retry_at > timezone.now() + timedelta(seconds=90), "longer each time"

    tsa.behave("well")
    client = Client()
    client.force_login(approved.producer)
    page = client.get(reverse("productions:cut", args=[cut.pk]))
    assert b"Ask for the time stamp now" in page.content
    client.post(reverse("signing:time", args=[cut.pk]))
    run_pending()
    cut.refresh_from_db()
    assert cut.state == "released"
    with pytest.raises(WrongStateError, match="waits for a time stamp"):
        intent_resume(intent=intent)


def test_each_use_of_a_key_is_written_down_before_it_happens(approved):
    run_pending()
    uses = KeyUse.objects.filter(intent__kind="cut")
    assert set(uses.values_list("purpose", flat=True)) == {"claim", "organisation"}
    assert SigningCertificate.objects.filter(development=True).count() == 2
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        KeyUse.objects.filter(pk=uses.first().pk).update(purpose="claim")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        KeyUse.objects.filter(pk=uses.first().pk)._raw_delete("default")


def test_a_key_whose_use_can_not_be_written_down_is_not_used(approved, monkeypatch):
    intent = SigningIntent.objects.get(kind="cut")
    signer = reported_signer(intent)
    signed = []
    monkeypatch.setattr(FileSigner, "sign", lambda self, data: signed.append(data))
    monkeypatch.setattr(KeyUse.objects, "create", _fails)
    with pytest.raises(RuntimeError):
        signer.sign(b"x")
    assert not signed


def _fails(**_):
    raise RuntimeError("the database is away")


def test_after_a_rotation_the_new_key_signs_and_what_the_old_one_signed_stays_trusted(approved, make):
    run_pending()
    old = wiring.signer().key_id
    film = asset_path(Release.objects.get().manifest.asset)
    row = signing_rotate(source=None)
    assert row.key_id == wiring.signer().key_id != old
    assert SigningCertificate.objects.get(key_id=old).retired_at is not None
    assert verify(film, trust=wiring.trust_list()).state == "Trusted"
    root = wiring.signing_directory()
    keys = list(root.rglob("key.pem"))
    assert len(keys) == 3, "identity, organisation and time stamps: the old key is gone"
    assert not list(root.glob(".retired-*")) + list(root.glob(".rotation-*"))


def test_an_identity_that_is_unfit_changes_nothing(tmp_path):
    before = wiring.signer().key_id
    gone = DevelopmentAuthority.create(
        tmp_path / "gone", now=timezone.now() - timedelta(days=30), validity=timedelta(days=2)
    )
    rootless = DevelopmentAuthority.create(tmp_path / "rootless")
    rootless.root.unlink()
    stranger = DevelopmentAuthority.create(tmp_path / "stranger")
    stranger.root.write_bytes(DevelopmentAuthority.create(tmp_path / "other").root.read_bytes())
    for source, says in (
        (gone.directory, "expired"),
        (rootless.directory, "root.pem"),
        (stranger.directory, "not Trusted"),
        (wiring.signing_directory(), "the one in use"),
        (tmp_path / "nowhere", "root.pem"),
    ):
        with pytest.raises(Exception, match=says):
            signing_rotate(source=source)
        assert wiring.signer().key_id == before
    assert not (wiring.signing_directory() / "earlier").exists()


def test_the_command_shows_and_replaces(capsys, tmp_path):
    call_command("signing", "status", "--json")
    (certificates,) = json.loads(capsys.readouterr().out).values()
    assert [one["in_use"] for one in certificates] == [True, True]
    fresh = DevelopmentAuthority.create(tmp_path / "fresh")
    call_command("signing", "rotate", "--from", str(fresh.directory), "--yes")
    assert "signs from now on" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("signing", "rotate", "--from", str(tmp_path), "--yes")


def test_people_are_told_of_a_certificate_that_ends_once_for_each_threshold(studio):
    now = timezone.now()
    end = wiring.signer().not_after
    assert certificates_settle(now=now) == 0
    assert certificates_settle(now=end - timedelta(days=29)) == 2, "that of claims and that of the organisation"
    assert certificates_settle(now=end - timedelta(days=28)) == 0
    assert certificates_settle(now=end - timedelta(days=6)) == 2
    assert certificates_settle(now=end + timedelta(days=1)) == 2
    told = Notice.objects.filter(user=studio.head_of_legal)
    assert told.count() == 6
    assert any("nothing can be signed until" in notice.text for notice in told)
    assert not Notice.objects.filter(user=studio.producer).exists()


def test_the_page_of_signing_is_for_heads_of_legal_and_lists_every_use(approved):
    run_pending()
    client = Client()
    client.force_login(approved.producer)
    assert client.get(reverse("signing:page")).status_code == 403
    client.force_login(approved.head_of_legal)
    page = client.get(reverse("signing:page")).content.decode()
    assert "Development certificates." in page
    assert page.count("Signed a record") >= 2
    table = b"".join(client.get(reverse("signing:uses")).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == KeyUse.objects.count()
    assert {row["what"] for row in rows} == {"take", "cut"}
    for secret in ("PRIVATE", "BEGIN"):
        assert secret not in table + page


def test_no_second_intent_is_owed_while_one_waits(approved):
    intent = SigningIntent.objects.get(kind="cut")
    SigningIntent.objects.filter(pk=intent.pk).update(state="waiting", reason="no time", retry_at=timezone.now())
    with pytest.raises(IntegrityError, match=r"UNIQUE|unique"), transaction.atomic():
        SigningIntent.objects.create(
            cut=intent.cut, asset=intent.asset, case=intent.case, decision=intent.decision,
            requested_by=intent.requested_by,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        SigningIntent.objects.filter(pk=intent.pk).update(retry_at=None)


def kms_sign(digest: bytes) -> bytes:
    """What a key service does: the digest in, a DER signature out; the key is its own."""
    key = load_pem_private_key((wiring.signing_directory() / "elsewhere.pem").read_bytes(), password=None)
    return key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))


@pytest.mark.parametrize("where", ["callback", "pkcs11"])
def test_the_key_may_be_elsewhere(where, settings, software_token, approved):
    directory = wiring.signing_directory()
    key = directory / "identity" / "key.pem"
    if where == "callback":
        key.rename(directory / "elsewhere.pem")
        settings.SIGNER = f"callback:{__name__}.kms_sign"
    else:
        software_token.hold(key, "of the site")
        key.unlink()
        settings.SIGNER = software_token.uri("of%20the%20site")
    run_pending()
    assert Cut.objects.get().state == "released", Cut.objects.get().reason
    assert verify(asset_path(Release.objects.get().manifest.asset), trust=wiring.trust_list()).state == "Trusted"
    with pytest.raises(WrongStateError, match="not in a file here"):
        signing_rotate(source=None)


def test_trials_may_carry_this_machines_own_time(approved, settings):
    settings.TIMESTAMP_URL = "development"
    run_pending()
    report = verify(asset_path(Release.objects.get().manifest.asset), trust=wiring.trust_list())
    assert report.signed_at is not None


def test_the_trial_of_a_new_key_is_on_record_too():
    row = signing_rotate(source=None)
    assert row.uses.filter(purpose="claim").count() == 1
