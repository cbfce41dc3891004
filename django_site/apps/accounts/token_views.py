"""Tokens of an organisation: made, listed, revoked by its head of legal."""

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.models import ApiToken, Organisation, Role
from django_site.apps.accounts.tokens import LONGEST, token_make, token_revoke
from django_site.errors import NotAllowedError
from django_site.pages.failures import attempt


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("For which program"), max_length=100, help_text=gettext_lazy("So that you know it again")
    )
    days = forms.IntegerField(label=gettext_lazy("Lasts, in days"), min_value=1, max_value=LONGEST.days, initial=90)


def _house(request: HttpRequest) -> Organisation:
    """The organisation whose legal side the person heads."""
    membership = request.user.memberships.filter(role=Role.HEAD_OF_LEGAL).select_related("organisation").first()
    if membership is None:
        raise NotAllowedError("tokens are made by the head of legal; ask them")
    return membership.organisation


def _page(
    request: HttpRequest, house: Organisation, *, form: TokenForm | None = None, secret: str = ""
) -> HttpResponse:
    context = {
        "house": house,
        "tokens": house.api_tokens.select_related("created_by", "revoked_by").order_by("-id")[:100],
        "form": form or TokenForm(),
        "secret": secret,
    }
    response = render(request, "accounts/tokens.html", context, status=400 if form else 200)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    return _page(request, _house(request))


@login_required
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once."""
    house, form = _house(request), TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, house, form=form)
    made = attempt(request, lambda: token_make(organisation=house, by=request.user, **form.cleaned_data))
    return _page(request, house, secret=made[1] if made else "")


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    house = _house(request)
    token = get_object_or_404(ApiToken.objects.filter(organisation=house), pk=token_id)
    attempt(request, lambda: token_revoke(token=token, by=request.user), done=_("Revoked. It opens nothing any more."))
    return redirect("tokens:list")
