"""The end of a consent reaches everything, at once or as a job that goes on where it stopped; nobody is told twice."""

import json

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from django_site.apps.accounts.models import Notice
from django_site.apps.accounts.webhook_models import WebhookDelivery
from django_site.apps.accounts.webhooks import webhook_add
from django_site.apps.audits.models import Finding
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_job
from django_site.apps.jobs.services import job_cancel
from django_site.apps.likeness import reaching
from django_site.apps.likeness.impact import Reach, reach_of
from django_site.apps.likeness.impact_pages import impact_groups
from django_site.apps.likeness.models import UseApproval, UseEvent
from django_site.apps.likeness.services import grant_suspend, grant_withdraw, strike_declare
from django_site.apps.productions.models import CutItem, ProductionMember, Take
from django_site.apps.reviews.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make, settings, tmp_path):
    settings.INDEX_ROOT = tmp_path / "index"
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)
    studio.other = make.subject(studio.organisation, legal_name="Other")
    studio.grant = make.grant(studio.subject, studio.production)
    studio.made = 0
    return studio


@pytest.fixture
def as_job(monkeypatch):
    monkeypatch.setattr(reaching, "REACHED_AT_ONCE", 0)


def find(audit, subject, kind="face") -> Finding:
    return Finding.objects.create(
        audit=audit, position=audit.findings.count(), kind=kind, start=0, end=2, score=0.6, plain="x", subject=subject
    )


def shown_take(make, studio, *, state="cleared", subject=None, kind="face", **fields) -> Take:
    studio.made += 1
    take = make.take(make.shot(studio.production, position=studio.made), studio.producer, state=state, **fields)
    find(make.audit(studio.production, take.asset, take=take), subject or studio.subject, kind)
    return take


def released(make, studio, version=1, *, use=True):
    release = make.release(studio, version=version)
    find(release.cut.audits.get(), studio.subject)
    if use:
        UseEvent.objects.create(
            subject=studio.subject, grant=studio.grant, production=studio.production, cut=release.cut, kind="release",
            seconds=2,
        )  # fmt: skip
    return release


def queued(make, studio, *, cast, state="queued"):
    studio.made += 1
    take = make.take(make.shot(studio.production, position=studio.made, cast=cast), studio.producer, state=state)
    job = make.job(studio.production, target_id=take.pk)
    if state == "rendering":
        now = timezone.now()
        Job.objects.filter(pk=job.pk).update(
            state="running", attempt=1, worker="w", lease_until=now, heartbeat_at=now, started_at=now
        )
    return take, job


def withdraw(studio):
    return grant_withdraw(grant=studio.grant, by=studio.performer, reason="No more.")


def test_renders_are_called_off_in_the_same_moment(make, studio):
    me = str(studio.subject.pk)
    mine, mine_job = queued(make, studio, cast=[me])
    running, running_job = queued(make, studio, cast=[me], state="rendering")
    others, others_job = queued(make, studio, cast=[str(studio.other.pk)])
    again = shown_take(make, studio, state="stopped", asset=make.asset(), duration="2.000", frames=24)
    number_two = make.take(again.shot, studio.producer, state="queued", number=2)
    job_two = make.job(studio.production, target_id=number_two.pk)
    withdraw(studio)
    for row in (mine, running, others, number_two, mine_job, running_job, others_job, job_two):
        row.refresh_from_db()
    assert (mine.state, mine_job.state) == ("failed", "cancelled")
    assert "No more." in mine.reason
    assert (running.state, running_job.state, running_job.cancel_requested) == ("rendering", "running", True)
    assert (number_two.state, job_two.state) == ("failed", "cancelled"), "earlier takes of the shot show the person"
    assert (others.state, others_job.state) == ("queued", "queued")


def test_what_another_grant_covers_goes_on_rendering(make, studio):
    take, _ = queued(make, studio, cast=[str(studio.subject.pk)])
    make.grant(studio.subject, studio.production)
    withdraw(studio)
    take.refresh_from_db()
    assert take.state == "queued"


def test_small_reaches_are_done_at_once_and_large_ones_by_a_job_to_the_same_end(make, studio, monkeypatch):
    def world():
        take, heard = shown_take(make, studio), shown_take(make, studio, state="needs_review", kind="voice")
        studio.versions = getattr(studio, "versions", 0) + 2
        cut = make.cut(studio.production, studio.producer, version=studio.versions)
        CutItem.objects.create(cut=cut, position=1, take=take, take_in=0, take_out=1)
        release = released(make, studio, version=studio.versions + 1)
        return take, heard, cut, release

    def ended(rows):
        for row in rows[:3]:
            row.refresh_from_db()
        audits = Job.objects.filter(kind__startswith="audit", state="queued", target_id__in=[r.pk for r in rows[:3]])
        return ([row.state for row in rows[:3]], audits.count(), Case.objects.get(cut=rows[3].cut, state="open").kind)

    first = world()
    withdraw(studio)
    assert not Job.objects.filter(kind="withdraw_likeness").exists()
    assert ended(first) == (["auditing", "auditing", "auditing"], 3, "withdrawal")

    monkeypatch.setattr(reaching, "REACHED_AT_ONCE", 0)
    studio.grant = make.grant(studio.subject, studio.production)
    second = world()
    withdraw(studio)
    assert [row.state for row in second[:2]] == ["cleared", "needs_review"]
    job = Job.objects.get(kind="withdraw_likeness")
    assert run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress) == ("done", 1.0), job.reason
    assert ended(second) == (["auditing", "auditing", "auditing"], 3, "withdrawal")
    assert job.result["reached"] == {
        "look again at takes": 2,
        "look again at cuts": 1,
        "look again at files from outside": 0,
        "bring films that are out to a person": 2,  # the first world's film relied on the person's face too
    }


def test_a_job_that_was_killed_goes_on_and_does_nothing_twice(make, studio, as_job, monkeypatch):
    takes = [shown_take(make, studio) for _ in range(5)]
    releases = [released(make, studio, version=10 + number) for number in range(5)]
    withdraw(studio)
    job = Job.objects.get(kind="withdraw_likeness")
    monkeypatch.setattr(reaching, "PENDING_CHUNK", 2)
    monkeypatch.setattr(reaching, "RELEASED_CHUNK", 2)
    plain, calls = reaching._cases, []

    def dies(ids, how, by):
        calls.append(ids)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return plain(ids, how, by)

    monkeypatch.setattr(reaching, "_cases", dies)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, Case.objects.filter(kind="withdrawal").count()) == ("queued", 2)
    # a take that was looked at since and cleared on another ground is left alone by the second attempt
    cleared = takes[0]
    make.decision(studio.production, take=cleared, point="take")
    Take.objects.filter(pk=cleared.pk).update(state="cleared")
    before = Job.objects.filter(kind="audit_take").count()
    monkeypatch.setattr(reaching, "_cases", plain)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done"
    assert Case.objects.filter(kind="withdrawal", state="open").count() == len(releases)
    cleared.refresh_from_db()
    assert (cleared.state, Job.objects.filter(kind="audit_take").count()) == ("cleared", before + 0)


def test_nobody_calls_it_off_on_the_page_and_a_failure_is_told_and_taken_up(make, studio, as_job, client, monkeypatch):
    release = released(make, studio)
    withdraw(studio)
    job = Job.objects.get(kind="withdraw_likeness")
    for person in (studio.producer, studio.legal_reviewer, studio.head_of_legal):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.post(reverse("jobs:cancel", args=[job.pk])).status_code == 403
    job_cancel(job=job, by=studio.head_of_legal)  # an operator on the machine can
    told = Notice.objects.filter(user=studio.legal_reviewer, text__contains="Not everything").get()
    assert told.url == reverse("likeness:impact", args=[studio.grant.pk])
    page = client.get(told.url).content.decode()
    assert "Go on where it stopped" in page
    assert client.post(reverse("likeness:impact_go_on", args=[studio.grant.pk])).status_code == 302
    again = Job.objects.get(kind="withdraw_likeness", state="queued")
    run_job(job_id=again.pk)
    assert Case.objects.get(cut=release.cut, kind="withdrawal").state == "open"
    with pytest.raises(Exception, match="nothing was left"):
        reaching.reach_go_on(grant=studio.grant, by=studio.head_of_legal)


def test_the_list_says_before_what_happens_after(make, studio, as_job):
    me = str(studio.subject.pk)
    queued(make, studio, cast=[me])
    studio.made += 1
    make.shot(studio.production, position=studio.made, cast=[me])
    take, hidden = shown_take(make, studio), shown_take(make, studio, subject=studio.other)
    released(make, studio)
    UseEvent.objects.create(
        subject=studio.subject, grant=studio.grant, production=studio.production, kind="train", what="marsh-voice-2",
        seconds=0,
    )  # fmt: skip
    UseApproval.objects.create(
        subject=studio.subject, grant=studio.grant, production=studio.production, description="Rows at dawn",
        requested_by=studio.producer,
    )  # fmt: skip
    groups = {group.key: group for group in impact_groups(reach_of(studio.grant), studio.performer)}
    assert {key: group.count for key, group in groups.items()} == {
        "renders": 1, "shots": 1, "takes": 1, "released": 1, "approvals": 1, "models": 1,
    }  # fmt: skip
    assert groups["takes"].page.rows[0].id == str(take.pk)
    assert groups["takes"].page.rows[0].url == "", "a performer can't open the studio's takes"
    assert groups["released"].page.rows[0].manifest, "the signed file stays verifiable, and is named"
    everything = {group.key: group.count for group in impact_groups(Reach(studio.subject), studio.legal_reviewer)}
    assert everything == {key: group.count for key, group in groups.items()}
    assert hidden.state == "cleared"
    withdraw(studio)
    run_job(job_id=Job.objects.get(kind="withdraw_likeness").pk)
    after = {group.key: group for group in impact_groups(reach_of(studio.grant), studio.performer)}
    assert "renders" not in after
    assert after["takes"].page.rows[0].state == "auditing"
    assert after["released"].page.rows[0].case == "A person decides"


def test_the_list_can_be_taken_along(make, studio, client):
    studio.production.title = "=cmd()|evil"
    studio.production.save()
    released(make, studio)
    for _ in range(3):
        shown_take(make, studio)
    client.force_login(studio.performer, backend="django.contrib.auth.backends.ModelBackend")
    rows = b"".join(client.get(reverse("likeness:impact_file", args=[studio.grant.pk, "csv"]))).decode().splitlines()
    assert len(rows) == 1 + 3 + 1
    assert "'=cmd()|evil" in rows[1], "no spreadsheet takes a title for a formula"
    document = json.loads(b"".join(client.get(reverse("likeness:impact_file", args=[studio.grant.pk, "json"]))))
    assert [row["group"] for row in document["reaches"]] == ["takes"] * 3 + ["released"]
    assert document["grant"] == str(studio.grant.grant)


def test_producers_are_told_once_a_production_and_cause(make, studio, django_capture_on_commit_callbacks):
    second = make.member(studio.organisation, "producer")
    ProductionMember.objects.create(production=studio.production, user=second, role="producer")
    for number in range(3):
        released(make, studio, version=20 + number)
    with django_capture_on_commit_callbacks(execute=True):
        grant_suspend(grant=studio.grant, by=studio.performer, reason="Wait.")
    assert [notice.kind for notice in Notice.objects.filter(user=studio.producer)] == ["suspension"]
    assert Notice.objects.filter(user=second).count() == 1
    assert {letter.to[0] for letter in mail.outbox} == {
        person.email for person in (studio.producer, second, studio.legal_reviewer, studio.head_of_legal)
    }
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(studio)
    assert [notice.kind for notice in Notice.objects.filter(user=studio.producer)] == ["withdrawal", "suspension"]


def test_an_organisation_s_programs_are_told_that_a_consent_stopped_and_not_whose(make, studio, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    webhook_add(
        organisation=studio.organisation,
        url="http://127.0.0.1:9/told",
        by=studio.head_of_legal,
        events=["consent.stopped"],
    )
    grant_suspend(grant=studio.grant, by=studio.performer, reason="Wait.")
    withdraw(studio)
    told = [json.loads(one.body) for one in WebhookDelivery.objects.order_by("created_at", "id")]
    assert [one["data"]["state"] for one in told] == ["suspended", "withdrawn"]
    assert {one["data"]["grant"] for one in told} == {str(studio.grant.pk)}
    assert studio.subject.legal_name not in str(told)


def test_a_letter_that_can_not_be_sent_stops_nothing(studio, settings, caplog, django_capture_on_commit_callbacks):
    settings.MAILERS = {"default": {"BACKEND": "tests.site.likeness.nowhere.Nothing"}}
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(studio)
    assert Notice.objects.filter(user=studio.producer).count() == 1
    assert "could not be sent" in caplog.text
    assert studio.producer.email not in caplog.text


def test_a_strike_tells_of_a_strike(make, studio):
    type(studio.subject).objects.filter(pk=studio.subject.pk).update(union="SAG-AFTRA")
    strike_declare(
        union="SAG-AFTRA", reason="Announced on 1 July.", organisation=studio.organisation, by=studio.head_of_legal
    )
    notice = Notice.objects.get(user=studio.producer)
    assert (notice.kind, "is on strike" in notice.text) == ("strike", True)
