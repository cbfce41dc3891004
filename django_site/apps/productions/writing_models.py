"""Screenplays that were asked for, and who wrote them: the grammar that comes with us, or a model."""

from django.db import models
from django.db.models import Q

from django_site.records import Record


class Writing(Record):
    """A screenplay that somebody asked for, written by a job; the row is there before the work. ``reason`` says why it came
    to nothing, and then no version was made. ``writer`` is who writes, as the writer's card says it."""

    production = models.ForeignKey("productions.Production", on_delete=models.CASCADE, related_name="writings")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    #: How the story is built (``generator.narrative.structures``), and of how many scenes; 0: as its length wants.
    structure = models.CharField(max_length=40)
    scenes = models.PositiveIntegerField(default=0)
    writer = models.CharField(max_length=200, blank=True)
    job = models.ForeignKey("jobs.Job", null=True, on_delete=models.PROTECT, related_name="+")
    screenplay = models.OneToOneField(
        "productions.Screenplay", null=True, on_delete=models.CASCADE, related_name="writing"
    )
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(structure=""), name="writing_has_structure"),
            models.CheckConstraint(condition=Q(screenplay__isnull=True) | Q(reason=""), name="writing_made_or_failed"),
        ]
        indexes = [models.Index(fields=["production", "-created_at"], name="writing_newest")]

    def __str__(self) -> str:
        return f"screenplay of {self.production}"
