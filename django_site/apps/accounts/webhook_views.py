"""Webhooks of an organisation: added, tested, rotated and ended by its head of legal; and what became of each message."""

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.models import Organisation
from django_site.apps.accounts.permissions import house_headed
from django_site.apps.accounts.webhook_models import Webhook
from django_site.apps.accounts.webhook_sending import MAX_URL
from django_site.apps.accounts.webhooks import EVENTS, webhook_add, webhook_disable, webhook_rotate, webhook_test
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.pages.paging import keyset_page

_WORDS = {
    "case.opened": gettext_lazy("A case was opened"),
    "case.decided": gettext_lazy("A case was decided"),
    "case.late": gettext_lazy("A case is late"),
    "change.requested": gettext_lazy("A change was requested"),
    "change.answered": gettext_lazy("A requested change was answered"),
    "override.asked": gettext_lazy("An override was asked for"),
    "override.in_force": gettext_lazy("An override is in force"),
    "override.void": gettext_lazy("An override is void"),
    "film.released": gettext_lazy("A film was released"),
    "film.recalled": gettext_lazy("A film was recalled"),
    "consent.stopped": gettext_lazy("A consent was withdrawn, suspended or ran out"),
}


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=MAX_URL,
        help_text=gettext_lazy("https, reached over the public internet. Redirects are not followed."),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Tell it when"),
        choices=[(event, _WORDS[event]) for event in EVENTS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )


def _house(request: HttpRequest) -> Organisation:
    return house_headed(request.user, _("webhooks are set up by the head of legal; ask them"))


def _webhook(request: HttpRequest, webhook_id: UUID) -> Webhook:
    rows = Webhook.objects.filter(organisation=_house(request)).select_related("created_by", "disabled_by")
    return get_object_or_404(rows, pk=webhook_id)


@login_required
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    return _list(request, _house(request))


def _list(request: HttpRequest, house: Organisation, form: WebhookForm | None = None) -> HttpResponse:
    rows = house.webhooks.select_related("created_by")
    context = {
        "house": house,
        "page": keyset_page(rows, order=("-created_at", "-id"), cursor=request.GET.get("after", "")),
        "form": form or WebhookForm(),
    }
    return render(request, "accounts/webhooks.html", context, status=400 if form else 200)


@login_required
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add an address and show its secret, this once."""
    house, form = _house(request), WebhookForm(request.POST)
    if not form.is_valid():
        return _list(request, house, form)
    try:
        webhook, secret = webhook_add(organisation=house, by=request.user, **form.cleaned_data)
    except ANTICIPATED as error:
        form.add_error("url", sentence(error))
        return _list(request, house, form)
    return _page(request, webhook, secret)


@login_required
@require_safe
def webhook(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    return _page(request, _webhook(request, webhook_id))


def _page(request: HttpRequest, webhook: Webhook, secret: str = "") -> HttpResponse:
    order = ("-created_at", "-id")
    context = {
        "webhook": webhook,
        "events": [_WORDS[event] for event in webhook.events if event in _WORDS],
        "secret": secret,
        "page": keyset_page(webhook.deliveries.all(), order=order, cursor=request.GET.get("after", "")),
    }
    response = render(request, "accounts/webhook.html", context)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def test(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    done = _("A test message is on its way; look below in a few seconds.")
    attempt(request, lambda: webhook_test(webhook=webhook, by=request.user), done=done)
    return redirect("webhooks:webhook", webhook.pk)


@login_required
@require_POST
def rotate(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Another secret, shown this once."""
    webhook = _webhook(request, webhook_id)
    secret = attempt(request, lambda: webhook_rotate(webhook=webhook, by=request.user))
    webhook.refresh_from_db()
    return _page(request, webhook, secret or "")


@login_required
@require_POST
def disable(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _webhook(request, webhook_id)
    attempt(
        request,
        lambda: (webhook_disable(webhook=webhook, by=request.user), True)[1],
        done=_("Ended. It is told nothing any more."),
    )
    return redirect("webhooks:list")
