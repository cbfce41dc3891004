"""The review room in numbers."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from django_site.apps.accounts.models import REVIEWING_ROLES
from django_site.apps.reviews.services.statistics import LEAST_PAIRS, LEAST_TAIL, Statistics, statistics_of
from django_site.errors import NotAllowedError
from django_site.pages.drawings import StackedBars, stacked_bars

PERIODS = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("A year"),
    "all": gettext_lazy("Ever"),
}


@login_required
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Of the cases that the person reviews, by period."""
    roles = request.user.memberships.filter(role__in=REVIEWING_ROLES)
    here = request.user.production_memberships.filter(role__in=REVIEWING_ROLES)
    if not roles.exists() and not here.exists():
        raise NotAllowedError("these numbers are for the legal side; ask a legal reviewer")
    period = request.GET.get("period", "90")
    period = period if period in PERIODS else "90"
    said = statistics_of(request.user, days=None if period == "all" else int(period))
    context = {
        "said": said,
        "periods": PERIODS.items(),
        "period": period,
        "chart": _chart(said),
        "rows": [(_bucket(begins, said), turnaround) for begins, turnaround in said.by_time],
        "least_pairs": LEAST_PAIRS,
        "least_tail": LEAST_TAIL,
    }
    return render(request, "reviews/statistics.html", context)


def _bucket(begins, said: Statistics) -> str:
    return _("from %(day)s") % {"day": date_format(begins, "j M")} if said.weeks else date_format(begins, "F Y")


def _chart(said: Statistics) -> StackedBars | None:
    rows = [(_bucket(begins, said), [one.n - one.late, one.late]) for begins, one in said.by_time]
    return stacked_bars(rows) if rows else None
