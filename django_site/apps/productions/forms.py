"""What producers type: briefs, screenplays, shots, files from outside."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.accounts.models import Organisation, Role, User
from django_site.apps.audits.models import UnknownFaceBasis
from django_site.apps.likeness.models import Subject
from django_site.apps.productions.models import Shot
from django_site.apps.productions.services.briefs import Refused, refused_in
from django_site.apps.productions.vocabulary import Alteration, ContentTopic, Medium, Use
from django_site.pages.failures import sentence
from generator.errors import BriefError, GeneratorError, ScreenplayError, SubjectError
from generator.narrative import structures
from generator.narrative.brief import MAX_CHARACTERS, looks_like_screenplay, read_brief
from generator.narrative.fdx import parse_fdx

#: ISO 3166-1 alpha-2 codes, subdivisions such as US-CA, and the star for everywhere: what grants and licences name too.
_TERRITORY = re.compile(r"\*|[A-Z]{2}(-[A-Z0-9]{1,3})?")


#: BCP 47 language tags as grants write them.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


#: A screenplay that is brought along: 200 pages are half of this, and as Final Draft's XML as much.
MAX_SCREENPLAY_BYTES = 2_000_000


def fountain_of(content: bytes, name: str) -> str:
    """The Fountain text of a file that somebody brought. Raises ``ScreenplayError`` in a line that says what to do."""
    if len(content) > MAX_SCREENPLAY_BYTES:
        raise ScreenplayError("the file is larger than 2 MB; bring one screenplay, without pictures")
    if name.lower().endswith(".fdx") or content.lstrip()[:5] == b"<?xml":
        return parse_fdx(content).to_fountain()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScreenplayError("the file is no text in UTF-8; export Fountain, Final Draft or plain text") from None
    if "\x00" in text:
        raise ScreenplayError("the file is no text; export Fountain, Final Draft or plain text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
        error_messages={
            "required": _(
                "Say in a sentence or two who, where and what happens, for example: a lighthouse keeper finds a letter on "
                "the shore at dusk."
            )
        },
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
    structure = forms.ChoiceField(
        label=_("Told as"),
        choices=lambda: [(one.id, one.name) for one in structures().values()],
        initial="three-act",
        required=False,
        help_text=_("The structure of the story. You can edit the screenplay afterwards."),
    )
    scenes = forms.IntegerField(
        label=_("Scenes"),
        min_value=1,
        max_value=24,
        required=False,
        help_text=_("Empty: as many as the length wants."),
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
        #: Whom the brief asks for and may not, and whether it is too long for one: what the page offers choices for.
        self.refused: list[Refused] = []
        self.too_long, self.scenes_in_it = False, 0
        produces = user.memberships.filter(role=Role.PRODUCER).values("organisation")
        self.organisations = list(Organisation.objects.filter(pk__in=produces).order_by("name"))
        if len(self.organisations) > 1:
            self.fields["organisation"] = forms.ModelChoiceField(
                label=_("Organisation"), queryset=Organisation.objects.filter(pk__in=produces).order_by("name")
            )

    def clean_brief(self) -> str:
        brief = self.cleaned_data["brief"].replace("\r\n", "\n")
        try:
            read_brief(brief)
        except SubjectError as error:
            self.refused = refused_in(error.refusals)
            if "keep" not in self.data:
                names = ", ".join(dict.fromkeys(one.found for one in error.refusals))
                raise forms.ValidationError(
                    _("The brief asks for %(names)s. Choose what it shall say instead, or how you may."),
                    params={"names": names},
                ) from None
        except BriefError as error:
            self.too_long = len(brief) > MAX_CHARACTERS
            self.scenes_in_it = looks_like_screenplay(brief) if self.too_long else 0
            raise forms.ValidationError(sentence(error)) from None
        return brief

    def clean_structure(self) -> str:
        return self.cleaned_data["structure"] or "three-act"

    @property
    def values(self) -> dict[str, Any]:
        """What a production is begun with, beside its brief."""
        return {name: self.cleaned_data[name] for name in ("title", "territories", "use", "seed", "total_seconds")}

    @property
    def chosen_organisation(self) -> Organisation:
        """The one that was chosen, or the only one; valid forms of people who produce somewhere have one."""
        return self.cleaned_data.get("organisation") or self.organisations[0]


class ScreenplayForm(forms.Form):
    """The Fountain text; line ends as a browser sends them become plain ones."""

    fountain = forms.CharField(
        label=_("Screenplay in Fountain"),
        strip=False,
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "true", "class": "typed"}),
        help_text=_(
            "Scene headings begin with INT. or EXT.; a note such as [[shot: close-up, dolly in]] asks for a shot."
        ),
    )

    file = forms.FileField(
        label=_("Or bring one along"),
        required=False,
        max_length=255,
        help_text=_("Fountain, Final Draft (.fdx) or plain text; it takes the place of the text above."),
        widget=forms.ClearableFileInput(attrs={"accept": ".fountain,.fdx,.txt,.spmd"}),
    )
    words_read = forms.BooleanField(
        label=_("I have read both and keep these words; a reviewer decides about them with the cut"), required=False
    )

    def clean_fountain(self) -> str:
        return self.cleaned_data["fountain"].replace("\r\n", "\n").replace("\r", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        brought = cleaned.get("file")
        if brought is not None:
            try:
                cleaned["fountain"] = fountain_of(brought.read(MAX_SCREENPLAY_BYTES + 1), brought.name)
            except GeneratorError as error:
                self.add_error("file", sentence(error))
        elif "fountain" in cleaned and not cleaned["fountain"].strip():
            self.add_error("fountain", _("There is no text; type a scene, or bring a file along."))
        return cleaned


class ImportForm(forms.Form):
    """A film or picture from outside."""

    file = forms.FileField(
        label=_("Film or picture"),
        max_length=255,
        help_text=_("MP4, MOV, MKV, WebM or a picture, up to 16 GB. It goes into quarantine and is checked first."),
        widget=forms.ClearableFileInput(attrs={"accept": "video/*,image/*"}),
    )
