"""Importing a corpus: bring it, read what would become of it, say yes, see what did."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.corpora.forms import CorpusForm
from django_site.apps.corpora.imports import corpus_bring_in, corpus_confirm, corpus_discard, corpus_resume
from django_site.apps.corpora.models import CorpusImport, CorpusState, FileOutcome
from django_site.apps.corpora.selectors import imports_visible_to
from django_site.apps.jobs.panel import panel_of_target
from django_site.errors import NotAllowedError
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from django_site.pages.paging import keyset_page

#: Licences that the preview names one by one, the most frequent first.
LICENCES_SHOWN = 20


@login_required
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """Every corpus that was brought to the person's organisations, newest first."""
    rows = imports_visible_to(request.user).select_related("organisation", "requested_by")
    page = keyset_page(rows, order=("-created_at", "-id"), cursor=request.GET.get("after", ""))
    return render(request, "corpora/imports.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """Bring a corpus. What can't be one is refused with the reason, beside its field."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CorpusForm(*given, user=request.user)
    if not form.organisations:
        raise NotAllowedError("only producers and reviewers of an organisation register works; ask one of them")
    if request.method == "POST" and form.is_valid():
        archive, table = form.cleaned_data["archive"], form.cleaned_data["table"]
        try:
            corpus = corpus_bring_in(
                organisation=form.chosen_organisation,
                by=request.user,
                archive=archive.file if archive else None,
                archive_name=archive.name if archive else "",
                folder=form.cleaned_data.get("folder", ""),
                table=table.read() if table else None,
                table_name=table.name if table else "",
                rights_holder=form.cleaned_data["rights_holder"],
            )
        except NotAllowedError:
            raise
        except ANTICIPATED as error:
            about_table = table is not None and str(error).startswith(table.name)
            form.add_error("table" if about_table else "archive" if archive else None, sentence(error))
        else:
            messages.success(request, _("It is being looked through. Nothing is registered before you say so."))
            return redirect("corpora:import", corpus.pk)
    return render(request, "corpora/import_new.html", {"form": form}, status=400 if form.errors else 200)


@login_required
@require_safe
def import_page(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Where it is: what would become of each file, how far the work is, what did become of each."""
    corpus = _import(request, import_id)
    preview = corpus.confirmed_at is None
    rows = corpus.files.filter(preview=preview)
    counted = dict(rows.values_list("outcome").annotate(Count("id")))
    counts = [(outcome.value, counted[outcome]) for outcome in FileOutcome if outcome in counted]
    show = request.GET.get("q", "")
    shown = rows.filter(outcome=show) if show in FileOutcome.values else rows
    adds = rows.filter(outcome=FileOutcome.ADDABLE if preview else FileOutcome.REGISTERED)
    licences = list(
        adds.values("licence").annotate(works=Count("work_key", distinct=True)).order_by("-works", "licence")
    )
    context = {
        "corpus": corpus,
        "preview": preview,
        "counts": counts,
        "files": sum(counted.values()),
        "addable": counted.get(FileOutcome.ADDABLE, 0),
        "works": sum(row["works"] for row in licences),
        "licences": licences[:LICENCES_SHOWN],
        "more_licences": max(0, len(licences) - LICENCES_SHOWN),
        "page": keyset_page(
            shown.select_related("work"), order=("position", "id"), cursor=request.GET.get("after", "")
        ),
        "query": show if show in FileOutcome.values else "",
        "panel": panel_of_target(request.user, corpus.pk),
        "working": corpus.state in (CorpusState.LOOKING, CorpusState.IMPORTING),
    }
    return render(request, "corpora/import.html", context)


@login_required
@require_POST
def import_confirm(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Register what the preview says can be."""
    corpus = _import(request, import_id)
    attempt(
        request,
        lambda: corpus_confirm(corpus=corpus, by=request.user),
        done=_("It is being imported. You can leave this page; it goes on."),
    )
    return redirect("corpora:import", corpus.pk)


@login_required
@require_POST
def import_resume(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Go on after a stop."""
    corpus = _import(request, import_id)
    attempt(request, lambda: corpus_resume(corpus=corpus, by=request.user), done=_("It goes on where it stopped."))
    return redirect("corpora:import", corpus.pk)


@login_required
@require_POST
def import_discard(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Put it aside for good."""
    corpus = _import(request, import_id)
    attempt(
        request,
        lambda: corpus_discard(corpus=corpus, by=request.user),
        done=_("It is discarded. What had been registered of it stays."),
    )
    return redirect("corpora:import", corpus.pk)


def _import(request: HttpRequest, import_id: UUID) -> CorpusImport:
    imports = imports_visible_to(request.user).select_related("organisation", "requested_by", "confirmed_by", "archive")
    corpus = get_object_or_404(imports, pk=import_id)
    require(request.user, "corpora.change", corpus.organisation)
    return corpus
