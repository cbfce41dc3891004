"""What producers type: briefs, screenplays, shots, files from outside."""

import re
from typing import Any, get_args

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.accounts.models import Organisation, Role, User
from django_site.apps.audits.models import UnknownFaceBasis
from django_site.apps.likeness.models import Subject
from django_site.apps.productions.models import Alteration, ContentTopic, Medium, Shot, Use
from generator.lexicon import Light, Mood, Weather
from generator.shots.camera import Move, Size

#: ISO 3166-1 alpha-2 codes, subdivisions such as US-CA, and the star for everywhere: what grants and licences name too.
_TERRITORY = re.compile(r"\*|[A-Z]{2}(-[A-Z0-9]{1,3})?")


#: BCP 47 language tags as grants write them.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


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


class LanguagesField(forms.CharField):
    """BCP 47 tags, separated by commas or spaces."""

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys((super().to_python(value) or "").replace(",", " ").split()))

    def validate(self, value: list[str]) -> None:
        super().validate(" ".join(value))
        wrong = [tag for tag in value if not _LANGUAGE.fullmatch(tag)]
        if wrong:
            raise forms.ValidationError(
                _("%(tag)s is not a language that we know; write tags such as en, de or pt-BR."),
                params={"tag": wrong[0]},
            )

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


class DeclaredForm(forms.Form):
    """How the film is meant to be seen and what it touches: what the grants of the people in it are compared with."""

    media = forms.MultipleChoiceField(
        label=_("Where it is meant to be seen"),
        choices=Medium.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Name at least one medium: grants say which they allow.")},
    )
    content = forms.MultipleChoiceField(
        label=_("What the whole film touches"),
        choices=ContentTopic.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("People may have ruled these out. What only one shot touches is said at that shot."),
    )
    languages = LanguagesField(
        label=_("Languages spoken in it"), help_text=_("Tags such as en, de, pt-BR, separated by commas.")
    )
    sublicensee = forms.CharField(
        label=_("Made for"),
        max_length=200,
        required=False,
        help_text=_("A company that will use it and is not yours: likenesses are passed on to them. Empty if nobody."),
    )
    real_time = forms.BooleanField(label=_("Pictures or words are made while the audience watches"), required=False)


class CastForm(forms.Form):
    """Who is in a shot, what it touches, what is done to likenesses in it."""

    said = forms.ChoiceField(
        label=_("Registered people in this shot"),
        choices=[
            ("unsaid", _("Not said yet")),
            ("nobody", _("Nobody: everyone in it is synthetic or not to be recognised")),
            ("these", _("These people:")),
        ],
        widget=forms.RadioSelect,
    )
    people = forms.ModelMultipleChoiceField(
        label=_("People whose grant names this production"),
        queryset=Subject.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    content = forms.MultipleChoiceField(
        label=_("What it touches"), choices=ContentTopic.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    alterations = forms.MultipleChoiceField(
        label=_("What is done to a likeness"),
        choices=Alteration.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, shot: Shot, people, **kwargs: Any) -> None:
        said = "unsaid" if shot.cast is None else "these" if shot.cast else "nobody"
        kwargs.setdefault(
            "initial",
            {"said": said, "people": shot.cast or [], "content": shot.content, "alterations": shot.alterations},
        )
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("said") == "these" and not cleaned.get("people"):
            self.add_error("people", _("Choose who is in it, or say that nobody is."))
        return cleaned

    @property
    def cast(self) -> list[Subject] | None:
        said = self.cleaned_data["said"]
        return None if said == "unsaid" else list(self.cleaned_data["people"]) if said == "these" else []


class ReferenceForm(forms.Form):
    """A picture that a shot is to be made after."""

    picture = forms.FileField(
        label=_("Reference picture"),
        max_length=255,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
        help_text=_("It is searched for registered faces. The gate decides whether the shot may be made after it."),
    )


class ClearForm(forms.Form):
    """On what ground an unknown person may be shown."""

    basis = forms.ChoiceField(label=_("Ground"), choices=UnknownFaceBasis.choices)
    note = forms.CharField(
        label=_("Where the paper is, or how you know"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
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
