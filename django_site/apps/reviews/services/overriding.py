"""Setting failed checks aside: one asks, two others agree, for one file and a time; void when facts or policies change.

An override is about one decision. It stands for another decision about the same file exactly when that one was made of
the same facts under the same policies; whatever changed since, people look again.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from auditor.policy import Policy
from auditor.policy.overriding import steady_sha256
from django_site.apps.accounts.models import NoticeKind, User
from django_site.apps.accounts.notices import legal_tell, notice_send
from django_site.apps.accounts.permissions import made, require, reviewing_role
from django_site.apps.accounts.webhooks import webhook_emit
from django_site.apps.audits.models import Decision, Outcome
from django_site.apps.audits.services.policies_kept import bundle_of
from django_site.apps.productions.models import CutState, ImportState, TakeState
from django_site.apps.productions.states import cut_move, import_move, take_move
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.reviews.models import Case, CaseKind, CaseState, Override, OverrideApproval, OverrideState
from django_site.apps.reviews.services.deciding import case_open
from django_site.apps.reviews.services.overrides_read import (
    asset_of,
    check_key,
    checks_overridable,
    newest,
    override_covering,
    override_standing,
    overrides_of,
    permitted,
    rests_on_another,
    same_thing,
)
from django_site.apps.reviews.services.relied import relied_on, relying_on
from django_site.errors import InputError, NotAllowedError, WrongStateError

__all__ = [
    "DAYS",
    "agree_refusal",
    "check_key",
    "checks_overridable",
    "override_agree",
    "override_covering",
    "override_decline",
    "override_request",
    "override_standing",
    "override_withdraw",
    "overrides_follow",
    "overrides_of",
    "overrides_settle",
    "permitted",
]

#: What of an override's life an organisation's own programs are told.
_WEBHOOKS = {
    "override_requested": "override.asked",
    "override_in_force": "override.in_force",
    "override_void": "override.void",
}
#: Overrides that still matter.
STANDING = (OverrideState.REQUESTED, OverrideState.IN_FORCE)
#: Days for which somebody asks unless they say otherwise; a policy may allow fewer.
DAYS = 14


# asking


def override_case(*, decision: Decision, by: User) -> Case:
    """The case on which an override of this decision hangs; a stopped thing has none until somebody asks."""
    return case_open(decision=decision, opened_by=by, take=decision.take, cut=decision.cut, imported=decision.imported)


@transaction.atomic
def override_request(
    *,
    decision: Decision,
    by: User,
    checks: Iterable[tuple[str, int, str, str]],
    reason: str,
    evidence: str,
    days: int = DAYS,
) -> Override:
    """Ask two people to set failed checks of the newest decision about a file aside. ``checks`` are ``check_key``s.

    Raises ``NotAllowedError``, ``InputError`` (no reason, a check that did not fail or can't be set aside, too long) and
    ``WrongStateError`` (not the newest decision, already asked for).
    """
    production = decision.production
    if not (by.has_perm("productions.change", production) or by.has_perm("reviews.decide", production)):
        require(by, "reviews.decide", production)
    reason, evidence = reason.strip(), evidence.strip()
    if not reason or not evidence:
        raise InputError("say why it should be set aside, and what supports that: both are part of the record")
    asset = asset_of(decision)
    if decision.outcome == Outcome.ALLOW:
        raise WrongStateError("nothing stops this; there is nothing to set aside")
    if asset is None:
        raise WrongStateError(
            "an override is about one file, and this was stopped before there was one: change what was asked for instead"
        )
    if not newest(decision):
        raise WrongStateError("this was decided again since; ask about the newest decision")
    if rests_on_another(decision):
        raise WrongStateError(
            "this decision stands only through another override: an override is not set on top of one"
        )
    asked = _asked(decision, set(checks))
    bundle = bundle_of(decision.bundle_sha256)
    policies = [policy for check in asked if (policy := bundle.policy(check["policy"])) is not None]
    longest = min(policy.override.max_days for policy in policies)
    if not 1 <= days <= longest:
        raise InputError(f"it can be set aside for 1 to {longest} days; ask for no longer")
    relied = relied_on(decision)
    try:
        with transaction.atomic():
            override = Override.objects.create(
                case=override_case(decision=decision, by=by),
                decision=decision,
                asset=asset,
                checks=[
                    dict(zip(("policy", "version", "check", "item"), check_key(one), strict=True)) for one in asked
                ],
                facts_sha256=steady_sha256(decision.facts),
                bundle_sha256=decision.bundle_sha256,
                requested_by=by,
                reason=reason,
                evidence="\n".join(
                    [evidence, *(f"Relies on the override {one.pk} of a take in it." for one in relied)]
                ),
                approvers_needed=max(policy.override.approvers for policy in policies),
                expires_at=timezone.now() + timedelta(days=days),
            )
    except IntegrityError:
        raise WrongStateError("somebody has asked for this already; agree to it or decline it first") from None
    _tell_ledger("override_requested", override, by, relies_on=[str(one.pk) for one in relied])
    legal_tell(
        production.organisation,
        kind=NoticeKind.OTHER,
        text=f"{production.title}: {by} asks to set {len(asked)} failed checks aside.",
        url=reverse("reviews:case", args=[override.case_id]),
        key=f"override:{override.pk}:asked",
    )
    return override


def _asked(decision: Decision, wanted: set[tuple[str, int, str, str]]) -> list[dict]:
    """The failed checks that are asked for. Raises ``InputError`` for none, for one that did not fail, and for one that
    can't be set aside, with the reason."""
    if not wanted:
        raise InputError("choose what is to be set aside")
    failed = {check_key(check): (check, why) for check, why in checks_overridable(decision)}
    if unknown := wanted - failed.keys():
        raise InputError(f"{min(unknown)[0]} did not fail here; choose among what failed")
    for key in sorted(wanted):
        if why := failed[key][1]:
            raise InputError(f"“{failed[key][0]['title']}” can't be set aside: {why}")
    return [failed[key][0] for key in sorted(wanted)]


# deciding about it


def agree_refusal(override: Override, by: User) -> str:
    """Why this person can't agree, in a clause; empty where they may."""
    production = override.case.production
    if override.requested_by_id == by.pk:
        return "whoever asks for an override does not agree to it; ask another reviewer"
    if made(by, production):
        return "whoever worked on the film does not set its rules aside; ask another reviewer"
    role = reviewing_role(by, production)
    allowed = [set(policy.override.roles) for policy in _policies(override)]
    if role is None or any(role not in roles for roles in allowed):
        return "the rule does not let you set it aside; ask the head of legal"
    if override.approvals.filter(actor=by).exists():
        return "you have agreed already; another person must agree too"
    return ""


def _policies(override: Override) -> list[Policy]:
    bundle = bundle_of(override.bundle_sha256)
    return [policy for check in override.checks if (policy := bundle.policy(check["policy"])) is not None]


def override_agree(*, override: Override, by: User, reason: str) -> Override:
    """Agree. With the last agreement that is needed it is in force, and what it covers goes on.

    One that has outlived its time or its decision ends here, on record, before ``WrongStateError`` says so.
    """
    with transaction.atomic():
        override = _locked(override)
        _agreeable(override, by, reason)
        if (over := _over(override)) is None:
            return _agree(override, by, reason.strip())
        _end(override, over[0], over[1])
    raise WrongStateError(over[2])


def _agreeable(override: Override, by: User, reason: str) -> None:
    require(by, "reviews.decide", override.case.production)
    if why := agree_refusal(override, by):
        raise NotAllowedError(why)
    if not reason.strip():
        raise InputError("say why: the reason is part of the record")
    if override.state != OverrideState.REQUESTED:
        raise WrongStateError(
            f"this override is {override.get_state_display().lower()} already; nobody else needs to agree"
        )


def _over(override: Override) -> tuple[OverrideState, str, str] | None:
    """Why nobody can agree to it any more: the state it ends in, the reason on record, what the person is told."""
    if override.expires_at <= timezone.now():
        reason = "its time ran out before enough people had agreed"
        return OverrideState.EXPIRED, reason, "the time that was asked for is over; ask again"
    if not newest(override.decision):
        told = "this was decided again since it was asked for; ask about the newest decision"
        return OverrideState.VOID, "it was decided again since", told
    return None


def _agree(override: Override, by: User, reason: str) -> Override:
    role = reviewing_role(by, override.case.production)
    OverrideApproval.objects.create(override=override, actor=by, role=role, reason=reason)
    _tell_ledger("override_agreed", override, by)
    if override.approvals.count() >= override.approvers_needed:
        Override.objects.filter(pk=override.pk).update(state=OverrideState.IN_FORCE, decided_at=timezone.now())
        override.refresh_from_db()
        _tell_ledger("override_in_force", override, by)
        _go_on(override)
        _tell_people(override, "is in force: what it sets aside no longer stops the file.")
    return override


@transaction.atomic
def override_decline(*, override: Override, by: User, reason: str) -> Override:
    """Say no: it is over, and can be asked for anew with better reasons."""
    override = _locked(override)
    require(by, "reviews.decide", override.case.production)
    if not reason.strip():
        raise InputError("say why: the reason is part of the record")
    if override.requested_by_id == by.pk:
        raise NotAllowedError("take back what you asked for instead of declining it")
    if override.state != OverrideState.REQUESTED:
        raise WrongStateError(f"this override is {override.get_state_display().lower()} already")
    return _end(override, OverrideState.DECLINED, reason.strip(), by=by)


@transaction.atomic
def override_withdraw(*, override: Override, by: User) -> Override:
    """The requester no longer asks."""
    override = _locked(override)
    if override.requested_by_id != by.pk:
        raise NotAllowedError("only who asked for it takes it back; decline it instead")
    if override.state != OverrideState.REQUESTED:
        raise WrongStateError(f"this override is {override.get_state_display().lower()} already")
    return _end(override, OverrideState.WITHDRAWN, f"taken back by {by}", by=by)


def _locked(override: Override) -> Override:
    return (
        Override.objects.select_for_update(of=("self",))
        .select_related("case__production__organisation", "decision", "asset", "requested_by")
        .get(pk=override.pk)
    )


def _end(override: Override, state: OverrideState, because: str, *, by: User | None = None) -> Override:
    changed = Override.objects.filter(pk=override.pk, state__in=STANDING).update(
        state=state, ended_because=because, decided_at=timezone.now()
    )
    override.refresh_from_db()
    if changed:
        _tell_ledger(f"override_{state.value}", override, by)
        _tell_people(override, f"{override.get_state_display().lower()}: {because}.")
        for one in relying_on(override):
            _end(one, OverrideState.VOID, "an override of a take in it, on which it relied, has ended")
    return override


def _tell_ledger(kind: str, override: Override, by: User | None, **more: Any) -> None:
    event = {"override": override.pk, "case": override.case_id, "decision_sha256": override.decision.sha256, **more}
    ledger_append(kind=kind, event={**event, **({"by": by.pseudonym} if by else {})})
    if told := _WEBHOOKS.get(kind):
        data = {"override": override.pk, "case": override.case_id, "state": override.state}
        webhook_emit(override.case.production.organisation_id, told, data)


def _tell_people(override: Override, what: str) -> None:
    """Who asked and who agreed are told what became of it."""
    people = [override.requested_by, *(approval.actor for approval in override.approvals.select_related("actor"))]
    notice_send(
        users=people,
        kind=NoticeKind.OTHER,
        text=f"{override.case.production.title}: the override {what}",
        url=reverse("reviews:case", args=[override.case_id]),
        key=f"override:{override.pk}:{override.state}",
    )


# what it does


def overrides_follow(decision: Decision) -> None:
    """After a decision: overrides of the same thing that were about other facts or other policies are void."""
    if asset_of(decision) is None:
        return
    rows = Override.objects.filter(**same_thing(decision), state__in=STANDING)
    digest = None
    for override in rows.select_related("case__production", "decision", "requested_by"):
        digest = digest or steady_sha256(decision.facts)
        changed = [
            what
            for what, then, now in (
                ("the facts", override.facts_sha256, digest),
                ("the policies", override.bundle_sha256, decision.bundle_sha256),
            )
            if then != now
        ]
        if changed:
            _end(override, OverrideState.VOID, f"{' and '.join(changed)} changed after it was asked for")


def overrides_settle() -> int:
    """End those whose time is over. Called by the sweeper; what they let through already stays where it is, and is not
    released through them any more."""
    ended = 0
    rows = Override.objects.filter(state__in=STANDING, expires_at__lte=timezone.now())
    for override in rows.select_related("case__production", "decision", "requested_by")[:500]:
        with transaction.atomic():
            _end(override, OverrideState.EXPIRED, "its time is over")
        ended += 1
    return ended


def _go_on(override: Override) -> None:
    """What happens to the file once everything that stopped it is set aside."""
    from django_site.apps.audits.services.uses import uses_record
    from django_site.apps.likeness.models import UseKind
    from django_site.apps.productions.services.cuts import cut_assemble_when_ready

    decision, case = override.decision, override.case
    if not permitted(decision):
        return  # something else stops it still
    reason = "Set aside by two people."
    if decision.take is not None:
        take_move(decision.take, TakeState.CLEARED, reason=reason)
        uses_record(audit=decision.audit, kind=UseKind.RENDER, take=decision.take)
        _close(case)
        cut_assemble_when_ready(production=case.production, by=decision.take.generation.actor)
    elif decision.imported is not None:
        import_move(decision.imported, ImportState.CLEARED, reason=reason)
        _close(case)
    elif decision.point == "cut" and decision.cut.state == CutState.STOPPED:
        cut_move(decision.cut, CutState.NEEDS_REVIEW, reason=reason)  # people still approve it
    elif decision.point == "release":
        _close(case)
        _sign_again(override)


def _sign_again(override: Override) -> None:
    """A film that was held back at its release is signed and judged anew, on the approval that it had."""
    from django_site.apps.provenance.services.signing import cut_signing_request

    approved = Case.objects.filter(cut=override.decision.cut, kind=CaseKind.CLEARANCE, state=CaseState.APPROVED)
    if (case := approved.order_by("-closed_at").first()) is not None:
        cut_signing_request(case=case, by=override.requested_by)


def _close(case: Case) -> None:
    Case.objects.filter(pk=case.pk, state=CaseState.OPEN).update(state=CaseState.OVERRIDDEN, closed_at=timezone.now())
    case.refresh_from_db()
