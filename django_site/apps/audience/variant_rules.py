"""The rules of a film as rows have them: read, planned, and held to what they promise."""

import json
from copy import copy
from functools import lru_cache
from uuid import UUID

from auditor.canonical import canonical_json
from django_site.apps.audience.variant_models import VariantGraph
from django_site.apps.audits.people_facts import content_facts
from django_site.apps.productions.models import Production, Shot
from django_site.apps.productions.services.timelines import shot_clip, take_media, takes_for, timeline_of
from django_site.apps.productions.vocabulary import ContentTopic
from django_site.apps.provenance.models import Release
from django_site.errors import InputError, WrongStateError
from generator.audience import Answers, Graph, Plan, graph_document, graph_from, planned
from generator.edit import Card, Clip, Timeline

EMPTY = graph_document(Graph())


def parent_timeline(release: Release) -> Timeline:
    """What the released film was assembled from. Raises ``WrongStateError`` where it was made before timelines were kept."""
    if release.cut.timeline is None:
        raise WrongStateError("this film was cut before timelines were kept; cut it again to make versions of it")
    return timeline_of(release.cut)


def plan_of(graph: VariantGraph) -> Plan:
    """Every version that the rules lead to. Raises ``VariantError`` for rules that can't be followed."""
    return plan_for(graph.parent, graph_from(graph.document))


def plan_for(release: Release, graph: Graph) -> Plan:
    """The same for rules that are not kept yet."""
    return _planned(canonical_json(graph_document(graph)).decode(), release.pk)


@lru_cache(maxsize=32)
def _planned(document: str, release: UUID) -> Plan:
    """A released cut never changes: what rules lead to is worked out once."""
    parent = Release.objects.select_related("cut").get(pk=release)
    return planned(graph_from(json.loads(document)), parent_timeline(parent))


def spare_clips(release: Release) -> tuple[Clip, ...]:
    """Shots with a take that may be shown, which the film doesn't show: endings that were not chosen, for instance."""
    shown = {clip.id.split("~", 1)[0] for clip in parent_timeline(release).clips}
    found = []
    for clip, takes in sorted(takes_for(release.cut.production).items()):
        if clip not in shown and takes:
            media, provenance = take_media(takes[0])
            found.append(Clip(clip, media, media.frames, provenance=provenance))
    return tuple(found)


def clip_shots(production: Production, clips: tuple[Clip, ...]) -> dict[str, Shot]:
    """The shot of each clip that shows a take; one that is gone is left out."""
    wanted = {clip.id: clip.provenance.shot for clip in clips if not isinstance(clip.source, Card)}
    mine = Shot.objects.filter(scene__screenplay__production=production).select_related("scene")
    ids = [shot for shot in wanted.values() if shot]
    by_id = {str(pk): shot for pk, shot in mine.in_bulk(ids).items()} if ids else {}
    nameless = any(not shot for shot in wanted.values())
    by_clip = {shot_clip(shot): shot for shot in mine.filter(current=True)} if nameless else {}
    found = {clip: by_id.get(shot) or by_clip.get(clip.split("~", 1)[0]) for clip, shot in wanted.items()}
    return {clip: shot for clip, shot in found.items() if shot is not None}


def topics_of(production: Production, shots: dict[str, Shot]) -> dict[str, frozenset[str]]:
    """Topics that each clip's shot touches: as declared of the shot, or found in its words."""
    alone = copy(production)
    alone.content = []
    return {clip: frozenset(fact.topic for fact in content_facts(alone, [shot])) for clip, shot in shots.items()}


def promises_kept(plan: Plan, topics: dict[str, frozenset[str]]) -> None:
    """Raise ``InputError`` where a version that is without a topic shows a clip that touches it, or the topic is unknown."""
    named = dict(ContentTopic.choices)
    for variant in plan.variants:
        for topic in sorted(variant.without(plan.graph)):
            if topic not in named:
                raise InputError(f"versions can't be without {topic[:40]!r}; topics are {', '.join(named)}")
            shown = [clip.id for clip in variant.timeline.clips if topic in topics.get(clip.id, ())]
            if shown:
                which, what = said(plan.graph, variant.answers[0]), str(named[topic]).lower()
                raise InputError(
                    f"the version {which!r} promises to be without {what}, but clip {shown[0]} shows it; leave that clip "
                    "out of it, or take the promise back"
                )


def said(graph: Graph, answers: Answers) -> str:
    """Answers in the words that viewers read, without those that are the rule: "Short · Left"; "As made" where all are."""
    words = []
    given = {**dict(answers.preferences), **dict(answers.path)}
    for preference in graph.preferences:
        words += [one.name for one in preference.options[1:] if one.id == given.get(preference.id)]
    for choice in graph.choices:
        words += [one.name for one in choice.branches if one.id == given.get(choice.id)]
    return " · ".join(words) or "As made"


def answers_of(document: dict) -> Answers:
    """One entry of ``Variant.answers``."""
    return Answers(tuple(document["preferences"].items()), tuple(document["path"].items()))
