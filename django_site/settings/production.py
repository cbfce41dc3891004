"""Production: every secret comes from the environment, everything goes over TLS, static files carry their digest.

Needs ``REELPROOF_SECRET_KEY`` and ``REELPROOF_HOSTS`` (comma separated); usually ``DATABASE_URL`` and
``CELERY_BROKER_URL``. ``REELPROOF_BEHIND_PROXY=1`` trusts ``X-Forwarded-Proto`` of a proxy that always sets it.
"""

import os
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from django_site.settings.base import *  # noqa: F403


def _required(name: str, remedy: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {remedy}")
    return value


DEBUG = False
SECRET_KEY = _required("REELPROOF_SECRET_KEY", "give at least 50 random characters, the same on every machine")
ALLOWED_HOSTS = [host.strip() for host in _required("REELPROOF_HOSTS", "list the site's host names").split(",")]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(".")]

SIGNING_DEVELOPMENT_CA = False  # the identity and its trust list are put into REELPROOF_VAR/signing

# Letters: smtp://user:password@host:587 (STARTTLS) or smtps://…:465; without it a relay on this machine. One that fails
# is logged, and its notice stands on the site all the same.
_smtp = urlsplit(os.environ.get("REELPROOF_SMTP", "smtp://localhost:25"))
_relay = _smtp.hostname in ("localhost", "127.0.0.1", "::1")
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _smtp.hostname or "localhost",
            "port": _smtp.port or (465 if _smtp.scheme == "smtps" else 587),
            "username": unquote(_smtp.username or ""),
            "password": unquote(_smtp.password or ""),
            "use_ssl": _smtp.scheme == "smtps",
            "use_tls": _smtp.scheme != "smtps" and not _relay,
            "timeout": 10,
        },
    }
}

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if os.environ.get("REELPROOF_BEHIND_PROXY", "") == "1":
    TRUSTED_PROXIES = 1
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
