"""Forms of the public page: what the makers say, a claim by anybody, the answer to it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_site.apps.audience.film_models import FilmClaimKind, FilmClaimOutcome


class PageForm(forms.Form):
    """What the makers say on the page."""

    synopsis = forms.CharField(
        label=gettext_lazy("What it is about"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    credits = forms.CharField(
        label=gettext_lazy("People who made it, a line each: what they did: name"),
        help_text=gettext_lazy("Name only who agreed to be named. Models are credited from the record."),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    licence = forms.CharField(
        label=gettext_lazy("Licence for the public (SPDX, such as CC-BY-4.0)"), required=False, max_length=64
    )
    terms = forms.CharField(
        label=gettext_lazy("Or terms of your own"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact = forms.CharField(label=gettext_lazy("Where the public reaches you"), required=False, max_length=200)


class ClaimForm(forms.Form):
    """What somebody claims about a released film."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What you claim"), choices=FilmClaimKind.choices, widget=forms.RadioSelect
    )
    about = forms.CharField(
        label=gettext_lazy("Which work or person it is about"),
        help_text=gettext_lazy("For example the title of the work, or the name of the person."),
        max_length=300,
    )
    link = forms.URLField(
        label=gettext_lazy("Where it can be seen"), required=False, max_length=500, assume_scheme="https"
    )
    start = forms.DecimalField(
        label=gettext_lazy("From second of the film"), required=False, min_value=0, max_digits=10, decimal_places=3
    )
    end = forms.DecimalField(
        label=gettext_lazy("To second"), required=False, min_value=0, max_digits=10, decimal_places=3
    )
    text = forms.CharField(
        label=gettext_lazy("What is wrong, and what you ask for"),
        min_length=20,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    capacity = forms.CharField(
        label=gettext_lazy("In what capacity (the person, an agent, the rights holder)"), required=False, max_length=200
    )
    good_faith = forms.BooleanField(
        label=gettext_lazy("I believe in good faith that what I say here is accurate and complete.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start is not None and end is not None and end <= start:
            self.add_error("end", _("It ends before it begins."))
        return cleaned


class AnswerForm(forms.Form):
    """The answer of the legal side."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=FilmClaimOutcome.choices)
    answer = forms.CharField(
        label=gettext_lazy("The answer, with its reasons: whoever raised the claim reads it"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
