"""The form in which a producer declares what rules ask of a whole production."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.productions.declarations import DECLARABLE, MAX_WORDS, Commissioner, Guild, Prize, ScriptBy
from django_site.apps.productions.models import Production

_UNSAID = ("", _("Not said yet"))
#: What belongs together on the page.
_GROUPS = (
    (_("Agreements and writers"), ("agreements", "guilds", "script_by", "writers_told")),
    (
        _("Performers made by a machine"),
        (
            "synthetic_justification",
            "synthetic_notice_on",
            "synthetic_performer_disclosed",
            "promotes_expressive_work",
        ),
    ),
    (
        _("Real people and history"),
        ("portrays_real_people", "portrayal_advice", "nonfiction", "imitates_archive", "archive_labelled"),
    ),
    (
        _("Credits, prizes, who it is for"),
        ("credits_complete", "submitted_to", "delivered_to", "approval_reference"),
    ),
    (_("Registration of copyright"), ("registered_us", "machine_parts_disclaimed")),
)


class DeclareMoreForm(forms.Form):
    """Every field may stay as it is: a rule that needs an answer asks for it, in the decision that it is about."""

    agreements = forms.ChoiceField(
        label=_("Collective agreements"),
        choices=[_UNSAID, ("none", _("It is made under none")), ("these", _("It is made under these:"))],
        widget=forms.RadioSelect,
        required=False,
    )
    guilds = forms.MultipleChoiceField(
        label=_("Guilds"), choices=Guild.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    script_by = forms.ChoiceField(label=_("Who wrote the screenplay"), choices=ScriptBy.choices, required=False)
    writers_told = forms.BooleanField(label=_("Its writers were told what a machine wrote"), required=False)
    synthetic_justification = forms.CharField(
        label=_("What synthetic performers add that people or their replicas could not"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    synthetic_notice_on = forms.DateField(
        label=_("The union was told of them on"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    promotes_expressive_work = forms.BooleanField(
        label=_("It only promotes a film, series or game, and shows its synthetic performers as that does"),
        required=False,
    )
    synthetic_performer_disclosed = forms.BooleanField(
        label=_("It says conspicuously that a synthetic performer is in it"), required=False
    )
    portrays_real_people = forms.ChoiceField(
        label=_("Does it portray real people?"),
        choices=[_UNSAID, ("no", _("No: everybody is invented")), ("yes", _("Yes"))],
        widget=forms.RadioSelect,
        required=False,
    )
    portrayal_advice = forms.CharField(
        label=_("Which lawyer read it for defamation and privacy, and when"),
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    nonfiction = forms.BooleanField(label=_("It is a documentary"), required=False)
    imitates_archive = forms.BooleanField(
        label=_("It shows generated pictures that look like a historical source"), required=False
    )
    archive_labelled = forms.BooleanField(label=_("Those are labelled where they are shown"), required=False)
    credits_complete = forms.BooleanField(
        label=_("Its credits name every work and model whose licence asks for it"), required=False
    )
    submitted_to = forms.MultipleChoiceField(
        label=_("It is entered for"), choices=Prize.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    delivered_to = forms.MultipleChoiceField(
        label=_("It was commissioned by"),
        choices=Commissioner.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    approval_reference = forms.CharField(
        label=_("Where their written approval is filed"), max_length=MAX_WORDS, required=False
    )
    registered_us = forms.BooleanField(label=_("It is to be registered with the U.S. Copyright Office"), required=False)
    machine_parts_disclaimed = forms.BooleanField(
        label=_("What machines made is disclaimed in the application"), required=False
    )

    def __init__(self, *args: Any, production: Production, **kwargs: Any) -> None:
        said = {**DECLARABLE, **production.declarations}
        guilds, portrays = said["guilds"], said["portrays_real_people"]
        kwargs.setdefault(
            "initial",
            {
                **said,
                "guilds": guilds or [],
                "agreements": "" if guilds is None else "these" if guilds else "none",
                "portrays_real_people": "" if portrays is None else "yes" if portrays else "no",
            },
        )
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("agreements") == "these" and not cleaned.get("guilds"):
            self.add_error("guilds", _("Choose the guilds, or say that it is made under none."))
        return cleaned

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in _GROUPS]

    @property
    def said(self) -> dict[str, Any]:
        """What a valid form declares, as ``production_declare_more`` takes it."""
        values = {name: self.cleaned_data[name] for name in DECLARABLE}
        day = self.cleaned_data["synthetic_notice_on"]
        return {
            **values,
            "guilds": {"": None, "none": []}.get(self.cleaned_data["agreements"], values["guilds"]),
            "portrays_real_people": {"": None, "no": False, "yes": True}[self.cleaned_data["portrays_real_people"]],
            "synthetic_notice_on": day.isoformat() if day else "",
        }
