"""What comes to a film's edit from outside: timelines of other programs, sounds with their rights, and who lends a voice."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, choice_check


class TimelineUpload(Record):
    """A timeline of another program that somebody handed over and that is not taken over yet: what can't be matched, or is
    of another frame rate, is asked about first. One a person and production; it is gone once it is answered."""

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="timeline_uploads")
    by = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    ending = models.CharField(max_length=8)
    #: Frames a second that the person says an EDL has, as a fraction; empty where the file says it.
    rate = models.CharField(max_length=20, blank=True)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["production", "by"], name="timeline_upload_once"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(ending=""), name="timeline_upload_has_text"),
        ]

    def __str__(self) -> str:
        return self.name


class SoundBasis(models.TextChoices):
    """Why a sound may be in the film."""

    OWN = "own", _("We made it: composed, played and recorded by us or for us")
    LICENSED = "licensed", _("Licensed to us by who owns it")
    OPEN = "open", _("Under an open licence that allows this use")
    PUBLIC_DOMAIN = "public_domain", _("In the public domain, the recording too")


class SoundRights(Record):
    """What somebody declares about a sound from outside: who owns it, why it may be used, and where that is written."""

    imported = models.OneToOneField("productions.ImportedMedia", on_delete=models.CASCADE, related_name="rights")
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=200)
    basis = models.CharField(max_length=14, choices=SoundBasis.choices)
    licence = models.CharField(max_length=200, blank=True)
    evidence = models.TextField()
    declared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    #: Since when the right is withdrawn, by whom and why: no cut is made with it from then on.
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            choice_check("basis", SoundBasis, name="sound_basis_known"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(owner="") & ~Q(evidence=""), name="sound_rights_say_who_and_where"
            ),
            models.CheckConstraint(
                condition=~Q(basis__in=["licensed", "open"]) | ~Q(licence=""), name="sound_licence_is_named"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | (Q(withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
                name="sound_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.owner})"


class VoiceCasting(Record):
    """Whose voice a character speaks with. No row: a synthesiser's own, which is nobody's."""

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="voices")
    #: As the screenplay's cues write it, in capitals.
    character = models.CharField(max_length=100)
    subject = models.ForeignKey("likeness.Subject", on_delete=models.PROTECT, related_name="+")
    said_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["character"]
        constraints = [
            models.UniqueConstraint(fields=["production", "character"], name="voice_once_a_character"),
            models.CheckConstraint(condition=~Q(character=""), name="voice_has_character"),
        ]

    def __str__(self) -> str:
        return f"{self.character}: {self.subject}"
