"""What is made from a released film: ask for it; and the package for streaming, as players fetch it."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audits.selectors import is_public
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.productions.selectors import cuts_visible_to
from django_site.apps.provenance.models import Output, OutputKind, Release
from django_site.apps.provenance.services.outputs import output_request, stills_request
from django_site.apps.provenance.verdicts import output_verdict
from django_site.pages.failures import attempt
from django_site.ranges import file_response

#: Media types of playlists: RFC 8216, section 4, and ISO/IEC 23009-1, annex C.
PLAYLISTS = {"film.m3u8": "application/vnd.apple.mpegurl", "film.mpd": "application/dash+xml"}


@login_required
@require_POST
def output_make(request: HttpRequest, cut_id: UUID) -> HttpResponse:
    """Ask for something of a released cut."""
    cut = get_object_or_404(cuts_visible_to(request.user).select_related("production"), pk=cut_id)
    require(request.user, "productions.change", cut.production)
    release = get_object_or_404(Release.objects.select_related("cut__production"), cut=cut)
    attempt(
        request,
        lambda: _asked(request, release),
        done=_("It is being made and signed; it appears here and on the film's public page."),
    )
    return redirect(f"{reverse('productions:cut', args=[cut.pk])}#outputs")


def _asked(request: HttpRequest, release: Release) -> object:
    kind = request.POST.get("kind", "")
    if kind == "stills":
        return stills_request(release=release, by=request.user)
    parameters = {name: request.POST.get(name, "").replace(",", ".") for name in ("seconds", "best", "format")}
    return output_request(release=release, kind=kind, by=request.user, parameters=parameters)


@require_safe
def output_page(request: HttpRequest, output_id: UUID) -> HttpResponse:
    """Anybody may ask of what was handed out whether it is what it says; a film that was recalled takes it along."""
    outputs = Output.objects.filter(manifest__isnull=False)
    rows = outputs.select_related("manifest__asset", "manifest__sidecar", "release__cut", "release__recall")
    output = get_object_or_404(rows, pk=output_id)
    context = {"output": output, "release": output.release, "verdict": output_verdict(output)}
    return render(request, "provenance/output.html", context)


def _stream(output_id: UUID) -> Output:
    """A package that anybody may have now."""
    outputs = Output.objects.filter(kind=OutputKind.STREAM, manifest__isnull=False).select_related("manifest__asset")
    output = get_object_or_404(outputs, pk=output_id)
    if not is_public(output.manifest.asset):
        raise Http404(_("This film was recalled."))
    return output


def _open_to_players(response: HttpResponseBase) -> HttpResponseBase:
    """Players on other sites may fetch it, as they may fetch the film; a recall holds at the next request."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "Content-Range, Content-Length, Accept-Ranges"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = "public, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def playlist(request: HttpRequest, output_id: UUID, name: str) -> HttpResponseBase:
    """The HLS playlist or the DASH presentation of a package."""
    output = _stream(output_id)
    if name not in PLAYLISTS or name not in output.companions:
        raise Http404(_("There is no such playlist."))
    return _open_to_players(HttpResponse(output.companions[name], content_type=PLAYLISTS[name]))


@require_safe
def package(request: HttpRequest, output_id: UUID) -> HttpResponseBase:
    """The signed package itself, whole or in ranges."""
    asset = _stream(output_id).manifest.asset
    return _open_to_players(file_response(request, asset_path(asset), sha256=asset.sha256, media_type=asset.media_type))
