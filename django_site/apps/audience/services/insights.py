"""Reading a screening: asked for, made by a job, kept as it was seen."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from auditor.canonical import canonical_json
from auditor.media.types import Progress
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.accounts.permissions import require
from django_site.apps.audience.insight_models import Insight, InsightQuote, Suggestion
from django_site.apps.audience.insight_reading import quoted_events, screened_of
from django_site.apps.audience.models import Screening
from django_site.apps.audience.selectors import events_recorded
from django_site.apps.jobs.models import JobKind
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.jobs.work import JobWork
from django_site.errors import InputError
from generator.errors import EmbeddingError


@transaction.atomic
def insight_request(*, screening: Screening, by: User) -> Insight:
    """Ask for a screening to be read as it is now; while that is under way, asking again gives the same.

    Raises ``InputError`` where nobody has watched anything that may be read.
    """
    require(by, "productions.change", screening.production)
    screening = Screening.objects.select_for_update().select_related("production").get(pk=screening.pk)
    if not events_recorded(screening).exists():
        raise InputError("nobody who agreed to be recorded has watched anything yet; invite viewers, then ask again")
    under_way = screening.insights.filter(made_at__isnull=True, reason="").first()
    if under_way is not None:
        return under_way
    asked = Insight.objects.create(screening=screening, asked_by=by)
    asked.job = job_enqueue(
        kind=JobKind.MAKE_INSIGHT,
        key=f"make_insight:{asked.pk}",
        production=screening.production,
        target_id=asked.pk,
        requested_by=by,
    )
    asked.save(update_fields=["job"])
    return asked


def insight_make(*, work: JobWork) -> None:
    """Read the screening, keep the document with its digest, and write down what follows from it."""
    asked = Insight.objects.select_related("screening__production").get(pk=work.job.target_id)
    work.on_progress(Progress("read what was recorded", 0, 3, "steps"))
    from generator.audience.insight import insight  # statistics are loaded by those who work them out

    screened = screened_of(asked.screening)
    work.on_progress(Progress("work out intervals and themes", 1, 3, "steps"))
    try:
        document = insight(screened, embedder=wiring.text_embedder())
    except EmbeddingError as error:  # not installed here, or not what was measured: everything else stands
        document = insight(screened, missing=str(error))
    quotes = _quotes_taken_out(document, quoted_events(asked.screening))
    work.on_progress(Progress("keep it", 2, 3, "steps"))
    with work.fenced():
        digest = sha256(canonical_json(document)).hexdigest()
        Insight.objects.filter(pk=asked.pk, made_at__isnull=True).update(
            document=document, document_sha256=digest, made_at=timezone.now(), reason=""
        )
        InsightQuote.objects.bulk_create(
            InsightQuote(insight=asked, theme=theme, position=position, event_id=event)
            for theme, position, event in quotes
        )
        suggestions = _suggestions(asked, document)
        Suggestion.objects.bulk_create(suggestions)
        work.finish(viewers=document["viewers"], suggestions=len(suggestions), sha256=digest)


def _quotes_taken_out(document: dict[str, Any], events: dict[tuple[str, str], UUID]) -> list[tuple[int, int, UUID]]:
    """Words and pseudonyms leave the document; where each quote stood, and the signal that it was."""
    found = []
    for place, theme in enumerate(document["themes"]["themes"]):
        for position, quote in enumerate(theme.pop("quotes")):
            event = events.get((quote["viewer"], quote["text"]))
            if event is not None:
                found.append((place, position, event))
    return found


def _suggestions(asked: Insight, document: dict[str, Any]) -> list[Suggestion]:
    rows = []
    for position, one in enumerate(document["suggestions"]):
        span = one["span"].partition("~")[0] or None
        rows.append(
            Suggestion(
                insight=asked,
                position=position,
                kind=one["kind"],
                cut_id=one["film"],
                scene_id=span if one["span_kind"] == "scene" else None,
                shot_id=span if one["span_kind"] == "shot" else None,
                plain=one["plain"],
                advice=one["advice"],
                evidence=one["evidence"],
            )
        )
    return rows


def insight_stopped(*, target_id, reason: str) -> None:
    """An insight that could not be made keeps its row, with the reason."""
    Insight.objects.filter(pk=target_id, made_at__isnull=True).update(reason=reason)
