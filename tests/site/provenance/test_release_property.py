"""No release exists without a decision newer than everything that it relied on, in whatever order things happen."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from auditor.errors import AuditorError
from auditor.media import probe
from auditor.provenance import sign
from django_site import wiring
from django_site.apps.audits.facts import cut_facts
from django_site.apps.audits.models import Decision, Finding, PolicyRevision
from django_site.apps.audits.services.assets import asset_path, asset_record, file_store
from django_site.apps.audits.services.decisions import decide_and_record
from django_site.apps.audits.services.policies_kept import policy_revision_record
from django_site.apps.corpora.models import IndexSnapshot
from django_site.apps.corpora.services import index_snapshot_record
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.likeness.models import BiometricConsent, UseApproval, UseEvent
from django_site.apps.likeness.services import grant_resume, grant_suspend
from django_site.apps.productions.models import Cut
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.provenance.models import Manifest, Release, SigningIntent
from django_site.apps.provenance.services.draft import cut_draft
from django_site.apps.provenance.services.release import cut_release
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services import case_approve
from django_site.errors import SiteError

pytestmark = pytest.mark.django_db(transaction=True)


class Work:
    """A job's fence without the job: what counts here is whether something leaves."""

    @contextmanager
    def fenced(self):
        with transaction.atomic():
            yield

    def finish(self, **result) -> None:
        assert result["state"] == "Trusted"


@pytest.fixture
def film(make, settings, tmp_path):
    """A real film, decided, approved, signed and not out yet; somebody was used in it, and a work was found in it."""
    settings.INDEX_ROOT, settings.RELEASED_ROOT = tmp_path / "index", tmp_path / "released"
    settings.LEDGER_HEADS = tmp_path / "heads.jsonl"
    studio = make.studio()
    production = make.production(
        studio.organisation, studio.producer, brief="A letter lies on the shore.",
        territories=["US", "DE"], width=64, height=36, fps=8,
        total_seconds=2,
    )  # fmt: skip
    screenplay_write(production=production, by=studio.producer, scenes=1)
    production_render(production=production, by=studio.producer)
    run_pending()
    cut = Cut.objects.get()
    take = cut.items.first().take
    subject = make.subject(studio.organisation, user=make.member(studio.organisation, "performer"))
    grant = make.grant(subject, production)
    UseEvent.objects.create(subject=subject, grant=grant, production=production, take=take, kind="render", seconds=1)
    work = make.work(studio.organisation)
    Finding.objects.create(
        audit=take.audits.get(), position=99, kind="copy", start=0, end=1, score=0.9, plain="a work", work=work
    )
    decide_and_record(
        facts=cut_facts(cut, cut.audits.get()),
        actor=studio.producer,
        audit=cut.audits.get(),
        production=production,
        cut=cut,
    )
    case = Case.objects.get()
    case_approve(case=case, by=studio.legal_reviewer, reason="Fine.")
    Job.objects.filter(kind="sign_cut").update(
        state="cancelled", reason="signed by the test", finished_at=timezone.now()
    )
    intent = SigningIntent.objects.get()
    draft, ingredients = cut_draft(intent)
    output = sign(
        asset_path(intent.asset), tmp_path / "signed.mp4", draft=draft, signer=wiring.signer(),
        trust=wiring.trust_list(), ingredients=ingredients,
    )  # fmt: skip
    info = probe(output.path)
    stored = file_store(source=output.path)
    manifest = Manifest.objects.create(
        intent=intent, asset=asset_record(stored=stored, media_type=info.media_type, probe=info.as_dict()),
        label=output.manifest_label, state="Trusted", verification=output.verification.as_dict(), reread_at=timezone.now(),
    )  # fmt: skip
    Cut.objects.filter(pk=cut.pk).update(state="signing")
    return SimpleNamespace(
        studio=studio, cut=Cut.objects.get(), subject=subject, grant=grant, work=work, manifest=manifest, make=make
    )


# what may happen between the decision and the release; each returns when what it changed, changed


def a_policy(film):
    PolicyRevision.objects.create(bundle_sha256=film.make.digest(), policies=1)
    return policy_revision_record().created_at


def the_index(film):
    IndexSnapshot.objects.create(embedder="another", digest=film.make.digest(), works=1, vectors=1)
    return index_snapshot_record().created_at


def a_grant(film):
    film.grant.refresh_from_db()
    if film.grant.state == "active":
        grant_suspend(grant=film.grant, by=film.subject.user, reason="Wait.")
    else:
        grant_resume(grant=film.grant, by=film.subject.user)
    film.grant.refresh_from_db()
    return film.grant.changed_at


def an_approval(film):
    return UseApproval.objects.create(
        subject=film.subject, grant=film.grant, production=film.cut.production, state="declined", description="a scene",
        requested_by=film.studio.producer, decided_by=film.subject.user, decided_at=timezone.now(),
    ).decided_at  # fmt: skip


def a_release_to_measure(film):
    return BiometricConsent.objects.create(
        subject=film.subject, modality="face", purpose=film.make.digest(), text="x", text_sha256=film.make.digest(),
        given_at=timezone.now(), given_by=film.subject.user, withdrawn_at=timezone.now(),
        destroy_by=timezone.now() + timedelta(days=9),
    ).withdrawn_at  # fmt: skip


def a_licence(film):
    return film.make.licence(film.work, version=film.work.licences.count() + 1).created_at


def decided_again(film):
    audit = film.cut.audits.latest("created_at")
    decide_and_record(
        facts=cut_facts(film.cut, audit), actor=film.studio.producer, audit=audit, production=film.cut.production,
        cut=film.cut,
    )  # fmt: skip


CHANGES = (a_policy, the_index, a_grant, an_approval, a_release_to_measure, a_licence)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(happened=st.lists(st.sampled_from([*CHANGES, decided_again, decided_again]), max_size=5))
def test_no_release_without_a_decision_newer_than_everything_it_relied_on(film, happened):
    with transaction.atomic():
        moments = [moment for step in happened if (moment := step(film)) is not None]
        with suppress(SiteError, AuditorError):
            cut_release(manifest=Manifest.objects.get(), by=film.studio.producer, work=Work())
        newest = Decision.objects.filter(cut=film.cut, point="cut").latest("created_at")
        released = Release.objects.filter(cut=film.cut).first()
        event("released" if released else "refused")
        if released is None:
            assert moments  # an untouched film is released, and one that was only decided again
            assert Cut.objects.get(pk=film.cut.pk).state != "released"
        else:
            assert newest.outcome == "allow"
            assert released.decision.outcome == "allow"
            assert all(newest.created_at >= moment for moment in moments)
            assert all(released.decision.created_at >= moment for moment in moments)
        last = next((step for step in reversed(happened) if step in CHANGES or step is decided_again), None)
        assert (released is not None) is (last in (None, decided_again))
        transaction.set_rollback(True)
