"""The statements by which what a player tells is written: under which agreement, signals each once, the viewer's seat.

In SQL of their own, the same for SQLite and PostgreSQL: a full house sends a hundred batches a second, and composing the
same statements anew through the ORM took longer than everything else together (tests/bench/screening.py).
"""

import fcntl
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Model

from django_site.apps.audience.models import Event, EventKind, Seat, ViewerConsent
from django_site.ids import uuid7

if TYPE_CHECKING:
    from django_site.apps.audience.services.ingesting import _Batch

#: Kinds that say that the film runs, and all that say where it is.
RUNNING = (EventKind.PLAY, EventKind.BEAT)
MOVES = (*RUNNING, EventKind.PAUSE, EventKind.SEEK, EventKind.END, EventKind.LEAVE)
#: Seconds before the film's end at which its last frame may be reported.
EDGE_S = 1.0


#: Whose turn it is among the threads of this process; among processes a file's lock says it.
_turn = threading.Lock()


@contextmanager
def write_turn() -> Iterator[None]:
    """Wait in a queue for SQLite's one write lock; PostgreSQL needs none.

    SQLite itself has no queue: who finds it locked sleeps ever longer, up to a tenth of a second, while others who come
    later take it (sqlite3_busy_timeout). With a hundred writes a second the unlucky waited for seconds. Never call it
    inside of a transaction: whoever holds the turn must not wait for somebody who waits for the turn.
    """
    if connection.vendor != "sqlite":
        yield
        return
    settings.VAR.mkdir(parents=True, exist_ok=True)
    with _turn, (settings.VAR / "signals.turn").open("ab") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)  # given back as the file is closed, by the system too where the process dies
        yield


@dataclass(frozen=True, slots=True)
class Held:
    """An agreement in force, its row held until the transaction ends."""

    pk: UUID
    purposes: frozenset[str]


def consent_held(viewer_id: UUID, now: datetime) -> Held | None:
    """What a viewer agreed to, while it stands. Whoever withdraws it waits for this transaction (SQLite has one writer at a
    time by itself)."""
    key, expires = ViewerConsent._meta.get_field("viewer"), ViewerConsent._meta.get_field("expires_at")
    statement = (
        "SELECT id, purposes FROM audience_viewerconsent "
        "WHERE viewer_id = %s AND withdrawn_at IS NULL AND expires_at > %s"
    )
    if connection.vendor == "postgresql":
        statement += " FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [key.get_db_prep_save(viewer_id, connection), expires.get_db_prep_save(now, connection)],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    purposes = json.loads(row[1]) if isinstance(row[1], str) else row[1]
    return Held(row[0] if isinstance(row[0], UUID) else UUID(row[0]), frozenset(purposes))


def _inserted(model: type[Model], rows: Sequence[Model]) -> tuple[str, list[object]]:
    """``INSERT INTO … VALUES …`` of whole rows, and its parameters."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * len(rows))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES {places}', values  # noqa: S608 - names of our models


def events_write(events: Sequence[Event]) -> set[UUID]:
    """Write what is not there yet. Returns the keys of what was written. In the caller's transaction, which holds the
    agreement; the database refuses what none covers (``IntegrityError``)."""
    if not events:
        return set()
    statement, values = _inserted(Event, events)
    with connection.cursor() as cursor:
        cursor.execute(f'{statement} ON CONFLICT (viewer_id, "key") DO NOTHING RETURNING "key"', values)
        return {one if isinstance(one, UUID) else UUID(one) for (one,) in cursor.fetchall()}


def seat_write(batch: "_Batch", events: Sequence[Event]) -> None:
    """Bring the viewer's seat up to date with what was written. What is older than what the seat knows moves nobody
    back; how far somebody came only grows."""
    moves = sorted((event for event in events if event.kind in MOVES), key=lambda event: event.seq)
    if not moves:
        return
    last = moves[-1]
    at = last.at if last.to is None else last.to
    seat = Seat(
        pk=uuid7(),
        viewer_id=batch.viewer.pk,
        cut_id=batch.film,
        seq=last.seq,
        at=at,
        furthest=max([Decimal(0), *(event.at for event in moves if event.kind != EventKind.SEEK)]),
        playing=last.kind in RUNNING,
        left=last.kind == EventKind.LEAVE,
        finished=any(e.kind == EventKind.END and float(e.at) >= batch.duration - EDGE_S for e in moves),
        heard_at=batch.now,
    )
    newer = ", ".join(
        f'"{name}" = CASE WHEN excluded.seq >= audience_seat.seq THEN excluded."{name}" ELSE audience_seat."{name}" END'
        for name in ("at", "playing", "left", "seq")
    )
    statement, values = _inserted(Seat, [seat])
    with connection.cursor() as cursor:
        cursor.execute(
            f"{statement} ON CONFLICT (viewer_id, cut_id) DO UPDATE SET {newer}, heard_at = excluded.heard_at, "
            "furthest = CASE WHEN excluded.furthest > audience_seat.furthest THEN excluded.furthest "
            "ELSE audience_seat.furthest END, finished = excluded.finished OR audience_seat.finished",
            values,
        )
