"""Rows to facts: one function for each enforcement point, and nothing else feeds the policies."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from django.utils import timezone

from auditor.policy import names_in
from auditor.policy.facts import (
    AssetFact,
    AuditFact,
    BiometricFact,
    CutAuditFacts,
    EnrolFacts,
    FaceFact,
    GenerationFact,
    GrantFact,
    ImportAuditFacts,
    LicenceFact,
    MatchFact,
    ProductionFact,
    PromptFacts,
    SignatureFact,
    TakeAuditFacts,
)
from django_site import wiring
from django_site.apps.audits.models import MATCH_KINDS, Asset, Audit, FindingKind
from django_site.apps.corpora.selectors import licence_chosen, licensed_acts_of
from django_site.apps.likeness.models import BiometricConsent, ConsentGrant, GrantState, LivingState, Modality, Subject
from django_site.apps.likeness.selectors import grants_for, registered_names
from django_site.apps.productions.models import Cut, GenerationRecord, ImportedMedia, Production, Shot, Take

#: What must have looked, by the beginning of its name in a report; anything less clears nothing.
REQUIRED_DETECTORS = ("works", "faces")


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with a Z, as the facts' schema wants it."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def missing_detectors(names: Iterable[str]) -> tuple[str, ...]:
    """The required detectors of which none of these is one."""
    names = list(names)
    return tuple(required for required in REQUIRED_DETECTORS if not any(name.startswith(required) for name in names))


def production_fact(production: Production) -> ProductionFact:
    return ProductionFact(id=str(production.pk), title=production.title, use=production.use)


def grant_fact(grant: ConsentGrant | None, *, at: datetime) -> GrantFact | None:
    """The grant as it stands at that moment."""
    if grant is None:
        return None
    scope = grant.scope
    in_term = grant.starts <= at and (grant.ends is None or at < grant.ends)
    return GrantFact(
        id=str(grant.grant),
        version=grant.version,
        active=grant.state == GrantState.ACTIVE and in_term,
        projects=tuple(scope["projects"]),
        territories=tuple(scope["territories"]),
        uses=tuple(scope["uses"]),
        modalities=tuple(scope["modalities"]),
        replica_kind=scope.get("replica_kind"),
        specific_description=bool(scope.get("description")),
        separately_signed=bool(scope.get("separately_signed", False)),
        counsel_or_union=bool(scope.get("counsel_or_union", False)),
        noticed_at=moment(grant.noticed_at),
        signed_at=moment(grant.signed_at),
        ends=moment(grant.ends),
    )


def biometric_fact(consent: BiometricConsent | None) -> BiometricFact | None:
    if consent is None:
        return None
    return BiometricFact(
        release_id=str(consent.pk),
        in_force=consent.withdrawn_at is None,
        signed_at=moment(consent.given_at),
        destroy_by=moment(consent.destroy_by),
        purpose=consent.purpose,
        retention_schedule_published=bool(consent.subject.organisation.retention_schedule_url),
    )


def generation_fact(take_id, record: GenerationRecord) -> GenerationFact:
    """How a take was made, and what its record lacks."""
    needed = {
        "model": record.model_name,
        "model version": record.model_version,
        "model licence": record.model_licence,
        "weights digest": record.model_sha256,
        "prompt": record.prompt,
        "parameters": record.parameters,
        "actor": record.actor_id,
    }
    missing = tuple(name for name, value in needed.items() if not value)
    return GenerationFact(
        take_id=str(take_id),
        model=record.model_name,
        model_version=record.model_version,
        model_licence=record.model_licence,
        commercial_use=record.commercial_use,
        weights_sha256=record.model_sha256,
        complete=not missing,
        missing=missing,
        training_data=str(record.model_card.get("training_data", ""))[:2000],
    )


def enrol_facts(subject: Subject, modality: str = Modality.FACE) -> EnrolFacts:
    """Before a face or voice becomes a template."""
    consents = subject.biometric_consents.filter(modality=modality).order_by("-given_at")
    consent = consents.select_related("subject__organisation").first()
    return EnrolFacts(
        subject_id=str(subject.pk),
        display_name=subject.display_name,
        biometric=biometric_fact(consent),
        minor=subject.living == LivingState.MINOR,
    )


def prompt_facts(shot: Shot, *, screenplay_text: str) -> PromptFacts:
    """Gate 1: whom do the brief, the screenplay and the shot's prompt name?"""
    production = shot.scene.screenplay.production
    texts = {
        "brief": production.brief,
        "screenplay": screenplay_text,
        "prompt": str(shot.spec.get("prompt", "")),
        "negative_prompt": str(shot.spec.get("negative_prompt", "")),
    }
    people = names_in(texts, registered_names())
    grants = grants_for({person.subject_id for person in people}, production)
    now = timezone.now()
    return PromptFacts(
        production=production_fact(production),
        territories=tuple(production.territories),
        names=tuple(person.as_fact(grant_fact(grants.get(person.subject_id), at=now)) for person in people),
        texts_sha256=tuple(hashlib.sha256(text.encode()).hexdigest() for text in texts.values()),
    )


def _asset_fact(asset: Asset, *, kind: str, origin: str, title: str) -> AssetFact:
    duration = asset.probe.get("duration")
    return AssetFact(
        sha256=asset.sha256,
        kind=kind,
        origin=origin,
        title=title[:200],
        duration=float(duration) if duration else None,
    )


def _match_facts(audit: Audit) -> tuple[MatchFact, ...]:
    findings = [
        finding
        for finding in audit.findings.select_related("work__rights_holder").order_by("position")
        if finding.kind in MATCH_KINDS
    ]
    acts = licensed_acts_of({finding.work_id for finding in findings})
    now = timezone.now()
    return tuple(
        MatchFact(
            kind=finding.kind,
            work_id=str(finding.work_id),
            title=finding.work.title,
            start=float(finding.start),
            end=float(finding.end),
            score=finding.score,
            licence=_licence_fact(acts.get(str(finding.work_id), []), at=now),
            mirrored=finding.mirrored,
            log10_lr=finding.log10_lr,
            reference_start=None if finding.reference_start is None else float(finding.reference_start),
            reference_end=None if finding.reference_end is None else float(finding.reference_end),
            rights_holder=finding.work.rights_holder.name,
        )
        for finding in findings
    )


def _licence_fact(acts, *, at: datetime) -> LicenceFact | None:
    """What the newest licence in force for this work permits; acts that an older one permits are not added to it."""
    chosen = licence_chosen(acts, at=at)
    if chosen is None:
        return None
    licence, permitted, in_force = chosen
    return LicenceFact(
        id=str(licence.pk),
        acts=permitted,
        territories=tuple(licence.territories),
        active=in_force,
        expires=moment(licence.ends),
        name=licence.spdx_id or licence.terms[:200],
    )


def _face_facts(audit: Audit, production: Production) -> tuple[FaceFact, ...]:
    findings = [
        finding
        for finding in audit.findings.select_related("subject__organisation").order_by("position")
        if finding.kind == FindingKind.FACE and finding.subject_id is not None
    ]
    grants = grants_for({finding.subject_id for finding in findings}, production)
    now = timezone.now()
    return tuple(
        FaceFact(
            subject_id=str(finding.subject_id),
            display_name=finding.subject.display_name,
            start=float(finding.start),
            end=float(finding.end),
            score=finding.score,
            grant=grant_fact(grants.get(str(finding.subject_id)), at=now),
            biometric=biometric_fact(
                finding.subject.biometric_consents.order_by("-given_at").select_related("subject__organisation").first()
            ),
            union=finding.subject.union,
            minor=finding.subject.living == LivingState.MINOR,
            deceased=finding.subject.living == LivingState.DECEASED,
        )
        for finding in findings
    )


def audit_fact(audit: Audit) -> AuditFact:
    """What was looked for, and whether index, gallery and the dismissals that it relied on still stand."""
    names = tuple(str(detector["name"]) for detector in audit.detectors)
    current = (
        audit.index_snapshot.digest == wiring.work_index().info().digest
        and audit.gallery_sha256 == wiring.face_gallery().info().digest
        and not audit.dismissals.filter(lifted_at__isnull=False).exists()
    )
    return AuditFact(
        complete=audit.state == "complete",
        index_current=current,
        detectors=names,
        missing_detectors=missing_detectors(names),
        index_sha256=audit.index_snapshot.digest,
        report_sha256=audit.report_sha256,
    )


def take_facts(take: Take, audit: Audit) -> TakeAuditFacts:
    """After a render: what does the take show, and how was it made?"""
    production = audit.production
    return TakeAuditFacts(
        asset=_asset_fact(audit.asset, kind="take", origin="generated", title=str(take)),
        production=production_fact(production),
        territories=tuple(production.territories),
        matches=_match_facts(audit),
        faces=_face_facts(audit, production),
        generations=(generation_fact(take.pk, take.generation),),
        audit=audit_fact(audit),
    )


def cut_generations(cut: Cut) -> tuple[GenerationFact, ...]:
    """One record for each take in the cut, in order."""
    takes = {item.take_id: item.take for item in cut.items.select_related("take__generation").order_by("position")}
    return tuple(generation_fact(take.pk, take.generation) for take in takes.values())


def cut_facts(cut: Cut, audit: Audit) -> CutAuditFacts:
    """Before a cut is signed."""
    production = audit.production
    return CutAuditFacts(
        asset=_asset_fact(audit.asset, kind="cut", origin="generated", title=str(cut)),
        production=production_fact(production),
        territories=tuple(production.territories),
        matches=_match_facts(audit),
        faces=_face_facts(audit, production),
        generations=cut_generations(cut),
        audit=audit_fact(audit),
    )


def import_facts(imported: ImportedMedia, audit: Audit, *, signature: SignatureFact | None) -> ImportAuditFacts:
    """Foreign media in quarantine; ``signature`` is what a fresh reader says of the file as it came."""
    production = audit.production
    kind = "still" if str(audit.asset.media_type).startswith("image/") else "clip"
    return ImportAuditFacts(
        asset=_asset_fact(audit.asset, kind=kind, origin="imported", title=imported.name),
        production=production_fact(production),
        territories=tuple(production.territories),
        matches=_match_facts(audit),
        faces=_face_facts(audit, production),
        audit=audit_fact(audit),
        signature=signature,
    )
