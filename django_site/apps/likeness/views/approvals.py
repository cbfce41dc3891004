"""Asking a person for one use within their grant, and their answer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.forms import ApprovalForm, AskForm
from django_site.apps.likeness.models import ApprovalState, UseApproval
from django_site.apps.likeness.reading import grant_lines
from django_site.apps.likeness.selectors import subjects_visible_to
from django_site.apps.likeness.services import approval_decide, approval_request, approval_take_back
from django_site.apps.likeness.views.common import grant_for, stand, subject_for
from django_site.apps.productions.models import Production, Scene
from django_site.errors import NotAllowedError
from django_site.pages.failures import ANTICIPATED, sentence, status_of
from django_site.pages.paging import keyset_page


@login_required
@require_safe
def approvals_page(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Every question and its answer, newest first."""
    subject = subject_for(request.user, subject_id)
    rows = subject.approvals.select_related("production", "scene", "shot", "requested_by", "decided_by", "grant")
    page = keyset_page(rows, order=("-created_at", "-id"), cursor=request.GET.get("after", ""))
    return render(request, "likeness/approvals.html", stand(request, subject, page=page))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approval_page(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """One question: what they would be shown doing, what the grant says, yes or no."""
    rows = UseApproval.objects.filter(subject__in=subjects_visible_to(request.user))
    approval = get_object_or_404(
        rows.select_related(
            "subject__organisation", "grant", "production", "scene", "shot", "requested_by", "decided_by"
        ),
        pk=approval_id,
    )
    subject = approval.subject
    require(request.user, "likeness.view", subject)
    form = ApprovalForm(request.POST or None)
    status = 200
    if request.method == "POST":
        needed = "likeness.stop" if request.POST.get("answer") == "take_back" else "likeness.grant"
        require(request.user, needed, subject)
        if form.is_valid() and (said := _answer(request, approval, form)):
            messages.success(request, said)
            return redirect("likeness:approval", approval.pk)
        status = 400 if form.errors else 409
    [line] = grant_lines(subject, only=approval.grant)
    context = stand(
        request, subject, approval=approval, form=form, line=line, asked=approval.state == ApprovalState.REQUESTED
    )
    return render(request, "likeness/approval.html", context, status=status)


def _answer(request: HttpRequest, approval: UseApproval, form: ApprovalForm) -> str:
    answer, reason = form.cleaned_data["answer"], form.cleaned_data["reason"]
    try:
        if answer == "take_back":
            approval_take_back(approval=approval, by=request.user, reason=reason)
            return _("Taken back. What was made under it is being checked again.")
        approval_decide(approval=approval, approve=answer == "approve", by=request.user, reason=reason)
    except NotAllowedError:
        raise
    except ANTICIPATED as error:
        messages.error(request, sentence(error))
        return ""
    return _("You said yes to this one use.") if answer == "approve" else _("You said no. The producer reads why.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approval_ask(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """A producer asks for one use within a grant that names their production."""
    grant = grant_for(request.user, grant_id)
    productions = list(
        Production.objects.filter(
            pk__in=grant.scope["projects"], members__user=request.user, members__role="producer"
        ).order_by("title", "id")
    )
    if not productions:
        if request.user.has_perm("likeness.view", grant.subject):
            raise NotAllowedError("only a producer of a production that the grant names may ask for a use")
        raise Http404("no such grant")
    scenes = Scene.objects.filter(screenplay__production__in=productions).select_related("screenplay")
    latest: dict = {}
    for scene in scenes.order_by("screenplay__version", "position"):
        latest.setdefault(scene.screenplay.production_id, {}).setdefault(scene.screenplay.version, []).append(scene)
    newest = [scene for versions in latest.values() for scene in versions[max(versions)]]
    form = AskForm(request.POST or None, productions=productions, scenes=newest)
    status = 200
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        production = next(one for one in productions if str(one.pk) == values["production"])
        scene = next((one for one in newest if str(one.pk) == values["scene"]), None)
        try:
            if scene is not None and scene.screenplay.production_id != production.pk:
                form.add_error("scene", _("This scene is of another production; choose one of this production."))
            else:
                approval_request(
                    grant=grant,
                    production=production,
                    description=values["description"],
                    by=request.user,
                    character=values["character"],
                    scene=scene,
                )
                messages.success(request, _("Asked. The answer appears here and on the production's checks."))
                return redirect("likeness:ask", grant.pk)
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
            status = status_of(error)
    if form.errors:
        status = max(status, 400)
    asked = (
        grant.approvals.filter(production__in=productions).select_related("production", "scene").order_by("-created_at")
    )
    [line] = grant_lines(grant.subject, only=grant)
    context = {"grant": grant, "subject": grant.subject, "form": form, "asked": asked[:50], "line": line}
    return render(request, "likeness/ask.html", context, status=status)
