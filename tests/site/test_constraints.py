"""What may never be true is refused by the database itself: each case tries to write it past every service.

Run on SQLite here, and on a real PostgreSQL by ``test_postgresql.py``.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from django_site.apps.accounts.models import Membership
from django_site.apps.audits.models import (
    Asset,
    Audit,
    Confirmation,
    Decision,
    Dismissal,
    EvidenceFrame,
    Finding,
    PolicyRevision,
)
from django_site.apps.corpora.models import IndexSnapshot, LicensedAct, RightsHolder, Work, WorkAsset
from django_site.apps.jobs.models import Job
from django_site.apps.likeness.models import (
    BiometricConsent,
    BiometricTemplate,
    ConsentGrant,
    LikenessAsset,
    SubjectKey,
    UseEvent,
)
from django_site.apps.productions.models import (
    Contribution,
    Cut,
    CutItem,
    GenerationRecord,
    ImportedMedia,
    Production,
    ProductionMember,
    Scene,
    Shot,
    Take,
)
from django_site.apps.provenance.models import (
    LedgerEntry,
    Manifest,
    Recall,
    Release,
    SigningIntent,
    SoftBinding,
    TreeHead,
)
from django_site.apps.reviews.models import AccessLog, Comment, ReviewAction

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused():
    """``with refused("part of the constraint's name or message"):``; many with ``|`` where the order of checks differs."""

    class Refused:
        def __init__(self, why: str) -> None:
            self.why = why

        def __enter__(self):
            self.atomic = transaction.atomic()
            self.atomic.__enter__()

        def __exit__(self, kind, error, trace):
            self.atomic.__exit__(kind, error, trace)
            assert kind is not None, f"the database accepted it; expected a refusal by {self.why!r}"
            assert issubclass(kind, IntegrityError), error
            text = str(error)
            if connection.vendor == "postgresql" or "CHECK" in text or "can not" in text:
                assert any(why in text for why in self.why.split("|")), text
            return True

    return Refused


def test_membership_has_a_known_role_and_is_unique(make, refused):
    organisation, user = make.organisation(), make.user()
    with refused("membership_role_known"):
        Membership.objects.create(user=user, organisation=organisation, role="emperor")
    Membership.objects.create(user=user, organisation=organisation, role="producer")
    with refused("membership_once"):
        Membership.objects.create(user=user, organisation=organisation, role="head_of_legal")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"sha256": "X" * 64}, "asset_sha256"),
        ({"sha256": "ab"}, "asset_sha256"),
        ({"bytes": 0}, "asset_not_empty"),
        ({"zone": "lobby"}, "asset"),
        ({"zone": "released"}, "an asset starts in quarantine"),
        ({"media_type": "movie"}, "asset_media_type"),
    ],
)
def test_asset(make, refused, fields, why):
    with refused(why):
        Asset.objects.create(**{"sha256": make.digest(1), "bytes": 5, "media_type": "video/mp4", **fields})


def test_asset_is_its_content_and_stored_once(make, refused):
    asset = make.asset()
    with refused("audits_asset_sha256"):
        Asset.objects.create(sha256=asset.sha256, bytes=1, media_type="video/mp4")
    for change in ({"sha256": make.digest()}, {"bytes": 99}, {"media_type": "image/png"}):
        with refused("an asset is its content"):
            Asset.objects.filter(pk=asset.pk).update(**change)


def test_asset_leaves_quarantine_only_with_a_trusted_manifest_and_never_returns(make, refused):
    studio = make.studio()
    manifest = _manifest(make, studio, state="Valid")
    with refused("an asset is released only with a manifest"):
        Asset.objects.filter(pk=manifest.asset_id).update(zone="released")
    trusted = _manifest(make, studio, state="Trusted", version=2)
    with refused("an asset is released only with a manifest"):  # signed, but not released by anybody
        Asset.objects.filter(pk=trusted.asset_id).update(zone="released")
    intent = trusted.intent
    Release.objects.create(
        cut=intent.cut, manifest=trusted, decision=intent.decision, released_by=studio.legal_reviewer
    )
    Asset.objects.filter(pk=trusted.asset_id).update(zone="released")
    with refused("a released asset stays"):
        Asset.objects.filter(pk=trusted.asset_id).update(zone="quarantine")


def test_audit_of_exactly_one_thing_and_one_a_job(make, refused):
    studio = make.studio()
    take = make.take(make.shot(studio.production), studio.producer)
    cut = make.cut(studio.production, studio.producer)
    with refused("audit_of_one_thing"):
        make.audit(studio.production, take.asset)
    with refused("audit_of_one_thing"):
        make.audit(studio.production, take.asset, take=take, cut=cut)
    with refused("audit_gap_has_reason"):
        make.audit(studio.production, take.asset, take=take, state="incomplete")
    with refused("audit_report_sha256"):
        make.audit(studio.production, take.asset, take=take, report_sha256="")
    with refused("audit_gallery_sha256"):
        make.audit(studio.production, take.asset, take=take, gallery_sha256="x")
    with refused("audit_state_known"):
        make.audit(studio.production, take.asset, take=take, state="maybe", reason="x")
    audit = make.audit(studio.production, take.asset, take=take)
    with refused("audits_audit_job_id"):
        make.audit(studio.production, take.asset, take=take, job=audit.job)
    with refused("an audit is append-only"):
        Audit.objects.filter(pk=audit.pk).update(state="incomplete", reason="x")
    with refused("an audit is append-only"):
        Audit.objects.filter(pk=audit.pk)._raw_delete("default")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": "smell"}, "finding"),
        ({"start": "3.0", "end": "2.0"}, "finding_interval"),
        ({"start": "-1.0", "end": "2.0"}, "finding_interval"),
        ({"score": 1.5}, "finding_score"),
        ({"kind": "copy"}, "finding_resembles_its_kind"),
        ({"kind": "audio"}, "finding_resembles_its_kind"),
        ({"speed": 0.0}, "finding_speed"),
    ],
)
def test_finding(make, refused, fields, why):
    studio = make.studio()
    take = make.take(make.shot(studio.production), studio.producer)
    audit = make.audit(studio.production, take.asset, take=take)
    values = {"audit": audit, "position": 0, "kind": "face", "start": "0", "end": "1", "score": 0.5, "plain": "x"}
    with refused(why):
        Finding.objects.create(**{**values, **fields})
    finding = Finding.objects.create(**values)
    with refused("finding_position_once"):
        Finding.objects.create(**values)
    frame = {"finding": finding, "position": 0, "query_seconds": "0.5", "query": make.asset()}
    EvidenceFrame.objects.create(**frame)
    with refused("evidence_position_once"):
        EvidenceFrame.objects.create(**frame)


def test_dismissal_and_confirmation(make, refused):
    studio = make.studio()
    take = make.take(make.shot(studio.production), studio.producer)
    audit = make.audit(studio.production, take.asset, take=take)
    work = make.work(studio.organisation)
    finding = Finding.objects.create(
        audit=audit, position=0, kind="copy", start=0, end=1, score=1, plain="x", work=work
    )
    values = {"finding": finding, "by": studio.legal_reviewer, "reason": "ours", "embedder": {}, "frames": [[1.0]]}
    lifted = {"lifted_at": timezone.now(), "lifted_by": studio.head_of_legal, "lift_reason": "not ours"}
    for fields, why in (
        ({"reason": ""}, "dismissal_has_reason"),
        ({"frames": []}, "frames, sound or words to know it by"),
        ({"lifted_at": timezone.now()}, "dismissal_lifted_by_somebody_for_a_reason"),
        ({**lifted, "lift_reason": ""}, "dismissal_lifted_by_somebody_for_a_reason"),
        ({"by": studio.producer}, "whoever worked on a film can not dismiss"),
    ):
        with refused(why):
            Dismissal.objects.create(**{**values, **fields})
    dismissal = Dismissal.objects.create(**values)
    with refused("one_dismissal_in_force_a_finding"):
        Dismissal.objects.create(**values)
    with refused("dismissal_knows_it_by_something"):
        words = Finding.objects.create(
            audit=audit, position=1, kind="text", start=0, end=1, score=1, plain="x", work=work, known_by=b"words"
        )
        Dismissal.objects.create(**{**values, "finding": words, "frames": [], "embedder": {"name": "sscd"}})
    with refused("what a finding is known by can not be changed"):
        Finding.objects.filter(pk=finding.pk).update(known_by=b"else")
    with refused("a dismissal can not be changed"):
        Dismissal.objects.filter(pk=dismissal.pk).update(reason="other")
    with refused("a dismissal can not be deleted"):
        Dismissal.objects.filter(pk=dismissal.pk)._raw_delete("default")
    Dismissal.objects.filter(pk=dismissal.pk).update(**lifted)
    with refused("a dismissal can not be changed"):
        Dismissal.objects.filter(pk=dismissal.pk).update(lifted_at=None, lifted_by=None, lift_reason="")
    Dismissal.objects.create(**values)
    confirmation = Confirmation.objects.create(finding=finding, by=studio.head_of_legal)
    with refused("confirmation_once_a_person"):
        Confirmation.objects.create(finding=finding, by=studio.head_of_legal)
    with refused("a confirmation is append-only"):
        Confirmation.objects.filter(pk=confirmation.pk).update(by=studio.legal_reviewer)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"facts": {}}, "decision_has_facts"),
        ({"facts_sha256": ""}, "decision_facts_sha256"),
        ({"bundle_sha256": "zz"}, "decision_bundle_sha256"),
        ({"sha256": ""}, "decision_sha256"),
        ({"outcome": "perhaps"}, "decision"),
        ({"checks": []}, "decision_allow_was_checked"),
        ({"cut": None}, "decision_on_one_thing"),
        ({"production": None}, "decision_within_production"),
    ],
)
def test_decision(make, refused, fields, why):
    studio = make.studio()
    values = {"production": studio.production, "cut": make.cut(studio.production, studio.producer), **fields}
    production = values.pop("production")
    with refused(why):
        make.decision(production, **values)


def test_decision_is_append_only(make, refused):
    studio = make.studio()
    decision = make.decision(studio.production, cut=make.cut(studio.production, studio.producer))
    with refused("a decision is append-only"):
        Decision.objects.filter(pk=decision.pk).update(outcome="block")
    with refused("a decision is append-only"):
        Decision.objects.filter(pk=decision.pk)._raw_delete("default")
    with refused("policy_revision_sha256"):
        PolicyRevision.objects.create(bundle_sha256="no", policies=1)


def test_work_and_licence(make, refused):
    organisation = make.organisation()
    work, other = make.work(organisation), make.work(organisation, "Other")
    with refused("rights_holder_once"):
        RightsHolder.objects.create(organisation=organisation, name="Holder")
    with refused("work_kind_known"):
        Work.objects.create(organisation=organisation, rights_holder=work.rights_holder, title="x", kind="smell")
    now = timezone.now()
    with refused("licence_term"):
        make.licence(work, starts=now, ends=now - timedelta(days=1))
    with refused("licence_says_something"):
        make.licence(work, spdx_id="", terms="")
    with refused("licence_has_territory"):
        make.licence(work, territories=[])
    first, second = make.licence(work), make.licence(work, version=2)
    with refused("licence_version_once"):
        make.licence(work, version=2)
    LicensedAct.objects.create(licence=first, work=work, act="reproduce")
    with refused("one_current_licence_per_act"):
        LicensedAct.objects.create(licence=second, work=work, act="reproduce")
    with refused("licensed_act_known"):
        LicensedAct.objects.create(licence=second, work=work, act="admire")
    with refused("a licensed act belongs to the work"):
        LicensedAct.objects.create(licence=second, work=other, act="match")
    LicensedAct.objects.create(licence=second, work=work, act="reproduce", current=False)
    with refused("licensed_act_once"):
        LicensedAct.objects.create(licence=second, work=work, act="reproduce", current=False)
    with refused("a licensed act belongs to the work"):
        LicensedAct.objects.filter(licence=second).update(work=other)
    asset = make.asset()
    WorkAsset.objects.create(work=work, asset=asset)
    with refused("work_asset_once"):
        WorkAsset.objects.create(work=work, asset=asset)
    with refused("index_snapshot_digest"):
        IndexSnapshot.objects.create(embedder="x", digest="", works=0, vectors=0)


def test_subject_and_likeness_asset(make, refused):
    organisation, asset = make.organisation(), make.asset(media_type="image/jpeg")
    with refused("subject_named"):
        make.subject(organisation, legal_name="")
    with refused("subject_living_known"):
        make.subject(organisation, living="undead")
    subject = make.subject(organisation)
    values = {"subject": subject, "asset": asset, "source": "scan", "business_reason": "protection"}
    for fields, why in [
        ({"business_reason": ""}, "likeness_asset_has_reason"),
        ({"modality": "aura"}, "likeness_modality_known"),
        ({"source": "dream"}, "likeness_source_known"),
    ]:
        with refused(why):
            LikenessAsset.objects.create(**{**values, **fields})
    LikenessAsset.objects.create(**values)
    with refused("likeness_asset_once"):
        LikenessAsset.objects.create(**values)


def _consent(make, subject, **fields):
    now = timezone.now()
    values = {"purpose": "protection", "text": "I agree.", "text_sha256": make.digest("t"), "given_at": now}
    return BiometricConsent.objects.create(
        subject=subject, **{**values, "destroy_by": now + timedelta(days=300), **fields}
    )


def test_biometric_consent(make, refused):
    subject = make.subject(make.organisation())
    past = timezone.now() - timedelta(days=9)
    for fields, why in [
        ({"text": ""}, "biometric_consent_says_what"),
        ({"text_sha256": ""}, "biometric_consent_text_sha256"),
        ({"withdrawn_at": past}, "biometric_consent_order"),
        ({"destroy_by": past}, "biometric_consent_ends"),
    ]:
        with refused(why):
            _consent(make, subject, **fields)
    _consent(make, subject)
    with refused("one_standing_biometric_consent"):
        _consent(make, subject)


def test_no_template_without_standing_consent_and_key_of_the_same_person(make, refused):
    organisation = make.organisation()
    subject, other = make.subject(organisation), make.subject(organisation, legal_name="Someone Else")
    consent, foreign = _consent(make, subject), _consent(make, other)
    key = SubjectKey.objects.create(subject=subject)
    foreign_key = SubjectKey.objects.create(subject=other)
    with refused("one_key_of_a_subject"):
        SubjectKey.objects.create(subject=subject)
    picture = LikenessAsset.objects.create(
        subject=subject, asset=make.asset(media_type="image/jpeg"), source="scan", business_reason="x"
    )
    values = {
        "subject": subject,
        "key": key,
        "consent": consent,
        "likeness_asset": picture,
        "model": "m",
        "ciphertext": b"sealed",
        "destroy_by": timezone.now() + timedelta(days=1),
    }
    with refused("a template needs the standing biometric consent"):
        BiometricTemplate.objects.create(**{**values, "consent": foreign})
    with refused("a template is sealed under the key"):
        BiometricTemplate.objects.create(**{**values, "key": foreign_key})
    with refused("template_destroyed_later"):
        BiometricTemplate.objects.create(**{**values, "destroy_by": timezone.now() - timedelta(days=1)})
    with refused("template"):
        BiometricTemplate.objects.create(**{**values, "consent": None})
    BiometricTemplate.objects.create(**values)
    BiometricConsent.objects.filter(pk=consent.pk).update(withdrawn_at=timezone.now())
    with refused("a template needs the standing biometric consent"):
        BiometricTemplate.objects.create(**values)


def test_grant(make, refused):
    studio = make.studio()
    subject = make.subject(studio.organisation)
    now = timezone.now()
    for fields, why in [
        ({"ends": now - timedelta(days=1)}, "grant_term"),
        ({"scope": {}}, "grant_says_what"),
        ({"text": ""}, "grant_says_what"),
        ({"text_sha256": "no"}, "grant_text_sha256"),
        ({"shown_sha256": "no"}, "grant_shown_sha256"),
        ({"may_sign_from": now - timedelta(days=1)}, "grant_notice_order"),
    ]:
        with refused(why):
            make.grant(subject, studio.production, **fields)
    with refused("a grant begins as a draft"):
        ConsentGrant.objects.create(
            subject=subject, state="active", scope={"a": 1}, text="t", text_sha256="0" * 64, starts=now, changed_at=now,
            signed_at=now, signed_by=studio.producer,
        )  # fmt: skip
    offered = make.grant(subject, studio.production, state="noticed", may_sign_from=now + timedelta(days=2))
    for change, why in [
        ({"state": "active"}, "a grant can not go from that state"),
        ({"state": "signed", "signed_at": now, "signed_by": studio.producer}, "signed by a signature|after_notice"),
        ({"state": "declined", "reason": ""}, "grant_stop_has_reason"),
        ({"state": "eternal"}, "grant"),
    ]:
        with refused(why):
            ConsentGrant.objects.filter(pk=offered.pk).update(**change)
    grant = make.grant(subject, studio.production)
    for to in ("drafted", "noticed", "signed", "declined"):
        with refused("a grant can not go from that state"):
            ConsentGrant.objects.filter(pk=grant.pk).update(state=to, reason="because")
    with refused("grant_stop_has_reason"):
        ConsentGrant.objects.filter(pk=grant.pk).update(state="withdrawn", reason="")
    with refused("one_active_grant_version"):
        make.grant(subject, studio.production, grant=grant.grant, version=2)
    with refused("grant_version_once"):
        make.grant(subject, studio.production, state="drafted", grant=grant.grant)
    for change in (
        {"scope": {"projects": ["other"]}},
        {"text": "I allow everything."},
        {"ends": now + timedelta(days=9)},
        {"starts": now - timedelta(days=9)},
        {"version": 3},
    ):
        with refused("the terms of a grant"):
            ConsentGrant.objects.filter(pk=grant.pk).update(**change)
    with refused("a grant is never deleted"):
        ConsentGrant.objects.filter(pk=grant.pk)._raw_delete("default")


def test_use_only_under_an_active_grant_once_and_for_good(make, refused):
    studio = make.studio()
    subject, other = make.subject(studio.organisation), make.subject(studio.organisation, legal_name="Other")
    take = make.take(make.shot(studio.production), studio.producer)
    revoked = make.grant(subject, studio.production, state="revoked")
    active = make.grant(subject, studio.production)
    values = {"subject": subject, "grant": active, "production": studio.production, "kind": "render", "seconds": "1"}
    for fields, why in [
        ({"grant": revoked, "take": take}, "a likeness is used only under an active grant"),
        ({"subject": other, "take": take}, "a likeness is used only under an active grant"),
        ({}, "use_of_one_thing"),
        ({"kind": "release", "take": take}, "use_of_one_thing"),
        ({"take": take, "seconds": "-1"}, "use_seconds"),
        ({"take": take, "kind": "dream"}, "use"),
    ]:
        with refused(why):
            UseEvent.objects.create(**{**values, **fields})
    use = UseEvent.objects.create(**values, take=take)
    with refused("use_once_a_take"):
        UseEvent.objects.create(**values, take=take)
    with refused("a use of a likeness is append-only"):
        UseEvent.objects.filter(pk=use.pk).update(seconds="9")
    cut = make.cut(studio.production, studio.producer)
    UseEvent.objects.create(**{**values, "kind": "release"}, cut=cut)
    with refused("use_once_a_cut"):
        UseEvent.objects.create(**{**values, "kind": "release"}, cut=cut)


def test_production(make, refused):
    studio = make.studio()
    for fields, why in [
        ({"brief": ""}, "production_has_brief"),
        ({"territories": []}, "production_has_territory"),
        ({"width": 4}, "production_format"),
        ({"use": "wallpaper"}, "production_use_known"),
    ]:
        with refused(why):
            make.production(studio.organisation, studio.producer, **fields)
    with refused("production_member_once"):
        ProductionMember.objects.create(production=studio.production, user=studio.producer, role="legal_reviewer")
    with refused("production_member_works_on_it"):
        ProductionMember.objects.create(production=studio.production, user=make.user(), role="performer")
    with refused("production_member_role_known"):
        ProductionMember.objects.create(production=studio.production, user=make.user(), role="king")
    with refused("contribution_act_known"):
        Contribution.objects.create(
            production=studio.production,
            actor=studio.producer,
            act="slept",
            target_kind="shot",
            target_id=make.job(studio.production).pk,
        )
    with refused("contribution_target_known"):
        Contribution.objects.create(
            production=studio.production,
            actor=studio.producer,
            act="wrote",
            target_kind="sky",
            target_id=make.job(studio.production).pk,
        )
    assert Production.objects.count() == 1


def test_screenplay_scene_and_shot_numbers(make, refused):
    studio = make.studio()
    with refused("screenplay_version_counts_from_one"):
        make.screenplay(studio.production, version=0)
    screenplay = make.screenplay(studio.production)
    with refused("screenplay_version_once"):
        make.screenplay(studio.production)
    shot = make.shot(studio.production)
    with refused("scene_position_once"):
        Scene.objects.create(screenplay=screenplay, position=1, heading="again")
    with refused("one_current_shot_version"):
        make.shot(studio.production, version=2)
    with refused("shot_version_once"):
        make.shot(studio.production, current=False)
    with refused("shot_has_spec"):
        Shot.objects.create(scene=shot.scene, position=9, spec={})


def test_generation_record_is_complete_and_never_changes(make, refused):
    user = make.user()
    for fields, why in [
        ({"model_sha256": ""}, "generation_model_sha256"),
        ({"prompt": ""}, "generation_is_complete"),
        ({"parameters": {}}, "generation_is_complete"),
        ({"model_card": {}}, "generation_is_complete"),
    ]:
        with refused(why):
            make.generation(user, **fields)
    record = make.generation(user)
    with refused("a generation record is append-only"):
        GenerationRecord.objects.filter(pk=record.pk).update(seed=2)
    with refused("a generation record is append-only"):
        GenerationRecord.objects.filter(pk=record.pk)._raw_delete("default")


def test_take_exists_only_with_its_record_and_keeps_its_picture(make, refused):
    studio = make.studio()
    shot = make.shot(studio.production)
    with refused("productions_take"):
        Take.objects.create(shot=shot, number=1, generation=None)
    with refused("take_rendered_has_asset"):
        make.take(shot, studio.producer, asset=None)
    with refused("take_rendered_has_asset"):
        make.take(shot, studio.producer, duration=0)
    for missing in ("duration", "frames"):
        with refused("take_rendered_has_asset"):
            make.take(shot, studio.producer, **{missing: None})
    with refused("take_state_known"):
        make.take(shot, studio.producer, state="lost")
    with refused("take_stop_has_reason"):
        make.take(shot, studio.producer, state="stopped", reason="")
    take = make.take(shot, studio.producer)
    with refused("take_number_once"):
        make.take(shot, studio.producer)
    with refused("productions_take_generation_id"):
        make.take(shot, studio.producer, number=2, generation=take.generation)
    with refused("a take keeps its generation record"):
        Take.objects.filter(pk=take.pk).update(asset=make.asset())
    with refused("a take keeps its generation record"):
        Take.objects.filter(pk=take.pk).update(generation=make.generation(studio.producer))


def test_cut_and_its_items_within_their_takes(make, refused):
    studio = make.studio()
    take = make.take(make.shot(studio.production), studio.producer)
    unrendered = make.take(make.shot(studio.production, 2), studio.producer, state="planned")
    with refused("cut_assembled_has_asset"):
        make.cut(studio.production, studio.producer, asset=None)
    with refused("cut_assembled_has_asset"):
        make.cut(studio.production, studio.producer, duration=None)
    with refused("cut_state_known"):
        make.cut(studio.production, studio.producer, state="lost")
    with refused("cut_stop_has_reason"):
        make.cut(studio.production, studio.producer, state="stopped", reason="")
    cut = make.cut(studio.production, studio.producer)
    with refused("cut_version_once"):
        make.cut(studio.production, studio.producer)
    for fields, why in [
        ({"take_in": "0", "take_out": "2.001"}, "a cut item lies within its take"),
        ({"take_in": "0", "take_out": "1", "take": unrendered}, "a cut item lies within its take"),
        ({"take_in": "1", "take_out": "1"}, "cut_item_in_before_out"),
        ({"take_in": "-1", "take_out": "1"}, "cut_item_in_before_out"),
        ({"take_in": "0", "take_out": "1", "start": "5", "end": "4"}, "cut_item_shown_forwards"),
        ({"take_in": "0", "take_out": "1", "start": "5"}, "cut_item_shown_forwards"),
    ]:
        with refused(why):
            CutItem.objects.create(**{"cut": cut, "position": 1, "take": take, **fields})
    item = CutItem.objects.create(cut=cut, position=1, take=take, take_in="0", take_out="2")
    with refused("cut_item_position_once"):
        CutItem.objects.create(cut=cut, position=1, take=take, take_in="0", take_out="2")
    with refused("a cut item lies within its take"):
        CutItem.objects.filter(pk=item.pk).update(take_out="9")


def test_imported_media(make, refused):
    studio = make.studio()
    values = {"production": studio.production, "asset": make.asset(), "name": "a.mp4", "imported_by": studio.producer}
    with refused("import_stop_has_reason"):
        ImportedMedia.objects.create(**values, state="stopped")
    with refused("import_state_known"):
        ImportedMedia.objects.create(**values, state="lost")
    ImportedMedia.objects.create(**values)
    with refused("import_once"):
        ImportedMedia.objects.create(**values)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": "running"}, "job_running_has_lease"),
        ({"state": "running", "lease_until": timezone.now()}, "job_running_has_lease"),
        ({"state": "queued", "lease_until": timezone.now()}, "job_lease_runs"),
        ({"state": "done", "finished_at": timezone.now()}, "job_done_has_result"),
        ({"state": "done", "result": {}}, "job_finished_has_time"),
        ({"state": "failed", "finished_at": timezone.now()}, "job_stopped_has_reason"),
        ({"state": "cancelled", "finished_at": timezone.now()}, "job_stopped_has_reason"),
        ({"state": "queued", "finished_at": timezone.now()}, "job_finished_has_time"),
        ({"state": "asleep"}, "job"),
        ({"kind": "make_coffee"}, "job_kind_known"),
        ({"progress": 1.2}, "job_progress"),
    ],
)
def test_job(make, refused, fields, why):
    with refused(why):
        make.job(make.studio().production, **fields)


def test_job_key_once_attempts_grow_and_the_end_is_the_end(make, refused):
    production = make.studio().production
    job = make.job(production, attempt=2)
    with refused("jobs_job_key"):
        make.job(production, key=job.key)
    with refused("the attempt of a job never goes back"):
        Job.objects.filter(pk=job.pk).update(attempt=1)
    Job.objects.filter(pk=job.pk).update(state="done", result={}, finished_at=timezone.now())
    with refused("a finished job stays finished"):
        Job.objects.filter(pk=job.pk).update(state="queued", finished_at=None)


def test_case_and_four_eyes(make, refused):
    studio = make.studio()
    case = make.case(studio.production, opened_by=studio.producer, approvals_needed=2)
    with refused("one_open_case_a_cut"):
        make.case(studio.production, cut=case.cut)
    with refused("case_closed_has_time"):
        make.case(studio.production, cut=make.cut(studio.production, studio.producer, version=2), state="rejected")
    with refused("case_needs_a_person"):
        make.case(studio.production, cut=make.cut(studio.production, studio.producer, version=2), approvals_needed=0)
    values = {"case": case, "role": "legal_reviewer", "kind": "approve", "reason": "fine"}
    with refused("whoever asked for a review"):
        ReviewAction.objects.create(**values, actor=studio.producer)
    with refused("review_action_has_reason"):
        ReviewAction.objects.create(**{**values, "reason": ""}, actor=studio.legal_reviewer)
    with refused("review_role_known"):
        ReviewAction.objects.create(**{**values, "role": "producer"}, actor=studio.legal_reviewer)
    with refused("dismissal_names_finding"):
        ReviewAction.objects.create(**{**values, "kind": "dismiss_finding"}, actor=studio.legal_reviewer)
    with refused("review_action_known"):
        ReviewAction.objects.create(**{**values, "kind": "shrug"}, actor=studio.legal_reviewer)
    action = ReviewAction.objects.create(**values, actor=studio.legal_reviewer)
    with refused("one_approval_a_person"):
        ReviewAction.objects.create(**values, actor=studio.legal_reviewer)
    closing = {"state": "approved", "closed_at": timezone.now()}
    with refused("a case is approved by as many people"):
        type(case).objects.filter(pk=case.pk).update(**closing)
    with refused("a case is approved by as many people"):
        make.case(studio.production, cut=make.cut(studio.production, studio.producer, version=3), **closing)
    with refused("what a reviewer did is append-only"):
        ReviewAction.objects.filter(pk=action.pk).update(reason="other")
    with refused("comment_says_something"):
        Comment.objects.create(case=case, author=studio.producer, text="")
    log = AccessLog.objects.create(user=studio.producer, asset=case.cut.asset)
    with refused("the access log is append-only"):
        AccessLog.objects.filter(pk=log.pk)._raw_delete("default")


def _manifest(make, studio, *, state: str, version: int = 1) -> Manifest:
    cut = make.cut(studio.production, studio.producer, version=version)
    case = make.case(studio.production, cut=cut, opened_by=studio.producer)
    ReviewAction.objects.create(
        case=case, actor=studio.legal_reviewer, role="legal_reviewer", kind="approve", reason="fine"
    )
    type(case).objects.filter(pk=case.pk).update(state="approved", closed_at=timezone.now())
    intent = SigningIntent.objects.create(
        cut=cut, asset=cut.asset, case=case, decision=case.decision, requested_by=studio.producer
    )
    return Manifest.objects.create(
        intent=intent,
        asset=make.asset(),
        label="urn:c2pa:1",
        state=state,
        verification={"state": state},
        reread_at=timezone.now(),
    )


def test_signing_only_what_was_approved(make, refused):
    studio = make.studio()
    case = make.case(studio.production, opened_by=studio.producer)
    values = {"asset": case.cut.asset, "decision": case.decision, "requested_by": studio.producer, "case": case}
    with refused("a cut is signed only when its case was approved"):
        SigningIntent.objects.create(cut=case.cut, **values)
    manifest = _manifest(make, studio, state="Trusted", version=2)
    intent = manifest.intent
    again = {"case": intent.case, "asset": intent.asset, "decision": intent.decision, "requested_by": studio.producer}
    with refused("one_open_intent_a_cut"):
        SigningIntent.objects.create(cut=intent.cut, **again)
    with refused("a cut is signed only when its case was approved"):
        SigningIntent.objects.create(cut=case.cut, **again)
    with refused("intent_abandoned_has_reason"):
        SigningIntent.objects.filter(pk=intent.pk).update(state="abandoned")
    with refused("intent_state_known"):
        SigningIntent.objects.filter(pk=intent.pk).update(state="lost", reason="x")
    with refused("a manifest is append-only"):
        Manifest.objects.filter(pk=manifest.pk).update(state="Valid")
    SoftBinding.objects.create(manifest=manifest, alg="io.iscc.v0", value="ISCC:A")
    with refused("soft_binding_once"):
        SoftBinding.objects.create(manifest=manifest, alg="io.iscc.v0", value="ISCC:B")


@pytest.mark.parametrize("state", ["Valid", "Changed", "NoCredentials", "Unreadable"])
def test_no_release_unless_reread_as_trusted(make, refused, state):
    studio = make.studio()
    manifest = _manifest(make, studio, state=state)
    with refused("a release needs a manifest of that cut"):
        Release.objects.create(
            cut=manifest.intent.cut,
            manifest=manifest,
            decision=manifest.intent.decision,
            released_by=studio.producer,
        )


def test_release_needs_its_own_manifest_and_decision_and_stays(make, refused):
    studio = make.studio()
    manifest = _manifest(make, studio, state="Trusted")
    cut = manifest.intent.cut
    other = make.cut(studio.production, studio.producer, version=2)
    blocked = make.decision(studio.production, outcome="block", cut=cut)
    foreign = make.decision(studio.production, cut=other)
    values = {"cut": cut, "manifest": manifest, "decision": manifest.intent.decision, "released_by": studio.producer}
    with refused("a release needs a manifest of that cut"):
        Release.objects.create(**{**values, "cut": other, "decision": foreign})
    with refused("a release needs a decision on that cut"):
        Release.objects.create(**{**values, "decision": blocked})
    with refused("a release needs a decision on that cut"):
        Release.objects.create(**{**values, "decision": foreign})
    release = Release.objects.create(**values)
    with refused("a release is append-only"):
        Release.objects.filter(pk=release.pk)._raw_delete("default")
    with refused("manifest"):
        Manifest.objects.create(
            intent=manifest.intent,
            asset=manifest.asset,
            label="x",
            state="Trusted",
            verification={"a": 1},
            reread_at=timezone.now(),
        )


def test_manifest_was_reread(make, refused):
    studio = make.studio()
    good = _manifest(make, studio, state="Trusted")
    values = {"intent": good.intent, "asset": good.asset, "label": "x", "verification": {"a": 1}, "state": "Trusted"}
    with refused("manifest_was_reread"):
        Manifest.objects.create(**{**values, "verification": {}}, reread_at=timezone.now())
    with refused("manifest_state_known"):
        Manifest.objects.create(**{**values, "state": "Lovely"}, reread_at=timezone.now())


def test_ledger_has_no_gap_and_only_grows(make, refused):
    def entry(seq: int) -> LedgerEntry:
        return LedgerEntry.objects.create(seq=seq, kind="test", event={"seq": seq}, leaf_sha256=make.digest(seq))

    with refused("the ledger has no gaps"):
        entry(1)
    first = entry(0)
    entry(1)
    for gap in (3, 0, 7):
        with refused("the ledger has no gaps"):
            entry(gap)
    with refused("the ledger is append-only"):
        LedgerEntry.objects.filter(pk=first.pk).update(kind="other")
    with refused("the ledger is append-only"):
        LedgerEntry.objects.filter(pk=first.pk)._raw_delete("default")
    with refused("ledger_event_says_something"):
        LedgerEntry.objects.create(seq=2, kind="test", event={}, leaf_sha256=make.digest(2))
    with refused("ledger_leaf_sha256"):
        LedgerEntry.objects.create(seq=2, kind="test", event={"a": 1}, leaf_sha256="short")
    head = {"size": 2, "root_sha256": make.digest("root"), "signature": "00"}
    TreeHead.objects.create(**head)
    with refused("treehead_size"):
        TreeHead.objects.create(**head)
    with refused("tree_head_is_signed"):
        TreeHead.objects.create(**{**head, "size": 3, "signature": ""})
    with refused("tree_head_root_sha256"):
        TreeHead.objects.create(**{**head, "size": 3, "root_sha256": "x"})
    with refused("the ledger is append-only"):
        TreeHead.objects.all().update(signature="11")


def test_recalled_only_on_record_and_for_good(make, refused):
    studio = make.studio()
    manifest = _manifest(make, studio, state="Trusted")
    cut = manifest.intent.cut
    decision = make.decision(studio.production, cut=cut)
    release = Release.objects.create(cut=cut, manifest=manifest, decision=decision, released_by=studio.legal_reviewer)
    with refused("a cut is recalled only with the record"):
        Cut.objects.filter(pk=cut.pk).update(state="recalled", reason="because")
    with refused("recall_has_reason"):
        Recall.objects.create(release=release, reason="", recalled_by=studio.head_of_legal)
    recall = Recall.objects.create(release=release, reason="because", recalled_by=studio.head_of_legal)
    with refused("cut_stop_has_reason"):
        Cut.objects.filter(pk=cut.pk).update(state="recalled", reason="")
    Cut.objects.filter(pk=cut.pk).update(state="recalled", reason="because")
    with refused("can not be changed"):
        Recall.objects.filter(pk=recall.pk).update(reason="never mind")
    with refused("can not be deleted"):
        Recall.objects.filter(pk=recall.pk).delete()


def test_a_withdrawal_says_what_was_withdrawn_and_a_licence_is_settled_after_its_end(make, refused):
    studio = make.studio()
    cut = make.cut(studio.production, studio.producer)
    with refused("case_withdrawal_says_what"):
        make.case(studio.production, cut=cut, kind="withdrawal")
    with refused("case_kind_known"):
        make.case(studio.production, cut=cut, kind="rumour", reason="they say")
    licence = make.licence(make.work(studio.organisation))
    with refused("licence_settled_has_ended"):
        type(licence).objects.filter(pk=licence.pk).update(settled_at=timezone.now())
