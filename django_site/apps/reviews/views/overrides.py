"""Setting failed checks aside: asked for on a page of its own, agreed to or declined on the case's."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Decision
from django_site.apps.audits.selectors import decisions_visible_to
from django_site.apps.reviews.models import Case, Override
from django_site.apps.reviews.room_forms import OverrideForm
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.reviews.services.overriding import (
    agree_refusal,
    checks_overridable,
    override_agree,
    override_decline,
    override_request,
    override_withdraw,
    overrides_of,
)
from django_site.errors import NotAllowedError, SiteError
from django_site.pages.failures import attempt, sentence, status_of

#: Points at which something is decided about a film whose checks people may set aside.
POINTS = ("take", "import", "cut", "release")


def may_be_asked(decision: Decision | None) -> bool:
    """Whether some check that stops this may be set aside: whether a link to ask is worth showing."""
    if decision is None or decision.point not in POINTS or decision.outcome == "allow":
        return False
    return any(not why for check, why in checks_overridable(decision))


def overrides_context(user: User, case: Case) -> dict:
    """What the case's page shows of overrides: each with who agreed, and what this person may do about it."""
    rows = list(overrides_of(case.decision))
    titles = {(check.get("policy"), check.get("check")): check.get("title") for check in case.decision.checks}
    shown = []
    for override in rows:
        waits = override.state == "requested"
        shown.append(
            {
                "override": override,
                "titles": list(
                    dict.fromkeys(titles.get((c["policy"], c["check"])) or c["check"] for c in override.checks)
                ),
                "agreed": list(override.approvals.all()),
                "why_not": agree_refusal(override, user) if waits else "",
                "waits": waits,
                "theirs": override.requested_by_id == user.pk,
            }
        )
    return {"overrides": shown, "may_ask": may_be_asked(case.decision) and not any(one["waits"] for one in shown)}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def override_ask(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Ask two others to set failed checks of a decision aside."""
    rows = decisions_visible_to(request.user).filter(point__in=POINTS, output__isnull=True)
    decision = get_object_or_404(rows.select_related("production", "take", "cut", "imported"), pk=decision_id)
    require(request.user, "reviews.comment", decision.production)
    form = OverrideForm(request.POST or None, decision=decision)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                override = _ask(decision, request.user, form)
            except NotAllowedError:
                raise
            except SiteError as error:  # beside the form, which keeps what was typed
                form.add_error(None, sentence(error))
                status = status_of(error)
            else:
                messages.success(request, _("Two others are asked to agree."))
                return redirect("reviews:case", override.case_id)
    thing = decision.take or decision.cut or decision.imported
    context = {"decision": decision, "production": decision.production, "thing": thing, "form": form}
    return render(request, "reviews/override_ask.html", context, status=status)


def _ask(decision: Decision, by: User, form: OverrideForm) -> Override:
    return override_request(
        decision=decision,
        by=by,
        checks=form.chosen(),
        reason=form.cleaned_data["reason"],
        evidence=form.cleaned_data["evidence"],
        days=form.cleaned_data["days"],
    )


def _answer(
    request: HttpRequest, override_id: UUID, act: Callable[[Override, str], Override], done: str
) -> HttpResponse:
    override = get_object_or_404(
        Override.objects.filter(case__in=cases_visible_to(request.user)).select_related("case__production"),
        pk=override_id,
    )
    attempt(request, lambda: act(override, request.POST.get("reason", "")[:4000]), done=done)
    return redirect("reviews:case", override.case_id)


@login_required
@require_POST
def agree(request: HttpRequest, override_id: UUID) -> HttpResponse:
    by = request.user
    done = _("Your agreement is on the record.")
    return _answer(request, override_id, lambda one, why: override_agree(override=one, by=by, reason=why), done)


@login_required
@require_POST
def decline(request: HttpRequest, override_id: UUID) -> HttpResponse:
    by = request.user
    done = _("It was declined, with your reason.")
    return _answer(request, override_id, lambda one, why: override_decline(override=one, by=by, reason=why), done)


@login_required
@require_POST
def withdraw(request: HttpRequest, override_id: UUID) -> HttpResponse:
    by = request.user
    return _answer(
        request, override_id, lambda one, _why: override_withdraw(override=one, by=by), _("You took it back.")
    )
