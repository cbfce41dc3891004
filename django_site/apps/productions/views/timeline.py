"""The timeline page: the film as a row of clips that a person moves, trims, joins, titles, mixes, and cuts anew."""

import secrets
from collections.abc import Callable, Mapping
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from django_site.apps.accounts.permissions import require
from django_site.apps.productions.edit_lanes import edit_timeline, lines_of, rows_of, tracks_of
from django_site.apps.productions.edit_sounds import GAINS, fades_step, place_step, sounds_context
from django_site.apps.productions.models import Edit, Production, Take
from django_site.apps.productions.selectors import productions_visible_to
from django_site.apps.productions.services.editing import (
    edit_apply,
    edit_cut,
    edit_discard,
    edit_open,
    edit_redo,
    edit_undo,
    seconds_frames,
)
from django_site.apps.productions.services.timelines import (
    clip_shot,
    newest_timeline,
    take_media,
    takes_for,
    timeline_of,
)
from django_site.errors import InputError
from django_site.pages.failures import attempt, sentence
from generator.edit import Card, Clip, EditError, History, Operation, Timeline
from generator.edit.document import part_as_document
from generator.edit.interchange import WRITERS

#: How the film comes to a clip, with the words for it.
_JOINS = {
    "cut": gettext_lazy("cut"),
    "dissolve": gettext_lazy("dissolve"),
    "fade": gettext_lazy("fade through black"),
    "wipe": gettext_lazy("wipe"),
}
_MEDIA_TYPES = {
    "otio": "application/json",
    "fcpxml": "application/xml",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
}


@login_required
@require_safe
def timeline_page(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """The timeline as it is being worked on; for those who may not, that of the newest cut. ``?clip=`` chooses a clip."""
    productions = productions_visible_to(request.user).select_related("organisation")
    production = get_object_or_404(productions, pk=production_id)
    may = request.user.has_perm("productions.change", production)
    edit = Edit.objects.filter(production=production).select_related("base", "changed_by").first()
    base = edit.base if edit else newest_timeline(production)
    if base is None:
        return render(request, "productions/timeline.html", {"production": production, "base": None})
    history = History.from_document(edit.history) if edit else History.of(timeline_of(base))
    timeline = history.timeline
    index = timeline.index(request.GET.get("clip", ""))
    clip = timeline.clips[index] if index is not None else None
    newer = newest_timeline(production)
    context = {
        "production": production,
        "base": base,
        "newer": newer if newer and newer.version > base.version else None,
        "edit": edit,
        "revision": edit.revision if edit else 0,
        "may": may,
        "film": timeline,
        "seconds": float(timeline.seconds),
        "steps": history.done,
        "redoable": len(history.operations) - history.done,
        "rows": rows_of(timeline, takes_for(production)),
        "drawn": edit_timeline(timeline, reverse("productions:timeline", args=[production.pk]), clip),
        "tracks": tracks_of(timeline),
        "lines": lines_of(timeline),
        "chosen": _chosen(timeline, index, clip, production) if clip is not None and index is not None else None,
        "joins": _JOINS.items(),
        "places": [("lower", _("low")), ("centre", _("in the middle")), ("upper", _("high"))],
        **sounds_context(timeline, production),
        "endings": [ending.lstrip(".") for ending in WRITERS],
    }
    return render(request, "productions/timeline.html", context)


def _chosen(timeline: Timeline, index: int, clip: Clip, production: Production) -> dict:
    """What the panel of the chosen clip shows."""
    rate, join = timeline.rate, timeline.transitions[index]
    card = clip.source if isinstance(clip.source, Card) else None
    return {
        "clip": clip,
        "card": card,
        "first": index == 0,
        "last": index == len(timeline.clips) - 1,
        "place": index,
        "start": float(clip.start / rate),
        "end": float(clip.end / rate),
        "whole": None if card else float(clip.source.frames / rate),
        "seconds": float(clip.frames / rate),
        "half": float(clip.frames // 2 / rate),
        "join": join.kind,
        "join_seconds": float(join.frames / rate),
        "titles": [title for title in timeline.titles if title.clip == clip.id],
        "takes": takes_for(production).get(clip_shot(clip), []),
    }


@login_required
@require_safe
def timeline_export(request: HttpRequest, production_id: UUID, ending: str) -> HttpResponse:
    """The timeline for another editor: ``otio``, ``edl``, ``fcpxml``, or its captions as ``vtt`` or ``srt``."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    edit = Edit.objects.filter(production=production).first()
    base = newest_timeline(production)
    if f".{ending}" not in WRITERS or (edit is None and base is None):
        raise Http404("there is no such timeline")
    timeline = History.from_document(edit.history).timeline if edit else timeline_of(base)
    try:
        text = WRITERS[f".{ending}"](timeline)
    except EditError as error:
        messages.error(request, sentence(error))
        return redirect("productions:timeline", production.pk)
    response = HttpResponse(text, content_type=_MEDIA_TYPES.get(ending, "text/plain; charset=utf-8"))
    name = f"{slugify(timeline.title) or 'film'}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@login_required
@require_POST
def timeline_change(request: HttpRequest, production_id: UUID) -> HttpResponse:
    """One step: ``do`` names it. Back to the timeline with the same clip chosen."""
    production = get_object_or_404(productions_visible_to(request.user), pk=production_id)
    require(request.user, "productions.change", production)
    asked, user = request.POST.get("do", ""), request.user
    if asked not in {*_STEPS, "undo", "redo", "cut", "discard"}:
        return render(
            request, "400.html", {"reason": _("Say which step: %(steps)s.") % {"steps": ", ".join(_STEPS)}}, status=400
        )
    edit = attempt(request, lambda: edit_open(production=production, by=user))
    if edit is None:
        return redirect("productions:timeline", production.pk)
    if asked == "cut":
        cut = attempt(request, lambda: edit_cut(edit=edit, by=user), done=_("The cut is being assembled."))
        return redirect("productions:cut", cut.pk) if cut else redirect("productions:timeline", production.pk)
    if asked == "discard":
        attempt(request, lambda: edit_discard(edit=edit, by=user), done=_("The steps were discarded."))
        return redirect("productions:timeline", production.pk)
    attempt(request, lambda: _step(request, edit, asked))
    address = reverse("productions:timeline", args=[production.pk])
    chosen = request.POST.get("clip", "")
    return redirect(f"{address}?{urlencode({'clip': chosen})}#clip" if chosen else address)


def _step(request: HttpRequest, edit: Edit, asked: str) -> Edit:
    revision = int(_number(request.POST, "revision", whole=True))
    if asked in ("undo", "redo"):
        step = edit_undo if asked == "undo" else edit_redo
        return step(edit=edit, by=request.user, revision=revision)
    timeline = History.from_document(edit.history).timeline
    arguments = _STEPS[asked](request.POST, timeline, edit)
    name = {"title": "put_title", "words": "put_cue", "place": "put_sound", "fades": "set_fades"}.get(asked, asked)
    return edit_apply(edit=edit, operation=Operation(name, arguments), by=request.user, revision=revision)


def _number(sent: Mapping[str, str], name: str, *, whole: bool = False) -> float:
    try:
        value = float(sent.get(name, "").replace(",", "."))
    except ValueError:
        raise InputError(f"{name} is {sent.get(name, '')[:20]!r}; give a number") from None
    if value != value or (whole and value != int(value)):
        raise InputError(f"{name} must be a whole number")
    return value


def _text(sent: Mapping[str, str]) -> str:
    words = sent.get("text", "").strip()
    if not words:
        raise InputError("write the words; to take them away, use the button for that")
    return words


def _frames(sent: Mapping[str, str], name: str, timeline: Timeline) -> int:
    return seconds_frames(timeline, _number(sent, name))


def _clip(sent: Mapping[str, str], timeline: Timeline) -> Clip:
    index = timeline.index(sent.get("clip", ""))
    if index is None:
        raise InputError("that clip is not on the timeline any more; look at it again")
    return timeline.clips[index]


def _trim(sent: Mapping[str, str], timeline: Timeline, edit: Edit) -> dict:
    clip = _clip(sent, timeline)
    start, end = _frames(sent, "start", timeline), _frames(sent, "end", timeline)
    if end <= start:
        raise InputError("the clip would end before it begins; give a later end")
    return {"clip": clip.id, "start": start, "frames": end - start}


def _title(sent: Mapping[str, str], timeline: Timeline, edit: Edit) -> dict:
    clip = _clip(sent, timeline)
    start = clip.start + _frames(sent, "from", timeline)
    title = {
        "id": f"title:{secrets.token_hex(4)}",
        "clip": clip.id,
        "start": start,
        "frames": max(1, _frames(sent, "long", timeline)),
        "text": _text(sent),
        "place": sent.get("place", "lower"),
    }
    return {"title": title}


def _words(sent: Mapping[str, str], timeline: Timeline, edit: Edit) -> dict:
    cue = next((one for one in timeline.cues if one.id == sent.get("cue")), None)
    if cue is None:
        raise InputError("that caption is not on the timeline any more; look at it again")
    return {"cue": {**part_as_document(cue), "text": _text(sent)}}


def _retake(sent: Mapping[str, str], timeline: Timeline, edit: Edit) -> dict:
    clip = _clip(sent, timeline)
    take = next(
        (one for one in takes_for(edit.production).get(clip_shot(clip), []) if str(one.pk) == sent.get("take")), None
    )
    if take is None:
        raise InputError("that take may not be shown in this place; choose one of the shot's cleared takes")
    return _as_retake(clip, take)


def _as_retake(clip: Clip, take: Take) -> dict:
    media, provenance = take_media(take)
    return {"clip": clip.id, "media": part_as_document(media), "provenance": part_as_document(provenance)}


def _gain(sent: Mapping[str, str], timeline: Timeline, edit: Edit) -> dict:
    gain = _number(sent, "gain")
    if not GAINS[0] <= gain <= GAINS[1]:
        raise InputError(f"a gain of {gain:g} dB is out of bounds; use {GAINS[0]:g} to {GAINS[1]:g}")
    return {"of": sent.get("of", ""), "gain": gain}


#: Step -> the operation's arguments out of what was sent.
_STEPS: dict[str, Callable[[Mapping[str, str], Timeline, Edit], dict]] = {
    "move": lambda sent, timeline, edit: {
        "clip": _clip(sent, timeline).id,
        "to": int(_number(sent, "to", whole=True)),
    },
    "trim": _trim,
    "split": lambda sent, timeline, edit: {
        "clip": _clip(sent, timeline).id,
        "at": _frames(sent, "at", timeline),
    },
    "delete": lambda sent, timeline, edit: {"clip": _clip(sent, timeline).id},
    "retake": _retake,
    "set_transition": lambda sent, timeline, edit: {
        "clip": _clip(sent, timeline).id,
        "kind": sent.get("kind", "cut"),
        "frames": 0 if sent.get("kind", "cut") == "cut" else _frames(sent, "long", timeline),
        "make_room": True,
    },
    "set_card": lambda sent, timeline, edit: {
        "clip": _clip(sent, timeline).id,
        "title": sent.get("text", "").strip(),
        "lines": [line.strip() for line in sent.get("lines", "").splitlines() if line.strip()],
    },
    "rename": lambda sent, timeline, edit: {"title": _text(sent)},
    "title": _title,
    "words": _words,
    "remove": lambda sent, timeline, edit: {"id": sent.get("id", "")},
    "set_gain": _gain,
    "place": lambda sent, timeline, edit: place_step(sent, timeline, edit, _number),
    "fades": lambda sent, timeline, edit: fades_step(sent, timeline, edit, _number),
    "mute": lambda sent, timeline, edit: {"track": sent.get("of", ""), "muted": sent.get("muted") == "1"},
}
