"""A real film that the policies hold back goes out through an override, and only while it stands."""

import shutil
from pathlib import Path

import pytest

from django_site.apps.audits.facts import cut_facts
from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import decide_and_record, failed_checks
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.productions.models import Cut
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.productions.services.takes import production_render
from django_site.apps.provenance.binder.documents.record import decisions as decisions_document
from django_site.apps.provenance.binder.film import Film
from django_site.apps.provenance.models import Release
from django_site.apps.reviews.models import Case, Override
from django_site.apps.reviews.services import case_approve
from django_site.apps.reviews.services.overriding import check_key, override_agree, override_request
from django_site.errors import WrongStateError

pytestmark = pytest.mark.django_db(transaction=True)
POLICIES = Path(__file__).parents[3] / "policies"


@pytest.fixture
def studio(make, settings, tmp_path):
    shutil.copytree(POLICIES, tmp_path / "policies")
    settings.POLICIES_ROOT, settings.INDEX_ROOT = tmp_path / "policies", tmp_path / "index"
    settings.LEDGER_HEADS = tmp_path / "heads.jsonl"
    studio = make.studio()
    studio.second = make.member(studio.organisation, "legal_reviewer")
    studio.production = make.production(
        studio.organisation,
        studio.producer,
        brief="A letter on the shore.",
        territories=["US", "DE"],
        width=64,
        height=36,
        fps=8,
        total_seconds=2,
    )
    screenplay_write(production=studio.production, by=studio.producer, scenes=1)
    production_render(production=studio.production, by=studio.producer)
    run_pending()
    studio.cut = Cut.objects.get()
    assert studio.cut.state == "needs_review", studio.cut.reason
    return studio


def set_aside(studio, decision: Decision, by) -> Override:
    override = override_request(
        decision=decision, by=by, checks=[check_key(check) for check in failed_checks(decision)],
        reason="Counsel has looked at it.", evidence="Opinion of 27 November 2026.", days=7,
    )  # fmt: skip
    override_agree(override=override, by=studio.second, reason="Read it.")
    return override_agree(override=override, by=studio.head_of_legal, reason="Read it too.")


def stopped_by_a_copy(studio, make) -> Decision:
    """The film after another look: it shows a work that nobody licensed."""
    audit = studio.cut.audits.get()
    audit.findings.create(
        position=50, kind="copy", start=0, end=1, score=0.99, log10_lr=5.0, plain="Harbour",
        work=make.work(studio.organisation),
    )  # fmt: skip
    Cut.objects.filter(pk=studio.cut.pk).update(state="stopped", reason="It shows Harbour.")
    Case.objects.update(state="changes_requested", closed_at=studio.cut.created_at)
    return decide_and_record(
        facts=cut_facts(studio.cut, audit), actor=studio.producer, audit=audit, production=studio.production,
        cut=studio.cut,
    )  # fmt: skip


def test_a_stopped_film_is_approved_and_released_through_an_override(studio, make):
    decision = stopped_by_a_copy(studio, make)
    assert decision.outcome == "block"
    override = set_aside(studio, decision, studio.legal_reviewer)
    studio.cut.refresh_from_db()
    assert (studio.cut.state, override.case.state) == ("needs_review", "open")
    case_approve(case=override.case, by=studio.second, reason="Fine now.")
    case_approve(case=override.case, by=studio.head_of_legal, reason="Fine now.")
    run_pending()
    release = Release.objects.get()
    assert release.decision.facts["standing"]["overridden"] is True
    assert release.decision.facts["standing"]["outcome"] == "block"
    [told] = decisions_document(Film(release.cut, release.created_at))["overrides"]
    assert (told["state"], told["requested_by"]["name"]) == ("in_force", str(studio.legal_reviewer))
    assert [row["role"] for row in told["agreed"]] == ["legal_reviewer", "head_of_legal"]
    before = decisions_document(Film(release.cut, override.created_at))["overrides"]
    assert [one["state"] for one in before] == ["requested"]


def test_a_policy_that_changes_before_it_is_out_keeps_it_in(studio, make, settings):
    decision = stopped_by_a_copy(studio, make)
    override = set_aside(studio, decision, studio.legal_reviewer)
    case_approve(case=override.case, by=studio.second, reason="Fine now.")
    case_approve(case=override.case, by=studio.head_of_legal, reason="Fine now.")
    path = settings.POLICIES_ROOT / "copyright/unlicensed-copy.yaml"
    path.write_text(path.read_text().replace("version: 1", "version: 2", 1))
    run_pending()
    override.refresh_from_db()
    assert not Release.objects.exists()
    assert override.state == "void"
    studio.cut.refresh_from_db()
    assert studio.cut.state == "needs_review"  # it was looked at again, and really shows nothing


def test_what_holds_back_a_release_itself_is_set_aside_and_it_is_signed_again(studio, make):
    Cut.objects.filter(pk=studio.cut.pk).update(audience_notice="")
    case_approve(case=Case.objects.get(), by=studio.legal_reviewer, reason="Fine.")
    run_pending()
    assert not Release.objects.exists()
    held = Decision.objects.get(point="release")
    assert held.outcome == "review"
    assert any(check["policy"] == "disclosure/audience-notice" for check in failed_checks(held))
    override = set_aside(studio, held, studio.producer)
    assert override.case.state == "overridden"
    run_pending()
    assert Release.objects.exists(), Job.objects.filter(kind="sign_cut").last().reason
    assert Release.objects.get().decision.outcome == "review"


def test_a_film_that_is_out_is_not_asked_about(studio, make):
    case_approve(case=Case.objects.get(), by=studio.legal_reviewer, reason="Fine.")
    run_pending()
    with pytest.raises(WrongStateError, match="nothing stops this"):
        set_aside(studio, Decision.objects.get(point="release"), studio.producer)
