"""The studio's site: productions, reviews, performers' pages and the public verify page around the two cores."""

from django_site.celery import app as celery_app

__all__ = ["celery_app"]
