"""What pages show of audits and decisions, newest first. The caller has already found the thing among what the person
may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from django_site.apps.accounts.models import User
from django_site.apps.audits.models import Audit, Decision, Dismissal, EvidenceFrame, Finding
from django_site.apps.audits.selectors import findings_visible_to


def audit_latest(**target) -> Audit | None:
    """The newest audit of a ``take=``, ``cut=`` or ``imported=``."""
    return Audit.objects.filter(**target).select_related("index_snapshot", "asset").order_by("-created_at").first()


def decision_latest(**target) -> Decision | None:
    """The newest decision on a thing, perhaps at one ``point=``."""
    return Decision.objects.filter(**target).select_related("actor").order_by("-created_at").first()


def findings_of(audit: Audit | None) -> list[Finding]:
    """An audit's findings with works, people and evidence."""
    if audit is None:
        return []
    evidence = EvidenceFrame.objects.order_by("position")
    return list(
        audit.findings.select_related("work__rights_holder", "subject").prefetch_related(
            Prefetch("evidence", queryset=evidence)
        )
    )


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A false alarm as a page shows it. ``finding_id`` names the finding that it was dismissed as, for whom may see it."""

    plain: str
    start: float
    end: float
    dismissal: Dismissal
    finding_id: object | None
    quieted: bool


def dismissed_in(audit: Audit, user: User, findings: Sequence[Finding] = ()) -> list[Dismissed]:
    """What is dismissed in an audit: those of its ``findings`` that a reviewer dismissed since, and what earlier dismissals
    kept quiet in it."""
    standing = (
        Dismissal.objects.filter(finding__in=[finding.pk for finding in findings], lifted_at__isnull=True)
        .select_related("by", "finding")
        .order_by("finding__position")
    )
    here = [
        Dismissed(d.finding.plain, float(d.finding.start), float(d.finding.end), d, d.finding_id, quieted=False)
        for d in (standing if findings else ())
    ]
    entries = audit.report.get("dismissed") or []
    if not entries:
        return here
    rows = {str(row.pk): row for row in audit.dismissals.select_related("by", "finding")}
    seen = set(
        findings_visible_to(user).filter(pk__in=[row.finding_id for row in rows.values()]).values_list("pk", flat=True)
    )
    for entry in entries:
        row = rows.get(entry["dismissed"]["id"])
        if row is not None:
            start, end = entry["query"]
            leads = row.finding_id if row.finding_id in seen else None
            here.append(Dismissed(entry["plain"], start, end, row, leads, quieted=True))
    return here
