"""The screenplay and its shots: written from the brief, edited by people, planned anew after each edit."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audits.services.assets import asset_path, asset_store
from django_site.apps.audits.services.words import words_shared
from django_site.apps.corpora.models import Act, Work
from django_site.apps.corpora.selectors import licence_chosen, licences_said, licensed_acts_of
from django_site.apps.productions.authorship import text_measure
from django_site.apps.productions.models import (
    ContributionAct,
    Production,
    Scene,
    Screenplay,
    Shot,
)
from django_site.apps.productions.people import subjects_castable
from django_site.apps.productions.selectors import screenplay_current
from django_site.apps.productions.services.contributions import contribution_record
from django_site.apps.productions.services.shots import shot_put_aside
from django_site.errors import WrongStateError
from generator.narrative import StoryPlan, parse_fountain, plan_story
from generator.narrative import structure as structure_named
from generator.narrative.revisions import Author, Revision
from generator.narrative.structures import MIN_SCENES
from generator.narrative.writers import GrammarWriter, Overlap, SharedPassage, Written
from generator.shots import plan_shots


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that a registered script has too: in a sentence, whose it is, what that is licensed for, whether a licence
    in force lets it be reproduced, and how many words are the same."""

    plain: str
    work: Work
    licence: str
    licensed: bool
    words: int


#: What writes screenplays and plans shots on a person's word.
#: Stands for the author of lines from before authors were kept.
UNKNOWN = "not kept"
WRITER, PLANNER = "Reelproof screenplay writer", "Reelproof shot planner"
#: What Fountain text is stored as.
FOUNTAIN = "text/plain"


def screenplay_write(
    *, production: Production, by: User, scenes: int | None = None, structure: str = "three-act"
) -> Screenplay:
    """Write the screenplay from the brief and plan its shots: as many scenes as its length wants unless said. People whose
    grants name the production may be named in it. Scenes that
    repeat registered scripts without a licence are written anew. Raises ``BriefError``, ``StoryError``, ``WordsError``, and
    ``SubjectError``, with what can be done instead, for real people and protected characters."""
    require(by, "productions.change", production)
    plan = screenplay_plan(production, structure=structure, scenes=scenes)
    written = GrammarWriter().write(plan, accepts=lambda words: overlap_of(production, words))
    return screenplay_keep(production=production, by=by, written=written, structure=structure)


def screenplay_plan(production: Production, *, structure: str, scenes: int | None = None) -> StoryPlan:
    """The story as any writer writes it out. Raises ``BriefError``, ``StoryError`` and ``SubjectError``."""
    return plan_story(
        production.brief,
        structure=structure,
        scenes=scenes or scenes_for(float(production.total_seconds), structure),
        seed=production.seed,
        cleared=names_cleared(production),
    )


def names_cleared(production: Production) -> list[str]:
    """Whom its brief may name: real people whose grants name it, and characters whose works a licence in force lets the
    organisation imitate recognisably (a work that is called as the character)."""
    people = subjects_castable(production).values_list("legal_name", flat=True)
    works = Work.objects.filter(organisation=production.organisation_id, withdrawn_at__isnull=True)
    acts, now = (
        licensed_acts_of(works.filter(licensed_acts__act=Act.ADAPT).values_list("pk", flat=True)),
        timezone.now(),
    )
    chosen = {pk: licence_chosen(own, at=now) for pk, own in acts.items()}
    licensed = [pk for pk, one in chosen.items() if one is not None and one[2] and Act.ADAPT in one[1]]
    return [*people, *Work.objects.filter(pk__in=licensed).values_list("title", flat=True)]


def screenplay_keep(*, production: Production, by: User, written: Written, structure: str) -> Screenplay:
    """What was written as the next version, its lines by whoever wrote them: the grammar, or the model by its name."""
    revision = Revision.written(written.lines, by=written.card.author)
    tool = written.card.author.id if written.card.kind == "model" else WRITER
    fountain = written.screenplay.to_fountain()
    return _store(production, fountain, by, revision, tool=tool[:200], note=f"from the brief, as: {structure}")


def overlap_of(production: Production, words: str) -> Overlap:
    """What a scene shares with registered scripts, and whether a licence lets it: asked before the scene is kept."""
    return Overlap(
        tuple(
            SharedPassage(str(passage.work), passage.plain, passage.words, passage.licensed)
            for passage in passages_of(production, words)
        )
    )


def scenes_for(seconds: float, structure: str) -> int:
    """How many scenes a film of this length has: one in fifteen seconds, three to twelve, and what its structure needs."""
    return max(min(12, max(3, round(seconds / 15))), MIN_SCENES[structure_named(structure).order])


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
    author = Author("person", str(by.pk))
    earlier = revision_of(screenplay_current(production))
    revision = earlier.revised(fountain, by=author) if earlier else Revision.first(fountain, by=author)
    return _store(production, fountain, by, revision, tool="", note=note)


def revision_of(screenplay: Screenplay | None) -> Revision | None:
    """Who wrote each line of a version. Of one from before that was kept, all lines are by whoever wrote the whole."""
    if screenplay is None:
        return None
    if screenplay.lines is not None:
        return Revision.from_dict(screenplay.lines)
    return Revision.first(screenplay_text(screenplay), by=Author("program", UNKNOWN))


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
            passages.append(Passage(finding.plain, work, said[work.pk], licensed, round(finding.measured["words"])))
    return passages


def screenplay_text(screenplay: Screenplay) -> str:
    """The Fountain text."""
    return asset_path(screenplay.asset).read_text(encoding="utf-8")


def _store(
    production: Production, fountain: str, by: User, revision: Revision, *, tool: str, note: str = ""
) -> Screenplay:
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
                shot_put_aside(shot, by, note=f"with version {earlier.version} of the screenplay")
        screenplay = Screenplay.objects.create(
            production=production,
            version=1 if earlier is None else earlier.version + 1,
            title=parsed.title,
            logline=parsed.logline,
            asset=asset,
            lines=revision.as_dict(),
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
