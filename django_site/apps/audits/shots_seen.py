"""Which shots are seen when, in whatever was audited: a take, a cut, or something made from a released film."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django_site.apps.audits.models import Audit, Finding
from django_site.apps.productions.models import CutItem, Shot, Take
from django_site.apps.provenance.models import Output


def shots_of(audit: Audit) -> tuple[Callable[[Finding], list[Shot]], list[Shot]]:
    """Which shots a finding's seconds belong to, as a function, and all shots of what was audited."""
    if audit.take_id is not None:
        shots = [audit.take.shot]
        return (lambda finding: shots), shots
    if audit.cut_id is not None:
        items = list(audit.cut.items.select_related("take__shot").order_by("position"))
        return (lambda finding: _shots_between(items, finding)), [item.take.shot for item in items]
    if audit.output_id is not None:
        items = _pieces_of(audit.output)
        return (lambda finding: _shots_between(items, finding)), [item.take.shot for item in items]
    return (lambda finding: []), []


def _pieces_of(output: Output) -> list[CutItem]:
    """The stretches of takes that a trailer shows, as the items of a cut of its own; not rows."""
    pieces = output.contents.get("pieces", [])
    takes = Take.objects.select_related("shot").in_bulk([piece["take"] for piece in pieces])
    return [
        CutItem(take=takes[UUID(piece["take"])], start=piece["start"], end=piece["end"])
        for piece in pieces
        if UUID(piece["take"]) in takes
    ]


def _shots_between(items: Sequence[CutItem], finding: Finding) -> list[Shot]:
    """The shots that the cut shows in a finding's seconds, edges that only touch left out."""
    edge = 0.2
    return [
        item.take.shot
        for item in items
        if item.start is not None
        and float(item.start) + edge < float(finding.end)
        and float(finding.start) + edge < float(item.end)
    ]
