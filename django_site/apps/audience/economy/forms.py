"""Forms of the economy: the assumptions with their trades, and entries by hand."""

from dataclasses import fields
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_site.apps.audience.economy_models import CostKind
from django_site.errors import InputError
from generator.audience.economy import DONE_BY, MAX_ROLES, PER, Assumptions, Role
from generator.errors import EconomyError

#: What each assumption is called, in the order of the form, with its unit.
WORDS = {
    "currency": gettext_lazy("Currency (ISO 4217)"),
    "machine_hour": gettext_lazy("An hour of a machine, in money"),
    "kilowatt_hour": gettext_lazy("A kilowatt-hour, in money"),
    "grams_a_kilowatt_hour": gettext_lazy("Grams of CO₂e a kilowatt-hour (empty: not known)"),
    "work_hour": gettext_lazy("An hour of a person's work here, in money"),
    "hours_a_day": gettext_lazy("Hours of a working day"),
    "session_gap": gettext_lazy("Minutes without an act that end a stretch of work"),
    "session_lead": gettext_lazy("Minutes of work before a stretch's first act"),
    "pages_a_minute": gettext_lazy("Pages of screenplay for a minute of film"),
    "pages_a_day": gettext_lazy("Pages shot on a day"),
    "preparation_days_a_shooting_day": gettext_lazy("Days of preparation for a shooting day"),
    "editing_days_a_minute": gettext_lazy("Editing days for a minute of film"),
    "other_costs_a_shooting_day": gettext_lazy("Other costs of a shooting day (places, equipment, catering), in money"),
}
DONE_WORDS = {
    "people": gettext_lazy("people"),
    "machine": gettext_lazy("the machine"),
    "nobody": gettext_lazy("not needed"),
}
PER_WORDS = {
    "page": gettext_lazy("page"),
    "shooting day": gettext_lazy("shooting day"),
    "preparation day": gettext_lazy("day of preparation"),
    "editing day": gettext_lazy("editing day"),
    "film": gettext_lazy("film"),
}
_ROLE_FIELDS = tuple(one.name for one in fields(Role) if one.name != "id")


class AssumptionsForm(forms.Form):
    """The figures; the trades stand in a table of their own (``roles_sent``)."""

    def __init__(self, *args: Any, held: Assumptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, word in WORDS.items():
            value = getattr(held, name)
            if name == "currency":
                field: forms.Field = forms.CharField(label=word, max_length=3, min_length=3)
            else:
                field = forms.FloatField(label=word, min_value=0, required=name != "grams_a_kilowatt_hour")
                field.widget.attrs["step"] = "any"
            field.initial = value
            self.fields[name] = field
        self.fields["note"] = forms.CharField(
            label=_("Where these figures come from"),
            required=False,
            max_length=2000,
            initial=held.note,
            widget=forms.Textarea(attrs={"rows": 3}),
        )


def roles_sent(data: QueryDict) -> tuple[Role, ...]:
    """The trades as they were sent: a row without a title is left out. Raises ``InputError`` for what is no number."""
    rows = []
    for place in range(MAX_ROLES + 1):
        title = data.get(f"role-{place}-title", "").strip()
        if not title:
            continue
        sent = {name: data.get(f"role-{place}-{name}", "").strip() for name in _ROLE_FIELDS}
        people = sent["people"]
        rows.append(
            Role(
                id=data.get(f"role-{place}-id", "").strip()[:40] or f"trade-{place}",
                title=title,
                people="speaking" if people == "speaking" else _number(people, _("people of %s") % title),
                days=_number(sent["days"], _("days of %s") % title),
                per=sent["per"],  # type: ignore[arg-type]  # read strictly where assumptions are made
                day_rate=_number(sent["day_rate"], _("day rate of %s") % title),
                done_by=sent["done_by"],  # type: ignore[arg-type]
            )
        )
    return tuple(rows)


def _number(value: str, what: str) -> float:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        raise InputError(f"{what}: {value[:20]!r} is no number") from None


def assumptions_sent(form: AssumptionsForm, data: QueryDict) -> Assumptions:
    """The assumptions that a valid form and its table say. Raises ``InputError`` naming the first that can't be."""
    values = {name: form.cleaned_data[name] for name in WORDS}
    values["currency"] = values["currency"].upper()
    try:
        return Assumptions(**values, note=form.cleaned_data["note"].replace("\r\n", "\n"), roles=roles_sent(data))
    except EconomyError as error:
        raise InputError(str(error)) from error


def role_rows(assumed: Assumptions) -> list[dict[str, Any]]:
    """The trades for the form's table, and one empty row for another."""
    rows = [{"place": place, "role": role} for place, role in enumerate(assumed.roles)]
    return [*rows, {"place": len(rows), "role": None}] if len(rows) < MAX_ROLES else rows


PER_CHOICES = [(value, PER_WORDS[value]) for value in PER]
DONE_CHOICES = [(value, DONE_WORDS[value]) for value in DONE_BY]


class CostForm(forms.Form):
    """Hours that somebody worked, or money that was spent."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=CostKind.choices)
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    what = forms.CharField(label=gettext_lazy("For what"), max_length=300)
    person = forms.CharField(label=gettext_lazy("Who (for hours)"), max_length=200, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Trade (for hours)"), required=False)
    hours = forms.DecimalField(label=gettext_lazy("Hours"), max_digits=7, decimal_places=2, min_value=0, required=False)
    amount = forms.DecimalField(
        label=gettext_lazy("Paid"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$",
        label=gettext_lazy("Currency"),
        required=False,
        error_messages={"invalid": gettext_lazy("Write its three capital letters, such as EUR.")},
    )

    def __init__(self, *args: Any, assumed: Assumptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("None of them")), *((one.id, one.title) for one in assumed.roles)]
        self.fields["currency"].initial = assumed.currency
        self.fields["day"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("amount") is not None and not cleaned.get("currency"):
            self.add_error("currency", _("Say in which currency it was paid."))
        return cleaned
