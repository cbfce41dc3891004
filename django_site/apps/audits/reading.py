"""What pages show of audits and decisions, newest first. The caller has already found the thing among what the person
may see."""

from django.db.models import Prefetch

from django_site.apps.audits.models import Audit, Decision, EvidenceFrame, Finding


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
