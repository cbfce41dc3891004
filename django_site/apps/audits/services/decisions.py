"""Deciding: facts go to the policies, what they said becomes a row and a ledger event, in the caller's transaction."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from auditor.policy.decision import moment
from django_site import wiring
from django_site.apps.accounts.models import User
from django_site.apps.audits.models import Audit, Decision
from django_site.apps.audits.services.policies_kept import policy_revision_record
from django_site.apps.provenance.services.ledger import ledger_append

#: Severities of a failed check for which something does not go on by itself.
STOPPING = ("block", "review")


@transaction.atomic
def decide_and_record(
    *, facts, actor: User | None, audit: Audit | None = None, at: datetime | None = None, **target
) -> Decision:
    """Decide facts (a dataclass of ``auditor.policy.facts``) about one target: ``subject=``, ``shot=``, ``take=``,
    ``cut=`` or ``imported=``, with ``production=`` unless it is about a subject."""
    from django_site.apps.reviews.services.overriding import overrides_follow
    from django_site.apps.reviews.services.requests import requests_follow

    policy_revision_record()
    document = facts.as_facts()
    verdict = wiring.policy_bundle().decide(document, at=at or timezone.now())
    decision = Decision.objects.create(
        created_at=verdict.at,
        point=verdict.point,
        facts=document,
        facts_sha256=verdict.facts_sha256,
        bundle_sha256=verdict.bundle_sha256,
        engine=verdict.engine,
        outcome=verdict.outcome,
        checks=[check.as_dict() for check in verdict.checks],
        policies=list(verdict.policies),
        sha256=verdict.sha256(),
        audit=audit,
        actor=actor,
        **target,
    )
    ledger_append(
        kind="decision",
        event={
            "decision": decision.pk,
            "point": decision.point,
            "outcome": decision.outcome,
            "facts_sha256": decision.facts_sha256,
            "bundle_sha256": decision.bundle_sha256,
            "decision_sha256": decision.sha256,
        },
    )
    overrides_follow(decision)
    requests_follow(decision)
    return decision


def decision_document(decision: Decision) -> dict:
    """The row as the document that ``sha256`` is of: what the policies returned, and what a replay must return again."""
    return {
        "outcome": decision.outcome,
        "point": decision.point,
        "at": moment(decision.created_at),
        "checks": decision.checks,
        "policies": decision.policies,
        "facts_sha256": decision.facts_sha256,
        "bundle_sha256": decision.bundle_sha256,
        "engine": decision.engine,
    }


def failed_checks(decision: Decision) -> list[dict]:
    """The checks that did not pass and stop it or ask for a person, blocking ones first."""
    failed = [check for check in decision.checks if not check["passed"] and check["severity"] in STOPPING]
    return sorted(failed, key=lambda check: check["severity"] != "block")


def noted_checks(decision: Decision) -> list[dict]:
    """The checks that did not pass and stop nothing: warnings first, then what is only said."""
    noted = [check for check in decision.checks if not check["passed"] and check["severity"] not in STOPPING]
    return sorted(noted, key=lambda check: check["severity"] != "warn")


def reason_of(decision: Decision) -> str:
    """Why it was not allowed, in plain sentences; each once."""
    gravest = [check for check in failed_checks(decision) if check["severity"] == decision.outcome]
    return " ".join(dict.fromkeys(f"{check['plain'].rstrip('.')}." for check in gravest or failed_checks(decision)))
