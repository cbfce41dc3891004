"""What is handed over on the timeline: timelines of other programs, sounds with their rights, voices."""

from django import forms
from django.utils.translation import gettext_lazy as _

from django_site.apps.productions.models import SoundBasis

#: Frame rates that lists are made at.
RATES = [
    ("24000/1001", "23.976"), ("24/1", "24"), ("25/1", "25"), ("30000/1001", "29.97"), ("30/1", "30"),
    ("50/1", "50"), ("60000/1001", "59.94"), ("60/1", "60"), ("12/1", "12"), ("6/1", "6"),
]  # fmt: skip


class TimelineForm(forms.Form):
    """A timeline from another editor, or captions."""

    file = forms.FileField(
        label=_("Timeline file"),
        max_length=255,
        help_text=_(
            "OTIO, EDL (CMX 3600) or FCPXML, up to 8 MB; it names clips, no media is read from it. Or captions alone, as "
            "WebVTT or SRT."
        ),
        error_messages={"empty": _("The file is empty; export the timeline again.")},
        widget=forms.ClearableFileInput(attrs={"accept": ".otio,.edl,.fcpxml,.vtt,.srt"}),
    )
    rate = forms.ChoiceField(
        label=_("Frames a second of an EDL"),
        required=False,
        choices=[("", _("It is no EDL, or one from here")), *RATES],
        help_text=_("An EDL has no place to say it."),
    )


class SoundForm(forms.Form):
    """A sound from outside, and why it may be in the film."""

    file = forms.FileField(
        label=_("Sound file"),
        max_length=255,
        help_text=_(
            "WAV, FLAC, MP3, M4A or Ogg, up to an hour and 2 GB. It goes into quarantine and is checked first."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": "audio/*"}),
    )
    title = forms.CharField(label=_("What it is"), max_length=200, help_text=_("As the cue sheet is to name it."))
    owner = forms.CharField(
        label=_("Who owns it"),
        max_length=200,
        help_text=_("Of the recording and of the music in it; name both where they differ."),
    )
    basis = forms.ChoiceField(label=_("Why it may be used"), choices=SoundBasis.choices)
    licence = forms.CharField(
        label=_("Which licence"),
        max_length=200,
        required=False,
        help_text=_("The contract and its date, or an open licence such as CC-BY-4.0."),
    )
    evidence = forms.CharField(
        label=_("Where that is written"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("An address, a file number, who recorded it when: what a reviewer can look up."),
    )

    def clean(self) -> dict:
        given = super().clean() or {}
        if given.get("basis") in (SoundBasis.LICENSED, SoundBasis.OPEN) and not given.get("licence"):
            self.add_error("licence", _("Name the licence: without it nobody can say what it permits."))
        return given
