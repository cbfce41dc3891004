"""The queue: by risk and deadline, in parts that people keep; who has which case; and many cases at once."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.models import REVIEWING_ROLES, Membership, Role, User
from django_site.apps.accounts.permissions import house_headed, require
from django_site.apps.productions.models import ProductionMember
from django_site.apps.reviews.models import AccessTier, Case, CaseKind, SavedFilter
from django_site.apps.reviews.queue_forms import (
    BulkForm,
    FilterNameForm,
    HandOverForm,
    QueueFilterForm,
    ServiceLevelForm,
    address_fields,
)
from django_site.apps.reviews.selectors import (
    cases_visible_to,
    deciders_of,
    filters_of,
    queue_counts,
    queue_filtered,
    queue_of,
    with_assignee,
)
from django_site.apps.reviews.services import case_request_change, comment_add
from django_site.apps.reviews.services.queueing import (
    MAX_BULK,
    case_give_back,
    case_hand_over,
    case_take,
    cases_each,
    filter_default,
    filter_rename,
    filter_save,
    service_levels_set,
)
from django_site.errors import InputError
from django_site.pages.failures import attempt, sentence
from django_site.pages.paging import keyset_page

ORDER = ("-risk", "due_at", "id")
_TABS = {
    "all": gettext_lazy("All"),
    "mine": gettext_lazy("Mine"),
    "free": gettext_lazy("Nobody's"),
    "late": gettext_lazy("Late"),
}


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Open cases that the person may decide. Without a filter in the address, the one that they chose as their default."""
    if not request.GET:
        usual = filters_of(request.user).filter(is_default=True).first()
        if usual is not None:
            return redirect(f"{reverse('reviews:queue')}?{urlencode({'tab': 'all', **usual.query})}")
    form = QueueFilterForm(request.GET, user=request.user)
    chosen = form.chosen()
    rows = queue_filtered(request.user, chosen).select_related(
        "opened_by", "decision__audit", "production__organisation", "take__shot", "cut", "imported"
    )
    page = keyset_page(
        with_assignee(rows).prefetch_related("actions"), order=ORDER, cursor=request.GET.get("after", "")
    )
    counts = queue_counts(request.user)
    address = address_fields(chosen)
    context = {
        "page": page,
        "form": form,
        "chosen": chosen,
        "tabs": [(tab, word, counts[tab], urlencode({**address, "tab": tab})) for tab, word in _TABS.items()],
        "address": urlencode(address),
        "saved": [(one, urlencode({"tab": "all", **one.query})) for one in filters_of(request.user)],
        "here": next((one for one in filters_of(request.user) if {"tab": "all", **one.query} == address), None),
        "name_form": FilterNameForm(auto_id="save_%s"),
        "back": request.get_full_path(),
        "heads": request.user.memberships.filter(role=Role.HEAD_OF_LEGAL).exists(),
    }
    return render(request, "reviews/queue.html", context)


def _back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To where the form stood, if that is on this site."""
    asked = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return redirect(asked if here else otherwise)


# saved filters


@login_required
@require_POST
def filter_keep(request: HttpRequest) -> HttpResponse:
    """Keep the filter that stands in the form."""
    name = FilterNameForm(request.POST)
    chosen = QueueFilterForm(request.POST, user=request.user).chosen()
    query = address_fields(chosen)
    if name.is_valid():
        attempt(
            request,
            lambda: filter_save(user=request.user, name=name.cleaned_data["name"], query=query),
            done=_("Kept. You find it above the queue."),
        )
    else:
        messages.error(request, _("Give the filter a name; nothing was kept."))
    return redirect(f"{reverse('reviews:queue')}?{urlencode(query)}")


@login_required
@require_POST
def filter_change(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Rename a filter, delete it, or open the queue with it."""
    saved = get_object_or_404(SavedFilter.objects.filter(user=request.user), pk=filter_id)
    act = request.POST.get("act", "")
    acts = {
        "rename": lambda: filter_rename(saved=saved, name=request.POST.get("name", "")),
        "delete": saved.delete,
        "default": lambda: filter_default(saved=saved, is_default=True),
        "no_default": lambda: filter_default(saved=saved, is_default=False),
    }
    if act not in acts:
        messages.error(request, _("Nothing was chosen; nothing was changed."))
    else:
        attempt(request, lambda: (acts[act](), True)[1], done=_("Done."))
    return redirect(f"{reverse('reviews:queue')}?{urlencode({'tab': 'all', **saved.query})}")


# who has it


def _case(request: HttpRequest, case_id: UUID) -> Case:
    case = get_object_or_404(cases_visible_to(request.user), pk=case_id)
    require(request.user, "reviews.decide", case.production)
    return case


@login_required
@require_POST
def take(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case(request, case_id)
    attempt(request, lambda: case_take(case=case, by=request.user), done=_("The case is yours."))
    return _back(request, reverse("reviews:case", args=[case.pk]))


@login_required
@require_POST
def give_back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case(request, case_id)
    attempt(request, lambda: case_give_back(case=case, by=request.user), done=_("The case is nobody's again."))
    return _back(request, reverse("reviews:case", args=[case.pk]))


@login_required
@require_POST
def hand_over(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case(request, case_id)
    form = HandOverForm(request.POST, people=deciders_of(case))
    if form.is_valid():
        attempt(
            request,
            lambda: case_hand_over(case=case, by=request.user, **form.cleaned_data),
            done=_("Handed over; they were told."),
        )
    else:
        messages.error(request, _("Choose somebody who may decide this case; nothing was changed."))
    return redirect("reviews:case", case.pk)


# many at once

_EFFECTS = {
    "assign": gettext_lazy("is given to whom you choose"),
    "comment": gettext_lazy("gets your remark, which the producers read too"),
    "request_change": gettext_lazy("is closed and sent back to the producers with your reason"),
}


def _ticked(request: HttpRequest) -> list[Case]:
    ids = []
    for text in request.POST.getlist("case")[: MAX_BULK + 1]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    if len(ids) > MAX_BULK:
        raise InputError(f"at most {MAX_BULK} cases at once; tick fewer")
    rows = queue_of(request.user).filter(pk__in=ids).select_related("production__organisation")
    return list(with_assignee(rows))


def _colleagues(cases: list[Case]) -> QuerySet[User]:
    """Whoever reviews any of the productions; whether they may decide each case is asked case by case."""
    productions = {case.production_id for case in cases}
    houses = {case.production.organisation_id for case in cases}
    roles = {"role__in": REVIEWING_ROLES}
    people = Membership.objects.filter(organisation__in=houses, **roles).values("user")
    here = ProductionMember.objects.filter(production__in=productions, **roles).values("user")
    return User.objects.filter(Q(pk__in=people) | Q(pk__in=here), is_active=True).order_by("username")


def _effect(case: Case, act: str) -> str:
    if act == "request_change" and case.kind == CaseKind.WITHDRAWAL:
        return _("stays as it is: a released film can't be changed")
    if act == "comment" and case.tier != AccessTier.PRODUCTION:
        return _("gets your remark")
    held = f" ({case.held[0].to})" if act == "assign" and case.held else ""
    return f"{_EFFECTS[act]}{held}"


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """First what will happen to each ticked case; once that is confirmed, each by itself, failures case by case."""
    back = request.POST.get("back", "")
    cases, act = _ticked(request), request.POST.get("act", "")
    if act not in dict(BulkForm.ACTS):
        raise InputError("choose what is to be done to the cases: assign, remark or request a change")
    if not cases:
        messages.error(request, _("No open case was ticked; nothing was done."))
        return _back(request, reverse("reviews:queue"))
    confirmed = "confirmed" in request.POST
    form = BulkForm(request.POST if confirmed else None, act=act, people=_colleagues(cases), initial={"act": act})
    if not confirmed or not form.is_valid():
        context = {
            "cases": [(case, _effect(case, act)) for case in cases],
            "form": form,
            "act": dict(BulkForm.ACTS)[act],
            "back": back,
        }
        return render(request, "reviews/bulk.html", context, status=400 if confirmed else 200)
    given = form.cleaned_data
    acts = {
        "assign": lambda case: case_hand_over(case=case, to=given["to"], by=request.user, note=given["note"]),
        "comment": lambda case: comment_add(case=case, by=request.user, text=given["text"]),
        "request_change": lambda case: case_request_change(case=case, by=request.user, reason=given["reason"]),
    }
    results = cases_each(cases, acts[act])
    worked = sum(not result.failure for result in results)
    if worked:
        messages.success(request, ngettext("Done for %(n)d case.", "Done for %(n)d cases.", worked) % {"n": worked})
    for result in results:
        if result.failure:
            what = result.case.cut or result.case.take or result.case.imported
            messages.error(request, f"{result.case.production}, {what}: {sentence(result.failure)}")
    return _back(request, reverse("reviews:queue"))


# how long it may take


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def service_levels(request: HttpRequest) -> HttpResponse:
    """Within how many hours cases are decided, by kind and risk: the house's own where the organisation says nothing."""
    house = house_headed(request.user, _("service levels are set by the head of legal; ask them"))
    form = ServiceLevelForm(request.POST or None, levels=house.service_levels.all())
    if request.method == "POST" and form.is_valid():
        attempt(
            request,
            lambda: (service_levels_set(organisation=house, hours=form.hours(), by=request.user), True)[1],
            done=_("Set. Cases that are opened from now on are due by it."),
        )
        return redirect("reviews:service_levels")
    context = {"house": house, "form": form, "rows": form.rows()}
    return render(request, "reviews/service_levels.html", context, status=400 if form.errors else 200)
