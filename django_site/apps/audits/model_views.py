"""Models compared: what they are good at, what they need, and what the licence of each of their parts allows."""

import re

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from django_site.apps.audits.model_cards_read import TASKS, USES, model_rows
from django_site.apps.training.models import RunState
from django_site.apps.training.selectors import productions_to_train, runs_visible_to
from generator.models import load_cards

#: Models of our own that this page names; all of them have a page of theirs.
OWN_SHOWN = 5
_PLACE = re.compile(r"\*|[A-Z]{2}(-[A-Z0-9]{1,3})?")


@login_required
@require_safe
def model_list(request: HttpRequest) -> HttpResponse:
    """All cards; ``place``, ``use`` and ``task`` narrow them."""
    place = request.GET.get("place", "").strip().upper()[:6]
    use, task = request.GET.get("use", ""), request.GET.get("task", "")
    understood = not place or _PLACE.fullmatch(place) is not None
    asked = {
        "place": place if understood else "",
        "use": use if use in USES else "",
        "task": task if task in TASKS else "",
    }
    context = {
        "rows": model_rows(**asked) if understood else [],
        "place": place,
        "understood": understood,
        "asked": asked,
        "narrowed": any((place, asked["use"], asked["task"])),
        "uses": USES.items(),
        "tasks": TASKS.items(),
        "families": len({card.family for card in load_cards().values()}),
        "own": runs_visible_to(request.user)
        .exclude(state=RunState.DISCARDED)
        .select_related("production", "model")
        .order_by("-id")[:OWN_SHOWN],
        "may_train": productions_to_train(request.user).exists(),
    }
    return render(request, "audits/models.html", context)
