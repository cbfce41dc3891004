"""The screenplay and its shots: written from the brief, edited by people, planned anew after each edit."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_path, asset_store
from django_site.apps.audits.services.words import words_shared
from django_site.apps.corpora.models import Act, Work
from django_site.apps.corpora.selectors import licence_chosen, licences_said, licensed_acts_of
from django_site.apps.jobs.services import jobs_call_off
from django_site.apps.productions.authorship import fields_measure, text_measure
from django_site.apps.productions.models import (
    ContributionAct,
    Production,
    Reference,
    Scene,
    Screenplay,
    Shot,
    Take,
    TakeState,
)
from django_site.apps.productions.selectors import screenplay_current
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.states import take_move
from django_site.apps.reviews.services import cases_supersede
from django_site.errors import WrongStateError
from generator.narrative import parse_fountain, write_screenplay
from generator.shots import ShotRequest, plan_shots


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that a registered script has too: in a sentence, whose it is, what that is licensed for, and whether a
    licence in force lets it be reproduced."""

    plain: str
    work: Work
    licence: str
    licensed: bool


#: What writes screenplays and plans shots on a person's word.
WRITER, PLANNER = "Reelproof screenplay writer", "Reelproof shot planner"
#: What Fountain text is stored as.
FOUNTAIN = "text/plain"
#: States of takes that another version of their shot leaves as they are: over, with the reason.
_OVER = (TakeState.FAILED, TakeState.STOPPED, TakeState.REJECTED, TakeState.SUPERSEDED)


def screenplay_write(*, production: Production, by: User, scenes: int = 3) -> Screenplay:
    """Write the screenplay from the brief and plan its shots. Raises ``BriefError``."""
    require(by, "productions.change", production)
    written = write_screenplay(production.brief, scenes=scenes, seed=production.seed)
    return _store(production, written.to_fountain(), by, tool=WRITER, note="from the brief")


class SharedWordsError(WrongStateError):
    """A screenplay has ``passages`` of registered scripts that no licence in force lets be reproduced."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        many = f"{len(passages)} passages stand" if len(passages) > 1 else "a passage stands"
        super().__init__(
            f"{many} word for word, or nearly, in a registered script; rewrite it, or read both and say so"
        )
        self.passages = tuple(passages)


def screenplay_revise(*, production: Production, fountain: str, by: User, words_read: bool = False) -> Screenplay:
    """Take a person's edit as the next version and plan its shots. ``words_read``: the person has read what it shares with
    registered scripts and keeps it; that is noted, and the audit of the cut finds it again.

    Raises ``ScreenplayError``, and ``SharedWordsError`` for unlicensed passages that nobody says they have read.
    """
    require(by, "productions.change", production)
    parse_fountain(fountain)
    passages = [passage for passage in passages_of(production, fountain) if not passage.licensed]
    if passages and not words_read:
        raise SharedWordsError(passages)
    note = f"kept {len(passages)} passages of registered scripts" if passages else ""
    return _store(production, fountain, by, tool="", note=note)


def passages_of(production: Production, fountain: str) -> list[Passage]:
    """What a text shares with registered scripts, with what each work is licensed for; dismissed ones are left out."""
    found, _ = words_shared(production=production, fountain=fountain)
    works = {str(work.pk): work for work in Work.objects.filter(pk__in={finding.work_id for finding in found})}
    now = timezone.now()
    said, acts = licences_said(works.values(), at=now), licensed_acts_of(works)
    passages = []
    for finding in found:
        work = works.get(finding.work_id or "")
        if work is not None:
            chosen = licence_chosen(acts.get(str(work.pk), []), at=now)
            licensed = chosen is not None and chosen[2] and Act.REPRODUCE in chosen[1]
            passages.append(Passage(finding.plain, work, said[work.pk], licensed))
    return passages


def screenplay_text(screenplay: Screenplay) -> str:
    """The Fountain text."""
    return asset_path(screenplay.asset).read_text(encoding="utf-8")


def _store(production: Production, fountain: str, by: User, *, tool: str, note: str = "") -> Screenplay:
    parsed = parse_fountain(fountain)
    requests = plan_shots(
        parsed,
        total_seconds=float(production.total_seconds),
        width=production.width,
        height=production.height,
        fps=production.fps,
        seed=production.seed,
    )
    asset = asset_store(source=fountain.encode(), media_type=FOUNTAIN)
    with transaction.atomic():
        Production.objects.select_for_update().get(pk=production.pk)
        earlier = screenplay_current(production)
        if earlier is not None:
            for shot in Shot.objects.filter(scene__screenplay=earlier, current=True):
                _put_aside(shot, by, note=f"with version {earlier.version} of the screenplay")
        screenplay = Screenplay.objects.create(
            production=production,
            version=1 if earlier is None else earlier.version + 1,
            title=parsed.title,
            logline=parsed.logline,
            asset=asset,
        )
        contribution_record(
            production=production,
            actor=by,
            act=ContributionAct.EDITED if earlier and not tool else ContributionAct.WROTE,
            target=screenplay,
            tool=tool,
            note=note,
            measure=_edited(production, earlier, fountain),
        )
        scenes = [
            Scene.objects.create(screenplay=screenplay, position=position, heading=str(scene.heading)[:300])
            for position, scene in enumerate(parsed.scenes, start=1)
        ]
        places: dict[int, int] = {}
        for request in requests:
            places[request.scene] = places.get(request.scene, 0) + 1
            shot = Shot.objects.create(
                scene=scenes[request.scene - 1], position=places[request.scene], spec=request.as_dict()
            )
            contribution_record(production=production, actor=by, act=ContributionAct.PLANNED, target=shot, tool=PLANNER)
    return screenplay


def screenplay_draft(production: Production) -> Screenplay | None:
    """The newest version that the machine wrote."""
    drafts = production.contributions.filter(target_kind="screenplay", act=ContributionAct.WROTE).exclude(tool="")
    return production.screenplays.filter(pk__in=drafts.values("target_id")).order_by("-version").first()


def _edited(production: Production, earlier: Screenplay | None, fountain: str) -> dict:
    """A new version measured against the one before and against the machine's draft."""
    draft = screenplay_draft(production)
    return {
        name: {"version": version.version, "sha256": version.asset.sha256}
        | text_measure(screenplay_text(version), fountain).as_dict()
        for name, version in (("against_previous", earlier), ("against_draft", draft))
        if version is not None
    }


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
        _put_aside(shot, by, note="the shot was changed")
        last = Shot.objects.filter(scene=shot.scene, position=shot.position).aggregate(last=Max("version"))["last"]
        Shot.objects.filter(scene=shot.scene, position=shot.position, current=True).update(current=False)
        replaced = Shot.objects.create(
            scene=shot.scene, position=shot.position, version=last + 1, spec=request.as_dict(), **declared
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


def _put_aside(shot: Shot, by: User, *, note: str) -> None:
    """Supersede the shot's takes; those still being rendered or audited are called off. What was rendered and is not used
    is part of the record."""
    production = shot.scene.screenplay.production
    for take in Take.objects.filter(shot=shot).exclude(state__in=_OVER):
        cases_supersede(take=take)
        rendered = take.asset_id is not None
        take_move(take, TakeState.SUPERSEDED)
        jobs_call_off(target_id=take.pk, reason="The shot was replaced.")
        if rendered:
            contribution_record(production=production, actor=by, act=ContributionAct.REPLACED, target=take, note=note)
