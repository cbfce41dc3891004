"""Forms of allauth in our words."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class PasskeyForm(AddWebAuthnForm):
    """A passkey signs in alone unless somebody wants it beside the password."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What you call it")
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("It signs me in alone, without the password.")
        alone.help_text = _(
            "Your phone or computer asks for your face, your finger or its code. Without this the passkey is asked for "
            "after the password."
        )
