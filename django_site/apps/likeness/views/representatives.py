"""Who speaks for a person: put forward with proof, checked by the legal side, ended at any time."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_path
from django_site.apps.likeness.forms import EndForm, RepresentativeForm
from django_site.apps.likeness.models import Representative, RepresentativeKind, Subject
from django_site.apps.likeness.selectors import subjects_visible_to
from django_site.apps.likeness.services import representative_add, representative_check, representative_end
from django_site.apps.likeness.uploads import handed_in, said_of
from django_site.apps.likeness.views.common import stand, subject_for
from django_site.errors import NotAllowedError
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.ranges import file_response

_PROOF_SUFFIX = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def representatives_page(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Who speaks for the person, and putting somebody forward."""
    subject = subject_for(request.user, subject_id)
    form = RepresentativeForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if not request.user.has_perm("likeness.stop", subject):
            require(request.user, "likeness.enrol", subject.organisation)
        if form.is_valid() and _put_forward(request, subject, form):
            return redirect("likeness:representatives", subject.pk)
        status = 400
    rows = list(
        subject.representatives.select_related("user", "proof", "proof_checked_by").order_by("ended_at", "-created_at")
    )
    may_add = request.user.has_perm("likeness.stop", subject) or request.user.has_perm(
        "likeness.enrol", subject.organisation
    )
    context = stand(
        request,
        subject,
        standing=[row for row in rows if row.ended_at is None],
        ended=[row for row in rows if row.ended_at is not None],
        form=form,
        may_add=may_add,
        end_form=EndForm(),
    )
    return render(request, "likeness/representatives.html", context, status=status)


def _put_forward(request: HttpRequest, subject: Subject, form: RepresentativeForm) -> bool:
    values = form.cleaned_data
    who = values["who"].strip()
    user = User.objects.filter(Q(username__iexact=who) | Q(email__iexact=who), is_active=True).first()
    if user is None:
        form.add_error(
            "who", _("Nobody here has this name or address; check it, or ask the organisation for an account.")
        )
        return False
    if user.pk == subject.user_id:
        form.add_error("who", _("That is the person themselves; they speak for themselves already."))
        return False
    with handed_in(values["proof"]) as (path, name):
        try:
            representative_add(
                subject=subject,
                user=user,
                kind=RepresentativeKind(values["kind"]),
                by=request.user,
                proof=path,
                proof_kind=values["proof_kind"],
                may_sign=values["may_sign"],
                may_stop=values["may_stop"],
                ends_on=values["ends_on"],
            )
        except NotAllowedError:
            raise
        except ANTICIPATED as error:
            form.add_error(None, sentence(said_of(error, path=path, name=name)))
            return False
    from django.contrib import messages

    messages.success(request, _("Put forward. The power begins once the legal side has read the proof."))
    return True


def _representative(user: User, representative_id: UUID) -> Representative:
    """Somebody's power: visible to those who see the person, and to whom it was given."""
    rows = Representative.objects.filter(Q(subject__in=subjects_visible_to(user)) | Q(user=user))
    return get_object_or_404(rows.select_related("subject__organisation", "user", "proof"), pk=representative_id)


@login_required
@require_safe
def proof_download(request: HttpRequest, representative_id: UUID) -> HttpResponseBase:
    """The proof, to be saved and read; never shown inside our pages."""
    representative = _representative(request.user, representative_id)
    if not request.user.has_perm("likeness.stop", representative.subject):
        require(request.user, "likeness.answer", representative.subject)
    proof = representative.proof
    response = file_response(request, asset_path(proof), sha256=proof.sha256, media_type="application/octet-stream")
    suffix = _PROOF_SUFFIX.get(proof.media_type, "bin")
    response["Content-Disposition"] = f'attachment; filename="proof-{proof.sha256[:12]}.{suffix}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@require_POST
def proof_check(request: HttpRequest, representative_id: UUID) -> HttpResponse:
    """The legal side has read the proof, and it holds."""
    representative = _representative(request.user, representative_id)
    attempt(
        request,
        lambda: representative_check(representative=representative, by=request.user),
        done=_("Noted. From now on they may do what their power says."),
    )
    return redirect("likeness:representatives", representative.subject_id)


@login_required
@require_POST
def power_end(request: HttpRequest, representative_id: UUID) -> HttpResponse:
    """End somebody's power to speak for a person, at once."""
    representative = _representative(request.user, representative_id)
    form = EndForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    attempt(
        request,
        lambda: representative_end(representative=representative, by=request.user, reason=reason),
        done=_("Ended. They can do nothing more for this person."),
    )
    if subjects_visible_to(request.user).filter(pk=representative.subject_id).exists():
        return redirect("likeness:representatives", representative.subject_id)
    return redirect("home")
