"""The public page of a released film, claims about it, and the pages behind both."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.film_models import FilmClaim
from django_site.apps.audience.films.claiming import claim_answer, claim_by_token, claim_file
from django_site.apps.audience.films.forms import AnswerForm, ClaimForm, PageForm
from django_site.apps.audience.films.saying import credits_written, film_shown, page_say
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.provenance.disclosing import disclosure_of
from django_site.apps.provenance.graph import graph_of
from django_site.apps.provenance.models import Release
from django_site.apps.provenance.resolution_allowance import FILE_COST, client_of, resolution_spend
from django_site.apps.provenance.selectors import releases
from django_site.apps.provenance.verdicts import release_verdict
from django_site.apps.reviews.selectors import cases_visible_to
from django_site.errors import SiteError
from django_site.pages.failures import sentence


def _release(release_id: UUID) -> Release:
    return get_object_or_404(releases().select_related("cut__production__organisation"), pk=release_id)


@require_safe
def film(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The film for its audience: trailer, credits, how it was made, on what terms, and where to object."""
    release = _release(release_id)
    verdict = release_verdict(release)
    address = request.build_absolute_uri(reverse("verify:release", args=[release.pk]))
    user = request.user
    context = {
        "release": release,
        "shown": film_shown(release),
        "verdict": verdict,
        "graph": graph_of(verdict.report),
        "disclosure": disclosure_of(release, address=address),
        "can_change": user.is_authenticated and user.has_perm("productions.change", release.cut.production),
    }
    return render(request, "audience/film.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page_edit(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """What the makers say on it."""
    rows = releases().filter(cut__production__in=productions_visible_to(request.user))
    release = get_object_or_404(rows, pk=release_id)
    require(request.user, "productions.change", release.cut.production)
    page = film_shown(release).page
    held = {
        "synopsis": page.synopsis, "licence": page.licence_spdx, "terms": page.licence_terms, "contact": page.contact,
    } if page else {}  # fmt: skip
    form = PageForm(request.POST or None, initial={**held, "credits": credits_written(page)})
    if request.method == "POST" and form.is_valid():
        try:
            page_say(release=release, by=request.user, **form.cleaned_data)
            return redirect("films:film", release.pk)
        except SiteError as error:
            form.add_error(None, sentence(error))
    status = 400 if form.is_bound else 200
    return render(request, "audience/film_edit.html", {"release": release, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def claim_new(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Anybody contests a released film."""
    release = _release(release_id)
    form = ClaimForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            if not resolution_spend(client_of(request), cost=FILE_COST).allowed:
                form.add_error(
                    None, _("Several claims came from your address just now. Wait a minute, and send it again.")
                )
                status = 429
            else:
                try:
                    _claim, token = claim_file(release=release, values=form.cleaned_data)
                    return redirect("films:claim_status", token)
                except SiteError as error:
                    form.add_error(None, sentence(error))
    return render(request, "audience/claim_new.html", {"release": release, "form": form}, status=status)


@require_safe
def claim_status(request: HttpRequest, token: str) -> HttpResponse:
    """How a claim stands, for whoever raised it: the address is the key."""
    claim = claim_by_token(token)
    if claim is None:
        raise Http404(_("There is no such claim. Use the address that you were given."))
    response = render(request, "audience/claim_status.html", {"claim": claim, "release": claim.release})
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _claims_of(user: User):
    """Claims whose case the person may see."""
    cases = cases_visible_to(user)
    return FilmClaim.objects.filter(case__in=cases).select_related(
        "release__cut__production__organisation", "case", "answered_by"
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def claim_page(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """A claim for the legal side: who says what, the case, and the answer."""
    claim = get_object_or_404(_claims_of(request.user), pk=claim_id)
    require(request.user, "reviews.decide", claim.release.cut.production)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            claim_answer(claim=claim, by=request.user, **form.cleaned_data)
            return redirect("films:claim", claim.pk)
        except SiteError as error:
            form.add_error(None, sentence(error))
    context = {"claim": claim, "release": claim.release, "form": None if claim.outcome else form}
    return render(request, "audience/claim.html", context, status=400 if form.is_bound else 200)
