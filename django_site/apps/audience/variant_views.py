"""The producers' side of versions: rules are written, what they lead to is seen, versions are made and followed."""

import json
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.audience.services.captioning import MAX_TEXT, caption_track_bring
from django_site.apps.audience.services.variants import (
    arm_versions_set,
    graph_draft,
    graph_make,
    graph_write,
    variant_begin,
)
from django_site.apps.audience.variant_drawing import drawing_of
from django_site.apps.audience.variant_models import CaptionTrack, GraphState, Variant, VariantGraph
from django_site.apps.audience.variant_rules import clip_shots, parent_timeline, plan_of, spare_clips
from django_site.apps.audience.variant_selectors import (
    arms_of,
    coverage_of,
    graphs_of,
    releases_visible_to,
    stages_of,
    variants_of,
    version_rows,
)
from django_site.apps.audience.variant_writing import NAMES, PACES, choice_added, preference_added, rule_removed
from django_site.apps.jobs.panel import panel_of_production
from django_site.apps.productions.models import CutState
from django_site.apps.productions.vocabulary import ContentTopic
from django_site.apps.provenance.models import Release
from django_site.errors import InputError
from django_site.pages.failures import ANTICIPATED, attempt, sentence
from generator.audience import Plan
from generator.audience.coverage import joins
from generator.edit import Card
from generator.edit.document import parsed
from generator.errors import EditError

#: Characters of rules that are read; eight preferences and twelve choices over two hundred shots take a tenth.
MAX_RULES = 400_000


def _release(request: HttpRequest, release_id: UUID) -> Release:
    return get_object_or_404(releases_visible_to(request.user), pk=release_id)


@login_required
@require_safe
def film(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """What versions there are, and what of them people have seen."""
    release = _release(request, release_id)
    graphs = graphs_of(release)
    wanted = request.GET.get("rules", "")
    graph = next((one for one in graphs if str(one.version) == wanted), graphs[0] if graphs else None)
    context: dict[str, Any] = {
        "release": release,
        "production": release.cut.production,
        "cut": release.cut,
        "graphs": graphs,
        "graph": graph,
        "recalled": release.cut.state == CutState.RECALLED,
        "arms": arms_of(release)[:20],
        "tracks": release.caption_tracks.select_related("output__manifest").order_by("language", "-created_at")[:100],
    }
    try:
        clips = _clips(release)
        end = {parent_timeline(release).clips[-1].id: _("End card")}
        context |= {"clips": clips, "labels": end | {one["id"]: one["label"] for one in clips}}
        if graph is not None:
            context |= _told(request, graph, context["labels"])
    except ANTICIPATED as error:
        context["refused"] = sentence(error)
    context |= {"kinds": NAMES, "paces": PACES, "topics": ContentTopic.choices}
    return render(request, "audience/variants.html", context)


def _told(request: HttpRequest, graph: VariantGraph, labels: dict[str, str]) -> dict[str, Any]:
    plan = plan_of(graph)
    variants = variants_of(graph)
    told = coverage_of(graph, plan, variants)
    rows = version_rows(request.user, graph, plan, told, labels)
    stages = stages_of(plan, variants)
    reviewed = [one.timeline for one in plan.variants if stages[one.key] in ("reviewed", "released")]
    seen = {join for timeline in (plan.parent, *reviewed) for join in joins(timeline)}
    new = [one for one in rows if one.cut is None or one.cut.pk != graph.parent.cut_id]
    return {
        "plan": plan,
        "preferences": _preferences(plan, labels),
        "told": told,
        "percent": round(told.share * 100),
        "rows": rows,
        "never_reviewed": [one.name for one in rows if one.key in told.never_reviewed],
        "drawing": drawing_of(plan, seen, labels) if len(plan.variants) > 1 else None,
        "new": len(new),
        "new_seconds": sum(one.seconds for one in new),
        "panel": panel_of_production(request.user, graph.production),
        "drafted": graph.state == GraphState.DRAFT,
    }


def _preferences(plan: Plan, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Rules in words, for the list in which they are taken out."""
    return [
        {
            "id": rule.id,
            "name": rule.name,
            "options": [
                {
                    "id": one.id,
                    "name": one.name,
                    "does": [_does(edit, labels) for edit in one.edits],
                    "without": one.without,
                }
                for one in rule.options
            ],
        }
        for rule in plan.graph.preferences
    ]


def _does(edit: Any, labels: dict[str, str]) -> str:
    def named(clips: Any) -> str:
        return ", ".join(labels.get(clip, clip) for clip in clips) or _("nothing")

    match type(edit).__name__:
        case "Drop":
            return _("leaves out %(clips)s") % {"clips": named(edit.clips)}
        case "Swap":
            return _("shows %(play)s instead of %(clip)s") % {"play": named(edit.play), "clip": named([edit.clip])}
        case "Ending":
            return _("from %(clip)s on shows %(play)s") % {"play": named(edit.play), "clip": named([edit.start])}
        case _:
            return _("each shot %(factor)s times as long, where its words allow it") % {"factor": f"{edit.factor:g}"}


def _clips(release: Release) -> list[dict[str, Any]]:
    """The film's shots in order, then those that it doesn't show."""
    timeline = parent_timeline(release)
    own = [clip for clip in timeline.clips if not isinstance(clip.source, Card)]
    spare = spare_clips(release)
    shots = clip_shots(release.cut.production, (*own, *spare))
    starts = timeline.starts()
    found = []
    for clip in (*own, *spare):
        shot = shots.get(clip.id)
        spec = shot.spec if shot else {}
        found.append(
            {
                "id": clip.id,
                "label": str(shot) if shot else clip.id,
                "spare": clip in spare,
                "said": " ".join(str(spec.get("description") or spec.get("prompt") or "").split())[:120],
                "seconds": float(clip.frames / timeline.rate),
                "at": float(starts[clip.id] / timeline.rate) if clip.id in starts else None,
                "topics": [dict(ContentTopic.choices).get(one, one) for one in (shot.content if shot else [])],
            }
        )
    return found


@login_required
@require_POST
def rules(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Add a rule, take one out, or bring in a whole document."""
    release = _release(request, release_id)
    require(request.user, "productions.change", release.cut.production)
    attempt(request, lambda: _write(request, release), done=_("The rules are kept."))
    return redirect("variants:film", release.pk)


def _write(request: HttpRequest, release: Release) -> VariantGraph:
    given = request.POST
    graph = graph_draft(release=release, by=request.user)
    does = given.get("do", "")
    if does == "begin":
        return graph
    many = {name: given.getlist(name) for name in ("clips", "play", "without", "first_play", "second_play")}
    answers = {**given.dict(), **many}
    if does == "preference":
        document = preference_added(graph.document, answers, spare=spare_clips(release))
    elif does == "choice":
        document = choice_added(graph.document, answers, spare=spare_clips(release))
    elif does == "remove":
        document = rule_removed(graph.document, given.get("rule", ""), given.get("option", ""))
    elif does == "document":
        document = _document(given.get("document", ""))
    else:
        raise InputError(f"rules are not changed by {does[:20]!r}; use the buttons of the page")
    return graph_write(graph=graph, document=document, by=request.user)


def _document(text: str) -> dict[str, Any]:
    if len(text) > MAX_RULES:
        raise InputError(f"the rules have {len(text)} characters; at most {MAX_RULES} are read")
    try:
        document = parsed(text)
    except EditError as error:
        raise InputError(str(error)) from error
    if not isinstance(document, dict):
        raise InputError(f"the rules must be a JSON object, not {type(document).__name__}")
    return document


@login_required
@require_safe
def rules_file(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """The newest rules as a file, to keep or to work on elsewhere."""
    release = _release(request, release_id)
    graph = get_object_or_404(release.variant_graphs.order_by("-version")[:1])
    response = HttpResponse(json.dumps(graph.document, ensure_ascii=False, indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="versions-{graph.version}.json"'
    return response


@login_required
@require_POST
def make(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Fix the rules and begin every version."""
    release = _release(request, release_id)
    require(request.user, "productions.change", release.cut.production)
    graph = get_object_or_404(release.variant_graphs, state=GraphState.DRAFT)
    done = _("The versions are begun. Each goes through audit, review and signing before anybody sees it.")
    attempt(request, lambda: graph_make(graph=graph, by=request.user), done=done)
    return redirect("variants:film", release.pk)


@login_required
@require_POST
def begin(request: HttpRequest, variant_id: UUID) -> HttpResponse:
    """Begin one version, or begin it anew."""
    mine = Variant.objects.filter(graph__parent__in=releases_visible_to(request.user).values("pk"))
    variant = get_object_or_404(mine.select_related("graph__parent", "graph__production"), pk=variant_id)
    require(request.user, "productions.change", variant.graph.production)
    attempt(request, lambda: variant_begin(variant=variant, by=request.user), done=_("The version is begun."))
    return redirect("variants:film", variant.graph.parent_id)


@login_required
@require_POST
def shown(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Let a screening's viewers say which version they would like, or not any more."""
    release = _release(request, release_id)
    require(request.user, "productions.change", release.cut.production)
    arm = get_object_or_404(arms_of(release), pk=_uuid(request.POST.get("arm", "")))
    graph = None
    if request.POST.get("graph"):
        graph = get_object_or_404(release.variant_graphs, pk=_uuid(request.POST["graph"]))
    attempt(
        request, lambda: arm_versions_set(arm=arm, graph=graph, by=request.user), done=_("The screening is changed.")
    )
    return redirect("variants:film", release.pk)


@login_required
@require_POST
def captions(request: HttpRequest, release_id: UUID) -> HttpResponse:
    """Bring captions in another language."""
    release = _release(request, release_id)
    require(request.user, "productions.change", release.cut.production)
    done = _("The captions are kept; they are offered as soon as they are signed.")
    attempt(request, lambda: _brought(request, release), done=done)
    return redirect("variants:film", release.pk)


def _brought(request: HttpRequest, release: Release) -> CaptionTrack:
    file = request.FILES.get("file")
    if file is None:
        raise InputError("choose a file of captions, WebVTT or SubRip")
    if file.size > MAX_TEXT * 4:
        raise InputError(f"the file has {file.size} bytes; captions have at most {MAX_TEXT} characters")
    try:
        text = file.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("the file is no text in UTF-8; save it as UTF-8 and bring it again") from None
    language, made = request.POST.get("language", "").strip(), request.POST.get("made", "")
    return caption_track_bring(release=release, language=language, text=text, made=made, by=request.user)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InputError("the page is out of date; open it again") from None
