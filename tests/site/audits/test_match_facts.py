"""What a finding becomes before the policies: copies, scenes, sound and words are judged, style and content told."""

import pytest
from django.utils import timezone

from auditor.policy.facts import MatchFact
from auditor.report import FindingKind as Kind
from django_site import wiring
from django_site.apps.audits.facts import import_facts
from django_site.apps.audits.models import Finding, FindingKind
from django_site.apps.corpora.models import LicensedAct
from django_site.apps.productions.models import ImportedMedia

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(make):
    studio = make.studio()
    imported = ImportedMedia.objects.create(
        production=studio.production, asset=make.asset(), name="clip.mp4", imported_by=studio.producer
    )
    imported.work = make.work(studio.organisation)
    return imported


def facts_of(make, imported, kind: str) -> dict:
    audit = make.audit(imported.production, imported.asset, imported=imported)
    Finding.objects.create(audit=audit, position=0, kind=kind, start=1, end=3, score=0.9, plain="x", work=imported.work)
    return import_facts(imported, audit, signature=None).as_facts()


def failed(facts: dict) -> dict[str, str]:
    """The copyright checks about matches that did not pass, with what they ask for."""
    decision = wiring.policy_bundle().decide(facts, at=timezone.now())
    return {check.check: check.severity for check in decision.failed if check.policy.startswith("copyright/")}


def test_the_site_knows_every_kind_of_the_auditor():
    assert set(FindingKind.values) == set(Kind.__args__)


@pytest.mark.parametrize(
    ("kind", "check", "severity"),
    [
        ("copy", "licence-held", "block"),
        ("scene", "adaptation-licensed", "review"),
        ("audio", "sound-licensed", "review"),
        ("text", "words-licensed", "review"),
    ],
)
def test_without_a_licence_none_passes_silently(make, imported, kind, check, severity):
    assert failed(facts_of(make, imported, kind)) == {check: severity}


@pytest.mark.parametrize("kind", ["audio", "text"])
def test_a_licence_to_match_is_not_enough_and_one_to_reproduce_is(make, imported, kind):
    licence = make.licence(imported.work)
    LicensedAct.objects.create(licence=licence, work=imported.work, act="match")
    assert failed(facts_of(make, imported, kind)).keys() == {"sound-licensed" if kind == "audio" else "words-licensed"}
    LicensedAct.objects.create(licence=licence, work=imported.work, act="reproduce")
    assert failed(facts_of(make, imported, kind)) == {}


@pytest.mark.parametrize("kind", ["style", "semantic"])
def test_style_and_content_are_no_verdict(make, imported, kind):
    facts = facts_of(make, imported, kind)
    assert facts["matches"] == []
    assert failed(facts) == {}
    assert "style" not in str(MatchFact.__annotations__["kind"])
