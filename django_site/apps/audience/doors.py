"""How often somebody may guess a code, and the cookie by which a viewer is known again."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from django_site.apps.audience.models import Viewer
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
