"""Changing what one allowed, and offering a grant: the limits, then what they will say, then the signature or the offer."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from django_site.apps.accounts.models import REVIEWING_ROLES, Role, User
from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.amending import grant_amend_and_sign, offer_text, proposal_of
from django_site.apps.likeness.forms import SignForm
from django_site.apps.likeness.forms_scope import ScopeForm
from django_site.apps.likeness.models import STANDING, ConsentGrant, GrantState, Subject
from django_site.apps.likeness.reading import titles_of
from django_site.apps.likeness.selectors import subjects_nameable_by
from django_site.apps.likeness.services import grant_offer
from django_site.apps.likeness.services.grants import notice_of
from django_site.apps.likeness.signing import signing_of
from django_site.apps.likeness.views.common import grant_for, stand
from django_site.apps.productions.models import Production
from django_site.errors import WrongStateError
from django_site.pages.failures import ANTICIPATED, sentence

#: What the second step posts: look again, go back, or do it.
_BACK, _DO = "back", "do"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_amend(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """The person limits or changes what they gave, reads what it will say, and signs that."""
    grant = grant_for(request.user, grant_id)
    require(request.user, "likeness.grant", grant.subject)
    if grant.state not in STANDING:
        raise WrongStateError(
            f"this version is {grant.get_state_display().lower()}; only what is signed and not over can be changed"
        )
    form = ScopeForm(
        request.POST or None,
        initial=ScopeForm.initial_of(grant),
        projects=_named(grant),
        text=False,
        starts=False,
    )
    context = stand(request, grant.subject, grant=grant, form=form)
    step = request.POST.get("step", "")
    if request.method != "POST" or step == _BACK or not form.is_valid():
        wrong = request.method == "POST" and step != _BACK and bool(form.errors)
        return render(request, "likeness/amend.html", context, status=400 if wrong else 200)
    proposal = proposal_of(scope=form.scope(), starts=None, ends=form.term()[1], amends=grant)
    digests = {"text_sha256": proposal.text_sha256, "shown_sha256": proposal.shown_sha256}
    sign = SignForm(request.POST if step == _DO else None, initial=digests)
    status = 200
    if step == _DO and sign.is_valid():
        try:
            signed = grant_amend_and_sign(
                grant=grant,
                proposal=proposal,
                by=request.user,
                text_sha256_seen=sign.cleaned_data["text_sha256"],
                shown_sha256_seen=sign.cleaned_data["shown_sha256"],
                signing=signing_of(request),
            )
        except ANTICIPATED as error:
            messages.error(request, sentence(error))
            sign, status = SignForm(initial=digests), getattr(error, "status", 400)
        else:
            if signed.state == GrantState.NOTICED:
                when = date_format(timezone.localtime(signed.may_sign_from), "j F Y, H:i")
                said = _("It allows more than before, so it waits: sign it from %(when)s. Nothing changes until then.")
                messages.info(request, said % {"when": when})
            else:
                messages.success(
                    request, _("Signed. These limits hold now; the version before them does not any more.")
                )
            return redirect("likeness:grant", signed.pk)
    elif step == _DO:
        status = 400
    return render(
        request, "likeness/amend_preview.html", {**context, "proposal": proposal, "sign_form": sign}, status=status
    )


def _named(grant: ConsentGrant) -> dict[str, str]:
    titles = titles_of([grant])
    return {project: titles.get(project, project) for project in grant.scope["projects"]}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def grant_offer_view(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """The organisation offers a grant, or a newer version of one (``?amends=``): the limits, what the person will read, then
    the offer, from which the notice counts."""
    subjects = subjects_nameable_by(request.user).select_related("organisation", "user")
    subject = get_object_or_404(subjects, pk=subject_id)
    require(request.user, "likeness.enrol", subject.organisation)
    amends = _amended(request, subject)
    form = ScopeForm(
        request.POST or None,
        initial=ScopeForm.initial_of(amends)
        if amends
        else {"text": offer_text(subject), "starts": timezone.localdate()},
        projects=_offered_projects(request.user, subject, amends),
        text=True,
    )
    notice = notice_of(subject)
    context = {
        "subject": subject,
        "form": form,
        "amends": amends,
        "notice_hours": int(notice.total_seconds() // 3600),
        "opens_at": timezone.now() + notice,
    }
    step = request.POST.get("step", "")
    if request.method != "POST" or step == _BACK or not form.is_valid():
        wrong = request.method == "POST" and step != _BACK and bool(form.errors)
        return render(request, "likeness/offer.html", context, status=400 if wrong else 200)
    starts, ends = form.term()
    proposal = proposal_of(scope=form.scope(), starts=starts, ends=ends, text=form.cleaned_data["text"], amends=amends)
    status = 200
    if step == _DO:
        try:
            offered = grant_offer(
                subject=subject,
                scope=proposal.scope,
                text=proposal.text,
                by=request.user,
                starts=starts,
                ends=ends,
                amends=amends,
            )
        except ANTICIPATED as error:
            messages.error(request, sentence(error))
            status = getattr(error, "status", 400)
        else:
            messages.success(
                request, _("Offered. The person sees it on their page, with your text beside the plain words.")
            )
            return redirect("likeness:grant", offered.pk)
    return render(request, "likeness/offer_preview.html", {**context, "proposal": proposal}, status=status)


def _amended(request: HttpRequest, subject: Subject) -> ConsentGrant | None:
    wanted = request.POST.get("amends") or request.GET.get("amends") or ""
    try:
        pk = UUID(wanted)
    except ValueError:
        return None
    standing = ConsentGrant.objects.filter(subject=subject, pk=pk)
    return standing.exclude(state__in=[GrantState.DRAFTED, GrantState.NOTICED]).select_related("subject").first()


def _offered_projects(user: User, subject: Subject, amends: ConsentGrant | None) -> dict[str, str]:
    """What the offer may name: the productions of the organisation that the person produces or reviews."""
    productions = Production.objects.filter(organisation=subject.organisation_id).order_by("title", "id")
    reviews = user.memberships.filter(organisation=subject.organisation_id, role__in=REVIEWING_ROLES).exists()
    if not reviews:
        productions = productions.filter(members__user=user, members__role=Role.PRODUCER)
    named = {str(pk): title for pk, title in productions.values_list("pk", "title")}
    return {**(_named(amends) if amends else {}), **named}
