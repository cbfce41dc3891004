"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_work")]

    operations = [
        refuse(
            "jobs_job_attempts_grow",
            table="jobs_job",
            on="UPDATE",
            when="NEW.attempt < OLD.attempt",
            message="the attempt of a job never goes back",
        ),
        refuse(
            "jobs_job_stays_finished",
            table="jobs_job",
            on="UPDATE",
            when="OLD.state IN ('done', 'cancelled') AND NEW.state <> OLD.state",
            message="a finished job stays finished",
        ),
    ]
