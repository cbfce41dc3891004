"""Statements: what a person earned, what a production owes; as a page, CSV or JSON, and where people enter figures."""

from dataclasses import asdict
from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.likeness.compensation import correction_enter, payment_enter, receipts_report
from django_site.apps.likeness.models import ConsentGrant, Subject
from django_site.apps.likeness.money_statements import Statement, production_statement, statement_of
from django_site.apps.likeness.selectors import subjects_visible_to
from django_site.apps.productions.models import Production
from django_site.apps.productions.selectors import productions_visible_to
from django_site.pages.csv_files import csv_lines
from django_site.pages.failures import attempt


class MoneyForm(forms.Form):
    """An amount of one currency under a name that makes it one entry."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), max_digits=14, decimal_places=2)
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=gettext_lazy("Currency"), help_text=gettext_lazy("Three letters of ISO 4217, e.g. USD")
    )


class ReceiptsForm(MoneyForm):
    field_order = ["period", "basis", "amount", "currency"]
    period = forms.CharField(
        label=gettext_lazy("Period"),
        max_length=60,
        help_text=gettext_lazy("For example 2026-Q3; each is reported once"),
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("These are"),
        choices=[("gross_receipts", gettext_lazy("Gross receipts")), ("net_receipts", gettext_lazy("Net receipts"))],
    )


class EntryForm(MoneyForm):
    field_order = ["act", "grant", "amount", "currency", "reference", "reason"]
    act = forms.ChoiceField(
        label=gettext_lazy("Enter a"),
        choices=[("payment", gettext_lazy("Payment")), ("correction", gettext_lazy("Correction, more or less"))],
    )
    grant = forms.ModelChoiceField(ConsentGrant.objects.none(), label=gettext_lazy("Under the grant"))
    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=60)
    reason = forms.CharField(label=gettext_lazy("Reason, for a correction"), required=False, max_length=500)

    def __init__(self, *args, subject: Subject, **more) -> None:
        super().__init__(*args, **more)
        self.fields["grant"].queryset = subject.grants.exclude(state="drafted")
        self.fields["grant"].label_from_instance = lambda grant: (
            f"{grant.scope['description'][:60]} · v{grant.version} · {grant.get_state_display()}"
        )


def _period(request: HttpRequest) -> tuple[datetime | None, datetime | None]:
    """From and until, as days in UTC; a day that can't be read is no limit."""

    def day(name: str) -> datetime | None:
        try:
            found = parse_date(request.GET.get(name, ""))
        except ValueError:
            found = None
        return datetime.combine(found, time(), UTC) if found else None

    return day("from"), day("until")


def _subject(request: HttpRequest, subject_id: UUID) -> Subject:
    subject = get_object_or_404(subjects_visible_to(request.user).select_related("organisation"), pk=subject_id)
    require(request.user, "likeness.view", subject)
    return subject


def _production(request: HttpRequest, production_id: UUID) -> Production:
    return get_object_or_404(productions_visible_to(request.user), pk=production_id)


@login_required
@require_safe
def subject_money(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """What the person earned, was paid, and is owed."""
    return _subject_page(request, _subject(request, subject_id))


def _subject_page(request: HttpRequest, subject: Subject, form: EntryForm | None = None) -> HttpResponse:
    may_enter = request.user.has_perm("likeness.money", subject)
    return render(
        request,
        "likeness/statement.html",
        {
            "statement": statement_of(subject, *_period(request)),
            "subject": subject,
            "form": (form or EntryForm(subject=subject)) if may_enter else None,
            "query_string": request.GET.urlencode(),
        },
        status=400 if form else 200,
    )


@login_required
@require_safe
def production_money(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """What the production owes to everybody who is in it."""
    return _production_page(request, _production(request, production_id))


def _production_page(request: HttpRequest, production: Production, form: ReceiptsForm | None = None) -> HttpResponse:
    may_report = request.user.has_perm("productions.change", production)
    return render(
        request,
        "likeness/statement.html",
        {
            "statement": production_statement(production, *_period(request)),
            "production": production,
            "form": (form or ReceiptsForm()) if may_report else None,
            "query_string": request.GET.urlencode(),
        },
        status=400 if form else 200,
    )


@login_required
@require_POST
def money_enter(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """The legal side notes a payment or mends a mistake."""
    subject = _subject(request, subject_id)
    require(request.user, "likeness.money", subject)
    form = EntryForm(request.POST, subject=subject)
    if not form.is_valid():
        return _subject_page(request, subject, form)
    given = dict(form.cleaned_data)
    act, reason = given.pop("act"), given.pop("reason")
    attempt(
        request,
        lambda: (
            payment_enter(**given, by=request.user)
            if act == "payment"
            else correction_enter(**given, reason=reason, by=request.user)
        ),
        done=_("Entered. The person sees it on their statement."),
    )
    return redirect("likeness:money", subject.pk)


@login_required
@require_POST
def receipts_enter(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """The producer reports receipts of a period."""
    production = _production(request, production_id)
    require(request.user, "productions.change", production)
    form = ReceiptsForm(request.POST)
    if not form.is_valid():
        return _production_page(request, production, form)
    attempt(
        request,
        lambda: receipts_report(production=production, by=request.user, **form.cleaned_data),
        done=_("Reported. Shares are entered for every grant that has one on this basis."),
    )
    return redirect("likeness:production_money", production.pk)


@login_required
@require_safe
def subject_money_file(request: HttpRequest, subject_id: UUID, form: str) -> HttpResponse:
    return _file(statement_of(_subject(request, subject_id), *_period(request)), form)


@login_required
@require_safe
def production_money_file(request: HttpRequest, production_id: UUID, form: str) -> HttpResponse:
    return _file(production_statement(_production(request, production_id), *_period(request)), form)


def _file(statement: Statement, form: str) -> HttpResponse:
    if form == "json":
        response: HttpResponse = JsonResponse(statement_document(statement))
    else:
        columns = ["at", "kind", "subject", "production", "basis", "amount", "currency", "grant", "version", "id"]
        said = (asdict(line) | {"at": line.at.isoformat()} for line in statement.lines)
        rows = ([one[name] for name in columns] for one in said)
        response = HttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statement.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


def statement_document(statement: Statement) -> dict:
    """The statement as JSON: amounts as text, so that nothing is rounded on the way."""

    def plain(value):
        if isinstance(value, Decimal):
            return f"{value:.2f}"
        return value.isoformat() if isinstance(value, datetime) else value

    return {
        "of": statement.title,
        "from": plain(statement.start),
        "until": plain(statement.end),
        "balances": [{name: plain(v) for name, v in asdict(one).items()} for one in statement.balances],
        "entries": [{name: plain(v) for name, v in asdict(one).items()} for one in statement.lines],
    }
