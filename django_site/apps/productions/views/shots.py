"""A shot: what it asks for, its takes, and replacing it by another version."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.insight_reading import requests_about
from django_site.apps.audits.model_facts import components_planned
from django_site.apps.audits.reading import decision_latest
from django_site.apps.jobs.panel import panel_of_production
from django_site.apps.productions.estimates import render_estimate, speed_measured
from django_site.apps.productions.forms_shots import ShotForm
from django_site.apps.productions.gate import gate_lines
from django_site.apps.productions.models import Shot, TakeState
from django_site.apps.productions.parts import part_lines
from django_site.apps.productions.selectors import USABLE_TAKE_STATES, productions_visible_to, takes_ranked
from django_site.apps.productions.services.screenplays import screenplay_text
from django_site.apps.productions.services.shots import shot_replace
from django_site.apps.productions.services.takes import takes_request
from django_site.apps.productions.views.productions import candidates_asked
from django_site.apps.training.looks import card_planned
from django_site.pages.failures import ANTICIPATED, attempt, sentence

#: What is measured of a take, in the order in which it is shown.
FIGURES = {
    "total": gettext_lazy("Together"),
    "sharpness": gettext_lazy("Sharpness"),
    "exposure": gettext_lazy("Exposure"),
    "noise": gettext_lazy("Little noise"),
    "flicker": gettext_lazy("Little flicker"),
    "motion": gettext_lazy("Even motion"),
    "alive": gettext_lazy("Not black, not frozen"),
}


def shots_visible_to(user: User) -> QuerySet[Shot]:
    """Shots of the productions that the person may see, with everything that their pages name."""
    return Shot.objects.filter(scene__screenplay__production__in=productions_visible_to(user)).select_related(
        "scene__screenplay__production__organisation", "scene__screenplay__asset"
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shot_page(request: HttpRequest, shot_id: UUID) -> HttpResponse:
    """The shot's own page; saving a change makes its next version."""
    shot = get_object_or_404(shots_visible_to(request.user), pk=shot_id)
    production = shot.scene.screenplay.production
    form = ShotForm(request.POST or None, shot=shot)
    if request.method == "POST":
        require(request.user, "productions.change", production)
        if form.is_valid():
            replaced = _replaced(request, shot, form)
            if replaced is not None:
                return redirect("productions:shot", replaced.pk)
    return render(request, "productions/shot.html", shot_context(shot, form=form), status=400 if form.errors else 200)


def shot_context(shot: Shot, **forms) -> dict:
    """Everything that the shot's page shows."""
    from django_site.apps.productions.views.people import cast_context

    return {
        "production": shot.scene.screenplay.production,
        "shot": shot,
        "form": ShotForm(shot=shot),
        "card": card_planned(shot.scene.screenplay.production),
        "parts": part_lines(components_planned(shot.scene.screenplay.production)),
        "gate": gate_lines([shot], screenplay_text=screenplay_text(shot.scene.screenplay))[shot.pk],
        "estimate": render_estimate([shot.spec], speed_measured(shot.scene.screenplay.production)),
        "takes": shot.takes.select_related("asset", "generation").order_by("-number"),
        "decision": decision_latest(shot=shot),
        "versions": Shot.objects.filter(scene=shot.scene, position=shot.position).order_by("-version"),
        "audience_requests": requests_about(shot),
        **cast_context(shot),
        **forms,
    }


def _replaced(request: HttpRequest, shot: Shot, form: ShotForm) -> Shot | None:
    changes = form.changes()
    if not changes:
        form.add_error(None, _("Nothing was changed; change a field to make another version of the shot."))
        return None
    if not shot.current:
        form.add_error(None, _("This version was replaced already; change the current one."))
        return None
    try:
        replaced = shot_replace(shot=shot, changes=changes, by=request.user)
    except ANTICIPATED as error:
        form.add_error(None, sentence(error))
        return None
    messages.success(request, _("The shot was replaced by version %(n)d.") % {"n": replaced.version})
    return replaced


@login_required
@require_POST
def shot_render(request: HttpRequest, shot_id: UUID) -> HttpResponse:
    """Ask for another take of the shot."""
    shot = get_object_or_404(shots_visible_to(request.user), pk=shot_id)
    require(request.user, "productions.change", shot.scene.screenplay.production)
    count = candidates_asked(request)
    takes = attempt(request, lambda: takes_request(shot=shot, by=request.user, count=count))
    if takes is None:
        return redirect("productions:shot", shot.pk)
    for take in takes:
        if take.state == TakeState.STOPPED:
            messages.error(request, _("Stopped before rendering: %(why)s") % {"why": take.reason})
    return redirect("productions:take", takes[0].pk) if len(takes) == 1 else redirect("productions:compare", shot.pk)


@login_required
@require_safe
def takes_compare(request: HttpRequest, shot_id: UUID) -> HttpResponse:
    """The takes of a shot side by side, in step, with what was measured of each."""
    shot = get_object_or_404(shots_visible_to(request.user), pk=shot_id)
    takes = list(shot.takes.select_related("asset", "generation").order_by("number"))
    ranked = takes_ranked([take for take in takes if take.state in USABLE_TAKE_STATES])
    context = {
        "production": shot.scene.screenplay.production,
        "shot": shot,
        "takes": [take for take in takes if take.asset_id],
        "waiting": [take for take in takes if not take.asset_id],
        "stands": ranked[0] if ranked else None,
        "figures": FIGURES,
        "panel": panel_of_production(request.user, shot.scene.screenplay.production),
    }
    return render(request, "productions/compare.html", context)
