"""How often somebody may guess a code, and the cookie by which a viewer is known again."""

import time
from copy import copy
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from django_site.apps.audience.codes import token_digest
from django_site.apps.audience.models import Screening, Viewer
from django_site.apps.audience.services.viewers import viewer_by_token
from django_site.apps.provenance.models import ResolutionWindow
from django_site.apps.provenance.resolution_allowance import client_of, resolution_spend

#: Wrong codes that one address may type in a minute. Of 2^60 codes that finds none in a lifetime, and somebody who mistypes
#: has enough.
WRONG_A_MINUTE = 10
#: The only thing that is kept in a viewer's browser besides the token against forged forms: needed to give them their film.
COOKIE = "reelproof_seat"
#: Where the cookie is sent: to nothing but the pages of viewers.
PATH = "/watch/"


def _cost() -> int:
    return max(1, settings.RESOLUTION_REQUESTS_A_MINUTE // WRONG_A_MINUTE)


def may_guess(request: HttpRequest, *, now: datetime | None = None) -> bool:
    """Whether this address may try a code now. Only looks; nothing is written of somebody who types theirs rightly."""
    began = (now or timezone.now()).replace(second=0, microsecond=0)
    spent = ResolutionWindow.objects.filter(client_sha256=client_of(request), began_at=began)
    used = spent.values_list("count", flat=True).first() or 0
    return used + _cost() <= settings.RESOLUTION_REQUESTS_A_MINUTE


def guessed_wrong(request: HttpRequest) -> None:
    """Count a wrong code against the address, of which a keyed digest is kept until the next minute's first question."""
    resolution_spend(client_of(request), cost=_cost())


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Whose browser this is; ``None`` for somebody without a seat, or whose seat is gone."""
    token = request.COOKIES.get(COOKIE, "")
    return viewer_by_token(token) if token else None


#: Seconds for which a process remembers whose a token is (which never changes, but that they may go), and what a screening
#: asks. A full house sends a hundred batches a second; whether its viewer agreed is looked up for each.
_VIEWER_S, _SCREENING_S = 300, 2


@lru_cache(maxsize=4096)
def _viewer_known(token_sha256: str, period: int) -> Viewer | None:
    return Viewer.objects.select_related("arm").filter(token_sha256=token_sha256).first()


@lru_cache(maxsize=64)
def _screening_known(pk: UUID, period: int) -> Screening:
    return Screening.objects.get(pk=pk)


def teller_of(request: HttpRequest) -> Viewer | None:
    """As ``viewer_of``, for what players tell: a copy that may be minutes old, its screening seconds. What hangs on the
    viewer's agreement must ask for that itself."""
    token, now = request.COOKIES.get(COOKIE, ""), time.monotonic()
    known = _viewer_known(token_digest(token), int(now // _VIEWER_S)) if 20 <= len(token) <= 100 else None
    if known is None:
        return viewer_of(request)
    viewer = copy(known)
    viewer._state = copy(known._state)
    viewer._state.fields_cache = dict(known._state.fields_cache)
    try:
        viewer.screening = _screening_known(known.screening_id, int(now // _SCREENING_S))
    except Screening.DoesNotExist:
        return None
    return viewer


def seat_given(response: HttpResponse, request: HttpRequest, token: str, *, until: datetime | None = None) -> None:
    """Put the cookie: until the browser is closed, or as long as something is recorded, so that it can be withdrawn."""
    response.set_cookie(
        COOKIE,
        token,
        expires=until,
        path=PATH,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def seat_taken(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
