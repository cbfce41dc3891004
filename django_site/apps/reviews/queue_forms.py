"""Forms of the queue: which part of it, and what is done to many cases at once."""

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.accounts.models import User
from django_site.apps.productions.models import Production
from django_site.apps.reviews.models import CaseKind
from django_site.apps.reviews.models.queueing import RiskBand
from django_site.apps.reviews.selectors import TABS, QueueFilter, queue_choices
from django_site.apps.reviews.services.queueing import HOUSE_HOURS, MAX_HOURS

ANY = ("", _("Any"))
_LABELS = {
    "production": _("Production"),
    "kind": _("Question"),
    "outcome": _("Policies say"),
    "assignee": _("Who has it"),
    "area": _("Failed a rule on"),
    "band": _("Risk"),
}


class QueueFilterForm(forms.Form):
    """The queue's filters as they stand in the address. What can't be chosen is left out, never an error."""

    tab = forms.ChoiceField(choices=[(tab, tab) for tab in TABS], required=False, widget=forms.HiddenInput)
    late = forms.BooleanField(label=_("Late only"), required=False)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices = queue_choices(user)
        choices["area"] = [(area, area) for area in choices["area"]]
        for name, label in _LABELS.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=[ANY, *choices[name]], required=False)
        self.order_fields(["tab", *_LABELS, "late"])

    def chosen(self) -> QueueFilter:
        """What was chosen, as far as it can be."""
        self.is_valid()
        cleaned = self.cleaned_data
        fields = {name: cleaned[name] for name in (*_LABELS, "late") if cleaned.get(name)}
        return QueueFilter(cleaned.get("tab") or "all", fields)


def address_fields(chosen: QueueFilter) -> dict[str, str]:
    """The filter as fields of an address."""
    fields = {name: "on" if value is True else str(value) for name, value in chosen.fields.items()}
    return {"tab": chosen.tab, **fields}


class FilterNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)


class HandOverForm(forms.Form):
    """To whom, and why. Only those who may decide the case can be chosen."""

    to = forms.ModelChoiceField(label=_("To whom"), queryset=User.objects.none(), empty_label=None)
    note = forms.CharField(label=_("Note for them"), max_length=300, required=False)

    def __init__(self, *args, people, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people


class BulkForm(forms.Form):
    """What is done to each of the ticked cases."""

    ACTS = (("assign", _("Assign")), ("comment", _("Remark")), ("request_change", _("Request a change")))
    act = forms.ChoiceField(choices=ACTS, widget=forms.HiddenInput)
    to = forms.ModelChoiceField(label=_("To whom"), queryset=User.objects.none(), empty_label=None, required=False)
    note = forms.CharField(label=_("Note for them"), max_length=300, required=False)
    text = forms.CharField(label=_("Remark"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    _NEEDS = {"assign": "to", "comment": "text", "request_change": "reason"}

    def __init__(self, *args, act: str, people, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = people
        used = {"assign": ("to", "note"), "comment": ("text",), "request_change": ("reason",)}[act]
        for name in ("to", "note", "text", "reason"):
            if name not in used:
                del self.fields[name]
        self.fields[self._NEEDS[act]].required = True


class HoldForm(forms.Form):
    """A hold on a production."""

    production = forms.ModelChoiceField(label=_("Production"), queryset=Production.objects.none())
    matter = forms.CharField(
        label=_("Matter"), max_length=200, help_text=_("The court's or your own reference; or who threatens what.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, productions, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["production"].queryset = productions


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


class ServiceLevelForm(forms.Form):
    """Hours by kind and band; an empty field leaves it to the house."""

    def __init__(self, *args, levels, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        held = {(level.kind, level.band): level.hours for level in levels}
        for kind in CaseKind.values:
            for band, band_word in RiskBand.choices:
                self.fields[f"{kind}-{band}"] = forms.IntegerField(
                    label=band_word,
                    min_value=1,
                    max_value=MAX_HOURS,
                    required=False,
                    initial=held.get((kind, band)),
                    help_text=_("Hours. Empty: %(n)d, as the house has it.") % {"n": HOUSE_HOURS[CaseKind(kind)]},
                )

    def hours(self) -> dict[tuple[str, str], int | None]:
        return {
            (kind, band): self.cleaned_data[f"{kind}-{band}"] for kind in CaseKind.values for band in RiskBand.values
        }

    def rows(self) -> list[tuple[str, list]]:
        """The fields under the name of their kind."""
        return [(str(word), [self[f"{kind}-{band}"] for band in RiskBand.values]) for kind, word in CaseKind.choices]
