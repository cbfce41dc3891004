"""Live progress for htmx, and calling a job off."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.panel import Panel, panel_of_production, panel_of_target
from django_site.apps.jobs.selectors import job_right, jobs_visible_to
from django_site.apps.jobs.services import job_cancel
from django_site.apps.productions.selectors import productions_visible_to
from django_site.pages.failures import attempt


def _answer(request: HttpRequest, panel: Panel) -> HttpResponse:
    """The panel alone. Where something ended since the page asked last, the page is told to look at itself again."""
    response = render(request, "components/jobs.html", {"panel": panel})
    if request.GET.get("seen", panel.seen) != panel.seen:
        response["HX-Trigger"] = "jobs-changed"
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def production_jobs(request: HttpRequest, production_id: UUID) -> HttpResponse:
    production = get_object_or_404(productions_visible_to(request.user).select_related("paused_by"), pk=production_id)
    return _answer(request, panel_of_production(request.user, production))


@login_required
@require_safe
def target_jobs(request: HttpRequest, target_id: UUID) -> HttpResponse:
    if not jobs_visible_to(request.user).filter(target_id=target_id).exists():
        raise Http404("no such work")
    return _answer(request, panel_of_target(request.user, target_id))


@login_required
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Call a job off; back to where the person was."""
    job = get_object_or_404(jobs_visible_to(request.user).select_related("production", "organisation"), pk=job_id)
    require(request.user, *job_right(job))
    attempt(request, lambda: job_cancel(job=job, by=request.user), done=_("It is being cancelled."))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect("productions:page", job.production_id) if job.production else redirect("corpora:imports")
    return redirect(back)
