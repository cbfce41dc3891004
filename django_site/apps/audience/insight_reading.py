"""A screening's rows as the value that insight is made of, and what its pages show."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from django_site.apps.accounts.models import User
from django_site.apps.audience.insight_models import AudienceRequest, Insight, InsightQuote, Suggestion
from django_site.apps.audience.models import Event, EventKind, Screening
from django_site.apps.audience.selectors import screenings_visible_to, spans_of, viewings_of
from django_site.apps.productions.models import Cut, CutItem, Shot
from django_site.apps.productions.selectors import productions_visible_to
from generator.audience.quoting import quotable
from generator.audience.screened import FilmShown, Question, Screened

#: The least and the most of a question on a scale.
SCALE = (1.0, 5.0)


def screened_of(screening: Screening) -> Screened:
    """Everything that viewers whose consent is in force let be recorded, in the order in which they came."""
    viewings = viewings_of(screening)
    arms = {arm.letter: arm.cut for arm in screening.arms.select_related("cut").order_by("letter")}
    labels = {str(cut.pk): (letter, cut) for letter, cut in arms.items()}
    others = {one.film for one in viewings} - set(labels)
    films = [_film(cut, letter) for letter, cut in labels.values()]
    films += [_film(cut, "") for cut in Cut.objects.filter(pk__in=others).order_by("pk")]
    return Screened(
        tuple(films),
        tuple(viewings),
        arms={letter: str(cut.pk) for letter, cut in arms.items()} if len(arms) > 1 else {},
        questions=tuple(_question(one) for one in screening.questions),
        groups={one["id"]: one["text"] for one in screening.group_questions},
    )


def _film(cut: Cut, letter: str) -> FilmShown:
    label = f"{letter}: {cut}" if letter else str(cut)
    return FilmShown(str(cut.pk), label, float(cut.duration or 0), tuple(spans_of(cut)))


def _question(asked: dict[str, Any]) -> Question:
    return Question(
        asked["id"],
        asked["text"],
        scale=SCALE if asked.get("kind") == "scale" else None,
        choices=tuple(asked.get("choices") or ()) if asked.get("kind") == "choice" else (),
        at=asked.get("at"),
    )


def quoted_events(screening: Screening) -> dict[tuple[str, str], UUID]:
    """The signal of each comment and worded answer, by who said what: what is quoted is found again by it."""
    worded = {one["id"] for one in screening.questions if one.get("kind") == "text"}
    rows = Event.objects.filter(screening=screening, kind__in=[EventKind.COMMENT, EventKind.ANSWER]).order_by("pk")
    found: dict[tuple[str, str], UUID] = {}
    for pk, pseudonym, kind, value in rows.values_list("pk", "viewer__pseudonym", "kind", "value").iterator():
        question, _, answer = value.partition("=")
        if kind == EventKind.COMMENT:
            found.setdefault((pseudonym, quotable(value)), pk)
        elif question in worded:
            found.setdefault((pseudonym, quotable(answer)), pk)
    return found


def insights_visible_to(user: User) -> QuerySet[Insight]:
    """Insights of screenings that the person may see, newest first."""
    rows = Insight.objects.filter(screening__in=screenings_visible_to(user))
    return rows.select_related("screening__production__organisation", "asked_by").order_by("-created_at")


def insight_newest(screening: Screening) -> Insight | None:
    return screening.insights.filter(made_at__isnull=False).select_related("asked_by").order_by("-made_at").first()


def suggestions_visible_to(user: User) -> QuerySet[Suggestion]:
    return Suggestion.objects.filter(insight__screening__in=screenings_visible_to(user)).select_related(
        "insight__screening__production", "cut", "scene", "shot"
    )


def requests_visible_to(user: User) -> QuerySet[AudienceRequest]:
    """Changes that were asked for, of the productions that the person may see, newest first."""
    rows = AudienceRequest.objects.filter(production__in=productions_visible_to(user))
    return rows.select_related(
        "production__organisation", "requested_by", "met_by", "suggestion__cut", "suggestion__shot__scene",
        "suggestion__scene", "suggestion__insight__screening",
    ).order_by("-created_at", "-pk")  # fmt: skip


def requests_about(shot: Shot) -> QuerySet[AudienceRequest]:
    """Changes that were asked for of a shot, whichever version of it was shown, newest first."""
    rows = AudienceRequest.objects.filter(
        suggestion__shot__scene=shot.scene_id, suggestion__shot__position=shot.position
    )
    return rows.select_related("requested_by", "met_by", "suggestion__cut", "suggestion__shot").order_by("-created_at")


def quotes_of(insight: Insight) -> dict[int, list[dict[str, Any]]]:
    """The quotes of each theme that may be shown now: of viewers whose consent is in force."""
    rows = InsightQuote.objects.filter(
        insight=insight, event__consent__withdrawn_at__isnull=True, event__consent__expires_at__gt=timezone.now()
    ).select_related("event")
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.order_by("theme", "position"):
        words = row.event.value if row.event.kind == EventKind.COMMENT else row.event.value.partition("=")[2]
        found.setdefault(row.theme, []).append({"at": float(row.event.at), "text": quotable(words)})
    return found


def part_of(items: Iterable[CutItem], *, shot: Any = None, scene: Any = None) -> list[list[str]]:
    """What a cut shows of a shot or a scene, as ``[[take, in, out], …]`` in the film's order; without either, all of it.

    A shot is known again by its name in the screenplay, whichever version of it is used, and a scene by its place there."""
    return [
        [str(item.take_id), str(item.take_in), str(item.take_out)]
        for item in items
        if (shot is None or str(item.take.shot) == str(shot))
        and (scene is None or item.take.shot.scene.position == scene.position)
    ]


def items_of(cut: Cut) -> list[CutItem]:
    return list(cut.items.select_related("take__shot__scene").order_by("position"))


def reading_of(suggestion: Suggestion) -> dict[str, Any]:
    """What a suggestion follows from, in the insight's document. Raises ``Http404`` where the path leads nowhere."""
    reading: Any = suggestion.insight.document
    try:
        for step in suggestion.evidence:
            reading = reading[step]
    except (KeyError, IndexError, TypeError):
        raise Http404("the evidence is not in the document") from None
    return reading
