"""The whole way with the real renderer, auditor, policies, signer and ledger, small: a brief to a released film."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from auditor.provenance import verify
from django_site import wiring
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.corpora.services import work_register
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.likeness.services import biometric_consent_record, subject_enrol, subject_register
from django_site.apps.productions.models import Cut, Take
from django_site.apps.productions.services.imports import media_import
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.shots import shot_replace
from django_site.apps.productions.services.takes import production_render, take_request
from django_site.apps.provenance.models import KeyUse, LedgerEntry, Manifest, Release, SigningIntent, TreeHead
from django_site.apps.provenance.services.ledger_checks import ledger_verify
from django_site.apps.provenance.services.standing import cut_standing
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.selectors import queue_of
from django_site.apps.reviews.services import case_approve, case_request_change
from django_site.errors import NotAllowedError, WrongStateError
from tests.clips import ASTRONAUT, BUNNY, frames_of, write_clip

pytestmark = pytest.mark.django_db(transaction=True)
BRIEF = "A lighthouse keeper finds a letter on the shore at dusk."


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    settings.LEDGER_HEADS = tmp_path / "heads.jsonl"
    studio = make.studio()
    studio.production = make.production(
        studio.organisation,
        studio.producer,
        brief=BRIEF,
        territories=["US", "DE"],
        width=64,
        height=36,
        fps=8,
        total_seconds=3,
    )
    return studio


@pytest.fixture(scope="session")
def bunny(tmp_path_factory):
    """Three seconds of a film with a licence, small."""
    frames = frames_of(BUNNY, end=3.0, size=(320, 180))
    return write_clip(tmp_path_factory.mktemp("works") / "bunny.mp4", frames)


def film(studio) -> Cut:
    """The film, made and waiting for review."""
    screenplay_write(production=studio.production, by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    return Cut.objects.get()


def enrol(studio, make, name: str = "Eileen Marsh"):
    subject = subject_register(organisation=studio.organisation, legal_name=name, by=studio.legal_reviewer)
    biometric_consent_record(subject=subject, text="Measure my face to protect it.", by=studio.legal_reviewer)
    subject_enrol(
        subject=subject,
        portraits=[ASTRONAUT],
        business_reason="protection",
        source="independent",
        by=studio.legal_reviewer,
    )
    return subject


def test_a_brief_becomes_a_released_film_and_foreign_media_are_stopped(studio, make, bunny):
    work_register(
        organisation=studio.organisation, title="Big Buck Bunny", kind="clip", rights_holder="Blender Foundation",
        media=[bunny], acts=["match"], by=studio.producer, spdx_id="CC-BY-3.0",
    )  # fmt: skip
    subject = enrol(studio, make)
    cut = film(studio)

    assert {take.state for take in Take.objects.all()} == {"cleared"}
    assert (cut.state, cut.decisions.get().outcome) == ("needs_review", "allow")
    case = queue_of(studio.legal_reviewer).get()
    with pytest.raises(NotAllowedError):
        case_approve(case=case, by=studio.producer, reason="I made it, so it is fine.")
    case_approve(case=case, by=studio.legal_reviewer, reason="Watched it; nothing resembles anything.")
    run_pending()

    cut.refresh_from_db()
    assert cut.state == "released", Job.objects.get(kind="sign_cut").reason
    release = Release.objects.get()
    path = asset_path(release.manifest.asset)
    assert path.is_relative_to(wiring.zone("released").root)
    report = verify(path, trust=wiring.trust_list())
    assert report.state == "Trusted"
    assert {link.relationship for link in report.chain} == {"inputTo", "componentOf"}
    takes = [link for link in report.chain if link.relationship == "componentOf"]
    assert len(takes) == cut.items.count()
    assert {(link.state, link.depth) for link in takes} == {("Trusted", 1)}, "each take carries a record of its own"
    assert any(link.depth == 2 and link.title.startswith("Model card") for link in report.chain)
    assert report.statements.review["reviewer"] == studio.legal_reviewer.pseudonym
    assert verify(path, trust=None).state == "Valid"
    assert asset_path(cut.asset).is_relative_to(wiring.zone("quarantine").root)

    kinds = list(LedgerEntry.objects.values_list("kind", flat=True))
    assert {"decision", "review_approve", "signed", "released"} <= set(kinds)
    assert TreeHead.objects.get().size == len(kinds)
    checked = ledger_verify()
    assert (checked.faults, checked.sealed) == ((), len(kinds))
    assert (
        checked.rows == Decision.objects.count() + cut.items.count() + 2
    )  # signed takes, the signed film, the release
    assert (
        KeyUse.objects.filter(intent__cut=cut, purpose="claim").count() == cut.items.count() + 2
    )  # and the record beside
    written = json.dumps([entry.event for entry in LedgerEntry.objects.all()])
    for secret in (studio.legal_reviewer.username, studio.producer.email, subject.legal_name, "Tidewater"):
        assert secret not in written

    copied = media_import(production=studio.production, source=bunny, name="../clip.mp4", by=studio.producer)
    face = media_import(production=studio.production, source=ASTRONAUT, name="portrait.png", by=studio.producer)
    run_pending()
    copied.refresh_from_db()
    face.refresh_from_db()
    assert (copied.name, copied.state, face.state) == ("clip.mp4", "stopped", "stopped")
    assert "'Big Buck Bunny'" in copied.reason
    assert "Eileen Marsh" in face.reason
    finding = copied.audits.get().findings.first()
    assert finding.evidence.exists()
    assert finding.evidence.first().reference is not None
    segments = [check["segment"] for check in copied.decisions.get().checks if not check["passed"]]
    assert segments[0][1] - segments[0][0] > 2


def test_gate_one_stops_a_take_before_anything_is_rendered(studio, make):
    make.subject(studio.organisation, legal_name="Eileen Marsh")
    studio.production.brief = "Eileen Marsh finds a letter on the shore at dusk."
    studio.production.save()
    screenplay_write(production=studio.production, by=studio.producer)
    takes = production_render(production=studio.production, by=studio.producer)
    assert {take.state for take in takes} == {"stopped"}
    assert "Eileen Marsh" in takes[0].reason
    assert not Job.objects.exists()
    assert takes[0].shot.decisions.get().outcome == "block"


def test_what_changed_since_the_decision_stops_the_release_and_is_audited_anew(studio, make):
    cut = film(studio)
    case = Case.objects.get()
    case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
    enrol(studio, make)  # somebody is protected now for whom nobody has looked
    assert cut_standing(cut).stale_because == ("a consent",)
    run_pending()
    cut.refresh_from_db()
    assert cut.state == "needs_review"
    assert not Release.objects.exists()
    assert not Manifest.objects.exists()
    assert SigningIntent.objects.get().state == "abandoned"
    assert "a consent changed" in Job.objects.get(kind="sign_cut").reason
    assert Job.objects.filter(kind="audit_cut", state="done").count() == 2
    case_approve(case=Case.objects.get(state="open"), by=studio.head_of_legal, reason="Looked again.")
    run_pending()
    cut.refresh_from_db()
    assert cut.state == "released"


def test_a_changed_policy_makes_a_decision_stale(studio, settings, tmp_path):
    import shutil

    cut = film(studio)
    assert cut_standing(cut).stale_because == ()
    settings.POLICIES_ROOT = shutil.copytree(settings.POLICIES_ROOT, tmp_path / "policies")
    changed = settings.POLICIES_ROOT / "ethics" / "human-review.yaml"
    changed.write_text(changed.read_text().replace("version: 1", "version: 2"))
    assert cut_standing(cut).stale_because == ("a policy",)


def test_a_replaced_shot_makes_the_next_cut(studio):
    cut = film(studio)
    case_request_change(case=Case.objects.get(), by=studio.legal_reviewer, reason="Another angle, please.")
    cut.refresh_from_db()
    assert (cut.state, cut.reason) == ("rejected", "Another angle, please.")
    shot = cut.items.first().take.shot
    replaced = shot_replace(shot=shot, changes={"lens_mm": 85.0}, by=studio.producer)
    assert Take.objects.get(shot=shot).state == "superseded"
    with pytest.raises(WrongStateError):
        take_request(shot=shot, by=studio.producer)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    second = Cut.objects.get(version=2)
    assert second.state == "needs_review"
    assert second.items.first().take.shot == replaced


def test_a_signed_file_that_was_touched_is_not_released(studio, monkeypatch):
    from django_site.apps.provenance.services import signing

    cut = film(studio)
    case_approve(case=Case.objects.get(), by=studio.legal_reviewer, reason="Fine.")
    plain = signing.cut_release

    def after_somebody_touched_it(*, manifest, by, work):
        path = asset_path(manifest.asset)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        return plain(manifest=manifest, by=by, work=work)

    monkeypatch.setattr(signing, "cut_release", after_somebody_touched_it)
    run_pending()
    cut.refresh_from_db()
    assert cut.state == "approved"
    assert "changed on disk" in cut.reason
    assert not Release.objects.exists()


def test_licences_that_ended_permit_nothing(studio, make, bunny):
    now = timezone.now()
    work = work_register(
        organisation=studio.organisation, title="Bunny", kind="clip", rights_holder="Blender", media=[bunny],
        acts=["match", "reproduce"], by=studio.producer, spdx_id="CC-BY-3.0", ends=now + timedelta(days=1),
    )  # fmt: skip
    imported = media_import(production=studio.production, source=bunny, name="b.mp4", by=studio.producer)
    run_pending()
    imported.refresh_from_db()
    assert imported.state == "cleared", imported.reason
    work.licences.update(starts=now - timedelta(days=9), ends=now - timedelta(days=1))
    other = make.production(studio.organisation, studio.producer)
    again = media_import(production=other, source=bunny, name="b.mp4", by=studio.producer)
    run_pending()
    again.refresh_from_db()
    assert again.state == "stopped"
    assert "no longer in force" in again.reason
