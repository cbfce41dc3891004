"""The corpus: which works we know, whose they are, and what their licences permit."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from django_site.apps.audits.selectors import findings_visible_to
from django_site.apps.corpora.models import IndexSnapshot, Licence, LicensedAct, WorkAsset
from django_site.apps.corpora.selectors import works_visible_to
from django_site.pages.paging import keyset_page


@login_required
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """Every work of the person's organisations, by title."""
    rows = works_visible_to(request.user).select_related("rights_holder").prefetch_related(
        Prefetch("licensed_acts", queryset=LicensedAct.objects.filter(current=True).select_related("licence")),
        Prefetch("assets", queryset=WorkAsset.objects.select_related("asset")),
    )  # fmt: skip
    query = request.GET.get("q", "").strip()
    if query:
        rows = rows.filter(title__icontains=query)
    page = keyset_page(rows, order=("title", "id"), cursor=request.GET.get("after", ""))
    snapshot = IndexSnapshot.objects.order_by("-created_at").first()
    return render(request, "corpora/list.html", {"page": page, "query": query, "snapshot": snapshot})


@login_required
@require_safe
def work_page(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """A work, each version of its licence, and where it was found."""
    work = get_object_or_404(works_visible_to(request.user).select_related("rights_holder", "organisation"), pk=work_id)
    licences = Licence.objects.filter(work=work).prefetch_related("acts").order_by("-version")
    findings = findings_visible_to(request.user).filter(work=work).select_related(
        "audit__production", "audit__cut", "audit__take__shot", "audit__imported"
    ).order_by("-created_at")[:20]  # fmt: skip
    assets = [row.asset for row in work.assets.select_related("asset")]
    context = {"work": work, "licences": licences, "findings": findings, "assets": assets}
    return render(request, "corpora/work.html", context)
