"""Change requests: asked for on a case, listed for everybody on the production, answered by its producers."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import ProductionMember
from django_site.apps.reviews.models import ChangeRequest, RequestState
from django_site.apps.reviews.room_forms import ChangeForm
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.apps.reviews.services import case_request_change, request_answer, request_drop
from django_site.apps.reviews.views.cases import case_context, cases_of
from django_site.pages.failures import attempt
from django_site.pages.paging import keyset_page

ORDER = ("-created_at", "-id")


def _visible(request: HttpRequest):
    rows = ChangeRequest.objects.filter(case__in=cases_visible_to(request.user).order_by().values("pk"))
    return rows.select_related(
        "case__production__organisation", "case__cut", "case__take__shot", "case__imported", "requested_by", "answered_by",
        "met_by",
    )  # fmt: skip


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Everything that was asked to be changed in the productions that the person may see, by what became of it."""
    state = request.GET.get("state", RequestState.OPEN)
    if state not in RequestState.values:
        state = RequestState.OPEN
    page = keyset_page(_visible(request).filter(state=state), order=ORDER, cursor=request.GET.get("after", ""))
    produces = set(
        ProductionMember.objects.filter(user=request.user, role="producer").values_list("production", flat=True)
    )
    reviews = {
        row.case.production_id
        for row in {row.case.production_id: row for row in page.rows}.values()
        if request.user.has_perm("reviews.decide", row.case.production)
    }
    context = {"page": page, "state": state, "states": RequestState.choices, "produces": produces, "reviews": reviews}
    return render(request, "reviews/requests.html", context)


@login_required
@require_POST
def answer(request: HttpRequest, request_id: UUID) -> HttpResponse:
    asked = get_object_or_404(_visible(request), pk=request_id)
    require(request.user, "productions.change", asked.case.production)
    text = request.POST.get("answer", "")
    done = attempt(
        request,
        lambda: request_answer(request=asked, by=request.user, answer=text),
        done=_("Your answer was sent to the reviewer."),
    )
    if done is None:
        context = {
            "page": keyset_page(_visible(request).filter(pk=asked.pk), order=ORDER, cursor=""),
            "state": asked.state,
            "states": RequestState.choices,
            "produces": {asked.case.production_id},
            "reviews": set(),
            "typed": text,
        }
        return render(request, "reviews/requests.html", context, status=400)
    return redirect("reviews:requests")


@login_required
@require_POST
def drop(request: HttpRequest, request_id: UUID) -> HttpResponse:
    asked = get_object_or_404(_visible(request), pk=request_id)
    require(request.user, "reviews.decide", asked.case.production)
    attempt(request, lambda: request_drop(request=asked, by=request.user), done=_("It is no longer asked for."))
    return redirect("reviews:case", asked.case_id)


@login_required
@require_POST
def change(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask for a change, check by check; an error loses nothing of what was typed."""
    case = get_object_or_404(cases_of(request.user), pk=case_id)
    require(request.user, "reviews.decide", case.production)
    form = ChangeForm(request.POST, case=case)
    if not form.is_valid():
        return render(request, "reviews/case.html", case_context(request, case, change_form=form), status=400)
    said = form.cleaned_data
    done = attempt(
        request,
        lambda: case_request_change(
            case=case,
            by=request.user,
            reason=said["reason"],
            checks=said.get("checks", ()),
            own_words=said["own_words"],
        ),
        done=_("The case is closed: the producer was asked for a change."),
    )
    if done is None:
        case.refresh_from_db()
        return render(request, "reviews/case.html", case_context(request, case, change_form=form), status=409)
    return redirect("reviews:case", case.pk)
