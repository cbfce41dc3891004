"""An override of a film rests on those of its takes: it names them, and falls with them."""

import pytest

from django_site import wiring
from django_site.apps.audits.services.policies_kept import policy_revision_record
from django_site.apps.provenance.models import LedgerEntry
from django_site.apps.reviews.services.overriding import (
    check_key,
    override_agree,
    override_decline,
    override_request,
    overrides_settle,
)
from django_site.apps.reviews.services.relied import relied_on, relying_on

pytestmark = pytest.mark.django_db
POLICY = "copyright/unlicensed-copy"
WHY = {"reason": "Agreed by letter.", "evidence": "File 17."}


@pytest.fixture
def studio(make):
    studio = make.studio()
    studio.second = make.member(studio.organisation, "legal_reviewer")
    policy_revision_record()
    return studio


def stopped(make, studio, point: str, **target):
    """A decision that stops the thing for one check that may be set aside."""
    policy = wiring.policy_bundle().policy(POLICY)
    check = {
        "policy": POLICY, "version": policy.version, "check": policy.checks[0].id, "title": policy.checks[0].title,
        "severity": "block", "passed": False, "plain": "It shows Harbour.", "cite": "", "remedy": "License it.",
        "who_can_fix": "the producer", "item": "matches[0]", "error": False, "overridable": True,
    }  # fmt: skip
    [thing] = target.values()
    facts = {"point": point, "people": [], "intended": {"topics": []}}
    return make.decision(
        studio.production, outcome="block", point=point, checks=[check], facts=facts,
        bundle_sha256=wiring.policy_bundle().sha256, audit=make.audit(studio.production, thing.asset, **target), **target,
    )  # fmt: skip


def asked(studio, decision):
    checks = [check_key(decision.checks[0])]
    return override_request(decision=decision, by=studio.legal_reviewer, checks=checks, **WHY)


def in_force(studio, decision):
    override = asked(studio, decision)
    override_agree(override=override, by=studio.second, reason="I have read it.")
    return override_agree(override=override, by=studio.head_of_legal, reason="So have I.")


@pytest.fixture
def film(make, studio):
    """A take that two people let through, and a cut of it that was stopped for the same work."""
    shot = make.shot(studio.production)
    take = make.take(shot, studio.producer, state="stopped", asset=make.asset(), duration="2.000", frames=24)
    studio.of_take = in_force(studio, stopped(make, studio, "take", take=take))
    take.refresh_from_db()
    assert take.state == "cleared"
    cut = make.cut(studio.production, studio.producer, state="stopped", version=9)
    cut.items.create(position=1, take=take, take_in="0.000", take_out="2.000")
    studio.cut_decision = stopped(make, studio, "cut", cut=cut)
    return studio


def test_it_names_what_it_relies_on(film):
    assert relied_on(film.cut_decision) == [film.of_take]
    override = asked(film, film.cut_decision)
    assert f"Relies on the override {film.of_take.pk}" in override.evidence
    event = LedgerEntry.objects.filter(kind="override_requested").latest("seq").event
    assert event["relies_on"] == [str(film.of_take.pk)]
    assert relying_on(film.of_take) == [override]
    assert relying_on(override) == []  # no circle: a take rests on no cut


@pytest.mark.parametrize("agreed", [False, True])
def test_it_falls_with_what_it_relied_on(film, agreed, monkeypatch):
    override = in_force(film, film.cut_decision) if agreed else asked(film, film.cut_decision)
    film.cut_decision.cut.refresh_from_db()
    assert film.cut_decision.cut.state == ("needs_review" if agreed else "stopped")
    just_after = film.of_take.expires_at  # the cut's was asked for later, and would stand a moment longer
    assert override.expires_at > just_after
    monkeypatch.setattr("django_site.apps.reviews.services.overriding.timezone.now", lambda: just_after)
    assert overrides_settle() == 1
    film.of_take.refresh_from_db()
    override.refresh_from_db()
    assert (film.of_take.state, override.state) == ("expired", "void")
    kinds = set(LedgerEntry.objects.filter(kind__startswith="override_").values_list("kind", flat=True))
    assert {"override_expired", "override_void"} <= kinds


def test_one_that_was_declined_leaves_the_takes_alone(film):
    override = asked(film, film.cut_decision)
    override_decline(override=override, by=film.head_of_legal, reason="No.")
    film.of_take.refresh_from_db()
    assert film.of_take.state == "in_force"
