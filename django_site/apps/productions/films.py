"""Timelines of films: shots and findings as lanes."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from django_site.apps.audits.models import Finding
from django_site.apps.productions.models import Cut, CutItem, ImportedMedia
from django_site.pages.drawings import Bar, Lane, Timeline, timeline
from django_site.pages.states import look


def _findings_lane(findings: Iterable[Finding]) -> Lane:
    bars = tuple(
        Bar(
            float(finding.start),
            float(finding.end),
            str(finding.work or finding.subject or finding.get_kind_display()),
            reverse("findings:finding", args=[finding.pk]),
            look("finding", finding.kind)[0],
            finding.plain,
        )
        for finding in findings
    )
    return Lane(_("Findings"), bars, _("nothing found"))


def cut_timeline(cut: Cut, items: Sequence[CutItem], findings: Sequence[Finding]) -> Timeline | None:
    """Shots above, findings below; ``None`` while the cut has no length yet."""
    if not cut.duration:
        return None
    shots = tuple(
        Bar(
            float(item.start),
            float(item.end),
            _("Shot %(id)s") % {"id": item.take.shot},
            reverse("productions:take", args=[item.take_id]),
            "shot",
            str(item.take.shot.spec.get("description", "")),
            str(item.take.shot),
        )
        for item in items
        if item.start is not None
    )
    return timeline(float(cut.duration), [Lane(_("Shots"), shots), _findings_lane(findings)])


def import_timeline(imported: ImportedMedia, findings: Sequence[Finding]) -> Timeline | None:
    """The findings of an imported film; ``None`` for pictures."""
    duration = float(imported.asset.probe.get("duration") or 0)
    return timeline(duration, [_findings_lane(findings)]) if duration > 0 else None
