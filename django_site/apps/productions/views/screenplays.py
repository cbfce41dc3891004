"""The screenplay: read as a page, edited as Fountain, a version each time it is saved."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from django_site.apps.accounts.permissions import require
from django_site.apps.productions.forms import ScreenplayForm
from django_site.apps.productions.selectors import productions_visible_to, screenplay_current
from django_site.apps.productions.services.screenplays import (
    SharedWordsError,
    passages_of,
    screenplay_revise,
    screenplay_text,
    screenplay_write,
)
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from generator.narrative import parse_fountain


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def screenplay_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Read any version (``?version=``), edit the newest."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    versions = list(production.screenplays.select_related("asset").order_by("-version"))
    current = versions[0] if versions else None
    asked = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.version) == asked), current)
    text = screenplay_text(shown) if shown else ""
    form = ScreenplayForm(request.POST or None, initial={"fountain": text})
    passages = passages_of(production, text) if request.method != "POST" else []
    if request.method == "POST":
        require(request.user, "productions.change", production)
        if form.is_valid():
            typed, words_read = form.cleaned_data["fountain"], form.cleaned_data["words_read"]
            try:
                made = screenplay_revise(production=production, fountain=typed, by=request.user, words_read=words_read)
            except SharedWordsError as error:
                passages = list(error.passages)
                form.add_error("words_read", sentence(error))
            except ANTICIPATED as error:
                form.add_error("fountain", sentence(error))
            else:
                messages.success(
                    request, _("Version %(n)d is saved and its shots are planned anew.") % {"n": made.version}
                )
                return redirect("productions:screenplay", production.pk)
    context = {
        "production": production,
        "versions": versions,
        "current": current,
        "shown": shown,
        "script": parse_fountain(text) if text else None,
        "form": form,
        "passages": passages,
        "editing": "edit" in request.GET or bool(form.errors),
    }
    return render(request, "productions/screenplay.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def screenplay_write_first(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Have the screenplay written from the brief, where there is none yet."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    if screenplay_current(production) is not None:
        messages.info(request, _("There is a screenplay already; edit it to make the next version."))
        return redirect("productions:screenplay", production.pk)
    done = _("The screenplay is written and its shots are planned.")
    attempt(request, lambda: screenplay_write(production=production, by=request.user), done=done)
    return redirect("productions:page", production.pk)
