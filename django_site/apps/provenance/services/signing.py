"""Signing a cut as a job: an approved case becomes an intent, the intent a signed file that a fresh reader trusts."""

from django.db import transaction
from django.utils import timezone

from auditor.media import Progress, probe
from auditor.provenance import sign
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.productions.states import cut_move
from django_site.apps.provenance.models import IntentState, Manifest, SigningIntent, SoftBinding
from django_site.apps.provenance.services.draft import cut_draft
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.provenance.services.release import cut_release
from django_site.apps.provenance.services.standing import cut_standing
from django_site.apps.reviews.models import Case, CaseKind, CaseState
from django_site.errors import StaleError, WrongStateError

#: ISO 24138, on C2PA's list of soft binding algorithms.
ISCC = "io.iscc.v0"


@transaction.atomic
def cut_signing_request(*, case: Case, by: User) -> Job:
    """Write down what is to be signed on whose approval, and owe the signing. Called when a case is approved, and again
    by a person after a signing failed."""
    if case.state != CaseState.APPROVED or case.cut is None or case.kind != CaseKind.CLEARANCE:
        raise WrongStateError("a cut is signed only when its case was approved; ask the reviewers")
    intent = SigningIntent.objects.filter(cut=case.cut, state=IntentState.OPEN).first()
    if intent is None:
        intent = SigningIntent.objects.create(
            cut=case.cut, asset=case.cut.asset, case=case, decision=case.decision, requested_by=by
        )
    return job_enqueue(
        kind=JobKind.SIGN_CUT,
        key=f"sign_cut:{intent.pk}",
        production=case.production,
        target_id=case.cut.pk,
        requested_by=by,
    )


def cut_sign(*, work: JobWork) -> None:
    """Sign, read back, record, release. Each step that was done stays done when a worker dies in the next."""
    cut = Cut.objects.select_related("production", "asset", "screenplay__asset", "edited_by").get(pk=work.job.target_id)
    intent = cut.signing_intents.select_related("case", "decision__audit__index_snapshot", "requested_by").get(
        state=IntentState.OPEN
    )
    with work.fenced():
        cut_move(cut, CutState.SIGNING)
    standing = cut_standing(cut)
    if standing is None or standing.stale_because:
        why = ", ".join(standing.stale_because) if standing else "everything"
        raise StaleError(f"{why} changed after this cut was decided; it is audited again")
    work.on_progress(Progress("sign", 0, 2, "steps"))
    manifest = Manifest.objects.filter(intent=intent).first() or _sign(work, intent)
    work.on_progress(Progress("read back and release", 1, 2, "steps"))
    cut_release(manifest=manifest, by=intent.requested_by, work=work)


def _sign(work: JobWork, intent: SigningIntent) -> Manifest:
    draft, ingredients = cut_draft(intent)
    output = sign(
        asset_path(intent.asset),
        work.directory / "signed.mp4",
        draft=draft,
        identity=wiring.signing_identity(),
        trust=wiring.trust_list(),
        ingredients=ingredients,
    )
    info = probe(output.path)
    stored = file_store(source=output.path)
    with work.fenced():
        asset = asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict())
        manifest = Manifest.objects.create(
            intent=intent,
            asset=asset,
            label=output.manifest_label,
            state=output.verification.state,
            verification=output.verification.as_dict(),
            reread_at=timezone.now(),
        )
        if draft.soft_binding:
            SoftBinding.objects.create(manifest=manifest, alg=ISCC, value=draft.soft_binding)
        ledger_append(
            kind="signed",
            event={
                "cut": intent.cut_id,
                "manifest": manifest.pk,
                "source_sha256": intent.asset.sha256,
                "signed_sha256": asset.sha256,
                "decision_sha256": intent.decision.sha256,
            },
        )
    return manifest


def cut_sign_failed(*, target_id, reason: str) -> None:
    """A signing that came to nothing: the intent is given up; a stale cut is audited anew, any other waits for a person."""
    cut = Cut.objects.select_related("production", "asset", "edited_by").get(pk=target_id)
    SigningIntent.objects.filter(cut=cut, state=IntentState.OPEN).update(state=IntentState.ABANDONED, reason=reason)
    if cut.state not in (CutState.SIGNING, CutState.APPROVED):
        return
    standing = cut_standing(cut)
    if standing is None or standing.stale_because:
        cut_move(cut, CutState.QUARANTINED, reason=reason)
        audit_enqueue(
            kind=JobKind.AUDIT_CUT,
            target=cut,
            production=cut.production,
            asset=cut.asset,
            requested_by=cut.edited_by,
        )
    else:
        cut_move(cut, CutState.APPROVED, reason=reason)
