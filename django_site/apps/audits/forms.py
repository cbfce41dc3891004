"""What a reviewer says of a finding: always with a reason."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why a finding is a false alarm, or why a dismissal is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the reason is part of the record.")},
    )
