"""The work of a production as a whole: pause, go on, call off."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from django_site.apps.accounts.permissions import require
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.productions.services.running import production_call_off, production_pause, production_resume
from django_site.pages.failures import attempt


@login_required
@require_POST
def production_running(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """``do`` is ``pause``, ``resume`` or ``call_off``."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    asked = request.POST.get("do")
    if asked == "pause":
        done = _("Paused. What a worker is at goes on to its end.")
        attempt(request, lambda: production_pause(production=production, by=request.user), done=done)
    elif asked == "resume":
        attempt(request, lambda: production_resume(production=production, by=request.user), done=_("It goes on."))
    elif asked == "call_off":
        n = attempt(request, lambda: production_call_off(production=production, by=request.user))
        if n:
            text = ngettext("%(n)d piece of work is called off.", "%(n)d pieces of work are called off.", n)
            messages.success(request, text % {"n": n})
    else:
        return render(request, "400.html", {"reason": _("Say what to do: pause, resume or call_off.")}, status=400)
    return redirect("productions:page", production.pk)
