"""The one Celery task: an id goes in, the row says everything else."""

import logging
from uuid import UUID

from django_site.celery import app

logger = logging.getLogger(__name__)


@app.task(name="jobs.run")
def run(job_id: str) -> None:
    """Do the job if it is still owed; a repeated or late message does nothing."""
    from django_site.apps.jobs.runner import run_job

    try:
        known = UUID(job_id)
    except (AttributeError, TypeError, ValueError):
        logger.warning("a message that names no job was dropped")
        return
    run_job(job_id=known)
