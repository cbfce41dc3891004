"""Calling work off, each kind while it waits and while it runs: the target says so and why, and nothing takes effect."""

import pytest

from auditor.media import Progress
from django_site.apps.jobs import work as job_work
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job, run_pending
from django_site.apps.jobs.services import job_cancel
from django_site.apps.productions.models import Cut, ImportedMedia, Take
from django_site.apps.productions.selectors import shots_current
from django_site.apps.productions.services.imports import media_import
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import take_request
from django_site.apps.provenance.models import Release, SigningIntent
from django_site.apps.provenance.services.signing import cut_signing_request
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from django_site.errors import WrongStateError
from tests.clips import COFFEE

pytestmark = pytest.mark.django_db(transaction=True)

#: Kind -> the model of its target, and the state in which calling it off leaves that.
LEFT = {
    "render_take": (Take, "failed"),
    "audit_take": (Take, "stopped"),
    "assemble_cut": (Cut, "failed"),
    "audit_cut": (Cut, "stopped"),
    "audit_import": (ImportedMedia, "failed"),
    "sign_cut": (Cut, "approved"),
}


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.production = make.production(
        studio.organisation, studio.producer, territories=["US", "DE"], width=64, height=36, fps=6, total_seconds=3
    )
    return studio


def owed(kind: str, studio) -> Job:
    """The work done up to a job of this kind."""
    if kind == "audit_import":
        media_import(production=studio.production, source=COFFEE, name="coffee.png", by=studio.producer)
        return Job.objects.get()
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    first, *others = shots_current(studio.production)
    for shot in others:
        shot.current = False
        shot.save()
    take_request(shot=first, by=studio.producer)
    while (job := Job.objects.get(state="queued")).kind != kind:
        run_job(job_id=job.pk)
        if case := Case.objects.filter(state="open").first():
            case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
    return job


@pytest.mark.parametrize("when", ["waiting", "begun", "at the very end"])
@pytest.mark.parametrize("kind", LEFT)
def test_called_off(studio, monkeypatch, kind, when):
    job = owed(kind, studio)
    audits = list(Job.objects.filter(state="done").values_list("kind", flat=True))
    if when == "waiting":
        job_cancel(job=job, by=studio.producer)
    else:
        _cancel_during(monkeypatch, job, studio.producer, late=when == "at the very end")
        run_job(job_id=job.pk)
    job.refresh_from_db()
    why = f"Cancelled by {studio.producer}."
    assert (job.state, job.reason, job.lease_until) == ("cancelled", why, None)
    model, state = LEFT[kind]
    target = model.objects.get(pk=job.target_id)
    assert target.state == state
    assert why in target.reason
    assert run_pending() == 0  # nothing follows from it
    assert list(Job.objects.filter(state="done").values_list("kind", flat=True)) == audits
    assert not Release.objects.exists()
    with pytest.raises(WrongStateError, match="nothing to cancel"):
        job_cancel(job=job, by=studio.producer)
    if kind == "sign_cut":
        assert SigningIntent.objects.get(kind="cut").state == "abandoned"
        monkeypatch.undo()
        cut_signing_request(case=Case.objects.get(), by=studio.legal_reviewer)
        run_pending()
        assert Release.objects.get().cut_id == job.target_id


def _cancel_during(monkeypatch, job: Job, by, *, late: bool) -> None:
    """The person clicks when the handler first says how far it is, or just before its last transaction: too late for
    any look at ``cancelled()``."""
    entered = {"times": 0}
    last = {"render_take": 2, "sign_cut": 3}.get(job.kind, 2)
    plain = job_work.JobWork.fenced
    reported = job_work.JobWork.on_progress

    def fenced(self):
        entered["times"] += 1
        if entered["times"] == last:
            job_cancel(job=Job.objects.get(pk=self.job.pk), by=by)
        return plain(self)

    def on_progress(self, progress: Progress) -> None:
        reported(self, progress)
        if not self.cancel_requested:
            job_cancel(job=Job.objects.get(pk=self.job.pk), by=by)
            self.cancel_requested = True  # as the heartbeat reads it within half a second

    if late:
        monkeypatch.setattr(job_work.JobWork, "fenced", fenced)
    else:
        monkeypatch.setattr(job_work.JobWork, "on_progress", on_progress)
