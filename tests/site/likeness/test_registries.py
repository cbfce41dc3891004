"""Another registry's "no" stops here; its "yes" allows nothing; one that can't be asked stops unless it may be missed."""

import json

import pytest
from django.core.cache import cache

from django_site.apps.likeness.checking import use_check
from django_site.apps.likeness.registries import refusals

pytestmark = pytest.mark.django_db


@pytest.fixture
def studio(make):
    cache.clear()
    studio = make.studio()
    studio.subject = make.subject(studio.organisation)
    yield studio
    cache.clear()


@pytest.fixture
def registry(settings, tmp_path):
    path = tmp_path / "registry.json"

    def says(state: str | None, **more):
        if state is not None:
            person = {"names": ["Eileen Marsh"], "statements": [{"state": state, "note": "Asked her."}]}
            path.write_text(
                json.dumps(
                    {
                        "registry": "https://other.example.org", "issued": "2026-01-01T00:00:00Z",
                        "expires": "2999-01-01T00:00:00Z", "people": [person],
                    }
                )
            )  # fmt: skip
        settings.CONSENT_REGISTRIES = [{"path": str(path), **more}]

    return says


def answer(studio):
    [said] = use_check(
        organisation=studio.organisation, subjects={str(studio.subject.pk): ["face"]},
        production_id=str(studio.production.pk), media=["streaming"], model="previz",
    )  # fmt: skip
    return said


def full(make, studio):
    from datetime import timedelta

    from django.utils import timezone

    now = timezone.now()
    return make.grant(
        studio.subject, studio.production, noticed_at=now - timedelta(days=3), may_sign_from=now - timedelta(seconds=1),
        limits={"separately_signed": True, "counsel_or_union": True},
    )  # fmt: skip


def test_a_no_elsewhere_stops_what_is_allowed_here(make, studio, registry):
    full(make, studio)
    assert answer(studio).allowed
    registry("withdrawn")
    stopped = answer(studio)
    assert not stopped.allowed
    assert "https://other.example.org" in " ".join(stopped.reasons)
    assert "Asked her." in " ".join(stopped.reasons)


def test_a_yes_elsewhere_allows_nothing_here(studio, registry):
    registry("allowed")
    assert refusals([studio.subject], studio.production) == {}
    assert not answer(studio).allowed


def test_one_that_can_not_be_asked_stops_unless_it_may_be_missed(make, studio, registry):
    full(make, studio)
    registry(None)
    assert "could not be asked" in refusals([studio.subject], studio.production)[str(studio.subject.pk)]
    assert not answer(studio).allowed
    registry(None, required=False)
    assert answer(studio).allowed


def test_answers_are_kept_for_a_while_and_failures_are_not(studio, registry, settings):
    registry(None)
    assert refusals([studio.subject], studio.production)
    registry("allowed")
    assert refusals([studio.subject], studio.production) == {}
    registry("refused")
    assert refusals([studio.subject], studio.production) == {}, "within five minutes it is not asked again"
    cache.clear()
    assert refusals([studio.subject], studio.production)
