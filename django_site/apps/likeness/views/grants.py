"""A grant: read in plain words beside the legal text, signed, declined, stopped, let go on."""

from collections.abc import Callable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.forms import DeclineForm, SignForm, StopForm
from django_site.apps.likeness.models import STANDING, ConsentGrant, GrantState
from django_site.apps.likeness.reading import grant_lines, lines_of, stop_consequences, versions_of
from django_site.apps.likeness.services import grant_decline, grant_resume, grant_sign, grant_suspend, grant_withdraw
from django_site.apps.likeness.services.grants import signature_document
from django_site.apps.likeness.signing import signing_of
from django_site.apps.likeness.views.common import grant_for, produced_in, stand
from django_site.errors import NotAllowedError
from django_site.pages.failures import attempt


def _context(request: HttpRequest, grant: ConsentGrant, **forms) -> dict:
    [line] = grant_lines(grant.subject, only=grant)
    signature = getattr(grant, "signature", None)
    sees_person = request.user.has_perm("likeness.view", grant.subject)
    return stand(
        request,
        grant.subject,
        grant=grant,
        line=line,
        plain=lines_of(grant),
        consequences=stop_consequences(grant),
        stoppable=grant.state in STANDING,
        signature=signature if sees_person else None,
        signature_sha256=_digest(signature) if signature and sees_person else "",
        versions=versions_of(grant),
        changes=list(grant.changes.select_related("by")),
        sees_person=sees_person,
        asks=grant.state in (GrantState.SIGNED, GrantState.ACTIVE) and bool(produced_in(request.user, grant)),
        offers=request.user.has_perm("likeness.enrol", grant.subject.organisation),
        **{
            "sign_form": SignForm(initial={"text_sha256": grant.text_sha256, "shown_sha256": grant.shown_sha256}),
            "stop_form": StopForm(),
            "decline_form": DeclineForm(),
            **forms,
        },
    )


def _digest(signature) -> str:
    from auditor.canonical import sha256_json

    return sha256_json(signature_document(signature))


@login_required
@require_safe
def grant_page(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Plain words and legal text, what can be done, and the history."""
    return render(request, "likeness/grant.html", _context(request, grant_for(request.user, grant_id)))


@login_required
@require_POST
def grant_sign_view(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    grant = grant_for(request.user, grant_id)
    require(request.user, "likeness.grant", grant.subject)
    form = SignForm(request.POST)
    if not form.is_valid():
        return render(request, "likeness/grant.html", _context(request, grant, sign_form=form), status=400)
    seen = form.cleaned_data["text_sha256"]
    # A form that does not say what was shown beside the text signs nothing; versions from before it was kept have no digest.
    shown = (form.cleaned_data["shown_sha256"] or "not shown") if grant.shown_sha256 else ""
    signed = attempt(
        request,
        lambda: grant_sign(
            grant=grant,
            by=request.user,
            text_sha256_seen=seen,
            shown_sha256_seen=shown,
            signing=signing_of(request),
        ),
    )
    if signed is not None:
        _say_signed(request, signed)
    return redirect("likeness:grant", grant.pk)


def _say_signed(request: HttpRequest, grant: ConsentGrant) -> None:
    from django.contrib import messages

    messages.success(
        request,
        _("Signed. The grant is in force; you can suspend or withdraw it here at any time.")
        if grant.state == GrantState.ACTIVE
        else _("Signed. It begins on its first day; you can withdraw it here at any time."),
    )


@login_required
@require_POST
def grant_decline_view(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Say no to an offer."""
    grant = grant_for(request.user, grant_id)
    if not request.user.has_perm("likeness.grant", grant.subject):
        require(request.user, "likeness.stop", grant.subject)
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return render(request, "likeness/grant.html", _context(request, grant, decline_form=form), status=400)
    attempt(
        request,
        lambda: grant_decline(grant=grant, by=request.user, reason=form.cleaned_data["reason"]),
        done=_("Declined. Nothing is allowed by it; what was in force before stays as it was."),
    )
    return redirect("likeness:grant", grant.pk)


@login_required
@require_POST
def grant_stop(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Suspend or withdraw."""
    grant = grant_for(request.user, grant_id)
    require(request.user, "likeness.stop", grant.subject)
    form = StopForm(request.POST)
    if not form.is_valid():
        return render(request, "likeness/grant.html", _context(request, grant, stop_form=form), status=400)
    stop: Callable
    stop, done = (
        (grant_suspend, _("Suspended: no new use is allowed until you let it go on."))
        if form.cleaned_data["act"] == "suspend"
        else (grant_withdraw, _("Withdrawn. What was cleared under it is being checked again."))
    )
    attempt(request, lambda: stop(grant=grant, by=request.user, reason=form.cleaned_data["reason"]), done=done)
    return redirect("likeness:grant", grant.pk)


@login_required
@require_POST
def grant_resume_view(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Let a suspended grant go on."""
    grant = grant_for(request.user, grant_id)
    if not request.user.has_perm("likeness.grant", grant.subject):
        raise NotAllowedError("only the person, or who signs for them, lets a grant go on")
    attempt(
        request,
        lambda: grant_resume(grant=grant, by=request.user),
        done=_("It goes on: the grant is in force again."),
    )
    return redirect("likeness:grant", grant.pk)
