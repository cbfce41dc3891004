"""What a performer confirms, asks for and hands in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.likeness.models import ClaimKind, Modality, RepresentativeKind


def _reason(rows: int = 2, **options) -> forms.CharField:
    options.setdefault("label", _("Reason"))
    return forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": _("Say why, in a few words.")},
        **options,
    )


class SignForm(forms.Form):
    """Signing the exact text on the screen: its digests come back with the signature."""

    text_sha256 = forms.CharField(widget=forms.HiddenInput)
    shown_sha256 = forms.CharField(widget=forms.HiddenInput, required=False)
    read = forms.BooleanField(
        label=_("I have read this text, and I allow what it says."),
        error_messages={"required": _("Tick the box once you have read the text.")},
    )


class DeclineForm(forms.Form):
    """Saying no to an offer."""

    prefix = "decline"
    reason = _reason(help_text=_("Whoever offered it reads it."))


class StopForm(forms.Form):
    """Suspending or withdrawing a grant, with the reason that those who relied on it will read."""

    act = forms.ChoiceField(choices=[("suspend", _("Suspend")), ("withdraw", _("Withdraw"))])
    reason = _reason(help_text=_("Those who relied on the grant will read it."))


class WithdrawForm(forms.Form):
    """Withdrawing consent to measuring, of the face, the voice, or both."""

    modality = forms.ChoiceField(
        label=_("What is destroyed"),
        choices=[
            ("", _("Everything that is measured of me")),
            (Modality.FACE, _("My face")),
            (Modality.VOICE, _("My voice")),
        ],
        required=False,
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, required=False, help_text=_("You need not give one."))
    sure = forms.BooleanField(
        label=_("Yes, destroy these measurements for good."),
        error_messages={"required": _("Tick the box to confirm.")},
    )  # fmt: skip


class ReleaseForm(forms.Form):
    """Agreeing to be measured: the exact text and its digest."""

    modality = forms.ChoiceField(
        choices=[(Modality.FACE, _("Face")), (Modality.VOICE, _("Voice"))], widget=forms.HiddenInput
    )
    text_sha256 = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("I have read this, and I agree to be measured for this purpose alone."),
        error_messages={"required": _("Tick the box once you have read the text.")},
    )


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """One or more files, none of them empty."""

    widget = SeveralFiles

    def clean(self, data, initial=None):
        single = super().clean
        files = data if isinstance(data, list | tuple) else [data]
        return [single(one, initial) for one in files] if files else [single(None, initial)]


class MeasureForm(forms.Form):
    """Pictures or recordings to be measured."""

    modality = forms.ChoiceField(
        choices=[(Modality.FACE, _("Face")), (Modality.VOICE, _("Voice"))], widget=forms.HiddenInput
    )
    files = SeveralFilesField(label=_("Pictures"))
    reason = forms.CharField(
        label=_("What for"),
        max_length=300,
        initial=_("Finding uses that I did not allow"),
        help_text=_("It stands in the custody log of each file."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        voice = (self.data.get("modality") or self.initial.get("modality")) == Modality.VOICE
        field = self.fields["files"]
        field.label = _("Recordings") if voice else _("Pictures")
        field.help_text = (
            _("You alone, speaking for 5 seconds to 10 minutes, in a quiet room; several if you like.")
            if voice
            else _("You alone, in focus, from the front; two or three on different days are best.")
        )
        field.widget.attrs["accept"] = "audio/*,video/*" if voice else "image/*"


class ApprovalForm(forms.Form):
    """Answering a request for one use."""

    answer = forms.ChoiceField(choices=[("approve", _("Yes")), ("decline", _("No")), ("take_back", _("Take back"))])
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self):
        values = super().clean()
        if values.get("answer") in ("decline", "take_back") and not values.get("reason", "").strip():
            self.add_error("reason", _("Say why, in a few words: the producer reads it."))
        return values


class AskForm(forms.Form):
    """A producer asks a person for one use within their grant."""

    production = forms.ChoiceField(label=_("Production"))
    scene = forms.ChoiceField(
        label=_("Scene"), required=False, help_text=_("Leave it open to ask for the whole production.")
    )
    character = forms.CharField(label=_("Character"), max_length=200, required=False)
    description = forms.CharField(
        label=_("What they would be shown or heard doing"),
        max_length=2000,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In plain words, as you would tell them on the telephone."),
    )

    def __init__(self, *args, productions, scenes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["production"].choices = [(str(one.pk), one.title) for one in productions]
        self.fields["scene"].choices = [
            ("", _("The whole production")),
            *[(str(one.pk), one.heading) for one in scenes],
        ]


class ClaimWhatForm(forms.Form):
    """Step 1 of a claim."""

    kind = forms.ChoiceField(label=_("What is wrong?"), choices=ClaimKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In your own words"),
        min_length=10,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Say what is wrong, in a sentence."),
            "min_length": _("Say what is wrong, in a sentence."),
        },
    )


class ClaimWhichForm(forms.Form):
    """Step 2: what it is about."""

    about = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)

    def __init__(self, *args, things, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = things


class ClaimWantForm(forms.Form):
    """Step 3: what should happen."""

    wanted = forms.CharField(
        label=_("What do you want?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: take it out, pay what is due, correct the credits."),
    )
    stop = forms.BooleanField(label=_("Stop new uses under this grant while it is looked at."), required=False)


class ClaimAnswerForm(forms.Form):
    """The legal side answers."""

    outcome = forms.ChoiceField(
        label=_("The answer"),
        choices=[
            ("revoke", _("Upheld: the grant ends")),
            ("suspend", _("Upheld: the grant stays stopped until the person lets it go on")),
            ("reject", _("Rejected: it goes on as before")),
        ],
        widget=forms.RadioSelect,
    )
    answer = _reason(
        5,
        label=_("Reasons"),
        min_length=10,
        help_text=_("The person reads them. Say which facts and which terms you went by."),
    )


class RepresentativeForm(forms.Form):
    """Putting somebody forward to speak for a person."""

    who = forms.CharField(
        label=_("Their user name or e-mail address here"),
        max_length=254,
        help_text=_("They need an account first; the organisation makes one."),
    )
    kind = forms.ChoiceField(
        label=_("They speak as"), choices=RepresentativeKind.choices, initial=RepresentativeKind.AGENT
    )
    may_sign = forms.BooleanField(label=_("They may sign and change grants."), required=False)
    may_stop = forms.BooleanField(
        label=_("They may suspend and withdraw grants and raise claims."), required=False, initial=True
    )
    ends_on = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until it is ended."),
    )
    proof_kind = forms.CharField(
        label=_("What the proof is"),
        max_length=200,
        help_text=_("For example: power of attorney, court order, probate."),
    )
    proof = forms.FileField(
        label=_("The proof"),
        help_text=_("A PDF or a picture, up to 20 MB. The legal side reads it before the power begins."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )


class EndForm(forms.Form):
    """Ending somebody's power to speak for a person."""

    reason = forms.CharField(label=_("Why"), max_length=500, error_messages={"required": _("Say why, in a few words.")})
