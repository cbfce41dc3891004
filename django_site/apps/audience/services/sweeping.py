"""Deletes what was recorded of viewers when its time is over; the worker's sweeper runs it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from django_site.apps.audience.models import Event, Screening, ScreeningState, Seat, Viewer, ViewerConsent
from django_site.apps.provenance.services.ledger import ledger_append

logger = logging.getLogger(__name__)

#: Viewers that one sweep deletes; the next goes on.
AT_ONCE = 500
#: How long after a screening's end the seat of somebody who agreed to nothing is kept: their player may still be open.
UNRECORDED = timedelta(days=1)


def screenings_settle(*, now: datetime | None = None) -> int:
    """Close screenings whose closing time is over. Returns how many."""
    now = now or timezone.now()
    closed = 0
    due = Screening.objects.filter(state=ScreeningState.OPEN, closes_at__lte=now)
    for screening in due:
        with transaction.atomic():
            if due.filter(pk=screening.pk).update(state=ScreeningState.CLOSED, closed_at=F("closes_at")):
                closed += 1
                ledger_append(kind="screening_closed", event={"screening": screening.pk, "by": "its closing time"})
    return closed


def viewers_due(now: datetime) -> QuerySet[Viewer]:
    """Viewers of whom nothing may be kept any more: every agreement of theirs has run out, or the days after the
    screening's end are over; and who never agreed, once it has ended."""
    agreed = ViewerConsent.objects.order_by()
    running = agreed.filter(expires_at__gt=now).values("viewer")
    over = Q(screening__closed_at__lte=now - UNRECORDED) & ~Q(pk__in=agreed.values("viewer"))
    run_out = Q(pk__in=agreed.values("viewer")) & ~Q(pk__in=running)
    closed = Screening.objects.filter(state=ScreeningState.CLOSED).values_list("pk", "closed_at", "retention_days")
    ended = [pk for pk, closed_at, days in closed if closed_at + timedelta(days=days) <= now]
    return Viewer.objects.filter(over | run_out | Q(screening__in=ended))


def audience_sweep(*, now: datetime | None = None) -> int:
    """Delete what is due, viewer by viewer, and what an agreement that ran out covered. Returns how many viewers."""
    now = now or timezone.now()
    screenings_settle(now=now)
    due = list(viewers_due(now).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    for viewer in due:
        with transaction.atomic():
            Viewer.objects.filter(pk=viewer).delete()
    lapsed = ViewerConsent.objects.filter(withdrawn_at__isnull=True, expires_at__lte=now).values("viewer")
    Event.objects.filter(viewer__in=lapsed).delete()
    Seat.objects.filter(viewer__in=lapsed).delete()
    if due:
        logger.info("the time of %s viewers is over: what was recorded of them is deleted", len(due))
    return len(due)
