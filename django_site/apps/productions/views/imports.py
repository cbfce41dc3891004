"""Files from outside: brought in, checked, and what was found in them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audits.reading import audit_latest, decision_latest, findings_of
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.productions.films import import_timeline
from django_site.apps.productions.forms import ImportForm
from django_site.apps.productions.selectors import imports_visible_to, productions_visible_to
from django_site.apps.productions.services.imports import media_import
from django_site.apps.provenance.inbound import inbound_record
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.reviews.views.asked import asked_about
from django_site.pages.failures import ANTICIPATED, sentence


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Bring a file in. What is not usable media is refused with the reason, and nothing of it is kept."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            imported = media_import(production=production, source=upload.file, name=upload.name, by=request.user)
        except ANTICIPATED as error:
            form.add_error("file", sentence(error))
        else:
            messages.success(request, _("The file is in quarantine and is being checked."))
            return redirect("productions:import", imported.pk)
    context = {"production": production, "form": form}
    return render(request, "productions/import_new.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def import_page(request: HttpRequest, import_id: UUID) -> HttpResponse:
    imports = imports_visible_to(request.user).select_related(
        "production__organisation", "asset", "imported_by", "rights__declared_by", "rights__withdrawn_by"
    )
    imported = get_object_or_404(imports, pk=import_id)
    audit = audit_latest(imported=imported)
    findings = findings_of(audit)
    context = {
        "production": imported.production,
        "imported": imported,
        "audit": audit,
        "findings": findings,
        "timeline": import_timeline(imported, findings),
        "decision": decision_latest(imported=imported),
        "case": cases_visible_to(request.user).filter(imported=imported).order_by("-created_at").first(),
        "inbound": inbound_record(imported.asset),
        "rights": getattr(imported, "rights", None),
        "panel": panel_of_target(request.user, imported.pk),
        **asked_about(imported=imported),
    }
    return render(request, "productions/import.html", context)
