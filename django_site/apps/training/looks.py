"""Which look a production's previsualisation has: plain, one that comes with us, or one that the studio trained."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from auditor.media.types import Cancelled, never_cancelled
from django_site import wiring
from django_site.apps.training.models import ModelKind, ModelState, TrainedModel
from django_site.apps.training.standing import models_barred
from django_site.errors import InputError, WrongStateError
from generator.backends.model import ModelCard, VideoBackend
from generator.errors import ModelError

logger = logging.getLogger(__name__)

if TYPE_CHECKING:
    from django_site.apps.accounts.models import User
    from django_site.apps.productions.models import GenerationRecord, Production


class LookUnusableError(WrongStateError):
    """A look whose files are gone or are not those that were published. Where they lie is for the log, not for the page."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the look {name} can't be used: its files are not those that were published; choose another look for the "
            "production, or plain previsualisation"
        )


def _opened(folder: Path, name: str) -> VideoBackend:
    try:
        return wiring.look_backend(folder)
    except ModelError as error:
        logger.warning("the look %s can't be opened: %s", name, error)
        raise LookUnusableError(name) from error


def run_folder(run_id: object) -> Path:
    """Where a training lies: its checkpoints, samples and, in ``model``, what came of it."""
    return Path(settings.TRAINING_ROOT) / str(run_id)


def model_folder(model: TrainedModel) -> Path:
    """The bundle of a model that the studio trained."""
    return run_folder(model.run_id) / "model"


def looks_shipped() -> Mapping[str, Path]:
    """The looks that come with us, by name."""
    from generator.backends.looks import shipped_looks

    return shipped_looks()


def backend_planned(production: "Production | None" = None) -> VideoBackend:
    """What renders takes of this production today. Raises ``LookUnusableError`` where its look can't be opened, and
    ``WrongStateError`` where looks can't be used here."""
    if production is None or not (production.look or production.look_model_id):
        return wiring.video_backend()
    if settings.VIDEO_MODEL:
        raise WrongStateError(
            f"a look draws over previsualisation, and this studio renders with {settings.VIDEO_MODEL.partition(':')[0]}; "
            "take the look away from the production"
        )
    return _opened(_folder(production), look_title(production))


def _folder(production: "Production") -> Path:
    if production.look_model is not None:
        return model_folder(production.look_model)
    shipped = looks_shipped()
    if production.look not in shipped:
        raise ModelError(
            f"the look '{production.look}' does not come with this version; choose another for the production"
        )
    return shipped[production.look]


def backend_recorded(record: "GenerationRecord") -> VideoBackend:
    """What renders a take that was planned thus, whatever look its production has by now. Raises
    ``LookUnusableError`` where its look can't be opened."""
    if record.trained_model is not None:
        return _opened(model_folder(record.trained_model), str(record.trained_model))
    name = record.model_name.partition("-look-")[2]
    shipped = looks_shipped() if name else {}
    return _opened(shipped[name], name) if name in shipped else wiring.video_backend()


def card_planned(production: "Production | None" = None) -> ModelCard:
    """The card of what renders takes of this production today."""
    return backend_planned(production).card


def take_realism(backend: VideoBackend, path: Path, *, cancelled: Cancelled = never_cancelled) -> float | None:
    """What the critic that learned beside a take's look says of it: the higher, the more like its works, without bounds or
    units. It counts nothing. ``None`` for takes without a look, or whose look came without its critic."""
    from generator.backends.looks import LookBackend

    if not isinstance(backend, LookBackend) or not (backend.look.folder / "critic.onnx").is_file():
        return None
    from generator.training.critic import Critic

    return Critic(backend.look.folder).take(path, cancelled=cancelled)


@dataclass(frozen=True, slots=True)
class LookOffer:
    """A look that a production may have. ``value`` is what the form sends; ``barred`` says why it can't be chosen."""

    value: str
    title: str
    about: str
    model: TrainedModel | None = None
    barred: str = ""
    chosen: bool = False


def looks_of(production: "Production") -> QuerySet[TrainedModel]:
    """Looks of the organisation that may serve this production: those that all share, and its own."""
    return TrainedModel.objects.filter(
        Q(run__shared=True) | Q(run__production=production),
        organisation=production.organisation_id,
        run__kind=ModelKind.LOOK,
    ).select_related("run")


def looks_offered(production: "Production") -> list[LookOffer]:
    """All of them, plain previsualisation first, each with why it can't be chosen where it can't."""
    from django.utils.translation import gettext as _

    elsewhere = (
        _("This studio renders with a video model, which a look can't draw over.") if settings.VIDEO_MODEL else ""
    )
    offers = [LookOffer("", _("Plain previsualisation"), _("What the renderer draws, as it is."))]
    for name, folder in looks_shipped().items():
        offers.append(
            LookOffer(f"shipped:{name}", name.replace("-", " ").capitalize(), _about(folder), barred=elsewhere)
        )
    own = list(looks_of(production).order_by("name", "-version"))
    barred = models_barred(model.pk for model in own)
    for model in own:
        offers.append(
            LookOffer(
                f"own:{model.pk}", str(model), _("Trained here"), model, barred=barred.get(model.pk, elsewhere)
            )
        )  # fmt: skip
    now = look_value(production)
    return [_marked(offer, offer.value == now) for offer in offers]


def _about(folder: Path) -> str:
    """What the card of a look says it is good at; empty where it can't be read."""
    from generator.models.family import load_card

    try:
        return load_card(folder / "card.yaml").good_at
    except ModelError:
        return ""


def _marked(offer: LookOffer, chosen: bool) -> LookOffer:
    return LookOffer(offer.value, offer.title, offer.about, offer.model, offer.barred, chosen)


def look_value(production: "Production") -> str:
    """What a production has now, as the form sends it."""
    if production.look_model_id:
        return f"own:{production.look_model_id}"
    return f"shipped:{production.look}" if production.look else ""


def look_title(production: "Production") -> str:
    """The look of a production by its name; empty for plain previsualisation."""
    if production.look_model is not None:
        return str(production.look_model)
    return production.look.replace("-", " ").capitalize()


@transaction.atomic
def look_choose(*, production: "Production", value: str, by: "User") -> "Production":
    """Give a production a look for the takes that are asked for from now on. Raises ``InputError`` for one that there is
    not and ``WrongStateError`` for one that may not be used."""
    from django_site.apps.accounts.permissions import require

    require(by, "productions.change", production)
    offer = next((one for one in looks_offered(production) if one.value == value), None)
    if offer is None:
        raise InputError("there is no such look here; choose one of the list")
    if offer.barred:
        raise WrongStateError(f"{offer.title} can't be chosen: {offer.barred}")
    chosen: dict[str, Any] = {"look": "", "look_model": offer.model}
    if value.startswith("shipped:"):
        chosen["look"] = value.removeprefix("shipped:")
    if offer.model is not None:  # flagged this very moment: whoever flags it holds the row
        held = TrainedModel.objects.select_for_update().filter(pk=offer.model.pk, state=ModelState.USABLE)
        if not held.exists():
            raise WrongStateError(f"{offer.title} was withdrawn just now; choose another look")
    for name, one in chosen.items():
        setattr(production, name, one)
    production.save(update_fields=list(chosen))
    return production
