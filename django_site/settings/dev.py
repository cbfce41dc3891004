"""Development and demonstration on one machine: nothing to set up, nothing reachable from outside."""

import os

from django_site.keys import secret_from_file
from django_site.settings.base import *  # noqa: F403
from django_site.settings.base import INSTALLED_APPS, VAR

DEBUG = os.environ.get("REELPROOF_DEBUG", "") == "1"
SECRET_KEY = secret_from_file(VAR / "keys" / "django-secret-key")
INSTALLED_APPS = [*INSTALLED_APPS, "django_site.demo"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
