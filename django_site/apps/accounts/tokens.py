"""Tokens by which programs of an organisation ask, and how often they may.

A token is ``rpk_`` and 256 random bits; only its SHA-256 is kept. It is found by that digest, so no comparison of secrets
leaks its time. Requests are counted in the database, a row a token and minute: every process counts the same.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from django_site.apps.accounts.models import ApiToken, ApiWindow, Organisation, User
from django_site.apps.accounts.permissions import require
from django_site.apps.provenance.services.ledger import ledger_append
from django_site.errors import InputError, WrongStateError

#: By which secret scanners, and people, know a token of ours.
PREFIX = "rpk_"
#: What a token may be for.
SCOPES = ("likeness.check",)
#: A token must be looked at again at least once a year.
LONGEST = timedelta(days=366)
#: How exact ``last_used_at`` is: a write for every request would be one too many.
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of this minute's requests, and when the next begins."""

    limit: int
    remaining: int
    resets_in: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        said = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.resets_in),
        }
        return said if self.allowed else {**said, "Retry-After": str(self.resets_in)}


def token_make(
    *, organisation: Organisation, name: str, by: User, days: int = 90, scopes: Sequence[str] = SCOPES
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown now and never again. The head of legal makes it."""
    require(by, "api.tokens", organisation)
    if not name.strip():
        raise InputError("say which program uses the token")
    if not 1 <= days <= LONGEST.days:
        raise InputError(f"a token lasts 1 to {LONGEST.days} days")
    if not scopes or set(scopes) - set(SCOPES):
        raise InputError(f"a token is for one or more of {', '.join(SCOPES)}")
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken.objects.create(
        created_at=now,
        organisation=organisation,
        name=name.strip()[:100],
        sha256=_digest(secret),
        begins=secret[:8],
        scopes=list(scopes),
        created_by=by,
        expires_at=now + timedelta(days=days),
    )
    ledger_append(kind="api_token_made", event={"token": token.pk, "by": by.pseudonym})
    return token, secret


def token_revoke(*, token: ApiToken, by: User) -> None:
    """End a token at once."""
    require(by, "api.tokens", token.organisation)
    standing = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    if not standing.update(revoked_at=timezone.now(), revoked_by=by):
        raise WrongStateError("this token was revoked already")
    ledger_append(kind="api_token_revoked", event={"token": token.pk, "by": by.pseudonym})


def token_of(authorization: str, *, scope: str) -> ApiToken | None:
    """The token of an ``Authorization: Bearer …`` header, if it stands and is for this; ``None`` otherwise, whatever is
    wrong with it."""
    kind, _, secret = authorization.strip().partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not secret.startswith(PREFIX) or len(secret) > 200:
        return None
    now = timezone.now()
    token = (
        ApiToken.objects.filter(sha256=_digest(secret), revoked_at__isnull=True, expires_at__gt=now)
        .select_related("organisation")
        .first()
    )
    if token is None or scope not in token.scopes:
        return None
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def token_spend(token: ApiToken, *, cost: int = 1, now: datetime | None = None) -> Allowance:
    """Take ``cost`` requests out of this minute's allowance, if they are left."""
    now = now or timezone.now()
    limit = settings.API_REQUESTS_A_MINUTE
    began = now.replace(second=0, microsecond=0)
    window, created = ApiWindow.objects.get_or_create(token=token, began_at=began)
    if created:
        ApiWindow.objects.filter(token=token, began_at__lt=began).delete()
    allowed = ApiWindow.objects.filter(pk=window.pk, count__lte=limit - cost).update(count=F("count") + cost) == 1
    used = ApiWindow.objects.values_list("count", flat=True).get(pk=window.pk)
    return Allowance(limit, max(0, limit - used), 60 - now.second, allowed)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
