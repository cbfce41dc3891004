"""Who signs, until when, and every use of the keys."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.models import Role, User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.selectors import cuts_visible_to
from django_site.apps.provenance.models import IntentKind, IntentState, KeyUse, SigningCertificate, SigningIntent
from django_site.apps.provenance.services.keys import certificate_record, days_left, signers_now
from django_site.apps.provenance.services.signing import intent_resume
from django_site.errors import NotAllowedError
from django_site.pages.csv_files import csv_lines
from django_site.pages.failures import attempt
from django_site.pages.paging import keyset_page

#: Days before its end from which a certificate is shown as ending.
ENDING_DAYS = 60


def _require_signing(user: User) -> None:
    if not user.is_superuser and not user.memberships.filter(role=Role.HEAD_OF_LEGAL).exists():
        raise NotAllowedError("who signs and when is shown to heads of legal; ask yours")


@login_required
@require_safe
def signing_page(request: HttpRequest) -> HttpResponse:
    """The certificates in use and before, what waits for a time stamp, and the newest uses of the keys."""
    _require_signing(request.user)
    in_use = []
    for signer in signers_now():
        certificate = certificate_record(signer)
        left = days_left(certificate.not_after)
        in_use.append({"certificate": certificate, "days": left, "ending": left <= ENDING_DAYS})
    context = {
        "in_use": in_use,
        "development": any(one["certificate"].development for one in in_use),
        "earlier": SigningCertificate.objects.filter(retired_at__isnull=False),
        "authority": settings.TIMESTAMP_URL.split("?")[0],
        "waiting": SigningIntent.objects.filter(
            state=IntentState.WAITING, cut__in=cuts_visible_to(request.user)
        ).select_related("cut", "output"),
        "page": keyset_page(_uses(), order=("-created_at", "-id"), cursor=request.GET.get("after", "")),
    }
    return render(request, "provenance/signing.html", context)


def _uses():
    return KeyUse.objects.select_related("certificate", "intent__cut", "intent__take", "intent__output")


@login_required
@require_safe
def key_uses_csv(request: HttpRequest) -> HttpResponseBase:
    """Every use of the keys, newest first, for whoever audits the studio."""
    _require_signing(request.user)

    def rows() -> Iterator[tuple]:
        for use in _uses().order_by("-created_at", "-id").iterator(2000):
            intent = use.intent
            yield (
                use.created_at.isoformat(),
                use.certificate.key_id,
                use.certificate.name,
                use.purpose,
                use.digest_sha256,
                intent.kind if intent else "",
                str(intent.output_id or intent.take_id or intent.cut_id) if intent else "",
                str(intent.case_id) if intent else "",
            )

    columns = ("at", "key_id", "certificate", "purpose", "signed_sha256", "what", "what_id", "case")
    response = StreamingHttpResponse(csv_lines(columns, rows()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="key-uses.csv"'
    return response


@login_required
@require_POST
def try_time_again(request: HttpRequest, cut_id) -> HttpResponse:
    """Ask for a time stamp now instead of when it is due."""
    cut = get_object_or_404(cuts_visible_to(request.user).select_related("production"), pk=cut_id)
    require(request.user, "productions.change", cut.production)
    intent = get_object_or_404(SigningIntent, cut=cut, kind=IntentKind.CUT, state=IntentState.WAITING)
    attempt(request, lambda: intent_resume(intent=intent, by=request.user), done=_("A time stamp is asked for again."))
    return redirect("productions:cut", cut.pk)
