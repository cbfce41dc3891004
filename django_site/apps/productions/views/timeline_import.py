"""A timeline of another program: handed over, asked about where it doesn't fit, taken over as one step."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from django_site.apps.accounts.permissions import require
from django_site.apps.productions.forms_edit import TimelineForm
from django_site.apps.productions.models import Edit, TimelineUpload
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.productions.services.editing import edit_open
from django_site.apps.productions.services.timeline_imports import (
    captions_take,
    is_captions,
    upload_apply,
    upload_discard,
    upload_judged,
    upload_keep,
)
from django_site.pages.failures import ANTICIPATED, attempt, sentence


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def timeline_import(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Hand a timeline over, or answer what was asked about the one that was (``do`` is ``take`` or ``discard``)."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    upload = TimelineUpload.objects.filter(production=production, by=request.user).select_related("production").first()
    if request.method == "POST" and request.POST.get("do") == "discard":
        if upload is not None:
            attempt(request, lambda: upload_discard(upload=upload, by=request.user), done=_("The file was put aside."))
        return redirect("productions:timeline", production.pk)
    if request.method == "POST" and request.POST.get("do") == "take":
        if upload is not None and _taken(request, upload):
            return redirect("productions:timeline", production.pk)
        return redirect("productions:timeline_import", production.pk)
    form = TimelineForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            if is_captions(sent.name):
                count = captions_take(production=production, source=sent.file, name=sent.name, by=request.user)
                messages.success(request, _captions_taken(count))
                return redirect("productions:timeline", production.pk)
            upload = upload_keep(
                production=production, source=sent.file, name=sent.name, by=request.user, rate=form.cleaned_data["rate"]
            )
        except ANTICIPATED as error:
            form.add_error("file", sentence(error))
        else:
            if upload_judged(upload, edit_open(production=production, by=request.user)).fits and _taken(
                request, upload
            ):
                return redirect("productions:timeline", production.pk)
            return redirect("productions:timeline_import", production.pk)
    context = {"production": production, "form": form, "upload": upload, **_asked(request, upload)}
    return render(request, "productions/timeline_import.html", context, status=400 if form.errors else 200)


def _captions_taken(count: int) -> str:
    said = ngettext("The film has this %(n)d caption now", "The film has these %(n)d captions now", count)
    return _("%(said)s; one step back undoes it.") % {"said": said % {"n": count}}


def _taken(request: HttpRequest, upload: TimelineUpload) -> Edit | None:
    edit = Edit.objects.filter(production=upload.production).first()
    sent = request.POST.get("revision", "")
    revision = int(sent) if sent.isdecimal() and len(sent) < 10 else edit.revision if edit else 0
    return attempt(
        request,
        lambda: upload_apply(
            upload=upload,
            by=request.user,
            revision=revision,
            conform=request.POST.get("conform") == "1",
            leave_out=request.POST.get("leave_out") == "1",
        ),
        done=_("The timeline of %(name)s was taken over; one step back undoes it.") % {"name": upload.name},
    )


def _asked(request: HttpRequest, upload: TimelineUpload | None) -> dict:
    """What the page asks about the timeline that was handed over."""
    if upload is None:
        return {}
    try:
        edit = edit_open(production=upload.production, by=request.user)
        judged = upload_judged(upload, edit)
    except ANTICIPATED as error:
        messages.error(request, sentence(error))
        return {"unreadable": True}
    counts = f"{float(judged.counts):g}" if judged.counts else ""
    shown = judged.clips - len(judged.missing)
    return {
        "judged": judged,
        "counts": counts,
        "film": f"{float(judged.film):g}",
        "left": shown,
        "revision": edit.revision,
    }
