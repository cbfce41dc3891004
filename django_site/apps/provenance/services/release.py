"""Release: the only way out of quarantine.

It needs a signed file that a fresh reader finds Trusted now, a decision newer than the newest policy, consent and index
that it relied on, and people's approval; the policies judge all of it once more, as facts. What any of them refuses
stays in quarantine, and the database refuses the rest.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from django.utils import timezone

from auditor.errors import CancelledError
from auditor.policy.facts import AssetFact, DisclosureFact, ReleaseFacts, ReviewFact, SignatureFact, StandingFact
from auditor.provenance import VerificationReport, verify
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.webhooks import webhook_emit
from django_site.apps.audience.services.opening import variant_open, version_stands
from django_site.apps.audience.services.requests import requests_meet
from django_site.apps.audits.facts import cut_components, cut_generations, cut_intended, production_fact
from django_site.apps.audits.models import Asset, Decision, Outcome, Zone
from django_site.apps.audits.people_facts import moment, people_found
from django_site.apps.audits.services.assets import asset_copy_to_released, asset_copy_withdraw, asset_mark_released
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.audits.services.uses import uses_record
from django_site.apps.jobs.work import JobWork
from django_site.apps.likeness.models import ConsentGrant, UseKind
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.productions.services.sounds import sounds_stand
from django_site.apps.productions.states import cut_move
from django_site.apps.provenance.models import IntentState, Manifest, Release, SigningIntent
from django_site.apps.provenance.services.ledger import ledger_append, ledger_head_sign
from django_site.apps.provenance.services.standing import cut_standing, subjects_seen
from django_site.apps.provenance.services.watermarks import watermark_of
from django_site.apps.reviews.models import ActionKind, CaseState
from django_site.apps.reviews.services.overriding import override_covering, override_standing, permitted
from django_site.apps.training.models import TrainedModel
from django_site.errors import NotTrustedError, StaleError, WrongStateError


@contextmanager
def handing_out(assets: Sequence[Asset]) -> Iterator[Callable[[], None]]:
    """Copy files to the released zone; what is given says in their rows that they lie there, inside the transaction that
    makes them public. Whatever goes wrong in the block, no copy stays."""
    for asset in assets:
        asset_copy_to_released(asset=asset)  # large files take long: not inside the transaction
    try:
        yield partial(_mark, assets)
    except BaseException:
        _withdraw(assets)
        raise


def _mark(assets: Sequence[Asset]) -> None:
    for asset in assets:
        asset_mark_released(asset=asset)


def _withdraw(assets: Sequence[Asset]) -> None:
    for asset in assets:
        asset_copy_withdraw(asset=asset)


def files_of(manifest: Manifest) -> list[Asset]:
    """The signed file, and the record beside it where there is one."""
    return [manifest.asset, *([manifest.sidecar] if manifest.sidecar else [])]


def cut_release(*, manifest: Manifest, by: User, work: JobWork) -> Release:
    """Release a signed cut and finish its job. Raises ``NotTrustedError``, ``StaleError`` or ``WrongStateError`` with the
    reason; then nothing has left quarantine."""
    intent = manifest.intent
    cut = intent.cut
    sounds_stand(cut)
    path = wiring.zone(Zone(manifest.asset.zone)).checked(manifest.asset.sha256)
    reread = verify(path, trust=wiring.trust_list())
    reread_at = timezone.now()
    if reread.state != "Trusted":
        raise NotTrustedError(f"the signed file reads {reread.state}: {' '.join(one.plain for one in reread.reasons)}")
    facts = release_facts(manifest, reread=reread, reread_at=reread_at)
    if _foreseen(cut, facts):
        for asset in files_of(manifest):
            asset_copy_to_released(asset=asset)  # large files take long: not inside the transaction
    try:
        with work.fenced():
            _hold_consents(cut)
            version_stands(cut)
            sounds_stand(cut)
            decision = decide_and_record(
                facts=release_facts(manifest, reread=reread, reread_at=reread_at),
                actor=by,
                production=cut.production,
                cut=cut,
            )
            standing = cut_standing(cut)
            if permitted(decision) and standing and not standing.stale_because:
                return _release(manifest, decision, by, work, state=reread.state)
    except (CancelledError, WrongStateError):
        _withdraw(files_of(manifest))
        raise
    # What was refused leaves no bytes outside quarantine; the decision that refused it stands.
    _withdraw(files_of(manifest))
    refusal = StaleError if standing and standing.stale_because else WrongStateError
    raise refusal(f"the film can't be released: {reason_of(decision) or 'it is no longer what was decided'}")


def _foreseen(cut: Cut, facts: ReleaseFacts) -> bool:
    """Whether the policies would let it go, or people have set aside what they hold against it."""
    document = facts.as_facts()
    foreseen = wiring.policy_bundle().decide(document, at=timezone.now())
    failed = [check.as_dict() for check in foreseen.stopping]
    return foreseen.outcome == Outcome.ALLOW or bool(
        override_covering(
            asset=cut.asset, point=foreseen.point, facts=document, bundle_sha256=foreseen.bundle_sha256, failed=failed
        )
    )


def _hold_consents(cut: Cut) -> None:
    """Lock the grants of everybody in the film, and the studio's own models that made it, until the release is committed:
    whoever withdraws one meanwhile waits, and then finds a released film that relied on it."""
    made_by = cut.items.order_by().values("take__generation__trained_model")
    list(TrainedModel.objects.select_for_update().filter(pk__in=made_by).values_list("pk", flat=True))
    list(ConsentGrant.objects.select_for_update().filter(subject__in=subjects_seen(cut)).values_list("pk", flat=True))


def _release(manifest: Manifest, decision: Decision, by: User, work: JobWork, *, state: str) -> Release:
    cut = manifest.intent.cut
    release = Release.objects.create(cut=cut, manifest=manifest, decision=decision, released_by=by)
    _mark(files_of(manifest))
    cut_move(cut, CutState.RELEASED, reason="")
    variant_open(cut=cut)
    SigningIntent.objects.filter(pk=manifest.intent_id).update(state=IntentState.SIGNED)
    uses_record(audit=manifest.intent.decision.audit, kind=UseKind.RELEASE, cut=cut)
    requests_meet(cut=cut)
    ledger_append(
        kind="released",
        event={
            "cut": cut.pk,
            "release": release.pk,
            "sha256": manifest.asset.sha256,
            "decision_sha256": decision.sha256,
            "by": by.pseudonym,
        },
    )
    webhook_emit(
        cut.production.organisation_id,
        "film.released",
        {"cut": cut.pk, "production": cut.production_id, "release": release.pk, "state": "released"},
    )
    ledger_head_sign()
    work.finish(release=str(release.pk), sha256=manifest.asset.sha256, state=state)
    return release


def _marked(manifest: Manifest) -> bool:
    """Whether a number was read in the film's pictures, and its record states that very number."""
    mark = watermark_of(manifest.intent.cut)
    return mark is not None and manifest.soft_bindings.filter(alg=mark.alg, value=mark.payload).exists()


def release_facts(manifest: Manifest, *, reread: VerificationReport, reread_at: datetime) -> ReleaseFacts:
    """Was it checked, approved, signed and disclosed, and is it still true?"""
    intent = manifest.intent
    cut, case = intent.cut, intent.case
    standing = cut_standing(cut)
    approvals = list(case.actions.filter(kind=ActionKind.APPROVE).select_related("actor").order_by("created_at"))
    makers = {cut.edited_by.pseudonym, cut.production.created_by.pseudonym}
    makers |= set(cut.production.contributions.values_list("actor__pseudonym", flat=True))
    return ReleaseFacts(
        asset=AssetFact(
            sha256=manifest.asset.sha256,
            kind="cut",
            origin="generated",
            title=cut.title[:200],
            duration=float(cut.duration),
        ),
        production=production_fact(cut.production),
        territories=tuple(cut.production.territories),
        intended=cut_intended(cut),
        people=people_found(intent.decision.audit, cut.production),
        generations=cut_generations(cut),
        components=cut_components(cut),
        standing=None
        if standing is None
        else StandingFact(
            outcome=standing.decision.outcome,
            decided_at=moment(standing.decision.created_at),
            policies_changed_at=moment(standing.policies_changed_at),
            consents_changed_at=moment(standing.consents_changed_at),
            index_changed_at=moment(standing.index_changed_at),
            uncleared_people=intent.decision.audit.unknown_faces.filter(cleared_at__isnull=True).count(),
            overridden=override_standing(standing.decision) is not None,
        ),
        review=ReviewFact(
            decision="approved" if case.state == CaseState.APPROVED else "pending",
            reviewers=tuple(action.actor.pseudonym for action in approvals),
            makers=tuple(sorted(makers)),
            decided_at=moment(case.closed_at),
            asset_sha256=intent.asset.sha256,
        ),
        signature=SignatureFact(
            state=reread.state,
            asset_sha256=manifest.asset.sha256,
            reread_at=moment(reread_at),
            timestamped=reread.signed_at is not None,
        ),
        disclosure=DisclosureFact(
            digital_source_type=reread.statements.digital_source_type,
            ai_disclosure=reread.statements.disclosure is not None,
            soft_binding=reread.statements.soft_binding is not None,
            audience_notice=bool(cut.audience_notice),
            watermark=_marked(manifest),
            labels=tuple(sorted({policy for label in cut.labels for policy in label["policies"]})),
        ),
    )
