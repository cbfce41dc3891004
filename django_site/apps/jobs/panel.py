"""Live progress: which jobs a page shows, and a fingerprint by which it knows that something ended."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from django_site.apps.accounts.models import User
from django_site.apps.audience.insight_models import Insight
from django_site.apps.corpora.models import CorpusImport, WorkAsset
from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.jobs.selectors import job_right, jobs_visible_to
from django_site.apps.productions.models import Cut, ImportedMedia, Production, Take, Writing
from django_site.apps.provenance.models import Binder, Output
from django_site.apps.training.models import TrainedModel, TrainingRun

#: Jobs that a panel names one by one; of the others it says how many wait.
SHOWN = 6
#: Seconds between polls while something runs, and while everything waits for a worker.
POLL_RUNNING, POLL_WAITING = 1, 3
_ACTIVE = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job and what it is about."""

    job: Job
    about: str

    @property
    def percent(self) -> int:
        return round(100 * self.job.progress)


@dataclass(frozen=True, slots=True)
class Panel:
    """Jobs under way, how many wait beyond those, the newest that failed, and how to ask again."""

    rows: tuple[JobRow, ...]
    waiting: int
    failed: JobRow | None
    url: str
    seen: str
    may_cancel: bool
    #: Whose work it is as a whole, where that may be paused.
    production: Production | None = None

    @property
    def paused(self) -> bool:
        return self.production is not None and self.production.paused_at is not None

    @property
    def poll_seconds(self) -> int:
        """0 where there is nothing to wait for."""
        if not self.rows or (self.paused and all(row.job.state == JobState.QUEUED for row in self.rows)):
            return 0
        return POLL_RUNNING if any(row.job.state == JobState.RUNNING for row in self.rows) else POLL_WAITING


def panel_of_production(user: User, production: Production) -> Panel:
    """The jobs of a production."""
    jobs = jobs_visible_to(user).filter(production=production)
    may = user.has_perm("productions.change", production)
    panel = _panel(jobs, reverse("jobs:production", args=[production.pk]), may_cancel=may)
    return replace(panel, production=production)


def panel_of_target(user: User, target_id: UUID) -> Panel:
    """The jobs about one take, cut (with what is made from its release), imported file, corpus or writing."""
    made = Output.objects.filter(release__cut=target_id).values("pk")
    jobs = jobs_visible_to(user).filter(Q(target_id=target_id) | Q(target_id__in=made))
    newest = jobs.select_related("production", "organisation").first()
    may = newest is not None and user.has_perm(*job_right(newest))
    return _panel(jobs, reverse("jobs:target", args=[target_id]), may_cancel=may)


def panel_of_jobs(jobs: QuerySet[Job], url: str) -> Panel:
    """Jobs that the caller has chosen for somebody who may watch them and no more; ``url`` answers their polls."""
    return _panel(jobs, url, may_cancel=False)


def _panel(jobs: QuerySet[Job], url: str, *, may_cancel: bool) -> Panel:
    active = list(jobs.filter(state__in=_ACTIVE).order_by("-state", "created_at"))
    last = jobs.exclude(state__in=_ACTIVE).order_by("-finished_at").first()
    failed = last if last and last.state in (JobState.FAILED, JobState.CANCELLED) else None
    named = _named([*active[:SHOWN], *([failed] if failed else [])])
    marks = [f"{job.pk}{job.state}" for job in active] + [str(last.pk) if last else ""]
    return Panel(
        rows=tuple(row for row in named if row.job is not failed),
        waiting=max(0, len(active) - SHOWN),
        failed=next((row for row in named if row.job is failed), None),
        url=url,
        seen=hashlib.sha256("".join(sorted(marks)).encode()).hexdigest()[:16],
        may_cancel=may_cancel,
    )


def _named(jobs: Sequence[Job]) -> list[JobRow]:
    """Each with the name of its target; one query a kind of target."""
    wanted = {job.target_id for job in jobs}
    kinds = {job.kind for job in jobs}
    names: dict[UUID, str] = {}
    if kinds & {JobKind.RENDER_TAKE, JobKind.AUDIT_TAKE}:
        for take in Take.objects.filter(pk__in=wanted).select_related("shot"):
            names[take.pk] = str(take)
    if kinds & {JobKind.ASSEMBLE_CUT, JobKind.AUDIT_CUT, JobKind.SIGN_CUT}:
        names |= {cut.pk: str(cut) for cut in Cut.objects.filter(pk__in=wanted)}
    if JobKind.AUDIT_IMPORT in kinds:
        names |= {imported.pk: imported.name for imported in ImportedMedia.objects.filter(pk__in=wanted)}
    if kinds & {JobKind.LOOK_CORPUS, JobKind.IMPORT_CORPUS}:
        names |= {corpus.pk: corpus.name for corpus in CorpusImport.objects.filter(pk__in=wanted)}
    if JobKind.MAKE_BINDER in kinds:
        names |= {one.pk: str(one) for one in Binder.objects.select_related("cut").filter(pk__in=wanted)}
    if JobKind.MAKE_OUTPUT in kinds:
        names |= {one.pk: one.get_kind_display() for one in Output.objects.filter(pk__in=wanted)}
    if JobKind.WRITE_SCREENPLAY in kinds:
        names |= {one.pk: one.writer for one in Writing.objects.filter(pk__in=wanted)}
    if JobKind.REPLACE_WORK in kinds:
        rows = WorkAsset.objects.filter(pk__in=wanted).select_related("work")
        names |= {row.pk: str(row.work) for row in rows}
    if kinds & {JobKind.TRAIN_MODEL, JobKind.WITHDRAW_MODEL}:
        names |= {run.pk: run.name for run in TrainingRun.objects.filter(pk__in=wanted)}
        names |= {model.pk: str(model) for model in TrainedModel.objects.filter(pk__in=wanted)}
    if JobKind.MAKE_INSIGHT in kinds:
        names |= {one.pk: str(one) for one in Insight.objects.select_related("screening").filter(pk__in=wanted)}
    return [JobRow(job, names.get(job.target_id, "")) for job in jobs]
