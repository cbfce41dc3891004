"""Which version a viewer gets, and which may follow it by a choice: only what was released, and may be shown now."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from django_site import wiring
from django_site.apps.audience.captions import tracks_of
from django_site.apps.audience.variant_models import Variant, VariantGraph
from django_site.apps.audience.variant_rules import answers_of, plan_of
from django_site.apps.audits.facts import edit_facts
from django_site.apps.audits.models import Outcome
from django_site.apps.likeness.models import BiometricConsent, ConsentGrant, UseApproval
from django_site.apps.productions.models import Cut, CutState
from django_site.apps.provenance.models import VerifyState
from django_site.apps.provenance.services.standing import cut_standing
from django_site.apps.training.models import ModelFlag
from generator.audience import Answers, Plan

#: Seconds for which an answer holds while no consent and no policy changes: grants also end by themselves.
_HOLDS = 60


@dataclass(frozen=True, slots=True)
class Version:
    """What a viewer gets: ``cut`` is ``None`` where that is the film itself; ``why``, where another was asked for."""

    cut: Cut | None
    answers: Answers | None = None
    why: str = ""


def barred_because(cut: Cut) -> str:
    """Why a released version may not be shown now; empty where it may. Where something that its release relied on changed,
    the policies are asked again: a consent that was withdrawn stops it at the next request."""
    return _barred(cut, _grounds())


def _grounds() -> str:
    """What every verdict rests on, as one word that changes when any of it does: consents, answers to a use, faces, models,
    policies."""
    moments = (
        ConsentGrant.objects.aggregate(last=Max("changed_at"))["last"],
        UseApproval.objects.aggregate(last=Max("decided_at"))["last"],
        BiometricConsent.objects.aggregate(last=Max("withdrawn_at"))["last"],
        ModelFlag.objects.aggregate(last=Max("created_at"))["last"],
    )
    return ":".join([*map(str, moments), wiring.policy_bundle().sha256]).replace(" ", "T")


def _barred(cut: Cut, grounds: str) -> str:
    key = f"variant-barred:{cut.pk}:{grounds}"
    held = cache.get(key)
    if held is None:
        held = _judged(cut)
        cache.set(key, held, _HOLDS)
    return str(held)


def _judged(cut: Cut) -> str:
    standing = cut_standing(cut)
    if standing is not None and not standing.stale_because:
        return ""
    verdict = wiring.policy_bundle().decide(edit_facts(cut).as_facts(), at=timezone.now())
    return " ".join(check.plain for check in verdict.stopping[:2]) if verdict.outcome == Outcome.BLOCK else ""


def variants_out(graph: VariantGraph) -> dict[str, Variant]:
    """Versions of a graph that were released and not taken back, like their parent, by key."""
    if graph.parent.cut.state != CutState.RELEASED:
        return {}
    rows = graph.variants.filter(playable=True).select_related(
        "cut__release__manifest", "cut__release__recall", "cut__production"
    )
    return {one.key: one for one in rows if one.is_parent or _out(one.cut)}


def _out(cut: Cut) -> bool:
    release = getattr(cut, "release", None)
    return (
        cut.state == CutState.RELEASED
        and release is not None
        and release.manifest.state == VerifyState.TRUSTED
        and not hasattr(release, "recall")
    )


def films_more(graph: VariantGraph | None) -> set[UUID]:
    """The cuts beside the parent's that viewers with these rules may play now, and their signals may name."""
    if graph is None:
        return set()
    return {one.cut_id for one in _shown(graph).values() if one.cut is not None}


def _shown(graph: VariantGraph) -> dict[str, Variant]:
    """Versions that are out and may be shown now, by key."""
    out, grounds = variants_out(graph), _grounds()
    return {key: one for key, one in out.items() if one.is_parent or not _barred(one.cut, grounds)}


def version_for(graph: VariantGraph | None, preferences: dict[str, Any]) -> Version:
    """The version of these preferences with every choice as it is where nothing is said; the film itself where that may not
    be shown, and why. ``None`` as cut is the film itself."""
    if graph is None:
        return Version(None)
    plan = plan_of(graph)
    answers = plan.answers({str(k): str(v) for k, v in preferences.items()})
    wanted = plan.chosen(dict(answers.preferences), dict(answers.path))
    if wanted.is_parent:
        return Version(None, answers)
    row = variants_out(graph).get(wanted.key)
    if row is None:
        return Version(None, None, _("The version that you asked for is not out; you see the film as it was made."))
    if barred_because(row.cut):
        why = _("The version that you asked for may not be shown now, because somebody in it does not agree any more; you "
                "see the film as it was made.")  # fmt: skip
        return Version(None, None, why)
    return Version(row.cut, answers)


def choices_for(graph: VariantGraph | None, preferences: dict[str, Any], cut: Cut) -> dict[str, Any] | None:
    """What may be chosen while ``cut`` runs, and in every version that a choice leads to: ``{"film", "films": {cut: {"src",
    "captions", "descriptions", "credential", "disclosure", "moments": [{"id", "question", "at", "show", "options": [{"id",
    "name", "film", "why"}]}]}}}``, seconds. ``None`` where
    nothing may: no choice, or at most one branch of each that may be shown."""
    if graph is None:
        return None
    plan = plan_of(graph)
    out = _shown(graph)
    film_of = {key: graph.parent.cut_id if row.is_parent else row.cut_id for key, row in out.items()}
    films: dict[str, Any] = {}
    for answers in _with_these(plan, preferences):
        key = plan.chosen(dict(answers.preferences), dict(answers.path)).key
        if key in film_of:
            films[str(film_of[key])] = {
                "src": reverse("watch:film", args=[film_of[key]]),
                "captions": reverse("watch:track", args=[film_of[key], "captions"]) if _speaks(graph, out[key]) else "",
                "descriptions": reverse("watch:track", args=[film_of[key], "descriptions"]),
                "translated": _translated(graph.parent.cut if out[key].is_parent else out[key].cut),
                "credential": reverse("verify:release", args=[_release_of(out[key])]),
                "disclosure": reverse("verify:disclosure", args=[_release_of(out[key])]),
                "moments": _moments(plan, answers, film_of),
            }
    mine = films.get(str(cut.pk))
    return {"film": str(cut.pk), "films": films} if mine and mine["moments"] else None


def _speaks(graph: VariantGraph, row: Variant) -> bool:
    """Whether something is said in it that captions could hold."""
    cut = graph.parent.cut if row.is_parent else row.cut
    return bool(cut.timeline and cut.timeline.get("cues"))


def _translated(cut: Cut) -> dict[str, str]:
    """Addresses of captions in other languages, by code."""
    return {one.language: reverse("watch:translated", args=[cut.pk, one.language]) for one in tracks_of(cut)}


def _release_of(row: Variant) -> UUID:
    return row.graph.parent_id if row.is_parent else row.cut.release.pk


def _with_these(plan: Plan, preferences: dict[str, Any]) -> list[Answers]:
    said = plan.answers({str(k): str(v) for k, v in preferences.items()}).preferences
    return [one for variant in plan.variants for one in variant.answers if one.preferences == said]


def _moments(plan: Plan, answers: Answers, film_of: dict[str, UUID]) -> list[dict[str, Any]]:
    found = []
    for moment in plan.moments(answers):
        options = [
            {
                "id": branch,
                "name": name,
                "film": str(film_of[key]) if key in film_of else None,
                "why": "" if key in film_of else _("not shown now"),
            }
            for branch, name, key in moment.options
        ]
        if sum(one["film"] is not None for one in options) >= 2:
            found.append(
                {
                    "id": moment.choice,
                    "question": moment.question,
                    "at": round(float(moment.at), 3),
                    "show": round(max(float(moment.at) - moment.seconds, 0.0), 3),
                    "options": options,
                }
            )
    return found


def answers_in_words(variant: Variant) -> list[Answers]:
    """All answers that lead to a version."""
    return [answers_of(one) for one in variant.answers]
