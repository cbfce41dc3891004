"""What was decided is decided again: the same bytes, under the policies and the facts of the day."""

import copy
import json
import os
import random
import shutil
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from auditor.canonical import sha256_json
from django_site import wiring
from django_site.apps.audits.facts import enrol_facts
from django_site.apps.audits.models import Decision, PolicyDraft, PolicyFlip, PolicyRevision, PolicyText
from django_site.apps.audits.services import policies_kept
from django_site.apps.audits.services.decisions import decide_and_record, decision_document
from django_site.apps.audits.services.drafting import draft_start
from django_site.apps.audits.services.policies_kept import bundle_of, policy_revision_record
from django_site.apps.audits.services.replaying import decision_replay
from django_site.apps.jobs.models import Job
from django_site.apps.jobs.runner import run_pending
from django_site.apps.jobs.services import job_cancel
from django_site.errors import InputError, NotAllowedError, WrongStateError
from tests.site.provenance.test_verify_ledger import no_triggers

pytestmark = pytest.mark.django_db(transaction=True)
POLICIES = Path(__file__).parents[3] / "policies"
FIXTURES = {path.stem: yaml.safe_load(path.read_text()) for path in (POLICIES / "fixtures").glob("*.yaml")}


@pytest.fixture
def studio(make, settings, tmp_path):
    """A studio whose policies can be changed."""
    shutil.copytree(POLICIES, tmp_path / "policies")
    settings.POLICIES_ROOT = tmp_path / "policies"
    settings.INDEX_ROOT = tmp_path / "index"
    policies_kept._bundle_from_rows.cache_clear()
    return make.studio()


def amend(settings, name: str, old: str, new: str) -> None:
    path = settings.POLICIES_ROOT / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def shaken(point: str, chance: random.Random) -> dict:
    """A fixture with some truths turned round and some lists emptied: facts as they come, good and bad."""

    def shake(value):
        if isinstance(value, dict):
            return {key: shake(entry) for key, entry in value.items()}
        if isinstance(value, bool):
            return value if chance.random() > 0.1 else not value
        if isinstance(value, float):
            return round(value * chance.uniform(0.5, 1.0), 6)
        if isinstance(value, list):
            return [] if chance.random() < 0.05 else [shake(entry) for entry in value]
        return value

    return shake(copy.deepcopy(FIXTURES[point]))


def many(studio, make, count: int, *, points=tuple(FIXTURES)) -> None:
    """Decisions as ``decide_and_record`` leaves them, without a ledger: many at once."""
    policy_revision_record()
    bundle, chance = wiring.policy_bundle(), random.Random(5)
    cut, subject = make.cut(studio.production, studio.producer), make.subject(studio.organisation)
    begun, rows = datetime(2026, 11, 1, 8, 0, 0, 123456, tzinfo=UTC), []
    for number in range(count):
        point = points[number % len(points)]
        facts = shaken(point, chance)
        verdict = bundle.decide(facts, at=begun + timedelta(seconds=97 * number))
        about = {"subject": subject} if point == "enrol" else {"cut": cut, "production": studio.production}
        rows.append(
            Decision(
                created_at=verdict.at, point=verdict.point, facts=facts, facts_sha256=verdict.facts_sha256,
                bundle_sha256=verdict.bundle_sha256, engine=verdict.engine, outcome=verdict.outcome,
                checks=[check.as_dict() for check in verdict.checks], policies=list(verdict.policies),
                sha256=verdict.sha256(), **about,
            )
        )  # fmt: skip
    Decision.objects.bulk_create(rows, batch_size=500)


def test_a_thousand_decisions_are_decided_again_byte_for_byte(studio, make):
    """``REELPROOF_TEST_DECISIONS=10000`` takes some minutes and tells no more: it is for changes of the engine."""
    count = int(os.environ.get("REELPROOF_TEST_DECISIONS", "1000"))
    many(studio, make, count)
    outcomes = set(Decision.objects.values_list("outcome", flat=True))
    assert outcomes == {"allow", "review", "block"}
    out = StringIO()
    call_command("replay_decisions", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"decided_again": count, "differing": [], "by_another_engine": 0}


def test_a_decision_is_replayed_under_the_policies_of_its_day(studio, make, settings):
    subject = make.subject(studio.organisation)
    then = decide_and_record(facts=enrol_facts(subject), actor=studio.legal_reviewer, subject=subject)
    amend(settings, "biometric/written-release.yaml", "severity: block", "severity: review")
    now = decide_and_record(facts=enrol_facts(subject), actor=studio.legal_reviewer, subject=subject)
    assert (then.outcome, now.outcome) == ("block", "review")
    assert then.bundle_sha256 != now.bundle_sha256
    assert decision_replay(then).same
    assert decision_replay(now).same
    assert PolicyRevision.objects.count() == 2
    policies = len(wiring.policy_bundle().policies)
    assert PolicyText.objects.count() == policies + 2  # the schema of facts, and the policy that changed once more


def test_what_was_tampered_with_is_told(studio, make):
    subject = make.subject(studio.organisation)
    decision = decide_and_record(facts=enrol_facts(subject), actor=studio.legal_reviewer, subject=subject)
    with no_triggers():
        Decision.objects.update(outcome="allow")
    assert "digest" in decision_replay(Decision.objects.get()).plain
    decision.outcome = "allow"
    forged = {**decision_document(decision)}
    with no_triggers():
        Decision.objects.update(sha256=sha256_json(forged))
    found = decision_replay(Decision.objects.get())
    assert (found.same, found.plain) == (False, "it was allow and is block when decided again")
    with pytest.raises(SystemExit):
        call_command("replay_decisions", stdout=(out := StringIO()), stderr=StringIO())
    assert "1 decisions decided again: 1 came out otherwise" in out.getvalue()


def test_another_engine_is_named_and_the_rest_is_the_same(studio, make):
    subject = make.subject(studio.organisation)
    decision = decide_and_record(facts=enrol_facts(subject), actor=studio.legal_reviewer, subject=subject)
    decision.engine = "reelproof-policy 1; cel 0.9"
    decision.sha256 = sha256_json(decision_document(decision))
    found = decision_replay(decision)
    assert (found.same, found.other_engine) == (True, True)


def test_policies_whose_texts_are_gone_or_damaged_replay_nothing(studio, make, settings):
    subject = make.subject(studio.organisation)
    decision = decide_and_record(facts=enrol_facts(subject), actor=studio.legal_reviewer, subject=subject)
    amend(settings, "biometric/written-release.yaml", "severity: block", "severity: review")
    with no_triggers():
        one = PolicyText.objects.filter(text__contains="id: biometric/written-release").get()
        PolicyText.objects.filter(pk=one.pk).update(text=one.text.replace("severity: block", "severity: review"))
    assert "damaged" in decision_replay(decision).plain
    with no_triggers():
        PolicyRevision.objects.all().delete()
    with pytest.raises(WrongStateError, match="were not kept"):
        bundle_of(decision.bundle_sha256)


def test_the_command_refuses_what_it_does_not_understand(studio):
    with pytest.raises(CommandError, match="no day"):
        call_command("replay_decisions", "--since", "yesterday")
    call_command(
        "replay_decisions", "--since", "2026-01-01", "--point", "cut", "--limit", "5", stdout=(out := StringIO())
    )
    assert "0 decisions decided again: 0 came out otherwise" in out.getvalue()


# drafts


def stricter(studio_policies: Path) -> str:
    text = (studio_policies / "copyright/same-scene.yaml").read_text()
    return text.replace("severity: review", "severity: block").replace("on_error: review", "on_error: block")


def test_a_draft_lists_the_decisions_that_would_flip(studio, make, settings):
    many(studio, make, 60, points=("import",))
    other = make.studio()
    many(other, make, 5, points=("import",))
    base = {decision.pk: decision.outcome for decision in Decision.objects.filter(production=studio.production)}
    draft = draft_start(
        organisation=studio.organisation, by=studio.legal_reviewer, file="copyright/unlicensed-copy.yaml", text="",
        days_back=3650,
    )  # fmt: skip
    run_pending()
    draft.refresh_from_db()
    assert (draft.state, draft.decided, draft.unreadable) == ("done", 60, 0)
    flips = list(draft.flips.select_related("decision"))
    assert flips
    assert len(flips) < 60
    for flip in flips:
        assert flip.was == base[flip.decision_id]
        assert flip.now != flip.was
        assert flip.decision.production == studio.production
        assert flip.reasons
    assert Job.objects.get(kind="compare_policies").result["flips"] == len(flips)
    assert wiring.policy_bundle().policy("copyright/unlicensed-copy") is not None  # nothing of it is in force


def test_a_draft_counts_as_in_force_all_along_and_is_compared_with_the_policies_of_its_making(studio, make, settings):
    many(studio, make, 12, points=("import",))
    text = (settings.POLICIES_ROOT / "copyright/unlicensed-copy.yaml").read_text()
    future = text.replace("status: active", "status: draft").replace("from: 2026-01-01", "from: 2031-01-01")
    future = future.replace("severity: block", "severity: review", 1)
    draft = draft_start(
        organisation=studio.organisation, by=studio.head_of_legal, file="copyright/unlicensed-copy.yaml", text=future
    )
    amend(settings, "copyright/unlicensed-copy.yaml", "severity: block", "severity: review")  # before the job runs
    run_pending()
    draft.refresh_from_db()
    assert draft.state == "done", draft.reason
    assert {(flip.was, flip.now) for flip in draft.flips.all()} == {("block", "review")}
    assert all(flip.reasons for flip in draft.flips.all())  # the same sentence, less grave


def test_a_draft_about_measuring_is_held_against_decisions_about_people(studio, make, settings):
    for organisation in (studio.organisation, make.organisation()):
        subject = make.subject(organisation)
        decide_and_record(facts=enrol_facts(subject), actor=studio.legal_reviewer, subject=subject)
    file = "biometric/written-release.yaml"
    text = (settings.POLICIES_ROOT / file).read_text().replace("severity: block", "severity: review", 1)
    draft = draft_start(organisation=studio.organisation, by=studio.legal_reviewer, file=file, text=text)
    run_pending()
    draft.refresh_from_db()
    assert (draft.state, draft.decided) == ("done", 1)  # of the other house nothing is told
    assert [(flip.was, flip.now) for flip in draft.flips.all()] == [("block", "review")]


def test_a_draft_that_is_no_policy_is_refused_with_the_place_and_the_remedy(studio, settings):
    file, text = "copyright/same-scene.yaml", (settings.POLICIES_ROOT / "copyright/same-scene.yaml").read_text()

    def start(**fields) -> PolicyDraft:
        values = {"organisation": studio.organisation, "by": studio.legal_reviewer, "file": file, "text": text}
        return draft_start(**{**values, **fields})

    for fields, said in (
        ({}, "as it is in force"),
        ({"text": "id: ["}, "not readable YAML"),
        ({"text": text.replace("severity: review", "severity: perhaps", 1)}, "severity"),
        ({"file": "copyright/none.yaml", "text": ""}, "could be taken out"),
        ({"file": "copyright/other.yaml"}, "name the file"),
        ({"days_back": 0}, "1 to 3650 days"),
    ):
        with pytest.raises(InputError, match=said):
            start(**fields)
    with pytest.raises(NotAllowedError):
        start(by=studio.producer, text=text + "\n# a remark\n")
    assert not PolicyDraft.objects.exists()
    assert not Job.objects.exists()


def test_a_comparison_that_is_called_off_says_so(studio, make, settings):
    many(studio, make, 3, points=("import",))
    draft = draft_start(
        organisation=studio.organisation, by=studio.legal_reviewer, file="copyright/same-scene.yaml",
        text=stricter(settings.POLICIES_ROOT),
    )  # fmt: skip
    job_cancel(job=Job.objects.get(), by=studio.legal_reviewer)
    draft.refresh_from_db()
    assert draft.state == "stopped"
    assert draft.reason
    assert not PolicyFlip.objects.exists()
