"""The public pages: verify a file, see a release, read the ledger."""

from pathlib import Path
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.provenance.selectors import (
    ledger_entries_about,
    ledger_head,
    release_by_digest,
    releases,
)
from django_site.apps.provenance.uploads import MAX_BYTES, BoundedUpload
from django_site.apps.provenance.verdicts import Verdict, file_verdict, release_verdict
from django_site.pages.paging import keyset_page


@csrf_exempt  # the token is checked one step further in, when the bounded handler stands ready to read the body
@require_http_methods(["GET", "HEAD", "POST"])
def verify_page(request: HttpRequest) -> HttpResponse:
    """Drop a file, read the verdict. Nothing of the file is kept."""
    if request.method == "POST":
        request.upload_handlers = [BoundedUpload(request)]
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    context: dict = {"limit": MAX_BYTES, "latest": releases()[:3]}
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
    verdict = file_verdict(Path(upload.temporary_file_path()), name=upload.name)
    response = render(request, "provenance/verify.html", {**context, "verdict": verdict, **_about(verdict)})
    response["Cache-Control"] = "no-store"
    return response


def _about(verdict: Verdict) -> dict:
    if verdict.release is None:
        return {}
    return {"release": verdict.release, "entries": ledger_entries_about(verdict.release)}


@require_safe
def released_page(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """A released film, its verdict read from the file now."""
    release = get_object_or_404(releases(), pk=release_id)
    verdict = release_verdict(release)
    context = {"release": release, "verdict": verdict, "entries": ledger_entries_about(release)}
    return render(request, "provenance/release.html", context)


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
