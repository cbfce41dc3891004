"""What was destroyed and when, for the legal side; and the schedule itself, for everybody."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from django_site.apps.accounts.models import REVIEWING_ROLES, Organisation
from django_site.apps.likeness.models import RetentionRun, Subject
from django_site.apps.likeness.services.biometrics import TEMPLATE_LIFETIME
from django_site.errors import NotAllowedError
from django_site.pages.paging import keyset_page


@login_required
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """The runs, newest first, with what they say about people of the reader's organisations."""
    houses = request.user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
    if not houses.exists():
        raise NotAllowedError("the record of what was destroyed is for the legal side; ask the head of legal")
    page = keyset_page(RetentionRun.objects.all(), order=("-id",), cursor=request.GET.get("after", ""))
    named = {one["subject"] for run in page.rows for one in [*run.destroyed, *run.upcoming, *run.failed]} - {""}
    people = {str(one.pk): one for one in Subject.objects.filter(pk__in=named, organisation__in=houses)}
    rows = [
        {
            "run": run,
            **{
                name: [
                    one | {"person": people[one["subject"]]} for one in getattr(run, name) if one["subject"] in people
                ]
                for name in ("destroyed", "upcoming", "failed")
            },
        }
        for run in page.rows
    ]
    return render(request, "likeness/retention.html", {"page": page, "rows": rows})


@require_safe
def schedule(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """How long an organisation keeps biometrics, for the public."""
    organisation = get_object_or_404(Organisation, pk=organisation_id)
    context = {"organisation": organisation, "days": TEMPLATE_LIFETIME.days}
    return render(request, "likeness/schedule.html", context)
