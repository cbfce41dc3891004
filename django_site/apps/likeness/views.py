"""A performer's page: who uses me, what have I allowed, and the stop button. Legal reviewers read it too."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.forms import SignForm, StopForm, WithdrawForm
from django_site.apps.likeness.models import ConsentGrant, Subject
from django_site.apps.likeness.reading import found_in, grant_lines, stop_consequences
from django_site.apps.likeness.selectors import subjects_visible_to, uses_of
from django_site.apps.likeness.services import (
    biometric_consent_withdraw,
    grant_sign,
    grant_suspend,
    grant_withdraw,
)
from django_site.pages.failures import attempt
from django_site.pages.paging import keyset_page


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Registered people: one's own page for a performer, the list for the legal side."""
    rows = subjects_visible_to(request.user).select_related("organisation").prefetch_related(
        "grants", "biometric_consents"
    )  # fmt: skip
    page = keyset_page(rows, order=("legal_name", "id"), cursor=request.GET.get("after", ""))
    return render(request, "likeness/people.html", {"page": page})


@login_required
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The signed-in performer's own page."""
    subject = Subject.objects.filter(user=request.user).first()
    if subject is None:
        return render(request, "likeness/nobody.html", status=404)
    return redirect("likeness:subject", subject.pk)


@login_required
@require_safe
def subject_page(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    subject = get_object_or_404(subjects_visible_to(request.user).select_related("organisation", "user"), pk=subject_id)
    require(request.user, "likeness.view", subject)
    return render(request, "likeness/subject.html", _subject_context(request, subject, WithdrawForm()))


def _subject_context(request: HttpRequest, subject: Subject, form: WithdrawForm) -> dict:
    consents = list(subject.biometric_consents.order_by("-given_at"))
    return {
        "subject": subject,
        "mine": request.user.has_perm("likeness.grant", subject),
        "uses": uses_of(subject)[:50],
        "found": found_in(subject),
        "lines": grant_lines(subject),
        "consents": consents,
        "standing": next((consent for consent in consents if consent.withdrawn_at is None), None),
        "templates": subject.templates.count(),
        "form": form,
    }


def _grant(user: User, grant_id: UUID) -> ConsentGrant:
    grants = ConsentGrant.objects.filter(subject__in=subjects_visible_to(user))
    return get_object_or_404(grants.select_related("subject__organisation", "signed_by"), pk=grant_id)


def _grant_context(request: HttpRequest, grant: ConsentGrant, **forms) -> dict:
    [line] = grant_lines(grant.subject, only=grant)
    return {
        "grant": grant,
        "subject": grant.subject,
        "line": line,
        "mine": request.user.has_perm("likeness.grant", grant.subject),
        "consequences": stop_consequences(grant),
        "sign_form": SignForm(initial={"text_sha256": grant.text_sha256}),
        "stop_form": StopForm(),
        **forms,
    }


@login_required
@require_safe
def grant_page(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """The exact text, its limits, and what can be done with it."""
    grant = _grant(request.user, grant_id)
    return render(request, "likeness/grant.html", _grant_context(request, grant))


@login_required
@require_POST
def grant_sign_view(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    grant = _grant(request.user, grant_id)
    require(request.user, "likeness.grant", grant.subject)
    form = SignForm(request.POST)
    if not form.is_valid():
        return render(request, "likeness/grant.html", _grant_context(request, grant, sign_form=form), status=400)
    seen = form.cleaned_data["text_sha256"]
    attempt(
        request,
        lambda: grant_sign(grant=grant, by=request.user, text_sha256_seen=seen),
        done=_("Signed. The grant is in force; you can suspend or revoke it here at any time."),
    )
    return redirect("likeness:grant", grant.pk)


@login_required
@require_POST
def grant_stop(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Suspend or revoke."""
    grant = _grant(request.user, grant_id)
    require(request.user, "likeness.grant", grant.subject)
    form = StopForm(request.POST)
    if not form.is_valid():
        return render(request, "likeness/grant.html", _grant_context(request, grant, stop_form=form), status=400)
    stop, done = (
        (grant_suspend, _("Suspended: no new use is allowed until you agree again."))
        if form.cleaned_data["act"] == "suspend"
        else (grant_withdraw, _("Withdrawn. What was cleared under it is being checked again."))
    )
    attempt(request, lambda: stop(grant=grant, by=request.user, reason=form.cleaned_data["reason"]), done=done)
    return redirect("likeness:grant", grant.pk)


@login_required
@require_POST
def biometrics_withdraw(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Destroy the measurements."""
    subject = get_object_or_404(subjects_visible_to(request.user).select_related("organisation"), pk=subject_id)
    require(request.user, "likeness.grant", subject)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return render(request, "likeness/subject.html", _subject_context(request, subject, form), status=400)
    attempt(
        request,
        lambda: biometric_consent_withdraw(subject=subject, by=request.user, reason=form.cleaned_data["reason"]),
        done=_("Your consent is withdrawn and the measurements of your face are destroyed."),
    )
    return redirect("likeness:subject", subject.pk)
