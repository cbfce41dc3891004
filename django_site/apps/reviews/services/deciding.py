"""Cases: opened by decisions, closed by people; four eyes, reasons on the record."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import made, require, reviewing_role
from django_site.apps.accounts.webhooks import webhook_emit
from django_site.apps.audits.models import Asset, Decision, Finding, Outcome
from django_site.apps.productions.models import Cut, CutState, ImportState, TakeState
from django_site.apps.productions.states import cut_move, import_move, take_move
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.reviews.models import (
    AccessLog,
    ActionKind,
    Case,
    CaseKind,
    CaseState,
    Comment,
    Privilege,
    ReviewAction,
)
from django_site.apps.reviews.selectors import case_reader
from django_site.apps.reviews.services.queueing import due_at
from django_site.apps.reviews.services.requests import requests_make
from django_site.errors import InputError, NotAllowedError, WrongStateError

#: People who must agree: one where the policies found nothing, two where they asked for judgement or were set aside.
APPROVALS = {Outcome.ALLOW: 1, Outcome.REVIEW: 2, Outcome.BLOCK: 2}
#: Seconds for which one entry of the access log stands for repeated requests (a player asks for many ranges).
ACCESS_WINDOW = timedelta(minutes=10)


@transaction.atomic
def case_open(*, decision: Decision, opened_by: User | None, take=None, cut=None, imported=None) -> Case:
    """Ask people about a decision. One open case for one thing: asking again returns it."""
    target = {"take": take, "cut": cut, "imported": imported}
    existing = Case.objects.filter(**target, state=CaseState.OPEN).first()
    if existing:
        return existing
    findings = decision.audit.findings.all() if decision.audit_id else ()
    scores = [finding.score for finding in findings if not finding.merely_alike]
    risk = max(scores, default=0.0) + (0.0 if decision.outcome == Outcome.ALLOW else 1.0)
    case = Case.objects.create(
        production_id=decision.production_id,
        decision=decision,
        opened_by=opened_by,
        approvals_needed=APPROVALS[Outcome(decision.outcome)],
        risk=risk,
        due_at=due_at(decision.production.organisation_id, CaseKind.CLEARANCE, risk),
        **target,
    )
    case_emit(case, "case.opened")
    return case


def case_emit(case: Case, event: str) -> None:
    """Tell the organisation's programs what became of a case: ids and its state."""
    webhook_emit(
        case.production.organisation_id,
        event,
        {"case": case.pk, "production": case.production_id, "kind": case.kind, "state": case.state},
    )


def cases_supersede(**target) -> None:
    """Close open cases about something that is about to be looked at again or replaced."""
    Case.objects.filter(**target, state=CaseState.OPEN).update(
        state=CaseState.CHANGES_REQUESTED, closed_at=timezone.now()
    )


def _act(*, case: Case, by: User, kind: ActionKind, reason: str, finding: Finding | None = None) -> ReviewAction:
    require(by, "reviews.decide", case.production)
    if not case_reader(by, case):
        raise NotAllowedError("this case is for named people alone; ask the head of legal")
    if not reason.strip():
        raise InputError("say why: the reason is part of the record")
    if case.state != CaseState.OPEN:
        raise WrongStateError(f"this case is already {case.get_state_display().lower()}")
    if kind == ActionKind.APPROVE and case.kind == CaseKind.CLEARANCE and stopped_still(case):
        raise WrongStateError(
            "the policies stop this: have it changed, or ask two people to set aside what may be set aside"
        )
    if kind == ActionKind.APPROVE and case.opened_by_id == by.pk:
        raise NotAllowedError("whoever asked for the review does not approve it; ask another reviewer")
    if kind == ActionKind.APPROVE and made(by, case.production):
        raise NotAllowedError("whoever worked on the film does not approve it; ask another reviewer")
    try:
        with transaction.atomic():
            action = ReviewAction.objects.create(
                case=case, actor=by, role=reviewing_role(by, case.production), kind=kind, reason=reason, finding=finding
            )
    except IntegrityError:
        raise WrongStateError("you have already approved this case; another person must agree too") from None
    ledger_append(
        kind=f"review_{kind}",
        event={"case": case.pk, "action": action.pk, "reviewer": by.pseudonym, "decision_sha256": case.decision.sha256},
    )
    return action


def stopped_still(case: Case) -> bool:
    """Whether the policies stop what the case is about, and nobody has set that aside."""
    from django_site.apps.reviews.services.overriding import permitted

    return case.decision.outcome == Outcome.BLOCK and not permitted(case.decision)


def _locked(case: Case) -> Case:
    return Case.objects.select_for_update().get(pk=case.pk)


@transaction.atomic
def case_approve(*, case: Case, by: User, reason: str) -> Case:
    """Agree. With the last agreement that is needed the thing is approved; an approved cut goes on to be signed.

    Where two people are needed, one of them is the head of legal. About a released film it means: it stays out.
    """
    from django_site.apps.productions.services.cuts import cut_assemble_when_ready
    from django_site.apps.provenance.services.signing import cut_signing_request

    case = _locked(case)
    _act(case=case, by=by, kind=ActionKind.APPROVE, reason=reason)
    approvals = case.actions.filter(kind=ActionKind.APPROVE)
    roles = set(approvals.values_list("role", flat=True))
    if approvals.count() < case.approvals_needed or (case.approvals_needed > 1 and "head_of_legal" not in roles):
        return case
    _close(case, CaseState.APPROVED)
    if case.kind == CaseKind.WITHDRAWAL:
        # it stays out, as it is; why that was asked stands in the case
        Cut.objects.filter(pk=case.cut_id).update(reason="")
        return case
    if case.take:
        take_move(case.take, TakeState.APPROVED)
        cut_assemble_when_ready(production=case.production, by=case.take.generation.actor)
    elif case.imported:
        import_move(case.imported, ImportState.APPROVED)
    else:
        cut_move(case.cut, CutState.APPROVED)
        cut_signing_request(case=case, by=by)
    return case


@transaction.atomic
def case_reject(*, case: Case, by: User, reason: str) -> Case:
    """Refuse, for good. A released film is recalled, which only the head of legal may do."""
    from django_site.apps.provenance.services.recall import cut_recall

    case = _locked(case)
    _act(case=case, by=by, kind=ActionKind.REJECT, reason=reason)
    _close(case, CaseState.REJECTED)
    if case.kind == CaseKind.WITHDRAWAL:
        cut_recall(release=case.cut.release, by=by, reason=reason)
        return case
    _refuse(case, reason)
    return case


@transaction.atomic
def case_request_change(*, case: Case, by: User, reason: str, checks: Iterable[str] = (), own_words: str = "") -> Case:
    """Send it back: the producer changes something and it is audited anew. ``checks`` (``requests.check_word``) are the
    failed checks whose remedies are asked for, ``own_words`` what else is."""
    case = _locked(case)
    if case.kind == CaseKind.WITHDRAWAL:
        raise WrongStateError("a released film can't be changed: approve that it stays out, or reject it to recall it")
    _act(case=case, by=by, kind=ActionKind.REQUEST_CHANGE, reason=reason)
    requests_make(case=case, by=by, checks=checks, own_words=own_words)
    _close(case, CaseState.CHANGES_REQUESTED)
    if case.imported and case.imported.state == ImportState.NEEDS_REVIEW:
        import_move(case.imported, ImportState.STOPPED, reason=reason)  # it can be looked at again, once answered
    else:
        _refuse(case, reason)
    return case


@transaction.atomic
def finding_dismiss(*, case: Case, finding: Finding, by: User, reason: str) -> ReviewAction:
    """Say why a finding does not matter; the case stays open."""
    case = _locked(case)
    if finding.audit_id != case.decision.audit_id:
        raise InputError("that finding belongs to another audit; open its own case")
    return _act(case=case, by=by, kind=ActionKind.DISMISS_FINDING, reason=reason, finding=finding)


def _close(case: Case, state: CaseState) -> None:
    Case.objects.filter(pk=case.pk).update(state=state, closed_at=timezone.now())
    case.refresh_from_db()
    case_emit(case, "case.decided")


def _refuse(case: Case, reason: str) -> None:
    """What waited is rejected; what the policies had stopped stays stopped."""
    if (case.take or case.cut or case.imported).state == "stopped":
        return
    if case.take:
        take_move(case.take, TakeState.REJECTED, reason=reason)
    elif case.imported:
        import_move(case.imported, ImportState.REJECTED, reason=reason)
    else:
        cut_move(case.cut, CutState.REJECTED, reason=reason)


def comment_add(
    *, case: Case, by: User, text: str, privileged: bool = False, privilege: str = Privilege.NONE
) -> Comment:
    """Remark on a case. Only the legal side may write, and will see, a privileged remark; a label makes it one. The label
    says what its author takes it for: whether it is privileged, a court decides."""
    if privilege not in Privilege.values:
        raise InputError("choose the ground of the privilege from the list")
    privileged = privileged or privilege != Privilege.NONE
    require(by, "reviews.decide" if privileged else "reviews.comment", case.production)
    if not text.strip():
        raise InputError("the comment is empty")
    if not case_reader(by, case):
        raise NotAllowedError("this case is not open to you")
    return Comment.objects.create(case=case, author=by, text=text, privileged=privileged, privilege=privilege)


def access_log(*, user: User, asset: Asset) -> None:
    """Note that a person was shown a quarantined file; repeated requests within minutes are one entry."""
    recent = AccessLog.objects.filter(user=user, asset=asset, created_at__gt=timezone.now() - ACCESS_WINDOW)
    if not recent.exists():
        AccessLog.objects.create(user=user, asset=asset)
