"""What a performer confirms."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SignForm(forms.Form):
    """Signing the exact text on the screen: its digest comes back with the signature."""

    text_sha256 = forms.CharField(widget=forms.HiddenInput)
    read = forms.BooleanField(
        label=_("I have read this text, and I allow what it says."),
        error_messages={"required": _("Tick the box once you have read the text.")},
    )


class StopForm(forms.Form):
    """Suspending or withdrawing a grant, with the reason that those who relied on it will read."""

    act = forms.ChoiceField(choices=[("suspend", _("Suspend")), ("withdraw", _("Withdraw"))])
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Those who relied on the grant will read it."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class WithdrawForm(forms.Form):
    """Withdrawing consent to measuring."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, required=False)
    sure = forms.BooleanField(
        label=_("Yes, destroy the measurements of my face."),
        error_messages={"required": _("Tick the box to confirm.")},
    )
