"""Shots: replaced by other versions, added, taken out, put in another order. Nothing is deleted."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.jobs.services import jobs_call_off
from django_site.apps.productions.authorship import fields_measure
from django_site.apps.productions.models import ContributionAct, Production, Reference, Shot, Take, TakeState
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.states import take_move
from django_site.apps.reviews.services import cases_supersede
from django_site.errors import WrongStateError
from generator.shots import ShotRequest

#: States of takes that another version of their shot leaves as they are: over, with the reason.
_OVER = (TakeState.FAILED, TakeState.STOPPED, TakeState.REJECTED, TakeState.SUPERSEDED)


def shot_replace(*, shot: Shot, changes: dict, by: User, people: dict | None = None) -> Shot:
    """A new version of a shot; its takes are put aside. ``changes`` are fields of the ShotRequest; ``people`` replaces who
    is cast, what topics it touches and how likenesses are altered (``casting.shot_cast``), which else stay as they are.

    Raises ``ShotError`` naming the first field that is wrong.
    """
    production = shot.scene.screenplay.production
    require(by, "productions.change", production)
    declared = {"cast": shot.cast, "content": shot.content, "alterations": shot.alterations, **(people or {})}
    request = ShotRequest.from_dict({**shot.spec, **changes})
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        shot_put_aside(shot, by, note="the shot was changed")
        last = Shot.objects.filter(scene=shot.scene, position=shot.position).aggregate(last=Max("version"))["last"]
        Shot.objects.filter(scene=shot.scene, position=shot.position, current=True).update(current=False)
        replaced = Shot.objects.create(
            scene=shot.scene,
            position=shot.position,
            version=last + 1,
            spec=request.as_dict(),
            place=Shot.objects.values_list("place", flat=True).get(pk=shot.pk),
            **declared,
        )
        Reference.objects.filter(shot=shot).update(shot=replaced)
        contribution_record(
            production=production,
            actor=by,
            act=ContributionAct.EDITED if changes else ContributionAct.DIRECTED,
            target=replaced,
            note=", ".join(sorted([*changes, *(people or {})])),
            measure=_changed(shot, replaced),
        )
    return replaced


def _changed(before: Shot, after: Shot) -> dict:
    """What a person changed of a shot: fields of its spec, and who is cast, what it touches, how likenesses are altered."""
    declared = ("cast", "content", "alterations")
    return fields_measure(
        {**before.spec, **{name: getattr(before, name) for name in declared}},
        {**after.spec, **{name: getattr(after, name) for name in declared}},
    )


def shot_insert(*, after: Shot, by: User) -> Shot:
    """Another shot of the same scene right after this one, like it until somebody changes it."""
    production = after.scene.screenplay.production
    require(by, "productions.change", production)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        row = _row_of(after)
        position = Shot.objects.filter(scene=after.scene).aggregate(last=Max("position"))["last"] + 1
        spec = {**after.spec, "id": f"s{after.scene.position}-{position:02d}", "dialogue": []}
        made = Shot.objects.create(
            scene=after.scene,
            position=position,
            spec=ShotRequest.from_dict(spec).as_dict(),
            cast=after.cast,
            content=after.content,
            alterations=after.alterations,
        )
        _keep_order([*row[: row.index(after) + 1], made, *row[row.index(after) + 1 :]])
        contribution_record(
            production=production, actor=by, act=ContributionAct.DIRECTED, target=made, note=f"added after {after}"
        )
    return made


def shot_remove(*, shot: Shot, by: User) -> None:
    """Take a shot out of the film; its takes are put aside. Raises ``WrongStateError`` for the only shot that is left."""
    production = shot.scene.screenplay.production
    require(by, "productions.change", production)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        _row_of(shot)
        if shots_current(production).count() == 1:
            raise WrongStateError("this is the only shot; a film needs one, so change it instead")
        shot_put_aside(shot, by, note="the shot was taken out")
        Shot.objects.filter(pk=shot.pk).update(current=False)
        contribution_record(
            production=production, actor=by, act=ContributionAct.DIRECTED, target=shot, note="taken out of the film"
        )


def shot_move(*, shot: Shot, by: User, earlier: bool) -> None:
    """Change places with the shot before it (or after it) in its scene. Raises ``WrongStateError`` at the scene's end."""
    production = shot.scene.screenplay.production
    require(by, "productions.change", production)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        row = _row_of(shot)
        at = row.index(shot)
        other = at - 1 if earlier else at + 1
        if not 0 <= other < len(row):
            raise WrongStateError(
                f"{shot} is the {'first' if earlier else 'last'} of its scene; to move it to another, edit the screenplay"
            )
        row[at], row[other] = row[other], row[at]
        _keep_order(row)
        contribution_record(
            production=production,
            actor=by,
            act=ContributionAct.ARRANGED,
            target=shot,
            note=f"moved {'before' if earlier else 'after'} {row[at]}",
        )


def _row_of(shot: Shot) -> list[Shot]:
    """The current shots of its scene, in order. Raises ``WrongStateError`` where the shot is not one of them."""
    row = list(shots_current(shot.scene.screenplay.production).filter(scene=shot.scene))
    if shot not in row:
        raise WrongStateError("this version of the shot was replaced or taken out; look at the shot list again")
    return row


def _keep_order(row: Sequence[Shot]) -> None:
    for place, shot in enumerate(row, start=1):
        Shot.objects.filter(pk=shot.pk).update(place=place)


def shot_put_aside(shot: Shot, by: User, *, note: str) -> None:
    """Supersede the shot's takes; those still being rendered or audited are called off. What was rendered and is not used
    is part of the record. In the caller's transaction."""
    production = shot.scene.screenplay.production
    for take in Take.objects.filter(shot=shot).exclude(state__in=_OVER):
        cases_supersede(take=take)
        rendered = take.asset_id is not None
        take_move(take, TakeState.SUPERSEDED)
        jobs_call_off(target_id=take.pk, reason="The shot was replaced.")
        if rendered:
            contribution_record(production=production, actor=by, act=ContributionAct.REPLACED, target=take, note=note)
