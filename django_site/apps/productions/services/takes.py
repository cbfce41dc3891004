"""Takes: Gate 1 and the generation record before anything is rendered; quarantine and an audit right after."""

import hashlib
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from auditor.canonical import sha256_json
from auditor.media import probe
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.facts import dispatch_facts, prompt_facts, references_of
from django_site.apps.audits.models import Asset, Outcome
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.audits.services.auditing import audit_enqueue
from django_site.apps.audits.services.decisions import decide_and_record, reason_of
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.apps.productions.estimates import render_estimate, speed_measured
from django_site.apps.productions.models import (
    ContributionAct,
    Cut,
    CutState,
    GenerationRecord,
    Production,
    Shot,
    Take,
    TakeState,
)
from django_site.apps.productions.selectors import USABLE_TAKE_STATES, shots_current, takes_ranked
from django_site.apps.productions.services.casting import references_refresh
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.services.screenplays import names_cleared, screenplay_text
from django_site.apps.productions.states import take_move
from django_site.apps.training.looks import backend_recorded, card_planned, take_realism
from django_site.apps.training.models import ModelState, TrainedModel
from django_site.apps.training.standing import model_barred
from django_site.errors import InputError, StorageDamagedError, WrongStateError
from django_site.ids import uuid7
from generator.backends.words import refuse_words
from generator.edit.scoring import score_take
from generator.shots import ShotRequest

#: States in which a shot already has a take that may still become part of the film.
_ALIVE = (
    TakeState.PLANNED,
    TakeState.QUEUED,
    TakeState.RENDERING,
    TakeState.QUARANTINED,
    TakeState.AUDITING,
    TakeState.CLEARED,
    TakeState.NEEDS_REVIEW,
    TakeState.APPROVED,
)
#: Cuts in which a take may stand and be rejected all the same: they are over.
_CUTS_OVER = (CutState.FAILED, CutState.STOPPED, CutState.REJECTED)


#: Candidates that may be asked for at once: each costs a whole render.
MAX_CANDIDATES = 6


def takes_request(*, shot: Shot, by: User, count: int) -> list[Take]:
    """Ask for several candidates of a shot at once, each with a seed of its own; the best by measure stands for the shot.
    Raises ``InputError`` for a number out of bounds."""
    if not 1 <= count <= MAX_CANDIDATES:
        raise InputError(f"{count} candidates of a shot can't be asked for; choose 1 to {MAX_CANDIDATES}")
    together = uuid7() if count > 1 else None
    with transaction.atomic():
        return [take_request(shot=shot, by=by, asked_with=together) for _ in range(count)]


def take_request(*, shot: Shot, by: User, asked_with: UUID | None = None) -> Take:
    """Ask for a take of a shot. The record of how it will be made comes first, then Gate 1, then the renderer.

    A take that Gate 1 does not allow exists, stopped, with the reason; nothing was rendered for it.
    """
    production = shot.scene.screenplay.production
    require(by, "productions.change", production)
    references_refresh(shot)
    text = screenplay_text(shot.scene.screenplay)
    with transaction.atomic():
        # who replaces shots holds it too; and its look is the one that it has now
        held = (
            Production.objects.select_for_update(of=("self",))
            .select_related("look_model", "organisation")
            .get(pk=production.pk)
        )
        shot.scene.screenplay.production = production = held
        own, card = _own_model(production), card_planned(production)
        if not shots_current(production).filter(pk=shot.pk).exists():
            raise WrongStateError("this version of the shot was replaced; render its current version")
        number = (shot.takes.aggregate(last=Max("number"))["last"] or 0) + 1
        spec = {**shot.spec, "seed": (int(shot.spec["seed"]) + number - 1) % 2**63}
        request = ShotRequest.from_dict(spec)
        if card.kind == "trained-model" and not (production.look or production.look_model_id):  # a look reads no words
            refuse_words(request, cleared=names_cleared(production))
        record = GenerationRecord.objects.create(
            model_name=card.name,
            model_version=card.version,
            model_licence=card.licence,
            model_sha256=card.digest,
            model_card=card.as_dict(),
            commercial_use=card.commercial_use,
            seed=request.seed,
            prompt=request.prompt or request.description,
            negative_prompt=request.negative_prompt,
            parameters=spec,
            inputs_sha256=sha256_json({"model": card.digest, "parameters": spec}),
            trained_model=own,
            ingredients=[
                {"kind": "screenplay", "sha256": shot.scene.screenplay.asset.sha256},
                *({"kind": "reference", "sha256": one.asset.sha256} for one in references_of(shot)),
            ],
            actor=by,
        )
        take = Take.objects.create(shot=shot, number=number, generation=record, asked_with=asked_with)
        contribution_record(
            production=production,
            actor=by,
            act=ContributionAct.DIRECTED,
            target=take,
            note="asked for the take with this prompt",
            measure={"words": {"added": len(record.prompt.split())}, "prompt_sha256": _digest(record.prompt)},
        )
        decision = decide_and_record(
            facts=prompt_facts(shot, screenplay_text=text), actor=by, production=production, shot=shot
        )
        if decision.outcome != Outcome.ALLOW:
            take_move(take, TakeState.STOPPED, reason=reason_of(decision))
            return take
        take_move(take, TakeState.QUEUED)
        expected = render_estimate([record.parameters], speed_measured(production))
        job_enqueue(
            kind=JobKind.RENDER_TAKE,
            key=f"render_take:{take.pk}",
            production=production,
            target_id=take.pk,
            requested_by=by,
            expected_seconds=expected.seconds if expected else None,
        )
    return take


def production_render(*, production: Production, by: User, candidates: int = 1) -> list[Take]:
    """Ask for a take of every current shot that has none alive, or for so many candidates of each."""
    require(by, "productions.change", production)
    return [
        take
        for shot in shots_current(production)
        if not shot.takes.filter(state__in=_ALIVE).exists()
        for take in takes_request(shot=shot, by=by, count=candidates)
    ]


def take_render(*, work: JobWork) -> None:
    """Render a take into quarantine and owe its audit. What was rendered before from the same inputs is not rendered again:
    the take has those bytes, and an audit of its own."""
    take = Take.objects.select_related(
        "shot__scene__screenplay__production", "generation__actor", "generation__trained_model"
    ).get(pk=work.job.target_id)
    with work.fenced():
        _model_stands(take)
        take_move(take, TakeState.RENDERING)
    _still_allowed(take)
    backend = backend_recorded(take.generation)
    if backend.card.digest != take.generation.model_sha256:
        raise WrongStateError("the renderer has changed since this take was planned; ask for another take")
    twin = take_twin(take)
    if twin is not None:
        with work.fenced():
            _quarantined(
                take, twin.asset, float(twin.duration), twin.frames, note=f"the same inputs as {twin}: its bytes"
            )
            work.finish(asset=str(twin.asset_id), sha256=twin.asset.sha256, frames=twin.frames, same_as=str(twin.pk))
        return
    made = backend.render(
        ShotRequest.from_dict(take.generation.parameters),
        work.directory / "take.mp4",
        on_progress=work.on_progress,
        cancelled=work.cancelled,
    )
    info = probe(made.path)
    take.record = dict(made.record) or None
    take.score = score_take(made.path, made.request, cancelled=work.cancelled).as_dict()
    if (realism := take_realism(backend, made.path, cancelled=work.cancelled)) is not None:
        take.score["realism"] = round(realism, 4)
    stored = file_store(source=made.path)
    with work.fenced():
        asset = asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict())
        _quarantined(take, asset, info.duration, info.frames)
        work.finish(
            asset=str(asset.pk),
            sha256=asset.sha256,
            frames=info.frames,
            seconds=round(info.duration, 3),
            **({"record": dict(made.record)} if made.record else {}),
        )


def _own_model(production: Production) -> TrainedModel | None:
    """The look that the studio trained, for the record. Raises ``WrongStateError`` for one that was withdrawn: nothing more
    is begun with it."""
    model = production.look_model
    if model is not None and model.state == ModelState.FLAGGED:
        raise WrongStateError(
            f"the look {model} may be used no more: {model.flagged_because} Choose another look for the production"
        )
    return model


def _model_stands(take: Take) -> None:
    """The studio's own model may have been withdrawn while the take waited."""
    if reason := model_barred(take.generation.trained_model):
        raise WrongStateError(f"the look {take.generation.trained_model} may not be used: {reason} Choose another look")


def take_twin(take: Take) -> Take | None:
    """A rendered take of the same organisation that was made from the same inputs by the same model, its file at hand."""
    inputs = take.generation.inputs_sha256
    organisation = take.shot.scene.screenplay.production.organisation_id
    if inputs is None:
        return None
    same = Take.objects.filter(
        generation__inputs_sha256=inputs,
        generation__model_sha256=take.generation.model_sha256,
        shot__scene__screenplay__production__organisation=organisation,
        asset__isnull=False,
    )
    twins = same.exclude(pk=take.pk).select_related("asset", "shot").order_by("created_at")
    return next((twin for twin in twins if _lies_there(twin.asset)), None)


def _lies_there(asset: Asset) -> bool:
    try:
        asset_path(asset)
    except StorageDamagedError:
        return False  # lost: rendered anew, which also puts it back
    return True


def _quarantined(take: Take, asset: Asset, seconds: float, frames: int, *, note: str = "") -> None:
    """The take has its file; its audit is owed. In the caller's transaction."""
    production, record = take.shot.scene.screenplay.production, take.generation
    made = {"asset": asset, "duration": round(seconds, 3), "frames": frames, "score": take.score, "record": take.record}
    take_move(take, TakeState.QUARANTINED, **made, reason="")
    contribution_record(
        production=production,
        actor=record.actor,
        act=ContributionAct.RENDERED,
        target=take,
        tool=f"{record.model_name} {record.model_version}",
        note=note,
    )
    audit_enqueue(kind=JobKind.AUDIT_TAKE, target=take, production=production, asset=asset, requested_by=record.actor)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def take_choose(*, take: Take, by: User, reason: str) -> Take:
    """Prefer a take: those of its shot that would stand before it are rejected for it, on the record."""
    with transaction.atomic():
        production = _held(take, by)
        if take.state not in USABLE_TAKE_STATES:
            raise WrongStateError(f"{take} is {take.get_state_display().lower()}; only a cleared take can be chosen")
        _say_why(reason)
        ranked = takes_ranked(list(Take.objects.filter(shot=take.shot, state__in=USABLE_TAKE_STATES)))
        for other in sorted(ranked[: ranked.index(take)], key=lambda one: one.number):
            take_reject(take=other, by=by, reason=f"take {take.number} was chosen: {reason}")
        contribution_record(production=production, actor=by, act=ContributionAct.SELECTED, target=take, note=reason)
    return take


def take_reject(*, take: Take, by: User, reason: str) -> Take:
    """Do not use a take that could be used: an earlier take of its shot is used instead, or another is rendered.

    Raises ``WrongStateError`` where it can't be used anyway, or stands in a film that is out or on its way.
    """
    with transaction.atomic():
        production = _held(take, by)
        _say_why(reason)
        if take.state not in USABLE_TAKE_STATES:
            raise WrongStateError(f"{take} is {take.get_state_display().lower()} and not used anyway")
        cut = Cut.objects.filter(items__take=take).exclude(state__in=_CUTS_OVER).order_by("version").first()
        if cut is not None:
            raise WrongStateError(
                f"{take} stands in {cut}, which is {cut.get_state_display().lower()}; change the shot"
            )
        take_move(take, TakeState.REJECTED, reason=reason)
        contribution_record(production=production, actor=by, act=ContributionAct.REJECTED, target=take, note=reason)
    return take


def _say_why(reason: str) -> None:
    if not reason.strip():
        raise InputError("say why: what was chosen and what was not is part of the record of authorship")


def _held(take: Take, by: User) -> Production:
    """The take's production, locked: whoever begins a cut of its takes waits."""
    production = take.shot.scene.screenplay.production
    require(by, "productions.change", production)
    return Production.objects.select_for_update().get(pk=production.pk)


def _still_allowed(take: Take) -> None:
    """Gate 1 once more, when the work begins: a consent may have been withdrawn while the take waited. A no is recorded."""
    shot = take.shot
    references_refresh(shot)
    facts = dispatch_facts(shot, screenplay_text=screenplay_text(shot.scene.screenplay), record=take.generation)
    if wiring.policy_bundle().decide(facts.as_facts(), at=timezone.now()).outcome == Outcome.ALLOW:
        return
    decision = decide_and_record(
        facts=facts, actor=take.generation.actor, production=shot.scene.screenplay.production, shot=shot
    )
    raise WrongStateError(reason_of(decision))


def take_failed(*, target_id, reason: str) -> None:
    """A take that could not be rendered, or was called off."""
    take = Take.objects.get(pk=target_id)
    if take.state in (TakeState.QUEUED, TakeState.RENDERING):
        take_move(take, TakeState.FAILED, reason=reason)
