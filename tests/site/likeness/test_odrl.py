"""A grant as ODRL: what the information model asks of every policy, and each field of the scope somewhere in it."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from django_site.apps.likeness.odrl import CONTEXT, PROFILE, grant_odrl
from django_site.apps.likeness.scope import SCOPE_SCHEMA, SILENCE

pytestmark = pytest.mark.django_db
#: The core vocabulary and the terms of the common one that we use (ODRL Vocabulary & Expression 2.2).
OPERATORS = {"eq", "gt", "gteq", "lt", "lteq", "neq", "isA", "hasPart", "isPartOf", "isAllOf", "isAnyOf", "isNoneOf"}
OPERANDS = {"purpose", "media", "spatial", "language", "dateTime", "recipient", "payAmount", "percentage"}
ACTIONS = {"use", "grantUse", "obtainConsent"}
EVERYTHING = {
    "uses": ["film", "trailer"],
    "media": ["cinema", "streaming"],
    "territories": ["US", "DE"],
    "modalities": ["face", "voice"],
    "acts": ["render", "fine_tune"],
    "exclusions": ["nudity", "political"],
    "languages": ["en", "de"],
    "alterations": ["age"],
    "models": ["previz"],
    "sublicensees": ["Harbour Films"],
    "approval": "scene",
    "compensation": {
        "currency": "USD", "per_release": "1000.00", "residual_percent": "1.5", "residual_basis": "gross_receipts",
    },
    "governing_law": "California",
}  # fmt: skip


def check_constraint(constraint: dict) -> None:
    """ODRL 2.2, section 2.5: exactly one left operand, operator and right operand."""
    assert constraint["operator"] in OPERATORS
    left = constraint["leftOperand"]
    assert left in OPERANDS or left.startswith(PROFILE), left
    assert constraint["rightOperand"] not in (None, "", [])


def check_rule(rule: dict, *, duty: bool = False) -> None:
    """Section 2.6: an action; permissions and prohibitions have a target too."""
    action = rule["action"]
    if isinstance(action, dict):
        assert action["@id"].startswith(PROFILE)
        assert action["includedIn"] in ("odrl:use", "odrl:transform"), "a profile's action names the wider one (3.1)"
    elif isinstance(action, list):
        for one in action:
            assert one["rdf:value"]["@id"] == "odrl:compensate"
            for refinement in one["refinement"]:
                check_constraint(refinement)
    else:
        assert action in ACTIONS
    if not duty:
        assert rule["target"]["uid"]
        assert rule["assigner"]["uid"]
        assert rule["assignee"]["uid"]
    for constraint in rule.get("constraint", []):
        check_constraint(constraint)
    for one in rule.get("duty", []):
        check_rule(one, duty=True)


def check_policy(policy: dict) -> None:
    """Section 2.1: a uid, at least one rule; an agreement has both parties; a profile where terms are not ODRL's own."""
    assert policy["@context"][0] == CONTEXT
    assert policy["@type"] in ("Agreement", "Offer")
    assert policy["uid"].startswith("urn:")
    assert policy["profile"] == PROFILE
    assert policy["conflict"] == "prohibit"
    assert policy["permission"]
    for rule in [*policy["permission"], *policy["prohibition"]]:
        check_rule(rule)
    json.dumps(policy)


def grant_of(make, **limits):
    studio = make.studio()
    studio.performer = make.member(studio.organisation, "performer")
    subject = make.subject(studio.organisation, user=studio.performer)
    grant = make.grant(subject, studio.production, limits=limits, ends=timezone.now() + timedelta(days=30))
    return studio, grant


def text(policy: dict, kind: str) -> str:
    return json.dumps(policy[kind])


@pytest.mark.parametrize("limits", [{}, EVERYTHING])
def test_it_is_what_the_information_model_asks_for(make, limits):
    check_policy(grant_odrl(grant_of(make, **limits)[1]))


def test_every_field_of_the_scope_is_said(make):
    studio, grant = grant_of(make, **EVERYTHING)
    policy = grant_odrl(grant)
    permission, prohibition = text(policy, "permission"), text(policy, "prohibition")
    for said in (
        str(studio.production.pk), "use-film", "cinema", '"DE"', "voice", "renderLikeness", "tuneModel", "previz",
        "Harbour Films", "obtainConsent", "scene", "1000.00", "1.5", "gross_receipts", "iso4217a/USD", "dateTime",
    ):  # fmt: skip
        assert said in permission, said
    for said in ("nudity", "political", "trainModelForOthers", '"body"', "while-watched"):
        assert said in prohibition, said
    assert "tuneModel" not in prohibition
    assert '"age"' not in prohibition
    assert policy["reelproof:governingLaw"] == "California"
    covered = set(EVERYTHING) | {
        "projects",
        "replica_kind",
        "description",
        "real_time",
        "personalised",
        "post_mortem",
        "strike_suspends",
    }
    kept_home = {"represented_by", "separately_signed", "counsel_or_union"}  # how it was signed, not what it allows
    assert covered | kept_home == set(SCOPE_SCHEMA["properties"]) | set(SILENCE)


def test_silence_is_a_prohibition_and_names_stay_at_home(make):
    _, grant = grant_of(make)
    policy = grant_odrl(grant)
    assert "grantUse" in text(policy, "prohibition")
    assert "tuneModel" in text(policy, "prohibition")
    assert "Eileen" not in json.dumps(policy)
    assert "duty" not in text(policy, "permission")


def test_who_may_read_the_grant_may_take_it_along(make, client):
    studio, grant = grant_of(make)
    url = reverse("likeness:odrl", args=[grant.pk])
    client.force_login(studio.performer, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(url)
    assert answer["Content-Type"] == "application/ld+json"
    check_policy(answer.json())
    client.force_login(studio.producer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).status_code == 404
