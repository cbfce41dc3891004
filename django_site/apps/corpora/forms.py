"""What people type about works: a corpus that they bring, a file that takes another's place, why a work is taken out."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from auditor.text.reading import MAX_BYTES
from django_site.apps.accounts.models import REVIEWING_ROLES, Organisation, Role, User
from django_site.apps.corpora.imports import corpora_offered
from django_site.apps.corpora.models import Act
from django_site.apps.productions.forms import TerritoriesField


class CorpusForm(forms.Form):
    """An archive, or a folder that lies ready on the server; and whose the works are."""

    archive = forms.FileField(
        label=_("Archive"),
        required=False,
        max_length=255,
        help_text=_("A .zip or a .tar (.gz, .bz2, .xz) of films and pictures, up to 16 GB."),
        widget=forms.FileInput(attrs={"accept": ".zip,.tar,.tgz,.tbz2,.txz,.gz,.bz2,.xz"}),
    )
    table = forms.FileField(
        label=_("Table of licences"),
        required=False,
        max_length=255,
        help_text=_(
            "CSV or JSON with a row for each file: file, title, rights_holder, licence, acts, territories; work_id, ends "
            "and reservations (tdm) if you have them. Files that it does not list stay out."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.json"}),
    )
    rights_holder = forms.CharField(
        label=_("Rights holder"),
        required=False,
        max_length=300,
        help_text=_("Only without a table: every file becomes a work of theirs, without a licence."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        works_for = user.memberships.filter(role__in=[Role.PRODUCER, *REVIEWING_ROLES]).values("organisation")
        chosen = Organisation.objects.filter(pk__in=works_for).order_by("name")
        self.organisations = list(chosen)
        if len(self.organisations) > 1:
            self.fields["organisation"] = forms.ModelChoiceField(label=_("Organisation"), queryset=chosen)
        offered = sorted({name for organisation in self.organisations for name in corpora_offered(organisation)})
        if offered:
            self.fields["folder"] = forms.ChoiceField(
                label=_("Or what lies ready on the server"),
                required=False,
                choices=[("", "–"), *((name, name) for name in offered)],
            )
        self.order_fields(["organisation", "archive", "folder", "table", "rights_holder"])

    @property
    def chosen_organisation(self) -> Organisation:
        """The one that was chosen, or the only one."""
        return self.cleaned_data.get("organisation") or self.organisations[0]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "archive" in self.errors or "table" in self.errors:
            return values
        if values.get("archive") and values.get("folder"):
            self.add_error("folder", _("Give an archive or choose a folder, not both."))
        elif not values.get("archive") and not values.get("folder"):
            self.add_error("archive", _("Give an archive of the works."))
        if values.get("table") and values.get("rights_holder", "").strip():
            self.add_error("rights_holder", _("The table says whose the works are; leave this empty."))
        elif not values.get("table") and not values.get("rights_holder", "").strip():
            self.add_error("rights_holder", _("Say whose the works are, or bring a table that does."))
        return values


class ReplaceForm(forms.Form):
    """Another file for a work."""

    file = forms.FileField(
        label=_("New film or picture"),
        max_length=255,
        help_text=_("The files that stand for the work now stay until this one is read; then it alone stands for it."),
        widget=forms.FileInput(attrs={"accept": "video/*,image/*"}),
    )
    covered = forms.BooleanField(
        label=_("The licence of this work holds for the new file too"),
        error_messages={"required": _("Without a licence that covers it, register the file as a work of its own.")},
    )


class TakeOutForm(forms.Form):
    """Why nothing is compared with a work any more."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why: whoever looks for the work will read it.")},
    )


class ScriptForm(forms.Form):
    """A text of a work."""

    file = forms.FileField(
        label=_("Screenplay, subtitles or text"),
        max_length=255,
        help_text=_("Fountain, SubRip (.srt), WebVTT (.vtt) or plain text, up to 8 MB."),
        widget=forms.FileInput(attrs={"accept": ".fountain,.spmd,.srt,.vtt,.txt"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "script_%s")  # beside another form with a file
        super().__init__(*args, **kwargs)

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > MAX_BYTES:
            raise forms.ValidationError(_("It is larger than 8 MB, which no script is."))
        return given


class LicenceEndForm(forms.Form):
    """Why a licence ends before its term."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=3,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why: those who relied on the licence will read it.")},
    )

    def __init__(self, *args: Any, licence_id: object, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"end-{licence_id}-%s")  # a page has one for each licence in force
        super().__init__(*args, **kwargs)


class TermsForm(forms.Form):
    """New terms for a work: they take the place of the earlier ones for the acts that they name."""

    licence = forms.CharField(
        label=_("Licence"),
        max_length=10_000,
        help_text=_("An SPDX identifier such as CC-BY-4.0, or the terms in words."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    acts = forms.MultipleChoiceField(
        label=_("What it permits"), required=False, choices=Act.choices, widget=forms.CheckboxSelectMultiple
    )
    territories = TerritoriesField(
        label=_("Where"),
        required=False,
        help_text=_("Codes such as DE or US-CA with spaces between them; * or nothing for everywhere."),
    )
    ends = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: without end."),
    )
    tdm = forms.BooleanField(
        label=_("The owner has reserved text and data mining"),
        required=False,
        help_text=_("Models that learned from the work without knowing of it are used no more."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "terms_%s")
        super().__init__(*args, **kwargs)

    def clean_ends(self) -> Any:
        day = self.cleaned_data["ends"]
        if day is None:
            return None
        moment = datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)  # the day itself is still covered
        if moment <= timezone.now():
            raise forms.ValidationError(_("That day is over; give one to come, or leave it empty."))
        return moment

    @property
    def values(self) -> dict[str, Any]:
        """What ``licence_add`` takes."""
        said = self.cleaned_data
        try:
            named = {"spdx_id": str(canonicalize_license_expression(said["licence"].strip()))}
        except InvalidLicenseExpression:
            named = {"terms": said["licence"].strip()}
        return {
            **named, "acts": said["acts"], "territories": said["territories"], "ends": said["ends"],
            "reservations": ["tdm"] if said["tdm"] else [],
        }  # fmt: skip
