"""A cut: the film, its timeline, what was found and decided, its review, signing and release."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audience.variant_models import Variant
from django_site.apps.audits.reading import audit_latest, decision_latest, findings_of
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.productions.films import cut_timeline
from django_site.apps.productions.models import Cut
from django_site.apps.productions.selectors import cuts_visible_to, productions_visible_to
from django_site.apps.productions.services.cuts import cut_request
from django_site.apps.provenance.models import IntentKind, Release
from django_site.apps.provenance.services.signing import cut_signing_request
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.reviews.views.asked import asked_about
from django_site.errors import WrongStateError
from django_site.pages.failures import attempt


@login_required
@require_safe
def cut_page(request: HttpRequest, cut_id: UUID) -> HttpResponse:
    cuts = cuts_visible_to(request.user).select_related("production__organisation", "asset", "screenplay", "edited_by")
    cut = get_object_or_404(cuts, pk=cut_id)
    audit = audit_latest(cut=cut)
    findings = findings_of(audit)
    items = list(cut.items.select_related("take__shot", "take__generation", "take__asset"))
    release = Release.objects.filter(cut=cut).select_related("manifest__asset", "released_by").first()
    context = {
        "production": cut.production,
        "cut": cut,
        "items": items,
        "audit": audit,
        "findings": findings,
        "timeline": cut_timeline(cut, items, findings),
        "decisions": [
            decision for point in ("release", "cut") if (decision := decision_latest(cut=cut, point=point)) is not None
        ],
        "case": cases_visible_to(request.user).filter(cut=cut).order_by("-created_at").first(),
        "release": release,
        "version": Variant.objects.filter(cut=cut).select_related("graph__parent__cut").first(),
        "middle": f"{float(cut.duration or 0) / 2:.1f}",
        "outputs": list(release.outputs.select_related("manifest__asset", "manifest__sidecar")) if release else [],
        "intent": cut.signing_intents.filter(kind=IntentKind.CUT).order_by("-created_at").first(),
        "panel": panel_of_target(request.user, cut.pk),
        **asked_about(cut=cut),
    }
    return render(request, "productions/cut.html", context)


@login_required
@require_POST
def cut_begin(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Cut what there is."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    done = _("The cut is being assembled.")
    cut = attempt(
        request,
        lambda: cut_request(production=production, by=request.user, video=request.POST.get("video", "")),
        done=done,
    )
    return redirect("productions:cut", cut.pk) if cut else redirect("productions:page", production.pk)


def _sign_again(cut: Cut, request: HttpRequest) -> object:
    case = cut.cases.filter(state="approved").order_by("-created_at").first()
    if case is None or cut.state != "approved":
        raise WrongStateError("this cut is not approved; its case must be approved before it can be signed")
    return cut_signing_request(case=case, by=request.user)


@login_required
@require_POST
def cut_sign_again(request: HttpRequest, cut_id: UUID) -> HttpResponse:
    """Ask for the signing again after it failed; approval asks for it by itself."""
    cut = get_object_or_404(cuts_visible_to(request.user).select_related("production"), pk=cut_id)
    require(request.user, "productions.change", cut.production)
    attempt(request, lambda: _sign_again(cut, request), done=_("The cut is being signed."))
    return redirect("productions:cut", cut.pk)
