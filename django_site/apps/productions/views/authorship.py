"""Who did what: the record of contributions, entering by hand what the site can't see, mending by appending."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.productions.models import Contribution, ContributionAct, Cut, Production, Screenplay, Shot, Take
from django_site.apps.productions.selectors import productions_visible_to, takes_visible_to
from django_site.apps.productions.services.contributions import contribution_correct, contribution_enter
from django_site.apps.productions.services.takes import take_choose, take_reject
from django_site.apps.provenance.binder.documents.authorship import (
    EDITED,
    HUMAN,
    MACHINE,
    SELECTED,
    UNKNOWN,
    basis_of,
    elements_of,
)
from django_site.apps.provenance.binder.film import Film
from django_site.pages.failures import attempt
from django_site.pages.paging import keyset_page

#: The statement's classes as the page says them.
CLASS_WORDS = {
    HUMAN: gettext_lazy("Human-authored"),
    SELECTED: gettext_lazy("Human-selected and arranged"),
    EDITED: gettext_lazy("Drafted by a machine, edited by people"),
    MACHINE: gettext_lazy("Machine-generated"),
    UNKNOWN: gettext_lazy("Not on record"),
}
#: Acts that a person enters by hand; the others are noted as they happen.
BY_HAND = (
    "composed",
    "performed",
    "designed",
    "directed",
    "wrote",
    "edited",
    "selected",
    "arranged",
    "trimmed",
    "other",
)


class ContributionForm(forms.Form):
    """Something that was done outside of the site."""

    act = forms.ChoiceField(
        label=gettext_lazy("What kind of work"),
        choices=[(act, ContributionAct(act).label) for act in BY_HAND],
    )
    note = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=1000,
        help_text=gettext_lazy("In a few words, as it would stand in a credit: composed the score."),
    )
    credited = forms.CharField(
        label=gettext_lazy("Who did it, if not you"), max_length=200, required=False,
        help_text=gettext_lazy("The name of the person. Leave it empty where it was you."),
    )  # fmt: skip
    tool = forms.CharField(
        label=gettext_lazy("With which generative tool, if any"), max_length=200, required=False,
        help_text=gettext_lazy("What a tool generated is a machine's work and is not claimed."),
    )  # fmt: skip


class CorrectionForm(forms.Form):
    """What holds instead."""

    act = forms.ChoiceField(label=gettext_lazy("What kind of work"), choices=ContributionAct.choices)
    note = forms.CharField(label=gettext_lazy("What was done"), max_length=1000, required=False)
    credited = forms.CharField(label=gettext_lazy("Who did it"), max_length=200, required=False)
    void = forms.BooleanField(label=gettext_lazy("It did not happen at all"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why the record is wrong"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


def contributions_visible_to(user: User) -> QuerySet[Contribution]:
    rows = Contribution.objects.filter(production__in=productions_visible_to(user))
    return rows.select_related("actor", "recorded_by", "production", "corrects", "corrected_by")


@login_required
@require_safe
def authorship_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """The timeline, newest first; ``?who=`` (a name) and ``?act=`` narrow it."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    return _page(request, production)


def _page(request: HttpRequest, production: Production, form: ContributionForm | None = None) -> HttpResponse:
    who, act = request.GET.get("who", ""), request.GET.get("act", "")
    rows = contributions_visible_to(request.user).filter(production=production)
    people = _people(production)
    if act in ContributionAct.values:
        rows = rows.filter(act=act)
    if who in people:
        rows = rows.filter(actor=people[who], credited="") if people[who] else rows.filter(credited=who)
    page = keyset_page(rows, order=("-created_at", "-id"), cursor=request.GET.get("after", ""))
    may = request.user.has_perm("productions.change", production)
    cuts = production.cuts.select_related("asset", "screenplay__asset", "production__organisation")
    cut = cuts.filter(variant__isnull=True).order_by("-version").first()  # versions for viewers follow from the film
    filters = {"who": who if who in people else "", "act": act if act in ContributionAct.values else ""}
    return render(
        request,
        "productions/authorship.html",
        {
            "production": production,
            "page": page,
            "rows": _with_targets(page.rows),
            "people": sorted(people),
            "acts": ContributionAct.choices,
            "filters": filters,
            "kept": urlencode({name: value for name, value in filters.items() if value}),
            "form": (form or ContributionForm()) if may else None,
            "cut": cut,
            "elements": _elements(cut) if cut else [],
        },
        status=400 if form else 200,
    )


def _elements(cut: Cut) -> list[dict[str, Any]]:
    """What the record comes to for the newest cut: each element with its class, its people and the evidence."""
    return [
        {**one, "word": CLASS_WORDS[one["class"]], "said": basis_of(one)}
        for one in elements_of(Film(cut, timezone.now()))
    ]


def _people(production: Production) -> dict[str, User | None]:
    """Who stands in the record, by name; ``None`` for those who do not sign in here."""
    actors = User.objects.filter(pk__in=production.contributions.filter(credited="").order_by().values("actor"))
    credited = production.contributions.exclude(credited="").order_by().values_list("credited", flat=True).distinct()
    return {**dict.fromkeys(credited), **{str(one): one for one in actors}}


def _with_targets(rows: list[Contribution]) -> list[dict[str, Any]]:
    """Each row with the name of what it is about and what was measured; one query a kind of thing."""
    wanted: dict[str, set] = {}
    for row in rows:
        wanted.setdefault(row.target_kind, set()).add(row.target_id)
    named: dict[Any, str] = {}
    things = {
        "screenplay": Screenplay.objects.all(),
        "shot": Shot.objects.all(),
        "take": Take.objects.select_related("shot"),
        "cut": Cut.objects.all(),
    }
    for kind, known in things.items():
        if kind in wanted:
            named |= {one.pk: str(one) for one in known.filter(pk__in=wanted[kind])}
    return [{"row": row, "about": named.get(row.target_id, ""), "measured": measured(row)} for row in rows]


def measured(row: Contribution) -> list[str]:
    """What was measured of a contribution, in words."""
    said = []
    for key, words in (
        ("against_draft", _("Against the machine's draft")),
        ("against_previous", _("Against the version before")),
    ):
        if lines := row.measure.get(key, {}).get("lines"):
            said.append(
                _("%(than)s: %(kept)d lines kept, %(changed)d changed, %(added)d added, %(removed)d removed")
                % {"than": words, **lines}
            )
    for name, change in row.measure.get("fields", {}).items():
        said.append(f"{name}: {_short(change['before'])} → {_short(change['after'])}")
    return said


def _short(value: Any) -> str:
    text = _("nothing") if value in (None, "", []) else str(value)
    return text if len(text) <= 90 else f"{text[:89]}…"


@login_required
@require_POST
def contribution_new(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """Enter one by hand."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    form = ContributionForm(request.POST)
    if not form.is_valid():
        return _page(request, production, form)
    attempt(
        request,
        lambda: contribution_enter(production=production, by=request.user, **form.cleaned_data),
        done=_("Entered. It can be corrected by another entry, never changed."),
    )
    return redirect("productions:authorship", production.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contribution_page(request: HttpRequest, contribution_id: UUID) -> HttpResponse:
    """One contribution with its corrections; saving appends another."""
    row = get_object_or_404(contributions_visible_to(request.user), pk=contribution_id)
    may = request.user.has_perm("productions.change", row.production)
    corrected = getattr(row, "corrected_by", None)
    initial = {"act": row.act, "note": row.note, "credited": row.credited}
    form = CorrectionForm(request.POST or None, initial=initial)
    if request.method == "POST":
        require(request.user, "productions.change", row.production)
        if form.is_valid():
            done = _("Corrected: what was written stays, and what holds stands beside it.")
            given = dict(form.cleaned_data)
            if attempt(request, lambda: contribution_correct(contribution=row, by=request.user, **given), done=done):
                return redirect("productions:authorship", row.production.pk)
    [shown] = _with_targets([row])
    context = {"production": row.production, "one": shown, "corrected": corrected,
               "form": form if may and corrected is None else None}  # fmt: skip
    return render(request, "productions/contribution.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def take_choice(request: HttpRequest, take_id: UUID, how: str) -> HttpResponse:
    """Prefer a take, or do not use it; the reason is part of the record."""
    take = get_object_or_404(
        takes_visible_to(request.user).select_related("shot__scene__screenplay__production"), pk=take_id
    )
    require(request.user, "productions.change", take.shot.scene.screenplay.production)
    reason = request.POST.get("reason", "")[:1000]
    service, done = (take_choose, _("It is used.")) if how == "choose" else (take_reject, _("It is not used."))
    attempt(request, lambda: service(take=take, by=request.user, reason=reason), done=done)
    return redirect("productions:take", take.pk)
