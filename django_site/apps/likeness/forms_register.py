"""What the studio types about people whom it registers, and about strikes."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.accounts.models import Organisation, Role, User
from django_site.apps.likeness.models import LivingState


class RegisterForm(forms.Form):
    """A person whose likeness is to be protected."""

    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=200,
        help_text=_("What grants are signed with. Prompts that name it are stopped."),
    )
    stage_name = forms.CharField(label=_("Stage name"), max_length=200, required=False)
    aliases = forms.CharField(
        label=_("Other names"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line: nicknames, spellings, famous roles. Prompts that use one are stopped too."),
    )
    union = forms.CharField(
        label=_("Union"),
        max_length=100,
        required=False,
        help_text=_("Such as SAG-AFTRA: its members have 48 hours to think a grant over, and rest in its strikes."),
    )
    living = forms.ChoiceField(label=_("The person is"), choices=LivingState.choices, initial=LivingState.LIVING)
    of_age_on = forms.DateField(
        label=_("Comes of age on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("For minors: until then a guardian signs."),
    )
    died_on = forms.DateField(
        label=_("Died on"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("For the deceased: their estate signs."),
    )  # fmt: skip
    account = forms.CharField(
        label=_("Their account"),
        max_length=254,
        required=False,
        help_text=_(
            "Login or e-mail address with which they sign in, if they have one: they sign for themselves there."
        ),
    )

    def __init__(self, *args, organisations, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = list(organisations)
        if len(self.organisations) > 1:
            self.fields["organisation"] = forms.ModelChoiceField(
                label=_("Registered by"),
                queryset=Organisation.objects.filter(pk__in=[one.pk for one in self.organisations]),
            )

    def clean_aliases(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip()][:50]

    def clean_account(self) -> User | None:
        who = self.cleaned_data["account"].strip()
        if not who:
            return None
        user = User.objects.filter(Q(username__iexact=who) | Q(email__iexact=who), is_active=True).first()
        if user is None:
            raise forms.ValidationError(_("Nobody here signs in so; check it, or leave it empty for now."))
        if hasattr(user, "subject"):
            raise forms.ValidationError(_("This account belongs to somebody who is registered already."))
        return user

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("living") == LivingState.MINOR and not cleaned.get("of_age_on"):
            self.add_error("of_age_on", _("Say on which day the minor comes of age."))
        if cleaned.get("living") != LivingState.DECEASED and cleaned.get("died_on"):
            self.add_error("died_on", _("Only for somebody who has died."))
        return cleaned

    @property
    def organisation(self) -> Organisation:
        return self.cleaned_data.get("organisation") or self.organisations[0]


class IdentityForm(forms.Form):
    """How a person's identity was made sure of."""

    method = forms.CharField(
        label=_("How it was made sure of"),
        max_length=200,
        help_text=_("Such as: passport seen on a video call. Never the document or its number."),
    )


class DeathForm(forms.Form):
    """That a person has died."""

    died_on = forms.DateField(label=_("Died on"), widget=forms.DateInput(attrs={"type": "date"}))
    sure = forms.BooleanField(
        label=_("I have seen proof. Each grant goes as it says for this case."),
        error_messages={"required": _("Tick the box to confirm.")},
    )


class StrikeForm(forms.Form):
    """That a union strikes."""

    union = forms.CharField(label=_("Union"), max_length=100)
    reason = forms.CharField(
        label=_("Where it was announced"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Producers and performers read it."),
    )  # fmt: skip
    sure = forms.BooleanField(
        label=_("Suspend every grant of its members that rests in strikes, now."),
        error_messages={"required": _("Tick the box to confirm.")},
    )


#: Roles that register people.
REGISTERING = (Role.PRODUCER, Role.LEGAL_REVIEWER, Role.HEAD_OF_LEGAL)
