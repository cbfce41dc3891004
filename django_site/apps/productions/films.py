"""Timelines of films: shots and findings as lanes."""

from collections.abc import Container, Iterable, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from django_site.apps.audits.models import Finding
from django_site.apps.productions.models import Cut, CutItem, ImportedMedia
from django_site.pages.drawings import Bar, Lane, Timeline, timeline
from django_site.pages.states import look


def _findings_lanes(findings: Iterable[Finding]) -> list[Lane]:
    """What is judged, and in a lane of its own what is merely alike."""
    bars = [(finding.merely_alike, _finding_bar(finding)) for finding in findings]
    judged = Lane(_("Findings"), tuple(bar for alike, bar in bars if not alike), _("nothing found"))
    told = tuple(bar for alike, bar in bars if alike)
    return [judged, Lane(_("Resembles"), told)] if told else [judged]


def _finding_bar(finding: Finding, *, tone: str = "", current: bool = False) -> Bar:
    return Bar(
        float(finding.start),
        float(finding.end),
        str(finding.work or finding.subject or finding.get_kind_display()),
        reverse("findings:finding", args=[finding.pk]),
        tone or look("finding", finding.kind)[0],
        finding.plain,
        current=current,
    )


def findings_timeline(
    duration: float, findings: Sequence[Finding], *, dismissed: Container, quieted: Iterable[Bar], current: Finding
) -> Timeline | None:
    """Every finding of an audit along its film, what was dismissed in a lane of its own; ``None`` for pictures.

    ``dismissed`` holds the keys of the findings that were dismissed, ``quieted`` what an earlier dismissal kept quiet.
    """
    if duration <= 0:
        return None
    standing = [
        (f.merely_alike, _finding_bar(f, current=f.pk == current.pk)) for f in findings if f.pk not in dismissed
    ]
    here, told = ([bar for alike, bar in standing if alike is which] for which in (False, True))
    aside = [_finding_bar(f, tone="shot", current=f.pk == current.pk) for f in findings if f.pk in dismissed]
    aside += quieted
    lanes = [Lane(_("Findings"), tuple(here), _("nothing that stands"))]
    lanes += [Lane(_("Resembles"), tuple(told))] if told else []
    lanes += [Lane(_("Dismissed"), tuple(aside))] if aside else []
    return timeline(duration, lanes)


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
    return timeline(float(cut.duration), [Lane(_("Shots"), shots), *_findings_lanes(findings)])


def import_timeline(imported: ImportedMedia, findings: Sequence[Finding]) -> Timeline | None:
    """The findings of an imported film; ``None`` for pictures."""
    duration = float(imported.asset.probe.get("duration") or 0)
    return timeline(duration, _findings_lanes(findings)) if duration > 0 else None
