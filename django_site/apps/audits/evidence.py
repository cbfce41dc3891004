"""A finding as two films in step: which files, which stretch of each, the region, the curve, the licence of the work."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from django_site.apps.audits.models import Asset, EvidenceFrame, Finding, FindingKind
from django_site.apps.corpora.models import Work, WorkAsset
from django_site.apps.corpora.selectors import licences_said
from django_site.pages.drawings import Curve, curve


@dataclass(frozen=True, slots=True)
class EvidencePair:
    """What the component shows. ``reference`` is ``None`` for people, whose enrolled pictures are shown to nobody."""

    finding: Finding
    query: Asset
    reference: Asset | None
    reference_is_still: bool
    region: tuple[float, float, float, float] | None
    curve: Curve | None
    frames: tuple[EvidenceFrame, ...]
    licence: str

    @property
    def changed_speed(self) -> bool:
        """Whether the work runs at a speed that a viewer could tell from its own."""
        return abs(self.finding.speed - 1) >= 0.005

    @property
    def in_step(self) -> bool:
        """Whether there are two films to play together."""
        return self.reference is not None and not self.reference_is_still


def evidence_pair(finding: Finding) -> EvidencePair:
    """One finding's pair."""
    return evidence_pairs([finding])[0]


def evidence_pairs(findings: Iterable[Finding]) -> list[EvidencePair]:
    """The pairs of several findings; a few queries for all of them."""
    findings = list(findings)
    works = {finding.work_id for finding in findings if finding.work_id}
    assets: dict = {}
    licences: dict = {}
    if works:
        for row in (
            WorkAsset.objects.filter(work__in=works, pending=False).select_related("asset").order_by("created_at")
        ):
            assets.setdefault(row.work_id, []).append(row)
        named = Work.objects.filter(pk__in=works).select_related("rights_holder")
        licences = licences_said(named, at=timezone.now())
    return [
        _pair(finding, _searched(finding, assets.get(finding.work_id, [])), licences.get(finding.work_id, ""))
        for finding in findings
    ]


def _searched(finding: Finding, rows: list[WorkAsset]) -> Asset | None:
    """The file of the work that the audit compared with: what replaced it later shows something else."""
    at = finding.audit.created_at
    then = [r for r in rows if r.created_at <= at and (r.replaced_at is None or r.replaced_at > at)]
    first = next(iter(then or rows), None)
    return first.asset if first else None


def _pair(finding: Finding, reference: Asset | None, licence: str) -> EvidencePair:
    region = finding.region if finding.region and finding.region != [0, 0, 1, 1] else None
    pictured = finding.kind not in (FindingKind.FACE, FindingKind.TEXT)  # words are in the sentence
    return EvidencePair(
        finding=finding,
        query=finding.audit.asset,
        reference=reference if pictured else None,
        reference_is_still=pictured and reference is not None and reference.media_type.startswith("image/"),
        region=tuple(round(100 * value, 2) for value in region) if region else None,
        curve=curve(finding.curve, start=float(finding.start), end=float(finding.end)),
        frames=tuple(finding.evidence.all()),
        licence=licence,
    )
