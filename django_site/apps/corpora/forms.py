"""What people type about works: a corpus that they bring, a file that takes another's place, why a work is taken out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auditor.text.reading import MAX_BYTES
from django_site.apps.accounts.models import REVIEWING_ROLES, Organisation, Role, User
from django_site.apps.corpora.imports import corpora_offered


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
