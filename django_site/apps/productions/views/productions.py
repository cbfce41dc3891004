"""Productions: the list, a new one, and the page on which a film is made."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.panel import panel_of_production
from django_site.apps.productions.forms import ProductionForm
from django_site.apps.productions.gate import CLEAR, gate_lines
from django_site.apps.productions.models import Production, Shot, Take, TakeState
from django_site.apps.productions.selectors import (
    USABLE_TAKE_STATES,
    productions_visible_to,
    screenplay_current,
    shots_current,
)
from django_site.apps.productions.services.productions import production_create
from django_site.apps.productions.services.screenplays import screenplay_text, screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.pages.paging import keyset_page


@login_required
@require_safe
def production_list(request: HttpRequest) -> HttpResponse:
    """Every production that the person may see, the newest first."""
    seen = cases_visible_to(request.user).order_by().values("pk")
    rows = productions_visible_to(request.user).select_related("organisation", "created_by").annotate(
        cuts_count=Count("cuts", distinct=True),
        released_count=Count("cuts", filter=Q(cuts__state="released"), distinct=True),
        stopped_count=Count("imports", filter=Q(imports__state="stopped"), distinct=True),
        open_cases=Count("cases", filter=Q(cases__state="open", cases__in=seen), distinct=True),
    )  # fmt: skip
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "productions/list.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def production_new(request: HttpRequest) -> HttpResponse:
    """A brief becomes a production with its screenplay and shots."""
    form = ProductionForm(request.POST or None, user=request.user)
    if not form.organisations:
        return render(request, "403.html", {"reason": _("Only producers start productions.")}, status=403)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("title", "brief", "territories", "use", "seed")}
        try:
            production = production_create(
                organisation=form.chosen_organisation,
                by=request.user,
                total_seconds=form.cleaned_data["total_seconds"],
                **values,
            )
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
        else:
            done = _("The screenplay is written and its shots are planned. Read it, then render.")
            attempt(request, lambda: screenplay_write(production=production, by=request.user), done=done)
            return redirect("productions:page", production.pk)
    return render(request, "productions/new.html", {"form": form}, status=400 if form.errors else 200)


def _shots(production: Production) -> list[Shot]:
    takes = Take.objects.select_related("asset", "generation").order_by("-number")
    return list(shots_current(production).prefetch_related(Prefetch("takes", queryset=takes)))


@login_required
@require_safe
def production_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Brief, screenplay, shots, cuts, imports and jobs of a production."""
    productions = productions_visible_to(request.user).select_related("organisation", "created_by")
    production = get_object_or_404(productions, pk=production_id)
    screenplay = screenplay_current(production)
    shots = _shots(production)
    lines = gate_lines(shots, screenplay_text=screenplay_text(screenplay)) if screenplay and shots else {}
    board = [
        {"shot": shot, "take": next(iter(shot.takes.all()), None), "gate": lines.get(shot.pk, CLEAR)} for shot in shots
    ]
    alive = [TakeState.STOPPED, TakeState.FAILED, TakeState.REJECTED, TakeState.SUPERSEDED]
    context = {
        "production": production,
        "members": production.members.select_related("user").order_by("created_at"),
        "screenplay": screenplay,
        "board": board,
        "gate_shut": [entry for entry in board if not entry["gate"].clear],
        "to_render": sum(entry["take"] is None or entry["take"].state in alive for entry in board),
        "usable": sum(entry["take"] is not None and entry["take"].state in USABLE_TAKE_STATES for entry in board),
        "cuts": production.cuts.select_related("asset", "release", "edited_by").order_by("-version")[:20],
        "imports": production.imports.select_related("imported_by")[:20],
        "panel": panel_of_production(request.user, production),
    }
    return render(request, "productions/page.html", context)


@login_required
@require_POST
def production_render_all(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Ask for a take of every shot that has none alive."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    takes = attempt(request, lambda: production_render(production=production, by=request.user))
    if takes is not None:
        _say_asked(request, takes)
    return redirect("productions:page", production.pk)


def _say_asked(request: HttpRequest, takes: list[Take]) -> None:
    from django.contrib import messages

    stopped = [take for take in takes if take.state == TakeState.STOPPED]
    asked = len(takes) - len(stopped)
    if asked:
        text = ngettext("%(n)d take is being rendered.", "%(n)d takes are being rendered.", asked) % {"n": asked}
        messages.success(request, text)
    for take in stopped:
        messages.error(
            request, _("%(take)s was stopped before rendering: %(why)s") % {"take": take, "why": take.reason}
        )
    if not takes:
        messages.info(request, _("Every shot already has a take."))
