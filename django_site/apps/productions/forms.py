"""What producers type: briefs, screenplays, shots, files from outside."""

import re
from typing import Any, get_args

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.accounts.models import Organisation, Role, User
from django_site.apps.productions.models import Shot, Use
from generator.lexicon import Light, Mood, Weather
from generator.shots.camera import Move, Size

#: ISO 3166-1 alpha-2 codes, subdivisions such as US-CA, and the star for everywhere: what grants and licences name too.
_TERRITORY = re.compile(r"\*|[A-Z]{2}(-[A-Z0-9]{1,3})?")


class TerritoriesField(forms.CharField):
    """ISO 3166 codes, separated by commas or spaces; empty or ``*`` means everywhere."""

    def to_python(self, value: Any) -> list[str]:
        text = super().to_python(value) or "*"
        codes = [code.upper() for code in text.replace(",", " ").split()]
        return list(dict.fromkeys(codes)) or ["*"]

    def validate(self, value: list[str]) -> None:
        wrong = [code for code in value if not _TERRITORY.fullmatch(code)]
        if wrong:
            raise forms.ValidationError(
                _("%(code)s is not a territory that we know; write codes such as US, DE or GB, or leave it empty."),
                params={"code": wrong[0]},
            )


class ProductionForm(forms.Form):
    """A new production."""

    title = forms.CharField(label=_("Title"), max_length=200)
    brief = forms.CharField(
        label=_("Brief"),
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("A paragraph: who, where, what happens. The screenplay is written from it, and you can edit that."),
    )
    territories = TerritoriesField(
        label=_("Territories"),
        required=False,
        help_text=_("Where the film will be shown: codes such as US, DE, GB. Empty means everywhere."),
    )
    use = forms.ChoiceField(label=_("Made as"), choices=Use.choices, initial=Use.FILM)
    total_seconds = forms.FloatField(
        label=_("Length in seconds"), min_value=3, max_value=600, initial=12, help_text=_("All shots together.")
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**31,
        initial=1,
        help_text=_("The same brief and seed give the same film again."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        produces = user.memberships.filter(role=Role.PRODUCER).values("organisation")
        self.organisations = list(Organisation.objects.filter(pk__in=produces).order_by("name"))
        if len(self.organisations) > 1:
            self.fields["organisation"] = forms.ModelChoiceField(
                label=_("Organisation"), queryset=Organisation.objects.filter(pk__in=produces).order_by("name")
            )

    @property
    def chosen_organisation(self) -> Organisation:
        """The one that was chosen, or the only one; valid forms of people who produce somewhere have one."""
        return self.cleaned_data.get("organisation") or self.organisations[0]


class ScreenplayForm(forms.Form):
    """The Fountain text; line ends as a browser sends them become plain ones."""

    fountain = forms.CharField(
        label=_("Screenplay in Fountain"),
        strip=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "true", "class": "typed"}),
        help_text=_(
            "Scene headings begin with INT. or EXT.; a note such as [[shot: close-up, dolly in]] asks for a shot."
        ),
    )

    words_read = forms.BooleanField(
        label=_("I have read both and keep these words; a reviewer decides about them with the cut"), required=False
    )

    def clean_fountain(self) -> str:
        return self.cleaned_data["fountain"].replace("\r\n", "\n").replace("\r", "\n")


def _choices(literal: Any) -> list[tuple[str, str]]:
    return [(value, value.replace("_", " ").capitalize()) for value in get_args(literal)]


class ShotForm(forms.Form):
    """The fields of a shot that a person changes; the rest stays as it was planned."""

    description = forms.CharField(label=_("What is seen"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    prompt = forms.CharField(label=_("Prompt"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
    negative_prompt = forms.CharField(
        label=_("Not to be seen"), widget=forms.Textarea(attrs={"rows": 2}), max_length=4000, required=False
    )
    size = forms.ChoiceField(label=_("Framing"), choices=_choices(Size))
    move = forms.ChoiceField(label=_("Camera move"), choices=_choices(Move))
    lens_mm = forms.FloatField(label=_("Lens in mm"), min_value=10, max_value=200)
    duration = forms.FloatField(label=_("Seconds"), min_value=0.1, max_value=60)
    light = forms.ChoiceField(label=_("Light"), choices=_choices(Light))
    weather = forms.ChoiceField(label=_("Weather"), choices=_choices(Weather))
    mood = forms.ChoiceField(label=_("Mood"), choices=_choices(Mood))
    seed = forms.IntegerField(label=_("Seed"), min_value=0, max_value=2**63 - 1)

    def __init__(self, *args: Any, shot: Shot, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: shot.spec.get(name) for name in self.base_fields})
        super().__init__(*args, **kwargs)

    def changes(self) -> dict[str, Any]:
        """The fields that differ from the shot as it is."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class ImportForm(forms.Form):
    """A film or picture from outside."""

    file = forms.FileField(
        label=_("Film or picture"),
        max_length=255,
        help_text=_("MP4, MOV, MKV, WebM or a picture, up to 16 GB. It goes into quarantine and is checked first."),
        widget=forms.ClearableFileInput(attrs={"accept": "video/*,image/*"}),
    )
