"""The Celery application: it only carries job ids from the site to workers; the job row is the truth.

Nothing is lost when a message is lost (the sweeper sends it again) and nothing is done twice when a message arrives
twice (the claim is a conditional UPDATE), so any broker will do. There is no result backend on purpose.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings.dev")

app = Celery("reelproof")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
