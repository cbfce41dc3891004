"""What is asked for on a case beyond yes and no: a change, or that failed checks are set aside."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.audits.models import Decision
from django_site.apps.audits.services.decisions import failed_checks
from django_site.apps.reviews.models import Case
from django_site.apps.reviews.services.overriding import DAYS, check_key, checks_overridable
from django_site.apps.reviews.services.requests import MAX_WORDS, check_word
from django_site.pages.failures import sentence
from django_site.pages.templatetags.ui import short_ids

#: Longest time that any policy allows, in days; which holds for the chosen checks is said when they are asked for.
MOST_DAYS = 90


def _reason(label: Any, said: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": said},
    )


class ChangeForm(forms.Form):
    """The failed checks whose remedies are asked for, ticked, and what else is."""

    checks = forms.MultipleChoiceField(
        label=_("What is to be mended"), required=False, widget=forms.CheckboxSelectMultiple
    )
    own_words = forms.CharField(
        label=_("Anything else to be changed"),
        required=False,
        max_length=MAX_WORDS,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    reason = _reason(_("Why it goes back"), _("Say why: the reason is part of the record."))

    def __init__(self, *args, case: Case, **options) -> None:
        super().__init__(*args, auto_id="change_%s", **options)
        failed = failed_checks(case.decision)
        self.fields["checks"].choices = [
            (check_word(check), f"{short_ids(sentence(check['remedy'] or check['plain']))} ({check['who_can_fix']})")
            for check in failed
        ]
        self.fields["checks"].initial = [check_word(check) for check in failed]
        if not failed:
            del self.fields["checks"]


class OverrideForm(forms.Form):
    """Which failed checks two others are asked to set aside, why, on what evidence, for how long."""

    checks = forms.MultipleChoiceField(
        label=_("What is to be set aside"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what is to be set aside.")},
    )
    reason = _reason(_("Why"), _("Say why: the reason is part of the record."))
    evidence = _reason(_("Evidence"), _("Say what supports it: a letter, a licence, a reference."))
    days = forms.IntegerField(label=_("For how many days"), min_value=1, max_value=MOST_DAYS, initial=DAYS)

    def __init__(self, *args, decision: Decision, **options) -> None:
        super().__init__(*args, **options)
        rows = checks_overridable(decision)
        self.keys = {check_word(check): check_key(check) for check, _why in rows}
        self.barred = [(check, why) for check, why in rows if why]
        self.fields["checks"].choices = [
            (check_word(check), f"{check['title']}: {sentence(check['plain'])}") for check, why in rows if not why
        ]
        self.fields["checks"].initial = [word for word, _label in self.fields["checks"].choices]
        self.fields["evidence"].help_text = _("A letter, a licence, a reference: what somebody finds in a year.")

    def chosen(self) -> list[tuple[str, int, str, str]]:
        return [self.keys[word] for word in self.cleaned_data["checks"]]
