"""How often one address may have files looked up, by the resolution API or the verify page: counted in the database, a row
an address and minute, so that every process counts the same."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from django_site.apps.accounts.tokens import Allowance
from django_site.apps.provenance.models import ResolutionWindow

#: What looking a file up costs of an address's requests: seconds of our processors instead of milliseconds.
FILE_COST = 20


def client_of(request: HttpRequest) -> str:
    """The address that asks, as the outermost of our own proxies heard it: keyed and hashed, for none is kept."""
    heard = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = settings.TRUSTED_PROXIES
    address = heard[-proxies] if proxies and len(heard) >= proxies else request.META.get("REMOTE_ADDR", "")
    return hmac.new(settings.SECRET_KEY.encode(), address.encode(), hashlib.sha256).hexdigest()


def resolution_spend(client_sha256: str, *, cost: int = 1, now: datetime | None = None) -> Allowance:
    """Take ``cost`` requests out of this minute's allowance, if they are left."""
    now = now or timezone.now()
    limit = settings.RESOLUTION_REQUESTS_A_MINUTE
    began = now.replace(second=0, microsecond=0)
    window, created = ResolutionWindow.objects.get_or_create(client_sha256=client_sha256, began_at=began)
    if created:  # once a minute for each address: what is over is forgotten, everybody's
        ResolutionWindow.objects.filter(began_at__lt=began).delete()
    allowed = (
        ResolutionWindow.objects.filter(pk=window.pk, count__lte=limit - cost).update(count=F("count") + cost) == 1
    )
    used = ResolutionWindow.objects.values_list("count", flat=True).get(pk=window.pk)
    return Allowance(limit, max(0, limit - used), 60 - now.second, allowed)
