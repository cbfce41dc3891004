"""The corpus: which works we know, whose they are, and what their licences permit."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audits.selectors import findings_visible_to
from django_site.apps.corpora.analysis import chosen, corpus_measured, summary_rows
from django_site.apps.corpora.forms import LicenceEndForm, ReplaceForm, ScriptForm, TakeOutForm, TermsForm
from django_site.apps.corpora.models import CorpusImport, CorpusState, IndexSnapshot, Licence, LicensedAct, Work
from django_site.apps.corpora.scripts import script_register
from django_site.apps.corpora.selectors import imports_visible_to, works_visible_to
from django_site.apps.corpora.services import licence_add, licence_withdraw, work_replace, work_withdraw
from django_site.apps.jobs.panel import panel_of_target
from django_site.apps.training.standing import models_that_learned
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.pages.paging import keyset_page
from generator.narrative.pictures import arc_svg, network_svg, strip_svg


@login_required
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """Every work of the person's organisations, by title."""
    rows = works_visible_to(request.user).select_related("rights_holder").prefetch_related(
        Prefetch("licensed_acts", queryset=LicensedAct.objects.filter(current=True).select_related("licence")),
    )  # fmt: skip
    query = request.GET.get("q", "").strip()
    if query:
        rows = rows.filter(title__icontains=query)
    page = keyset_page(rows, order=("title", "id"), cursor=request.GET.get("after", ""))
    snapshot = IndexSnapshot.objects.order_by("-created_at").first()
    return render(
        request, "corpora/list.html", {"page": page, "query": query, "snapshot": snapshot, "open": _open(request)}
    )


@login_required
@require_safe
def analysis_page(request: HttpRequest) -> HttpResponse:
    """What was measured of the scripts that are licensed for it; ``?script=`` chooses whose pictures are drawn."""
    corpus = corpus_measured(request.user)
    shown = chosen(corpus.measured, request.GET.get("script", ""))
    pictures = {}
    if shown is not None:
        draw = {"arc": arc_svg, "network": network_svg, "strip": strip_svg}
        pictures = {name: mark_safe(drawn(shown.analysis, ident=name)) for name, drawn in draw.items()}  # noqa: S308 - escaped
    context = {"corpus": corpus, "summary": corpus.summary, "shown": shown, "pictures": pictures}
    context["rows"] = summary_rows(context["summary"])
    arc = shown.analysis.arc if shown else ()
    context["arc"] = [(round(100 * n / (len(arc) - 1)), value) for n, value in enumerate(arc)]
    return render(request, "corpora/analysis.html", context)


def _open(request: HttpRequest) -> list[CorpusImport]:
    """Imports that somebody has to say something to, or that are under way."""
    over = (CorpusState.DONE, CorpusState.DISCARDED)
    return list(imports_visible_to(request.user).exclude(state__in=over).order_by("-created_at")[:5])


@login_required
@require_safe
def work_page(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """A work, each version of its licence, and where it was found."""
    work = _work(request, work_id)
    return render(request, "corpora/work.html", _context(request, work))


def _work(request: HttpRequest, work_id: UUID) -> Work:
    return get_object_or_404(works_visible_to(request.user).select_related("rights_holder", "organisation"), pk=work_id)


def _context(request: HttpRequest, work: Work, **forms: Form) -> dict[str, Any]:
    licences = list(Licence.objects.filter(work=work).prefetch_related("acts").order_by("-version"))
    now = timezone.now()
    ending = {
        licence.pk: forms.get(f"end_{licence.pk}") or LicenceEndForm(licence_id=licence.pk)
        for licence in licences
        if licence.starts <= now and (licence.ends is None or licence.ends > now)
    }
    findings = findings_visible_to(request.user).filter(work=work).select_related(
        "audit__production", "audit__cut", "audit__take__shot", "audit__imported"
    ).order_by("-created_at")[:20]  # fmt: skip
    rows = list(work.assets.filter(replaced_at__isnull=True).select_related("asset"))
    pending = next((row for row in rows if row.pending), None)
    return {
        "work": work,
        "licences": [(licence, ending.get(licence.pk)) for licence in licences],
        "terms_form": forms.get("terms_form") or TermsForm(),
        "learned": models_that_learned(work),
        "findings": findings,
        "assets": [row.asset for row in rows if not row.pending],
        "pending": pending,
        "panel": panel_of_target(request.user, pending.pk) if pending else None,
        "may_change": request.user.has_perm("corpora.change", work.organisation),
        "replace_form": forms.get("replace_form") or ReplaceForm(),
        "scripts": list(work.scripts.all()),
        "script_form": forms.get("script_form") or ScriptForm(),
        "take_out_form": forms.get("take_out_form") or TakeOutForm(),
    }


@login_required
@require_POST
def work_replaced(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """Another file for the work; refused with the reason beside its field."""
    work = _work(request, work_id)
    require(request.user, "corpora.change", work.organisation)
    form = ReplaceForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            work_replace(work=work, source=form.cleaned_data["file"].file, by=request.user)
        except ANTICIPATED as error:
            form.add_error("file", sentence(error))
        else:
            messages.success(request, _("The new file is being read. Until then the earlier ones stand for the work."))
            return redirect("corpora:work", work.pk)
    return render(request, "corpora/work.html", _context(request, work, replace_form=form), status=400)


@login_required
@require_POST
def work_script(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """A text of the work; refused with the reason beside its field."""
    work = _work(request, work_id)
    require(request.user, "corpora.change", work.organisation)
    form = ScriptForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            script_register(work=work, content=given.read(), name=given.name, by=request.user)
        except ANTICIPATED as error:
            form.add_error("file", sentence(error))
        else:
            messages.success(request, _("Its words are looked for in screenplays from now on."))
            return redirect("corpora:work", work.pk)
    return render(request, "corpora/work.html", _context(request, work, script_form=form), status=400)


@login_required
@require_POST
def work_terms(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """New terms for the work, as the next version of its licence."""
    work = _work(request, work_id)
    require(request.user, "corpora.change", work.organisation)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return render(request, "corpora/work.html", _context(request, work, terms_form=form), status=400)
    attempt(
        request,
        lambda: licence_add(work=work, by=request.user, **form.values),
        done=_("The new terms are on record."),
    )
    return redirect("corpora:work", work.pk)


@login_required
@require_POST
def licence_ended(request: HttpRequest, work_id: UUID, licence_id: UUID) -> HttpResponse:
    """End a licence before its term, with everything that follows."""
    work = _work(request, work_id)
    require(request.user, "corpora.change", work.organisation)
    licence = get_object_or_404(Licence.objects.select_related("work__organisation"), pk=licence_id, work=work)
    form = LicenceEndForm(request.POST, licence_id=licence.pk)
    if not form.is_valid():
        context = _context(request, work, **{f"end_{licence.pk}": form})
        return render(request, "corpora/work.html", context, status=400)
    attempt(
        request,
        lambda: licence_withdraw(licence=licence, by=request.user, reason=form.cleaned_data["reason"]),
        done=_("The licence has ended. What relied on it is looked at again."),
    )
    return redirect("corpora:work", work.pk)


@login_required
@require_POST
def work_taken_out(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """Compare nothing with the work any more."""
    work = _work(request, work_id)
    require(request.user, "corpora.change", work.organisation)
    form = TakeOutForm(request.POST)
    if not form.is_valid():
        return render(request, "corpora/work.html", _context(request, work, take_out_form=form), status=400)
    attempt(
        request,
        lambda: work_withdraw(work=work, by=request.user, reason=form.cleaned_data["reason"]),
        done=_("It is taken out: nothing is compared with it any more."),
    )
    return redirect("corpora:work", work.pk)
