"""Having a screenplay written: a row before the work, then the grammar at once or a model as a job; a failure leaves what
there was as it was."""

from typing import Any

from django.db import transaction

from auditor.media import Progress
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.models import JobKind, JobState
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.models import Production, Screenplay, Writing
from django_site.apps.productions.services.screenplays import overlap_of, screenplay_keep, screenplay_plan
from django_site.errors import SiteError, WrongStateError
from generator.errors import GeneratorError

#: States of a job in which a screenplay is still being written.
_OWED = (JobState.QUEUED, JobState.RUNNING)


def writing_request(
    *, production: Production, by: User, structure: str = "three-act", scenes: int | None = None
) -> Writing:
    """Ask for a screenplay as the next version. The grammar writes it at once; a model, as a job that can be watched and
    called off.

    Raises ``BriefError``, ``StoryError`` and ``SubjectError`` (with what can be done instead) before any work, and
    ``WrongStateError`` while another one is being written.
    """
    require(by, "productions.change", production)
    screenplay_plan(production, structure=structure, scenes=scenes)
    card = wiring.screenplay_writer().card
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        if writing_owed(production) is not None:
            raise WrongStateError("a screenplay is being written already; wait for it, or call it off")
        writing = Writing.objects.create(
            production=production, asked_by=by, structure=structure, scenes=scenes or 0, writer=card.author.id
        )
        if card.kind == "model":
            job = job_enqueue(
                kind=JobKind.WRITE_SCREENPLAY,
                key=f"write_screenplay:{writing.pk}",
                production=production,
                target_id=writing.pk,
                requested_by=by,
            )
            Writing.objects.filter(pk=writing.pk).update(job=job)
            writing.job = job
            return writing
    try:
        written = _written(writing)
        with transaction.atomic():
            _keep(writing, written)
    except (GeneratorError, SiteError) as error:
        writing_stopped(target_id=writing.pk, reason=str(error))
        raise
    return writing


def writing_owed(production: Production) -> Writing | None:
    """The screenplay that is being written now."""
    return production.writings.filter(job__state__in=_OWED).select_related("job").first()


def writing_write(*, work: JobWork) -> None:
    """Write it, and keep it as the next version unless somebody saved one meanwhile."""
    writing = Writing.objects.select_related("production__organisation", "asked_by").get(pk=work.job.target_id)
    work.on_progress(Progress("screenplay", 0, 1, "scenes"))
    written = _written(writing, on_progress=work.on_progress, cancelled=work.cancelled)
    with work.fenced():
        screenplay = _keep(writing, written)
        work.finish(screenplay=str(screenplay.pk), version=screenplay.version, writer=written.card.author.id)


def _written(writing: Writing, **watched: Any):
    production = writing.production
    plan = screenplay_plan(production, structure=writing.structure, scenes=writing.scenes or None)
    writer = wiring.screenplay_writer()
    return writer.write(plan, accepts=lambda words: overlap_of(production, words), **watched)


def _keep(writing: Writing, written) -> Screenplay:
    newer = writing.production.screenplays.filter(created_at__gt=writing.created_at).order_by("-version").first()
    if newer is not None:
        raise WrongStateError(
            f"version {newer.version} was saved while this was being written, so it was not kept; have it written again"
        )
    screenplay = screenplay_keep(
        production=writing.production, by=writing.asked_by, written=written, structure=writing.structure
    )
    Writing.objects.filter(pk=writing.pk).update(screenplay=screenplay, writer=written.card.author.id, reason="")
    writing.screenplay = screenplay
    return screenplay


def writing_stopped(*, target_id, reason: str) -> None:
    """It was not written; the version before is as it was."""
    Writing.objects.filter(pk=target_id, screenplay__isnull=True).update(reason=reason)
