"""Productions: the list, a new one, and the page on which a film is made."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.panel import panel_of_production
from django_site.apps.productions.estimates import render_estimate, speed_measured
from django_site.apps.productions.forms import ProductionForm
from django_site.apps.productions.gate import CLEAR, gate_lines
from django_site.apps.productions.models import Production, Take, TakeState, Writing
from django_site.apps.productions.selectors import (
    USABLE_TAKE_STATES,
    productions_visible_to,
    screenplay_current,
    shots_with_takes,
)
from django_site.apps.productions.services.briefs import (
    brief_change,
    brief_refused,
    brief_with,
    production_from_screenplay,
)
from django_site.apps.productions.services.productions import production_create
from django_site.apps.productions.services.screenplays import names_cleared, screenplay_text
from django_site.apps.productions.services.takes import production_render
from django_site.apps.productions.services.writing import writing_request
from django_site.apps.productions.vocabulary import VideoCodec
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.training.looks import look_title
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.pages.paging import keyset_page
from generator.narrative.brief import shortened


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
    form = ProductionForm(_chosen(request) or None, user=request.user)
    if not form.organisations:
        return render(request, "403.html", {"reason": _("Only producers start productions.")}, status=403)
    if request.method == "POST" and "shorten" in request.POST:
        short = request.POST.copy()
        short["brief"] = shortened(short.get("brief", ""))
        return render(
            request, "productions/new.html", {"form": ProductionForm(initial=short.dict(), user=request.user)}
        )
    if request.method == "POST" and "as_screenplay" in request.POST:
        return _from_screenplay(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            production = production_create(
                organisation=form.chosen_organisation, by=request.user, brief=form.cleaned_data["brief"], **form.values
            )
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
        else:
            return _begun(request, production, form)
    return render(request, "productions/new.html", {"form": form}, status=400 if form.errors else 200)


def _chosen(request: HttpRequest):
    """What was typed; where somebody took a choice that was offered, with the brief as it reads then."""
    if "take" not in request.POST:
        return request.POST
    sent = request.POST.copy()
    taken = attempt(request, lambda: brief_with(sent.get("brief", ""), sent["take"]))
    sent["brief"] = sent.get("brief", "") if taken is None else taken
    return sent


def _begun(request: HttpRequest, production: Production, form: ProductionForm) -> HttpResponse:
    """On to the screenplay; or, where the brief asks for somebody whose consent or licence is to come, to that."""
    if form.refused:
        messages.info(
            request,
            _(
                "The production is begun, and nothing is written yet: first a grant must name it, or the brief be changed."
            ),
        )
        return redirect("productions:page", production.pk)
    chosen = {"structure": form.cleaned_data["structure"], "scenes": form.cleaned_data["scenes"]}
    writing = attempt(request, lambda: writing_request(production=production, by=request.user, **chosen))
    say_writing(request, writing)
    return redirect("productions:page", production.pk)


def say_writing(request: HttpRequest, writing: Writing | None) -> None:
    """Whether the screenplay is there, or being written, and by whom."""
    if writing is not None and writing.screenplay is not None:
        messages.success(request, _("The screenplay is written and its shots are planned. Read it, then render."))
    elif writing is not None:
        messages.success(
            request, _("%(who)s is writing the screenplay; you may leave the page.") % {"who": writing.writer}
        )


def _from_screenplay(request: HttpRequest, form: ProductionForm) -> HttpResponse:
    """What was pasted as a brief is a screenplay: begin with that."""
    text = request.POST.get("brief", "").replace("\r\n", "\n")
    form.is_valid()
    wrong = {name for name in form.errors if name != "brief"}
    if not wrong:
        try:
            production = production_from_screenplay(
                organisation=form.chosen_organisation, by=request.user, text=text, **form.values
            )
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(
                request, _("The screenplay is taken over and its shots are planned. Read it, then render.")
            )
            return redirect("productions:screenplay", production.pk)
    return render(request, "productions/new.html", {"form": form}, status=400)


@login_required
@require_POST
def brief_choose(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Take a choice that was offered for a brief that can't be written from; the screenplay is written then."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)

    def change() -> Production:
        cleared = tuple(names_cleared(production))
        brief = brief_with(production.brief, request.POST.get("take", ""), cleared=cleared)
        return brief_change(production=production, brief=brief, by=request.user)

    changed = attempt(request, change, done=_("The brief is changed."))
    if changed is not None:
        say_writing(request, attempt(request, lambda: writing_request(production=changed, by=request.user)))
    return redirect("productions:page", production.pk)


@login_required
@require_safe
def production_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Brief, screenplay, shots, cuts, imports and jobs of a production."""
    productions = productions_visible_to(request.user).select_related(
        "organisation", "created_by", "paused_by", "look_model"
    )
    production = get_object_or_404(productions, pk=production_id)
    screenplay = screenplay_current(production)
    shots = shots_with_takes(production)
    lines = gate_lines(shots, screenplay_text=screenplay_text(screenplay)) if screenplay and shots else {}
    board = [
        {"shot": shot, "take": next(iter(shot.takes.all()), None), "gate": lines.get(shot.pk, CLEAR)} for shot in shots
    ]
    speed = speed_measured(production)
    for entry in board:
        entry["estimate"] = render_estimate([entry["shot"].spec], speed)
    over = [TakeState.STOPPED, TakeState.FAILED, TakeState.REJECTED, TakeState.SUPERSEDED]
    waiting = [entry for entry in board if entry["take"] is None or entry["take"].state in over]
    context = {
        "production": production,
        "refused": [] if screenplay else brief_refused(production),
        "writing": production.writings.select_related("job").first(),
        "members": production.members.select_related("user").order_by("created_at"),
        "screenplay": screenplay,
        "board": board,
        "gate_shut": [entry for entry in board if not entry["gate"].clear],
        "to_render": len(waiting),
        "estimate": render_estimate([entry["shot"].spec for entry in waiting], speed),
        "usable": sum(entry["take"] is not None and entry["take"].state in USABLE_TAKE_STATES for entry in board),
        "cuts": production.cuts.select_related("asset", "release", "edited_by").order_by("-version")[:20],
        "imports": production.imports.select_related("imported_by")[:20],
        "codecs": VideoCodec.choices,
        "panel": panel_of_production(request.user, production),
        "look": look_title(production),
    }
    return render(request, "productions/page.html", context)


def candidates_asked(request: HttpRequest) -> int:
    """How many candidates of each shot are asked for; one where nothing is said."""
    sent = request.POST.get("candidates", "1")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 4 else 0


@login_required
@require_POST
def production_render_all(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Ask for a take of every shot that has none alive."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    count = candidates_asked(request)
    takes = attempt(request, lambda: production_render(production=production, by=request.user, candidates=count))
    if takes is not None:
        _say_asked(request, takes)
    return redirect("productions:page", production.pk)


def _say_asked(request: HttpRequest, takes: list[Take]) -> None:
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
