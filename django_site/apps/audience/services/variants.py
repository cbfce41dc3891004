"""Versions of a film: rules are written, versions made by them, each a cut that goes the way of every cut."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from auditor.canonical import sha256_json
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.models import Screening, ScreeningArm, ScreeningState
from django_site.apps.audience.variant_models import GraphState, Variant, VariantGraph
from django_site.apps.audience.variant_rules import EMPTY, clip_shots, plan_of, promises_kept, said, topics_of
from django_site.apps.productions.models import Cut, CutState, Production
from django_site.apps.productions.services.cuts import cut_begin
from django_site.apps.provenance.models import Release
from django_site.errors import InputError, WrongStateError
from generator.audience import Plan, graph_document, graph_from

#: What puts the clips of a version in order, on the word of whoever wrote its rules.
VERSIONER = "Reelproof versions"
#: Cuts in these states came to nothing: the version may be begun anew.
OVER = (CutState.FAILED, CutState.STOPPED, CutState.REJECTED)


@transaction.atomic
def graph_draft(*, release: Release, by: User) -> VariantGraph:
    """The rules that are being worked on; begun from those in force, or from none."""
    production = release.cut.production
    require(by, "productions.change", production)
    _released(release)
    if Variant.objects.filter(cut=release.cut_id).exists():
        raise WrongStateError("this is a version already; rules are written for the film that it is a version of")
    Release.objects.select_for_update().get(pk=release.pk)
    draft = release.variant_graphs.filter(state=GraphState.DRAFT).first()
    if draft is not None:
        return draft
    made = release.variant_graphs.filter(state=GraphState.MADE).first()
    document = made.document if made else EMPTY
    last = release.variant_graphs.aggregate(last=Max("version"))["last"] or 0
    return VariantGraph.objects.create(
        production=production,
        parent=release,
        version=last + 1,
        document=document,
        document_sha256=sha256_json(document),
        made_by=by,
    )


@transaction.atomic
def graph_write(*, graph: VariantGraph, document: Mapping[str, Any], by: User) -> VariantGraph:
    """Other rules in the place of a draft's. Raises ``VariantError`` or ``InputError`` for rules that can't be followed, or
    that promise what they don't keep; then the draft stays as it was."""
    require(by, "productions.change", graph.production)
    graph = VariantGraph.objects.select_for_update().select_related("parent__cut__production").get(pk=graph.pk)
    if graph.state != GraphState.DRAFT:
        raise WrongStateError("versions were made by these rules, so they stand; write others")
    read = graph_from(document)
    graph.document = graph_document(read)
    graph.document_sha256 = sha256_json(graph.document)
    _held_to_promises(graph, plan_of(graph))
    graph.made_by = by
    graph.save(update_fields=["document", "document_sha256", "made_by"])
    return graph


@transaction.atomic
def graph_make(*, graph: VariantGraph, by: User, keys: Iterable[str] | None = None) -> list[Variant]:
    """Fix the rules, write down every version that they lead to, and begin those of ``keys`` (all, unless said). Raises
    ``WrongStateError`` for a film that was recalled, or a take that may not be shown any more."""
    production = graph.production
    require(by, "productions.change", production)
    Production.objects.select_for_update().get(pk=production.pk)
    graph = VariantGraph.objects.select_for_update().select_related("parent__cut__production").get(pk=graph.pk)
    if graph.state != GraphState.DRAFT:
        raise WrongStateError("the versions of these rules were already made; begin those that are missing one by one")
    _released(graph.parent)
    plan = plan_of(graph)
    if len(plan.variants) < 2:
        raise InputError("the rules lead to one version only, the film itself; write a rule that makes another")
    _held_to_promises(graph, plan)
    wanted = {one.key for one in plan.variants} if keys is None else set(keys)
    for key in wanted:
        plan.variant(key)
    now = timezone.now()
    graph.parent.variant_graphs.filter(state=GraphState.MADE).update(state=GraphState.RETIRED)
    VariantGraph.objects.filter(pk=graph.pk).update(state=GraphState.MADE, made_at=now)
    graph.refresh_from_db()
    variants = _written(graph, plan)
    for variant in variants:
        if variant.key in wanted and not variant.is_parent:
            _begin(variant, plan, by)
    return variants


def _written(graph: VariantGraph, plan: Plan) -> list[Variant]:
    return Variant.objects.bulk_create(
        Variant(
            graph=graph,
            position=place,
            key=one.key,
            answers=[{"preferences": dict(each.preferences), "path": dict(each.path)} for each in one.answers],
            timeline_sha256=one.digest,
            seconds=round(float(one.seconds), 3),
            is_parent=one.is_parent,
            playable=one.is_parent,
        )
        for place, one in enumerate(plan.variants)
    )


@transaction.atomic
def variant_begin(*, variant: Variant, by: User) -> Cut:
    """Begin the cut of one version, or begin it anew where it came to nothing. Raises ``WrongStateError`` where one is under
    way or out, the film was recalled, or a take may not be shown any more."""
    graph = variant.graph
    require(by, "productions.change", graph.production)
    Production.objects.select_for_update().get(pk=graph.production_id)
    variant = (
        Variant.objects.select_for_update().select_related("cut", "graph__parent__cut__production").get(pk=variant.pk)
    )
    if variant.is_parent:
        raise WrongStateError("this version is the film itself, which is out already")
    if variant.cut is not None and variant.cut.state not in OVER:
        state = variant.cut.get_state_display().lower()
        raise WrongStateError(f"this version is {state}; it is not begun twice")
    _released(variant.graph.parent)
    return _begin(variant, plan_of(variant.graph), by)


def _begin(variant: Variant, plan: Plan, by: User) -> Cut:
    graph = variant.graph
    one = plan.variant(variant.key)
    words = said(plan.graph, one.answers[0])
    cut = cut_begin(
        graph.production,
        timeline=one.timeline,
        base=graph.parent.cut,
        by=by,
        tool=VERSIONER,
        title=f"{graph.parent.cut.title[:200]} ({words[:90]})",
        measure={"version": variant.key, "rules_sha256": graph.document_sha256},
    )
    Variant.objects.filter(pk=variant.pk).update(cut=cut, playable=False, reason="")
    variant.cut = cut
    return cut


def _released(release: Release) -> None:
    if release.cut.state != CutState.RELEASED:
        raise WrongStateError("the film was recalled: no versions are made of it")


def _held_to_promises(graph: VariantGraph, plan: Plan) -> None:
    clips = {clip.id: clip for one in plan.variants for clip in one.timeline.clips}
    shots = clip_shots(graph.production, tuple(clips.values()))
    promises_kept(plan, topics_of(graph.production, shots))


@transaction.atomic
def arm_versions_set(*, arm: ScreeningArm, graph: VariantGraph | None, by: User) -> ScreeningArm:
    """Viewers of this arm may say which version they would like, by these rules; by none, they get the cut as it is. Before
    the screening is opened: whoever came was told what they would see."""
    production = arm.screening.production
    require(by, "productions.change", production)
    screening = Screening.objects.select_for_update().get(pk=arm.screening_id)
    if screening.state != ScreeningState.DRAFT:
        raise WrongStateError("the screening was opened already; whoever comes gets what those before them got")
    if graph is not None:
        graph = VariantGraph.objects.select_related("parent").get(pk=graph.pk)
    if graph is not None and (graph.parent.cut_id != arm.cut_id or graph.state == GraphState.DRAFT):
        raise InputError("these are no versions of the cut that the screening shows, or none were made of them yet")
    ScreeningArm.objects.filter(pk=arm.pk).update(graph=graph)
    arm.refresh_from_db()
    return arm
