"""Overrides that others rest on: a film is cut of takes, some of which people may have let through."""

from django_site.apps.audits.models import Decision
from django_site.apps.reviews.models import Override, OverrideState


def relied_on(decision: Decision) -> list[Override]:
    """The overrides in force of takes in the cut that was decided: without them it could not have been cut."""
    if decision.cut is None:
        return []
    takes = decision.cut.items.values("take")
    rows = Override.objects.filter(decision__take__in=takes, decision__point="take", state=OverrideState.IN_FORCE)
    return list(rows.select_related("decision__take__shot").order_by("created_at"))


def relying_on(override: Override) -> list[Override]:
    """Overrides, asked for or in force, of cuts that the override's take stands in."""
    if override.decision.take_id is None:
        return []
    rows = Override.objects.filter(
        decision__cut__items__take=override.decision.take_id,
        state__in=[OverrideState.REQUESTED, OverrideState.IN_FORCE],
    )
    return list(rows.select_related("case__production", "decision", "requested_by").distinct())
