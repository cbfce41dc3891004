"""Reading screenings and what was recorded at them; every list starts from what the person may see."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.audience.models import Event, EventKind, Screening, Viewer
from django_site.apps.productions.models import Cut
from django_site.apps.productions.selectors import productions_visible_to
from generator.audience import Signal, Span, Viewing, viewing

#: Rows fetched from the database at once.
ROWS = 5000


def screenings_visible_to(user: User) -> QuerySet[Screening]:
    """Screenings of productions that the person works on or reviews, newest first."""
    rows = Screening.objects.filter(production__in=productions_visible_to(user))
    return rows.select_related("production__organisation").order_by("-created_at", "-pk")


def screening_get(user: User, pk: UUID) -> Screening:
    """The screening, ``Http404`` where there is none or the person may not see it."""
    return get_object_or_404(screenings_visible_to(user), pk=pk)


def viewers_recorded(screening: Screening) -> QuerySet[Viewer]:
    """Viewers whose consent is in force now."""
    return screening.viewers.filter(consents__withdrawn_at__isnull=True, consents__expires_at__gt=timezone.now())


def events_recorded(screening: Screening) -> QuerySet[Event]:
    """What was recorded of viewers whose consent is in force now."""
    return Event.objects.filter(
        screening=screening, consent__withdrawn_at__isnull=True, consent__expires_at__gt=timezone.now()
    )


def viewings_of(screening: Screening) -> list[Viewing]:
    """What each viewer whose consent is in force did with each film that they played: one for a viewer and a film, those
    who came first first. Whoever came and played nothing has none."""
    return list(viewings_iterated(screening))


def viewings_iterated(screening: Screening) -> Iterator[Viewing]:
    """The same one by one: as many rows in memory as one viewing has, and ``ROWS``."""
    who = {
        pk: (pseudonym, letter, groups)
        for pk, pseudonym, letter, groups in screening.viewers.values_list("pk", "pseudonym", "arm__letter", "groups")
    }
    rows = (
        events_recorded(screening)
        .order_by("viewer_id", "cut_id", "seq")
        .values_list("viewer_id", "cut_id", "kind", "at", "seq", "said_at", "to", "value")
    )
    now = timezone.now().timestamp()
    durations: dict[UUID, float] = {}
    for (viewer_id, cut_id), told in groupby(rows.iterator(ROWS), key=lambda row: row[:2]):
        if cut_id not in durations:
            durations[cut_id] = float(Cut.objects.values_list("duration", flat=True).get(pk=cut_id))
        pseudonym, letter, groups = who[viewer_id]
        yield viewing(
            (
                Signal(kind, float(at), seq, said.timestamp(), None if to is None else float(to), value)
                for _, _, kind, at, seq, said, to, value in told
            ),
            viewer=pseudonym,
            film=str(cut_id),
            duration=durations[cut_id],
            arm=letter,
            groups=groups,
            now=now,
        )


def spans_of(cut: Cut) -> list[Span]:
    """The scenes of a cut and then its shots, in the order of the film. A scene or shot that comes again later has a span
    each time: its id is that of the row, the second time with ``~2``. Title cards belong to none. Empty before the cut was
    assembled."""
    items = list(cut.items.filter(start__isnull=False).select_related("take__shot__scene").order_by("position"))
    scenes = _runs([(item.take.shot.scene_id, item) for item in items])
    shots = _runs([(item.take.shot_id, item) for item in items])
    spans = [
        Span(id_, "scene", f"{(scene := held[0].take.shot.scene).position} · {scene.heading}", *_ends(held))
        for id_, held in scenes
    ]
    return spans + [Span(id_, "shot", str(held[0].take.shot), *_ends(held)) for id_, held in shots]


def _runs(keyed: list[tuple]) -> list[tuple[str, list]]:
    """Neighbours under one key together, with an id that is there once."""
    seen: dict[UUID, int] = {}
    runs = []
    for key, group in groupby(keyed, key=lambda pair: pair[0]):
        seen[key] = seen.get(key, 0) + 1
        runs.append((str(key) if seen[key] == 1 else f"{key}~{seen[key]}", [item for _, item in group]))
    return runs


def _ends(items: list) -> tuple[float, float]:
    return float(items[0].start), float(max(item.end for item in items))


def viewer_record(viewer: Viewer) -> dict[str, Any]:
    """Everything that is recorded of a viewer, for them to take away (GDPR articles 15 and 20)."""
    events = list(
        Event.objects.filter(viewer=viewer)
        .order_by("seq", "said_at")
        .values("kind", "at", "to", "value", "said_at", "created_at", "cut_id", "seq")
    )
    counts = Counter(event["kind"] for event in events)
    return {
        "name": viewer.pseudonym,
        "screening": viewer.screening.title,
        "came": viewer.created_at,
        "country": viewer.territory,
        "of_age": viewer.of_age,
        "said_of_yourself": viewer.groups,
        "preferences": viewer.preferences,
        "agreements": list(viewer.consents.values("text", "purposes", "given_at", "expires_at", "withdrawn_at")),
        "counts": [{"kind": str(EventKind(kind).label), "n": n} for kind, n in counts.most_common()],
        "signals": [{**event, "cut_id": str(event["cut_id"])} for event in events],
    }
