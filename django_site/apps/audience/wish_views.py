"""Before the film: which version a viewer would like."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from django_site.apps.audience.captions import tracks_of, translated_text
from django_site.apps.audience.models import Viewer
from django_site.apps.audience.telling import film_played
from django_site.apps.audience.watch_views import seated
from django_site.apps.audience.wishes import viewer_wish, wishes_offered
from django_site.errors import SiteError
from django_site.pages.failures import sentence


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def wishes(request: HttpRequest, *, viewer: Viewer) -> HttpResponseBase:
    """Which version of the film one would like, where there are several."""
    offered = wishes_offered(viewer)
    if not offered:
        return redirect("watch:play")
    error = ""
    if request.method == "POST":
        try:
            viewer_wish(viewer=viewer, given=request.POST.dict())
        except SiteError as failure:
            error = sentence(failure)
        else:
            return redirect("watch:play")
    context = {
        "viewer": viewer,
        "screening": viewer.screening,
        "preferences": offered,
        "languages": tracks_of(viewer.arm.cut),
        "error": error,
    }
    return render(request, "audience/wishes.html", context, status=400 if error else 200)


@require_safe
@seated
def translated(request: HttpRequest, *, viewer: Viewer, cut_id: UUID, language: str) -> HttpResponseBase:
    """Captions of the film in another language."""
    cut = film_played(viewer, cut_id)
    text = translated_text(cut, language) if cut is not None else None
    if text is None:
        raise Http404(_("There are no such captions of a film that is shown to you."))
    return HttpResponse(text, content_type="text/vtt; charset=utf-8")
