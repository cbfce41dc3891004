"""Audits as jobs: look at the file, write what was found, decide, and set in motion what follows; in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from auditor.audit import AuditReport
from auditor.canonical import sha256_json
from auditor.policy.facts import SignatureFact
from django_site import wiring
from django_site.apps.audits import evidence_facts, facts
from django_site.apps.audits.models import (
    Asset,
    Audit,
    AuditState,
    Decision,
    Dismissal,
    EvidenceFrame,
    Finding,
    Outcome,
    Zone,
)
from django_site.apps.audits.output_facts import trailer_facts
from django_site.apps.audits.services.assets import asset_record, file_store
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.audits.services.repeating import REPLAY
from django_site.apps.audits.services.strangers import pictures_store, strangers_record
from django_site.apps.audits.services.uses import consents_hold, uses_record
from django_site.apps.audits.services.words import with_words
from django_site.apps.audits.storage import StoredFile
from django_site.apps.corpora.models import IndexSnapshot, Work
from django_site.apps.corpora.services import index_snapshot_record
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.likeness.models import UseKind
from django_site.apps.productions.models import (
    Cut,
    CutState,
    ImportedMedia,
    ImportState,
    Production,
    Screenplay,
    Take,
    TakeState,
)
from django_site.apps.productions.states import cut_move, import_move, take_move
from django_site.apps.provenance.models import Output
from django_site.apps.reviews.services import case_open, cases_supersede
from django_site.apps.reviews.services.overriding import permitted
from django_site.errors import WrongStateError


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one pass gave: the report, the index that was searched, and the evidence frames already on disk."""

    report: AuditReport
    snapshot: IndexSnapshot
    gallery_sha256: str
    evidence: tuple[tuple[tuple[float, StoredFile, float | None, StoredFile | None], ...], ...]
    matrices: tuple[StoredFile | None, ...]
    strangers: tuple[StoredFile | None, ...]


def audit_enqueue(*, kind: JobKind, target, production: Production, asset: Asset, requested_by) -> Job:
    """Owe an audit of this file as it would be looked at today: another index or gallery is another audit."""
    earlier = Job.objects.filter(kind=kind, target_id=target.pk).exclude(state__in=["queued", "running"]).count()
    return job_enqueue(
        kind=kind,
        key=f"{kind}:{target.pk}:{asset.sha256[:16]}:{earlier + 1}",
        production=production,
        target_id=target.pk,
        requested_by=requested_by,
    )


def _standing(work: JobWork, asset: Asset, production: Production, **target) -> Audit | None:
    """After a consent changed: the newest audit of the file, where it was complete, in today's index and galleries, and
    nothing was dismissed since. Then only the decision is made anew. ``None`` where the file must be looked at."""
    if not work.job.key.endswith(REPLAY):
        return None
    audit = Audit.objects.filter(asset=asset, **target).order_by("-created_at").first()
    if audit is None:
        return None
    dismissed_since = Dismissal.objects.filter(
        finding__audit__production__organisation=production.organisation_id, created_at__gt=audit.created_at
    )
    fact = evidence_facts.audit_fact(audit)
    return audit if fact.complete and fact.index_current and not dismissed_since.exists() else None


def _look(work: JobWork, asset: Asset, production: Production, screenplay: Screenplay | None = None) -> _Looked:
    snapshot = index_snapshot_record()
    auditor, gallery = wiring.auditor(production.organisation_id), wiring.face_gallery()
    path = wiring.zone(Zone(asset.zone)).checked(asset.sha256)
    look = auditor.audit_sound if evidence_facts.is_sound(asset) else auditor.audit
    report = look(path, on_progress=work.on_progress, cancelled=work.cancelled)
    if screenplay is not None:
        report = with_words(report, screenplay=screenplay)
    evidence = tuple(
        tuple(
            (
                pair.query_seconds,
                file_store(source=pair.query_jpeg),
                pair.reference_seconds,
                file_store(source=pair.reference_jpeg) if pair.reference_jpeg else None,
            )
            for pair in finding.evidence
        )
        for finding in report.findings
    )
    matrices = tuple(file_store(source=f.matrix_png) if f.matrix_png else None for f in report.findings)
    strangers = pictures_store(report.unknown_people)
    return _Looked(report, snapshot, gallery.info().digest, evidence, matrices, strangers)


def _record(work: JobWork, looked: _Looked, asset: Asset, production: Production, **target) -> Audit:
    """The audit, its findings and evidence as rows; inside the job's fence."""
    report = looked.report
    _refuse_unknown_works(report)
    document = report.as_dict()
    voices = wiring.voice_gallery().info().subjects > 0
    heard = evidence_facts.is_sound(asset)
    missing = evidence_facts.missing_detectors(
        (detector.name for detector in report.detectors), voices=voices, sound=heard
    )
    searched = {detector.searched_sha256 for detector in report.detectors}
    complete = not missing and (heard or report.frames_examined > 0) and looked.snapshot.digest in searched
    reason = (
        "" if complete else f"not looked for by: {', '.join(missing) or 'any detector, in the index of that moment'}"
    )
    audit = Audit.objects.create(
        asset=asset,
        production=production,
        job=work.job,
        index_snapshot=looked.snapshot,
        gallery_sha256=looked.gallery_sha256,
        state=AuditState.COMPLETE if complete else AuditState.INCOMPLETE,
        reason=reason,
        detectors=document["detectors"],
        report=document,
        report_sha256=sha256_json(document),
        iscc=report.iscc or "",
        **target,
    )
    audit.dismissals.set(Dismissal.objects.filter(pk__in={quieted.negative_id for quieted in report.quieted}))
    found_and_shown = zip(report.findings, looked.evidence, looked.matrices, strict=True)
    for position, (found, frames, matrix) in enumerate(found_and_shown):
        finding = Finding.objects.create(
            audit=audit,
            position=position,
            kind=found.kind,
            start=_seconds(found.query.start),
            end=_seconds(found.query.end),
            reference_start=_seconds(found.reference.start) if found.reference else None,
            reference_end=_seconds(found.reference.end) if found.reference else None,
            score=min(1.0, max(0.0, found.score)),
            log10_lr=found.log10_lr,
            mirrored=found.mirrored,
            speed=found.speed,
            reversed=found.reversed,
            measured={name: round(value, 4) for name, value in found.measured.items()},
            matrix=asset_record(stored=matrix, media_type="image/png") if matrix else None,
            region=found.region.as_list() if found.region else None,
            curve=[[round(seconds, 3), round(score, 4)] for seconds, score in found.curve],
            known_by=found.known_by,
            plain=found.plain,
            work_id=found.work_id,
            subject_id=found.subject_id,
        )
        EvidenceFrame.objects.bulk_create(
            EvidenceFrame(
                finding=finding,
                position=place,
                query_seconds=_seconds(query_seconds),
                query=asset_record(stored=query, media_type="image/jpeg"),
                reference_seconds=None if reference_seconds is None else _seconds(reference_seconds),
                reference=asset_record(stored=reference, media_type="image/jpeg") if reference else None,
            )
            for place, (query_seconds, query, reference_seconds, reference) in enumerate(frames)
        )
    strangers_record(audit=audit, people=report.unknown_people, pictures=looked.strangers)
    return audit


def _refuse_unknown_works(report: AuditReport) -> None:
    """An index that names works which the database doesn't know (one of the two was restored) vouches for nothing."""
    named = {finding.work_id for finding in report.findings if finding.work_id}
    unknown = named - {str(pk) for pk in Work.objects.filter(pk__in=named).values_list("pk", flat=True)}
    if unknown:
        raise WrongStateError(f"the index names the work {min(unknown)}, which is not registered; rebuild the index")


def _seconds(value: float) -> float:
    return round(float(value), 3)


# takes


def take_audit(*, work: JobWork) -> None:
    """Audit a take; cleared takes may stand in a cut, and the last of them starts it."""
    from django_site.apps.productions.services.cuts import cut_assemble_when_ready

    take = Take.objects.select_related("shot__scene__screenplay__production", "asset", "generation__actor").get(
        pk=work.job.target_id
    )
    production = take.shot.scene.screenplay.production
    with work.fenced():
        cases_supersede(take=take)
        take_move(take, TakeState.AUDITING)
    standing = _standing(work, take.asset, production, take=take)
    looked = None if standing else _look(work, take.asset, production)
    with work.fenced():
        audit = standing or _record(work, looked, take.asset, production, take=take)
        consents_hold(audit)
        decision = decide_and_record(
            facts=facts.take_facts(take, audit),
            actor=work.job.requested_by,
            audit=audit,
            production=production,
            take=take,
        )
        if permitted(decision):
            take_move(take, TakeState.CLEARED, reason="")
            uses_record(audit=audit, kind=UseKind.RENDER, take=take)
        elif decision.outcome == Outcome.REVIEW:
            take_move(take, TakeState.NEEDS_REVIEW, reason=reason_of(decision))
            case_open(decision=decision, opened_by=take.generation.actor, take=take)
        else:
            take_move(take, TakeState.STOPPED, reason=reason_of(decision))
        cut_assemble_when_ready(production=production, by=take.generation.actor)
        work.finish(audit=str(audit.pk), decision=str(decision.pk), outcome=decision.outcome)


def take_audit_failed(*, target_id, reason: str) -> None:
    """A take that can't be audited is stopped: no verdict without evidence."""
    take = Take.objects.get(pk=target_id)
    if take.state in (TakeState.QUARANTINED, TakeState.AUDITING):
        take_move(take, TakeState.STOPPED, reason=f"It could not be audited: {reason}")


# cuts


def cut_audit(*, work: JobWork) -> None:
    """Audit a cut; unless it is stopped, it goes to a person."""
    cut = Cut.objects.select_related(
        "production", "asset", "edited_by", "screenplay__production", "screenplay__asset"
    ).get(pk=work.job.target_id)
    with work.fenced():
        cases_supersede(cut=cut)
        cut_move(cut, CutState.AUDITING)
    standing = _standing(work, cut.asset, cut.production, cut=cut)
    looked = None if standing else _look(work, cut.asset, cut.production, cut.screenplay)
    with work.fenced():
        audit = standing or _record(work, looked, cut.asset, cut.production, cut=cut)
        consents_hold(audit)
        decision = decide_and_record(
            facts=facts.cut_facts(cut, audit),
            actor=work.job.requested_by,
            audit=audit,
            production=cut.production,
            cut=cut,
        )
        if decision.outcome == Outcome.BLOCK and not permitted(decision):
            cut_move(cut, CutState.STOPPED, reason=reason_of(decision))
        else:
            cut_move(cut, CutState.NEEDS_REVIEW, reason=reason_of(decision))
            case_open(decision=decision, opened_by=cut.edited_by, cut=cut)
        work.finish(audit=str(audit.pk), decision=str(decision.pk), outcome=decision.outcome)


def cut_audit_failed(*, target_id, reason: str) -> None:
    """A cut that can't be audited is stopped."""
    cut = Cut.objects.get(pk=target_id)
    if cut.state in (CutState.QUARANTINED, CutState.AUDITING):
        cut_move(cut, CutState.STOPPED, reason=f"It could not be audited: {reason}")


# what is made from a released film


def output_audit(*, work: JobWork, output: Output, asset: Asset, takes: Iterable[Take]) -> Decision:
    """Audit a trailer as the film that it is, and decide on it. The decision is recorded whatever it says; the caller goes
    by it. People whom nobody knows were cleared in the film, whose pictures these are, and are not asked about again."""
    production = output.release.cut.production
    looked = _look(work, asset, production)
    looked = replace(looked, report=replace(looked.report, unknown_people=()), strangers=())
    with work.fenced():
        audit = _record(work, looked, asset, production, output=output)
        consents_hold(audit)
        return decide_and_record(
            facts=trailer_facts(output, audit, takes),
            actor=output.made_by,
            audit=audit,
            production=production,
            output=output,
        )


# imported files


def import_audit(*, work: JobWork) -> None:
    """Audit an imported file and read what credentials it brought along."""
    imported = ImportedMedia.objects.select_related("production", "asset", "imported_by").get(pk=work.job.target_id)
    with work.fenced():
        cases_supersede(imported=imported)
        import_move(imported, ImportState.AUDITING)
    standing = _standing(work, imported.asset, imported.production, imported=imported)
    looked = None if standing else _look(work, imported.asset, imported.production)
    signature = _signature_of(imported.asset)
    with work.fenced():
        audit = standing or _record(work, looked, imported.asset, imported.production, imported=imported)
        consents_hold(audit)
        decision = decide_and_record(
            facts=facts.import_facts(imported, audit, signature=signature),
            actor=work.job.requested_by,
            audit=audit,
            production=imported.production,
            imported=imported,
        )
        if permitted(decision):
            import_move(imported, ImportState.CLEARED, reason="")
        elif decision.outcome == Outcome.REVIEW:
            import_move(imported, ImportState.NEEDS_REVIEW, reason=reason_of(decision))
            case_open(decision=decision, opened_by=imported.imported_by, imported=imported)
        else:
            import_move(imported, ImportState.STOPPED, reason=reason_of(decision))
        work.finish(audit=str(audit.pk), decision=str(decision.pk), outcome=decision.outcome)


def import_audit_failed(*, target_id, reason: str) -> None:
    """An imported file that can't be audited is not used."""
    imported = ImportedMedia.objects.get(pk=target_id)
    if imported.state in (ImportState.QUARANTINED, ImportState.AUDITING):
        import_move(imported, ImportState.FAILED, reason=f"It could not be audited: {reason}")


def _signature_of(asset: Asset) -> SignatureFact:
    from auditor.provenance import verify

    report = verify(wiring.zone(Zone(asset.zone)).path(asset.sha256), trust=wiring.trust_list())
    return SignatureFact(state=report.state, asset_sha256=asset.sha256)
