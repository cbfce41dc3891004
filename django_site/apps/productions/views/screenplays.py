"""The screenplay: read as a page, edited as Fountain, a version each time it is saved."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site import wiring
from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.productions.forms import ScreenplayForm
from django_site.apps.productions.revisions import colour_of, differences, shares_of
from django_site.apps.productions.selectors import productions_visible_to, screenplay_current
from django_site.apps.productions.services.screenplays import (
    SharedWordsError,
    passages_of,
    screenplay_revise,
    screenplay_text,
)
from django_site.apps.productions.services.writing import writing_request
from django_site.apps.productions.views.productions import say_writing
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from generator.narrative import parse_fountain, structures
from generator.narrative.fdx import write_fdx
from generator.narrative.fountain import as_one_scene, has_scenes


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
    form = ScreenplayForm(request.POST or None, request.FILES or None, initial={"fountain": text})
    writing = production.writings.select_related("job").first()
    no_scene = ""
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
                no_scene = typed if not has_scenes(typed) else ""
            else:
                messages.success(
                    request, _("Version %(n)d is saved and its shots are planned anew.") % {"n": made.version}
                )
                return redirect("productions:screenplay", production.pk)
    before = next((one for one in versions if shown and one.version == shown.version - 1), None)
    comparing = "changes" in request.GET and before is not None
    context = {
        "production": production,
        "before": before,
        "changes": differences(before, shown) if comparing and before and shown else None,
        "shares": shares_of(shown) if shown else [],
        "versions": [(version, colour_of(version)) for version in versions],
        "current": current,
        "shown": shown,
        "script": parse_fountain(text) if text else None,
        "form": form,
        "passages": passages,
        "editing": "edit" in request.GET or bool(form.errors),
        "one_scene": as_one_scene(no_scene) if no_scene.strip() else "",
        "writing": writing,
        "panel": panel_of_target(request.user, writing.pk) if writing else None,
        "writer": wiring.screenplay_writer().card,
        "structures": list(structures().values()),
    }
    return render(request, "productions/screenplay.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def screenplay_fdx(request: HttpRequest, production_id: UUID, version: int) -> HttpResponse:
    """A version for Final Draft."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    screenplay = get_object_or_404(production.screenplays.select_related("asset"), version=version)
    text = write_fdx(parse_fountain(screenplay_text(screenplay)))
    response = HttpResponse(text, content_type="application/xml")
    name = f"{slugify(screenplay.title) or 'screenplay'}-{colour_of(screenplay).replace(' ', '-')}.fdx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@login_required
@require_POST
def screenplay_write_first(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Have the screenplay written from the brief: the first version, or, where somebody says ``anew``, the next."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    if screenplay_current(production) is not None and "anew" not in request.POST:
        messages.info(request, _("There is a screenplay already; edit it to make the next version."))
        return redirect("productions:screenplay", production.pk)
    structure = request.POST.get("structure") or "three-act"
    say_writing(
        request,
        attempt(request, lambda: writing_request(production=production, by=request.user, structure=structure)),
    )
    return redirect("productions:screenplay" if "anew" in request.POST else "productions:page", production.pk)
