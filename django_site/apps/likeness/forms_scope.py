"""Every limit of a grant as a form, for those who offer one and for those who narrow what they gave."""

import re
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from django_site.apps.likeness.models import Modality
from django_site.apps.likeness.scope import ACTS, ANY, APPROVALS, POST_MORTEM, REPLICA_KINDS, check_scope, scope_of
from django_site.apps.productions.vocabulary import Alteration, ContentTopic, Medium, Use
from django_site.errors import InputError
from django_site.pages.failures import sentence

_TERRITORY = re.compile(r"\*|[A-Z]{2}(-[A-Z0-9]{1,3})?")
_LANGUAGE = re.compile(r"\*|[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
#: What a payment is for, in the order of the form.
_MONEY = {
    "scan": _("For the scan"),
    "per_render": _("For each take"),
    "per_release": _("For each film released"),
    "per_territory": _("For each territory of a release"),
    "per_second": _("For each second on screen"),
    "per_training": _("For each model trained"),
}


class CodesField(forms.CharField):
    """Codes separated by commas or spaces; ``*`` or the word for "any" means all of them. Empty is an error: a list
    that narrows must be written down."""

    def __init__(self, *, pattern: re.Pattern[str], upper: bool, wrong: str, **options: Any) -> None:
        self._pattern, self._upper, self._wrong = pattern, upper, wrong
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        words = (super().to_python(value) or "").replace(",", " ").split()
        if any(word.lower() in ("*", "any", "everywhere", "all") for word in words):
            return [ANY]
        return list(dict.fromkeys(word.upper() if self._upper else word for word in words))

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        wrong = [code for code in value if not self._pattern.fullmatch(code)]
        if wrong:
            raise forms.ValidationError(self._wrong, params={"code": wrong[0]}, code="unknown")


class NamesField(forms.CharField):
    """One name a line."""

    widget = forms.Textarea(attrs={"rows": 2})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return list(
            dict.fromkeys(line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip())
        )


def _capital(words: Any) -> list[tuple[str, Any]]:
    """Choices whose words stand in the middle of sentences elsewhere, as they begin one."""
    capital = lazy(lambda text: str(text)[:1].upper() + str(text)[1:], str)
    return [(value, capital(text)) for value, text in words.items()]


def _several(label: str, choices: Any, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **options)


class ScopeForm(forms.Form):
    """The limits. ``scope()`` is what ``scope.SCOPE_SCHEMA`` describes, nothing left to silence."""

    modalities = _several(_("What of the person"), Modality.choices)
    description = forms.CharField(
        label=_("For what, exactly"),
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "The role and what is shown. A clause that is not reasonably specific may be void (Cal. Lab. Code § 927)."
        ),
    )
    projects = _several(_("In which productions"), [])
    replica_kind = forms.ChoiceField(label=_("Kind of replica"), choices=_capital(REPLICA_KINDS))
    acts = _several(_("What may be done"), _capital(ACTS))
    uses = _several(_("Made as"), Use.choices)
    media = _several(_("Shown on"), [(ANY, _("Any medium")), *Medium.choices])
    territories = CodesField(
        pattern=_TERRITORY,
        upper=True,
        wrong=_("%(code)s is not a territory that we know; write codes such as US, DE or GB, or * for everywhere."),
        label=_("Where"),
        help_text=_("Codes such as US, DE, GB-SCT; * means everywhere."),
    )
    languages = CodesField(
        pattern=_LANGUAGE,
        upper=False,
        wrong=_("%(code)s is not a language that we know; write codes such as en, de or pt-BR, or * for any."),
        label=_("In which languages"),
        initial=[ANY],
        help_text=_("Codes such as en, de, pt-BR; * means any."),
    )
    starts = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    ends = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: no end date."),
    )
    exclusions = _several(_("Never"), ContentTopic.choices, required=False)
    alterations = _several(_("Changes that are allowed"), Alteration.choices, required=False)
    real_time = forms.BooleanField(label=_("Pictures or words may be made while people watch."), required=False)
    personalised = forms.BooleanField(
        label=_("They may be in versions of the film that viewers choose between."),
        required=False,
        help_text=_("A shorter one, one with another ending. People look at each version before anybody sees it."),
    )
    approval = forms.ChoiceField(label=_("Asking first"), choices=list(APPROVALS.items()))
    models = NamesField(label=_("Models"), initial=[ANY], help_text=_("One a line; * means any model."))
    sublicensees = NamesField(
        label=_("May be passed on to"), required=False, help_text=_("One a line; empty means nobody.")
    )
    strike_suspends = forms.BooleanField(
        label=_("It rests while the person's union is on strike."), required=False, initial=True
    )
    post_mortem = forms.ChoiceField(label=_("After death"), choices=list(POST_MORTEM.items()), initial="estate")
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), required=False, max_length=3, help_text=_("Three letters, such as USD or EUR."),
        error_messages={"invalid": _("Write three capital letters, such as USD or EUR.")},
    )  # fmt: skip
    residual_percent = forms.DecimalField(
        label=_("Share of receipts in %"), required=False, min_value=0, max_value=99, max_digits=6, decimal_places=4
    )
    residual_basis = forms.ChoiceField(
        label=_("Of"), required=False,
        choices=[("", "–"), ("gross_receipts", _("gross receipts")), ("net_receipts", _("net receipts"))],
    )  # fmt: skip
    represented_kind = forms.ChoiceField(
        label=_("Advised by"),
        required=False,
        choices=[("", _("nobody")), ("counsel", _("counsel")), ("union", _("a union"))],
    )
    represented_name = forms.CharField(label=_("Their name"), required=False, max_length=200)
    represented_agreement = forms.CharField(label=_("Under the agreement"), required=False, max_length=200)
    separately_signed = forms.BooleanField(
        label=_("It is signed apart from any other contract."), required=False, initial=True
    )
    governing_law = forms.CharField(label=_("Law"), required=False, max_length=200)

    #: Headings and the fields under each; what a person thinks about first stands first.
    GROUPS = (
        (_("What it is about"), ("modalities", "description", "projects", "replica_kind")),
        (_("Where and how it is shown"), ("uses", "media", "territories", "languages", "starts", "ends")),
        (
            _("What is never done, and what may be changed"),
            ("exclusions", "alterations", "acts", "real_time", "personalised", "approval"),
        ),
        (_("Money"), ("currency", *_MONEY, "residual_percent", "residual_basis")),
        (
            _("The rest"),
            ("models", "sublicensees", "strike_suspends", "post_mortem", "represented_kind", "represented_name",
             "represented_agreement", "separately_signed", "governing_law", "text"),
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, projects: dict[str, str], text: bool, starts: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["projects"].choices = list(projects.items())
        for name, label in _MONEY.items():
            self.fields[name] = forms.DecimalField(
                label=label, required=False, min_value=0, max_value=999_999_999, max_digits=11, decimal_places=2
            )
        if text:
            self.fields["text"] = forms.CharField(
                label=_("The legal text"),
                max_length=100_000,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 14}),
                help_text=_(
                    "Exactly as the person reads and signs it. The plain sentences beside it come from the limits above."
                ),
            )
        if not starts:
            del self.fields["starts"]

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Headings with bound fields."""
        return [(str(title), [self[name] for name in names if name in self.fields]) for title, names in self.GROUPS]

    def clean_description(self) -> str:
        return " ".join(self.cleaned_data["description"].split())

    def clean_text(self) -> str:
        """Line ends as a browser sends them become plain ones: the digest is over what the person sees."""
        text = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n").strip()
        if not text:
            raise forms.ValidationError(_now("Write the text that the person will read and sign."))
        return text

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        ends, starts = values.get("ends"), values.get("starts")
        if ends and ends <= timezone.localdate():
            self.add_error("ends", _now("This day is over or ends today; choose a later one, or leave it empty."))
        elif ends and starts and ends <= starts:
            self.add_error("ends", _now("The grant would end before it begins; choose a day after the first."))
        owed = [name for name in (*_MONEY, "residual_percent") if values.get(name) is not None]
        if owed and not values.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _now("Say in which currency the amounts are, such as USD or EUR."))
        if (values.get("residual_percent") is None) != (not values.get("residual_basis")):
            self.add_error("residual_basis", _now("A share needs both the percentage and what it is a share of."))
        if values.get("represented_kind") and not values.get("represented_name"):
            self.add_error("represented_name", _now("Name who advises."))
        if not self.errors:
            try:
                check_scope(self.scope())
            except InputError as error:
                self.add_error(None, sentence(error))
        return values

    def scope(self) -> dict[str, Any]:
        """The limits as the registry keeps them."""
        values = self.cleaned_data
        same = ("projects", "uses", "territories", "modalities", "replica_kind", "description", "acts", "exclusions",
                "languages", "alterations", "real_time", "personalised", "models", "sublicensees", "approval",
                "strike_suspends", "post_mortem", "separately_signed", "governing_law")  # fmt: skip
        scope: dict[str, Any] = {name: self._in_order(name, values[name]) for name in same}
        if "text" in self.initial and "personalised" not in self.initial and not scope["personalised"]:
            del scope["personalised"]  # a grant from before versions were asked about: its silence is a no
        scope["media"] = [ANY] if ANY in values["media"] else self._in_order("media", values["media"])
        money = {name: f"{values[name]:.2f}" for name in _MONEY if values.get(name) is not None}
        if values.get("residual_percent") is not None:
            before = self.initial.get("residual_percent")
            same_share = before is not None and Decimal(before) == values["residual_percent"]
            money["residual_percent"] = before if same_share else _plain_number(values["residual_percent"])
            money["residual_basis"] = values["residual_basis"]
        if money:
            scope["compensation"] = {"currency": values["currency"], **money}
        if values["represented_kind"]:
            adviser = {"kind": values["represented_kind"], "name": values["represented_name"].strip()}
            agreement = values["represented_agreement"].strip()
            scope["represented_by"] = {**adviser, "agreement": agreement} if agreement else adviser
        if values["represented_kind"] or self.initial.get("counsel_or_union"):
            scope["counsel_or_union"] = True
        return scope

    def _in_order(self, name: str, chosen: Any) -> Any:
        """A list in the order in which it stood before: an order that only the form changed is no change of terms."""
        before = self.initial.get(name)
        if not isinstance(chosen, list) or not isinstance(before, list):
            return chosen
        return [one for one in before if one in chosen] + [one for one in chosen if one not in before]

    def term(self) -> tuple[datetime | None, datetime | None]:
        """The first moment of the first day and the last second of the last, in UTC; ``None`` where it is open."""
        starts, ends = self.cleaned_data.get("starts"), self.cleaned_data.get("ends")
        return (
            datetime.combine(starts, time.min, UTC) if starts else None,
            datetime.combine(ends, time(23, 59, 59), UTC) if ends else None,
        )

    @staticmethod
    def initial_of(grant: Any) -> dict[str, Any]:
        """A grant's limits as the form's first values."""
        scope = scope_of(grant)
        money, adviser = scope.pop("compensation"), scope.pop("represented_by")
        if "personalised" not in grant.scope:
            del scope["personalised"]
        return {
            **scope,
            **money,
            "represented_kind": adviser.get("kind", ""),
            "represented_name": adviser.get("name", ""),
            "represented_agreement": adviser.get("agreement", ""),
            "starts": grant.starts.date(),
            "ends": grant.ends.date() if grant.ends else None,
            "text": grant.text,
        }


def _plain_number(number: Any) -> str:
    text = f"{number:.4f}".rstrip("0").rstrip(".")
    return text or "0"
