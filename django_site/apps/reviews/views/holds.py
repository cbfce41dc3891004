"""Who may read a case, who did, and what is kept for a court."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.reviews.models import AccessLog, Case, Hold
from django_site.apps.reviews.queue_forms import HoldForm, ReasonForm
from django_site.apps.reviews.selectors import accesses_of, cases_visible_to, productions_headed
from django_site.apps.reviews.services.holding import hold_lift, hold_place, reader_add, reader_remove, tier_set
from django_site.errors import NotAllowedError
from django_site.pages.csv_files import csv_lines
from django_site.pages.failures import attempt
from django_site.pages.paging import keyset_page


def _case(request: HttpRequest, case_id: UUID, permission: str) -> Case:
    rows = cases_visible_to(request.user).select_related("production__organisation", "decision__audit")
    case = get_object_or_404(rows, pk=case_id)
    require(request.user, permission, case.production)
    return case


def _production(request: HttpRequest, production_id: UUID) -> Production:
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "reviews.hold", production)
    return production


# holds


def _holds_page(request: HttpRequest, form: HoldForm | None = None) -> HttpResponse:
    headed = productions_headed(request.user)
    if not request.user.memberships.filter(role="head_of_legal").exists() and not headed.exists():
        raise NotAllowedError("holds are placed and lifted by the head of legal; ask them")
    rows = Hold.objects.filter(
        Q(production__in=headed.values("pk")) | Q(case__production__in=headed.values("pk"))
    ).select_related(
        "production", "case__production", "case__cut", "case__take__shot", "case__imported", "placed_by", "lifted_by"
    )
    context = {
        "page": keyset_page(rows, order=("-created_at", "-id"), cursor=request.GET.get("after", "")),
        "form": form or HoldForm(productions=headed.order_by("title")),
        "lift_form": ReasonForm(auto_id=False),
    }
    return render(request, "reviews/holds.html", context, status=400 if form else 200)


@login_required
@require_safe
def holds(request: HttpRequest) -> HttpResponse:
    """Every hold that the person may place or lift, the newest first."""
    return _holds_page(request)


@login_required
@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """Hold a production, or with ``case`` a case of it."""
    form = HoldForm(request.POST, productions=productions_headed(request.user).order_by("title"))
    if not form.is_valid():
        return _holds_page(request, form)
    given = form.cleaned_data
    about: dict = {"production": given["production"]}
    asked = request.POST.get("case", "")
    if asked:
        rows = cases_visible_to(request.user).filter(production=given["production"])
        about = {"case": get_object_or_404(rows, pk=_uuid(asked))}
    attempt(
        request,
        lambda: hold_place(by=request.user, matter=given["matter"], reason=given["reason"], **about),
        done=_("The hold stands. Nothing of it is deleted until it is lifted."),
    )
    return redirect("reviews:case", about["case"].pk) if asked else redirect("reviews:holds")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@login_required
@require_POST
def lift(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    headed = productions_headed(request.user).values("pk")
    rows = Hold.objects.filter(Q(production__in=headed) | Q(case__production__in=headed))
    hold = get_object_or_404(rows, pk=hold_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: hold_lift(hold=hold, by=request.user, reason=form.cleaned_data["reason"]),
            done=_("Lifted. What other holds keep is kept still."),
        )
    else:
        messages.error(request, _("Say why the hold is lifted; nothing was changed."))
    return redirect("reviews:holds")


# who may read


@login_required
@require_POST
def tier(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case(request, case_id, "reviews.decide")
    attempt(
        request,
        lambda: tier_set(case=case, tier=request.POST.get("tier", ""), by=request.user),
        done=_("Set. It holds from now on, for the case and its remarks."),
    )
    return redirect("reviews:case", case.pk)


@login_required
@require_POST
def readers(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Name a reader (``add``) or no longer (``remove``)."""
    case = _case(request, case_id, "reviews.hold")
    act = {"add": reader_add, "remove": reader_remove}.get(request.POST.get("act", ""))
    user = User.objects.filter(pk=_uuid(request.POST.get("user", ""))).first()
    if act is None or user is None:
        messages.error(request, _("Nobody was chosen; nothing was changed."))
    else:
        attempt(request, lambda: (act(case=case, user=user, by=request.user), True)[1], done=_("Done."))
    return redirect("reviews:case", case.pk)


# who did


@login_required
@require_safe
def access_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case(request, case_id, "reviews.hold")
    context = {"case": case, "production": case.production, "file": reverse("reviews:access_case_file", args=[case.pk])}
    return _access_page(request, accesses_of(case=case), context)


@login_required
@require_safe
def access_production(request: HttpRequest, production_id: UUID) -> HttpResponse:
    production = _production(request, production_id)
    file = reverse("reviews:access_production_file", args=[production.pk])
    return _access_page(request, accesses_of(production=production), {"production": production, "file": file})


def _access_page(request: HttpRequest, rows: QuerySet[AccessLog], context: dict) -> HttpResponse:
    page = keyset_page(rows, order=("-created_at", "-id"), cursor=request.GET.get("after", ""))
    response = render(request, "reviews/access.html", {**context, "page": page})
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def access_case_file(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return _access_file(accesses_of(case=_case(request, case_id, "reviews.hold")), f"case-{case_id}")


@login_required
@require_safe
def access_production_file(request: HttpRequest, production_id: UUID) -> HttpResponse:
    return _access_file(accesses_of(production=_production(request, production_id)), f"production-{production_id}")


def _access_file(rows: QuerySet[AccessLog], name: str) -> StreamingHttpResponse:
    lines = csv_lines(
        ["at", "who", "what", "id", "sha256"],
        (
            [
                row.created_at.isoformat(),
                str(row.user),
                "case" if row.case_id else "file",
                str(row.case_id or row.asset_id),
                row.asset.sha256 if row.asset_id else "",
            ]
            for row in rows.order_by("-created_at", "-id").iterator(chunk_size=500)
        ),
    )
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reelproof-access-{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response
