"""The page of a finding, and the still pictures of films."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from auditor.media import MediaError
from django_site.apps.audits.evidence import evidence_pair
from django_site.apps.audits.pictures import picture_path
from django_site.apps.audits.reading import decision_latest
from django_site.apps.audits.selectors import assets_visible_to, findings_visible_to, is_public
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.reviews.services import access_log
from django_site.errors import InputError


@login_required
@require_safe
def finding_page(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """What was found, where, and the two films in step."""
    findings = findings_visible_to(request.user).select_related(
        "audit__asset",
        "audit__production__organisation",
        "audit__take__shot",
        "audit__cut",
        "audit__imported",
        "audit__index_snapshot",
        "work__rights_holder",
        "subject",
    )
    finding = get_object_or_404(findings.prefetch_related("evidence"), pk=finding_id)
    audit = finding.audit
    target = {"take": audit.take} if audit.take else {"cut": audit.cut} if audit.cut else {"imported": audit.imported}
    decision = decision_latest(audit=audit)
    context = {
        "production": audit.production,
        "finding": finding,
        "pair": evidence_pair(finding),
        "target": next(iter(target.values())),
        "target_kind": next(iter(target)),
        "decision": decision,
        "case": cases_visible_to(request.user).filter(**target).order_by("-created_at").first(),
    }
    return render(request, "audits/finding.html", context)


@require_safe
def asset_picture(request: HttpRequest, asset_id: UUID) -> HttpResponseBase:
    """A still of a film that the person may see (``?frames=3`` for a sheet). To anyone else it does not exist."""
    asset = assets_visible_to(request.user).filter(pk=asset_id).first()
    if asset is None:
        raise Http404("no such picture")
    frames = request.GET.get("frames", "1")
    try:
        picture = picture_path(asset, frames=int(frames) if frames.isdigit() else 0)
    except (MediaError, InputError) as error:
        raise Http404(str(error)) from None
    response = HttpResponse(picture.read_bytes(), content_type="image/jpeg")
    if is_public(asset):
        response["Cache-Control"] = "public, max-age=3600"
    else:  # a still of what lies in quarantine, or was recalled, is treated as the film itself
        access_log(user=request.user, asset=asset)
        response["Cache-Control"] = "private, no-store"
    return response
