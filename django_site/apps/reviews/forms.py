"""What reviewers say, always with a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.reviews.models import ActionKind, Privilege


class DecideForm(forms.Form):
    """One act on a case. ``finding`` is needed to dismiss one."""

    kind = forms.ChoiceField(choices=ActionKind.choices)
    finding = forms.UUIDField(required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the reason is part of the record.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == ActionKind.DISMISS_FINDING and not cleaned.get("finding"):
            self.add_error("finding", _("Choose the finding that does not matter."))
        return cleaned


class CommentForm(forms.Form):
    """A remark."""

    text = forms.CharField(label=_("Remark"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    privilege = forms.ChoiceField(
        label=_("Label"),
        choices=Privilege.choices,
        required=False,
        help_text=_(
            "A label keeps the remark for the legal side. It does not make it privileged: that depends on what it is and to "
            "whom it was said, and a court decides."
        ),
    )
    privileged = forms.BooleanField(
        label=_("For the legal side alone"), required=False, help_text=_("Producers do not see it.")
    )
