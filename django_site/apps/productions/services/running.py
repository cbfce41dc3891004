"""The work of a whole production: paused, gone on with, called off. What was done stays done."""

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.models import Job, JobState
from django_site.apps.jobs.services import job_cancel, jobs_send
from django_site.apps.productions.models import Production
from django_site.errors import WrongStateError


def production_pause(*, production: Production, by: User) -> Production:
    """Begin nothing more for it. What a worker is at goes on to its end, so that nothing is lost: one shot at most."""
    require(by, "productions.change", production)
    paused = Production.objects.filter(pk=production.pk, paused_at__isnull=True)
    if not paused.update(paused_at=timezone.now(), paused_by=by):
        raise WrongStateError("the production is paused already; go on with it, or call its work off")
    production.refresh_from_db()
    return production


def production_resume(*, production: Production, by: User) -> Production:
    """Go on where it stood: what waits is sent to the workers again."""
    require(by, "productions.change", production)
    with transaction.atomic():
        paused = Production.objects.filter(pk=production.pk, paused_at__isnull=False)
        if not paused.update(paused_at=None, paused_by=None):
            raise WrongStateError("the production is not paused; its work goes on")
        jobs_send(production=production)
    production.refresh_from_db()
    return production


def production_call_off(*, production: Production, by: User) -> int:
    """Call off everything that is owed to it: waiting work at once, running work at its next step. Returns how many."""
    require(by, "productions.change", production)
    called_off = 0
    for job in Job.objects.filter(production=production, state__in=(JobState.QUEUED, JobState.RUNNING)):
        try:
            job_cancel(job=job, by=by)
        except WrongStateError:
            continue  # it ended meanwhile
        called_off += 1
    if not called_off:
        raise WrongStateError("nothing is being worked on; there is nothing to call off")
    return called_off
