"""What people say about a training: its name, from what, how long."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.productions.models import Production
from django_site.apps.training.kinds import MAX_STEPS, TRAININGS
from django_site.apps.training.models import NAME_REGEX, ModelKind
from django_site.apps.training.offered import OfferedWork
from django_site.apps.training.selectors import OfferedPerson
from django_site.apps.training.services.planning import MAX_SEED

#: Frames of our own renderer that a look learns from beside the works: what a few minutes draw.
DRAWN = {"shots": 60, "frames_per_shot": 4, "width": 256, "height": 144}


class TrainingForm(forms.Form):
    """A training of one kind for one production. Works and people are tables of their own in the page."""

    name = forms.RegexField(
        NAME_REGEX,
        label=_("Name"),
        max_length=40,
        help_text=_("Small letters, figures and dashes. Takes that it makes carry this name, and grants may name it."),
        error_messages={"invalid": _("Write small letters, figures and dashes, such as harbour-dusk.")},
    )
    steps = forms.IntegerField(
        label=_("Steps"),
        min_value=1,
        max_value=MAX_STEPS,
        help_text=_("More steps learn more and take longer. You can pause and go on at any time."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=MAX_SEED,
        help_text=_("The same works, settings and seed make the same model on the same kind of machine."),
    )

    def __init__(
        self, *args: Any, production: Production, kind: str, bases: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        training = TRAININGS[kind]
        super().__init__(*args, initial={"steps": training.steps, "seed": production.seed}, **kwargs)
        if kind == ModelKind.LORA:
            self.fields["base"] = forms.ChoiceField(
                label=_("Model that it changes"),
                choices=[(name, name) for name in bases],
                help_text=_("Its licence must allow that it is fine-tuned."),
            )
        if training.drawn:
            self.fields["shots"] = forms.IntegerField(
                label=_("Shots of our own renderer"),
                min_value=1,
                max_value=2000,
                initial=DRAWN["shots"],
                help_text=_(
                    "A look learns what previsualisation looks like from shots drawn for it; nobody's work is in them."
                ),
            )

    @property
    def renders(self) -> dict[str, int] | None:
        """What is drawn for it."""
        return {**DRAWN, "shots": self.cleaned_data["shots"]} if "shots" in self.cleaned_data else None


def works_sent(data: Any, offered: list[OfferedWork]) -> list[UUID]:
    """The works that were ticked, or with ``all_works`` every one that may be learned from. What may not is never among
    them, whatever was sent; a work that became forbidden meanwhile is refused by the service with its reason."""
    sent = set(data.getlist("works"))
    everything = bool(data.get("all_works"))
    return [one.work.pk for one in offered if str(one.work.pk) in sent or (everything and one.allowed)]


def people_sent(data: Any, offered: list[OfferedPerson]) -> dict[UUID, list[str]]:
    """What of whom was ticked."""
    sent, found = set(data.getlist("people")), {}
    for one in offered:
        if one.value in sent:
            found.setdefault(one.subject.pk, []).append(one.modality)
    return found
