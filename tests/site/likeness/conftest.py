"""A studio with a registered performer, for the tests of the registry's services."""

import pytest


@pytest.fixture
def registered(make):
    """A studio with a performer of age and living, and their record; ``registered.scope(**changes)`` is a grant's limits."""
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    studio.subject = make.subject(studio.organisation, user=studio.performer)

    def scope(**changes) -> dict:
        return {
            "projects": [str(studio.production.pk)],
            "uses": ["film", "trailer"],
            "media": ["*"],
            "territories": ["US", "DE"],
            "modalities": ["face"],
            "replica_kind": "independent",
            "description": "Speaking role of the keeper, two scenes",
            "exclusions": ["nudity"],
            **changes,
        }

    studio.scope = scope
    return studio
