"""May a model that the studio trained be used now? Asked by every gate, from rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Max

from django_site.apps.likeness.models import GrantState
from django_site.apps.training.models import ModelState, TrainedModel, TrainingPerson

if TYPE_CHECKING:
    from django_site.apps.corpora.models import Work


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in a sentence, what can be done about it, and by whom."""

    plain: str
    remedy: str
    who_can_fix: str


def models_barred(model_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Why models may not be used now, by id; one that may be is not in it.

    A flag is for good. The grant of somebody in the data that rests (suspended, disputed, run out) bars the model as long
    as it does.
    """
    wanted = {one for one in model_ids if one is not None}
    if not wanted:
        return {}
    flagged = TrainedModel.objects.filter(pk__in=wanted, state=ModelState.FLAGGED)
    barred = dict(flagged.values_list("pk", "flagged_because"))
    people = TrainingPerson.objects.filter(run__model__in=wanted - barred.keys()).select_related(
        "subject", "grant", "run__model"
    )
    newest = _newest_states({person.grant.grant for person in people if person.grant is not None})
    for person in people.order_by("created_at"):
        state = newest.get(person.grant.grant) if person.grant is not None else None
        if state != GrantState.ACTIVE:
            word = GrantState(state).label.lower() if state else "gone"
            barred.setdefault(
                person.run.model.pk,
                f"It learned from the {person.modality} of {person.subject}, whose grant is {word}.",
            )
    return barred


def _newest_states(grants: set[UUID]) -> dict[UUID, str]:
    """The state of the version that counts of each grant: the active one if there is one, else the newest."""
    from django_site.apps.likeness.models import ConsentGrant

    found: dict[UUID, str] = {}
    for grant, state in ConsentGrant.objects.filter(grant__in=grants).order_by("version").values_list("grant", "state"):
        if found.get(grant) != GrantState.ACTIVE:
            found[grant] = state
    return found


def model_barred(model: TrainedModel | None) -> str:
    """Why this model may not be used now; empty where it may be, or where there is none."""
    return "" if model is None else models_barred([model.pk]).get(model.pk, "")


def models_changed_at(model_ids: Iterable[UUID]) -> datetime | None:
    """When one of these models was last flagged."""
    flagged = TrainedModel.objects.filter(pk__in=list(model_ids))
    return flagged.aggregate(last=Max("flagged_at"))["last"]


def models_that_learned(work: "Work") -> list[TrainedModel]:
    """The models that learned from a work and may still be used, by name."""
    return list(TrainedModel.objects.filter(run__works__work=work, state=ModelState.USABLE).order_by("name", "version"))
