"""Registering people, making sure who they are, what follows when they die, and strikes."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from django_site.apps.accounts.models import Organisation, Role, User
from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.forms_register import REGISTERING, DeathForm, IdentityForm, RegisterForm, StrikeForm
from django_site.apps.likeness.models import STANDING, ConsentGrant, GrantState, Strike, Subject
from django_site.apps.likeness.services import (
    identity_verify,
    strike_declare,
    strike_end,
    subject_died,
    subject_register,
)
from django_site.apps.likeness.views.common import stand, subject_for
from django_site.errors import NotAllowedError
from django_site.pages.failures import ANTICIPATED, attempt, sentence


def _works_for(user: User, roles) -> list[Organisation]:
    theirs = user.memberships.filter(role__in=roles).values("organisation")
    return list(Organisation.objects.filter(pk__in=theirs).order_by("name"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register a person. Nothing is measured by that, and nothing is allowed."""
    organisations = _works_for(request.user, REGISTERING)
    if not organisations:
        raise NotAllowedError(_("only a studio's producers and its legal side register people"))
    form = RegisterForm(request.POST or None, organisations=organisations)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values.pop("organisation", None)
        user = values.pop("account")
        try:
            subject = subject_register(organisation=form.organisation, by=request.user, user=user, **values)
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("Registered. Prompts that name them are stopped from now on."))
            seen = request.user.has_perm("likeness.view", subject)
            return redirect("likeness:subject", subject.pk) if seen else redirect("likeness:people")
    return render(request, "likeness/register.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """What the legal side knows of a person: who they are and whether they live."""
    subject = subject_for(request.user, subject_id)
    require(request.user, "likeness.answer", subject)
    identity, death = IdentityForm(), DeathForm()
    if request.method == "POST":
        if request.POST.get("act") == "identity":
            form = identity = IdentityForm(request.POST)
            done = _("Noted how the identity was made sure of.")
            act = identity_verify
        else:
            form = death = DeathForm(request.POST)
            done = _("Noted. Their grants went as they say for this case.")
            act = subject_died
        if form.is_valid():
            values = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
            attempt(request, lambda: act(subject=subject, by=request.user, **values), done=done)
            return redirect("likeness:record", subject.pk)
    standing = subject.grants.filter(state__in=STANDING).count()
    context = stand(request, subject, identity_form=identity, death_form=death, grants_standing=standing)
    return render(request, "likeness/record.html", context, status=400 if identity.errors or death.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def strikes(request: HttpRequest) -> HttpResponse:
    """Strikes that stand and stood, and declaring one: the head of legal says so."""
    heads = _works_for(request.user, [Role.HEAD_OF_LEGAL])
    if not heads:
        raise NotAllowedError(_("only a head of legal declares and ends strikes"))
    form = StrikeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        union, reason = form.cleaned_data["union"], form.cleaned_data["reason"]
        try:
            strike = strike_declare(union=union, reason=reason, organisation=heads[0], by=request.user)
        except ANTICIPATED as error:
            form.add_error(None, sentence(error))
        else:
            rests = ConsentGrant.objects.filter(strike=strike).count()
            said = ngettext("%(n)d grant rests.", "%(n)d grants rest.", rests) % {"n": rests}
            messages.success(request, _("The strike stands. %(said)s") % {"said": said})
            return redirect("likeness:strikes")
    rows = Strike.objects.select_related("declared_by", "ended_by").order_by("-began_at")[:50]
    unions = Subject.objects.exclude(union="").order_by("union").values_list("union", flat=True).distinct()[:50]
    resting = ConsentGrant.objects.filter(strike__isnull=False, state=GrantState.SUSPENDED).count()
    context = {"strikes": rows, "form": form, "unions": unions, "resting": resting}
    return render(request, "likeness/strikes.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def strike_over(request: HttpRequest, strike_id: UUID) -> HttpResponse:
    """The strike is over: what it suspended goes on."""
    heads = _works_for(request.user, [Role.HEAD_OF_LEGAL])
    if not heads:
        raise NotAllowedError(_("only a head of legal declares and ends strikes"))
    strike = get_object_or_404(Strike, pk=strike_id)
    attempt(
        request,
        lambda: strike_end(strike=strike, organisation=heads[0], by=request.user),
        done=_("The strike has ended; what it suspended goes on."),
    )
    return redirect("likeness:strikes")
