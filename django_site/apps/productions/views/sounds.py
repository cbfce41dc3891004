"""Sounds from outside: brought in with their rights; the right to one withdrawn."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from django_site.apps.accounts.permissions import require
from django_site.apps.productions.forms_edit import SoundForm
from django_site.apps.productions.selectors import imports_visible_to, productions_visible_to
from django_site.apps.productions.services.sounds import sound_import, sound_withdraw
from django_site.pages.failures import ANTICIPATED, attempt, sentence


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sound_new(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Bring a sound in. What is no usable sound is refused with the reason, and nothing of it is kept."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    form = SoundForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        upload = said.pop("file")
        try:
            imported = sound_import(
                production=production, source=upload.file, name=upload.name, by=request.user, **said
            )
        except ANTICIPATED as error:
            form.add_error("file", sentence(error))
        else:
            messages.success(request, _("The sound is in quarantine and is being checked."))
            return redirect("productions:import", imported.pk)
    context = {"production": production, "form": form}
    return render(request, "productions/sound_new.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def sound_withdrawn(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Say that the right to a sound is withdrawn."""
    imports = imports_visible_to(request.user).select_related("production")
    imported = get_object_or_404(imports, pk=import_id, rights__isnull=False)
    require(request.user, "productions.change", imported.production)
    attempt(
        request,
        lambda: sound_withdraw(imported=imported, by=request.user, reason=request.POST.get("reason", "")[:2000]),
        done=_("Withdrawn. No cut is made, signed or released with it from now on."),
    )
    return redirect("productions:import", imported.pk)
