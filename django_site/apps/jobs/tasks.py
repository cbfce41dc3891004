"""The one Celery task: an id goes in, the row says everything else."""

from django_site.celery import app


@app.task(name="jobs.run")
def run(job_id: str) -> None:
    """Do the job if it is still owed; a repeated or late message does nothing."""
    from django_site.apps.jobs.runner import run_job

    run_job(job_id=job_id)
