"""How the work is shared out: who has which case, how long it may take, and which part of the queue somebody looks at."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_site.apps.reviews.models.cases import CaseKind
from django_site.records import Record


class Assignment(Record):
    """Somebody has a case, from now until ``ended_at``. One at a time; who had it before stays on record."""

    case = models.ForeignKey("reviews.Case", on_delete=models.PROTECT, related_name="assignments")
    to = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="assignments")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="one_assignment_a_case"),
        ]
        indexes = [models.Index(fields=["to", "ended_at"], name="assignment_of_person")]

    def __str__(self) -> str:
        return f"{self.case_id} to {self.to}"


class RiskBand(models.TextChoices):
    """Of a case's risk: a finding's score (at most 1), one more where the policies want judgement, 3 where a film is out."""

    LOW = "low", _("Nothing found")
    JUDGEMENT = "judgement", _("Needs judgement")
    OUT = "out", _("A film that is out")


class ServiceLevel(Record):
    """Within how many hours an organisation's cases of a kind and risk are decided. Without a row the house's own hold."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="service_levels")
    kind = models.CharField(max_length=10, choices=CaseKind.choices)
    band = models.CharField(max_length=10, choices=RiskBand.choices)
    hours = models.PositiveIntegerField()
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "band"], name="service_level_once"),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=24 * 90), name="service_level_hours"),
            models.CheckConstraint(condition=Q(kind__in=CaseKind.values), name="service_level_kind_known"),
            models.CheckConstraint(condition=Q(band__in=RiskBand.values), name="service_level_band_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.band}: {self.hours} h"


class SavedFilter(Record):
    """A part of the queue that somebody comes back to. ``query`` holds the filter's fields as they stand in the address."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.JSONField(default=dict)
    #: Opened when the queue is opened without a filter.
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_filter_name_once"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="one_default_filter"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_named"),
        ]

    def __str__(self) -> str:
        return self.name
