"""The economy of a production: the report, its assumptions, and what is entered by hand."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audience.economy.entering import assumptions_of, assumptions_set, cost_enter, cost_strike
from django_site.apps.audience.economy.forms import (
    DONE_CHOICES,
    PER_CHOICES,
    AssumptionsForm,
    CostForm,
    assumptions_sent,
    role_rows,
)
from django_site.apps.audience.economy.reading import economy_document
from django_site.apps.audience.economy.sheet import SHOWN, assumed_rows, days_chart, economy_sheet, time_chart, totals
from django_site.apps.audience.economy_models import CostEntry
from django_site.apps.productions.models import Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.errors import SiteError
from django_site.pages import sheets
from django_site.pages.failures import attempt, sentence
from django_site.pages.paging import keyset_page
from generator.audience.economy import Assumptions


def _production(request: HttpRequest, production_id: UUID) -> Production:
    rows = productions_visible_to(request.user).select_related("organisation")
    return get_object_or_404(rows, pk=production_id)


@login_required
@require_safe
def report(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """The report as a page."""
    production = _production(request, production_id)
    return _page(request, production, CostForm(assumed=assumptions_of(production)[0]))


def _page(request: HttpRequest, production: Production, form: CostForm, *, status: int = 200) -> HttpResponse:
    document = economy_document(production)
    page = keyset_page(
        production.cost_entries.select_related("entered_by", "struck_by"),
        order=("-id",),
        cursor=request.GET.get("after", ""),
    )
    context = {
        "production": production,
        "report": document,
        "shown": [(SHOWN[name], value) for name, value in document["cast"]["seconds"].items() if value],
        "shown_words": SHOWN,
        "time_chart": time_chart(document) if document["machines"]["rows"] else None,
        "days_chart": days_chart(document) if document["conventional"]["person_days"] else None,
        "totals": totals(document),
        "assumed": assumed_rows(document),
        "page": page,
        "form": form if request.user.has_perm("productions.change", production) else None,
    }
    return render(request, "audience/economy.html", context, status=status)


@login_required
@require_safe
def report_pdf(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """The same in print."""
    production = _production(request, production_id)
    response = HttpResponse(
        sheets.sheet_pdf(economy_sheet(economy_document(production))), content_type="application/pdf"
    )
    name = slugify(production.title) or "production"
    response["Content-Disposition"] = f'attachment; filename="economy-{name}.pdf"'
    return response


@login_required
@require_safe
def report_json(request: HttpRequest, production_id: UUID) -> JsonResponse:
    """The same for programs."""
    return JsonResponse(economy_document(_production(request, production_id)), json_dumps_params={"indent": 1})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assumptions(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """What is assumed: rates, how hours are read, and a conventional crew."""
    production = _production(request, production_id)
    require(request.user, "productions.change", production)
    held, version = assumptions_of(production)
    form = AssumptionsForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            said = assumptions_sent(form, request.POST)
            done = _("The report goes by these assumptions from now on.")
            if attempt(
                request, lambda: assumptions_set(production=production, assumptions=said, by=request.user), done=done
            ):
                return redirect("economy:report", production.pk)
        except SiteError as error:
            form.add_error(None, sentence(str(error)))
    context = {
        "production": production,
        "form": form,
        "version": version,
        "rows": _rows(request, held),
        "per": PER_CHOICES,
        "done_by": DONE_CHOICES,
    }
    return render(request, "audience/assumptions.html", context, status=400 if form.is_bound else 200)


def _rows(request: HttpRequest, held: Assumptions) -> list[dict]:
    """The table of trades: as it was sent where something has to be mended, else as it holds."""
    if request.method != "POST":
        return role_rows(held)
    names = ("id", "title", "people", "days", "per", "day_rate", "done_by")
    places = sorted(
        {int(key.split("-")[1]) for key in request.POST if key.startswith("role-") and key.split("-")[1].isdigit()}
    )
    return [
        {"place": place, "role": {name: request.POST.get(f"role-{place}-{name}", "") for name in names}}
        for place in places
    ]


@login_required
@require_POST
def cost_new(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Enter hours or an expense."""
    production = _production(request, production_id)
    require(request.user, "productions.change", production)
    form = CostForm(request.POST, assumed=assumptions_of(production)[0])
    if form.is_valid():
        try:
            cost_enter(production=production, by=request.user, **form.cleaned_data)
            return redirect("economy:report", production.pk)
        except SiteError as error:
            form.add_error(None, sentence(str(error)))
    return _page(request, production, form, status=400)


@login_required
@require_POST
def strike(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Strike an entry that was wrong."""
    rows = CostEntry.objects.filter(production__in=productions_visible_to(request.user)).select_related("production")
    entry = get_object_or_404(rows, pk=entry_id)
    require(request.user, "productions.change", entry.production)
    attempt(
        request,
        lambda: cost_strike(entry=entry, by=request.user, reason=request.POST.get("reason", "")),
        done=_("It counts no more; it stays to be read, with the reason."),
    )
    return redirect("economy:report", entry.production_id)
