"""A training before its first step: planned, read by a person, confirmed, decided by the policies, fixed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.models import Job, JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.likeness.models import ConsentGrant, GrantState, Modality, Subject
from django_site.apps.likeness.selectors import grant_nearest, grants_by_subject
from django_site.apps.likeness.training import training_begin
from django_site.apps.productions.models import Production
from django_site.apps.training.documents import set_document, set_sha256
from django_site.apps.training.holding import held_share
from django_site.apps.training.kinds import MAX_STEPS, TRAININGS, models_added, need_packages
from django_site.apps.training.models import (
    ModelKind,
    RunState,
    TrainedModel,
    TrainingPerson,
    TrainingRun,
    TrainingWork,
)
from django_site.apps.training.offered import MAX_FILES, MAX_WORKS, OfferedWork, act_of, works_judged, works_of
from django_site.errors import InputError, WrongStateError

#: Largest seed that canonical JSON holds exactly (RFC 8785, section 3.2.2.3).
MAX_SEED = 2**53 - 1


def training_plan(
    *,
    production: Production,
    by: User,
    kind: str,
    name: str,
    works: Sequence[UUID],
    people: Mapping[UUID, Iterable[str]] | None = None,
    shared: bool = False,
    renders: Mapping[str, int] | None = None,
    steps: int | None = None,
    seed: int | None = None,
    base: str = "",
    settings: Mapping[str, Any] | None = None,
) -> TrainingRun:
    """Write down what shall be trained on what; nothing is learned yet. ``works`` by id, ``people`` in them by id with what
    of each, ``renders`` ``{"shots", "frames_per_shot", "width", "height"}`` of our own renderer, ``settings`` what the
    recipe shall do otherwise than by itself.

    Raises ``InputError`` for what can't be trained: works that may not be learned from are named with the reason.
    """
    require(by, "productions.change", production)
    need_packages()
    training = TRAININGS.get(kind)
    if training is None:
        raise InputError(f"choose what is trained: {', '.join(TRAININGS)}")
    steps = training.steps if steps is None else steps
    seed = production.seed if seed is None else seed
    if not 1 <= steps <= MAX_STEPS:
        raise InputError(f"{steps} steps can't be trained; choose 1 to {MAX_STEPS:,}")
    if not 0 <= seed <= MAX_SEED:
        raise InputError(f"{seed} is no seed; choose a whole number up to {MAX_SEED}")
    if (kind == ModelKind.LORA) != bool(base):
        raise InputError("an adapter changes a model that was added; choose which" if kind == ModelKind.LORA
                         else "only an adapter begins from another model; leave that empty")  # fmt: skip
    if base:
        models_added().get(base)
    offered = _chosen(production, works, shared=shared)
    chosen = {"held_out": held_share(offered, kind=kind, least=training.least), **(settings or {})}
    with transaction.atomic():
        run = TrainingRun.objects.create(
            organisation=production.organisation, production=production, shared=shared, name=name, kind=kind, base=base,
            seed=seed, steps=steps, renders=dict(renders) if renders else None, settings=chosen, asked_by=by,
        )  # fmt: skip
        _works_write(run, offered)
        _people_write(run, people or {})
    return run


def _chosen(production: Production, works: Sequence[UUID], *, shared: bool) -> list[OfferedWork]:
    """The works, all of which may be learned from. Raises ``InputError`` naming those that may not, and why."""
    wanted = list(dict.fromkeys(works))
    rows = list(works_of(production).filter(pk__in=wanted).order_by("title", "id")) if wanted else []
    if not rows:
        raise InputError(
            "choose at least one work to learn from: a model without works has nobody to thank for its look"
        )
    if len(rows) < len(wanted):
        raise InputError("some of the chosen works are not registered here; choose from the list")
    offered = works_judged(production, rows, shared=shared)
    refused = [one for one in offered if not one.allowed]
    if refused:
        raise InputError(
            " ".join(f"{one.against[0].plain.rstrip('.')}. {one.against[0].remedy}" for one in refused[:5])
        )
    files = sum(len(one.files) for one in offered)
    if len(offered) > MAX_WORKS or files > MAX_FILES:
        raise InputError(f"{len(offered)} works with {files} files are more than {MAX_FILES}; choose fewer")
    return offered


def _works_write(run: TrainingRun, offered: Sequence[OfferedWork]) -> None:
    run.works.all().delete()
    TrainingWork.objects.bulk_create(
        TrainingWork(
            run=run, work=one.work, licence=one.licence, title=one.work.title,
            rights_holder=one.work.rights_holder.name, files=[row.asset.sha256 for row in one.files],
        )
        for one in offered
    )  # fmt: skip


def _people_write(run: TrainingRun, people: Mapping[UUID, Iterable[str]]) -> None:
    known = {
        subject.pk: subject for subject in Subject.objects.filter(pk__in=list(people), organisation=run.organisation_id)
    }
    if len(known) < len(people):
        raise InputError("somebody in the data is not registered here; choose from the list")
    grants = grants_by_subject(known)
    for pk, modalities in people.items():
        for modality in dict.fromkeys(modalities):
            if modality not in Modality.values:
                raise InputError(f"{modality} is nothing that a model learns of a person")
            TrainingPerson.objects.create(
                run=run,
                subject=known[pk],
                modality=modality,
                grant=person_grant(run.production, grants.get(str(pk), []), modality),
            )


def person_grant(production: Production, grants: Sequence[ConsentGrant], modality: str) -> ConsentGrant | None:
    """The grant in force of a person that comes nearest to this training."""
    standing = [grant for grant in grants if grant.state == GrantState.ACTIVE]
    return grant_nearest(standing, production, modality=modality)


def modalities_of(run: TrainingRun) -> dict[str, list[str]]:
    """What of whom is in the data, by id of the person."""
    found: dict[str, list[str]] = {}
    for person in run.people.all():
        found.setdefault(str(person.subject_id), []).append(person.modality)
    return found


def facts_asked(run: TrainingRun) -> dict[str, Any]:
    """What the policies are asked about a training, as ``train_facts`` and ``training_begin`` take it."""
    return {
        "modalities": modalities_of(run),
        "model": run.name,
        "act": act_of(run.shared),
        "data_sha256": sorted({digest for work in run.works.all() for digest in work.files}),
        "base": models_added().get(run.base).chosen().card.as_dict() if run.base else None,
        "drawn_by": wiring.previz_backend().card.as_dict() if run.renders else None,
    }


def training_confirm(*, run: TrainingRun, by: User) -> TrainingRun:
    """Say yes to what was planned: the policies decide, for each work and person, and only then it is owed to a worker.

    Raises ``WrongStateError`` with the reason where they do not allow it, or where it changed since it was read: then
    nothing is trained; the refusal is on the record.
    """
    require(by, "productions.change", run.production)
    need_packages()
    refused: WrongStateError | None = None
    with transaction.atomic():
        run = (
            TrainingRun.objects.select_for_update(of=("self",))
            .select_related("production__organisation")
            .get(pk=run.pk)
        )
        if run.state != RunState.PLANNED:
            raise WrongStateError(f"this training is {run.get_state_display().lower()}; plan another")
        offered = _chosen(run.production, list(run.works.values_list("work", flat=True)), shared=run.shared)
        if _changed(run, offered):
            _works_write(run, offered)
        try:
            decision, uses = training_begin(production=run.production, by=by, **facts_asked(run))
        except WrongStateError as error:
            refused = error  # the decision stays on the record
        else:
            for use in uses:
                modality = use.spans[0][0]
                run.people.filter(subject=use.subject_id, modality=modality).update(use=use, grant=use.grant)
            document = set_document(run)
            run.decision, run.set_sha256 = decision, set_sha256(document)
            run.confirmed_by, run.confirmed_at, run.state = by, timezone.now(), RunState.QUEUED
            run.save()
            _owe(run, by)
    if refused is not None:
        raise refused
    return run


def _changed(run: TrainingRun, offered: Sequence[OfferedWork]) -> bool:
    """Whether files or licences are others than when it was planned."""
    then = {row.work_id: (row.licence_id, sorted(row.files)) for row in run.works.all()}
    now = {
        one.work.pk: (one.licence.pk if one.licence else None, sorted(row.asset.sha256 for row in one.files))
        for one in offered
    }
    return then != now


def _owe(run: TrainingRun, by: User) -> Job:
    TrainingRun.objects.filter(pk=run.pk).update(round=F("round") + 1)
    run.refresh_from_db(fields=["round"])
    return job_enqueue(
        kind=JobKind.TRAIN_MODEL,
        key=f"{JobKind.TRAIN_MODEL}:{run.pk}:{run.round}",
        production=run.production,
        target_id=run.pk,
        requested_by=by,
    )


def run_move(run: TrainingRun, sources: Iterable[str], state: RunState, **values: Any) -> None:
    """Bring a training into a state. Raises ``WrongStateError`` from any other than ``sources``."""
    if not TrainingRun.objects.filter(pk=run.pk, state__in=list(sources)).update(state=state, **values):
        run.refresh_from_db()
        raise WrongStateError(f"this training is {run.get_state_display().lower()}; that can't be done to it now")
    run.refresh_from_db()


def version_next(run: TrainingRun) -> int:
    """The version that the next model of this name has."""
    last = TrainedModel.objects.filter(organisation=run.organisation_id, name=run.name).order_by("-version").first()
    return last.version + 1 if last else 1
