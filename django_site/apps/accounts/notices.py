"""Telling people: a row on their page of notices and an e-mail, once a person and cause.

The row stands in the caller's transaction; the e-mail goes out after it is committed, and one that can't be sent is logged,
never fatal: the row is what counts.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from functools import partial

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from django_site.apps.accounts.models import REVIEWING_ROLES, Membership, Notice, NoticeKind, Organisation, Role, User

logger = logging.getLogger(__name__)


def notices_of(user: User) -> QuerySet[Notice]:
    """The person's notices, newest first."""
    return Notice.objects.filter(user=user).order_by("-id")


def notices_unread(user: User) -> int:
    return Notice.objects.filter(user=user, read_at__isnull=True).count()


def cause_key(kind: str, text: str, url: str = "") -> str:
    """What makes a notice the same notice where the caller has no better name for its cause."""
    return f"{kind}:{hashlib.sha256(f'{text}\0{url}'.encode()).hexdigest()[:32]}"


def notice_send(*, users: Iterable[User], kind: NoticeKind, text: str, url: str = "", key: str = "") -> list[Notice]:
    """Tell each of these people once. ``key`` names the cause; a second notice of the same cause to the same person is not
    sent. Returns the new ones."""
    key = key or cause_key(kind, text, url)
    people = {user.pk: user for user in users if user.is_active}
    with transaction.atomic():
        told = set(Notice.objects.filter(key=key, user__in=people).values_list("user", flat=True))
        fresh = Notice.objects.bulk_create(
            [
                Notice(user=user, kind=kind, text=text, url=url, key=key)
                for pk, user in people.items()
                if pk not in told
            ],
            ignore_conflicts=True,  # another process tells the same people the same thing: one row is enough
        )
        if fresh:
            transaction.on_commit(partial(_send, [(notice.user.email, text, url) for notice in fresh]))
    return fresh


def letter_send(*, address: str, text: str, url: str = "") -> None:
    """An e-mail to somebody without an account, once the caller's transaction is committed. One that can't be sent is logged
    without address or text."""
    transaction.on_commit(partial(_send, [(address, text, url)], notice=False))


def _send(letters: Sequence[tuple[str, str, str]], *, notice: bool = True) -> None:
    """E-mails, in one connection. Whatever goes wrong is logged without addresses or text."""
    messages = [
        mail.EmailMessage(subject=_subject(text), body=_body(text, url, notice=notice), to=[address])
        for address, text, url in letters
        if address
    ]
    try:
        mail.mailers["default"].send_messages(messages)
    except Exception:
        logger.exception("%d notices could not be sent by e-mail; they stand on the site", len(messages))


def _subject(text: str) -> str:
    first = " ".join(text.split())
    return f"Reelproof: {first if len(first) <= 70 else first[:69] + '…'}"


def _body(text: str, url: str, *, notice: bool) -> str:
    where = f"{settings.SITE_URL}{url}" if settings.SITE_URL and url else ""
    lines = [text, where, _("You find this and everything else that you were told under “Notices”.") if notice else ""]
    return "\n\n".join(line for line in lines if line) + "\n"


def producers_tell(productions: Iterable, *, kind: NoticeKind, text: str, url: str = "", key: str = "") -> list[Notice]:
    """Tell the producers of each production once, whatever the number of takes and cuts that it concerns. Without ``url``
    the notice leads to the production."""
    told: list[Notice] = []
    cause = key or cause_key(kind, text, url)
    for production in productions:
        producers = User.objects.filter(
            production_memberships__production=production, production_memberships__role=Role.PRODUCER
        ).distinct()
        told += notice_send(
            users=producers,
            kind=kind,
            text=f"{production.title}: {text}",
            url=url or reverse("productions:page", args=[production.pk]),
            key=f"{cause}:{production.pk}",
        )
    return told


def legal_tell(
    organisation: Organisation, *, kind: NoticeKind, text: str, url: str = "", key: str = ""
) -> list[Notice]:
    """Tell the legal side of an organisation once."""
    members = Membership.objects.filter(organisation=organisation, role__in=REVIEWING_ROLES).values("user")
    return notice_send(users=User.objects.filter(pk__in=members), kind=kind, text=text, url=url, key=key)


def notice_read(*, notice: Notice, by: User) -> None:
    """The person has read it."""
    Notice.objects.filter(pk=notice.pk, user=by, read_at__isnull=True).update(read_at=timezone.now())


def notices_read(*, by: User) -> int:
    """The person has read all of them; returns how many were unread."""
    return Notice.objects.filter(user=by, read_at__isnull=True).update(read_at=timezone.now())
