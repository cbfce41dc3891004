"""Telling an organisation's own programs what happens: messages written with what they tell of, sent afterwards.

A message is a row in the transaction that it tells of (an outbox): what was rolled back is told to nobody, and what was
committed is told even if everything dies a moment later. The worker's sweeper sends what is due. At least once, not in
order; ``webhook-id`` is the same in every try, by which a receiver knows a message that it has.
"""

import base64
import json
import random
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from auditor.errors import AuditorError
from django_site import wiring
from django_site.apps.accounts.models import Membership, NoticeKind, Organisation, Role, User
from django_site.apps.accounts.notices import notice_send
from django_site.apps.accounts.permissions import require
from django_site.apps.accounts.webhook_models import DeliveryState, Webhook, WebhookDelivery
from django_site.apps.accounts.webhook_sending import Answer, message_send, url_checked
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: What can be told.
EVENTS = (
    "case.opened",
    "case.decided",
    "case.late",
    "change.requested",
    "change.answered",
    "override.asked",
    "override.in_force",
    "override.void",
    "film.released",
    "film.recalled",
    "consent.stopped",
)
#: Sent on request, whatever was subscribed to.
TEST = "webhook.test"
#: Tries of one message, and how long is waited after the first; each wait is three times the one before: 24 hours in all.
TRIES = 8
FIRST_WAIT = timedelta(seconds=80)
GROWTH = 3
#: Each wait is this much shorter or longer, so that what failed together is not tried together.
JITTER = 0.2
#: For how long messages are signed with the old secret too after a rotation.
OVERLAP = timedelta(hours=24)
#: Seconds that one sweep sends for at most (the sweeper has other work), and a claim on a message holds.
SWEEP_SECONDS = 25.0
CLAIM = timedelta(seconds=60)
#: How long a message that ended is shown.
KEPT = timedelta(days=30)
#: Addresses an organisation.
MAX_WEBHOOKS = 20
#: How a secret begins (Standard Webhooks).
PREFIX = "whsec_"
#: Ids, states, digests and times: nothing in which a name or a sentence fits.
_PLAIN = re.compile(r"[A-Za-z0-9_.:+-]{0,80}")


# setting up


def _private() -> bool:
    return bool(settings.WEBHOOKS_ALLOW_PRIVATE)


def _url(url: str) -> str:
    url = url.strip()
    url_checked(url, allow_private=_private(), allow_plain=settings.DEBUG)
    return url


def _seal(webhook_id: UUID, secret: bytes) -> bytes:
    return wiring.key_encryption().wrap(secret, context=f"webhook {webhook_id}")


def _opened(webhook: Webhook, sealed: bytes) -> bytes:
    return wiring.key_encryption().unwrap(bytes(sealed), context=f"webhook {webhook.pk}")


def _shown(secret: bytes) -> str:
    return PREFIX + base64.b64encode(secret).decode()


@transaction.atomic
def webhook_add(*, organisation: Organisation, url: str, events: Sequence[str], by: User) -> tuple[Webhook, str]:
    """Tell an address of these events from now on. Returns it and its secret, which is shown now and never again."""
    require(by, "webhooks.change", organisation)
    if not events or set(events) - set(EVENTS):
        raise InputError(f"choose one or more of {', '.join(EVENTS)}")
    if Webhook.objects.filter(organisation=organisation, disabled_at=None).count() >= MAX_WEBHOOKS:
        raise InputError(f"at most {MAX_WEBHOOKS} addresses are told; end one first")
    secret = secrets.token_bytes(32)
    webhook = Webhook(organisation=organisation, url=_url(url), events=sorted(set(events)), created_by=by)
    webhook.sealed = _seal(webhook.pk, secret)
    webhook.save()
    ledger_append(kind="webhook_added", event={"webhook": webhook.pk, "by": by.pseudonym})
    return webhook, _shown(secret)


def _standing(webhook: Webhook, by: User) -> Webhook:
    webhook = Webhook.objects.select_for_update().select_related("organisation").get(pk=webhook.pk)
    require(by, "webhooks.change", webhook.organisation)
    if webhook.disabled_at is not None:
        raise WrongStateError("this address is told nothing any more; add it anew")
    return webhook


@transaction.atomic
def webhook_rotate(*, webhook: Webhook, by: User) -> str:
    """Another secret, shown once. For a day messages carry a signature by the old one too."""
    webhook, secret = _standing(webhook, by), secrets.token_bytes(32)
    webhook.previous, webhook.previous_until = webhook.sealed, timezone.now() + OVERLAP
    webhook.sealed = _seal(webhook.pk, secret)
    webhook.save(update_fields=["sealed", "previous", "previous_until"])
    ledger_append(kind="webhook_rotated", event={"webhook": webhook.pk, "by": by.pseudonym})
    return _shown(secret)


@transaction.atomic
def webhook_disable(*, webhook: Webhook, by: User) -> None:
    """Tell the address nothing any more, not even what waits."""
    webhook = _standing(webhook, by)
    now = timezone.now()
    Webhook.objects.filter(pk=webhook.pk).update(disabled_at=now, disabled_by=by, previous=None, previous_until=None)
    webhook.deliveries.filter(state=DeliveryState.WAITING).update(
        state=DeliveryState.GIVEN_UP, next_try_at=None, ended_at=now, last_error="ended by the head of legal"
    )
    ledger_append(kind="webhook_disabled", event={"webhook": webhook.pk, "by": by.pseudonym})


@transaction.atomic
def webhook_test(*, webhook: Webhook, by: User) -> WebhookDelivery:
    """Send a message that tells of nothing."""
    webhook = _standing(webhook, by)
    return _write([webhook], TEST, {"webhook": webhook.pk})[0]


# writing


def webhook_emit(organisation: Organisation | UUID, event: str, data: Mapping[str, object]) -> int:
    """Write a message to every address of the organisation that wants to know of the event; call it in the transaction of
    what happened. ``data`` holds ids and states only, no names or words of people: others raise ``ValueError``. Returns how
    many were written."""
    if event not in EVENTS:
        raise ValueError(f"{event} is no event that is told; they are {', '.join(EVENTS)}")
    standing = Webhook.objects.filter(organisation=getattr(organisation, "pk", organisation), disabled_at__isnull=True)
    return len(_write([webhook for webhook in standing if event in webhook.events], event, data))


def _write(webhooks: Sequence[Webhook], event: str, data: Mapping[str, object]) -> list[WebhookDelivery]:
    now = timezone.now()
    plain = {name: _plain(name, value) for name, value in data.items()}
    body = json.dumps({"type": event, "timestamp": now.isoformat(), "data": plain}, separators=(",", ":"))
    return WebhookDelivery.objects.bulk_create(
        WebhookDelivery(webhook=webhook, event=event, body=body, created_at=now, next_try_at=now)
        for webhook in webhooks
    )


def _plain(name: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if not isinstance(value, str | UUID | datetime) or not _PLAIN.fullmatch(text):
        raise ValueError(f"{name} is no id, state or time; nothing else is told")
    return text


# sending


def webhooks_settle(*, now: datetime | None = None) -> dict[str, int]:
    """Send what is due. Safe to run by several processes at a time: each message is claimed first, and a claim of a process
    that died runs out. An address that failed is not tried again in the same sweep."""
    moment = now or timezone.now()
    began, counted, failing = time.monotonic(), {"delivered": 0, "failed": 0, "given_up": 0}, set()
    WebhookDelivery.objects.filter(ended_at__lt=moment - KEPT).delete()
    due = WebhookDelivery.objects.filter(
        state=DeliveryState.WAITING, next_try_at__lte=moment, webhook__disabled_at__isnull=True
    ).order_by("next_try_at", "id")
    for pk, webhook_id, planned in list(due.values_list("pk", "webhook_id", "next_try_at")[:500]):
        if time.monotonic() - began > SWEEP_SECONDS:
            break
        if webhook_id in failing:
            continue
        mine = WebhookDelivery.objects.filter(pk=pk, state=DeliveryState.WAITING, next_try_at=planned)
        if not mine.update(next_try_at=moment + CLAIM):
            continue
        outcome = _try(WebhookDelivery.objects.select_related("webhook__organisation").get(pk=pk), moment)
        counted[outcome] += 1
        if outcome != "delivered":
            failing.add(webhook_id)
    return counted


def _try(delivery: WebhookDelivery, now: datetime) -> str:
    webhook = delivery.webhook
    try:
        signed_with = [_opened(webhook, webhook.sealed)]
        if webhook.previous is not None and webhook.previous_until > now:
            signed_with.append(_opened(webhook, webhook.previous))
    except AuditorError as error:
        answer = Answer(None, f"the secret can't be opened: {error}")
    else:
        answer = message_send(
            webhook.url,
            secrets=signed_with,
            message_id=f"msg_{delivery.pk.hex}",
            timestamp=int(time.time()),
            body=delivery.body.encode(),
            allow_private=_private(),
            allow_plain=settings.DEBUG,
        )
    return _record(delivery, answer, now)


def _record(delivery: WebhookDelivery, answer: Answer, now: datetime) -> str:
    attempts = delivery.attempts + 1
    given_up = not answer.taken and attempts >= TRIES
    ended = answer.taken or given_up
    with transaction.atomic():
        recorded = WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING).update(
            attempts=attempts,
            last_status=answer.status,
            last_error=answer.error[:300],
            state=DeliveryState.DELIVERED
            if answer.taken
            else DeliveryState.GIVEN_UP
            if given_up
            else DeliveryState.WAITING,
            next_try_at=None if ended else now + wait_after(attempts),
            ended_at=now if ended else None,
        )
        if recorded and given_up:
            _tell(delivery.webhook, now)
    return "delivered" if answer.taken else "given_up" if given_up else "failed"


def wait_after(attempts: int) -> timedelta:
    """How long until the next try, after so many."""
    spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - it spreads load, it keeps no secret
    return FIRST_WAIT * GROWTH ** (attempts - 1) * spread


def _tell(webhook: Webhook, now: datetime) -> None:
    """Whoever added it and the heads of legal, once a day and address."""
    heads = Membership.objects.filter(organisation=webhook.organisation_id, role=Role.HEAD_OF_LEGAL).values("user")
    notice_send(
        users=User.objects.filter(Q(pk__in=heads) | Q(pk=webhook.created_by_id)),
        kind=NoticeKind.OTHER,
        text=_("A webhook does not get through: %(n)d tries over a day failed, and a message was given up.")
        % {"n": TRIES},
        url=reverse("webhooks:webhook", args=[webhook.pk]),
        key=f"webhook-given-up:{webhook.pk}:{now.date()}",
    )
