"""Clips of uses, for the person who is shown and those who speak or answer for them."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audits.models import Asset, Finding
from django_site.apps.audits.selectors import is_public
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.audits.views import SUFFIXES
from django_site.apps.likeness.selectors import subjects_visible_to, uses_visible_to
from django_site.apps.reviews.services import access_log
from django_site.ranges import file_response


@login_required
@require_safe
def use_clip(request: HttpRequest, use_id: UUID) -> HttpResponseBase:
    """The take or cut of a use. The use is what opens it: without one there is no address for the file."""
    uses = uses_visible_to(request.user).select_related("subject", "take__asset", "cut__asset")
    use = get_object_or_404(uses, pk=use_id)
    require(request.user, "likeness.view", use.subject)
    thing = use.take or use.cut
    return _clip(request, thing.asset if thing is not None else None)


@login_required
@require_safe
def finding_clip(request: HttpRequest, finding_id: UUID) -> HttpResponseBase:
    """The take or cut in which a person was recognised. Files from outside are not shown: others are in them."""
    findings = Finding.objects.filter(subject__in=subjects_visible_to(request.user), audit__imported__isnull=True)
    finding = get_object_or_404(findings.select_related("subject", "audit__asset"), pk=finding_id)
    require(request.user, "likeness.view", finding.subject)
    return _clip(request, finding.audit.asset)


def _clip(request: HttpRequest, asset: Asset | None) -> HttpResponseBase:
    """The bytes, inert in the browser, never cached; who saw what is not out stands in the access log."""
    if asset is None or not asset.media_type.startswith("video/"):
        raise Http404("there is nothing to play")
    known = asset.media_type in SUFFIXES
    media_type = asset.media_type if known else "application/octet-stream"
    response = file_response(request, asset_path(asset), sha256=asset.sha256, media_type=media_type)
    if not is_public(asset):
        access_log(user=request.user, asset=asset)
    name = f"reelproof-{asset.sha256[:12]}.{SUFFIXES.get(asset.media_type, 'bin')}"
    response["Content-Disposition"] = f'{"inline" if known else "attachment"}; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
