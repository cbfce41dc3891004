"""Where a signature comes from, as the server sees it."""

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from django_site.apps.likeness.services import Signing

_SECOND = {"totp": "totp", "webauthn": "key", "recovery_codes": "recovery code"}


def signing_of(request: HttpRequest) -> Signing:
    """Address, browser and how the person was known. The pages show the limits in full and apart: conspicuous."""
    return Signing(
        address=request.META.get("REMOTE_ADDR") or None,
        user_agent=request.headers.get("User-Agent", ""),
        authenticated_by=authenticated_by(request),
        conspicuous=True,
    )


def authenticated_by(request: HttpRequest) -> str:
    """``passkey``, ``password``, ``password+totp`` ...; ``session`` where nothing says how it began."""
    ways: list[str] = []
    for record in get_authentication_records(request, request.user):
        if record.get("method") == "mfa":
            kind = str(record.get("type", ""))
            passkey = kind == "webauthn" and record.get("passwordless")
            ways.append("passkey" if passkey else _SECOND.get(kind, kind))
        else:
            ways.append(str(record.get("method", "")))
    return "+".join(dict.fromkeys(way for way in ways if way))[:40] or "session"
