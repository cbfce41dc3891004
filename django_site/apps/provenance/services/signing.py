"""Signing a cut as a job: an approved case becomes an intent, its takes are signed, then the cut, then it is released."""

import logging
from uuid import UUID

from django.db import transaction

from auditor.media import Progress
from auditor.provenance import TimestampUnavailableError, verify
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.audits.models import Outcome
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.models import Cut, CutState, Take
from django_site.apps.productions.states import cut_move
from django_site.apps.provenance.models import INTENT_OWED, IntentKind, IntentState, Manifest, SigningIntent
from django_site.apps.provenance.services.draft import cut_draft, take_draft
from django_site.apps.provenance.services.recovery import manifest_index
from django_site.apps.provenance.services.release import cut_release
from django_site.apps.provenance.services.signed import intent_await_time, intent_reopen, intent_sign, intents_due
from django_site.apps.provenance.services.standing import cut_standing
from django_site.apps.reviews.models import Case, CaseKind, CaseState
from django_site.errors import StaleError, WrongStateError

logger = logging.getLogger(__name__)


@transaction.atomic
def cut_signing_request(*, case: Case, by: User) -> Job:
    """Write down what is to be signed on whose approval, and owe the signing. Called when a case is approved, and again
    by a person after a signing failed."""
    if case.state != CaseState.APPROVED or case.cut is None or case.kind != CaseKind.CLEARANCE:
        raise WrongStateError("a cut is signed only when its case was approved; ask the reviewers")
    intent = SigningIntent.objects.filter(cut=case.cut, kind=IntentKind.CUT, state__in=INTENT_OWED).first()
    if intent is None:
        intent = SigningIntent.objects.create(
            cut=case.cut, asset=case.cut.asset, case=case, decision=case.decision, requested_by=by
        )
    elif intent.state == IntentState.WAITING:
        return intent_resume(intent=intent, by=by)
    return _owe(intent, by)


def _owe(intent: SigningIntent, by: User) -> Job:
    return job_enqueue(
        kind=JobKind.SIGN_CUT,
        key=f"sign_cut:{intent.pk}" + (f":{intent.waited}" if intent.waited else ""),
        production=intent.cut.production,
        target_id=intent.cut_id,
        requested_by=by,
    )


@transaction.atomic
def intent_resume(*, intent: SigningIntent, by: User | None = None) -> Job:
    """Try again for a time stamp, now. Raises ``WrongStateError`` where the intent waits no longer."""
    intent_reopen(intent=intent)
    return _owe(intent, by or intent.requested_by)


def intents_settle() -> int:
    """Try again where the time to wait is over. Called by the sweeper; returns for how many."""
    tried = 0
    for intent in intents_due(IntentKind.CUT):
        try:
            intent_resume(intent=intent)
        except WrongStateError:  # a person was quicker
            continue
        tried += 1
    return tried


def cut_sign(*, work: JobWork) -> None:
    """Sign, read back, record, release. Each step that was done stays done when a worker dies in the next. Where no time
    stamp is to be had, the cut waits for one."""
    cut = Cut.objects.select_related("production", "asset", "screenplay__asset", "edited_by").get(pk=work.job.target_id)
    intent = cut.signing_intents.select_related(
        "asset", "case", "decision__audit__index_snapshot", "requested_by", "cut__screenplay__asset"
    ).get(kind=IntentKind.CUT, state=IntentState.OPEN)
    with work.fenced():
        cut_move(cut, CutState.SIGNING)
    standing = cut_standing(cut)
    if standing is None or standing.stale_because:
        why = ", ".join(standing.stale_because) if standing else "everything"
        raise StaleError(f"{why} changed after this cut was decided; it is audited again")
    try:
        manifest = Manifest.objects.filter(intent=intent).first() or _signed(work, intent)
    except TimestampUnavailableError as error:
        with work.fenced():
            intent_await_time(intent=intent, why=error)
            cut_move(cut, CutState.AWAITING_TIME, reason=str(error))
            work.finish(awaiting="time stamp", tried=intent.waited)
        return
    release = cut_release(manifest=manifest, by=intent.requested_by, work=work)
    try:
        manifest_index(manifest=release.manifest)
    except Exception:  # it is out; the sweeper brings it in later
        logger.exception("the release %s is not in the index of releases yet", release.pk)


def _signed(work: JobWork, intent: SigningIntent) -> Manifest:
    takes = list(
        Take.objects.filter(cut_items__cut=intent.cut)
        .select_related("asset", "generation", "shot__scene__screenplay__asset")
        .distinct()
        .order_by("pk")
    )
    steps = len(takes) + 1
    signed: dict[UUID, Manifest] = {}
    for done, take in enumerate(takes):
        work.on_progress(Progress("sign", done, steps, "files"))
        signed[take.pk] = take_signed(take) or _sign_take(work, intent, take)
    work.on_progress(Progress("sign", len(takes), steps, "files"))
    draft, ingredients = cut_draft(intent, signed)
    manifest = intent_sign(work=work, intent=intent, draft=draft, ingredients=ingredients, beside=True)
    work.on_progress(Progress("read back and release", steps, steps, "files"))
    return manifest


def take_signed(take: Take) -> Manifest | None:
    """The signed file of a take as it is now, made by a signer whom the trust list still knows; ``None`` without one."""
    made = (
        Manifest.objects.filter(intent__take=take, intent__asset=take.asset_id, state="Trusted")
        .select_related("asset")
        .order_by("-created_at")
        .first()
    )
    if made is None:
        return None
    return made if verify(asset_path(made.asset), trust=wiring.trust_list()).state == "Trusted" else None


def _sign_take(work: JobWork, intent: SigningIntent, take: Take) -> Manifest:
    decision = (
        take.decisions.filter(point="take", audit__isnull=False)
        .exclude(outcome=Outcome.BLOCK)
        .select_related("audit__index_snapshot")
        .order_by("-created_at")
        .first()
    )
    if decision is None:
        raise StaleError(f"{take} has no decision that lets it be shown; it is audited again")
    owed = SigningIntent.objects.filter(kind=IntentKind.TAKE, take=take, state=IntentState.OPEN)
    owed.exclude(decision=decision).update(state=IntentState.ABANDONED, reason="It was decided anew meanwhile.")
    mine, _ = SigningIntent.objects.get_or_create(
        kind=IntentKind.TAKE,
        take=take,
        state=IntentState.OPEN,
        defaults={
            "cut": intent.cut,
            "asset": take.asset,
            "case": intent.case,
            "decision": decision,
            "requested_by": intent.requested_by,
        },
    )
    draft, ingredients = take_draft(mine)
    manifest = intent_sign(work=work, intent=mine, draft=draft, ingredients=ingredients)
    SigningIntent.objects.filter(pk=mine.pk).update(state=IntentState.SIGNED)
    return manifest


def cut_sign_failed(*, target_id, reason: str) -> None:
    """A signing that came to nothing: the intent is given up; a stale cut is audited anew, any other waits for a person."""
    cut = Cut.objects.select_related("production", "asset", "edited_by").get(pk=target_id)
    SigningIntent.objects.filter(cut=cut, kind__in=[IntentKind.CUT, IntentKind.TAKE], state__in=INTENT_OWED).update(
        state=IntentState.ABANDONED, reason=reason, retry_at=None
    )
    if cut.state not in (CutState.SIGNING, CutState.APPROVED, CutState.AWAITING_TIME):
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
