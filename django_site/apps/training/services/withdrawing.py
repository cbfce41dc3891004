"""A withdrawal reaches what was learned: models are flagged at once, and everything that they made is looked at again.

What a model learned can't be taken out of it. So from the moment in which a licence or a consent that it learned under
ends, nothing more is made with it; its takes are called off, judged anew, and films that are out go to a person.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from django_site import wiring
from django_site.apps.accounts.models import NoticeKind, User
from django_site.apps.accounts.notices import legal_tell, producers_tell
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.facts import train_facts
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.audits.services.repeating import CUTS_WAITING, TAKES_WAITING, cuts_repeat, takes_repeat
from django_site.apps.corpora.models import Licence, Work
from django_site.apps.jobs.models import Job, JobKind, JobState
from django_site.apps.jobs.services import job_enqueue, jobs_call_off
from django_site.apps.jobs.work import JobWork
from django_site.apps.likeness.models import GrantChange, GrantState, Subject
from django_site.apps.likeness.reaching import Phase, films_to_people, phases_work, renders_call_off
from django_site.apps.productions.models import Cut, CutState, Production, Take, TakeState
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.apps.training.models import (
    UNFINISHED,
    ModelFlag,
    ModelState,
    RunState,
    TrainedModel,
    TrainingRun,
    TrainingWork,
)
from django_site.apps.training.offered import act_of
from django_site.apps.training.services.planning import facts_asked
from django_site.errors import WrongStateError

#: Rows a transaction of the job: pending ones are moved by a few statements, films are judged one by one.
_PENDING, _RELEASED = 200, 20
#: Ends of a grant that take back what was learned; the others are answered at the gate as long as they last.
_ENDS = (GrantState.WITHDRAWN, GrantState.REVOKED, GrantState.EXPIRED)


@dataclass(frozen=True)
class ModelReach:
    """Everything that was made with a model; query sets in no order."""

    model: TrainedModel

    @property
    def renders(self) -> QuerySet[Take]:
        """Takes that are being rendered or wait for it."""
        return self.takes_all.filter(state__in=[TakeState.QUEUED, TakeState.RENDERING])

    @property
    def takes_all(self) -> QuerySet[Take]:
        return Take.objects.filter(generation__trained_model=self.model).order_by()

    @property
    def takes(self) -> QuerySet[Take]:
        """Takes that are made and not out."""
        return self.takes_all.filter(state__in=TAKES_WAITING)

    @property
    def cuts_all(self) -> QuerySet[Cut]:
        return Cut.objects.filter(items__take__generation__trained_model=self.model).order_by().distinct()

    @property
    def cuts(self) -> QuerySet[Cut]:
        """Films that wait for their reviewers. One on its way to be signed is sent back: its decision is stale."""
        return self.cuts_all.filter(state__in=CUTS_WAITING)

    @property
    def released(self) -> QuerySet[Cut]:
        """Films that are out."""
        return self.cuts_all.filter(state=CutState.RELEASED)


# what ended


@transaction.atomic
def work_reaches_models(*, work: Work, by: User | None, how: str) -> list[TrainedModel]:
    """The terms of a work have changed: flag the models that learned from it, and stop trainings that would, where nobody
    may learn from it any more. Called in the transaction of the change; ``how`` says what changed. Returns the flagged."""
    rows = TrainingWork.objects.filter(work=work).select_related("run__production__organisation", "licence")
    flagged = []
    for row in rows.order_by("created_at"):
        reason = _learned_no_more(row)
        if reason and _stop(row.run, reason=f"{how} {reason}".strip(), by=by, work=work):
            flagged.append(row.run.model)
    return flagged


def _learned_no_more(row: TrainingWork) -> str:
    """Why this work may not be learned from now; empty where it still may."""
    if reserved := _newly_reserved(row):
        return reserved
    facts = train_facts(row.run.production, modalities={}, model=row.run.name, act=act_of(row.run.shared),
                        works=[row.work_id])  # fmt: skip
    decision = wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now())
    against = [check.plain for check in decision.failed if check.policy == "copyright/training-works" and
               check.severity == "block"]  # fmt: skip
    return f"{against[0].rstrip('.')}." if against else ""


def _newly_reserved(row: TrainingWork) -> str:
    """An owner who reserves text and data mining after the training takes back what was learned, whatever else the new
    terms say."""
    newest = Licence.objects.filter(work=row.work_id, starts__lte=timezone.now()).order_by("-version").first()
    if (
        newest is None
        or newest.pk == row.licence_id
        or "tdm" not in newest.reservations
        or "tdm" in row.licence.reservations
    ):
        return ""
    return f"The owner of '{row.title}' has reserved text and data mining."


@transaction.atomic
def grant_reaches_models(change: GrantChange, *, how: str) -> list[TrainedModel]:
    """A grant has changed: where it ended for good, or its new version no longer lets a model learn, the models that
    learned under it are flagged and trainings stopped. Called in the transaction of the change."""
    grant = change.grant
    runs = (
        TrainingRun.objects.filter(people__grant__grant=grant.grant)
        .distinct()
        .select_related("production__organisation")
    )
    flagged = []
    for run in runs:
        if change.to in _ENDS or change.to == GrantState.TRANSFERRED:
            reason = how
        elif change.to == GrantState.ACTIVE:
            reason = _people_refused(run, by=change.by)
        else:
            reason = ""  # it rests: the gate bars the model meanwhile, and a training that runs is stopped
            if run.state in UNFINISHED and change.to in (GrantState.SUSPENDED, GrantState.DISPUTED):
                _training_end(run, reason=how)
        if reason and _stop(run, reason=reason, by=change.by, subject=grant.subject):
            flagged.append(run.model)
    return flagged


def _people_refused(run: TrainingRun, *, by: User | None) -> str:
    """Why the people in the data no longer allow it; empty where they do."""
    asked = facts_asked(run)
    facts = train_facts(run.production, **{**asked, "data_sha256": [], "drawn_by": None})
    if wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now()).outcome == "allow":
        return ""
    return reason_of(decide_and_record(facts=facts, actor=by, production=run.production))


# what follows


def _stop(
    run: TrainingRun, *, reason: str, by: User | None, work: Work | None = None, subject: Subject | None = None
) -> bool:
    """End a training, or flag the model that came of it. Whether a model was flagged by this."""
    model = TrainedModel.objects.select_for_update().filter(run=run).first()
    if model is None:
        _training_end(run, reason=reason)
        return False
    run.model = model
    return model_flag(model=model, reason=reason, by=by, work=work, subject=subject)


def _training_end(run: TrainingRun, *, reason: str) -> None:
    if run.state not in UNFINISHED:
        return
    state = RunState.DISCARDED if run.state == RunState.PLANNED else RunState.FAILED
    TrainingRun.objects.filter(pk=run.pk, state__in=UNFINISHED).update(state=state, reason=reason)
    jobs_call_off(target_id=run.pk, reason=reason)
    producers_tell([run.production], kind=NoticeKind.WITHDRAWAL, text=f"The training {run.name} has ended: {reason}",
                   url=reverse("training:run", args=[run.pk]), key=f"training:{run.pk}:{run.round}")  # fmt: skip


@transaction.atomic
def model_flag(
    *, model: TrainedModel, reason: str, by: User | None, work: Work | None = None, subject: Subject | None = None
) -> bool:
    """Use a model no more, from now on: renders with it are called off at once, what it made is owed a second look. One
    row and one ledger entry a cause; a further cause is added. Whether it was usable until now."""
    if model.flags.filter(work=work, subject=subject).exists():
        return False
    entry = ledger_append(
        kind="model_flagged",
        event={
            "model": model.pk,
            "weights_sha256": model.weights_sha256,
            **({"work": work.pk} if work else {}),
            **({"subject": subject.pk} if subject else {}),
        },
    )
    ModelFlag.objects.create(model=model, work=work, subject=subject, reason=reason, by=by, entry=entry)
    first = TrainedModel.objects.filter(pk=model.pk, state=ModelState.USABLE).update(
        state=ModelState.FLAGGED, flagged_at=timezone.now(), flagged_because=reason
    )
    if not first:
        return False
    model.refresh_from_db()
    reach = ModelReach(model)
    renders_call_off(reach.renders.select_related("shot"), reason=f"The look {model} may be used no more: {reason}")
    _tell(model, reach)
    _owe(model, by)
    return True


def _tell(model: TrainedModel, reach: ModelReach) -> None:
    text = f"The model {model} may be used no more: {model.flagged_because}"
    made_for = (
        Production.objects.filter(pk__in=reach.takes_all.values("shot__scene__screenplay__production"))
        | Production.objects.filter(look_model=model)
        | Production.objects.filter(pk=model.run.production_id)
    )
    url = reverse("training:model", args=[model.pk])
    producers_tell(made_for.distinct(), kind=NoticeKind.WITHDRAWAL, text=text, url=url, key=f"model:{model.pk}:flag")
    legal_tell(model.organisation, kind=NoticeKind.WITHDRAWAL, text=text, url=url, key=f"model:{model.pk}:flag:legal")


def _owe(model: TrainedModel, by: User | None) -> Job:
    number = Job.objects.filter(kind=JobKind.WITHDRAW_MODEL, target_id=model.pk).count() + 1
    return job_enqueue(
        kind=JobKind.WITHDRAW_MODEL, key=f"{JobKind.WITHDRAW_MODEL}:{model.pk}:{number}",
        organisation=model.organisation, target_id=model.pk, requested_by=by,
    )  # fmt: skip


def model_reach(*, work: JobWork) -> None:
    """The job: takes and films in the making are judged anew, films that are out go to a person. Started again, it goes on
    where it stopped."""
    model = TrainedModel.objects.select_related("organisation").get(pk=work.job.target_id)
    reach, since = ModelReach(model), work.job.started_at or timezone.now()
    how = f"The model {model}, which made parts of this film, may be used no more: {model.flagged_because}"
    takes, cuts = (rows.exclude(decisions__created_at__gt=since) for rows in (reach.takes, reach.cuts))
    by = model.flags.order_by("-created_at").first().by
    phases = [
        Phase("look again at takes", takes, lambda ids: takes_repeat(ids, send=False), _PENDING),
        Phase("look again at cuts", cuts, lambda ids: cuts_repeat(ids, send=False), _PENDING),
        films_to_people(reach.released, since=since, how=how, by=by, chunk=_RELEASED),
    ]
    counted = phases_work(work, phases)
    with work.fenced():
        work.finish(model=str(model.pk), reached=counted)


def reach_stopped(*, target_id: Any, reason: str) -> None:
    """The job came to nothing: a person must know. The model is out of use all the same."""
    model = TrainedModel.objects.select_related("organisation").get(pk=target_id)
    tries = Job.objects.filter(kind=JobKind.WITHDRAW_MODEL, target_id=target_id).count()
    legal_tell(
        model.organisation,
        kind=NoticeKind.WITHDRAWAL,
        text=f"Not everything that the model {model} made could be looked at again: {reason} Open it to go on.",
        url=reverse("training:model", args=[model.pk]),
        key=f"model:{target_id}:reach:{tries}",
    )


def model_reach_go_on(*, model: TrainedModel, by: User) -> Job:
    """Take up a second look that failed. Raises ``WrongStateError`` where nothing failed."""
    require(by, "training.answer", model.organisation)
    last = Job.objects.filter(kind=JobKind.WITHDRAW_MODEL, target_id=model.pk).order_by("-created_at").first()
    if last is None or last.state not in (JobState.FAILED, JobState.CANCELLED):
        raise WrongStateError("nothing was left half done here")
    return _owe(model, by)
