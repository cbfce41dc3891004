"""What producers and viewers type: a screening, an invitation, the way in."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.audience.asking import (
    group_questions_read,
    questions_read,
    reactions_read,
)
from django_site.apps.audience.models import Screening
from django_site.apps.audience.playing import cuts_playable
from django_site.apps.audience.services.screenings import (
    GREATEST_AGE,
    LEAST_AGE,
    MAX_LABEL,
    MAX_PURPOSE,
    MAX_RETENTION,
    MAX_TITLE,
    MAX_VIEWERS,
)
from django_site.apps.productions.forms import TerritoriesField
from django_site.apps.productions.models import Production
from django_site.errors import InputError
from django_site.pages.failures import sentence

#: Territories offered to viewers first come those of the screening; any other is written by its two letters.
_AT = re.compile(r"at\s+(?:(\d{1,3}):)?(\d{1,5}(?:\.\d{1,3})?)\s*s?")


def questions_typed(text: str) -> list[dict[str, Any]]:
    """Questions as a producer writes them, one a line: ``How tense was it? | scale | at 0:42``; the second part is
    ``scale``, ``text`` or choices with slashes between, the third a moment of the film or nothing for the end. Raises
    ``InputError`` naming the line."""
    read = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), start=1):
        parts = [part.strip() for part in line.split("|")]
        if not 2 <= len(parts) <= 3:
            raise InputError(f"line {number}: write the question, a bar, and scale, text or choices with slashes")
        at = None
        if len(parts) == 3:
            found = _AT.fullmatch(parts[2].lower())
            if found is None:
                raise InputError(f"line {number}: a moment is written at 0:42 or at 42, not {parts[2][:30]!r}")
            at = int(found[1] or 0) * 60 + float(found[2])
        kind = parts[1].lower()
        choices = [] if kind in ("scale", "text") else [one.strip() for one in parts[1].split("/")]
        read.append(
            {
                "id": f"q{number}",
                "text": parts[0],
                "kind": kind if kind in ("scale", "text") else "choice",
                "choices": choices,
                "at": at,
            }
        )
    return questions_read(read)


def group_questions_typed(text: str) -> list[dict[str, Any]]:
    """Questions about viewers, one a line: ``How old are you? | under 30 / 30 to 49 / 50 or older``."""
    read = []
    for number, line in enumerate((line for line in text.splitlines() if line.strip()), start=1):
        question, bar, choices = line.partition("|")
        if not bar:
            raise InputError(f"line {number}: write the question, a bar, and the choices with slashes between")
        read.append(
            {"id": f"g{number}", "text": question.strip(), "choices": [one.strip() for one in choices.split("/")]}
        )
    return group_questions_read(read)


class ScreeningForm(forms.Form):
    """A screening of one production."""

    title = forms.CharField(label=_("Title"), max_length=MAX_TITLE)
    purpose = forms.CharField(
        label=_("What you want to learn"),
        max_length=MAX_PURPOSE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Viewers read it before they agree to anything."),
    )
    cuts = forms.MultipleChoiceField(
        label=_("Cuts that are shown"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With several, each viewer is shown one of them at random, and they are compared."),
    )
    territories = TerritoriesField(
        label=_("Where it may be watched"),
        required=False,
        help_text=_("Codes such as DE, US; empty for everywhere. Viewers say where they are."),
    )
    closes_at = forms.DateTimeField(
        label=_("Closes"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("UTC. Empty: when you close it."),
    )
    retention_days = forms.IntegerField(
        label=_("Days until what is recorded is deleted"),
        min_value=1,
        max_value=MAX_RETENTION,
        initial=180,
        help_text=_("Counted from the end of the screening."),
    )
    minimum_age = forms.IntegerField(
        label=_("Recorded from the age of"),
        min_value=LEAST_AGE,
        max_value=GREATEST_AGE,
        initial=18,
        help_text=_("Nothing is recorded of anybody younger."),
    )
    minors_may_watch = forms.BooleanField(label=_("Younger people may watch, unrecorded"), required=False)
    reactions = forms.CharField(
        label=_("Buttons under the film"),
        required=False,
        initial="Laugh, Moved, Tense, Lost me",
        help_text=_("Up to eight short words, with commas between."),
    )
    questions = forms.CharField(
        label=_("Questions about the film"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "typed"}),
        initial="How did you like the film? | scale\nWhat would you cut? | text",
        help_text=_(
            "One a line: the question | scale, text, or choices with slashes | at 0:42 for a moment, else at the end."
        ),
    )
    group_questions = forms.CharField(
        label=_("What viewers may say of themselves"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "typed"}),
        help_text=_("One a line: How old are you? | under 30 / 30 to 49 / 50 or older. Answering is always voluntary."),
    )

    def __init__(self, *args: Any, production: Production, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # viewers' versions of a film are offered by their rules, or compared with it later
        cuts = cuts_playable().filter(production=production, variant__isnull=True).order_by("-version")
        self.fields["cuts"].choices = [(str(cut.pk), f"{cut.title}, {_('version')} {cut.version}") for cut in cuts]
        if self.fields["cuts"].choices:
            self.fields["cuts"].initial = [self.fields["cuts"].choices[0][0]]

    def _typed(self, name: str, read: Any) -> Any:
        try:
            return read(self.cleaned_data[name])
        except InputError as error:
            raise forms.ValidationError(sentence(error)) from None

    def clean_questions(self) -> Any:
        return self._typed("questions", questions_typed)

    def clean_group_questions(self) -> Any:
        return self._typed("group_questions", group_questions_typed)

    def clean_reactions(self) -> Any:
        return self._typed(
            "reactions", lambda text: reactions_read([one.strip() for one in text.split(",") if one.strip()])
        )


class InvitationForm(forms.Form):
    """Whom to let in."""

    label = forms.CharField(
        label=_("For whom"), max_length=MAX_LABEL, required=False, help_text=_("Such as: film club, test group 2.")
    )
    max_viewers = forms.IntegerField(label=_("How many people"), min_value=1, max_value=MAX_VIEWERS, initial=20)


class JoinForm(forms.Form):
    """What somebody says before they are let in."""

    territory = forms.CharField(
        label=_("Where you are"),
        max_length=2,
        min_length=2,
        widget=forms.TextInput(attrs={"autocomplete": "country", "list": "places", "size": 4}),
        help_text=_(
            "The two letters of your country, such as DE, GB or US: what you are told of the film follows its law."
        ),
    )
    of_age = forms.ChoiceField(label=_("Your age"), widget=forms.RadioSelect, choices=())

    def __init__(self, *args: Any, screening: Screening, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        age = screening.minimum_age
        self.fields["of_age"].choices = [
            ("yes", _("I am %(age)d or older") % {"age": age}),
            ("no", _("I am younger than %(age)d") % {"age": age}),
        ]

    def clean_territory(self) -> str:
        code = self.cleaned_data["territory"].upper()
        if not (code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("Write the two letters of your country, such as DE or US."))
        return code
