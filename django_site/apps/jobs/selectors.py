"""Reading jobs."""

from django.db.models import Q, QuerySet

from django_site.apps.accounts.models import REVIEWING_ROLES, Role, User
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.productions.selectors import productions_visible_to


def jobs_visible_to(user: User) -> QuerySet[Job]:
    """Jobs of the productions that the person may see and of the organisations for which they work, newest first."""
    seen = Q(production__in=productions_visible_to(user))
    if user.is_authenticated:
        works_for = user.memberships.filter(role__in=[Role.PRODUCER, *REVIEWING_ROLES]).values("organisation")
        seen |= Q(organisation__in=works_for)
    return Job.objects.filter(seen).order_by("-created_at")


def job_right(job: Job) -> tuple[str, object]:
    """The permission that changing this job takes, and on what."""
    if job.kind in (JobKind.WITHDRAW_LIKENESS, JobKind.WITHDRAW_MODEL):
        return "likeness.call_off", job.organisation
    if job.production is not None:
        return "productions.change", job.production
    if job.kind == JobKind.COMPARE_POLICIES:
        return "policies.draft", job.organisation
    return "corpora.change", job.organisation


def jobs_of(target_id) -> QuerySet[Job]:
    """Every job about one take, cut or imported file, oldest first."""
    return Job.objects.filter(target_id=target_id).order_by("created_at")
