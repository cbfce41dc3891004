"""What a broker may carry by mistake or malice does no harm."""

import logging

import pytest

from django_site.apps.jobs.models import Job
from django_site.apps.jobs.tasks import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("job_id", ["x", "", None, 7, "01a20493-a6d3-7eec-a91e-4c2a4641328"])
def test_a_message_that_names_no_job_is_dropped_with_a_line(job_id: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="django_site.apps.jobs.tasks"):
        run(job_id)
    assert "names no job" in caplog.text
    assert not Job.objects.exists()
