"""One's organisation: how large it is, as its head of legal declares."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from django_site.apps.accounts.models import REVIEWING_ROLES, Membership, Role
from django_site.apps.accounts.permissions import require
from django_site.apps.accounts.sizes import MAX_REVENUE, MAX_USERS, organisation_declare_size
from django_site.errors import NotAllowedError
from django_site.pages.failures import attempt


class SizeForm(forms.Form):
    """Revenue and users, with everybody under the same control."""

    annual_revenue = forms.IntegerField(
        label=gettext_lazy("Revenue of the last full year"),
        min_value=0,
        max_value=MAX_REVENUE,
        help_text=gettext_lazy("In whole units, with every company under the same control: licences count them in."),
    )
    revenue_currency = forms.RegexField(
        "^[A-Z]{3}$",
        label=gettext_lazy("Currency"),
        max_length=3,
        initial="USD",
        help_text=gettext_lazy("Three letters. Licences are compared only in their own currency."),
    )
    monthly_users = forms.IntegerField(
        label=gettext_lazy("People who use any of its products in a month"), min_value=0, max_value=MAX_USERS
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: HttpRequest) -> HttpResponse:
    """Everybody who works there reads it; its head of legal declares it."""
    held = request.user.memberships.filter(role__in=[Role.PRODUCER, *REVIEWING_ROLES]).select_related(
        "organisation__size_declared_by"
    )
    membership: Membership | None = sorted(held, key=lambda one: one.role != Role.HEAD_OF_LEGAL)[0] if held else None
    if membership is None:
        raise NotAllowedError("this page is for those who work for an organisation; yours are your own pages")
    house = membership.organisation
    if request.method == "POST":
        require(request.user, "organisations.declare", house)
    names = ("annual_revenue", "revenue_currency", "monthly_users")
    declared: dict[str, Any] = {name: getattr(house, name) for name in names} if house.size_declared_at else {}
    form = SizeForm(request.POST or None, initial=declared)
    if request.method == "POST" and form.is_valid():
        done = _("Declared. Licences of models are compared with it from now on.")
        attempt(
            request,
            lambda: organisation_declare_size(organisation=house, by=request.user, **form.cleaned_data),
            done=done,
        )
        return redirect("organisation:page")
    context = {
        "house": house,
        "form": form,
        "heads": membership.role == Role.HEAD_OF_LEGAL,
        "revenue": f"{house.annual_revenue or 0:,}",
        "users": f"{house.monthly_users or 0:,}",
    }
    return render(request, "accounts/organisation.html", context, status=400 if form.errors else 200)
