"""Reading versions of films; every list starts from what the person may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from django_site.apps.accounts.models import User
from django_site.apps.audience.models import ScreeningArm
from django_site.apps.audience.services.variants import OVER
from django_site.apps.audience.variant_models import GraphState, Variant, VariantGraph
from django_site.apps.audience.variant_rules import parent_timeline, said
from django_site.apps.audience.variants_played import barred_because
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.provenance.models import Release
from django_site.apps.reviews.selectors import cases_visible_to
from generator.audience import Coverage, Plan, coverage
from generator.audience.coverage import Stage

_SEEN = (CutState.APPROVED, CutState.SIGNING, CutState.AWAITING_TIME)


def releases_visible_to(user: User) -> QuerySet[Release]:
    """Films that are out, of productions that the person works on or reviews; versions of films are none by themselves."""
    rows = Release.objects.filter(cut__production__in=productions_visible_to(user), cut__variant__isnull=True)
    return rows.select_related("cut__production__organisation", "manifest__asset")


def graphs_of(release: Release) -> list[VariantGraph]:
    """The rules of a film, the newest first."""
    return list(release.variant_graphs.select_related("parent__cut__production").order_by("-version"))


def arms_of(release: Release) -> QuerySet[ScreeningArm]:
    """Where the film is shown."""
    return ScreeningArm.objects.filter(cut=release.cut_id).select_related("screening", "graph").order_by("-created_at")


def variants_of(graph: VariantGraph) -> dict[str, Variant]:
    rows = graph.variants.select_related("cut__production", "cut__release__manifest__asset")
    return {one.key: one for one in rows}


def stage_of(variant: Variant | None) -> Stage:
    """How far a version has come."""
    if variant is None:
        return "planned"
    if variant.is_parent:
        return "released"
    cut = variant.cut
    if cut is None or cut.state in (*OVER, CutState.RECALLED):
        return "planned"
    if cut.state == CutState.RELEASED:
        return "released"
    return "reviewed" if cut.state in _SEEN else "made"


def coverage_of(graph: VariantGraph, plan: Plan, variants: Mapping[str, Variant]) -> Coverage:
    """What of the versions people have seen, beside the film itself."""
    return coverage(plan, stages_of(plan, variants), seen=[parent_timeline(graph.parent)])


def stages_of(plan: Plan, variants: Mapping[str, Variant]) -> dict[str, Stage]:
    """How far each version has come, by key; the film itself is out."""
    return {one.key: "released" if one.is_parent else stage_of(variants.get(one.key)) for one in plan.variants}


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as its page tells of it: ``missing`` says what it waits for, ``who`` who can mend that."""

    key: str
    name: str
    answers: int
    seconds: float
    variant: Variant | None
    cut: Cut | None
    case: Any
    missing: str
    who: str
    may_begin: bool
    unseen: tuple[str, ...]


def version_rows(
    user: User, graph: VariantGraph, plan: Plan, told: Coverage, labels: Mapping[str, str]
) -> list[VersionRow]:
    """Every version with its state, what is missing, and who can mend it."""
    variants = variants_of(graph)
    cuts = [one.cut_id for one in variants.values() if one.cut_id]
    cases = {case.cut_id: case for case in cases_visible_to(user).filter(cut__in=cuts).order_by("created_at")}
    rows = []
    for one in plan.variants:
        variant = variants.get(one.key)
        cut = graph.parent.cut if one.is_parent else variant.cut if variant else None
        missing, who = _missing(graph, variant, one.is_parent, cut)
        begun = variant is not None and not one.is_parent
        rows.append(
            VersionRow(
                key=one.key,
                name=said(plan.graph, one.answers[0]),
                answers=len(one.answers),
                seconds=float(one.seconds),
                variant=variant,
                cut=cut,
                case=cases.get(cut.pk) if cut else None,
                missing=missing,
                who=who,
                may_begin=begun and graph.state == GraphState.MADE and (cut is None or cut.state in OVER),
                unseen=tuple(f"{labels.get(a, a)} → {labels.get(b, b)}" for a, b in told.unseen_joins.get(one.key, ())),
            )
        )
    return rows


def _missing(graph: VariantGraph, variant: Variant | None, is_parent: bool, cut: Cut | None) -> tuple[str, str]:
    if graph.parent.cut.state == CutState.RECALLED:
        return _("The film was recalled, and its versions with it."), ""
    if is_parent:
        return "", ""
    if variant is None or cut is None:
        return _("It is not begun."), _("the producer")
    if cut.state in OVER:
        return cut.reason, _("the producer")
    if cut.state == CutState.RECALLED:
        return cut.reason, ""
    if cut.state == CutState.NEEDS_REVIEW:
        return _("It waits for somebody to look at it."), _("a legal reviewer")
    if cut.state != CutState.RELEASED:
        return _("It is under way: it is played when it is released."), ""
    if why := barred_because(cut):
        return _("It is not played now: %(why)s Viewers get the film as it was made.") % {"why": why}, _(
            "the performer"
        )
    return "", ""
