"""Parts of a model, with what the licence of each asks, in a sentence; and what a rendering recorded of itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from auditor.policy.components import ComponentFact


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part as people read it."""

    name: str
    licence: str
    asks: str


def part_lines(components: Iterable[ComponentFact]) -> list[PartLine]:
    """A line a part, in the order of the card."""
    return [PartLine(part.name, part.licence or _("no licence named"), _asks(part)) for part in components]


def _asks(part: ComponentFact) -> str:
    if not part.terms_read:
        return _("nobody has read what it asks")
    asks = [_("commercial use allowed") if part.commercial_use else _("no commercial use")]
    if part.territories != ("*",):
        asks.append(_("only in %(places)s") % {"places": ", ".join(part.territories)})
    if part.excluded_territories:
        asks.append(_("not in %(places)s") % {"places": ", ".join(part.excluded_territories)})
    if part.revenue_ceiling is not None:
        limit = {"limit": f"{part.revenue_ceiling:,}", "currency": part.revenue_currency or ""}
        asks.append(_("below %(limit)s %(currency)s of yearly revenue") % limit)
    if part.users_ceiling is not None:
        asks.append(_("up to %(limit)s monthly users") % {"limit": f"{part.users_ceiling:,}"})
    if part.prohibited_uses:
        asks.append(_("not for %(uses)s") % {"uses": ", ".join(part.prohibited_uses)})
    if part.marking != "none":
        asks.append(_("marks of its making stay") if part.marking == "keep" else _("marked as made by a machine"))
    if part.attribution:
        asks.append(_("names %(whom)s") % {"whom": part.attribution})
    if not part.outputs_train_others:
        asks.append(_("no other model learns from what it makes"))
    if not part.fine_tuning:
        asks.append(_("not to be tuned"))
    return "; ".join(asks)


def rendering_lines(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a rendering recorded of itself, as a person reads it: a line a value, groups of values in one line."""
    return [
        (str(name).replace("_", " ").capitalize(), said)
        for name, value in record.items()
        if (said := _recorded(value)) != ""
    ]


def _recorded(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {said}" for name, one in value.items() if (said := _recorded(one)) != "")
    if isinstance(value, list | tuple):
        return "; ".join(said for one in value if (said := _recorded(one)) != "")
    return "" if value is None else str(value)
