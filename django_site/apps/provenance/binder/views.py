"""The binder's pages: for whom, what would be in it, what is missing; make it, watch it, take it along."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.productions.models import Cut, Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.provenance.binder.making import addressee_named, binder_request, unfinished
from django_site.apps.provenance.binder.reading import (
    MEDIA_TYPES,
    binders_visible_to,
    cuts_to_bind,
    file_of,
    files_of,
    preview,
)
from django_site.apps.provenance.binder.templates import addressees
from django_site.apps.provenance.models import Binder
from django_site.apps.reviews.services import access_log
from django_site.pages.failures import attempt
from django_site.pages.paging import keyset_page
from django_site.ranges import file_response


def _production(request: HttpRequest, production_id: UUID) -> Production:
    return get_object_or_404(productions_visible_to(request.user).select_related("organisation"), pk=production_id)


def _chosen(cuts: list[Cut], asked: str) -> Cut | None:
    return next((one for one in cuts if str(one.pk) == asked), cuts[0] if cuts else None)


@login_required
@require_safe
def binder_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """``?cut=`` and ``?for=`` choose; by default the newest released cut, complete."""
    production = _production(request, production_id)
    cuts = cuts_to_bind(production)
    cut = _chosen(cuts, request.GET.get("cut", ""))
    known = addressees()
    addressee = known.get(request.GET.get("for", ""), next(iter(known.values())))
    missing = unfinished(cut) if cut else []
    rows = binders_visible_to(request.user).filter(cut__production=production)
    page = keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))
    under_way = next((one for one in page.rows if one.asset_id is None and not one.reason), None)
    context = {
        "production": production,
        "cuts": cuts,
        "cut": cut,
        "known": known.values(),
        "addressee": addressee,
        "missing": missing,
        "preview": preview(cut, addressee, timezone.now()) if cut and not missing else None,
        "page": page,
        "panel": panel_of_target(request.user, under_way.pk) if under_way else None,
    }
    return render(request, "provenance/binder.html", context)


@login_required
@require_POST
def binder_new(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Ask for one; back to the page, where its progress is."""
    production = _production(request, production_id)
    require(request.user, "productions.view", production)
    cut = get_object_or_404(production.cuts.all(), pk=_uuid(request.POST.get("cut", "")))
    name = request.POST.get("for", "")
    done = _("The binder is being made.")
    attempt(request, lambda: binder_request(cut=cut, addressee=addressee_named(name).id, by=request.user), done=done)
    return redirect(
        f"{reverse('binder:page', args=[production.pk])}?cut={cut.pk}&for={name if name in addressees() else ''}"
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404(_("There is no such cut.")) from None


@login_required
@require_safe
def binder_view(request: HttpRequest, binder_id: UUID) -> HttpResponse:
    """One binder: its digests, its files, how to check it."""
    binder = get_object_or_404(binders_visible_to(request.user), pk=binder_id)
    context = {
        "production": binder.cut.production,
        "binder": binder,
        "addressee": addressees().get(binder.addressee),
        "files": files_of(binder) if binder.asset else [],
        "panel": panel_of_target(request.user, binder.pk) if binder.asset is None else None,
    }
    return render(request, "provenance/binder_made.html", context)


def _made(request: HttpRequest, binder_id: UUID) -> Binder:
    """A binder that can be taken along; whoever takes it stands in the access log."""
    binder = get_object_or_404(binders_visible_to(request.user), pk=binder_id, asset__isnull=False)
    access_log(user=request.user, asset=binder.asset)
    return binder


def _named(binder: Binder) -> str:
    return f"binder-{binder.addressee}-{binder.moment:%Y%m%d-%H%M}-{binder.index_sha256[:8]}"


@login_required
@require_safe
def binder_download(request: HttpRequest, binder_id: UUID) -> HttpResponseBase:
    """The ZIP."""
    binder = _made(request, binder_id)
    path = asset_path(binder.asset)
    response = file_response(request, path, sha256=binder.asset.sha256, media_type="application/zip")
    return _taken(response, f"{_named(binder)}.zip")


@login_required
@require_safe
def binder_credentials(request: HttpRequest, binder_id: UUID) -> HttpResponseBase:
    """Its PDFs with content credentials inside, as a ZIP."""
    binder = _made(request, binder_id)
    if binder.credentials is None:
        raise Http404(_("This binder was made before its documents carried credentials; make another."))
    path = asset_path(binder.credentials)
    response = file_response(request, path, sha256=binder.credentials.sha256, media_type="application/zip")
    return _taken(response, f"{_named(binder)}-signed-pdfs.zip")


@login_required
@require_safe
def binder_file(request: HttpRequest, binder_id: UUID, name: str) -> HttpResponse:
    """One file of it, as it lies in the ZIP."""
    binder = _made(request, binder_id)
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2])
    content = file_of(binder, name) if media_type else None
    if content is None:
        raise Http404(_("This binder has no such file."))
    return _taken(HttpResponse(content, content_type=media_type), name)


def _taken(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
