"""Amounts of work as people say them."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def span(seconds: float | None) -> str:
    """How long work takes, as exactly as a person needs to know: ``8 s``, ``4 min``, ``1 h 20 min``."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@register.filter
def energy(watt_hours: float | None) -> str:
    """``under 0.1 Wh``, ``3.4 Wh``, ``1.2 kWh``."""
    if watt_hours is None:
        return "–"
    if watt_hours < 0.1:
        return _("under 0.1 Wh")
    return f"{watt_hours / 1000:.1f} kWh" if watt_hours >= 1000 else f"{watt_hours:.1f} Wh"


@register.filter
def figure(score: dict, name: str) -> float:
    """One figure of a score, 0 to 1."""
    return float(score.get(name, 0.0))
