"""The public pages: verify a file, see a release, read the ledger."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from django_site import wiring
from django_site.apps.provenance.badges import KEPT_SECONDS as BADGE_SECONDS
from django_site.apps.provenance.badges import badge_of, badge_snippets, badge_svg
from django_site.apps.provenance.graph import graph_of
from django_site.apps.provenance.here import KEPT_SECONDS, READER_INTEGRITY, here_document
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.provenance.resolution_allowance import FILE_COST, client_of, resolution_spend
from django_site.apps.provenance.selectors import (
    ledger_entries_about,
    ledger_head,
    release_by_digest,
    releases,
)
from django_site.apps.provenance.services.outputs import outputs_of
from django_site.apps.provenance.uploads import MAX_BYTES, BoundedUpload
from django_site.apps.provenance.verdicts import HEADLINES, Verdict, file_verdict, release_verdict
from django_site.pages.paging import keyset_page

#: Checking a file in the browser takes a worker and WebAssembly; no other page may have either.
_CHECKS_HERE = {
    **settings.SECURE_CSP,
    "script-src": [CSP.SELF, CSP.WASM_UNSAFE_EVAL],
    "worker-src": [CSP.SELF],
}


@csp_override(_CHECKS_HERE)
@csrf_exempt  # the token is checked one step further in, when the bounded handler stands ready to read the body
@require_http_methods(["GET", "HEAD", "POST"])
def verify_page(request: HttpRequest) -> HttpResponse:
    """Drop a file, read the verdict. Nothing of the file is kept."""
    if request.method == "POST":
        request.upload_handlers = [BoundedUpload(request)]
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    context: dict = {
        "limit": MAX_BYTES,
        "latest": releases()[:3],
        "states": list(HEADLINES),
        "integrity": READER_INTEGRITY,
    }
    if request.method != "POST":
        return render(request, "provenance/verify.html", context)
    upload = request.FILES.get("file")  # reads the body, if checking the token has not done so
    if getattr(request, "upload_refused", False):
        context["error"] = _("The file is larger than %(limit)d MB. Verify it with the command line instead.") % {
            "limit": MAX_BYTES // 1_000_000
        }
        return render(request, "provenance/verify.html", context, status=413)
    if upload is None or not upload.size:
        context["error"] = _("There was no file, or it was empty. Choose one and try again.")
        return render(request, "provenance/verify.html", context, status=400)
    verdict = file_verdict(
        Path(upload.temporary_file_path()),
        name=upload.name,
        may_search=lambda: resolution_spend(client_of(request), cost=FILE_COST).allowed,
    )
    response = render(
        request,
        "provenance/verify.html",
        {**context, "verdict": verdict, "graph": graph_of(verdict.report), **_about(verdict)},
    )
    response["Cache-Control"] = "no-store"
    return response


def _about(verdict: Verdict) -> dict:
    if verdict.release is None:
        return {}
    return {"release": verdict.release, "entries": ledger_entries_about(verdict.release)}


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
def here_page(request: HttpRequest) -> JsonResponse:
    """Whom the reader in the browser shall trust, and the words of its verdict."""
    return JsonResponse(here_document())


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
def trust_page(request: HttpRequest) -> HttpResponse:
    """The root certificates under which a signer reads as Trusted here."""
    return HttpResponse(wiring.trust_list().pem, content_type="application/x-pem-file")


@require_safe
def released_page(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """A released film, its verdict read from the file now."""
    release = get_object_or_404(releases(), pk=release_id)
    verdict = release_verdict(release)
    context = {
        "release": release,
        "verdict": verdict,
        "entries": ledger_entries_about(release),
        "outputs": outputs_of(release),
        "snippets": badge_snippets(release, request.build_absolute_uri),
    }
    return render(request, "provenance/release.html", context)


@require_safe
def graph_page(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """What a released film was made of, drawn from its own record, with the table that says the same."""
    release = get_object_or_404(releases(), pk=release_id)
    verdict = release_verdict(release)
    context = {"release": release, "verdict": verdict, "graph": graph_of(verdict.report)}
    return render(request, "provenance/graph.html", context)


@require_safe
@cache_control(public=True, max_age=BADGE_SECONDS)
def badge_image(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The state of a released film as a drawing for other people's pages."""
    release = get_object_or_404(releases(), pk=release_id)
    response = HttpResponse(badge_svg(badge_of(release)), content_type="image/svg+xml")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


#: The card is made to stand in frames of other sites: it has no form, no script and no cookie.
_IN_FRAMES = {**settings.SECURE_CSP, "script-src": [CSP.NONE], "form-action": [CSP.NONE], "frame-ancestors": ["*"]}


@require_safe
@xframe_options_exempt
@csp_override(_IN_FRAMES)
@cache_control(public=True, max_age=BADGE_SECONDS)
def card_page(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The same as a small page for a frame: the state, the title, and a link to the whole record."""
    release = get_object_or_404(releases(), pk=release_id)
    return render(request, "provenance/card.html", {"release": release, "badge": badge_of(release)})


@require_safe
def digest_page(request: HttpRequest, sha256: str) -> HttpResponse:
    """The release whose file has this digest."""
    release = release_by_digest(sha256.lower())
    if release is None:
        raise Http404(_("Nothing with this digest was released here."))
    return redirect("verify:release", release.pk)


@require_safe
def ledger_page(request: HttpRequest) -> HttpResponse:
    """The ledger: its newest signed head, and its entries, the newest first."""
    page = keyset_page(LedgerEntry.objects.all(), order=("-seq",), cursor=request.GET.get("after", ""))
    return render(request, "provenance/ledger.html", {"head": ledger_head(), "page": page})
