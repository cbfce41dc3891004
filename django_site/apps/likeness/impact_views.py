"""What the end of a consent reaches: read before it is confirmed, and followed afterwards; as a page, CSV or JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.models import JobState
from django_site.apps.jobs.panel import panel_of_jobs
from django_site.apps.likeness.impact import Reach, reach_of
from django_site.apps.likeness.impact_pages import GROUPS, ImpactRow, impact_groups, impact_rows
from django_site.apps.likeness.models import ConsentGrant, Subject
from django_site.apps.likeness.odrl import grant_odrl
from django_site.apps.likeness.reaching import reach_go_on, reach_jobs
from django_site.apps.likeness.selectors import subjects_visible_to
from django_site.pages.csv_files import csv_lines
from django_site.pages.failures import attempt

_COLUMNS = [
    "group",
    "id",
    "name",
    "production",
    "state",
    "at",
    "what",
    "manifest",
    "manifest_state",
    "case",
]


def _grant(user: User, grant_id: UUID) -> ConsentGrant:
    grants = ConsentGrant.objects.filter(subject__in=subjects_visible_to(user))
    grant = get_object_or_404(grants.select_related("subject__organisation"), pk=grant_id)
    require(user, "likeness.view", grant.subject)
    return grant


def _subject(user: User, subject_id: UUID) -> Subject:
    subject = get_object_or_404(subjects_visible_to(user).select_related("organisation"), pk=subject_id)
    require(user, "likeness.view", subject)
    return subject


@login_required
@require_safe
def impact(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Everything that the end of this grant reaches, or reached."""
    grant = _grant(request.user, grant_id)
    jobs = reach_jobs(grant)
    last = jobs.first()
    failed = last is not None and last.state in (JobState.FAILED, JobState.CANCELLED)
    context = {
        "grant": grant,
        "panel": panel_of_jobs(jobs, reverse("likeness:impact_jobs", args=[grant.pk])) if last else None,
        "may_go_on": failed
        and (
            request.user.has_perm("likeness.stop", grant.subject)
            or request.user.has_perm("likeness.answer", grant.subject)
        ),
        "reached": last.result["reached"].items() if last and last.result else (),
    }
    return _page(request, reach_of(grant), context)


@login_required
@require_safe
def impact_subject(request: HttpRequest, subject_id: UUID) -> HttpResponse:
    """Everything in which the person was found or used, whatever allows it."""
    return _page(request, Reach(_subject(request.user, subject_id)), {})


def _page(request: HttpRequest, reach: Reach, context: dict) -> HttpResponse:
    group = request.GET.get("q", "")
    group = group if group in GROUPS else ""
    groups = impact_groups(reach, request.user, group=group, cursor=request.GET.get("after", ""))
    said = {"subject": reach.subject, "groups": groups, "query": group, "templates": reach.subject.templates.count()}
    return render(request, "likeness/impact.html", {**said, **context})


@login_required
@require_safe
def impact_jobs(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """The progress alone, for htmx; when something ended the page looks at itself again."""
    grant = _grant(request.user, grant_id)
    panel = panel_of_jobs(reach_jobs(grant), reverse("likeness:impact_jobs", args=[grant.pk]))
    response = render(request, "components/jobs.html", {"panel": panel})
    if request.GET.get("seen", panel.seen) != panel.seen:
        response["HX-Trigger"] = "jobs-changed"
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def impact_go_on(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Take up what a failed job left."""
    grant = _grant(request.user, grant_id)
    attempt(request, lambda: reach_go_on(grant=grant, by=request.user), done=_("It goes on where it stopped."))
    return redirect("likeness:impact", grant.pk)


@login_required
@require_safe
def impact_file(request: HttpRequest, grant_id: UUID, form: str) -> HttpResponse:
    """The whole list as CSV or JSON, written as it is read."""
    grant = _grant(request.user, grant_id)
    rows = impact_rows(reach_of(grant))
    stream, media_type = (_csv(rows), "text/csv") if form == "csv" else (_json(grant, rows), "application/json")
    response = StreamingHttpResponse(stream, content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reach-{grant.grant}-v{grant.version}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
def grant_odrl_file(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """The grant as an ODRL policy, for other systems to read."""
    grant = _grant(request.user, grant_id)
    response = HttpResponse(json.dumps(grant_odrl(grant), indent=2), content_type="application/ld+json")
    response["Content-Disposition"] = f'attachment; filename="grant-{grant.grant}-v{grant.version}.jsonld"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv(rows: Iterator[ImpactRow]) -> Iterator[str]:
    said = (asdict(row) | {"at": row.at.isoformat()} for row in rows)
    return csv_lines(_COLUMNS, ([one[column] for column in _COLUMNS] for one in said))


def _json(grant: ConsentGrant, rows: Iterator[ImpactRow]) -> Iterator[str]:
    head = {"grant": str(grant.grant), "version": grant.version, "state": grant.state, "subject": str(grant.subject_id)}
    yield json.dumps(head)[:-1] + ', "reaches": ['
    for number, row in enumerate(rows):
        said = asdict(row) | {"at": row.at.isoformat()}
        yield ("," if number else "") + "\n" + json.dumps({column: said[column] for column in _COLUMNS})
    yield "\n]}\n"
