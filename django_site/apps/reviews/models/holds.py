"""Litigation: what must not be destroyed, and who alone may read."""

from django.db import models
from django.db.models import Q

from django_site.records import Record, exactly_one_check


class Hold(Record):
    """Nothing of a production, or of one case, is deleted while this stands. Placed and lifted by the head of legal."""

    production = models.ForeignKey("productions.Production", null=True, on_delete=models.PROTECT, related_name="holds")
    case = models.ForeignKey("reviews.Case", null=True, on_delete=models.PROTECT, related_name="holds")
    matter = models.CharField(max_length=200)
    reason = models.TextField()
    placed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    lift_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            exactly_one_check("production", "case", name="hold_on_one_thing"),
            models.CheckConstraint(condition=~Q(matter="") & ~Q(reason=""), name="hold_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lift_reason="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lift_reason=""),
                name="hold_lifted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.matter


class CaseReader(Record):
    """Somebody who may read a case whose tier is *named people only*."""

    case = models.ForeignKey("reviews.Case", on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="case_reader_once")]

    def __str__(self) -> str:
        return f"{self.user} reads {self.case_id}"
