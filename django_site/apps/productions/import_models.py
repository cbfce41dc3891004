"""What comes from outside: files in quarantine, and pictures that shots are made after."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.records import Record, Sha256Field, choice_check, sha256_check


class ImportState(models.TextChoices):
    QUARANTINED = "quarantined", _("In quarantine")
    AUDITING = "auditing", _("Being audited")
    CLEARED = "cleared", _("Cleared")
    STOPPED = "stopped", _("Stopped")
    NEEDS_REVIEW = "needs_review", _("Needs review")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Could not be audited")


class ImportedMedia(Record):
    """A file that somebody brought from outside. ``name`` is what they called it; nothing on disk is named by it."""

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="imports")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="imports")
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=14, choices=ImportState.choices, default=ImportState.QUARANTINED)
    imported_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["production", "asset"], name="import_once"),
            choice_check("state", ImportState, name="import_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["stopped", "rejected", "failed"]) | ~Q(reason=""), name="import_stop_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Reference(Record):
    """A picture that a shot is meant to be made after. It is looked at for registered faces before it may be used."""

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="references")
    shot = models.ForeignKey("productions.Shot", null=True, on_delete=models.CASCADE, related_name="references")
    asset = models.ForeignKey("audits.Asset", on_delete=models.PROTECT, related_name="references")
    name = models.CharField(max_length=200)
    #: Who resembles somebody registered in it: ``{"subject", "score"}``; vectors of faces are never kept.
    people = models.JSONField(default=list)
    unknown_faces = models.PositiveIntegerField(default=0)
    gallery_sha256 = Sha256Field()
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["shot", "asset"], name="reference_once_a_shot"),
            sha256_check("gallery_sha256", name="reference_gallery_sha256"),
        ]

    def __str__(self) -> str:
        return self.name
