"""Where an override ends: at its thing, at its decision, and at what people must change instead."""

import pytest

from django_site.apps.accounts.models import Notice
from django_site.apps.audits import facts
from django_site.apps.audits.services.decisions import decide_and_record, failed_checks
from django_site.apps.productions.models import ImportedMedia
from django_site.apps.productions.services.screenplays import screenplay_write
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.reviews.models import Override
from django_site.apps.reviews.services.overriding import (
    check_key,
    override_agree,
    override_request,
    overrides_of,
    permitted,
)
from django_site.errors import WrongStateError
from tests.site.reviews.test_overrides import WHY, agreed, ask, decide, studio

__all__ = ["studio"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(studio, production, by):
    """The same file, brought by somebody else, and what was decided about it there."""
    imported = ImportedMedia.objects.create(
        production=production, asset=studio.imported.asset, name="theirs.mp4", imported_by=by, state="stopped",
        reason="It shows Harbour.",
    )  # fmt: skip
    return decide_and_record(
        facts=facts.import_facts(imported, studio.audit, signature=None), actor=by, audit=studio.audit,
        production=production, imported=imported,
    )  # fmt: skip


def test_the_same_file_in_another_studio_neither_ends_nor_uses_nor_shows_it(studio, make):
    override = agreed(studio)
    told = Notice.objects.count()
    other = make.studio()
    theirs = elsewhere(studio, other.production, other.producer)
    override.refresh_from_db()
    assert override.state == "in_force"
    assert Notice.objects.count() == told
    assert permitted(studio.decision)
    assert not permitted(theirs)
    assert list(overrides_of(theirs)) == []
    assert list(overrides_of(studio.decision)) == [override]


def test_nor_in_another_production_of_the_same_studio(studio, make):
    override = agreed(studio)
    production = make.production(studio.organisation, studio.producer, title="Elsewhere")
    theirs = elsewhere(studio, production, studio.producer)
    override.refresh_from_db()
    assert (override.state, permitted(theirs)) == ("in_force", False)


def test_what_was_decided_again_ends_on_record_when_somebody_would_agree(studio):
    override = ask(studio)
    override_agree(override=override, by=studio.second, reason="Yes.")
    decide(studio)
    with pytest.raises(WrongStateError, match="ask about the newest decision"):
        override_agree(override=override, by=studio.head_of_legal, reason="Yes.")
    override.refresh_from_db()
    assert (override.state, override.ended_because) == ("void", "it was decided again since")
    assert override.approvals.count() == 1
    assert LedgerEntry.objects.filter(kind="override_void").count() == 1
    assert Notice.objects.filter(user=studio.second, text__contains="decided again").exists()


def test_what_was_stopped_before_there_is_a_file_is_changed_instead(studio, make):
    shot = screenplay_write(production=studio.production, by=studio.producer).scenes.first().shots.first()
    decision = make.decision(studio.production, shot=shot, point="prompt", outcome="block")
    with pytest.raises(WrongStateError, match="before there was one"):
        override_request(decision=decision, by=studio.legal_reviewer, checks=[("a/b", 1, "c", "")], **WHY)


@pytest.mark.parametrize(
    ("standing", "refused"),
    [
        ({"outcome": "block", "overridden": True}, True),
        ({"outcome": "review", "overridden": True}, False),  # it stands on its reviewers' approval too
        ({"outcome": "allow", "overridden": False}, False),
    ],
)
def test_a_release_that_stands_only_through_an_override_has_none_of_its_own(studio, make, standing, refused):
    cut = make.cut(studio.production, studio.producer)
    document = {"point": "release", "standing": standing, "people": [], "signature": {"state": "Trusted"}}
    decision = make.decision(
        studio.production, cut=cut, point="release", outcome="block", facts=document,
        checks=studio.decision.checks, bundle_sha256=studio.decision.bundle_sha256,
    )  # fmt: skip
    checks = [check_key(check) for check in failed_checks(decision)]
    if refused:
        with pytest.raises(WrongStateError, match="not set on top of one"):
            override_request(decision=decision, by=studio.legal_reviewer, checks=checks, **WHY)
        assert not Override.objects.exists()
    else:
        assert override_request(decision=decision, by=studio.legal_reviewer, checks=checks, **WHY).state == "requested"
