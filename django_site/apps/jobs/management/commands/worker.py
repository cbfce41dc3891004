"""``manage.py worker``: a Celery worker in this process, and the sweeper beside it."""

import logging
import math
import os
import threading
import time
import warnings

from celery.platforms import SecurityWarning
from celery.signals import worker_ready
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from django_site.apps.accounts.webhooks import webhooks_settle
from django_site.apps.audience.services.sweeping import audience_sweep
from django_site.apps.audits.services.sweeping import storage_sweep
from django_site.apps.corpora.services import licences_settle
from django_site.apps.jobs.scratch import scratch_sweep
from django_site.apps.jobs.services import job_sweep
from django_site.apps.likeness.retention import retention_run_daily
from django_site.apps.likeness.services import grants_settle
from django_site.apps.provenance.services.keys import certificates_settle
from django_site.apps.provenance.services.ledger import ledger_settle
from django_site.apps.provenance.services.outputs import outputs_settle
from django_site.apps.provenance.services.recovery import recovery_settle
from django_site.apps.provenance.services.signing import intents_settle
from django_site.apps.reviews.services import cases_settle
from django_site.apps.reviews.services.overriding import overrides_settle
from django_site.celery import app

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do jobs as they come, one at a time, and send again what a dead worker left behind."
    requires_system_checks = []  # it serves no pages; the site checks itself when it starts

    def add_arguments(self, parser) -> None:
        parser.add_argument("--loglevel", default="WARNING", help="Celery's log level")

    def handle(self, *args, **options) -> None:
        os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # the same reason: Celery would run them all again
        warnings.filterwarnings("ignore", category=SecurityWarning)  # root matters with pickle; only JSON is accepted
        stop = threading.Event()
        sweeper = threading.Thread(target=_sweep_forever, args=(stop,), name="sweeper", daemon=True)
        sweeper.start()
        worker_ready.connect(self._say_ready)  # connected to the broker: not before
        try:
            app.worker_main(
                [
                    "--quiet",
                    "worker",
                    "--pool=solo",
                    "--concurrency=1",
                    "--without-gossip",
                    "--without-mingle",
                    "--without-heartbeat",
                    f"--loglevel={options['loglevel']}",
                ]
            )
        finally:
            stop.set()

    def _say_ready(self, **_) -> None:
        self.stdout.write("worker: waiting for jobs; stop it with Ctrl-C")
        self.stdout.flush()


def _sweep_forever(stop: threading.Event) -> None:
    swept = -math.inf
    try:
        while not stop.wait(settings.JOB_SWEEP_SECONDS):
            try:
                job_sweep()
                grants_settle()
                licences_settle()
                overrides_settle()
                cases_settle()
                webhooks_settle()
                intents_settle()
                outputs_settle()
                recovery_settle()
                if time.monotonic() - swept >= settings.STORAGE_SWEEP_SECONDS:
                    swept = time.monotonic()
                    scratch_sweep()
                    storage_sweep()
                    retention_run_daily()
                    audience_sweep()
                    ledger_settle()
                    certificates_settle()
            except Exception:  # the sweeper outlives a database that is away for a while
                logger.warning("a sweep failed; the next follows in %s s", settings.JOB_SWEEP_SECONDS, exc_info=True)
    finally:
        connection.close()
