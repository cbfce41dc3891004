"""A training as a job: asked again whether it may, trained in a process of its own, published, and put on the record."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from auditor.media.types import Progress
from django_site import wiring
from django_site.apps.accounts.models import NoticeKind, User
from django_site.apps.accounts.notices import producers_tell
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.facts import train_facts
from django_site.apps.audits.models import Outcome
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.jobs.models import Job, JobState
from django_site.apps.jobs.services import job_cancel
from django_site.apps.jobs.work import JobWork
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.training.documents import set_document, set_sha256
from django_site.apps.training.kinds import need_packages
from django_site.apps.training.looks import run_folder
from django_site.apps.training.models import RunState, TrainedModel, TrainingRun
from django_site.apps.training.process import engine_run
from django_site.apps.training.services.planning import _owe, facts_asked, run_move, version_next
from django_site.errors import InputError, WrongStateError

#: States from which a training can go on: its last checkpoint is kept.
_STOPPED = (RunState.PAUSED, RunState.FAILED, RunState.CANCELLED)
_ACTIVE = (RunState.QUEUED, RunState.RUNNING)


def training_pause(*, run: TrainingRun, by: User) -> TrainingRun:
    """Stop after the step at work, to go on later. Raises ``WrongStateError`` where nothing is being trained."""
    require(by, "productions.change", run.production)
    with transaction.atomic():
        run_move(run, _ACTIVE, RunState.PAUSED, reason=f"Paused by {by}.")
        _call_off(run, by)
    return run


def training_cancel(*, run: TrainingRun, by: User) -> TrainingRun:
    """Stop it for now and for others to see; it could still go on from its last checkpoint."""
    require(by, "productions.change", run.production)
    with transaction.atomic():
        run_move(run, (*_ACTIVE, RunState.PAUSED), RunState.CANCELLED, reason=f"Cancelled by {by}.")
        _call_off(run, by)
    return run


def training_discard(*, run: TrainingRun, by: User) -> TrainingRun:
    """Put it aside for good: what was learned is deleted, what it was to learn from stays on the record."""
    require(by, "productions.change", run.production)
    with transaction.atomic():
        if _jobs(run).exists():
            raise WrongStateError("it is still stopping; discard it in a moment")
        run_move(run, (RunState.PLANNED, *_STOPPED), RunState.DISCARDED)
        transaction.on_commit(lambda: shutil.rmtree(run_folder(run.pk), ignore_errors=True))
    return run


def training_resume(*, run: TrainingRun, by: User) -> TrainingRun:
    """Go on from the last checkpoint. The policies are asked again before the next step."""
    require(by, "productions.change", run.production)
    need_packages()
    with transaction.atomic():
        if _jobs(run).exists():
            raise WrongStateError("it is still stopping; go on with it in a moment")
        run_move(run, _STOPPED, RunState.QUEUED, reason="")
        _owe(run, by)
    return run


#: What the engine says of a model whose samples come nearer to works than chance explains.
_SUSPECT = "memory is suspect"


def memory_suspect(run: TrainingRun) -> bool:
    """Whether it is trained and waits for a reviewer to look at what it may remember."""
    return run.state == RunState.FAILED and _SUSPECT in run.reason


def training_accept(*, run: TrainingRun, by: User, reason: str) -> TrainingRun:
    """Let a model go out although its memory is suspect; the reason stands in its card, and it is published then. Raises
    ``WrongStateError`` for a model of which nothing is suspect: one that memorised is never let out."""
    require(by, "reviews.decide", run.production)
    if not reason.strip() or len(reason.strip()) > 300:
        raise InputError("say in a sentence of up to 300 characters why it may go out: its card repeats it")
    need_packages()
    with transaction.atomic():
        if not memory_suspect(run):
            raise WrongStateError("nothing of this training waits for such a word")
        said = " ".join(reason.split())
        run_move(run, [RunState.FAILED], RunState.QUEUED, reason="", accepted_because=said, accepted_by=by)
        _owe(run, by)
    return run


def _jobs(run: TrainingRun):
    return Job.objects.filter(target_id=run.pk, state__in=(JobState.QUEUED, JobState.RUNNING))


def _call_off(run: TrainingRun, by: User) -> None:
    for job in _jobs(run):
        try:
            job_cancel(job=job, by=by)
        except WrongStateError:
            continue  # it ended meanwhile


def training_allowed(run: TrainingRun, *, by: User | None) -> None:
    """Ask the policies anew; a no is recorded. Raises ``WrongStateError`` with the reason: a licence may have ended, a
    consent been withdrawn, while the training waited."""
    facts = train_facts(run.production, **facts_asked(run))
    if wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now()).outcome == Outcome.ALLOW:
        return
    raise WrongStateError(reason_of(decide_and_record(facts=facts, actor=by, production=run.production)))


def model_train(*, work: JobWork) -> None:
    """The job: train, measure, publish, and write down the model. What was learned before is not learned again."""
    rows = TrainingRun.objects.select_related("production__organisation", "organisation", "asked_by", "confirmed_by")
    run = rows.get(pk=work.job.target_id)
    need_packages()
    with work.fenced():
        run_move(run, _ACTIVE, RunState.RUNNING, reason="")
    training_allowed(run, by=run.confirmed_by)
    document = set_document(run)
    if set_sha256(document) != run.set_sha256:
        raise WrongStateError("what it was to learn from has changed since it was confirmed; plan another training")
    folder = run_folder(run.pk)
    folder.parent.mkdir(parents=True, exist_ok=True)
    asked = {
        "do": "train", "folder": str(folder), "kind": run.kind, "name": run.name, "settings": _settings(run),
        "seed": run.seed, "steps": run.steps, "set": document,
    }  # fmt: skip
    engine_run(asked, on_progress=work.on_progress, cancelled=work.cancelled)
    training_allowed(run, by=run.confirmed_by)  # hours may have passed
    version = version_next(run)
    publish = {
        "do": "publish", "folder": str(folder), "key": str(wiring.model_signing_key()),
        "makers": run.organisation.name, "version": str(version),
        "accept_suspect": run.accepted_because, "samples": settings.TRAINING_SAMPLES,
    }  # fmt: skip
    engine_run(publish, on_progress=work.on_progress, cancelled=work.cancelled)
    work.on_progress(Progress("write it into the ledger", 0, 1, "models"))
    model_record(run, version=version, work=work)


def _settings(run: TrainingRun) -> dict[str, Any]:
    """What the recipe is told beside its defaults."""
    if not run.base:
        return dict(run.settings)
    return {**run.settings, "models": str(settings.MODELS_ROOT), "model": run.base}


def model_record(run: TrainingRun, *, version: int, work: JobWork) -> TrainedModel:
    """The row of a published model, its entry in the ledger, and the end of the training and of its job."""
    bundle = run_folder(run.pk) / "model"
    lineage, card = bundle / "lineage.json", bundle / "card.yaml"
    weights = next(one for one in (bundle / "weights.safetensors", bundle / "adapter.safetensors") if one.is_file())
    digests = {"weights": _sha256(weights), "lineage": _sha256(lineage), "card": _sha256(card)}
    made = read_bundle_documents(bundle)
    with work.fenced():
        model_entry = ledger_append(
            kind="model_published",
            event={
                "run": run.pk,
                "decision": run.decision_id,
                "set_sha256": run.set_sha256,
                **{f"{name}_sha256": digest for name, digest in digests.items()},
            },
        )
        model = TrainedModel.objects.create(
            run=run,
            organisation=run.organisation,
            name=run.name,
            version=version,
            weights_sha256=digests["weights"],
            lineage_sha256=digests["lineage"],
            card_sha256=digests["card"],
            memorisation=made["memorisation"],
            quality=made["quality"],
            energy=made["energy"],
            public_key=wiring.model_signing_key().with_suffix(".pub").read_text(),
            entry=model_entry,
        )
        run_move(run, [RunState.RUNNING], RunState.DONE, finished_at=timezone.now(), reason="")
        producers_tell(
            [run.production],
            kind=NoticeKind.OTHER,
            text=f"The model {model} is trained.",
            url=_url(model),
            key=f"model:{model.pk}",
        )
        work.finish(
            model=str(model.pk),
            kind=run.kind,
            steps=run.steps,
            seconds=made["energy"].get("seconds", 0),
            weights_sha256=digests["weights"],
        )
    return model


def _url(model: TrainedModel) -> str:
    from django.urls import reverse

    return reverse("training:model", args=[model.pk])


def read_bundle_documents(bundle: Path) -> dict[str, Any]:
    """What is kept in the row of the documents beside the weights."""
    lineage = json.loads((bundle / "lineage.json").read_text("utf-8"))
    energy = {**(lineage.get("energy") or {}), "seconds": float(lineage.get("seconds") or 0.0)}
    return {
        "memorisation": json.loads((bundle / "memorisation.json").read_text("utf-8")),
        "quality": json.loads((bundle / "quality.json").read_text("utf-8")),
        "energy": energy,
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def training_stopped(*, target_id: Any, reason: str) -> None:
    """Its job was called off or failed; what was learned is kept, and it can go on."""
    run = TrainingRun.objects.filter(pk=target_id, state__in=_ACTIVE).first()
    if run is None:
        return  # paused or cancelled by somebody, who said so
    cancelled = (
        Job.objects.filter(target_id=target_id).order_by("-created_at").values_list("cancel_requested", flat=True)
    )
    state = RunState.CANCELLED if cancelled.first() else RunState.FAILED
    run_move(run, _ACTIVE, state, reason=reason or "It was stopped.")
