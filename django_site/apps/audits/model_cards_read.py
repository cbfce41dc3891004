"""Cards of models as a table: which may make a film that is shown there, as that, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditor.policy.territories import covers
from generator.models import CardComponent, FamilyCard, ModelRegistry, load_cards

USES: Mapping[str, object] = {
    "film": gettext_lazy("Film"),
    "series": gettext_lazy("Series"),
    "trailer": gettext_lazy("Trailer"),
    "advertising": gettext_lazy("Advertising"),
    "game": gettext_lazy("Game"),
}
TASKS: Mapping[str, object] = {
    "text-to-video": gettext_lazy("From words"),
    "image-to-video": gettext_lazy("From a picture"),
    "first-last-frame": gettext_lazy("From a first to a last frame"),
    "video-to-video": gettext_lazy("From a video"),
    "video-edit": gettext_lazy("Changes parts of a video"),
    "control": gettext_lazy("Led by depth or poses"),
    "references": gettext_lazy("Keeps references alike"),
    "performance-transfer": gettext_lazy("Carries a performance over"),
    "camera": gettext_lazy("Led by a camera path"),
    "sound": gettext_lazy("Makes sound as well"),
    "text-to-image": gettext_lazy("Storyboard pictures"),
}


class CardState(TextChoices):
    """Whether the licences of a model allow what was asked."""

    FREE = "free", gettext_lazy("Allowed")
    BOUND = "bound", gettext_lazy("Allowed on conditions")
    UNREAD = "unread", gettext_lazy("Not all checked")
    BARRED = "barred", gettext_lazy("Not allowed")


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card in the table. ``state`` is a ``CardState``: a licence that nobody has checked allows nothing. ``against`` says
    why, in sentences; ``added`` are the names under which weights of it were added here."""

    card: FamilyCard
    state: str
    against: tuple[str, ...]
    conditions: tuple[str, ...]
    tasks: tuple[str, ...]
    added: tuple[str, ...]


def model_rows(*, place: str = "", use: str = "", task: str = "") -> list[CardRow]:
    """All cards that do ``task``; free ones first. ``place`` is an ISO 3166 code, EU or *."""
    registry = ModelRegistry(settings.MODELS_ROOT)
    added: dict[str, list[str]] = {}
    for name in registry.names():
        added.setdefault(registry.get(name).card.id, []).append(name)
    rows = [
        _row(card, place, use, tuple(added.get(card.id, ())))
        for card in load_cards().values()
        if not task or task in card.tasks
    ]
    return sorted(rows, key=lambda row: (CardState.values.index(row.state), row.card.name))


def _row(card: FamilyCard, place: str, use: str, added: tuple[str, ...]) -> CardRow:
    against = [reason for part in card.components for reason in _against(part, place, use)]
    conditions = list(dict.fromkeys(said for part in card.components for said in _conditions(part)))
    unread = [part.name for part in card.components if part.terms is None]
    state = "barred" if against else "unread" if unread else "bound" if conditions else "free"
    against += [_("Nobody has checked the licence of the %(part)s.") % {"part": name} for name in unread]
    return CardRow(
        card, state, tuple(against), tuple(conditions), tuple(str(TASKS[task]) for task in card.tasks), added
    )


def _against(part: CardComponent, place: str, use: str) -> list[str]:
    terms, named = part.terms, {"part": part.name, "licence": part.licence}
    if terms is None:
        return []
    found = []
    if not terms.commercial_use:
        found.append(_("The licence of the %(part)s (%(licence)s) is not for commercial use as it stands.") % named)
    if place:
        left_out = [area for area in terms.excluded_territories if covers([area], [place]) or covers([place], [area])]
        if left_out:
            found.append(
                _("The licence of the %(part)s (%(licence)s) leaves out %(places)s.")
                % {**named, "places": ", ".join(left_out)}
            )
        elif not covers(terms.territories, [place]):
            found.append(_("The licence of the %(part)s (%(licence)s) does not run there.") % named)
    if use and use in terms.prohibited_uses:
        found.append(_("The licence of the %(part)s (%(licence)s) rules that use out.") % named)
    return found


def _conditions(part: CardComponent) -> list[str]:
    terms = part.terms
    if terms is None:
        return []
    found = []
    if terms.excluded_territories:
        found.append(_("Not in %(places)s.") % {"places": ", ".join(terms.excluded_territories)})
    if terms.revenue_ceiling is not None:
        found.append(
            _("Up to %(sum)s %(currency)s of revenue a year.")
            % {"sum": f"{terms.revenue_ceiling:,}", "currency": terms.revenue_currency}
        )
    if terms.users_ceiling is not None:
        found.append(_("Up to %(users)s users a month.") % {"users": f"{terms.users_ceiling:,}"})
    if terms.marking != "none":
        found.append(_("Marks of its making must stay."))
    if terms.attribution:
        found.append(_("It must be named with the film."))
    if not terms.outputs_train_others:
        found.append(_("What it makes may train no other model."))
    return found
