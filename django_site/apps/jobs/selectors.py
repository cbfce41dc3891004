"""Reading jobs."""

from django.db.models import QuerySet

from django_site.apps.accounts.models import User
from django_site.apps.jobs.models import Job
from django_site.apps.productions.selectors import productions_visible_to


def jobs_visible_to(user: User) -> QuerySet[Job]:
    """Jobs of the productions that the person may see, newest first."""
    return Job.objects.filter(production__in=productions_visible_to(user)).order_by("-created_at")


def jobs_of(target_id) -> QuerySet[Job]:
    """Every job about one take, cut or imported file, oldest first."""
    return Job.objects.filter(target_id=target_id).order_by("created_at")
