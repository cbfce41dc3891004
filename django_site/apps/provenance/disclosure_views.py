"""What a released film tells its audience about its making, for whoever shows it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from django_site.apps.provenance.disclosing import Disclosure, disclosure_of, mark_svg
from django_site.apps.provenance.selectors import releases


def _disclosure(request: HttpRequest, release_id: UUID) -> Disclosure:
    released = releases().select_related("cut__production__organisation")
    release = get_object_or_404(released, pk=release_id)
    address = request.build_absolute_uri(reverse("verify:release", args=[release.pk]))
    return disclosure_of(release, address=address)


@require_safe
def disclosure_page(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Labels by place, the credits text, the mark."""
    found = _disclosure(request, release_id)
    return render(request, "provenance/disclosure.html", {"disclosure": found, "release": found.release})


@require_safe
def credits_file(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The credits text as a file."""
    response = HttpResponse(_disclosure(request, release_id).credits, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="credits.txt"'
    return response


@require_safe
def mark_file(request: HttpRequest, release_id: UUID, letters: str) -> HttpResponse:
    """The mark of one of the film's languages as a drawing."""
    if letters not in _disclosure(request, release_id).letters:
        raise Http404(_("This film has no such mark."))
    response = HttpResponse(mark_svg(letters), content_type="image/svg+xml")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
