"""What a reviewer says of a finding, always with a reason; and a policy on paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auditor.policy.document import MAX_BYTES
from django_site.apps.accounts.models import REVIEWING_ROLES, Organisation, User
from django_site.apps.audits.services.drafting import DAYS_BACK, MAX_DAYS_BACK


class ReasonForm(forms.Form):
    """Why a finding is a false alarm, or why a dismissal is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the reason is part of the record.")},
    )


class DraftForm(forms.Form):
    """One policy file, changed on paper."""

    organisation = forms.ModelChoiceField(
        label=_("Whose decisions"), queryset=Organisation.objects.none(), empty_label=None
    )
    file = forms.RegexField(
        r"^[a-z]{1,40}/[a-z0-9-]{1,50}\.yaml$",
        label=_("File"),
        max_length=100,
        help_text=_("AREA/NAME.yaml, as the policy is called; a new name is a new policy."),
        error_messages={"invalid": _("Write AREA/NAME.yaml in small letters, such as copyright/same-scene.yaml.")},
    )
    text = forms.CharField(
        label=_("The policy as it would be"),
        required=False,
        max_length=MAX_BYTES,
        strip=False,
        help_text=_(
            "Left empty, the policy is taken out. Nothing here comes into force: policies change in the repository."
        ),
        widget=forms.Textarea(attrs={"rows": 24, "class": "typed", "spellcheck": "false"}),
    )
    days_back = forms.IntegerField(
        label=_("Compare with the decisions of the last days"), min_value=1, max_value=MAX_DAYS_BACK, initial=DAYS_BACK
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        legal_for = user.memberships.filter(role__in=REVIEWING_ROLES).values("organisation")
        chosen = Organisation.objects.filter(pk__in=legal_for).order_by("name")
        self.fields["organisation"].queryset = chosen
        self.fields["organisation"].initial = chosen.first()
