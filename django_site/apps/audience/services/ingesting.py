"""What players tell, kept: each signal once, whatever is sent twice, late or in disorder; each refusal with its reason.

A batch is ``{"film": id, "sent": ms, "signals": [{"key", "kind", "at", "to", "seq", "said", "value"}]}``; times on clocks
are milliseconds since the epoch by the sender's clock, moments of the film seconds. The difference between ``sent`` and the
server's clock corrects the sender's, so that a wrong clock does no harm; what then still lies ahead of ``sent`` is refused.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site.apps.audience.asking import answer_fits
from django_site.apps.audience.consent import PURPOSE_OF
from django_site.apps.audience.models import Event, EventKind, Screening, Seat, Viewer, ViewerConsent
from django_site.apps.audience.playing import films_of
from django_site.apps.productions.models import Cut
from django_site.errors import InputError, NotAllowedError, WrongStateError

#: Signals of one batch, and characters of words. A player that was offline sends several batches.
MAX_SIGNALS, MAX_VALUE = 200, 2000
MAX_SEQ = 2_147_483_647
#: Seconds by which a moment may lie beyond the film's end (its last frame), or a clock ahead of its own sending.
EDGE_S, AHEAD_S = 1.0, 2.0
#: The earliest clock that is believed before the sending: what was told while offline for longer is of no use.
OLDEST = timedelta(days=14)
#: Seconds of a clock: the year 2100. Larger numbers overflow dates.
_LATEST_MS = 4_102_444_800_000
#: Kinds that say where the film is while it runs.
_RUNNING = (EventKind.PLAY, EventKind.BEAT)
_MOVES = (*_RUNNING, EventKind.PAUSE, EventKind.SEEK, EventKind.END, EventKind.LEAVE)


class NotRecordedError(NotAllowedError):
    """Nothing of this viewer is recorded (any more): their player stops telling."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch: how many were kept, how many were there already, and why others were not."""

    kept: int = 0
    already: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Batch:
    """What every signal of a batch is measured by."""

    screening: Screening
    consent: ViewerConsent
    film: UUID
    duration: float
    sent_ms: float
    now: datetime
    questions: Mapping[str, dict[str, Any]]


def signals_keep(*, viewer: Viewer, film: Any, sent: Any, signals: Any, now: datetime | None = None) -> Kept:
    """Keep a viewer's signals about one film. Raises ``NotRecordedError`` without their consent, ``InputError`` for a batch
    that can't be read at all, ``WrongStateError`` for a film that they are not shown (any more)."""
    now = now or timezone.now()
    consent = viewer.consents.filter(withdrawn_at__isnull=True, expires_at__gt=now).first()
    if consent is None:
        raise NotRecordedError("you have not agreed to be recorded, or withdrew it: nothing is kept")
    cut = _film(viewer, film)
    if not isinstance(signals, list) or not 1 <= len(signals) <= MAX_SIGNALS:
        raise InputError(f"a batch has from 1 to {MAX_SIGNALS} signals; send the rest in another")
    if not _number(sent) or not 0 < sent < _LATEST_MS:
        raise InputError("the batch does not say when it was sent, in milliseconds since 1970")
    batch = _Batch(
        viewer.screening,
        consent,
        cut.pk,
        float(cut.duration),
        float(sent),
        now,
        {one["id"]: one for one in viewer.screening.questions},
    )
    events: dict[UUID, Event] = {}
    refused: list[dict[str, str]] = []
    already = 0
    for signal in signals:
        try:
            event = _read(signal, batch)
        except InputError as error:
            key = signal.get("key") if isinstance(signal, dict) else None
            refused.append({"key": str(key)[:36] if isinstance(key, str) else "", "why": str(error)})
            continue
        already += event.key in events
        events.setdefault(event.key, event)
    if not events:
        return Kept(0, already, refused)
    try:
        with transaction.atomic():
            # whoever withdraws meanwhile waits for this, or this for them
            if not ViewerConsent.objects.select_for_update().filter(pk=consent.pk, withdrawn_at__isnull=True).exists():
                raise NotRecordedError("you withdrew your agreement: nothing is kept any more")
            known = set(Event.objects.filter(viewer=viewer, key__in=list(events)).values_list("key", flat=True))
            fresh = [event for key, event in events.items() if key not in known]
            for event in fresh:
                event.viewer, event.screening, event.consent = viewer, batch.screening, consent
            Event.objects.bulk_create(fresh, ignore_conflicts=True)
            _seat(viewer, cut, fresh, now)
    except IntegrityError as error:
        raise NotRecordedError(f"nothing is kept: {error}") from None
    return Kept(len(fresh), already + len(known), refused)


def _film(viewer: Viewer, film: Any) -> Cut:
    try:
        asked = UUID(film) if isinstance(film, str) else None
    except ValueError:
        asked = None
    if asked is None:
        raise InputError("the batch does not say about which film it is")
    if asked not in films_of(viewer):
        raise WrongStateError("this film is not shown to you, or not any more: nothing about it is kept")
    return Cut.objects.only("pk", "duration").get(pk=asked)


def _number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _read(signal: Any, batch: _Batch) -> Event:
    """The signal as it will be kept. Raises ``InputError`` with the reason why it is not."""
    if not isinstance(signal, dict):
        raise InputError("a signal is an object")
    try:
        key = UUID(signal["key"]) if isinstance(signal.get("key"), str) else None
    except ValueError:
        key = None
    if key is None:
        raise InputError("its key is no UUID")
    kind = signal.get("kind")
    if not isinstance(kind, str) or kind not in EventKind.values:
        raise InputError("its kind is not known")
    if PURPOSE_OF[kind] not in batch.consent.purposes:
        raise InputError("you did not agree that this is recorded")
    seq = signal.get("seq")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq <= MAX_SEQ:
        raise InputError(f"its seq is no whole number from 0 to {MAX_SEQ}")
    at = _moment(signal.get("at"), batch.duration)
    if kind == EventKind.SEEK:
        to = _moment(signal.get("to"), batch.duration)
    elif signal.get("to") is not None:
        raise InputError("only a jump leads somewhere")
    else:
        to = None
    return Event(
        cut_id=batch.film,
        key=key,
        kind=kind,
        seq=seq,
        at=at,
        to=to,
        value=_value(kind, signal.get("value", ""), batch),
        said_at=_said(signal.get("said"), batch),
        created_at=batch.now,
    )


def _moment(value: Any, duration: float) -> Decimal:
    if not _number(value):
        raise InputError("its moment is no number of seconds")
    if not 0 <= value <= duration + EDGE_S:
        raise InputError(f"its moment lies outside the film, which lasts {duration:g} s")
    return Decimal(str(round(min(float(value), duration), 3)))


def _said(value: Any, batch: _Batch) -> datetime:
    """When it was said, by our clock."""
    if not _number(value) or not 0 < value < _LATEST_MS:
        raise InputError("it does not say when it was said, in milliseconds since 1970")
    ahead = (value - batch.sent_ms) / 1000
    if ahead > AHEAD_S:
        raise InputError("it was said in the future: later than it was sent")
    said = batch.now + timedelta(seconds=min(ahead, 0.0))
    if batch.now - said > OLDEST:
        raise InputError(f"it was said more than {OLDEST.days} days ago")
    closed = batch.screening.closed_at or batch.screening.closes_at
    if closed is not None and said > closed:
        raise InputError("it was said after the end of the screening")
    return said.astimezone(UTC)


def _value(kind: str, value: Any, batch: _Batch) -> str:
    if not isinstance(value, str):
        raise InputError("its value is no text")
    value = value.strip()
    if len(value) > MAX_VALUE:
        raise InputError(f"its words are longer than {MAX_VALUE} characters; shorten them")
    if "\x00" in value or any("\ud800" <= one <= "\udfff" for one in value):
        raise InputError("its words hold a character that can't be kept")
    if kind in _MOVES:
        return ""
    if not value:
        raise InputError("it says nothing")
    if kind == EventKind.REACTION and value not in batch.screening.reactions:
        raise InputError("this reaction is none of the screening's")
    if kind == EventKind.ANSWER:
        name, _, answer = value.partition("=")
        question = batch.questions.get(name)
        if question is None or not answer_fits(question, answer):
            raise InputError("it answers no question of the screening, or not in a way that was offered")
    return value


def _seat(viewer: Viewer, cut: Cut, events: Sequence[Event], now: datetime) -> None:
    """Bring the viewer's seat up to date. In the transaction in which the events are written."""
    moves = sorted((event for event in events if event.kind in _MOVES), key=lambda event: event.seq)
    if not moves:
        return
    last = moves[-1]
    played = [event.at for event in moves if event.kind != EventKind.SEEK]
    before = Seat.objects.filter(viewer=viewer, cut=cut).first()
    seat = before or Seat(viewer=viewer, cut=cut, seq=0, at=Decimal(0), furthest=Decimal(0))
    seat.furthest = max([seat.furthest, *played])
    seat.finished = seat.finished or any(
        event.kind == EventKind.END and float(event.at) >= float(cut.duration) - EDGE_S for event in moves
    )
    seat.heard_at = now
    if before is None or last.seq >= seat.seq:
        seat.seq = last.seq
        seat.at = last.at if last.to is None else last.to
        seat.left = last.kind == EventKind.LEAVE
        seat.playing = last.kind in _RUNNING or (last.kind == EventKind.SEEK and seat.playing)
    seat.save(force_insert=before is None, force_update=before is not None)
