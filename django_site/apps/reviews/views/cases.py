"""The review room: a case with everything that a decision needs."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.evidence import evidence_pairs
from django_site.apps.audits.models import Finding
from django_site.apps.audits.reading import findings_of
from django_site.apps.productions.films import cut_timeline, import_timeline
from django_site.apps.reviews.forms import CommentForm, DecideForm
from django_site.apps.reviews.models import ActionKind, Case, CaseKind, CaseState, Privilege
from django_site.apps.reviews.room_forms import ChangeForm
from django_site.apps.reviews.selectors import cases_visible_to, comments_visible_to, queue_of
from django_site.apps.reviews.services import (
    case_approve,
    case_reject,
    case_request_change,
    comment_add,
    finding_dismiss,
)
from django_site.apps.reviews.services.deciding import stopped_still
from django_site.apps.reviews.services.holding import case_accessed
from django_site.apps.reviews.views.overrides import overrides_context
from django_site.apps.reviews.views.room import room_context
from django_site.errors import InputError
from django_site.pages.failures import attempt

ORDER = ("-risk", "due_at", "id")


def _neighbours(user: User, case: Case) -> tuple[Case | None, Case | None]:
    """The cases before and after this one in the queue, as the queue is now."""
    rows = list(queue_of(user).values_list("pk", "risk", "due_at").order_by(*ORDER))
    here = (-case.risk, case.due_at, case.pk)
    before = [pk for pk, risk, due_at in rows if (-risk, due_at, pk) < here]
    after = [pk for pk, risk, due_at in rows if (-risk, due_at, pk) > here]
    return (before[-1] if before else None), (after[0] if after else None)


def case_context(
    request: HttpRequest, case: Case, form: DecideForm | None = None, change_form: ChangeForm | None = None
) -> dict:
    """Everything on a case's page; a form that was sent back keeps what was typed."""
    audit = case.decision.audit
    findings = sorted(findings_of(audit), key=lambda finding: finding.merely_alike)  # what is judged comes first
    actions = list(case.actions.select_related("actor", "finding").order_by("created_at"))
    dismissed = {action.finding_id: action for action in actions if action.kind == ActionKind.DISMISS_FINDING}
    before, after = _neighbours(request.user, case)
    target = case.cut or case.take or case.imported
    film = None
    if case.cut:
        film = cut_timeline(case.cut, list(case.cut.items.select_related("take__shot")), findings)
    elif case.imported:
        film = import_timeline(case.imported, findings)
    decides = request.user.has_perm("reviews.decide", case.production)
    return {
        "case": case,
        "production": case.production,
        "target": target,
        "audit": audit,
        "asset": audit.asset if audit else target.asset,
        "decision": case.decision,
        "timeline": film,
        "pairs": [(pair, dismissed.get(pair.finding.pk)) for pair in evidence_pairs(findings)],
        "judged": sum(not finding.merely_alike for finding in findings),
        "actions": actions,
        "approvals": sum(action.kind == ActionKind.APPROVE for action in actions),
        "comments": comments_visible_to(request.user, case),
        "before": before,
        "after": after,
        "decides": decides and case.state == CaseState.OPEN,
        "reviews": decides,
        "stopped": case.kind == CaseKind.CLEARANCE and stopped_still(case),
        "form": form or DecideForm(),
        "comment_form": CommentForm(),
        **(room_context(request.user, case) if decides else {}),
        "change_form": change_form or ChangeForm(case=case),
        "change_requests": list(case.change_requests.select_related("requested_by", "answered_by")),
        **overrides_context(request.user, case),
    }


@login_required
@require_safe
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = get_object_or_404(cases_of(request.user), pk=case_id)
    case_accessed(user=request.user, case=case)
    return render(request, "reviews/case.html", case_context(request, case))


def cases_of(user: User):
    """Cases that the person may see, with what their page needs."""
    return cases_visible_to(user).select_related(
        "production__organisation",
        "decision__audit__asset",
        "cut__asset",
        "imported__asset",
        "imported__rights__declared_by",
        "take__asset",
        "opened_by",
    )


def _act(case: Case, by: User, form: DecideForm) -> object:
    reason = form.cleaned_data["reason"]
    plain: dict[str, Callable[..., Case]] = {
        ActionKind.APPROVE: case_approve,
        ActionKind.REJECT: case_reject,
        ActionKind.REQUEST_CHANGE: case_request_change,
    }
    kind = form.cleaned_data["kind"]
    if kind in plain:
        return plain[kind](case=case, by=by, reason=reason)
    finding = Finding.objects.filter(pk=form.cleaned_data["finding"], audit=case.decision.audit_id).first()
    if finding is None:
        raise InputError("that finding does not belong to this case; choose one of those shown")
    return finding_dismiss(case=case, finding=finding, by=by, reason=reason)


_DONE = {
    ActionKind.APPROVE: gettext_lazy("Your approval is on the record."),
    ActionKind.REJECT: gettext_lazy("The case is closed: rejected."),
    ActionKind.REQUEST_CHANGE: gettext_lazy("The case is closed: the producer was asked for a change."),
    ActionKind.DISMISS_FINDING: gettext_lazy("The finding was dismissed, with your reason."),
}


@login_required
@require_POST
def case_decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Approve, reject, ask for a change, or dismiss a finding: always with a reason, which an error never loses."""
    case = get_object_or_404(cases_of(request.user), pk=case_id)
    require(request.user, "reviews.decide", case.production)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return render(request, "reviews/case.html", case_context(request, case, form), status=400)
    done = attempt(request, lambda: _act(case, request.user, form), done=_DONE[form.cleaned_data["kind"]])
    if done is None:
        case.refresh_from_db()
        return render(request, "reviews/case.html", case_context(request, case, form), status=409)
    if isinstance(done, Case) and done.state == CaseState.OPEN:
        messages.info(request, _("Another person must agree too before it takes effect."))
    return redirect("reviews:case", case.pk)


@login_required
@require_POST
def case_comment(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = get_object_or_404(cases_of(request.user), pk=case_id)
    form = CommentForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: comment_add(
                case=case,
                by=request.user,
                text=form.cleaned_data["text"],
                privileged=form.cleaned_data["privileged"],
                privilege=form.cleaned_data["privilege"] or Privilege.NONE,
            ),
            done=_("Your remark was added."),
        )
    else:
        messages.error(request, _("The remark was empty; nothing was added."))
    return redirect("reviews:case", case.pk)
