"""What players tell, kept: each signal once, whatever is sent twice, late or in disorder; each refusal with its reason.

A batch is ``{"film": id, "sent": ms, "signals": [{"key", "kind", "at", "to", "seq", "said", "value"}]}``; times on clocks
are milliseconds since the epoch by the sender's clock, moments of the film seconds. The difference between ``sent`` and the
server's clock corrects the sender's, so that a wrong clock does no harm; what then still lies ahead of ``sent`` is refused.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from django_site.apps.audience.asking import answer_fits
from django_site.apps.audience.consent import PURPOSE_OF
from django_site.apps.audience.models import Event, EventKind, Viewer
from django_site.apps.audience.playing import films_of
from django_site.apps.audience.writing import MOVES, Held, consent_held, events_write, seat_write, write_turn
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


#: For how many seconds a film that was recalled may still be told of.
_FILMS_S = 2.0


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

    viewer: Viewer
    consent: Held
    film: UUID
    duration: float
    sent_ms: float
    now: datetime
    questions: Mapping[str, dict[str, Any]]


def signals_keep(*, viewer: Viewer, film: Any, sent: Any, signals: Any, now: datetime | None = None) -> Kept:
    """Keep a viewer's signals about one film. Raises ``NotRecordedError`` without their consent, ``InputError`` for a batch
    that can't be read at all, ``WrongStateError`` for a film that they are not shown (any more)."""
    now = now or timezone.now()
    film_id, duration = _film(viewer, film)
    if not isinstance(signals, list) or not 1 <= len(signals) <= MAX_SIGNALS:
        raise InputError(f"a batch has from 1 to {MAX_SIGNALS} signals; send the rest in another")
    if not _number(sent) or not 0 < sent < _LATEST_MS:
        raise InputError("the batch does not say when it was sent, in milliseconds since 1970")
    try:
        with write_turn(), transaction.atomic():
            # whoever withdraws meanwhile waits for this, or this for them
            consent = consent_held(viewer.pk, now)
            if consent is None:
                raise NotRecordedError("you have not agreed to be recorded, or withdrew it: nothing is kept")
            questions = {one["id"]: one for one in viewer.screening.questions}
            batch = _Batch(viewer, consent, film_id, duration, float(sent), now, questions)
            events, already, refused = _sorted_out(signals, batch)
            fresh = events_write(events)
            seat_write(batch, [event for event in events if event.key in fresh])
    except IntegrityError as error:
        raise NotRecordedError(f"nothing is kept: {error}") from None
    return Kept(len(fresh), already + len(events) - len(fresh), refused)


def _sorted_out(signals: list[Any], batch: _Batch) -> tuple[list[Event], int, list[dict[str, str]]]:
    """What is to be kept, how much of it stands in the batch twice, and what is refused with its reason."""
    events: dict[UUID, Event] = {}
    refused: list[dict[str, str]] = []
    twice = 0
    for signal in signals:
        try:
            event = _read(signal, batch)
        except InputError as error:
            key = signal.get("key") if isinstance(signal, dict) else None
            refused.append({"key": str(key)[:36] if isinstance(key, str) else "", "why": str(error)})
            continue
        twice += event.key in events
        events.setdefault(event.key, event)
    return list(events.values()), twice, refused


def _film(viewer: Viewer, film: Any) -> tuple[UUID, float]:
    """The cut that a batch is about, and its seconds."""
    try:
        asked = UUID(film) if isinstance(film, str) else None
    except ValueError:
        asked = None
    if asked is None:
        raise InputError("the batch does not say about which film it is")
    known = _films_known(viewer)
    if asked not in known and asked not in films_of(viewer):
        raise WrongStateError("this film is not shown to you, or not any more: nothing about it is kept")
    return asked, _seconds(asked)


#: What the viewers of an arm are shown, for seconds: a full house asks a hundred times a second. Who is shown something of
#: their own is looked up before they are refused.
_films: dict[UUID, tuple[float, frozenset[UUID]]] = {}


def _films_known(viewer: Viewer) -> frozenset[UUID]:
    found, now = _films.get(viewer.arm_id), time.monotonic()
    if found is None or now - found[0] > _FILMS_S:
        if len(_films) > 1000:
            _films.clear()
        found = _films[viewer.arm_id] = (now, frozenset(films_of(viewer)))
    return found[1]


@lru_cache(maxsize=512)
def _seconds(cut_id: UUID) -> float:
    """How long a released cut is: that never changes."""
    return float(Cut.objects.values_list("duration", flat=True).get(pk=cut_id))


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
        viewer_id=batch.viewer.pk,
        screening_id=batch.viewer.screening_id,
        consent_id=batch.consent.pk,
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
    closed = batch.viewer.screening.closed_at or batch.viewer.screening.closes_at
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
    if kind in MOVES:
        return ""
    if not value:
        raise InputError("it says nothing")
    if kind == EventKind.REACTION and value not in batch.viewer.screening.reactions:
        raise InputError("this reaction is none of the screening's")
    if kind == EventKind.ANSWER:
        name, _, answer = value.partition("=")
        question = batch.questions.get(name)
        if question is None or not answer_fits(question, answer):
            raise InputError("it answers no question of the screening, or not in a way that was offered")
    return value
