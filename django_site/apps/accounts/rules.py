"""Registers the permissions when the site starts (``rules`` looks for this module in every app)."""

from django_site.apps.accounts import permissions  # noqa: F401
