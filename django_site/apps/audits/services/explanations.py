"""Why a decision came out as it did, explained from its record: what was, what would have been allowed, and which grant
would do."""

import json
import re
from dataclasses import asdict, dataclass

from auditor.policy import CheckResult
from auditor.policy import Decision as Verdict
from auditor.policy.explaining import Explanation, explain
from django_site.apps.audits.models import Decision
from django_site.apps.audits.people_facts import grant_fact
from django_site.apps.audits.services.policies_kept import bundle_of
from django_site.apps.likeness.models import ConsentGrant
from django_site.errors import WrongStateError

#: Grants of one person that are tried, the newest first.
MAX_GRANTS = 20
_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


@dataclass(frozen=True, slots=True)
class Explained:
    """The explanations of what did not pass, or why there are none."""

    explanations: tuple[Explanation, ...]
    without: str = ""


def decision_explain(decision: Decision) -> Explained:
    """Explain it under the policies of its day, with the grants as they stand in the registry now."""
    if all(check["passed"] for check in decision.checks):
        return Explained(())
    try:
        bundle = bundle_of(decision.bundle_sha256)
    except WrongStateError as error:
        return Explained((), str(error))
    verdict = Verdict(
        outcome=decision.outcome,
        point=decision.point,
        at=decision.created_at,
        checks=tuple(_result(check) for check in decision.checks),
        facts_sha256=decision.facts_sha256,
        bundle_sha256=decision.bundle_sha256,
        engine=decision.engine,
        policies=tuple(decision.policies),
    )
    return Explained(explain(bundle, verdict, decision.facts, grants=_grants(decision)))


def _result(check: dict) -> CheckResult:
    segment = check.get("segment")
    return CheckResult(**{**check, "segment": tuple(segment) if segment else None})


def _grants(decision: Decision) -> dict[str, list[dict]]:
    """The grants of the people in the facts, as the facts would hold them at the moment of the decision. Of people whom
    another organisation registered nothing is told: what they granted to others is nobody's business here."""
    if decision.production is None:
        return {}
    people = {str(person.get("subject_id")) for person in decision.facts.get("people", []) if isinstance(person, dict)}
    known = [one for one in people if _UUID.match(one)]
    rows = (
        ConsentGrant.objects.filter(subject__in=known, subject__organisation=decision.production.organisation_id)
        .select_related("subject", "signature")
        .order_by("-created_at")
    )
    found: dict[str, list[dict]] = {}
    for grant in rows:
        held = found.setdefault(str(grant.subject_id), [])
        if len(held) < MAX_GRANTS:
            fact = grant_fact(grant, at=decision.created_at)
            held.append(json.loads(json.dumps(asdict(fact))))
    return found
